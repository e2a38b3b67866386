{{/*
Further containers of a pod, by `order`, then by name. Image and security are the main container's unless set.
*/}}
{{- define "shop-library.v1._extraContainers" -}}
{{- $unit := .unit -}}{{- $of := .of -}}{{- $key := .key -}}
{{- $sorted := list -}}
{{- range $id, $spec := $of -}}
{{- if and $spec (ne (toString $spec.enabled) "false") -}}
{{- $sorted = append $sorted (printf "%06d %s" (int $spec.order) $id) -}}
{{- end -}}
{{- end -}}
{{- range sortAlpha $sorted }}
{{- $id := index (splitList " " .) 1 }}
{{- $spec := get $of $id }}
{{- if eq $id $unit.containerName }}
{{- fail (printf "%s%s.%s has the name of the main container; rename it" $unit.where $key $id) }}
{{- end }}
{{- $base := fromJson `{"image": {"pullPolicy": "IfNotPresent"},
  "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}}}` }}
{{- $_ := set $base "securityContext" (deepCopy ($unit.values.securityContext | default dict)) }}
{{- if ($spec.image).repository }}
{{- include "shop-library.v1._requireTag" (dict "root" $unit.root "image" $spec.image "key" (print $unit.keyPath $key "." $id)) }}
{{- else }}
{{- $_ := set $base "image" (deepCopy ($unit.values.image | default dict)) }}
{{- end }}
{{- $values := mustMergeOverwrite $base $spec }}
{{- if contains "null" (toRawJson $spec) }}{{ include "shop-library.v1._dropNulls" $values }}{{ end }}
{{ include "shop-library.v1.container" (dict "unit" $unit "values" $values "name" $id "ports" $values.ports) }}
  {{- with $spec.restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}
