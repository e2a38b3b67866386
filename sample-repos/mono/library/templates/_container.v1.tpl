{{/*
One container: unit, values (the container's), name, ports, main (it gets the unit's volumes).
*/}}
{{- define "shop-library.v1.container" -}}
{{- $root := .unit.root -}}{{- $values := .values -}}{{- $port := .unit.targetPort -}}
- name: {{ toRawJson .name }}
  image: {{ include "shop-library.v1.image" (dict "root" $root "image" $values.image) | toRawJson }}
  {{- with $values.image.pullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  {{- range $field := list "command" "args" }}
  {{- with get $values $field }}
  {{ $field }}:
    {{- include "shop-library.v1._tplStringList" (dict "list" . "root" $root) | trim | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- with include "shop-library.v1._env" . }}
  env:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- with include "shop-library.v1._envFrom" . }}
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
  {{- with get $values $name }}
  {{ $name }}:
    {{- include "shop-library.v1._probe" (dict "probe" . "port" $port "name" (printf "%s: %s" $root.Chart.Name $name)) | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- include "shop-library.v1._toYamlFields" (list (pick $values "workingDir" "resources" "securityContext") "\n  ") }}
  {{- with include "shop-library.v1._lifecycle" $values }}
  lifecycle:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with include "shop-library.v1._volumeMounts" . }}
  volumeMounts:
    {{- . | trim | nindent 4 }}
  {{- end }}
{{- end -}}

{{/*
A pause before SIGTERM, so that load balancers stop sending first; a preStop of one's own replaces it.
*/}}
{{- define "shop-library.v1._lifecycle" -}}
{{- $lifecycle := .lifecycle | default dict -}}
{{- $sleep := .preStopSleepSeconds | int -}}
{{- if and $sleep (not $lifecycle.preStop) -}}
{{- $lifecycle = merge (dict "preStop" (dict "sleep" (dict "seconds" $sleep))) $lifecycle -}}
{{- end -}}
{{- with $lifecycle }}{{ include "shop-library.v1._toYaml" . }}{{ end -}}
{{- end -}}
