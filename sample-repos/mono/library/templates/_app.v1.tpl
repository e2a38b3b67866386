{{/*
The one include of an app chart.
*/}}
{{- define "shop-library.v1.app" -}}
{{- $unit := dict "root" . -}}
{{- include "shop-library.v1.context" $unit -}}
{{- include "shop-library.v1._manifests" $unit -}}
{{- end -}}

{{/*
Everything of one unit.
*/}}
{{- define "shop-library.v1._manifests" -}}
{{- $v := .values -}}
{{- include "shop-library.v1._serviceAccount" . }}
{{- include "shop-library.v1._configMaps" . }}
{{- include "shop-library.v1._secrets" . }}
{{- include "shop-library.v1._workload" . }}
{{- include "shop-library.v1._services" . }}
{{- if ($v.ingress).enabled }}
{{ include "shop-library.v1.ingress" . }}
{{- end }}
{{- if ($v.httpRoute).enabled }}
{{ include "shop-library.v1.route" (dict "unit" . "route" $v.httpRoute "kind" "HTTPRoute") }}
{{- end }}
{{- if ($v.grpcRoute).enabled }}
{{ include "shop-library.v1.route" (dict "unit" . "route" $v.grpcRoute "kind" "GRPCRoute") }}
{{- end }}
{{- $policy := ($v.networkPolicy).enabled }}
{{- if kindIs "invalid" $policy }}{{ $policy = ((.root.Values.global).networkPolicy).enabled }}{{ end }}
{{- if eq (toString $policy) "true" }}
{{ include "shop-library.v1.networkPolicy" . }}
{{- end }}
{{- if $v.metrics }}
{{- include "shop-library.v1._metrics" . }}
{{- end }}
{{- include "shop-library.v1._dashboards" . }}
{{- include "shop-library.v1._jobs" . }}
{{- include "shop-library.v1._controllers" . }}
{{- range $id, $object := $v.extraObjects }}
{{- if $object }}
{{- $text := toYaml $object }}
---
{{ if contains "{{" $text }}{{ tpl $text $.root }}{{ else }}{{ $text }}{{ end }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
For an app chart's NOTES.txt; without the defaults, since Helm renders it for every app of an umbrella.
*/}}
{{- define "shop-library.v1.notes" -}}
{{ .Chart.Name }} {{ .Chart.AppVersion }} runs as {{ include "shop-library.v1.fullname" . }} in namespace {{ .Release.Namespace }}.
{{- with .Values.ingress }}
{{- if .enabled }}
{{- range .hosts }}
It is reached at {{ include "shop-library.v1._tplString" (dict "value" .host "root" $) | trimAll "\"" }}.
{{- end }}
{{- end }}
{{- end }}
{{- range $route := list .Values.httpRoute .Values.grpcRoute }}
{{- if ($route).enabled }}
{{- range $route.hostnames }}
It is reached at {{ include "shop-library.v1._tplString" (dict "value" . "root" $) | trimAll "\"" }}.
{{- end }}
{{- end }}
{{- end }}
{{- $selector := print "app.kubernetes.io/instance=" .Release.Name ",app.kubernetes.io/name=" (include "shop-library.v1.name" .) }}
kubectl --namespace {{ .Release.Namespace }} get all --selector {{ $selector }}
{{ end -}}
