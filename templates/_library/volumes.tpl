[# The main container mounts persistence and volumeClaims; every container has /tmp when the pod has it. -#]
{{- define "[[ lib ]]._mounts" -}}
{{- $main := .main -}}
{{- range $id, $volume := .c.values.persistence }}
{{- if and $volume (ne (toString $volume.enabled) "false") $volume.mountPath (or $main (eq $id "tmp")) }}
- name: {{ toRawJson $id }}
  mountPath: {{ toRawJson $volume.mountPath }}
  {{- include "[[ lib ]]._fields" (list (pick $volume "subPath" "readOnly") "\n  ") }}
{{- end }}
{{- end }}
{{- if and $main (eq .c.kind "StatefulSet") }}
{{- range $id, $claim := .w.volumeClaims }}
{{- if $claim }}
- name: {{ toRawJson $id }}
  mountPath: {{ required (printf "volumeClaims.%s.mountPath is missing" $id) $claim.mountPath | toRawJson }}
{{- end }}
{{- end }}
{{- end }}
{{- with .w.volumeMounts }}
{{ include "[[ lib ]]._block" . | trim }}
{{- end }}
{{- end -}}

{{- define "[[ lib ]]._volumes" -}}
{{- $c := . -}}
{{- range $id, $volume := .values.persistence }}
{{- if and $volume (ne (toString $volume.enabled) "false") }}
- name: {{ toRawJson $id }}
  {{- $type := $volume.type | default "emptyDir" }}
  {{- $name := $volume.name | default (printf "%s-%s" $c.base ($volume.identifier | default $id)) }}
  {{- if eq $type "persistentVolumeClaim" }}
  persistentVolumeClaim:
    claimName: {{ include "[[ lib ]]._string" (dict "value" ($volume.existingClaim | default (printf "%s-%s" $c.fullname $id)) "root" $c.root) }}
  {{- else if has $type (list "configMap" "secret") }}
  {{ $type }}:
    {{ ternary "name" "secretName" (eq $type "configMap") }}: {{ toRawJson $name }}
    {{- include "[[ lib ]]._fields" (list (pick $volume "items" "defaultMode" "optional") "\n    ") }}
  {{- else }}
  {{ $type }}: {{ toJson ($volume.spec | default dict) }}
  {{- end }}
{{- end }}
{{- end }}
{{- with .values.volumes }}
{{ include "[[ lib ]]._block" . | trim }}
{{- end }}
{{- end -}}
