{{/*
The controller of a unit and what scales and guards it.
*/}}
{{- define "shop-library.v1._workload" }}
{{ include (print "shop-library.v1." (untitle .kind)) . }}
{{- if has .kind (list "Deployment" "StatefulSet") }}
{{- if (.values.autoscaling).enabled }}
{{ include "shop-library.v1.horizontalPodAutoscaler" . }}
{{- end }}
{{- if (.values.podDisruptionBudget).enabled }}
{{- include "shop-library.v1.podDisruptionBudget" . }}
{{- end }}
{{- end }}
{{- if (.values.verticalPodAutoscaler).enabled }}
{{ include "shop-library.v1.verticalPodAutoscaler" . }}
{{- end }}
{{- include "shop-library.v1._persistentVolumeClaims" . }}
{{- end -}}
