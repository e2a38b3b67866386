{{/*
Of (list map line): the map's entries, each behind `line` (a line break and the indentation); false and 0 count as
values, null and what is empty does not.
*/}}
{{- define "shop-library.v1._toYamlFields" -}}
{{- $line := index . 1 -}}
{{- range $key, $value := index . 0 -}}
{{- if or (kindIs "map" $value) (kindIs "slice" $value) -}}
{{- if $value -}}
{{ $line }}{{ $key }}:{{ $line }}  {{ include "shop-library.v1._toYaml" $value | replace "\n" (print $line "  ") }}
{{- end -}}
{{- else if or $value (has (kindOf $value) (list "bool" "float64" "int64")) -}}
{{ $line }}{{ $key }}: {{ toRawJson $value }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
A map or a list, an entry a line, what is below as JSON: toYaml takes ten times as long.
*/}}
{{- define "shop-library.v1._toYaml" -}}
{{- $line := "" }}
{{- if kindIs "map" . }}
{{- range $key, $value := . }}
{{- $other := trimAll "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" $key }}
{{- $reserved := and (lt (len $key) 6) (contains (print " " (lower $key) " ") " true false null yes no on off y n ") }}
{{- $line }}{{ if or $other $reserved }}{{ toRawJson $key }}{{ else }}{{ $key }}{{ end }}: {{ toRawJson $value }}
{{- $line = "\n" }}
{{- end }}
{{- else }}
{{- range . }}
{{- $line }}- {{ toRawJson . }}
{{- $line = "\n" }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
One scalar as a quoted string; a chart template in it is evaluated. Numbers keep the form that people wrote.
*/}}
{{- define "shop-library.v1._tplString" -}}
{{- $text := toString .value -}}
{{- if kindIs "float64" .value -}}
{{- $text = toJson .value -}}
{{- end -}}
{{- if contains "{{" $text -}}
{{- $text = tpl $text .root -}}
{{- end -}}
{{- toRawJson $text -}}
{{- end -}}

{{/*
A map of scalars as YAML; entries that are null are left out.
*/}}
{{- define "shop-library.v1._tplStringMap" -}}
{{- $root := .root -}}
{{- range $key, $value := .data }}
{{- if not (kindIs "invalid" $value) }}
{{ toRawJson $key }}: {{ include "shop-library.v1._tplString" (dict "value" $value "root" $root) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "shop-library.v1._tplStringList" -}}
{{- $root := .root -}}
{{- range .list }}
- {{ include "shop-library.v1._tplString" (dict "value" . "root" $root) }}
{{- end }}
{{- end -}}

{{/*
Takes what is null out of a map, however deep: null takes a default away, Kubernetes knows none. Prints nothing.
*/}}
{{- define "shop-library.v1._dropNulls" -}}
{{- $map := . -}}
{{- range $key, $value := . -}}
{{- if kindIs "invalid" $value -}}{{- $_ := unset $map $key -}}
{{- else if kindIs "map" $value -}}{{- include "shop-library.v1._dropNulls" $value -}}
{{- else if kindIs "slice" $value -}}
{{- range $value -}}{{- if kindIs "map" . -}}{{- include "shop-library.v1._dropNulls" . -}}{{- end -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Two keys must not make one object: of (list unit what name key), where `what` is what they make. Prints nothing.
*/}}
{{- define "shop-library.v1._requireUnique" -}}
{{- $unit := index . 0 -}}{{- $id := print (index . 1) " " (index . 2) -}}{{- $key := print $unit.keyPath (index . 3) -}}
{{- with get $unit.uniqueNames $id -}}
{{- fail (printf "%s: %s and %s make the same %s; rename one of them" $unit.root.Chart.Name . $key $id) -}}
{{- end -}}
{{- $_ := set $unit.uniqueNames $id $key -}}
{{- end -}}

{{/*
The metadata of one object: of a unit, or of (dict unit name annotations more), where more are further labels.
*/}}
{{- define "shop-library.v1._metadata" -}}
{{- $unit := .unit | default . -}}
metadata:
  name: {{ .name | default $unit.fullname | toRawJson }}
  labels:
    {{- $unit.metadataLabels | nindent 4 }}
    {{- with .more }}
    {{- include "shop-library.v1._customLabels" . | trim | nindent 4 }}
    {{- end }}
{{- $annotations := .annotations }}
{{- with $unit.values.commonAnnotations }}
{{- $annotations = mustMergeOverwrite (deepCopy .) ($annotations | default dict) }}
{{- end }}
{{- with $annotations }}
  annotations:
    {{- include "shop-library.v1._toYaml" . | nindent 4 }}
{{- end }}
{{- end -}}
