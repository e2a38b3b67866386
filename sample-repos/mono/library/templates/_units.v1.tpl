{{/*
The context of a further unit, filled into the dict `into`. Takes unit (the one above), id, key (where it stands in values),
spec (what stands there), defaults. What a container is (image, variables, identity, security) comes from the unit above,
what it does (command, ports, probes, volumes) does not. Only what `spec` changes of it is copied: to copy all of it costs
as much as the rest. An image with a repository of its own and an account are not mixed with the main one's; an account's
name alone means one that exists.
*/}}
{{- define "shop-library.v1._subContext" -}}
{{- $unit := .unit -}}{{- $spec := .spec -}}{{- $key := print $unit.keyPath .key -}}
{{- $kept := pick $unit.values
  "commonAnnotations" "commonLabels" "env" "envFrom" "image" "imagePullSecrets" "nodeSelector" "podAnnotations" "podLabels"
  "podSecurityContext" "redeployAlways" "securityContext" "serviceAccount" "sessionStore" "tolerations" -}}
{{- if ($spec.image).repository -}}
{{- include "shop-library.v1._requireTag" (dict "root" $unit.root "image" $spec.image "key" $key) -}}
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
{{- $base := omit (include "shop-library.v1.defaults" $unit.root | fromJson)
  "commonAnnotations" "commonLabels" "env" "envFrom" "image" "imagePullSecrets" "nodeSelector" "podAnnotations" "podLabels"
  "podSecurityContext" "redeployAlways" "securityContext" "serviceAccount" "sessionStore" "tolerations" -}}
{{- $values := mustMergeOverwrite $base $kept (.defaults | default dict) $spec -}}
{{- $fullname := $spec.fullnameOverride | default (printf "%s-%s" $unit.fullname ($spec.nameOverride | default .id)) -}}
{{- $labels := $spec.commonLabels | empty | ternary $unit.labels "" -}}
{{- $_ := merge .into (dict
  "root" $unit.root
  "values" $values
  "ownValues" $spec
  "component" .id
  "keyPath" (print $key ".")
  "chartFullname" $unit.chartFullname
  "fullname" $fullname
  "containerName" .id
  "labels" $labels
  "configMaps" $unit.configMaps
  "configEnv" $unit.configEnv
  "checksum" $unit.checksum
  "uniqueNames" $unit.uniqueNames) -}}
{{- include "shop-library.v1._fillContext" .into -}}
{{- if not $spec.serviceAccount -}}
{{- $_ := set .into "serviceAccountName" $unit.serviceAccountName -}}
{{- $account := $unit.values.serviceAccount | default dict -}}
{{- $made := or (eq (toString $account.create) "true") $account.made -}}
{{- $_ := set .into.values "serviceAccount" (dict "create" false "automount" $account.automount "made" $made) -}}
{{- end -}}
{{- end -}}

{{- define "shop-library.v1._jobs" -}}
{{- $jobs := dict -}}
{{- range $id, $spec := .values.jobs -}}
{{- if $spec -}}{{- $_ := set $jobs $id $spec -}}
{{- else if not (kindIs "invalid" $spec) -}}
{{- fail (printf "%sjobs.%s is empty; say what it runs with `command` or `args`" $.where $id) -}}
{{- end -}}
{{- end -}}
{{- range $id := list "backup" "restore" -}}
{{- with index $.values $id -}}
{{- if .enabled -}}
{{- if hasKey $jobs $id -}}
{{- fail (printf
  "%s: %[2]sjobs.%[3]s and %[2]s%[3]s make the same job; rename the first" $.root.Chart.Name $.keyPath $id) -}}
{{- end -}}
{{- $_ := set $jobs $id . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $id, $spec := $jobs }}
{{- if ne (toString $spec.enabled) "false" }}
{{- $job := dict }}
{{- $key := hasKey ($.values.jobs | default dict) $id | ternary (print "jobs." $id) $id }}
{{- $_ := set $.uniqueNames (print "pods' label " $id) (print $.keyPath $key) }}
{{- if and $spec.hook $spec.schedule }}
{{- fail (printf "%s%s has a hook and a schedule; remove one of them" $.where $key) }}
{{- end }}
{{- $defaults := dict "preStopSleepSeconds" 0 "kind" (empty $spec.schedule | ternary "Job" "CronJob") "service" (dict "port" nil) }}
{{- include "shop-library.v1._subContext" (dict "unit" $ "id" $id "key" $key "spec" $spec "defaults" $defaults "into" $job) }}
{{- if $spec.serviceAccount }}
{{- include "shop-library.v1._serviceAccount" $job }}
{{- end }}
{{ include (print "shop-library.v1." (untitle $job.kind)) $job }}
{{- include "shop-library.v1._persistentVolumeClaims" $job }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "shop-library.v1._controllers" -}}
{{- range $id, $spec := .values.controllers }}
{{- if and (not (kindIs "invalid" $spec)) (ne (toString $spec.enabled) "false") }}
{{- $controller := dict }}
{{- $key := print "controllers." $id }}
{{- include "shop-library.v1._requireUnique" (list $ "pods' label" $id $key) }}
{{- include "shop-library.v1._subContext" (dict "unit" $ "id" $id "key" $key "spec" $spec "into" $controller) }}
{{ include "shop-library.v1._manifests" $controller }}
{{- end }}
{{- end }}
{{- end -}}
