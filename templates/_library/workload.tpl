[# The controller of a unit and what scales and guards it. -#]
{{- define "[[ lib ]]._workload" }}
{{ include (print "[[ lib ]]." (untitle .kind)) . }}
{{- if has .kind (list "Deployment" "StatefulSet") }}
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
