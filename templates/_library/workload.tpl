[# The controller of a unit and what scales and guards it. -#]
{{- define "[[ lib ]]._workload" -}}
{{- $kind := .values.kind -}}
{{- if eq $kind "StatefulSet" }}
{{ include "[[ lib ]].statefulSet" . }}
{{- else if eq $kind "DaemonSet" }}
{{ include "[[ lib ]].daemonSet" . }}
{{- else if eq $kind "CronJob" }}
{{ include "[[ lib ]].cronJob" . }}
{{- else if eq $kind "Job" }}
{{ include "[[ lib ]].job" . }}
{{- else }}
{{ include "[[ lib ]].deployment" . }}
{{- end }}
{{- if has $kind (list "Deployment" "StatefulSet") }}
{{- if (.values.autoscaling).enabled }}
{{ include "[[ lib ]].autoscaler" . }}
{{- end }}
{{- if (.values.podDisruptionBudget).enabled }}
{{- include "[[ lib ]].disruptionBudget" . }}
{{- end }}
{{- end }}
{{- if (.values.verticalPodAutoscaler).enabled }}
{{ include "[[ lib ]].verticalPodAutoscaler" . }}
{{- end }}
{{- include "[[ lib ]]._claims" . }}
{{- end -}}
