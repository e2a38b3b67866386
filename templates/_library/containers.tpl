[# Further containers of a pod, by `order`, then by name. Image and security are the main container's unless set. -#]
{{- define "[[ lib ]]._containers" -}}
{{- $c := .c -}}{{- $of := .of -}}{{- $key := .key -}}
{{- $sorted := list -}}
{{- range $id, $spec := $of -}}
{{- if and $spec (ne (toString $spec.enabled) "false") -}}
{{- $sorted = append $sorted (printf "%06d %s" (int $spec.order) $id) -}}
{{- end -}}
{{- end -}}
{{- range sortAlpha $sorted }}
{{- $id := index (splitList " " .) 1 }}
{{- $spec := get $of $id }}
{{- if eq $id $c.container }}{{ fail (printf "%s: %s%s.%s has the name of the main container; rename it" $c.root.Chart.Name $c.path $key $id) }}{{ end }}
{{- $base := dict "securityContext" (deepCopy ($c.values.securityContext | default dict)) "image" (dict "pullPolicy" "IfNotPresent") }}
{{- if ($spec.image).repository }}
{{- include "[[ lib ]]._ownImage" (dict "root" $c.root "image" $spec.image "key" (print $c.path $key "." $id)) }}
{{- else }}
{{- $_ := set $base "image" (deepCopy ($c.values.image | default dict)) }}
{{- end }}
{{- $_ := set $base "resources" (dict "requests" (dict "cpu" "10m" "memory" "32Mi") "limits" (dict "memory" "128Mi")) }}
{{- $w := mustMergeOverwrite $base $spec }}
{{- if contains "null" (toRawJson $spec) }}{{ include "[[ lib ]]._dropNulls" $w }}{{ end }}
{{ include "[[ lib ]].container" (dict "c" $c "w" $w "name" $id "ports" $w.ports) }}
  {{- with $spec.restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}
