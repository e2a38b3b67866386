{{/*
A pod template (metadata and spec) of a unit.
*/}}
{{- define "shop-library.v1.pod" -}}
{{- $values := .values -}}
metadata:
  labels:
    {{- include "shop-library.v1._podLabels" . | nindent 4 }}
  {{- with include "shop-library.v1._podAnnotations" . }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ if and .beforeChart ($values.serviceAccount).made }}default{{ else }}{{ toRawJson .serviceAccountName }}{{ end }}
  enableServiceLinks: false
  automountServiceAccountToken: {{ ($values.serviceAccount).automount | default false }}
  {{- $secrets := kindIs "invalid" $values.imagePullSecrets | ternary (.root.Values.global).imagePullSecrets $values.imagePullSecrets }}
  {{- include "shop-library.v1._toYamlFields" (list
    (dict "imagePullSecrets" $secrets "securityContext" $values.podSecurityContext) "\n  ") }}
  {{- include "shop-library.v1._toYamlFields" (list
    (pick $values "terminationGracePeriodSeconds" "nodeSelector" "tolerations" "priorityClassName") "\n  ") }}
  {{- if contains "Job" .kind }}
  restartPolicy: {{ $values.restartPolicy | default "Never" }}
  {{- else }}
  {{- with include "shop-library.v1._topologySpread" . }}
  topologySpreadConstraints:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- with include "shop-library.v1._affinity" . }}
  affinity:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with include "shop-library.v1._extraContainers" (dict "unit" . "of" $values.initContainers "key" "initContainers") }}
  initContainers:
    {{- . | trim | nindent 4 }}
  {{- end }}
  containers:
    {{- include "shop-library.v1.container" (dict "unit" . "values" $values "name" .containerName "ports" .ports "main" true) | nindent 4 }}
    {{- with include "shop-library.v1._extraContainers" (dict "unit" . "of" $values.sidecars "key" "sidecars") }}
    {{- . | trim | nindent 4 }}
    {{- end }}
  {{- with include "shop-library.v1._volumes" . }}
  volumes:
    {{- . | trim | nindent 4 }}
  {{- end }}
{{- end -}}
