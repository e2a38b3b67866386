{{- define "[[ lib ]]._metrics" -}}
{{- $c := . -}}
{{- range $kind := list "serviceMonitor" "podMonitor" }}
{{- $monitor := index $c.values.metrics $kind }}
{{- if ($monitor).enabled }}
{{- $ofService := eq $kind "serviceMonitor" }}
{{- $port := $c.values.metrics.port | default ($ofService | ternary $c.portName $c.target) }}
{{- if $ofService }}
{{- include "[[ lib ]]._needsService" (dict "c" $c "key" "metrics.serviceMonitor") }}
{{- if not (hasKey $c.ports $port) }}{{ fail (printf "%s: %smetrics.port is %s, which the Service has not; add it to ports" $c.root.Chart.Name $c.path $port) }}{{ end }}
{{- end }}
---
apiVersion: monitoring.coreos.com/v1
kind: {{ ternary "ServiceMonitor" "PodMonitor" $ofService }}
{{ include "[[ lib ]]._metadata" (dict "c" $c "more" $monitor.labels) }}
spec:
  selector:
    matchLabels:
      {{- $c.match | nindent 6 }}
    {{- if $ofService }}
    matchExpressions: [{key: prometheus.io/service-monitor, operator: NotIn, values: ["false"]}]
    {{- end }}
  {{ ternary "endpoints" "podMetricsEndpoints" $ofService }}:
    - port: {{ toRawJson $port }}
      path: {{ $c.values.metrics.path | default "/metrics" | toRawJson }}
      {{- include "[[ lib ]]._fields" (list (pick $monitor "interval") "\n      ") }}
{{- end }}
{{- end }}
{{- with .values.metrics.prometheusRule }}
{{- if .enabled }}
{{- if not .rules }}{{ fail (printf "%s: %smetrics.prometheusRule is enabled without rules; add metrics.prometheusRule.rules" $c.root.Chart.Name $c.path) }}{{ end }}
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
{{ include "[[ lib ]]._metadata" (dict "c" $c "more" .labels) }}
spec:
  groups:
    - name: {{ toRawJson $c.fullname }}
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
{{- include "[[ lib ]]._once" (dict "c" $c "what" "ConfigMap" "name" (printf "%s-dashboard-%s" $c.fullname $id) "key" (print "dashboards." $id)) }}
{{- $data := include "[[ lib ]]._contents" (dict "of" $dashboard "root" $c.root) }}
{{ include "[[ lib ]].configMap" (dict "c" $c "name" (printf "%s-dashboard-%s" $c.fullname $id) "data" $data "annotations" $dashboard.annotations "labels" (mustMergeOverwrite (dict "grafana_dashboard" "1") ($dashboard.labels | default dict))) }}
{{- end }}
{{- end }}
{{- end -}}
