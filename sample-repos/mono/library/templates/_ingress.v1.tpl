{{- define "shop-library.v1.ingress" -}}
{{- $ingress := .values.ingress -}}
{{- if not $ingress.hosts -}}
{{- fail (printf "%singress is enabled without hosts; add ingress.hosts" .where) -}}
{{- end -}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
{{ include "shop-library.v1._metadata" (dict "unit" . "annotations" $ingress.annotations) }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ toRawJson . }}
  {{- end }}
  {{- with $ingress.tls }}
  tls:
    {{- range . }}
    - hosts:
        {{- include "shop-library.v1._tplStringList" (dict "list" .hosts "root" $.root) | trim | nindent 8 }}
      {{- with .secretName }}
      secretName: {{ toRawJson . }}
      {{- end }}
    {{- end }}
  {{- end }}
  rules:
    {{- range $ingress.hosts }}
    - host: {{ include "shop-library.v1._tplString" (dict "value" .host "root" $.root) }}
      http:
        paths:
          {{- range .paths | default (list (dict "path" "/")) }}
          - path: {{ toRawJson .path }}
            pathType: {{ .pathType | default "Prefix" }}
            backend:
              service:
                {{- include "shop-library.v1._ingressBackend" (dict "unit" $ "path" .) | nindent 16 }}
          {{- end }}
    {{- end }}
{{- end -}}

{{/*
The Service of a path, and its port by name or number.
*/}}
{{- define "shop-library.v1._ingressBackend" -}}
{{- $unit := .unit -}}{{- $id := .path.service -}}
{{- $name := $unit.serviceName -}}{{- $port := $unit.portName -}}
{{- if $id -}}
{{- $service := get ($unit.values.services | default dict) $id -}}
{{- if or (not $service) (eq (toString ($service).enabled) "false") -}}
{{- fail (printf "%singress leads to the service %s; add it to services" $unit.where $id) -}}
{{- end -}}
{{- $name = include "shop-library.v1._serviceName" (print $unit.fullname "-" $id) -}}
{{- if $service.port -}}{{- $port = $service.portName | default "http" -}}{{- end -}}
{{- else -}}
{{- include "shop-library.v1._requireService" (dict "unit" $unit "key" "ingress") -}}
{{- end -}}
{{- $port = .path.port | default $port -}}
name: {{ toRawJson $name }}
port:
  {{ if trimAll "0123456789" (toString $port) }}name: {{ toRawJson $port }}{{ else }}number: {{ int $port }}{{ end }}
{{- end -}}

{{- define "shop-library.v1._requireService" -}}
{{- if not (and (.unit.values.service).enabled .unit.ports (or .unit.values.service.port (not .port))) -}}
{{- fail (printf "%s%s needs the Service; set service.enabled and service.port" .unit.where .key) -}}
{{- end -}}
{{- end -}}

{{/*
Gateway API: an HTTPRoute or a GRPCRoute; rules without a backend lead to the unit's Service. Takes unit, route (its values),
kind, and a name that is not the unit's.
*/}}
{{- define "shop-library.v1.route" -}}
{{- $unit := .unit -}}{{- $route := .route -}}{{- $key := eq .kind "HTTPRoute" | ternary "httpRoute" "grpcRoute" -}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: {{ .kind }}
{{ include "shop-library.v1._metadata" (dict "unit" $unit "name" .name "annotations" $route.annotations) }}
spec:
  {{- include "shop-library.v1._toYamlFields" (list (pick $route "parentRefs") "\n  ") }}
  {{- with $route.hostnames }}
  hostnames:
    {{- include "shop-library.v1._tplStringList" (dict "list" . "root" $unit.root) | trim | nindent 4 }}
  {{- end }}
  rules:
    {{- range $rule := $route.rules | default (list dict) }}
    {{- if not $rule.backendRefs }}
    {{- include "shop-library.v1._requireService" (dict "unit" $unit "key" $key "port" true) }}
    {{- $backend := dict "name" $unit.serviceName "port" (int $unit.values.service.port) }}
    {{- $rule = mustMergeOverwrite (dict "backendRefs" (list $backend)) $rule }}
    {{- end }}
    - {{- include "shop-library.v1._toYaml" $rule | nindent 6 }}
    {{- end }}
{{- end -}}

{{/*
The include of a gateway's chart that runs nothing itself: a route for each service that it calls. A prefix is taken away,
and told in X-Forwarded-Prefix.
*/}}
{{- define "shop-library.v1.routes" -}}
{{- $unit := dict "root" . -}}
{{- include "shop-library.v1.context" $unit -}}
{{- $route := $unit.values.httpRoute | default dict -}}
{{- if not $route.parentRefs -}}
{{- fail (printf "%s: httpRoute.parentRefs is missing; name the Gateway that takes the requests" .Chart.Name) -}}
{{- end -}}
{{- range (get . "Calls" | default dict).to }}
{{- $made := include "shop-library.v1._madeName" (dict "root" $ "name" .name) | trunc 63 | trimSuffix "-" }}
{{- $backend := printf `"backendRefs": [{"name": %s, "port": %d}]` (toRawJson $made) (int .port) }}
{{- $rules := list }}
{{- range .paths }}
{{- $more := printf `"matches": [{"path": {"type": "PathPrefix", "value": %s}}]` (toRawJson .) }}
{{- if ne . "/" }}
{{- $more = printf `%s, "filters": [
  {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}},
  {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "X-Forwarded-Prefix", "value": %s}]}}
]` $more (toRawJson .) }}
{{- end }}
{{- $rules = append $rules (printf `{%s, %s}` $backend $more | fromJson) }}
{{- end }}
{{- $name := print $unit.fullname "-" .route }}
{{ include "shop-library.v1.route" (dict "unit" $unit "name" $name "kind" "HTTPRoute" "route" (merge (dict "rules" $rules) $route)) }}
{{- end }}
{{- end -}}
