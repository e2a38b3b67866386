{{/*
Without rules of one's own, everybody may reach the unit's ports and nothing else; egress stays open.
*/}}
{{- define "shop-library.v1.networkPolicy" -}}
{{- $policy := .values.networkPolicy -}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "shop-library.v1._metadata" . }}
spec:
  podSelector:
    matchLabels:
      {{- .selectorLabels | nindent 6 }}
  policyTypes:
    - Ingress
    {{- if not (kindIs "invalid" $policy.egress) }}
    - Egress
    {{- end }}
  {{- if not (kindIs "invalid" $policy.ingress) }}
  ingress: {{ toJson $policy.ingress }}
  {{- else if .ports }}
  ingress:
    - ports:
        {{- range $name, $port := .ports }}
        {{- if $port.port }}
        - port: {{ toRawJson $name }}
          protocol: {{ $port.protocol | default "TCP" }}
        {{- end }}
        {{- end }}
  {{- end }}
  {{- if not (kindIs "invalid" $policy.egress) }}
  egress: {{ toJson $policy.egress }}
  {{- end }}
{{- end -}}
