[# volumeClaimTemplates cannot change after the first install, so they carry the selector's labels only. -#]
{{- define "[[ lib ]].statefulSet" -}}
{{- $c := . -}}{{- $w := .values -}}
---
apiVersion: apps/v1
kind: StatefulSet
{{ include "[[ lib ]]._metadata" . }}
spec:
  {{- if not ($w.autoscaling).enabled }}
  replicas: {{ $w.replicaCount | int }}
  {{- end }}
  serviceName: {{ .fullname }}-headless
  {{- include "[[ lib ]]._fields" (list (pick $w "revisionHistoryLimit" "minReadySeconds" "podManagementPolicy" "persistentVolumeClaimRetentionPolicy" "ordinals") "\n  ") }}
  selector:
    matchLabels:
      {{- .match | nindent 6 }}
  updateStrategy:
    {{- if $w.updateStrategy }}
    {{- include "[[ lib ]]._block" $w.updateStrategy | trim | nindent 4 }}
    {{- else }}
    type: RollingUpdate
    rollingUpdate:
      partition: {{ $w.partition | int }}
    {{- end }}
  template:
    {{- include "[[ lib ]].pod" . | nindent 4 }}
  {{- with $w.volumeClaims }}
  volumeClaimTemplates:
    {{- range $id, $claim := . }}
    {{- if $claim }}
    - apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: {{ $id }}
        labels:
          {{- $c.match | nindent 10 }}
        {{- with $claim.annotations }}
        annotations:
          {{- include "[[ lib ]]._block" . | trim | nindent 10 }}
        {{- end }}
      spec:
        {{- include "[[ lib ]]._claimSpec" (dict "c" $c "claim" $claim) | nindent 8 }}
    {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}
