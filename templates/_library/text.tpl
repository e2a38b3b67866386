[# Text helpers. Templates return text only, so data travels in the dict that a define is given. -#]
[# Prints the non-empty fields `keys` of `of`, on new lines at `indent`; false and 0 count as values, null does not. -#]
{{- define "[[ lib ]]._fields" -}}
{{- $found := dict -}}
{{- $of := .of -}}
{{- range .keys -}}
{{- $value := get $of . -}}
{{- if or $value (kindIs "bool" $value) (kindIs "float64" $value) -}}
{{- $_ := set $found . $value -}}
{{- end -}}
{{- end -}}
{{- with $found -}}
{{- toYaml . | nindent (int $.indent) -}}
{{- end -}}
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
{{- toJson $text -}}
{{- end -}}

[# A map of scalars as YAML; entries that are null are left out. -#]
{{- define "[[ lib ]]._data" -}}
{{- $root := .root -}}
{{- range $key, $value := .data }}
{{- if not (kindIs "invalid" $value) }}
{{ $key }}: {{ include "[[ lib ]]._string" (dict "value" $value "root" $root) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "[[ lib ]]._strings" -}}
{{- $root := .root -}}
{{- range .list }}
- {{ include "[[ lib ]]._string" (dict "value" . "root" $root) }}
{{- end }}
{{- end -}}

[# name, labels and annotations of one object of unit c. -#]
{{- define "[[ lib ]]._metadata" -}}
metadata:
  name: {{ .name | default .c.fullname }}
  labels:
    {{- .c.labels | nindent 4 }}
    app.kubernetes.io/component: {{ .c.id }}
    {{- with include "[[ lib ]]._own" .labels }}
    {{- . | trim | nindent 4 }}
    {{- end }}
{{- $annotations := .annotations }}
{{- with .c.values.commonAnnotations }}
{{- $annotations = mustMergeOverwrite (deepCopy .) ($annotations | default dict) }}
{{- end }}
{{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
{{- end }}
{{- end -}}
