[# The one include of an app chart. -#]
{{- define "[[ lib ]].app" -}}
{{- $c := dict "root" . -}}
{{- include "[[ lib ]].context" $c -}}
{{- include "[[ lib ]]._parts" $c -}}
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
{{- range $id, $object := $v.extraObjects }}
{{- if $object }}
{{- $text := toYaml $object }}
---
{{ if contains "{{" $text }}{{ tpl $text $.root }}{{ else }}{{ $text }}{{ end }}
{{- end }}
{{- end }}
{{- end -}}

[# For an app chart's NOTES.txt; without the defaults, since Helm renders it for every app of an umbrella. -#]
{{- define "[[ lib ]].notes" -}}
{{ .Chart.Name }} {{ .Chart.AppVersion }} runs as {{ include "[[ lib ]].fullname" . }} in namespace {{ .Release.Namespace }}.
{{- with .Values.ingress }}
{{- if .enabled }}
{{- range .hosts }}
It is reached at {{ include "[[ lib ]]._string" (dict "value" .host "root" $) | trimAll "\"" }}.
{{- end }}
{{- end }}
{{- end }}
{{- range $route := list .Values.httpRoute .Values.grpcRoute }}
{{- if ($route).enabled }}
{{- range $route.hostnames }}
It is reached at {{ include "[[ lib ]]._string" (dict "value" . "root" $) | trimAll "\"" }}.
{{- end }}
{{- end }}
{{- end }}
kubectl --namespace {{ .Release.Namespace }} get all --selector app.kubernetes.io/instance={{ .Release.Name }},app.kubernetes.io/name={{ include "[[ lib ]].name" . }}
{{ end -}}
