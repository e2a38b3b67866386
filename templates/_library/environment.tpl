[# Variables that refer to others, `$(NAME)`, come last: Kubernetes expands only what stands above. #]
{{- define "[[ lib ]]._env" -}}
{{- $root := .c.root -}}
{{- $env := .w.env | default dict -}}
{{- if and .inline .c.values.config -}}
{{- $env = mustMergeOverwrite (deepCopy .c.values.config) $env -}}
{{- end -}}
{{- range $last := list false true }}
{{- range $name, $value := $env }}
{{- $late := and (kindIs "string" $value) (contains "$(" (toString $value)) }}
{{- if and (eq $late $last) (not (kindIs "invalid" $value)) }}
- name: {{ $name }}
  {{- if kindIs "map" $value }}
  valueFrom:
    {{- toYaml $value | nindent 4 }}
  {{- else }}
  value: {{ include "[[ lib ]]._string" (dict "value" $value "root" $root) }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "[[ lib ]]._envFrom" -}}
{{- $c := .c -}}
{{- if and $c.config (not .inline) }}
- configMapRef:
    name: {{ $c.fullname }}-config
{{- end }}
{{- range $id, $source := .w.envFrom }}
{{- if $source }}
- {{- include "[[ lib ]]._fields" (dict "of" $source "indent" 2 "keys" (list "prefix" "configMapRef" "secretRef")) }}
  {{- with $source.configMap }}
  configMapRef:
    name: {{ $c.fullname }}-{{ . }}
  {{- end }}
  {{- with $source.secret }}
  secretRef:
    name: {{ $c.fullname }}-{{ . }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}
