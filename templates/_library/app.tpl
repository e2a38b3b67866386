[# The one include of an app chart. -#]
{{- define "[[ lib ]].app" -}}
{{- $c := dict "root" . -}}
{{- include "[[ lib ]].context" $c -}}
{{- include "[[ lib ]]._parts" $c -}}
{{- range $id, $object := $c.values.extraObjects }}
{{- if $object }}
{{- $text := toYaml $object }}
---
{{ if contains "{{" $text }}{{ tpl $text $ }}{{ else }}{{ $text }}{{ end }}
{{- end }}
{{- end }}
{{- end -}}

[# Everything of one unit. -#]
{{- define "[[ lib ]]._parts" -}}
{{- $v := .values -}}
{{- include "[[ lib ]]._accounts" . }}
{{- include "[[ lib ]]._config" . }}
{{- include "[[ lib ]]._secrets" . }}
{{- include "[[ lib ]]._sealedSecrets" . }}
{{- include "[[ lib ]]._workload" . }}
{{- include "[[ lib ]]._services" . }}
{{- if ($v.ingress).enabled }}
{{ include "[[ lib ]].ingress" . }}
{{- end }}
{{- if ($v.httpRoute).enabled }}
{{ include "[[ lib ]].route" (dict "c" . "route" $v.httpRoute "kind" "HTTPRoute") }}
{{- end }}
{{- if ($v.grpcRoute).enabled }}
{{ include "[[ lib ]].route" (dict "c" . "route" $v.grpcRoute "kind" "GRPCRoute") }}
{{- end }}
{{- if ($v.networkPolicy).enabled }}
{{ include "[[ lib ]].networkPolicy" . }}
{{- end }}
{{- if $v.metrics }}
{{- include "[[ lib ]]._metrics" . }}
{{- end }}
{{- include "[[ lib ]]._dashboards" . }}
{{- include "[[ lib ]]._jobs" . }}
{{- include "[[ lib ]]._controllers" . }}
{{- end -}}

[# For an app chart's NOTES.txt. -#]
{{- define "[[ lib ]].notes" -}}
{{- $c := dict "root" . -}}
{{- include "[[ lib ]].context" $c -}}
{{ $c.values.kind }} {{ $c.fullname }} runs {{ include "[[ lib ]].image" (dict "root" . "image" $c.values.image) }} in namespace {{ .Release.Namespace }}.
{{- if ($c.values.ingress).enabled }}
{{- range $c.values.ingress.hosts }}
http{{ if $c.values.ingress.tls }}s{{ end }}://{{ include "[[ lib ]]._string" (dict "value" .host "root" $c.root) | trimAll "\"" }}
{{- end }}
{{- else if and $c.values.service.enabled $c.ports }}
kubectl --namespace {{ .Release.Namespace }} port-forward service/{{ $c.fullname }} {{ $c.values.service.port }}
{{- end }}
{{ end -}}
