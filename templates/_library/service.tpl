[# c, name, id (whose pods), service (its values), ports. #]
{{- define "[[ lib ]].service" -}}
{{- $service := .service -}}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "[[ lib ]]._metadata" (dict "c" .c "name" .name "component" .id "annotations" $service.annotations "labels" $service.labels) | nindent 2 }}
spec:
  type: {{ $service.type | default "ClusterIP" }}
  {{- include "[[ lib ]]._fields" (dict "of" $service "indent" 2 "keys" (list "clusterIP" "externalTrafficPolicy" "internalTrafficPolicy" "ipFamilyPolicy" "loadBalancerClass" "loadBalancerSourceRanges" "publishNotReadyAddresses" "sessionAffinity" "sessionAffinityConfig" "trafficDistribution")) }}
  selector:
    {{- include "[[ lib ]]._matchLabels" . | nindent 4 }}
  ports:
    {{- range $name, $port := .ports }}
    - name: {{ $name }}
      port: {{ $port.servicePort | default $port.port | int }}
      targetPort: {{ $port.targetPort | default $name }}
      protocol: {{ $port.protocol | default "TCP" }}
      {{- with $port.appProtocol }}
      appProtocol: {{ . }}
      {{- end }}
      {{- with $port.nodePort }}
      nodePort: {{ int . }}
      {{- end }}
    {{- end }}
{{- end -}}

[# Gives every instance a name of its own, before it is ready too: peers find each other through it. #]
{{- define "[[ lib ]].headlessService" -}}
{{- $service := dict "clusterIP" "None" "publishNotReadyAddresses" true -}}
{{- include "[[ lib ]].service" (dict "c" .c "name" (printf "%s-headless" .name) "id" .id "service" $service "ports" .ports) -}}
{{- end -}}

[# Container ports of the main workload: service.port as `http` (or portName), and the map `ports`. #]
{{- define "[[ lib ]]._ports" -}}
{{- $ports := dict -}}
{{- with .values.service -}}
{{- if .port -}}
{{- $main := dict "port" (.targetPort | default .port) "servicePort" .port "nodePort" .nodePort "appProtocol" .appProtocol -}}
{{- $_ := set $ports (.portName | default "http") $main -}}
{{- end -}}
{{- end -}}
{{- range $name, $port := .values.ports -}}
{{- if $port -}}{{- $_ := set $ports $name $port -}}{{- end -}}
{{- end -}}
{{- $_ := set . "ports" $ports -}}
{{- end -}}
