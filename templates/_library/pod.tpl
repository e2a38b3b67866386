[# A pod template (metadata and spec) of a unit. `inline`: a hook's pod, which runs before the chart's other objects. -#]
{{- define "[[ lib ]].pod" -}}
{{- $w := .values -}}
metadata:
  labels:
    {{- include "[[ lib ]]._podLabels" . | nindent 4 }}
  {{- with include "[[ lib ]]._podAnnotations" . }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ if and .early ($w.serviceAccount).made }}default{{ else }}{{ toRawJson .account }}{{ end }}
  enableServiceLinks: false
  automountServiceAccountToken: {{ ($w.serviceAccount).automount | default false }}
  {{- with kindIs "invalid" $w.imagePullSecrets | ternary (.root.Values.global).imagePullSecrets $w.imagePullSecrets }}
  imagePullSecrets:
    {{- include "[[ lib ]]._block" . | trim | nindent 4 }}
  {{- end }}
  {{- with $w.podSecurityContext }}
  securityContext:
    {{- include "[[ lib ]]._block" . | trim | nindent 4 }}
  {{- end }}
  {{- include "[[ lib ]]._fields" (list (pick $w "terminationGracePeriodSeconds" "nodeSelector" "tolerations" "priorityClassName") "\n  ") }}
  {{- if has .kind (list "Job" "CronJob") }}
  restartPolicy: {{ $w.restartPolicy | default "Never" }}
  {{- else }}
  {{- with include "[[ lib ]]._spread" . }}
  topologySpreadConstraints:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- with include "[[ lib ]]._affinity" . }}
  affinity:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with include "[[ lib ]]._containers" (dict "c" . "of" $w.initContainers "key" "initContainers") }}
  initContainers:
    {{- . | trim | nindent 4 }}
  {{- end }}
  containers:
    {{- include "[[ lib ]].container" (dict "c" . "w" $w "name" .container "ports" .ports "main" true) | nindent 4 }}
    {{- with include "[[ lib ]]._containers" (dict "c" . "of" $w.sidecars "key" "sidecars") }}
    {{- . | trim | nindent 4 }}
    {{- end }}
  {{- with include "[[ lib ]]._volumes" . }}
  volumes:
    {{- . | trim | nindent 4 }}
  {{- end }}
{{- end -}}
