[# The context of a further unit, {c, id, key, spec}, into `into`: what a container is (image, variables, identity, security)
comes from the unit above, what it does (command, ports, probes, volumes) does not. Only what `spec` changes of it is
copied: to copy all of it costs as much as the rest. An image with a repository of its own and an account are not mixed
with the main one's; an account's name alone means one that exists. -#]
[% set passed_on = '"commonAnnotations" "commonLabels" "env" "envFrom" "image" "imagePullSecrets" "nodeSelector" "podAnnotations" "podLabels" "podSecurityContext" "redeployAlways" "securityContext" "serviceAccount" "sessionStore" "tolerations"' -%]
{{- define "[[ lib ]]._sub" -}}
{{- $c := .c -}}{{- $spec := .spec -}}{{- $key := print $c.path .key -}}
{{- $kept := pick $c.values [[ passed_on ]] -}}
{{- if ($spec.image).repository -}}
{{- include "[[ lib ]]._ownImage" (dict "root" $c.root "image" $spec.image "key" $key) -}}
{{- $_ := set $kept "image" (pick ($kept.image | default dict) "pullPolicy") -}}
{{- end -}}
{{- with $spec.serviceAccount -}}
{{- $own := omit ($kept.serviceAccount | default dict) "annotations" "made" -}}
{{- if .name -}}{{- $_ := set $own "create" false -}}
{{- else if or .create $own.create -}}{{- $_ := unset $own "name" -}}{{- end -}}
{{- $_ := set $kept "serviceAccount" $own -}}
{{- end -}}
{{- range $key, $_ := $spec -}}
{{- with get $kept $key -}}{{- $_ := set $kept $key (deepCopy .) -}}{{- end -}}
{{- end -}}
{{- $base := omit (include "[[ lib ]].defaults" $c.root | fromJson) [[ passed_on ]] -}}
{{- $values := mustMergeOverwrite $base $kept (.defaults | default dict) $spec -}}
{{- $fullname := $spec.fullnameOverride | default (printf "%s-%s" $c.fullname ($spec.nameOverride | default .id)) -}}
{{- $labels := $spec.commonLabels | empty | ternary $c.labels "" -}}
{{- $_ := merge .into (dict "values" $values "own" $spec "root" $c.root "id" .id "path" (print $key ".") "taken" $c.taken "container" .id "base" $c.base "fullname" $fullname "configMaps" $c.configMaps "checksum" $c.checksum "inlined" $c.inlined "labels" $labels) -}}
{{- include "[[ lib ]]._unit" .into -}}
{{- if not $spec.serviceAccount -}}
{{- $_ := set .into "account" $c.account -}}
{{- $_ := set .into.values "serviceAccount" (dict "create" false "automount" ($c.values.serviceAccount).automount "made" (or (eq (toString ($c.values.serviceAccount).create) "true") ($c.values.serviceAccount).made)) -}}
{{- end -}}
{{- end -}}

{{- define "[[ lib ]]._jobs" -}}
{{- $c := . -}}
{{- $jobs := dict -}}
{{- range $id, $spec := .values.jobs -}}
{{- if $spec -}}{{- $_ := set $jobs $id $spec -}}
{{- else if not (kindIs "invalid" $spec) -}}
{{- fail (printf "%s: %sjobs.%s is empty; say what it runs with `command` or `args`" $c.root.Chart.Name $c.path $id) -}}
{{- end -}}
{{- end -}}
{{- range $id := list "backup" "restore" -}}
{{- with index $c.values $id -}}
{{- if .enabled -}}
{{- if hasKey $jobs $id -}}{{- fail (printf "%s: %[2]sjobs.%[3]s and %[2]s%[3]s make the same job; rename the first" $c.root.Chart.Name $c.path $id) -}}{{- end -}}
{{- $_ := set $jobs $id . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $id, $spec := $jobs }}
{{- if ne (toString $spec.enabled) "false" }}
{{- $job := dict }}
{{- $key := hasKey ($c.values.jobs | default dict) $id | ternary (print "jobs." $id) $id }}
{{- $_ := set $c.taken (print "pods' label " $id) (print $c.path $key) }}
{{- if and $spec.hook $spec.schedule }}{{ fail (printf "%s: %s%s has a hook and a schedule; remove one of them" $c.root.Chart.Name $c.path $key) }}{{ end }}
{{- $defaults := dict "preStopSleepSeconds" 0 "kind" (empty $spec.schedule | ternary "Job" "CronJob") "service" (dict "port" nil) }}
{{- include "[[ lib ]]._sub" (dict "c" $c "id" $id "key" $key "spec" $spec "defaults" $defaults "into" $job) }}
{{- if $spec.serviceAccount }}
{{- include "[[ lib ]]._accounts" $job }}
{{- end }}
{{ include (print "[[ lib ]]." (untitle $job.kind)) $job }}
{{- include "[[ lib ]]._claims" $job }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "[[ lib ]]._controllers" -}}
{{- $c := . -}}
{{- range $id, $spec := .values.controllers }}
{{- if and (not (kindIs "invalid" $spec)) (ne (toString $spec.enabled) "false") }}
{{- $unit := dict }}
{{- $key := print "controllers." $id }}
{{- include "[[ lib ]]._once" (dict "c" $c "what" "pods' label" "name" $id "key" $key) }}
{{- include "[[ lib ]]._sub" (dict "c" $c "id" $id "key" $key "spec" $spec "into" $unit) }}
{{ include "[[ lib ]]._parts" $unit }}
{{- end }}
{{- end }}
{{- end -}}
