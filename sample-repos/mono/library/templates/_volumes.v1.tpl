{{/*
The main container mounts persistence and volumeClaims; every container has /tmp when the pod has it.
*/}}
{{- define "shop-library.v1._volumeMounts" -}}
{{- $main := .main -}}
{{- range $id, $volume := .unit.values.persistence }}
{{- if and $volume (ne (toString $volume.enabled) "false") $volume.mountPath (or $main (eq $id "tmp")) }}
- name: {{ toRawJson $id }}
  mountPath: {{ toRawJson $volume.mountPath }}
  {{- include "shop-library.v1._toYamlFields" (list (pick $volume "subPath" "readOnly") "\n  ") }}
{{- end }}
{{- end }}
{{- if and $main (eq .unit.kind "StatefulSet") }}
{{- range $id, $claim := .values.volumeClaims }}
{{- if $claim }}
- name: {{ toRawJson $id }}
  mountPath: {{ required (printf "volumeClaims.%s.mountPath is missing" $id) $claim.mountPath | toRawJson }}
{{- end }}
{{- end }}
{{- end }}
{{- with .values.volumeMounts }}
{{ include "shop-library.v1._toYaml" . }}
{{- end }}
{{- end -}}

{{- define "shop-library.v1._volumes" -}}
{{- range $id, $volume := .values.persistence }}
{{- if and $volume (ne (toString $volume.enabled) "false") }}
- name: {{ toRawJson $id }}
  {{- $type := $volume.type | default "emptyDir" }}
  {{- $name := $volume.name | default (printf "%s-%s" $.chartFullname ($volume.identifier | default $id)) }}
  {{- if eq $type "persistentVolumeClaim" }}
  persistentVolumeClaim:
    {{- $claim := $volume.existingClaim | default (printf "%s-%s" $.fullname $id) }}
    claimName: {{ include "shop-library.v1._tplString" (dict "value" $claim "root" $.root) }}
  {{- else if has $type (list "configMap" "secret") }}
  {{ $type }}:
    {{ ternary "name" "secretName" (eq $type "configMap") }}: {{ toRawJson $name }}
    {{- include "shop-library.v1._toYamlFields" (list (pick $volume "items" "defaultMode" "optional") "\n    ") }}
  {{- else }}
  {{ $type }}: {{ toJson ($volume.spec | default dict) }}
  {{- end }}
{{- end }}
{{- end }}
{{- with .values.volumes }}
{{ include "shop-library.v1._toYaml" . }}
{{- end }}
{{- end -}}
