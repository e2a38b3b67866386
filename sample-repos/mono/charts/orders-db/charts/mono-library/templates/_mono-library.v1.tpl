{{/* mono-library v1: one file, since every chart template that Helm reads costs every render. Assembled from small sources. */}}
{{- define "mono-library.v1.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "mono-library.v1.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "mono-library.v1.selectorLabels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/name: {{ include "mono-library.v1.name" . | quote }}
{{- end -}}

{{- define "mono-library.v1.labels" -}}
{{- include "mono-library.v1._labels" (dict "root" . "common" .Values.commonLabels) -}}
{{- end -}}

{{- define "mono-library.v1._labels" -}}
{{ include "mono-library.v1.selectorLabels" .root }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- include "mono-library.v1._version" .root }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimAll "_.-" }}
{{- include "mono-library.v1._own" .common }}
{{- end -}}

{{- define "mono-library.v1._version" -}}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ regexReplaceAll "[^A-Za-z0-9_.-]+" . "_" | trunc 63 | trimAll "_.-" | quote }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._own" -}}
{{- with omit (. | default dict) "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/version" "helm.sh/chart" }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1.image" -}}
{{- $image := .image | default dict -}}
{{- $repository := required (printf "%s: image.repository is missing" .root.Chart.Name) $image.repository -}}
{{- with (.root.Values.global).imageRegistry | default $image.registry }}{{ . }}/{{ end }}{{ $repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end -}}

{{- define "mono-library.v1._fields" -}}
{{- $found := dict -}}
{{- $of := .of -}}
{{- range .keys -}}
{{- $value := get $of . -}}
{{- if or $value (kindIs "bool" $value) (kindIs "float64" $value) -}}
{{- $_ := set $found . $value -}}
{{- end -}}
{{- end -}}
{{- with $found -}}
{{- toYaml . | nindent (int $.indent) -}}
{{- end -}}
{{- end -}}

{{- define "mono-library.v1._string" -}}
{{- $text := toString .value -}}
{{- if kindIs "float64" .value -}}
{{- $text = toJson .value -}}
{{- end -}}
{{- if contains "{{" $text -}}
{{- $text = tpl $text .root -}}
{{- end -}}
{{- toJson $text -}}
{{- end -}}

{{- define "mono-library.v1._data" -}}
{{- $root := .root -}}
{{- range $key, $value := .data }}
{{- if not (kindIs "invalid" $value) }}
{{ $key }}: {{ include "mono-library.v1._string" (dict "value" $value "root" $root) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._strings" -}}
{{- $root := .root -}}
{{- range .list }}
- {{ include "mono-library.v1._string" (dict "value" . "root" $root) }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._metadata" -}}
metadata:
  name: {{ .name | default .c.fullname }}
  labels:
    {{- .c.labels | nindent 4 }}
    app.kubernetes.io/component: {{ .c.id }}
    {{- with include "mono-library.v1._own" .labels }}
    {{- . | trim | nindent 4 }}
    {{- end }}
{{- $annotations := .annotations }}
{{- with .c.values.commonAnnotations }}
{{- $annotations = mustMergeOverwrite (deepCopy .) ($annotations | default dict) }}
{{- end }}
{{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1.defaults" -}}
kind: Deployment
replicaCount: 1
revisionHistoryLimit: 5
image:
  pullPolicy: IfNotPresent
serviceAccount:
  create: true
  automount: false
podSecurityContext:
  runAsNonRoot: true
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
resources:
  requests:
    cpu: 50m
    memory: 128Mi
  limits:
    memory: 256Mi
persistence:
  tmp:
    type: emptyDir
    mountPath: /tmp
enableServiceLinks: false
terminationGracePeriodSeconds: 30
preStopSleepSeconds: 5
topologySpread: soft
podDisruptionBudget:
  enabled: true
service:
  enabled: false
  type: ClusterIP
{{- end -}}

{{- define "mono-library.v1.defaults.rest-api" -}}
service:
  enabled: true
  port: 8080
livenessProbe:
  path: /livez
readinessProbe:
  path: /readyz
{{- end -}}

{{- define "mono-library.v1.defaults.api-gateway" -}}
service:
  enabled: true
  port: 8080
livenessProbe:
  path: /livez
readinessProbe:
  path: /readyz
preStopSleepSeconds: 10
terminationGracePeriodSeconds: 60
{{- end -}}

{{- define "mono-library.v1.defaults.frontend" -}}
service:
  enabled: true
  port: 8080
livenessProbe:
  path: /livez
readinessProbe:
  path: /readyz
{{- end -}}

{{- define "mono-library.v1.defaults.auth" -}}
service:
  enabled: true
  port: 8080
  sessionAffinity: ClientIP
  sessionAffinityConfig:
    clientIP:
      timeoutSeconds: 10800
livenessProbe:
  path: /livez
readinessProbe:
  path: /readyz
{{- end -}}

{{- define "mono-library.v1.defaults.worker" -}}
service:
  port: 8080
livenessProbe:
  path: /livez
readinessProbe:
  path: /readyz
terminationGracePeriodSeconds: 60
{{- end -}}

{{- define "mono-library.v1.defaults.cron" -}}
kind: CronJob
concurrencyPolicy: Forbid
successfulJobsHistoryLimit: 3
failedJobsHistoryLimit: 3
backoffLimit: 3
preStopSleepSeconds: 0
{{- end -}}

{{- define "mono-library.v1.defaults.database" -}}
kind: StatefulSet
podManagementPolicy: Parallel
minReadySeconds: 10
terminationGracePeriodSeconds: 120
service:
  enabled: true
  port: 8080
env:
  POD_NAME:
    fieldRef:
      fieldPath: metadata.name
podSecurityContext:
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
resources:
  requests:
    cpu: 100m
    memory: 512Mi
  limits:
    memory: 1Gi
volumeClaims:
  data:
    size: 1Gi
    mountPath: /data
persistentVolumeClaimRetentionPolicy:
  whenDeleted: Retain
  whenScaled: Retain
backup:
  enabled: false
  schedule: 17 3 * * *
  concurrencyPolicy: Forbid
  backoffLimit: 2
  env:
    SERVICE: '{{ include "mono-library.v1.fullname" . }}'
    HEADLESS: '{{ include "mono-library.v1.fullname" . }}-headless'
  persistence:
    copies:
      type: persistentVolumeClaim
      mountPath: /backup
      size: 10Gi
      retain: true
restore:
  enabled: false
  backoffLimit: 0
  env:
    SERVICE: '{{ include "mono-library.v1.fullname" . }}'
    HEADLESS: '{{ include "mono-library.v1.fullname" . }}-headless'
  persistence:
    copies:
      type: persistentVolumeClaim
      mountPath: /backup
      existingClaim: '{{ include "mono-library.v1.fullname" . }}-backup-copies'
      readOnly: true
replicaCount: 3
quorum: true
podAntiAffinityPreset: hard
{{- end -}}

{{- define "mono-library.v1.defaults.search" -}}
kind: StatefulSet
podManagementPolicy: Parallel
minReadySeconds: 10
terminationGracePeriodSeconds: 120
service:
  enabled: true
  port: 8080
env:
  POD_NAME:
    fieldRef:
      fieldPath: metadata.name
podSecurityContext:
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
resources:
  requests:
    cpu: 100m
    memory: 512Mi
  limits:
    memory: 1Gi
volumeClaims:
  data:
    size: 1Gi
    mountPath: /data
persistentVolumeClaimRetentionPolicy:
  whenDeleted: Retain
  whenScaled: Retain
backup:
  enabled: false
  schedule: 17 3 * * *
  concurrencyPolicy: Forbid
  backoffLimit: 2
  env:
    SERVICE: '{{ include "mono-library.v1.fullname" . }}'
    HEADLESS: '{{ include "mono-library.v1.fullname" . }}-headless'
  persistence:
    copies:
      type: persistentVolumeClaim
      mountPath: /backup
      size: 10Gi
      retain: true
restore:
  enabled: false
  backoffLimit: 0
  env:
    SERVICE: '{{ include "mono-library.v1.fullname" . }}'
    HEADLESS: '{{ include "mono-library.v1.fullname" . }}-headless'
  persistence:
    copies:
      type: persistentVolumeClaim
      mountPath: /backup
      existingClaim: '{{ include "mono-library.v1.fullname" . }}-backup-copies'
      readOnly: true
replicaCount: 3
quorum: true
podAntiAffinityPreset: hard
{{- end -}}

{{- define "mono-library.v1.defaults.broker" -}}
kind: StatefulSet
podManagementPolicy: Parallel
minReadySeconds: 10
terminationGracePeriodSeconds: 120
service:
  enabled: true
  port: 8080
env:
  POD_NAME:
    fieldRef:
      fieldPath: metadata.name
podSecurityContext:
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
resources:
  requests:
    cpu: 100m
    memory: 512Mi
  limits:
    memory: 1Gi
volumeClaims:
  data:
    size: 1Gi
    mountPath: /data
persistentVolumeClaimRetentionPolicy:
  whenDeleted: Retain
  whenScaled: Retain
backup:
  enabled: false
  schedule: 17 3 * * *
  concurrencyPolicy: Forbid
  backoffLimit: 2
  env:
    SERVICE: '{{ include "mono-library.v1.fullname" . }}'
    HEADLESS: '{{ include "mono-library.v1.fullname" . }}-headless'
  persistence:
    copies:
      type: persistentVolumeClaim
      mountPath: /backup
      size: 10Gi
      retain: true
restore:
  enabled: false
  backoffLimit: 0
  env:
    SERVICE: '{{ include "mono-library.v1.fullname" . }}'
    HEADLESS: '{{ include "mono-library.v1.fullname" . }}-headless'
  persistence:
    copies:
      type: persistentVolumeClaim
      mountPath: /backup
      existingClaim: '{{ include "mono-library.v1.fullname" . }}-backup-copies'
      readOnly: true
replicaCount: 3
quorum: true
podAntiAffinityPreset: hard
{{- end -}}

{{- define "mono-library.v1.defaults.monitoring" -}}
kind: StatefulSet
podManagementPolicy: Parallel
minReadySeconds: 10
terminationGracePeriodSeconds: 120
service:
  enabled: true
  port: 8080
env:
  POD_NAME:
    fieldRef:
      fieldPath: metadata.name
podSecurityContext:
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
resources:
  requests:
    cpu: 100m
    memory: 512Mi
  limits:
    memory: 1Gi
volumeClaims:
  data:
    size: 1Gi
    mountPath: /data
persistentVolumeClaimRetentionPolicy:
  whenDeleted: Retain
  whenScaled: Retain
backup:
  enabled: false
  schedule: 17 3 * * *
  concurrencyPolicy: Forbid
  backoffLimit: 2
  env:
    SERVICE: '{{ include "mono-library.v1.fullname" . }}'
    HEADLESS: '{{ include "mono-library.v1.fullname" . }}-headless'
  persistence:
    copies:
      type: persistentVolumeClaim
      mountPath: /backup
      size: 10Gi
      retain: true
restore:
  enabled: false
  backoffLimit: 0
  env:
    SERVICE: '{{ include "mono-library.v1.fullname" . }}'
    HEADLESS: '{{ include "mono-library.v1.fullname" . }}-headless'
  persistence:
    copies:
      type: persistentVolumeClaim
      mountPath: /backup
      existingClaim: '{{ include "mono-library.v1.fullname" . }}-backup-copies'
      readOnly: true
replicaCount: 2
podAntiAffinityPreset: soft
{{- end -}}

{{- define "mono-library.v1.context" -}}
{{- $root := .root -}}
{{- $archetype := required (printf "%s: archetype is missing" $root.Chart.Name) $root.Values.archetype -}}
{{- $values := include "mono-library.v1.defaults" $root | fromYaml -}}
{{- $more := include (printf "mono-library.v1.defaults.%s" $archetype) $root | fromYaml -}}
{{- $_ := set . "values" (mustMergeOverwrite $values $more $root.Values) -}}
{{- $_ := set . "id" "main" -}}
{{- $_ := set . "container" $root.Chart.Name -}}
{{- $_ := set . "fullname" (include "mono-library.v1.fullname" $root) -}}
{{- $_ := set . "base" .fullname -}}
{{- $_ := set . "configMaps" list -}}
{{- $_ := set . "checksum" "" -}}
{{- include "mono-library.v1._unit" . -}}
{{- end -}}

{{- define "mono-library.v1._unit" -}}
{{- $values := .values -}}{{- $root := .root -}}
{{- $_ := set . "labels" (include "mono-library.v1._labels" (dict "root" $root "common" $values.commonLabels)) -}}
{{- $_ := set . "match" (printf "%s\napp.kubernetes.io/component: %s" (include "mono-library.v1.selectorLabels" $root) .id) -}}
{{- $_ := set . "account" (include "mono-library.v1._account" .) -}}
{{- $_ := set . "inlined" (mustMergeOverwrite (deepCopy (.inlined | default dict)) ($values.config | default dict)) -}}
{{- include "mono-library.v1._ports" . -}}
{{- $data := dict -}}
{{- with $values.config -}}
{{- $_ := set $data (printf "%s-config" $.fullname) (include "mono-library.v1._data" (dict "data" . "root" $root)) -}}
{{- $_ := set $ "configMaps" (append $.configMaps (printf "%s-config" $.fullname)) -}}
{{- end -}}
{{- range $kind := list "configMaps" "secrets" -}}
{{- range $id, $item := index $values $kind -}}
{{- if $item -}}
{{- $_ := set $data (printf "%s/%s" $kind $id) (include "mono-library.v1._contents" (dict "of" $item "root" $root)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $_ := set . "data" $data -}}
{{- if $data -}}
{{- $_ := set . "checksum" (print .checksum (toJson $data) | sha256sum) -}}
{{- end -}}
{{- end -}}

{{- define "mono-library.v1._account" -}}
{{- $account := .values.serviceAccount | default dict -}}
{{- $account.name | default (ternary .fullname "default" (eq (toString $account.create) "true")) -}}
{{- end -}}

{{- define "mono-library.v1._sub" -}}
{{- $c := .c -}}{{- $spec := .spec -}}
{{- $base := include "mono-library.v1.defaults" $c.root | fromYaml -}}
{{- $kept := pick $c.values "commonAnnotations" "commonLabels" "env" "envFrom" "image" "imagePullSecrets" "nodeSelector" "podAnnotations" "podLabels" "podSecurityContext" "redeployAlways" "securityContext" "serviceAccount" "sessionStore" "tolerations" -}}
{{- $_ := set .into "values" (mustMergeOverwrite $base (deepCopy $kept) (.defaults | default dict) $spec) -}}
{{- $_ := set .into "root" $c.root -}}
{{- $_ := set .into "id" .id -}}
{{- $_ := set .into "container" .id -}}
{{- $_ := set .into "base" $c.base -}}
{{- $_ := set .into "fullname" ($spec.fullnameOverride | default (printf "%s-%s" $c.fullname ($spec.nameOverride | default .id))) -}}
{{- $_ := set .into "configMaps" $c.configMaps -}}
{{- $_ := set .into "checksum" $c.checksum -}}
{{- $_ := set .into "inlined" $c.inlined -}}
{{- include "mono-library.v1._unit" .into -}}
{{- if not $spec.serviceAccount -}}
{{- $_ := set .into "account" $c.account -}}
{{- $_ := set .into.values "serviceAccount" (dict "create" false "automount" $c.values.serviceAccount.automount "made" (eq (toString $c.values.serviceAccount.create) "true")) -}}
{{- end -}}
{{- end -}}

{{- define "mono-library.v1._jobs" -}}
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
{{- include "mono-library.v1._sub" (dict "c" $c "id" $id "spec" $spec "defaults" $defaults "into" $job) }}
{{- if eq $job.values.kind "Job" }}
{{ include "mono-library.v1.job" $job }}
{{- else }}
{{ include "mono-library.v1.cronJob" $job }}
{{- end }}
{{- include "mono-library.v1._claims" $job }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._controllers" -}}
{{- $c := . -}}
{{- range $id, $spec := .values.controllers }}
{{- if and $spec (ne (toString $spec.enabled) "false") }}
{{- $unit := dict }}
{{- include "mono-library.v1._sub" (dict "c" $c "id" $id "spec" $spec "into" $unit) }}
{{ include "mono-library.v1._parts" $unit }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._env" -}}
{{- $root := .c.root -}}
{{- $env := .w.env | default dict -}}
{{- if .c.inline -}}
{{- $env = mustMergeOverwrite (deepCopy .c.inlined) $env -}}
{{- end -}}
{{- with .c.values.sessionStore }}
{{- if or .secretKeyRef .url }}
{{- $env = merge (dict "SESSION_STORE_URL" (ternary .url (dict "secretKeyRef" .secretKeyRef) (empty .secretKeyRef))) $env }}
{{- end }}
{{- end }}
{{- range $last := list false true }}
{{- range $name, $value := $env }}
{{- $late := and (kindIs "string" $value) (contains "$(" (toString $value)) }}
{{- if and (eq $late $last) (not (kindIs "invalid" $value)) }}
- name: {{ $name }}
  {{- if kindIs "map" $value }}
  valueFrom:
    {{- toYaml $value | nindent 4 }}
  {{- else }}
  value: {{ include "mono-library.v1._string" (dict "value" $value "root" $root) }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._envFrom" -}}
{{- $c := .c -}}
{{- if not $c.inline }}
{{- range $c.configMaps }}
- configMapRef:
    name: {{ . }}
{{- end }}
{{- end }}
{{- range $id, $source := .w.envFrom }}
{{- if $source }}
- prefix: {{ $source.prefix | default "" | quote }}
  {{- include "mono-library.v1._fields" (dict "of" $source "indent" 2 "keys" (list "configMapRef" "secretRef")) }}
  {{- with $source.configMap }}
  configMapRef:
    name: {{ $c.base }}-{{ . }}
  {{- end }}
  {{- with $source.secret }}
  secretRef:
    name: {{ $c.base }}-{{ . }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._mounts" -}}
{{- $main := .main -}}
{{- range $id, $volume := .c.values.persistence }}
{{- if and $volume (ne (toString $volume.enabled) "false") $volume.mountPath (or $main (eq $id "tmp")) }}
- name: {{ $id }}
  mountPath: {{ $volume.mountPath }}
  {{- include "mono-library.v1._fields" (dict "of" $volume "indent" 2 "keys" (list "subPath" "readOnly")) }}
{{- end }}
{{- end }}
{{- if and $main (eq .c.values.kind "StatefulSet") }}
{{- range $id, $claim := .w.volumeClaims }}
{{- if $claim }}
- name: {{ $id }}
  mountPath: {{ $claim.mountPath }}
  {{- include "mono-library.v1._fields" (dict "of" $claim "indent" 2 "keys" (list "subPath")) }}
{{- end }}
{{- end }}
{{- end }}
{{- with .w.volumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._volumes" -}}
{{- $c := . -}}
{{- range $id, $volume := .values.persistence }}
{{- if and $volume (ne (toString $volume.enabled) "false") }}
- name: {{ $id }}
  {{- $type := $volume.type | default "emptyDir" }}
  {{- $name := $volume.name | default (printf "%s-%s" $c.base ($volume.identifier | default $id)) }}
  {{- if eq $type "persistentVolumeClaim" }}
  persistentVolumeClaim:
    claimName: {{ include "mono-library.v1._string" (dict "value" ($volume.existingClaim | default (printf "%s-%s" $c.fullname $id)) "root" $c.root) }}
  {{- else if has $type (list "configMap" "secret") }}
  {{ $type }}:
    {{ ternary "name" "secretName" (eq $type "configMap") }}: {{ $name }}
    {{- include "mono-library.v1._fields" (dict "of" $volume "indent" 4 "keys" (list "items" "defaultMode" "optional")) }}
  {{- else }}
  {{ $type }}: {{ toJson ($volume.spec | default dict) }}
  {{- end }}
{{- end }}
{{- end }}
{{- with .values.volumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._claimSpec" -}}
accessModes:
  {{- toYaml (.claim.accessModes | default (list "ReadWriteOnce")) | nindent 2 }}
{{- with .claim.storageClass | default (.c.root.Values.global).storageClass }}
storageClassName: {{ . }}
{{- end }}
resources:
  requests:
    storage: {{ .claim.size | default "1Gi" }}
{{- end -}}

{{- define "mono-library.v1._claims" -}}
{{- $c := . -}}
{{- range $id, $claim := .values.persistence }}
{{- if and $claim (ne (toString $claim.enabled) "false") (eq (toString $claim.type) "persistentVolumeClaim") (not $claim.existingClaim) }}
{{- $annotations := deepCopy ($claim.annotations | default dict) }}
{{- if $claim.retain }}{{ $_ := set $annotations "helm.sh/resource-policy" "keep" }}{{ end }}
---
apiVersion: v1
kind: PersistentVolumeClaim
{{ include "mono-library.v1._metadata" (dict "c" $c "name" (printf "%s-%s" $c.fullname $id) "annotations" $annotations) }}
spec:
  {{- include "mono-library.v1._claimSpec" (dict "c" $c "claim" $claim) | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._probe" -}}
{{- $probe := .probe -}}
{{- $handlers := list -}}
{{- range $handler := list "exec" "grpc" "httpGet" "tcpSocket" -}}
{{- if get $probe $handler -}}{{- $handlers = append $handlers $handler -}}{{- end -}}
{{- end -}}
{{- if gt (len $handlers) 1 -}}
{{- fail (printf "%s has %s; keep one and set the others to null" .name (join " and " $handlers)) -}}
{{- end -}}
{{- if not $handlers -}}
{{- $type := $probe.type | default (ternary "http" "tcp" (not (empty $probe.path))) -}}
{{- $port := $probe.port | default "http" -}}
{{- if eq $type "http" -}}
httpGet:
  path: {{ $probe.path | default "/" | quote }}
  port: {{ $port }}
{{- else if eq $type "grpc" -}}
grpc:
  port: {{ required (printf "%s of type grpc needs the port's number" .name) $probe.port | int }}
{{- else -}}
tcpSocket:
  port: {{ $port }}
{{- end }}
{{- end }}
{{- $fields := concat $handlers (list "initialDelaySeconds" "periodSeconds" "timeoutSeconds" "successThreshold" "failureThreshold" "terminationGracePeriodSeconds") -}}
{{- include "mono-library.v1._fields" (dict "of" $probe "indent" 0 "keys" $fields) | trimAll (ternary "\n" "" (not (empty $handlers))) -}}
{{- end -}}

{{- define "mono-library.v1.container" -}}
{{- $root := .c.root -}}{{- $w := .w -}}
- name: {{ .name }}
  image: {{ include "mono-library.v1.image" (dict "root" $root "image" $w.image) | quote }}
  {{- with $w.image.pullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  {{- range $field := list "command" "args" }}
  {{- with get $w $field }}
  {{ $field }}:
    {{- include "mono-library.v1._strings" (dict "list" . "root" $root) | trim | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- with include "mono-library.v1._env" . }}
  env:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- with include "mono-library.v1._envFrom" . }}
  envFrom:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- with .ports }}
  ports:
    {{- range $name, $port := . }}
    - name: {{ $name }}
      containerPort: {{ $port.port | int }}
      protocol: {{ $port.protocol | default "TCP" }}
    {{- end }}
  {{- end }}
  {{- range $name := list "livenessProbe" "readinessProbe" "startupProbe" }}
  {{- with get $w $name }}
  {{ $name }}:
    {{- include "mono-library.v1._probe" (dict "probe" . "name" (printf "%s: %s" $root.Chart.Name $name)) | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- include "mono-library.v1._fields" (dict "of" $w "indent" 2 "keys" (list "workingDir" "resources" "securityContext")) }}
  {{- with include "mono-library.v1._lifecycle" $w }}
  lifecycle:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with include "mono-library.v1._mounts" . }}
  volumeMounts:
    {{- . | trim | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "mono-library.v1._lifecycle" -}}
{{- $lifecycle := .lifecycle | default dict -}}
{{- $sleep := .preStopSleepSeconds | int -}}
{{- if and $sleep (not $lifecycle.preStop) -}}
{{- $lifecycle = merge (dict "preStop" (dict "sleep" (dict "seconds" $sleep))) $lifecycle -}}
{{- end -}}
{{- with $lifecycle }}{{ toYaml . }}{{ end -}}
{{- end -}}

{{- define "mono-library.v1._containers" -}}
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
{{- $_ := set $base "image" (ternary (dict "pullPolicy" "IfNotPresent") (deepCopy $c.values.image) (not (empty ($spec.image).repository))) }}
{{- $_ := set $base "resources" (dict "requests" (dict "cpu" "10m" "memory" "32Mi") "limits" (dict "memory" "128Mi")) }}
{{- $w := mustMergeOverwrite $base $spec }}
{{ include "mono-library.v1.container" (dict "c" $c "w" $w "name" $id "ports" $w.ports) }}
  {{- with $spec.restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._podLabels" -}}
{{ .match }}
{{- include "mono-library.v1._version" .root }}
{{- include "mono-library.v1._own" (mustMergeOverwrite (deepCopy (.values.commonLabels | default dict)) (.values.podLabels | default dict)) }}
{{- end -}}

{{- define "mono-library.v1._podAnnotations" -}}
{{- $own := deepCopy (.values.commonAnnotations | default dict) -}}
{{- $own = mustMergeOverwrite $own (.values.podAnnotations | default dict) -}}
{{- if not (has .values.kind (list "Job" "CronJob")) -}}
{{- with .checksum -}}
{{- $_ := set $own "checksum/config" . -}}
{{- end -}}
{{- if .values.redeployAlways -}}
{{- $_ := set $own "redeploy" (toString .root.Release.Revision) -}}
{{- end -}}
{{- end -}}
{{- with $own }}{{ toYaml . }}{{ end -}}
{{- end -}}

{{- define "mono-library.v1._affinity" -}}
{{- $preset := toString .values.podAntiAffinityPreset -}}
{{- if .values.affinity -}}
{{- toYaml .values.affinity -}}
{{- else if eq $preset "hard" -}}
podAntiAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    - topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels:
          {{- .match | nindent 10 }}
{{- else if eq $preset "soft" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- .match | nindent 12 }}
{{- end -}}
{{- end -}}

{{- define "mono-library.v1._spread" -}}
{{- $how := toString .values.topologySpread -}}
{{- if .values.topologySpreadConstraints -}}
{{- toYaml .values.topologySpreadConstraints -}}
{{- else if has $how (list "soft" "hard") -}}
{{- $match := .match -}}
{{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- topologyKey: {{ $key }}
  maxSkew: 1
  whenUnsatisfiable: {{ ternary "DoNotSchedule" "ScheduleAnyway" (eq $how "hard") }}
  labelSelector:
    matchLabels:
      {{- $match | nindent 6 }}
{{- end }}
{{- end -}}
{{- end -}}

{{- define "mono-library.v1.pod" -}}
{{- $w := .values -}}
metadata:
  labels:
    {{- include "mono-library.v1._podLabels" . | nindent 4 }}
  {{- with include "mono-library.v1._podAnnotations" . }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ if and .inline (or ($w.serviceAccount).made ($w.serviceAccount).create) }}default{{ else }}{{ .account }}{{ end }}
  automountServiceAccountToken: {{ ($w.serviceAccount).automount | default false }}
  {{- with $w.imagePullSecrets | default (.root.Values.global).imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $w.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- include "mono-library.v1._fields" (dict "of" $w "indent" 2 "keys" (list "enableServiceLinks" "terminationGracePeriodSeconds" "nodeSelector" "tolerations" "priorityClassName")) }}
  {{- if has $w.kind (list "Job" "CronJob") }}
  restartPolicy: {{ $w.restartPolicy | default "Never" }}
  {{- else }}
  {{- with include "mono-library.v1._spread" . }}
  topologySpreadConstraints:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- with include "mono-library.v1._affinity" . }}
  affinity:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with include "mono-library.v1._containers" (dict "c" . "of" $w.initContainers) }}
  initContainers:
    {{- . | trim | nindent 4 }}
  {{- end }}
  containers:
    {{- include "mono-library.v1.container" (dict "c" . "w" $w "name" .container "ports" .ports "main" true) | nindent 4 }}
    {{- with include "mono-library.v1._containers" (dict "c" . "of" $w.sidecars) }}
    {{- . | trim | nindent 4 }}
    {{- end }}
  {{- with include "mono-library.v1._volumes" . }}
  volumes:
    {{- . | trim | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "mono-library.v1._workload" -}}
{{- $kind := .values.kind -}}
{{- if eq $kind "StatefulSet" }}
{{ include "mono-library.v1.statefulSet" . }}
{{- else if eq $kind "DaemonSet" }}
{{ include "mono-library.v1.daemonSet" . }}
{{- else if eq $kind "CronJob" }}
{{ include "mono-library.v1.cronJob" . }}
{{- else if eq $kind "Job" }}
{{ include "mono-library.v1.job" . }}
{{- else }}
{{ include "mono-library.v1.deployment" . }}
{{- end }}
{{- if has $kind (list "Deployment" "StatefulSet") }}
{{- if (.values.autoscaling).enabled }}
{{ include "mono-library.v1.autoscaler" . }}
{{- end }}
{{- if (.values.podDisruptionBudget).enabled }}
{{- include "mono-library.v1.disruptionBudget" . }}
{{- end }}
{{- end }}
{{- if (.values.verticalPodAutoscaler).enabled }}
{{ include "mono-library.v1.verticalPodAutoscaler" . }}
{{- end }}
{{- include "mono-library.v1._claims" . }}
{{- end -}}

{{- define "mono-library.v1.deployment" -}}
{{- $w := .values -}}
---
apiVersion: apps/v1
kind: Deployment
{{ include "mono-library.v1._metadata" (dict "c" .) }}
spec:
  {{- if not ($w.autoscaling).enabled }}
  replicas: {{ $w.replicaCount | int }}
  {{- end }}
  {{- include "mono-library.v1._fields" (dict "of" $w "indent" 2 "keys" (list "revisionHistoryLimit" "minReadySeconds")) }}
  selector:
    matchLabels:
      {{- .match | nindent 6 }}
  strategy:
    {{- if $w.updateStrategy }}
    {{- toYaml $w.updateStrategy | nindent 4 }}
    {{- else }}
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
    {{- end }}
  template:
    {{- include "mono-library.v1.pod" . | nindent 4 }}
{{- end -}}

{{- define "mono-library.v1.daemonSet" -}}
---
apiVersion: apps/v1
kind: DaemonSet
{{ include "mono-library.v1._metadata" (dict "c" .) }}
spec:
  {{- include "mono-library.v1._fields" (dict "of" .values "indent" 2 "keys" (list "revisionHistoryLimit" "minReadySeconds" "updateStrategy")) }}
  selector:
    matchLabels:
      {{- .match | nindent 6 }}
  template:
    {{- include "mono-library.v1.pod" . | nindent 4 }}
{{- end -}}

{{- define "mono-library.v1.statefulSet" -}}
{{- $c := . -}}{{- $w := .values -}}
---
apiVersion: apps/v1
kind: StatefulSet
{{ include "mono-library.v1._metadata" (dict "c" .) }}
spec:
  {{- if not ($w.autoscaling).enabled }}
  replicas: {{ $w.replicaCount | int }}
  {{- end }}
  serviceName: {{ .fullname }}-headless
  {{- include "mono-library.v1._fields" (dict "of" $w "indent" 2 "keys" (list "revisionHistoryLimit" "minReadySeconds" "podManagementPolicy" "persistentVolumeClaimRetentionPolicy" "ordinals")) }}
  selector:
    matchLabels:
      {{- .match | nindent 6 }}
  updateStrategy:
    {{- if $w.updateStrategy }}
    {{- toYaml $w.updateStrategy | nindent 4 }}
    {{- else }}
    type: RollingUpdate
    rollingUpdate:
      partition: {{ $w.partition | int }}
    {{- end }}
  template:
    {{- include "mono-library.v1.pod" . | nindent 4 }}
  {{- with $w.volumeClaims }}
  volumeClaimTemplates:
    {{- range $id, $claim := . }}
    {{- if $claim }}
    - apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: {{ $id }}
        labels:
          {{- $c.match | nindent 10 }}
        {{- with $claim.annotations }}
        annotations:
          {{- toYaml . | nindent 10 }}
        {{- end }}
      spec:
        {{- include "mono-library.v1._claimSpec" (dict "c" $c "claim" $claim) | nindent 8 }}
    {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "mono-library.v1._jobSpec" -}}
{{- include "mono-library.v1._fields" (dict "of" .values "indent" 0 "keys" (list "activeDeadlineSeconds" "backoffLimit" "completions" "parallelism" "ttlSecondsAfterFinished")) }}
template:
  {{- include "mono-library.v1.pod" . | nindent 2 }}
{{- end -}}

{{- define "mono-library.v1.cronJob" -}}
---
apiVersion: batch/v1
kind: CronJob
{{ include "mono-library.v1._metadata" (dict "c" .) }}
spec:
  schedule: {{ required (printf "%s: %s needs a schedule" .root.Chart.Name .fullname) .values.schedule | quote }}
  {{- include "mono-library.v1._fields" (dict "of" .values "indent" 2 "keys" (list "concurrencyPolicy" "failedJobsHistoryLimit" "startingDeadlineSeconds" "successfulJobsHistoryLimit" "suspend" "timeZone")) }}
  jobTemplate:
    spec:
      {{- include "mono-library.v1._jobSpec" . | trim | nindent 6 }}
{{- end -}}

{{- define "mono-library.v1.job" -}}
{{- $w := .values -}}
{{- $annotations := dict -}}
{{- $name := .fullname -}}
{{- if $w.hook -}}
{{- $_ := set $annotations "helm.sh/hook" (join "," $w.hook) -}}
{{- $_ := set $annotations "helm.sh/hook-weight" (toString (int $w.weight)) -}}
{{- $_ := set $annotations "helm.sh/hook-delete-policy" ($w.deletePolicy | default "before-hook-creation") -}}
{{- $_ := set . "inline" true -}}
{{- end -}}
{{- $spec := include "mono-library.v1._jobSpec" . | trim -}}
{{- if not $w.hook -}}
{{- $name = printf "%s-%s" (trunc 54 $name) (sha256sum $spec | trunc 8) -}}
{{- end -}}
---
apiVersion: batch/v1
kind: Job
{{ include "mono-library.v1._metadata" (dict "c" . "name" $name "annotations" $annotations) }}
spec:
  {{- $spec | nindent 2 }}
{{- end -}}

{{- define "mono-library.v1.autoscaler" -}}
{{- $hpa := .values.autoscaling -}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
{{ include "mono-library.v1._metadata" (dict "c" .) }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: {{ .values.kind }}
    name: {{ .fullname }}
  minReplicas: {{ $hpa.minReplicas | default 1 | int }}
  maxReplicas: {{ $hpa.maxReplicas | default 10 | int }}
  metrics:
    {{- range $resource, $target := dict "cpu" $hpa.targetCPUUtilizationPercentage "memory" $hpa.targetMemoryUtilizationPercentage }}
    {{- if $target }}
    - type: Resource
      resource:
        name: {{ $resource }}
        target:
          type: Utilization
          averageUtilization: {{ int $target }}
    {{- end }}
    {{- end }}
    {{- with $hpa.metrics }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $hpa.behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "mono-library.v1.verticalPodAutoscaler" -}}
---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
{{ include "mono-library.v1._metadata" (dict "c" .) }}
spec:
  targetRef:
    apiVersion: {{ ternary "batch/v1" "apps/v1" (has .values.kind (list "Job" "CronJob")) }}
    kind: {{ .values.kind }}
    name: {{ .fullname }}
  updatePolicy:
    updateMode: {{ .values.verticalPodAutoscaler.updateMode | default "Off" | quote }}
  {{- with .values.verticalPodAutoscaler.resourcePolicy }}
  resourcePolicy:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "mono-library.v1.disruptionBudget" -}}
{{- $pdb := .values.podDisruptionBudget -}}
{{- $instances := .values.replicaCount | int -}}
{{- if (.values.autoscaling).enabled }}{{ $instances = .values.autoscaling.minReplicas | default 1 | int }}{{ end }}
{{- if gt $instances 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
{{ include "mono-library.v1._metadata" (dict "c" .) }}
spec:
  {{- if not (kindIs "invalid" $pdb.minAvailable) }}
  minAvailable: {{ $pdb.minAvailable }}
  {{- else if not (kindIs "invalid" $pdb.maxUnavailable) }}
  maxUnavailable: {{ $pdb.maxUnavailable }}
  {{- else if .values.quorum }}
  minAvailable: {{ add (div $instances 2) 1 }}
  {{- else }}
  maxUnavailable: 1
  {{- end }}
  selector:
    matchLabels:
      {{- .match | nindent 6 }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1.service" -}}
{{- $service := .service -}}
---
apiVersion: v1
kind: Service
{{ include "mono-library.v1._metadata" (dict "c" .c "name" .name "annotations" $service.annotations "labels" $service.labels) }}
spec:
  {{- if $service.headless }}
  clusterIP: None
  {{- end }}
  type: {{ $service.type | default "ClusterIP" }}
  {{- include "mono-library.v1._fields" (dict "of" $service "indent" 2 "keys" (list "externalTrafficPolicy" "internalTrafficPolicy" "ipFamilyPolicy" "loadBalancerClass" "loadBalancerSourceRanges" "publishNotReadyAddresses" "sessionAffinity" "sessionAffinityConfig" "trafficDistribution")) }}
  selector:
    {{- .c.match | nindent 4 }}
  ports:
    {{- range $name, $port := .ports }}
    - name: {{ $name }}
      port: {{ $port.servicePort | default $port.port | int }}
      targetPort: {{ $port.target | default $name }}
      protocol: {{ $port.protocol | default "TCP" }}
      {{- with $port.appProtocol }}
      appProtocol: {{ . }}
      {{- end }}
      {{- with $port.nodePort }}
      nodePort: {{ int . }}
      {{- end }}
    {{- end }}
{{- end -}}

{{- define "mono-library.v1._services" -}}
{{- $c := . -}}
{{- if and .values.service.enabled .ports }}
{{ include "mono-library.v1.service" (dict "c" . "service" .values.service "ports" .ports) }}
{{- end }}
{{- if and (eq .values.kind "StatefulSet") .ports }}
{{- $headless := dict "headless" true "publishNotReadyAddresses" true }}
{{ include "mono-library.v1.service" (dict "c" . "name" (printf "%s-headless" .fullname) "service" $headless "ports" .ports) }}
{{- end }}
{{- range $id, $service := .values.services }}
{{- if and $service (ne (toString $service.enabled) "false") }}
{{- $ports := $c.ports }}
{{- if $service.port }}
{{- $port := dict "port" $service.port "target" ($service.targetPort | default "http") "nodePort" $service.nodePort "appProtocol" $service.appProtocol }}
{{- $ports = dict ($service.portName | default "http") $port }}
{{- end }}
{{ include "mono-library.v1.service" (dict "c" $c "name" (printf "%s-%s" $c.fullname $id) "service" $service "ports" $ports) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._ports" -}}
{{- $ports := dict -}}
{{- with .values.service -}}
{{- if .port -}}
{{- $main := dict "port" (.targetPort | default .port) "servicePort" .port "nodePort" .nodePort "appProtocol" .appProtocol -}}
{{- $_ := set $ports (.portName | default "http") $main -}}
{{- end -}}
{{- end -}}
{{- range $name, $port := .values.ports -}}
{{- if $port -}}{{- $_ := set $ports $name $port -}}{{- end -}}
{{- end -}}
{{- $_ := set . "ports" $ports -}}
{{- end -}}

{{- define "mono-library.v1.ingress" -}}
{{- $c := . -}}{{- $ingress := .values.ingress -}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
{{ include "mono-library.v1._metadata" (dict "c" . "annotations" $ingress.annotations) }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- with $ingress.tls }}
  tls:
    {{- range . }}
    - hosts:
        {{- include "mono-library.v1._strings" (dict "list" .hosts "root" $c.root) | trim | nindent 8 }}
      secretName: {{ .secretName }}
    {{- end }}
  {{- end }}
  rules:
    {{- range $ingress.hosts }}
    - host: {{ include "mono-library.v1._string" (dict "value" .host "root" $c.root) }}
      http:
        paths:
          {{- range .paths | default (list (dict "path" "/")) }}
          - path: {{ .path }}
            pathType: {{ .pathType | default "Prefix" }}
            backend:
              service:
                name: {{ $c.fullname }}{{ with .service }}-{{ . }}{{ end }}
                port:
                  name: {{ .port | default ($c.values.service.portName | default "http") }}
          {{- end }}
    {{- end }}
{{- end -}}

{{- define "mono-library.v1.route" -}}
{{- $c := .c -}}{{- $route := .route -}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: {{ .kind }}
{{ include "mono-library.v1._metadata" (dict "c" $c "annotations" $route.annotations) }}
spec:
  {{- with $route.parentRefs }}
  parentRefs:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $route.hostnames }}
  hostnames:
    {{- include "mono-library.v1._strings" (dict "list" . "root" $c.root) | trim | nindent 4 }}
  {{- end }}
  rules:
    {{- range $route.rules | default (list dict) }}
    {{- $backend := dict "name" $c.fullname "port" ($c.values.service.port | int) }}
    - {{- mustMergeOverwrite (dict "backendRefs" (list $backend)) . | toYaml | nindent 6 }}
    {{- end }}
{{- end -}}

{{- define "mono-library.v1.networkPolicy" -}}
{{- $policy := .values.networkPolicy -}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "mono-library.v1._metadata" (dict "c" .) }}
spec:
  podSelector:
    matchLabels:
      {{- .match | nindent 6 }}
  policyTypes:
    - Ingress
    {{- if not (kindIs "invalid" $policy.egress) }}
    - Egress
    {{- end }}
  {{- if not (kindIs "invalid" $policy.ingress) }}
  ingress: {{ toJson $policy.ingress }}
  {{- else if .ports }}
  ingress:
    - ports:
        {{- range $name, $port := .ports }}
        - port: {{ $name }}
          protocol: {{ $port.protocol | default "TCP" }}
        {{- end }}
  {{- end }}
  {{- if not (kindIs "invalid" $policy.egress) }}
  egress: {{ toJson $policy.egress }}
  {{- end }}
{{- end -}}

{{- define "mono-library.v1._accounts" -}}
{{- if eq (toString (.values.serviceAccount).create) "true" }}
---
apiVersion: v1
kind: ServiceAccount
{{ include "mono-library.v1._metadata" (dict "c" . "name" .account "annotations" .values.serviceAccount.annotations) }}
automountServiceAccountToken: {{ .values.serviceAccount.automount | default false }}
{{- end }}
{{- range $field, $kind := dict "rules" "Role" "clusterRules" "ClusterRole" }}
{{- with index ($.values.rbac | default dict) $field }}
{{- $name := ternary $.fullname (printf "%s-%s" $.root.Release.Namespace $.fullname) (eq $kind "Role") }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}
{{ include "mono-library.v1._metadata" (dict "c" $ "name" $name) }}
rules:
  {{- toYaml . | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}Binding
{{ include "mono-library.v1._metadata" (dict "c" $ "name" $name) }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $kind }}
  name: {{ $name }}
subjects:
  - kind: ServiceAccount
    name: {{ $.account }}
    namespace: {{ $.root.Release.Namespace }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._contents" -}}
{{- include "mono-library.v1._data" (dict "data" .of.data "root" .root) -}}
{{- with .of.files }}
{{ ($.root.Files.Glob .).AsConfig }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1.configMap" -}}
---
apiVersion: v1
kind: ConfigMap
{{ include "mono-library.v1._metadata" (dict "c" .c "name" .name "labels" .labels "annotations" .annotations) }}
data:
  {{- .data | trim | nindent 2 }}
{{- end -}}

{{- define "mono-library.v1._config" -}}
{{- $c := . -}}
{{- with get .data (printf "%s-config" .fullname) }}
{{ include "mono-library.v1.configMap" (dict "c" $c "name" (printf "%s-config" $c.fullname) "data" .) }}
{{- end }}
{{- range $id, $item := .values.configMaps }}
{{- if $item }}
{{- $data := get $c.data (printf "configMaps/%s" $id) }}
{{ include "mono-library.v1.configMap" (dict "c" $c "name" (printf "%s-%s" $c.base $id) "data" $data "labels" $item.labels "annotations" $item.annotations) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._secrets" -}}
{{- $c := . -}}
{{- range $id, $item := .values.secrets }}
{{- if $item }}
---
apiVersion: v1
kind: Secret
{{ include "mono-library.v1._metadata" (dict "c" $c "name" (printf "%s-%s" $c.base $id) "labels" $item.labels "annotations" $item.annotations) }}
type: {{ $item.type | default "Opaque" }}
stringData:
  {{- get $c.data (printf "secrets/%s" $id) | trim | nindent 2 }}
{{- end }}
{{- end }}
{{- range $id, $item := .values.externalSecrets }}
{{- if $item }}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
{{ include "mono-library.v1._metadata" (dict "c" $c "name" (printf "%s-%s" $c.base $id)) }}
spec:
  refreshInterval: {{ $item.refreshInterval | default "1h" }}
  secretStoreRef:
    {{- toYaml $item.secretStoreRef | nindent 4 }}
  target:
    name: {{ printf "%s-%s" $c.base $id }}
  {{- with $item.data }}
  data:
    {{- range $key, $reference := . }}
    {{- if $reference }}
    - secretKey: {{ $key }}
      remoteRef:
        {{- toYaml $reference | nindent 8 }}
    {{- end }}
    {{- end }}
  {{- end }}
  {{- with $item.dataFrom }}
  dataFrom:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._sealedSecrets" -}}
{{- $c := . -}}
{{- range $id, $item := .values.sealedSecrets }}
{{- if $item }}
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
{{ include "mono-library.v1._metadata" (dict "c" $c "name" (printf "%s-%s" $c.base $id) "annotations" $item.annotations) }}
spec:
  encryptedData:
    {{- toYaml $item.encryptedData | nindent 4 }}
  template:
    type: {{ $item.type | default "Opaque" }}
{{- end }}
{{- end }}
{{- range $id, $item := .values.secretProviderClasses }}
{{- if $item }}
---
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
{{ include "mono-library.v1._metadata" (dict "c" $c "name" (printf "%s-%s" $c.base $id)) }}
spec:
  provider: {{ $item.provider }}
  {{- include "mono-library.v1._fields" (dict "of" $item "indent" 2 "keys" (list "parameters" "secretObjects")) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._metrics" -}}
{{- $c := . -}}
{{- range $kind := list "serviceMonitor" "podMonitor" }}
{{- $monitor := index $c.values.metrics $kind }}
{{- if ($monitor).enabled }}
---
apiVersion: monitoring.coreos.com/v1
kind: {{ ternary "ServiceMonitor" "PodMonitor" (eq $kind "serviceMonitor") }}
{{ include "mono-library.v1._metadata" (dict "c" $c "labels" $monitor.labels) }}
spec:
  selector:
    matchLabels:
      {{- $c.match | nindent 6 }}
  {{ ternary "endpoints" "podMetricsEndpoints" (eq $kind "serviceMonitor") }}:
    - port: {{ $c.values.metrics.port | default "http" }}
      path: {{ $c.values.metrics.path | default "/metrics" }}
      {{- include "mono-library.v1._fields" (dict "of" $monitor "indent" 6 "keys" (list "interval" "metricRelabelings" "relabelings")) }}
{{- end }}
{{- end }}
{{- with .values.metrics.prometheusRule }}
{{- if .enabled }}
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
{{ include "mono-library.v1._metadata" (dict "c" $c "labels" .labels) }}
spec:
  groups:
    - name: {{ $c.fullname }}
      rules:
        {{- toYaml .rules | nindent 8 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._dashboards" -}}
{{- $c := . -}}
{{- range $id, $dashboard := .values.dashboards }}
{{- if $dashboard }}
{{- $data := include "mono-library.v1._contents" (dict "of" $dashboard "root" $c.root) }}
{{ include "mono-library.v1.configMap" (dict "c" $c "name" (printf "%s-dashboard-%s" $c.fullname $id) "data" $data "labels" (dict "grafana_dashboard" "1")) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1.app" -}}
{{- $c := dict "root" . -}}
{{- include "mono-library.v1.context" $c -}}
{{- include "mono-library.v1._parts" $c -}}
{{- range $id, $object := $c.values.extraObjects }}
{{- if $object }}
{{- $text := toYaml $object }}
---
{{ if contains "{{" $text }}{{ tpl $text $ }}{{ else }}{{ $text }}{{ end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._parts" -}}
{{- $v := .values -}}
{{- include "mono-library.v1._accounts" . }}
{{- include "mono-library.v1._config" . }}
{{- include "mono-library.v1._secrets" . }}
{{- include "mono-library.v1._sealedSecrets" . }}
{{- include "mono-library.v1._workload" . }}
{{- include "mono-library.v1._services" . }}
{{- if ($v.ingress).enabled }}
{{ include "mono-library.v1.ingress" . }}
{{- end }}
{{- if ($v.httpRoute).enabled }}
{{ include "mono-library.v1.route" (dict "c" . "route" $v.httpRoute "kind" "HTTPRoute") }}
{{- end }}
{{- if ($v.grpcRoute).enabled }}
{{ include "mono-library.v1.route" (dict "c" . "route" $v.grpcRoute "kind" "GRPCRoute") }}
{{- end }}
{{- if ($v.networkPolicy).enabled }}
{{ include "mono-library.v1.networkPolicy" . }}
{{- end }}
{{- if $v.metrics }}
{{- include "mono-library.v1._metrics" . }}
{{- end }}
{{- include "mono-library.v1._dashboards" . }}
{{- include "mono-library.v1._jobs" . }}
{{- include "mono-library.v1._controllers" . }}
{{- end -}}

{{- define "mono-library.v1.notes" -}}
{{- $c := dict "root" . -}}
{{- include "mono-library.v1.context" $c -}}
{{ $c.values.kind }} {{ $c.fullname }} runs {{ include "mono-library.v1.image" (dict "root" . "image" $c.values.image) }} in namespace {{ .Release.Namespace }}.
{{- if ($c.values.ingress).enabled }}
{{- range $c.values.ingress.hosts }}
http{{ if $c.values.ingress.tls }}s{{ end }}://{{ include "mono-library.v1._string" (dict "value" .host "root" $c.root) | trimAll "\"" }}
{{- end }}
{{- else if and $c.values.service.enabled $c.ports }}
kubectl --namespace {{ .Release.Namespace }} port-forward service/{{ $c.fullname }} {{ $c.values.service.port }}
{{- end }}
{{ end -}}

