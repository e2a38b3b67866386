[# The context of a further unit, {c, id, spec}, into `into`: what a container is (image, variables, identity, security)
comes from the unit above, what it does (command, ports, probes, volumes) does not. Only what `spec` changes of it is
copied: to copy all of it costs as much as the rest. -#]
[% set passed_on = '"commonAnnotations" "commonLabels" "env" "envFrom" "image" "imagePullSecrets" "nodeSelector" "podAnnotations" "podLabels" "podSecurityContext" "redeployAlways" "securityContext" "serviceAccount" "sessionStore" "tolerations"' -%]
{{- define "[[ lib ]]._sub" -}}
{{- $c := .c -}}{{- $spec := .spec -}}
{{- $kept := pick $c.values [[ passed_on ]] -}}
{{- range $key, $_ := $spec -}}
{{- with get $kept $key -}}{{- $_ := set $kept $key (deepCopy .) -}}{{- end -}}
{{- end -}}
{{- $base := omit (include "[[ lib ]].defaults" $c.root | fromJson) [[ passed_on ]] -}}
{{- $values := mustMergeOverwrite $base $kept (.defaults | default dict) $spec -}}
{{- $fullname := $spec.fullnameOverride | default (printf "%s-%s" $c.fullname ($spec.nameOverride | default .id)) -}}
{{- $labels := $spec.commonLabels | empty | ternary $c.labels "" -}}
{{- $_ := merge .into (dict "values" $values "root" $c.root "id" .id "container" .id "base" $c.base "fullname" $fullname "configMaps" $c.configMaps "checksum" $c.checksum "inlined" $c.inlined "labels" $labels) -}}
{{- include "[[ lib ]]._unit" .into -}}
{{- if not $spec.serviceAccount -}}
{{- $_ := set .into "account" $c.account -}}
{{- $_ := set .into.values "serviceAccount" (dict "create" false "automount" ($c.values.serviceAccount).automount "made" (eq (toString ($c.values.serviceAccount).create) "true")) -}}
{{- end -}}
{{- end -}}

{{- define "[[ lib ]]._jobs" -}}
{{- $c := . -}}
{{- $jobs := dict -}}
{{- range $id, $spec := .values.jobs -}}
{{- if $spec -}}{{- $_ := set $jobs $id $spec -}}{{- end -}}
{{- end -}}
{{- range $id := list "backup" "restore" -}}
{{- with index $c.values $id -}}
{{- if .enabled -}}{{- $_ := set $jobs $id . -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- range $id, $spec := $jobs }}
{{- if ne (toString $spec.enabled) "false" }}
{{- $job := dict }}
{{- $defaults := dict "preStopSleepSeconds" 0 "kind" (empty $spec.schedule | ternary "Job" "CronJob") "service" (dict "port" nil) }}
{{- include "[[ lib ]]._sub" (dict "c" $c "id" $id "spec" $spec "defaults" $defaults "into" $job) }}
{{ include (print "[[ lib ]]." (untitle $job.kind)) $job }}
{{- include "[[ lib ]]._claims" $job }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "[[ lib ]]._controllers" -}}
{{- $c := . -}}
{{- range $id, $spec := .values.controllers }}
{{- if and $spec (ne (toString $spec.enabled) "false") }}
{{- $unit := dict }}
{{- include "[[ lib ]]._sub" (dict "c" $c "id" $id "spec" $spec "into" $unit) }}
{{ include "[[ lib ]]._parts" $unit }}
{{- end }}
{{- end }}
{{- end -}}
