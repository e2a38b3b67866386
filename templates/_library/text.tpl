[# Text helpers. Templates return text only, so data travels in the dict that a define is given. -#]
[# Of (list map line): the map's entries, each behind `line` (a line break and the indentation); false and 0 count as
values, null and what is empty does not. -#]
{{- define "[[ lib ]]._fields" -}}
{{- $line := index . 1 -}}
{{- range $key, $value := index . 0 -}}
{{- if or (kindIs "map" $value) (kindIs "slice" $value) -}}
{{- if $value }}{{ $line }}{{ $key }}:{{ include "[[ lib ]]._block" $value | replace "\n" (print $line "  ") }}{{ end -}}
{{- else if or $value (has (kindOf $value) (list "bool" "float64" "int64")) -}}
{{ $line }}{{ $key }}: {{ toRawJson $value }}
{{- end -}}
{{- end -}}
{{- end -}}

[# A map or a list, an entry on each new line, what is below as JSON: toYaml takes ten times as long. -#]
{{- define "[[ lib ]]._block" -}}
{{- if kindIs "map" . }}
{{- range $key, $value := . }}
{{ if or (trimAll "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" $key) (and (lt (len $key) 6) (contains (print " " (lower $key) " ") " true false null yes no on off y n ")) }}{{ toRawJson $key }}{{ else }}{{ $key }}{{ end }}: {{ toRawJson $value }}
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

[# A map of scalars as YAML; entries that are null are left out. -#]
{{- define "[[ lib ]]._data" -}}
{{- $root := .root -}}
{{- range $key, $value := .data }}
{{- if not (kindIs "invalid" $value) }}
{{ toRawJson $key }}: {{ include "[[ lib ]]._string" (dict "value" $value "root" $root) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "[[ lib ]]._strings" -}}
{{- $root := .root -}}
{{- range .list }}
- {{ include "[[ lib ]]._string" (dict "value" . "root" $root) }}
{{- end }}
{{- end -}}

[# Takes what is null out of a map, however deep: null takes a default away, Kubernetes knows none. Prints nothing. -#]
{{- define "[[ lib ]]._dropNulls" -}}
{{- $map := . -}}
{{- range $key, $value := . -}}
{{- if kindIs "invalid" $value -}}{{- $_ := unset $map $key -}}
{{- else if kindIs "map" $value -}}{{- include "[[ lib ]]._dropNulls" $value -}}
{{- else if kindIs "slice" $value -}}
{{- range $value -}}{{- if kindIs "map" . -}}{{- include "[[ lib ]]._dropNulls" . -}}{{- end -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

[# Two keys must not make one object: of c, what (they make), name, key. Prints nothing. -#]
{{- define "[[ lib ]]._once" -}}
{{- $id := print .what " " .name -}}{{- $key := print .c.path .key -}}
{{- with get .c.taken $id -}}
{{- fail (printf "%s: %s and %s make the same %s; rename one of them" $.c.root.Chart.Name . $key $id) -}}
{{- end -}}
{{- $_ := set .c.taken $id $key -}}
{{- end -}}

[# The metadata of one object: of a unit, or of (dict c name annotations more), where more are further labels. -#]
{{- define "[[ lib ]]._metadata" -}}
{{- $c := .c | default . -}}
metadata:
  name: {{ .name | default $c.fullname | toRawJson }}
  labels:
    {{- $c.metadataLabels | nindent 4 }}
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
