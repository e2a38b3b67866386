[# Fills the dict it is given ({root}) with what every object needs; prints nothing. #]
{{- define "[[ lib ]].context" -}}
{{- $root := .root -}}
{{- $values := include "[[ lib ]].defaults" $root | fromYaml -}}
{{- $archetype := $root.Values.archetype | default "rest-api" -}}
{{- $values = mustMergeOverwrite $values (include (printf "[[ lib ]].defaults.%s" $archetype) $root | fromYaml) $root.Values -}}
{{- $_ := set . "values" $values -}}
{{- $_ := set . "fullname" (include "[[ lib ]].fullname" $root) -}}
{{- $_ := set . "labels" (include "[[ lib ]].labels" $root) -}}
{{- $_ := set . "selector" (include "[[ lib ]].selectorLabels" $root) -}}
{{- $config := include "[[ lib ]]._data" (dict "data" $values.config "root" $root) -}}
{{- $_ := set . "config" $config -}}
{{- $_ := set . "checksum" (empty $config | ternary "" (sha256sum $config)) -}}
{{- end -}}

[# The values of a further controller or job: what the container is comes from the main one, what it does does not. #]
{{- define "[[ lib ]]._inherit" -}}
{{- $base := include "[[ lib ]].defaults" .c.root | fromYaml -}}
{{- $main := pick .c.values "image" "imagePullSecrets" "env" "envFrom" "podSecurityContext" "securityContext" "serviceAccount" "podLabels" "podAnnotations" "nodeSelector" "tolerations" -}}
{{- $_ := set .into "values" (mustMergeOverwrite $base (deepCopy $main) .values) -}}
{{- end -}}

[# The number of instances that are sure to run, for budgets. #]
{{- define "[[ lib ]]._instances" -}}
{{- if (.autoscaling).enabled -}}
{{- .autoscaling.minReplicas | default 1 | int -}}
{{- else -}}
{{- .replicaCount | int -}}
{{- end -}}
{{- end -}}

[# Refuses values that each look right and do not fit together. #]
{{- define "[[ lib ]]._check" -}}
{{- $name := .c.root.Chart.Name -}}
{{- range $probe := list "livenessProbe" "readinessProbe" "startupProbe" -}}
{{- with get $.w $probe -}}
{{- $handlers := list -}}
{{- range $handler := list "exec" "grpc" "httpGet" "tcpSocket" -}}
{{- if get (get $.w $probe) $handler -}}{{- $handlers = append $handlers $handler -}}{{- end -}}
{{- end -}}
{{- if gt (len $handlers) 1 -}}
{{- fail (printf "%s: %s has %s; keep one and set the others to null" $name $probe (join " and " $handlers)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
