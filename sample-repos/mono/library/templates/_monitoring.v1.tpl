{{- define "shop-library.v1._metrics" -}}
{{- range $kind := list "serviceMonitor" "podMonitor" }}
{{- $monitor := index $.values.metrics $kind }}
{{- if ($monitor).enabled }}
{{- $ofService := eq $kind "serviceMonitor" }}
{{- $port := $.values.metrics.port | default ($ofService | ternary $.portName $.targetPort) }}
{{- if $ofService }}
{{- include "shop-library.v1._requireService" (dict "unit" $ "key" "metrics.serviceMonitor") }}
{{- if not (hasKey $.ports $port) }}
{{- fail (printf "%smetrics.port is %s, which the Service has not; add it to ports" $.where $port) }}
{{- end }}
{{- end }}
---
apiVersion: monitoring.coreos.com/v1
kind: {{ ternary "ServiceMonitor" "PodMonitor" $ofService }}
{{ include "shop-library.v1._metadata" (dict "unit" $ "more" $monitor.labels) }}
spec:
  selector:
    matchLabels:
      {{- $.selectorLabels | nindent 6 }}
    {{- if $ofService }}
    matchExpressions: [{key: prometheus.io/service-monitor, operator: NotIn, values: ["false"]}]
    {{- end }}
  {{ ternary "endpoints" "podMetricsEndpoints" $ofService }}:
    - port: {{ toRawJson $port }}
      path: {{ $.values.metrics.path | default "/metrics" | toRawJson }}
      {{- include "shop-library.v1._toYamlFields" (list (pick $monitor "interval") "\n      ") }}
{{- end }}
{{- end }}
{{- with .values.metrics.prometheusRule }}
{{- if .enabled }}
{{- if not .rules }}
{{- fail (printf "%smetrics.prometheusRule is enabled without rules; add metrics.prometheusRule.rules" $.where) }}
{{- end }}
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
{{ include "shop-library.v1._metadata" (dict "unit" $ "more" .labels) }}
spec:
  groups:
    - name: {{ toRawJson $.fullname }}
      rules:
        {{- include "shop-library.v1._toYaml" .rules | nindent 8 }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
Grafana's sidecar finds dashboards by this label.
*/}}
{{- define "shop-library.v1._dashboards" -}}
{{- range $id, $dashboard := .values.dashboards }}
{{- if $dashboard }}
{{- $name := printf "%s-dashboard-%s" $.fullname $id }}
{{- include "shop-library.v1._requireUnique" (list $ "ConfigMap" $name (print "dashboards." $id)) }}
{{- $data := include "shop-library.v1._configData" (dict "of" $dashboard "root" $.root) }}
{{- $labels := mustMergeOverwrite (dict "grafana_dashboard" "1") ($dashboard.labels | default dict) }}
{{ include "shop-library.v1.configMap" (dict
  "unit" $ "name" $name "data" $data "annotations" $dashboard.annotations "labels" $labels) }}
{{- end }}
{{- end }}
{{- end -}}
