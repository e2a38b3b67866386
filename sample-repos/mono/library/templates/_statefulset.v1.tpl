{{/*
volumeClaimTemplates cannot change after the first install, so they carry the selector's labels only.
*/}}
{{- define "shop-library.v1.statefulSet" -}}
{{- $values := .values -}}
---
apiVersion: apps/v1
kind: StatefulSet
{{ include "shop-library.v1._metadata" (dict "unit" . "name" .workloadName) }}
spec:
  {{- if not (or ($values.autoscaling).enabled (kindIs "invalid" $values.replicaCount)) }}
  replicas: {{ $values.replicaCount | int }}
  {{- end }}
  serviceName: {{ include "shop-library.v1._serviceName" (print .fullname "-headless") | toRawJson }}
  {{- include "shop-library.v1._toYamlFields" (list (pick $values
    "revisionHistoryLimit" "minReadySeconds" "podManagementPolicy" "persistentVolumeClaimRetentionPolicy" "ordinals") "\n  ") }}
  selector:
    matchLabels:
      {{- .selectorLabels | nindent 6 }}
  updateStrategy:
    {{- $strategy := $values.updateStrategy | default dict }}
    type: {{ $strategy.type | default "RollingUpdate" }}
    {{- if ne (toString $strategy.type) "OnDelete" }}
    rollingUpdate:
      {{- include "shop-library.v1._toYaml" (mustMergeOverwrite
        (dict "partition" (int $values.partition)) ($strategy.rollingUpdate | default dict)) | nindent 6 }}
    {{- end }}
  template:
    {{- include "shop-library.v1.pod" . | nindent 4 }}
  {{- with $values.volumeClaims }}
  volumeClaimTemplates:
    {{- range $id, $claim := . }}
    {{- if $claim }}
    - apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: {{ toRawJson $id }}
        labels:
          {{- $.selectorLabels | nindent 10 }}
        {{- include "shop-library.v1._toYamlFields" (list (pick $claim "annotations") "\n        ") }}
      spec:
        {{- include "shop-library.v1._persistentVolumeClaimSpec" (dict "unit" $ "claim" $claim) | nindent 8 }}
    {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}
