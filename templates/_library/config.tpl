[# What a ConfigMap or Secret holds: `data`, and the chart's files that match the pattern `files`. -#]
{{- define "[[ lib ]]._contents" -}}
{{- include "[[ lib ]]._data" (dict "data" .of.data "root" .root) -}}
{{- if .of.files }}
{{- with .root.Files.Glob .of.files }}
{{ .AsConfig }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "[[ lib ]].configMap" -}}
---
apiVersion: v1
kind: ConfigMap
{{ include "[[ lib ]]._metadata" (dict "c" .c "name" .name "more" .labels "annotations" .annotations) }}
data:
  {{- .data | trim | nindent 2 }}
{{- end -}}

{{- define "[[ lib ]]._config" -}}
{{- $c := . -}}
{{- with get .data (printf "%s-config" .fullname) }}
{{- include "[[ lib ]]._once" (dict "c" $c "what" "ConfigMap" "name" (printf "%s-config" $c.fullname) "key" "config") }}
{{ include "[[ lib ]].configMap" (dict "c" $c "name" (printf "%s-config" $c.fullname) "data" .) }}
{{- end }}
{{- range $id, $item := .values.configMaps }}
{{- if $item }}
{{- $data := get $c.data (printf "configMaps/%s" $id) }}
{{- include "[[ lib ]]._once" (dict "c" $c "what" "ConfigMap" "name" (printf "%s-%s" $c.base $id) "key" (print "configMaps." $id)) }}
{{ include "[[ lib ]].configMap" (dict "c" $c "name" (printf "%s-%s" $c.base $id) "data" $data "labels" $item.labels "annotations" $item.annotations) }}
{{- end }}
{{- end }}
{{- end -}}
