[# A pod template (metadata and spec): c, w, id, ports, and job for pods that end. No chart version stands in it. #]
{{- define "[[ lib ]].pod" -}}
{{- $c := .c -}}{{- $w := .w -}}
metadata:
  labels:
    {{- include "[[ lib ]]._podLabels" . | nindent 4 }}
  {{- with include "[[ lib ]]._podAnnotations" . }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ if .inline }}{{ ($w.serviceAccount).create | ternary "default" (include "[[ lib ]].serviceAccountName" $c) }}{{ else }}{{ include "[[ lib ]].serviceAccountName" $c }}{{ end }}
  automountServiceAccountToken: {{ ($w.serviceAccount).automount | default false }}
  {{- with $w.imagePullSecrets | default ($c.values.global).imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $w.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- include "[[ lib ]]._fields" (dict "of" $w "indent" 2 "keys" (list "enableServiceLinks" "terminationGracePeriodSeconds" "nodeSelector" "tolerations" "priorityClassName")) }}
  {{- if .job }}
  restartPolicy: {{ $w.restartPolicy | default "Never" }}
  {{- else }}
  {{- include "[[ lib ]]._spread" . }}
  {{- end }}
  {{- $containers := dict "c" $c "persistence" $w.persistence "inline" .inline }}
  {{- with include "[[ lib ]]._containers" (merge (dict "of" $w.initContainers "w" $w) $containers) }}
  initContainers:
    {{- . | trim | nindent 4 }}
  {{- end }}
  containers:
    {{- include "[[ lib ]].container" (merge (dict "w" $w "name" .container "ports" .ports "main" true) $containers) | nindent 4 }}
    {{- with include "[[ lib ]]._containers" (merge (dict "of" $w.sidecars "w" $w) $containers) }}
    {{- . | trim | nindent 4 }}
    {{- end }}
  {{- with include "[[ lib ]]._volumes" . }}
  volumes:
    {{- . | trim | nindent 4 }}
  {{- end }}
{{- end -}}
