{{- define "[[ lib ]]._metrics" -}}
{{- $c := . -}}
{{- range $kind := list "serviceMonitor" "podMonitor" }}
{{- $monitor := index $c.values.metrics $kind }}
{{- if ($monitor).enabled }}
---
apiVersion: monitoring.coreos.com/v1
kind: {{ ternary "ServiceMonitor" "PodMonitor" (eq $kind "serviceMonitor") }}
{{ include "[[ lib ]]._metadata" (dict "c" $c "more" $monitor.labels) }}
spec:
  selector:
    matchLabels:
      {{- $c.match | nindent 6 }}
  {{ ternary "endpoints" "podMetricsEndpoints" (eq $kind "serviceMonitor") }}:
    - port: {{ $c.values.metrics.port | default $c.portName }}
      path: {{ $c.values.metrics.path | default "/metrics" }}
      {{- include "[[ lib ]]._fields" (list (pick $monitor "interval") "\n      ") }}
{{- end }}
{{- end }}
{{- with .values.metrics.prometheusRule }}
{{- if .enabled }}
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
{{ include "[[ lib ]]._metadata" (dict "c" $c "more" .labels) }}
spec:
  groups:
    - name: {{ $c.fullname }}
      rules:
        {{- include "[[ lib ]]._block" .rules | trim | nindent 8 }}
{{- end }}
{{- end }}
{{- end -}}

[# Grafana's sidecar finds dashboards by this label. -#]
{{- define "[[ lib ]]._dashboards" -}}
{{- $c := . -}}
{{- range $id, $dashboard := .values.dashboards }}
{{- if $dashboard }}
{{- $data := include "[[ lib ]]._contents" (dict "of" $dashboard "root" $c.root) }}
{{ include "[[ lib ]].configMap" (dict "c" $c "name" (printf "%s-dashboard-%s" $c.fullname $id) "data" $data "annotations" $dashboard.annotations "labels" (mustMergeOverwrite (dict "grafana_dashboard" "1") ($dashboard.labels | default dict))) }}
{{- end }}
{{- end }}
{{- end -}}
