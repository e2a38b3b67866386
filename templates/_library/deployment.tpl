{{- define "[[ lib ]].deployment" -}}
{{- $w := .values -}}
---
apiVersion: apps/v1
kind: Deployment
{{ include "[[ lib ]]._metadata" . }}
spec:
  {{- if not (or ($w.autoscaling).enabled (kindIs "invalid" $w.replicaCount)) }}
  replicas: {{ $w.replicaCount | int }}
  {{- end }}
  {{- include "[[ lib ]]._fields" (list (pick $w "revisionHistoryLimit" "minReadySeconds") "\n  ") }}
  selector:
    matchLabels:
      {{- .match | nindent 6 }}
  strategy:
    {{- if $w.updateStrategy }}
    {{- include "[[ lib ]]._noPartition" . }}
    {{- include "[[ lib ]]._block" $w.updateStrategy | trim | nindent 4 }}
    {{- else }}
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
    {{- end }}
  template:
    {{- include "[[ lib ]].pod" . | nindent 4 }}
{{- end -}}

{{- define "[[ lib ]].daemonSet" -}}
---
apiVersion: apps/v1
kind: DaemonSet
{{- include "[[ lib ]]._noPartition" . }}
{{ include "[[ lib ]]._metadata" . }}
spec:
  {{- include "[[ lib ]]._fields" (list (pick .values "revisionHistoryLimit" "minReadySeconds" "updateStrategy") "\n  ") }}
  selector:
    matchLabels:
      {{- .match | nindent 6 }}
  template:
    {{- include "[[ lib ]].pod" . | nindent 4 }}
{{- end -}}

{{- define "[[ lib ]]._noPartition" -}}
{{- if hasKey ((.values.updateStrategy).rollingUpdate | default dict) "partition" -}}
{{- fail (printf "%s: %supdateStrategy.rollingUpdate.partition is for a StatefulSet; remove it from this %s" .root.Chart.Name .path .kind) -}}
{{- end -}}
{{- end -}}
