[# c (whose pods), name, service (its values), ports, labels (further ones). -#]
{{- define "[[ lib ]].service" -}}
{{- $service := .service -}}
---
apiVersion: v1
kind: Service
{{ include "[[ lib ]]._metadata" (dict "c" .c "name" (.name | default .c.serviceName) "more" .labels "annotations" $service.annotations) }}
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
      targetPort: {{ $port.target | default $name | toRawJson }}
      protocol: {{ $port.protocol | default "TCP" }}
      {{- with $port.nodePort }}
      nodePort: {{ int . }}
      {{- end }}
    {{- end }}
{{- end -}}

[# The unit's Service, those of `services`, and for a StatefulSet the headless one: it gives every instance a name of its
own, before it is ready too, and peers find each other through it. A ServiceMonitor asks the unit's alone, so that no pod is
asked twice. -#]
{{- define "[[ lib ]]._services" -}}
{{- $c := . -}}
{{- $unmonitored := dict "prometheus.io/service-monitor" "false" }}
{{- if and (.values.service).enabled .ports }}
{{- include "[[ lib ]]._once" (dict "c" . "what" "Service" "name" .serviceName "key" "service") }}
{{ include "[[ lib ]].service" (dict "c" . "service" .values.service "ports" .ports) }}
{{- end }}
{{- if and (eq .kind "StatefulSet") .ports }}
{{- $headless := dict "headless" true "publishNotReadyAddresses" true }}
{{- $name := include "[[ lib ]]._fit" (print .fullname "-headless") }}
{{- include "[[ lib ]]._once" (dict "c" . "what" "Service" "name" $name "key" "kind (StatefulSet)") }}
{{ include "[[ lib ]].service" (dict "c" . "name" $name "service" $headless "ports" .ports "labels" $unmonitored) }}
{{- end }}
{{- range $id, $service := .values.services }}
{{- if and $service (ne (toString $service.enabled) "false") }}
{{- $ports := $c.ports }}
{{- if $service.port }}
{{- $target := $service.targetPort | default $c.target }}
{{- if not (trimAll "0123456789" (toString $target)) }}{{ $target = int $target }}{{ end }}
{{- $ports = dict ($service.portName | default "http") (dict "port" $service.port "target" $target "nodePort" $service.nodePort) }}
{{- end }}
{{- $name := include "[[ lib ]]._fit" (print $c.fullname "-" $id) }}
{{- include "[[ lib ]]._once" (dict "c" $c "what" "Service" "name" $name "key" (print "services." $id)) }}
{{ include "[[ lib ]].service" (dict "c" $c "name" $name "service" $service "ports" $ports "labels" $unmonitored) }}
{{- end }}
{{- end }}
{{- end -}}

[# Ports of the unit's main container: service.port as `http` (or portName), and the map `ports`. A targetPort that is a
name is one of `ports`: only the Service has another of that number. -#]
{{- define "[[ lib ]]._ports" -}}
{{- $ports := dict -}}
{{- $name := (.values.service).portName | default "http" -}}
{{- $_ := set . "portName" $name -}}
{{- $_ := set . "target" $name -}}
{{- with .values.service -}}
{{- if .port -}}
{{- $main := dict "port" (.targetPort | default .port) "servicePort" .port "nodePort" .nodePort -}}
{{- if .targetPort | default "" | toString | trimAll "0123456789" -}}
{{- if not (get ($.values.ports | default dict) .targetPort) -}}
{{- fail (printf "%s: %sservice.targetPort is %s; add a port of this name to ports" $.root.Chart.Name $.path .targetPort) -}}
{{- end -}}
{{- $_ := set $ "target" .targetPort -}}
{{- $main = dict "target" .targetPort "servicePort" .port "nodePort" .nodePort -}}
{{- end -}}
{{- $_ := set $ports $name $main -}}
{{- end -}}
{{- end -}}
{{- range $name, $port := .values.ports -}}
{{- if $port -}}{{- $_ := set $ports $name $port -}}{{- end -}}
{{- end -}}
{{- $_ := set . "ports" $ports -}}
{{- end -}}
