{{/*
A unit is a workload and what belongs to it: the chart's main one, each of `controllers`, each job. Templates return text
only, so what is known of a unit travels in one dict, its context, which `context` fills for the main unit and
`_subContext` for the others. Most defines take it as it is; some take a dict with more, and the context as `unit`.

  root                the chart's own context: .Values, .Chart, .Release, .Files
  values              the unit's values, the defaults below them
  ownValues           those that people wrote, without the defaults
  component           `main`, or the identifier of the controller or job
  where               what refusals begin with: the chart, and what stands before the unit's keys
  keyPath             what stands before the unit's keys in values: empty, or such as `controllers.consumer.`
  kind                Deployment, StatefulSet, DaemonSet, Job or CronJob
  chartFullname       full name of the chart, which configMaps and secrets of all its units begin with
  fullname            full name of the unit; for the main one the chart's
  workloadName        the workload's name: fullname, shortened where pods' names would be too long
  serviceName         the Service's name: fullname, shortened where it is longer than a Service's may be
  serviceAccountName  the account that the pods run under
  containerName       name of the main container
  labels              labels of all the chart's objects, as text
  metadataLabels      the same and the component: labels of the unit's objects
  selectorLabels      what selectors match, as text
  ports               ports of the main container by name: {port, target, servicePort, nodePort, protocol}
  portName            name of the Service's main port
  targetPort          name of the container's port that it leads to
  configMaps          names of the ConfigMaps that become variables of every container, the unit's above included
  configData          the content of ConfigMaps and Secrets: a name or `<values key>/<identifier>` to text
  configEnv           what `config` holds, as variables, for pods that run before the ConfigMap exists
  configInline        true where the pods get configEnv instead of configMaps
  checksum            of configData, and of the units above: a change restarts the pods
  uniqueNames         names of objects that are taken, each with the key that made it; one dict for all units
  beforeChart         true for a hook that runs while the chart's other objects do not exist
*/}}

{{/*
Fills the dict it is given ({root}) with the context of the chart's main unit. Prints nothing.
*/}}
{{- define "shop-library.v1.context" -}}
{{- $root := .root -}}
{{- $archetype := required (printf "%s: archetype is missing" $root.Chart.Name) $root.Values.archetype -}}
{{- $values := include "shop-library.v1.defaults" $root | fromJson -}}
{{- $more := include (printf "shop-library.v1.defaults.%s" $archetype) $root | fromJson -}}
{{- $fullname := include "shop-library.v1.fullname" $root -}}
{{- $_ := merge . (dict
  "values" (mustMergeOverwrite $values $more $root.Values)
  "ownValues" $root.Values
  "component" "main"
  "keyPath" ""
  "chartFullname" $fullname
  "fullname" $fullname
  "containerName" $root.Chart.Name
  "labels" ""
  "configMaps" list
  "configEnv" dict
  "checksum" ""
  "uniqueNames" dict) -}}
{{- include "shop-library.v1._fillContext" . -}}
{{- end -}}

{{/*
The keys of a unit's context that follow from its values and names. Prints nothing.
*/}}
{{- define "shop-library.v1._fillContext" -}}
{{- $values := .values -}}{{- $root := .root -}}
{{- if contains "null" (toRawJson .ownValues) -}}
{{- $ofThisUnit := omit $values "backup" "controllers" "extraObjects" "initContainers" "jobs" "restore" "sidecars" -}}
{{- include "shop-library.v1._dropNulls" $ofThisUnit -}}
{{- range $key, $value := $values -}}{{- if kindIs "invalid" $value -}}{{- $_ := unset $values $key -}}{{- end -}}{{- end -}}
{{- end -}}
{{- $_ := set . "where" (print $root.Chart.Name ": " .keyPath) -}}
{{- $_ := set . "kind" ($values.kind | default "Deployment") -}}
{{- $_ := set . "workloadName" .fullname -}}
{{- $_ := set . "serviceName" .fullname -}}
{{- if gt (len .fullname) 52 -}}
{{- $_ := set . "serviceName" (include "shop-library.v1._serviceName" .fullname) -}}
{{- if not (has .kind (list "Deployment" "DaemonSet")) -}}
{{- $_ := set . "workloadName" (include "shop-library.v1._shorten" (list 52 .fullname)) -}}
{{- end -}}
{{- end -}}
{{- if not .labels -}}
{{- $_ := set . "labels" (include "shop-library.v1._labels" (dict "root" $root "common" $values.commonLabels)) -}}
{{- end -}}
{{- $component := print "\napp.kubernetes.io/component: " (toRawJson .component) -}}
{{- $_ := set . "metadataLabels" (print .labels $component) -}}
{{- $_ := set . "selectorLabels" (print (include "shop-library.v1.selectorLabels" $root) $component) -}}
{{- $account := $values.serviceAccount | default dict -}}
{{- $_ := set . "serviceAccountName" ($account.name | default (eq (toString $account.create) "true" | ternary .fullname "default")) -}}
{{- include "shop-library.v1._ports" . -}}
{{- $data := dict -}}
{{- with $values.config -}}
{{- $name := print $.fullname "-config" -}}
{{- $_ := set $ "configEnv" (mustMergeOverwrite (deepCopy $.configEnv) .) -}}
{{- $_ := set $data $name (include "shop-library.v1._tplStringMap" (dict "data" . "root" $root)) -}}
{{- $_ := set $ "configMaps" (append $.configMaps $name) -}}
{{- end -}}
{{- range $kind := list "configMaps" "secrets" -}}
{{- range $id, $item := index $values $kind -}}
{{- if $item -}}
{{- $_ := set $data (printf "%s/%s" $kind $id) (include "shop-library.v1._configData" (dict "of" $item "root" $root)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $_ := set . "configData" $data -}}
{{- if $data -}}
{{- $_ := set . "checksum" (print .checksum (toJson $data) | sha256sum) -}}
{{- end -}}
{{- end -}}
