[# volumeClaimTemplates cannot change after the first install, so they carry the selector's labels only. -#]
{{- define "[[ lib ]].statefulSet" -}}
{{- $c := . -}}{{- $w := .values -}}
---
apiVersion: apps/v1
kind: StatefulSet
{{ include "[[ lib ]]._metadata" (dict "c" . "name" .workload) }}
spec:
  {{- if not (or ($w.autoscaling).enabled (kindIs "invalid" $w.replicaCount)) }}
  replicas: {{ $w.replicaCount | int }}
  {{- end }}
  serviceName: {{ include "[[ lib ]]._fit" (print .fullname "-headless") | toRawJson }}
  {{- include "[[ lib ]]._fields" (list (pick $w "revisionHistoryLimit" "minReadySeconds" "podManagementPolicy" "persistentVolumeClaimRetentionPolicy" "ordinals") "\n  ") }}
  selector:
    matchLabels:
      {{- .match | nindent 6 }}
  updateStrategy:
    {{- $strategy := $w.updateStrategy | default dict }}
    type: {{ $strategy.type | default "RollingUpdate" }}
    {{- if ne (toString $strategy.type) "OnDelete" }}
    rollingUpdate:
      {{- include "[[ lib ]]._block" (mustMergeOverwrite (dict "partition" (int $w.partition)) ($strategy.rollingUpdate | default dict)) | trim | nindent 6 }}
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
        name: {{ toRawJson $id }}
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
