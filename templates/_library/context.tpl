[# Fills the dict it is given ({root}) with what the chart's main unit is: see _unit. Prints nothing. -#]
{{- define "[[ lib ]].context" -}}
{{- $root := .root -}}
{{- $archetype := required (printf "%s: archetype is missing" $root.Chart.Name) $root.Values.archetype -}}
{{- $values := include "[[ lib ]].defaults" $root | fromJson -}}
{{- $more := include (printf "[[ lib ]].defaults.%s" $archetype) $root | fromJson -}}
{{- $fullname := include "[[ lib ]].fullname" $root -}}
{{- $_ := merge . (dict "values" (mustMergeOverwrite $values $more $root.Values) "own" $root.Values "id" "main" "path" "" "taken" dict "container" $root.Chart.Name "fullname" $fullname "base" $fullname "configMaps" list "checksum" "" "inlined" dict "labels" "") -}}
{{- include "[[ lib ]]._unit" . -}}
{{- end -}}

[# A unit is a workload and what belongs to it: the chart's main one, each of `controllers`, each job. -#]
{{- define "[[ lib ]]._unit" -}}
{{- $values := .values -}}{{- $root := .root -}}
{{- if contains "null" (toRawJson .own) -}}
{{- include "[[ lib ]]._dropNulls" (omit $values "backup" "controllers" "extraObjects" "initContainers" "jobs" "restore" "sidecars") -}}
{{- range $key, $value := $values -}}{{- if kindIs "invalid" $value -}}{{- $_ := unset $values $key -}}{{- end -}}{{- end -}}
{{- end -}}
{{- $_ := set . "kind" ($values.kind | default "Deployment") -}}
{{- $_ := set . "workload" .fullname -}}
{{- $_ := set . "serviceName" .fullname -}}
{{- if gt (len .fullname) 52 -}}
{{- $_ := set . "serviceName" (include "[[ lib ]]._fit" .fullname) -}}
{{- if not (has .kind (list "Deployment" "DaemonSet")) -}}{{- $_ := set . "workload" (include "[[ lib ]]._short" (list 52 .fullname)) -}}{{- end -}}
{{- end -}}
{{- if not .labels -}}
{{- $_ := set . "labels" (include "[[ lib ]]._labels" (dict "root" $root "common" $values.commonLabels)) -}}
{{- end -}}
{{- $component := print "\napp.kubernetes.io/component: " (toRawJson .id) -}}
{{- $_ := set . "metadataLabels" (print .labels $component) -}}
{{- $_ := set . "match" (print (include "[[ lib ]].selectorLabels" $root) $component) -}}
{{- $account := $values.serviceAccount | default dict -}}
{{- $_ := set . "account" ($account.name | default (eq (toString $account.create) "true" | ternary .fullname "default")) -}}
{{- include "[[ lib ]]._ports" . -}}
{{- $data := dict -}}
{{- with $values.config -}}
{{- $_ := set $ "inlined" (mustMergeOverwrite (deepCopy $.inlined) .) -}}
{{- $_ := set $data (printf "%s-config" $.fullname) (include "[[ lib ]]._data" (dict "data" . "root" $root)) -}}
{{- $_ := set $ "configMaps" (append $.configMaps (printf "%s-config" $.fullname)) -}}
{{- end -}}
{{- range $kind := list "configMaps" "secrets" -}}
{{- range $id, $item := index $values $kind -}}
{{- if $item -}}
{{- $_ := set $data (printf "%s/%s" $kind $id) (include "[[ lib ]]._contents" (dict "of" $item "root" $root)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $_ := set . "data" $data -}}
{{- if $data -}}
{{- $_ := set . "checksum" (print .checksum (toJson $data) | sha256sum) -}}
{{- end -}}
{{- end -}}
