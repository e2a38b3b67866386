[# One container: c (its unit), w (its values), name, ports, main (it gets the unit's volumes). -#]
{{- define "[[ lib ]].container" -}}
{{- $root := .c.root -}}{{- $w := .w -}}{{- $port := .c.target -}}
- name: {{ toRawJson .name }}
  image: {{ include "[[ lib ]].image" (dict "root" $root "image" $w.image) | toRawJson }}
  {{- with $w.image.pullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  {{- range $field := list "command" "args" }}
  {{- with get $w $field }}
  {{ $field }}:
    {{- include "[[ lib ]]._strings" (dict "list" . "root" $root) | trim | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- with include "[[ lib ]]._env" . }}
  env:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- with include "[[ lib ]]._envFrom" . }}
  envFrom:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- with .ports }}
  ports:
    {{- range $name, $port := . }}
    {{- if $port.port }}
    - name: {{ toRawJson $name }}
      containerPort: {{ $port.port | int }}
      protocol: {{ $port.protocol | default "TCP" }}
    {{- end }}
    {{- end }}
  {{- end }}
  {{- range $name := list "livenessProbe" "readinessProbe" "startupProbe" }}
  {{- with get $w $name }}
  {{ $name }}:
    {{- include "[[ lib ]]._probe" (dict "probe" . "port" $port "name" (printf "%s: %s" $root.Chart.Name $name)) | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- include "[[ lib ]]._fields" (list (pick $w "workingDir" "resources" "securityContext") "\n  ") }}
  {{- with include "[[ lib ]]._lifecycle" $w }}
  lifecycle:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with include "[[ lib ]]._mounts" . }}
  volumeMounts:
    {{- . | trim | nindent 4 }}
  {{- end }}
{{- end -}}

[# A pause before SIGTERM, so that load balancers stop sending first; a preStop of one's own replaces it. -#]
{{- define "[[ lib ]]._lifecycle" -}}
{{- $lifecycle := .lifecycle | default dict -}}
{{- $sleep := .preStopSleepSeconds | int -}}
{{- if and $sleep (not $lifecycle.preStop) -}}
{{- $lifecycle = merge (dict "preStop" (dict "sleep" (dict "seconds" $sleep))) $lifecycle -}}
{{- end -}}
{{- with $lifecycle }}{{ include "[[ lib ]]._block" . | trim }}{{ end -}}
{{- end -}}
