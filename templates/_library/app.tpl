[# The one include of an app chart. #]
{{- define "[[ lib ]].app" -}}
{{- $c := dict "root" . -}}
{{- include "[[ lib ]].context" $c -}}
{{- include "[[ lib ]]._ports" $c -}}
{{- $v := $c.values -}}
{{- if $v.serviceAccount.create }}
{{ include "[[ lib ]].serviceAccount" $c }}
{{- end }}
{{- with $c.config }}
{{ include "[[ lib ]].configMap" (dict "c" $c "name" (printf "%s-config" $c.fullname) "data" .) }}
{{- end }}
{{- $main := dict "c" $c "id" "main" "name" $c.fullname "container" $c.root.Chart.Name "w" $v "ports" $c.ports }}
{{ include "[[ lib ]].workload" $main }}
{{- if and $v.service.enabled $c.ports }}
{{ include "[[ lib ]].service" (merge (dict "service" $v.service) $main) }}
{{- end }}
{{- if and (eq $v.kind "StatefulSet") $c.ports }}
{{ include "[[ lib ]].headlessService" $main }}
{{- end }}
{{- if ($v.ingress).enabled }}
{{ include "[[ lib ]].ingress" $c }}
{{- end }}
{{- end -}}
