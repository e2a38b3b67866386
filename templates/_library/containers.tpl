[# Further containers of a pod, by `order`, then by name. Image and security are the main container's unless set. #]
{{- define "[[ lib ]]._containers" -}}
{{- $given := . -}}
{{- $sorted := list -}}
{{- range $id, $spec := .of -}}
{{- if and $spec (ne (toString $spec.enabled) "false") -}}
{{- $sorted = append $sorted (printf "%06d %s" (int $spec.order) $id) -}}
{{- end -}}
{{- end -}}
{{- range sortAlpha $sorted }}
{{- $id := index (splitList " " .) 1 }}
{{- $spec := get $given.of $id }}
{{- $base := deepCopy (pick $given.w "image" "securityContext") }}
{{- if $spec.image }}{{ $_ := set $base "image" (dict "pullPolicy" "IfNotPresent") }}{{ end }}
{{- $_ := set $base "resources" (dict "requests" (dict "cpu" "10m" "memory" "32Mi") "limits" (dict "memory" "128Mi")) }}
{{- $ports := dict }}
{{- range $name, $port := $spec.ports }}{{ if $port }}{{ $_ := set $ports $name $port }}{{ end }}{{ end }}
{{- $w := mustMergeOverwrite $base $spec }}
{{ include "[[ lib ]].container" (dict "c" $given.c "w" $w "name" $id "ports" $ports "persistence" $given.persistence "inline" $given.inline) }}
  {{- with $spec.restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}
