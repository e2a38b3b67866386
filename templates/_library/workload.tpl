[# One controller and what belongs to it: c, id, name, w (its values), ports. #]
{{- define "[[ lib ]].workload" -}}
{{- $w := .w -}}
{{- include "[[ lib ]]._check" . -}}
{{- if eq $w.kind "StatefulSet" }}
{{ include "[[ lib ]].statefulSet" . }}
{{- else if eq $w.kind "CronJob" }}
{{ include "[[ lib ]].cronJob" . }}
{{- else if eq $w.kind "Job" }}
{{ include "[[ lib ]].job" . }}
{{- else if eq $w.kind "DaemonSet" }}
{{ include "[[ lib ]].daemonSet" . }}
{{- else }}
{{ include "[[ lib ]].deployment" . }}
{{- end }}
{{- if has $w.kind (list "Deployment" "StatefulSet") }}
{{- if ($w.autoscaling).enabled }}
{{ include "[[ lib ]].autoscaler" . }}
{{- end }}
{{- include "[[ lib ]].disruptionBudget" . }}
{{- end }}
{{- range $id, $claim := $w.persistence }}
{{- if and $claim (ne (toString $claim.enabled) "false") (eq (toString $claim.type) "persistentVolumeClaim") (not $claim.existingClaim) }}
{{ include "[[ lib ]].volumeClaim" (dict "c" $.c "name" (printf "%s-%s" $.name $id) "claim" $claim "id" $.id) }}
{{- end }}
{{- end }}
{{- end -}}
