{{- define "[[ lib ]].ingress" -}}
{{- $c := . -}}{{- $ingress := .values.ingress -}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
{{ include "[[ lib ]]._metadata" (dict "c" . "annotations" $ingress.annotations) }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- with $ingress.tls }}
  tls:
    {{- range . }}
    - hosts:
        {{- include "[[ lib ]]._strings" (dict "list" .hosts "root" $c.root) | trim | nindent 8 }}
      secretName: {{ .secretName }}
    {{- end }}
  {{- end }}
  rules:
    {{- range $ingress.hosts }}
    - host: {{ include "[[ lib ]]._string" (dict "value" .host "root" $c.root) }}
      http:
        paths:
          {{- range .paths | default (list (dict "path" "/")) }}
          - path: {{ .path }}
            pathType: {{ .pathType | default "Prefix" }}
            backend:
              service:
                name: {{ $c.fullname }}{{ with .service }}-{{ . }}{{ end }}
                port:
                  name: {{ .port | default $c.portName }}
          {{- end }}
    {{- end }}
{{- end -}}

[# Gateway API: an HTTPRoute or a GRPCRoute; rules without a backend lead to the unit's Service. -#]
{{- define "[[ lib ]].route" -}}
{{- $c := .c -}}{{- $route := .route -}}
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
    {{- range $route.rules | default (list dict) }}
    {{- $backend := dict "name" $c.fullname "port" (($c.values.service).port | int) }}
    - {{- include "[[ lib ]]._block" (mustMergeOverwrite (dict "backendRefs" (list $backend)) .) | trim | nindent 6 }}
    {{- end }}
{{- end -}}
