{{- define "[[ lib ]].ingress" -}}
{{- $c := . -}}{{- $ingress := .values.ingress -}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "[[ lib ]]._metadata" (dict "c" . "name" .fullname "annotations" $ingress.annotations) | nindent 2 }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- with $ingress.tls }}
  tls:
    {{- toYaml . | nindent 4 }}
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
                  {{- if .port }}
                  {{- if kindIs "string" .port }}
                  name: {{ .port }}
                  {{- else }}
                  number: {{ int .port }}
                  {{- end }}
                  {{- else }}
                  name: {{ $c.values.service.portName | default "http" }}
                  {{- end }}
          {{- end }}
    {{- end }}
{{- end -}}
