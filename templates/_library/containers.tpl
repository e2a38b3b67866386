[# Further containers of a pod, by `order`, then by name. Image and security are the main container's unless set. -#]
{{- define "[[ lib ]]._containers" -}}
{{- $c := .c -}}{{- $of := .of -}}
{{- $sorted := list -}}
{{- range $id, $spec := $of -}}
{{- if and $spec (ne (toString $spec.enabled) "false") -}}
{{- $sorted = append $sorted (printf "%06d %s" (int $spec.order) $id) -}}
{{- end -}}
{{- end -}}
{{- range sortAlpha $sorted }}
{{- $id := index (splitList " " .) 1 }}
{{- $spec := get $of $id }}
{{- $base := dict "securityContext" (deepCopy ($c.values.securityContext | default dict)) }}
{{- $_ := set $base "image" (ternary (dict "pullPolicy" "IfNotPresent") (deepCopy ($c.values.image | default dict)) (not (empty ($spec.image).repository))) }}
{{- $_ := set $base "resources" (dict "requests" (dict "cpu" "10m" "memory" "32Mi") "limits" (dict "memory" "128Mi")) }}
{{- $w := mustMergeOverwrite $base $spec }}
{{ include "[[ lib ]].container" (dict "c" $c "w" $w "name" $id "ports" $w.ports) }}
  {{- with $spec.restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}
