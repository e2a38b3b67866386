{{- define "shop-library.v1._jobSpec" -}}
{{- include "shop-library.v1._toYamlFields" (list (pick .values
  "activeDeadlineSeconds" "backoffLimit" "completions" "parallelism" "ttlSecondsAfterFinished") "\n") }}
template:
  {{- include "shop-library.v1.pod" . | nindent 2 }}
{{- end -}}

{{- define "shop-library.v1.cronJob" -}}
---
apiVersion: batch/v1
kind: CronJob
{{ include "shop-library.v1._metadata" (dict "unit" . "name" .workloadName) }}
spec:
  schedule: {{ required (printf "%s: %s needs a schedule" .root.Chart.Name .fullname) .values.schedule | toRawJson }}
  {{- include "shop-library.v1._toYamlFields" (list (pick .values
    "concurrencyPolicy" "failedJobsHistoryLimit" "startingDeadlineSeconds" "successfulJobsHistoryLimit" "suspend"
    "timeZone") "\n  ") }}
  jobTemplate:
    spec:
      {{- include "shop-library.v1._jobSpec" . | trim | nindent 6 }}
{{- end -}}

{{/*
A job cannot be changed, so one that is no hook has a name that says what it does: a new job for a new pod. A hook may run
before the chart's other objects exist: its pod gets the configuration inline, and an early one (or a late one, when they
are gone) does not use the chart's account.
*/}}
{{- define "shop-library.v1.job" -}}
{{- $values := .values -}}
{{- $annotations := dict -}}
{{- $name := .workloadName -}}
{{- if $values.hook -}}
{{- $hook := join "," $values.hook -}}
{{- range list "pre-install" "pre-upgrade" "pre-rollback" "post-delete" -}}
{{- if contains . $hook -}}{{- $_ := set $ "beforeChart" true -}}{{- end -}}
{{- end -}}
{{- $annotations = dict
  "helm.sh/hook" $hook
  "helm.sh/hook-weight" (toString (int $values.weight))
  "helm.sh/hook-delete-policy" ($values.deletePolicy | default "before-hook-creation") -}}
{{- $_ := set . "configInline" true -}}
{{- end -}}
{{- $spec := include "shop-library.v1._jobSpec" . | trim -}}
{{- if not $values.hook -}}
{{- $name = printf "%s-%s" (trunc 54 $name) (sha256sum $spec | trunc 8) -}}
{{- $_ := set . "workloadName" $name -}}
{{- end -}}
---
apiVersion: batch/v1
kind: Job
{{ include "shop-library.v1._metadata" (dict "unit" . "name" $name "annotations" $annotations) }}
spec:
  {{- $spec | nindent 2 }}
{{- end -}}
