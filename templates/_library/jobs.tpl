{{- define "[[ lib ]]._jobSpec" -}}
{{- include "[[ lib ]]._fields" (list (pick .values "activeDeadlineSeconds" "backoffLimit" "completions" "parallelism" "ttlSecondsAfterFinished") "\n") }}
template:
  {{- include "[[ lib ]].pod" . | nindent 2 }}
{{- end -}}

{{- define "[[ lib ]].cronJob" -}}
---
apiVersion: batch/v1
kind: CronJob
{{ include "[[ lib ]]._metadata" (dict "c" . "name" .workload) }}
spec:
  schedule: {{ required (printf "%s: %s needs a schedule" .root.Chart.Name .fullname) .values.schedule | toRawJson }}
  {{- include "[[ lib ]]._fields" (list (pick .values "concurrencyPolicy" "failedJobsHistoryLimit" "startingDeadlineSeconds" "successfulJobsHistoryLimit" "suspend" "timeZone") "\n  ") }}
  jobTemplate:
    spec:
      {{- include "[[ lib ]]._jobSpec" . | trim | nindent 6 }}
{{- end -}}

[# A job cannot be changed, so one that is no hook has a name that says what it does: a new job for a new pod. A hook may run
before the chart's other objects exist: its pod gets the configuration inline, and an early one (or a late one, when they
are gone) does not use the chart's account. -#]
{{- define "[[ lib ]].job" -}}
{{- $w := .values -}}
{{- $annotations := dict -}}
{{- $name := .workload -}}
{{- if $w.hook -}}
{{- $hook := join "," $w.hook -}}
{{- $_ := set . "early" (or (contains "pre-install" $hook) (contains "pre-upgrade" $hook) (contains "pre-rollback" $hook) (contains "post-delete" $hook)) -}}
{{- $_ := set $annotations "helm.sh/hook" $hook -}}
{{- $_ := set $annotations "helm.sh/hook-weight" (toString (int $w.weight)) -}}
{{- $_ := set $annotations "helm.sh/hook-delete-policy" ($w.deletePolicy | default "before-hook-creation") -}}
{{- $_ := set . "inline" true -}}
{{- end -}}
{{- $spec := include "[[ lib ]]._jobSpec" . | trim -}}
{{- if not $w.hook -}}
{{- $name = printf "%s-%s" (trunc 54 $name) (sha256sum $spec | trunc 8) -}}
{{- $_ := set . "workload" $name -}}
{{- end -}}
---
apiVersion: batch/v1
kind: Job
{{ include "[[ lib ]]._metadata" (dict "c" . "name" $name "annotations" $annotations) }}
spec:
  {{- $spec | nindent 2 }}
{{- end -}}
