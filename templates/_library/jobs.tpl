[# Hooks run before the chart's other objects exist, so their pods get the configuration inline and need no account. #]
{{- define "[[ lib ]]._jobSpec" -}}
{{- include "[[ lib ]]._fields" (dict "of" .w "indent" 0 "keys" (list "activeDeadlineSeconds" "backoffLimit" "completions" "parallelism" "ttlSecondsAfterFinished")) }}
template:
  {{- include "[[ lib ]].pod" (merge (dict "job" true) .) | nindent 2 }}
{{- end -}}

{{- define "[[ lib ]].cronJob" -}}
{{- $w := .w -}}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  {{- include "[[ lib ]]._metadata" (dict "c" .c "name" .name "component" .id) | nindent 2 }}
spec:
  schedule: {{ $w.schedule | quote }}
  {{- include "[[ lib ]]._fields" (dict "of" $w "indent" 2 "keys" (list "concurrencyPolicy" "failedJobsHistoryLimit" "startingDeadlineSeconds" "successfulJobsHistoryLimit" "suspend" "timeZone")) }}
  jobTemplate:
    spec:
      {{- include "[[ lib ]]._jobSpec" . | trim | nindent 6 }}
{{- end -}}

[# A job cannot be changed, so one that is no hook has a name that says what it does: a new job for a new pod. #]
{{- define "[[ lib ]].job" -}}
{{- $w := .w -}}
{{- $annotations := dict -}}
{{- with $w.hook -}}
{{- $_ := set $annotations "helm.sh/hook" (kindIs "slice" . | ternary (join "," .) (toString .)) -}}
{{- $_ := set $annotations "helm.sh/hook-weight" (toString (int $w.weight)) -}}
{{- $_ := set $annotations "helm.sh/hook-delete-policy" ($w.deletePolicy | default "before-hook-creation") -}}
{{- end -}}
{{- $spec := include "[[ lib ]]._jobSpec" (merge (dict "inline" (not (empty $w.hook))) .) | trim -}}
---
apiVersion: batch/v1
kind: Job
metadata:
  {{- $name := $w.hook | empty | ternary (printf "%s-%s" .name (sha256sum $spec | trunc 8)) .name }}
  {{- include "[[ lib ]]._metadata" (dict "c" .c "name" $name "component" .id "annotations" $annotations) | nindent 2 }}
spec:
  {{- $spec | nindent 2 }}
{{- end -}}
