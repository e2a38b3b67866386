[# c (whose pods), name, service (its values), ports. -#]
{{- define "[[ lib ]].service" -}}
{{- $service := .service -}}
---
apiVersion: v1
kind: Service
{{ include "[[ lib ]]._metadata" (dict "c" .c "name" .name "annotations" $service.annotations) }}
spec:
  {{- if $service.headless }}
  clusterIP: None
  {{- end }}
  type: {{ $service.type | default "ClusterIP" }}
  {{- include "[[ lib ]]._fields" (list (pick $service "externalTrafficPolicy" "internalTrafficPolicy" "ipFamilyPolicy" "loadBalancerClass" "publishNotReadyAddresses" "sessionAffinity" "sessionAffinityConfig" "trafficDistribution") "\n  ") }}
  selector:
    {{- .c.match | nindent 4 }}
  ports:
    {{- range $name, $port := .ports }}
    - name: {{ toRawJson $name }}
      port: {{ $port.servicePort | default $port.port | int }}
      targetPort: {{ $port.target | default $name }}
      protocol: {{ $port.protocol | default "TCP" }}
      {{- with $port.nodePort }}
      nodePort: {{ int . }}
      {{- end }}
    {{- end }}
{{- end -}}

[# The unit's Service, those of `services`, and for a StatefulSet the headless one: it gives every instance a name of its
own, before it is ready too, and peers find each other through it. -#]
{{- define "[[ lib ]]._services" -}}
{{- $c := . -}}
{{- if and (.values.service).enabled .ports }}
{{ include "[[ lib ]].service" (dict "c" . "service" .values.service "ports" .ports) }}
{{- end }}
{{- if and (eq .kind "StatefulSet") .ports }}
{{- $headless := dict "headless" true "publishNotReadyAddresses" true }}
{{ include "[[ lib ]].service" (dict "c" . "name" (printf "%s-headless" .fullname) "service" $headless "ports" .ports) }}
{{- end }}
{{- range $id, $service := .values.services }}
{{- if and $service (ne (toString $service.enabled) "false") }}
{{- $ports := $c.ports }}
{{- if $service.port }}
{{- $port := dict "port" $service.port "target" ($service.targetPort | default $c.portName) "nodePort" $service.nodePort }}
{{- $ports = dict ($service.portName | default "http") $port }}
{{- end }}
{{ include "[[ lib ]].service" (dict "c" $c "name" (printf "%s-%s" $c.fullname $id) "service" $service "ports" $ports) }}
{{- end }}
{{- end }}
{{- end -}}

[# Ports of the unit's main container: service.port as `http` (or portName), and the map `ports`. -#]
{{- define "[[ lib ]]._ports" -}}
{{- $ports := dict -}}
{{- $_ := set . "portName" ((.values.service).portName | default "http") -}}
{{- with .values.service -}}
{{- if .port -}}
{{- $main := dict "port" (.targetPort | default .port) "servicePort" .port "nodePort" .nodePort -}}
{{- $_ := set $ports $.portName $main -}}
{{- end -}}
{{- end -}}
{{- range $name, $port := .values.ports -}}
{{- if $port -}}{{- $_ := set $ports $name $port -}}{{- end -}}
{{- end -}}
{{- $_ := set . "ports" $ports -}}
{{- end -}}
