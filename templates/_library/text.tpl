[# Text helpers. Templates return text only, so data travels in the dict that a define is given. -#]
[# Of (list map indent keys): the map's non-empty fields on new lines; false and 0 count as values, null does not. -#]
{{- define "[[ lib ]]._fields" -}}
{{- $of := index . 0 -}}
{{- $text := "" -}}
{{- range $key := splitList " " (index . 2) -}}
{{- $value := index $of $key -}}
{{- if or $value (has (kindOf $value) (list "bool" "float64" "int64")) -}}
{{- if or (kindIs "map" $value) (kindIs "slice" $value) -}}
{{- $text = print $text "\n" $key ":" (include "[[ lib ]]._block" $value | replace "\n" "\n  ") -}}
{{- else -}}
{{- $text = print $text "\n" $key ": " (toRawJson $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $text | replace "\n" (print "\n" (repeat (index . 1) " ")) -}}
{{- end -}}

[# A map or a list, an entry on each new line, what is below as JSON: toYaml takes ten times as long. -#]
{{- define "[[ lib ]]._block" -}}
{{- if kindIs "map" . }}
{{- range $key, $value := . }}
{{ if or (trimAll "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" $key) (and (lt (len $key) 6) (has (lower $key) (list "true" "false" "null" "yes" "no" "on" "off" "y" "n"))) }}{{ toRawJson $key }}{{ else }}{{ $key }}{{ end }}: {{ toRawJson $value }}
{{- end }}
{{- else }}
{{- range . }}
- {{ toRawJson . }}
{{- end }}
{{- end }}
{{- end -}}

[# One scalar as a quoted string; a chart template in it is evaluated. Numbers keep the form that people wrote. -#]
{{- define "[[ lib ]]._string" -}}
{{- $text := toString .value -}}
{{- if kindIs "float64" .value -}}
{{- $text = toJson .value -}}
{{- end -}}
{{- if contains "{{" $text -}}
{{- $text = tpl $text .root -}}
{{- end -}}
{{- toRawJson $text -}}
{{- end -}}

[# A name as it is, quoted where YAML would take it for something else than text. -#]
{{- define "[[ lib ]]._plain" -}}
{{ if or (trimAll "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" (trunc 1 .)) (and (lt (len .) 6) (has (lower .) (list "true" "false" "null" "yes" "no" "on" "off" "y" "n"))) }}{{ toRawJson . }}{{ else }}{{ . }}{{ end }}
{{- end -}}

[# A map of scalars as YAML; entries that are null are left out. -#]
{{- define "[[ lib ]]._data" -}}
{{- $root := .root -}}
{{- range $key, $value := .data }}
{{- if not (kindIs "invalid" $value) }}
{{ include "[[ lib ]]._plain" $key }}: {{ include "[[ lib ]]._string" (dict "value" $value "root" $root) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "[[ lib ]]._strings" -}}
{{- $root := .root -}}
{{- range .list }}
- {{ include "[[ lib ]]._string" (dict "value" . "root" $root) }}
{{- end }}
{{- end -}}

[# The metadata of one object: of a unit, or of (dict c name annotations more), where more are further labels. -#]
{{- define "[[ lib ]]._metadata" -}}
{{- $c := .c | default . -}}
metadata:
  name: {{ .name | default $c.fullname }}
  labels:
    {{- $c.labels | nindent 4 }}
    app.kubernetes.io/component: {{ $c.id }}
    {{- with .more }}
    {{- include "[[ lib ]]._own" . | trim | nindent 4 }}
    {{- end }}
{{- $annotations := .annotations }}
{{- with $c.values.commonAnnotations }}
{{- $annotations = mustMergeOverwrite (deepCopy .) ($annotations | default dict) }}
{{- end }}
{{- with $annotations }}
  annotations:
    {{- include "[[ lib ]]._block" . | trim | nindent 4 }}
{{- end }}
{{- end -}}
