{{- define "[[ lib ]].deployment" -}}
{{- $w := .w -}}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "[[ lib ]]._metadata" (dict "c" .c "name" .name "component" .id) | nindent 2 }}
spec:
  {{- if not ($w.autoscaling).enabled }}
  replicas: {{ $w.replicaCount | int }}
  {{- end }}
  {{- include "[[ lib ]]._fields" (dict "of" $w "indent" 2 "keys" (list "revisionHistoryLimit" "minReadySeconds" "progressDeadlineSeconds")) }}
  selector:
    matchLabels:
      {{- include "[[ lib ]]._matchLabels" . | nindent 6 }}
  strategy:
    {{- if $w.updateStrategy }}
    {{- toYaml $w.updateStrategy | nindent 4 }}
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
{{- $w := .w -}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  {{- include "[[ lib ]]._metadata" (dict "c" .c "name" .name "component" .id) | nindent 2 }}
spec:
  {{- include "[[ lib ]]._fields" (dict "of" $w "indent" 2 "keys" (list "revisionHistoryLimit" "minReadySeconds" "updateStrategy")) }}
  selector:
    matchLabels:
      {{- include "[[ lib ]]._matchLabels" . | nindent 6 }}
  template:
    {{- include "[[ lib ]].pod" . | nindent 4 }}
{{- end -}}
