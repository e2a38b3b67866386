{{- define "shop-library.v1._metrics" -}}
{{- $unit := . -}}
{{- range $kind := list "serviceMonitor" "podMonitor" }}
{{- $monitor := index $unit.values.metrics $kind }}
{{- if ($monitor).enabled }}
{{- $ofService := eq $kind "serviceMonitor" }}
{{- $port := $unit.values.metrics.port | default ($ofService | ternary $unit.portName $unit.targetPort) }}
{{- if $ofService }}
{{- include "shop-library.v1._requireService" (dict "unit" $unit "key" "metrics.serviceMonitor") }}
{{- if not (hasKey $unit.ports $port) }}
{{- $message := "%s: %smetrics.port is %s, which the Service has not; add it to ports" }}
{{- fail (printf $message $unit.root.Chart.Name $unit.keyPath $port) }}
{{- end }}
{{- end }}
---
apiVersion: monitoring.coreos.com/v1
kind: {{ ternary "ServiceMonitor" "PodMonitor" $ofService }}
{{ include "shop-library.v1._metadata" (dict "unit" $unit "more" $monitor.labels) }}
spec:
  selector:
    matchLabels:
      {{- $unit.selectorLabels | nindent 6 }}
    {{- if $ofService }}
    matchExpressions: [{key: prometheus.io/service-monitor, operator: NotIn, values: ["false"]}]
    {{- end }}
  {{ ternary "endpoints" "podMetricsEndpoints" $ofService }}:
    - port: {{ toRawJson $port }}
      path: {{ $unit.values.metrics.path | default "/metrics" | toRawJson }}
      {{- include "shop-library.v1._toYamlFields" (list (pick $monitor "interval") "\n      ") }}
{{- end }}
{{- end }}
{{- with .values.metrics.prometheusRule }}
{{- if .enabled }}
{{- if not .rules }}
{{- $message := "%s: %smetrics.prometheusRule is enabled without rules; add metrics.prometheusRule.rules" }}
{{- fail (printf $message $unit.root.Chart.Name $unit.keyPath) }}
{{- end }}
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
{{ include "shop-library.v1._metadata" (dict "unit" $unit "more" .labels) }}
spec:
  groups:
    - name: {{ toRawJson $unit.fullname }}
      rules:
        {{- include "shop-library.v1._toYaml" .rules | trim | nindent 8 }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
Grafana's sidecar finds dashboards by this label.
*/}}
{{- define "shop-library.v1._dashboards" -}}
{{- $unit := . -}}
{{- range $id, $dashboard := .values.dashboards }}
{{- if $dashboard }}
{{- $name := printf "%s-dashboard-%s" $unit.fullname $id }}
{{- include "shop-library.v1._requireUnique" (dict "unit" $unit "what" "ConfigMap" "name" $name "key" (print "dashboards." $id)) }}
{{- $data := include "shop-library.v1._configData" (dict "of" $dashboard "root" $unit.root) }}
{{- $labels := mustMergeOverwrite (dict "grafana_dashboard" "1") ($dashboard.labels | default dict) }}
{{ include "shop-library.v1.configMap" (dict
  "unit" $unit "name" $name "data" $data "annotations" $dashboard.annotations "labels" $labels) }}
{{- end }}
{{- end }}
{{- end -}}
