{{- define "[[ lib ]].ingress" -}}
{{- $c := . -}}{{- $ingress := .values.ingress -}}
{{- if not $ingress.hosts -}}
{{- fail (printf "%s: %singress is enabled without hosts; add ingress.hosts" .root.Chart.Name .path) -}}
{{- end -}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
{{ include "[[ lib ]]._metadata" (dict "c" . "annotations" $ingress.annotations) }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ toRawJson . }}
  {{- end }}
  {{- with $ingress.tls }}
  tls:
    {{- range . }}
    - hosts:
        {{- include "[[ lib ]]._strings" (dict "list" .hosts "root" $c.root) | trim | nindent 8 }}
      {{- with .secretName }}
      secretName: {{ toRawJson . }}
      {{- end }}
    {{- end }}
  {{- end }}
  rules:
    {{- range $ingress.hosts }}
    - host: {{ include "[[ lib ]]._string" (dict "value" .host "root" $c.root) }}
      http:
        paths:
          {{- range .paths | default (list (dict "path" "/")) }}
          - path: {{ toRawJson .path }}
            pathType: {{ .pathType | default "Prefix" }}
            backend:
              service:
                {{- include "[[ lib ]]._backend" (dict "c" $c "path" .) | nindent 16 }}
          {{- end }}
    {{- end }}
{{- end -}}

[# The Service of a path, and its port by name or number. -#]
{{- define "[[ lib ]]._backend" -}}
{{- $c := .c -}}{{- $id := .path.service -}}
{{- $name := $c.serviceName -}}{{- $port := $c.portName -}}
{{- if $id -}}
{{- $service := get ($c.values.services | default dict) $id -}}
{{- if or (not $service) (eq (toString ($service).enabled) "false") -}}
{{- fail (printf "%s: %singress leads to the service %s; add it to services" $c.root.Chart.Name $c.path $id) -}}
{{- end -}}
{{- $name = include "[[ lib ]]._fit" (print $c.fullname "-" $id) -}}
{{- if $service.port -}}{{- $port = $service.portName | default "http" -}}{{- end -}}
{{- else -}}
{{- include "[[ lib ]]._needsService" (dict "c" $c "key" "ingress") -}}
{{- end -}}
{{- $port = .path.port | default $port -}}
name: {{ toRawJson $name }}
port:
  {{ if trimAll "0123456789" (toString $port) }}name: {{ toRawJson $port }}{{ else }}number: {{ int $port }}{{ end }}
{{- end -}}

{{- define "[[ lib ]]._needsService" -}}
{{- if not (and (.c.values.service).enabled .c.ports (or .c.values.service.port (not .port))) -}}
{{- fail (printf "%s: %s%s needs the Service; set service.enabled and service.port" .c.root.Chart.Name .c.path .key) -}}
{{- end -}}
{{- end -}}

[# Gateway API: an HTTPRoute or a GRPCRoute; rules without a backend lead to the unit's Service. -#]
{{- define "[[ lib ]].route" -}}
{{- $c := .c -}}{{- $route := .route -}}{{- $key := eq .kind "HTTPRoute" | ternary "httpRoute" "grpcRoute" -}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: {{ .kind }}
{{ include "[[ lib ]]._metadata" (dict "c" $c "annotations" $route.annotations) }}
spec:
  {{- with $route.parentRefs }}
  parentRefs:
    {{- include "[[ lib ]]._block" . | trim | nindent 4 }}
  {{- end }}
  {{- with $route.hostnames }}
  hostnames:
    {{- include "[[ lib ]]._strings" (dict "list" . "root" $c.root) | trim | nindent 4 }}
  {{- end }}
  rules:
    {{- range $rule := $route.rules | default (list dict) }}
    {{- if not $rule.backendRefs }}
    {{- include "[[ lib ]]._needsService" (dict "c" $c "key" $key "port" true) }}
    {{- $rule = mustMergeOverwrite (dict "backendRefs" (list (dict "name" $c.serviceName "port" (int $c.values.service.port)))) $rule }}
    {{- end }}
    - {{- include "[[ lib ]]._block" $rule | trim | nindent 6 }}
    {{- end }}
{{- end -}}
