{{/*
unit (whose pods), name, service (its values), ports, labels (further ones).
*/}}
{{- define "shop-library.v1.service" -}}
{{- $service := .service -}}
{{- $name := .name | default .unit.serviceName -}}
---
apiVersion: v1
kind: Service
{{ include "shop-library.v1._metadata" (dict "unit" .unit "name" $name "more" .labels "annotations" $service.annotations) }}
spec:
  {{- if $service.headless }}
  clusterIP: None
  {{- end }}
  type: {{ $service.type | default "ClusterIP" }}
  {{- include "shop-library.v1._toYamlFields" (list (pick $service
    "externalTrafficPolicy" "internalTrafficPolicy" "ipFamilyPolicy" "loadBalancerClass" "publishNotReadyAddresses"
    "sessionAffinity" "sessionAffinityConfig" "trafficDistribution") "\n  ") }}
  selector:
    {{- .unit.selectorLabels | nindent 4 }}
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

{{/*
The unit's Service, those of `services`, and for a StatefulSet the headless one: it gives every instance a name of its
own, before it is ready too, and peers find each other through it. A ServiceMonitor asks the unit's alone, so that no pod is
asked twice.
*/}}
{{- define "shop-library.v1._services" -}}
{{- $unmonitored := dict "prometheus.io/service-monitor" "false" }}
{{- if and (.values.service).enabled .ports }}
{{- include "shop-library.v1._requireUnique" (list . "Service" .serviceName "service") }}
{{ include "shop-library.v1.service" (dict "unit" . "service" .values.service "ports" .ports) }}
{{- end }}
{{- if and (eq .kind "StatefulSet") .ports }}
{{- $headless := dict "headless" true "publishNotReadyAddresses" true }}
{{- $name := include "shop-library.v1._serviceName" (print .fullname "-headless") }}
{{- include "shop-library.v1._requireUnique" (list . "Service" $name "kind (StatefulSet)") }}
{{ include "shop-library.v1.service" (dict "unit" . "name" $name "service" $headless "ports" .ports "labels" $unmonitored) }}
{{- end }}
{{- range $id, $service := .values.services }}
{{- if and $service (ne (toString $service.enabled) "false") }}
{{- $ports := $.ports }}
{{- if $service.port }}
{{- $target := $service.targetPort | default $.targetPort }}
{{- if not (trimAll "0123456789" (toString $target)) }}{{ $target = int $target }}{{ end }}
{{- $ports = dict ($service.portName | default "http") (dict "port" $service.port "target" $target "nodePort" $service.nodePort) }}
{{- end }}
{{- $name := include "shop-library.v1._serviceName" (print $.fullname "-" $id) }}
{{- include "shop-library.v1._requireUnique" (list $ "Service" $name (print "services." $id)) }}
{{ include "shop-library.v1.service" (dict "unit" $ "name" $name "service" $service "ports" $ports "labels" $unmonitored) }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
Ports of the unit's main container: service.port as `http` (or portName), and the map `ports`. A targetPort that is a
name is one of `ports`: only the Service has another of that number.
*/}}
{{- define "shop-library.v1._ports" -}}
{{- $ports := dict -}}
{{- $name := (.values.service).portName | default "http" -}}
{{- $_ := set . "portName" $name -}}
{{- $_ := set . "targetPort" $name -}}
{{- with .values.service -}}
{{- if .port -}}
{{- $main := dict "port" (.targetPort | default .port) "servicePort" .port "nodePort" .nodePort -}}
{{- if .targetPort | default "" | toString | trimAll "0123456789" -}}
{{- if not (get ($.values.ports | default dict) .targetPort) -}}
{{- fail (printf "%sservice.targetPort is %s; add a port of this name to ports" $.where .targetPort) -}}
{{- end -}}
{{- $_ := set $ "targetPort" .targetPort -}}
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
