[# volumeClaimTemplates cannot change after the first install, so they carry the selector's labels only. #]
{{- define "[[ lib ]].statefulSet" -}}
{{- $c := .c -}}{{- $w := .w -}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  {{- include "[[ lib ]]._metadata" (dict "c" $c "name" .name "component" .id) | nindent 2 }}
spec:
  {{- if not ($w.autoscaling).enabled }}
  replicas: {{ $w.replicaCount | int }}
  {{- end }}
  serviceName: {{ .name }}-headless
  {{- include "[[ lib ]]._fields" (dict "of" $w "indent" 2 "keys" (list "revisionHistoryLimit" "minReadySeconds" "podManagementPolicy" "persistentVolumeClaimRetentionPolicy" "ordinals")) }}
  selector:
    matchLabels:
      {{- include "[[ lib ]]._matchLabels" . | nindent 6 }}
  updateStrategy:
    {{- if $w.updateStrategy }}
    {{- toYaml $w.updateStrategy | nindent 4 }}
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
          {{- include "[[ lib ]]._matchLabels" $ | nindent 10 }}
        {{- with $claim.annotations }}
        annotations:
          {{- toYaml . | nindent 10 }}
        {{- end }}
      spec:
        {{- include "[[ lib ]]._claimSpec" (dict "c" $c "claim" $claim) | nindent 8 }}
    {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "[[ lib ]].volumeClaim" -}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  {{- $annotations := deepCopy (.claim.annotations | default dict) }}
  {{- if .claim.retain }}{{ $_ := set $annotations "helm.sh/resource-policy" "keep" }}{{ end }}
  {{- include "[[ lib ]]._metadata" (dict "c" .c "name" .name "component" .id "annotations" $annotations) | nindent 2 }}
spec:
  {{- include "[[ lib ]]._claimSpec" . | nindent 2 }}
{{- end -}}
