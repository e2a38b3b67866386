[# Variables that refer to others, `$(NAME)`, come last: Kubernetes expands only what stands above. A hook's pod gets the
configuration inline, since its ConfigMap may not exist yet. -#]
{{- define "[[ lib ]]._env" -}}
{{- $root := .c.root -}}
{{- $env := .w.env | default dict -}}
{{- if .c.inline -}}
{{- $env = mustMergeOverwrite (deepCopy .c.inlined) $env -}}
{{- end -}}
{{- with .c.values.sessionStore }}
{{- if or .secretKeyRef .url }}
{{- $env = merge (dict "SESSION_STORE_URL" (ternary .url (dict "secretKeyRef" .secretKeyRef) (empty .secretKeyRef))) $env }}
{{- end }}
{{- end }}
{{- range $last := list false true }}
{{- range $name, $value := $env }}
{{- $late := and (kindIs "string" $value) (contains "$(" (toString $value)) }}
{{- if and (eq $late $last) (or $value (not (kindIs "map" $value))) (not (kindIs "invalid" $value)) }}
- name: {{ toRawJson $name }}
  {{- if kindIs "map" $value }}
  valueFrom:
    {{- include "[[ lib ]]._block" $value | trim | nindent 4 }}
  {{- else }}
  value: {{ include "[[ lib ]]._string" (dict "value" $value "root" $root) }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "[[ lib ]]._envFrom" -}}
{{- $c := .c -}}
{{- if not $c.inline }}
{{- range $c.configMaps }}
- configMapRef:
    name: {{ toRawJson . }}
{{- end }}
{{- end }}
{{- range $id, $source := .w.envFrom }}
{{- if $source }}
{{- $entry := dict "prefix" $source.prefix "configMapRef" $source.configMapRef "secretRef" $source.secretRef }}
{{- with $source.configMap }}{{ $_ := set $entry "configMapRef" (dict "name" (printf "%s-%s" $c.base .)) }}{{ end }}
{{- with $source.secret }}{{ $_ := set $entry "secretRef" (dict "name" (printf "%s-%s" $c.base .)) }}{{ end }}
- {{ include "[[ lib ]]._fields" (list $entry "\n  ") | trim }}
{{- end }}
{{- end }}
{{- end -}}
