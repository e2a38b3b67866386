{{- define "shop-library.v1.deployment" -}}
{{- $values := .values -}}
---
apiVersion: apps/v1
kind: Deployment
{{ include "shop-library.v1._metadata" . }}
spec:
  {{- if not (or ($values.autoscaling).enabled (kindIs "invalid" $values.replicaCount)) }}
  replicas: {{ $values.replicaCount | int }}
  {{- end }}
  {{- include "shop-library.v1._toYamlFields" (list (pick $values "revisionHistoryLimit" "minReadySeconds") "\n  ") }}
  selector:
    matchLabels:
      {{- .selectorLabels | nindent 6 }}
  strategy:
    {{- if $values.updateStrategy }}
    {{- include "shop-library.v1._refusePartition" . }}
    {{- include "shop-library.v1._toYaml" $values.updateStrategy | nindent 4 }}
    {{- else }}
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
    {{- end }}
  template:
    {{- include "shop-library.v1.pod" . | nindent 4 }}
{{- end -}}

{{- define "shop-library.v1.daemonSet" -}}
---
apiVersion: apps/v1
kind: DaemonSet
{{- include "shop-library.v1._refusePartition" . }}
{{ include "shop-library.v1._metadata" . }}
spec:
  {{- include "shop-library.v1._toYamlFields" (list (pick .values "revisionHistoryLimit" "minReadySeconds" "updateStrategy") "\n  ") }}
  selector:
    matchLabels:
      {{- .selectorLabels | nindent 6 }}
  template:
    {{- include "shop-library.v1.pod" . | nindent 4 }}
{{- end -}}

{{- define "shop-library.v1._refusePartition" -}}
{{- if hasKey ((.values.updateStrategy).rollingUpdate | default dict) "partition" -}}
{{- fail (printf
  "%supdateStrategy.rollingUpdate.partition is for a StatefulSet; remove it from this %s" .where .kind) -}}
{{- end -}}
{{- end -}}
