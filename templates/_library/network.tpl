[# Without rules of one's own, everybody may reach the unit's ports and nothing else; egress stays open. -#]
{{- define "[[ lib ]].networkPolicy" -}}
{{- $policy := .values.networkPolicy -}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "[[ lib ]]._metadata" . }}
spec:
  podSelector:
    matchLabels:
      {{- .match | nindent 6 }}
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
