{{/*
What a ConfigMap or Secret holds: `data`, and the chart's files that match the pattern `files`.
*/}}
{{- define "shop-library.v1._configData" -}}
{{- include "shop-library.v1._tplStringMap" (dict "data" .of.data "root" .root) -}}
{{- if .of.files }}
{{- with .root.Files.Glob .of.files }}
{{ .AsConfig }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "shop-library.v1.configMap" -}}
---
apiVersion: v1
kind: ConfigMap
{{ include "shop-library.v1._metadata" (dict "unit" .unit "name" .name "more" .labels "annotations" .annotations) }}
data:
  {{- .data | trim | nindent 2 }}
{{- end -}}

{{- define "shop-library.v1._configMaps" -}}
{{- $name := print .fullname "-config" }}
{{- with get .configData $name }}
{{- include "shop-library.v1._requireUnique" (list $ "ConfigMap" $name "config") }}
{{ include "shop-library.v1.configMap" (dict "unit" $ "name" $name "data" .) }}
{{- end }}
{{- range $id, $item := .values.configMaps }}
{{- if $item }}
{{- $data := get $.configData (printf "configMaps/%s" $id) }}
{{- $name := printf "%s-%s" $.chartFullname $id }}
{{- include "shop-library.v1._requireUnique" (list $ "ConfigMap" $name (print "configMaps." $id)) }}
{{ include "shop-library.v1.configMap" (dict
  "unit" $ "name" $name "data" $data "labels" $item.labels "annotations" $item.annotations) }}
{{- end }}
{{- end }}
{{- end -}}
