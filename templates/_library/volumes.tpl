[# The main container mounts persistence and volumeClaims; every container has /tmp when the pod has it. -#]
{{- define "[[ lib ]]._mounts" -}}
{{- $main := .main -}}
{{- range $id, $volume := .c.values.persistence }}
{{- if and $volume (ne (toString $volume.enabled) "false") $volume.mountPath (or $main (eq $id "tmp")) }}
- name: {{ include "[[ lib ]]._plain" $id }}
  mountPath: {{ $volume.mountPath }}
  {{- include "[[ lib ]]._fields" (list $volume 2 "subPath readOnly") }}
{{- end }}
{{- end }}
{{- if and $main (eq .c.kind "StatefulSet") }}
{{- range $id, $claim := .w.volumeClaims }}
{{- if $claim }}
- name: {{ include "[[ lib ]]._plain" $id }}
  mountPath: {{ required (printf "volumeClaims.%s.mountPath is missing" $id) $claim.mountPath }}
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
- name: {{ include "[[ lib ]]._plain" $id }}
  {{- $type := $volume.type | default "emptyDir" }}
  {{- $name := $volume.name | default (printf "%s-%s" $c.base ($volume.identifier | default $id)) }}
  {{- if eq $type "persistentVolumeClaim" }}
  persistentVolumeClaim:
    claimName: {{ include "[[ lib ]]._string" (dict "value" ($volume.existingClaim | default (printf "%s-%s" $c.fullname $id)) "root" $c.root) }}
  {{- else if has $type (list "configMap" "secret") }}
  {{ $type }}:
    {{ ternary "name" "secretName" (eq $type "configMap") }}: {{ $name }}
    {{- include "[[ lib ]]._fields" (list $volume 4 "items defaultMode optional") }}
  {{- else }}
  {{ $type }}: {{ toJson ($volume.spec | default dict) }}
  {{- end }}
{{- end }}
{{- end }}
{{- with .values.volumes }}
{{ include "[[ lib ]]._block" . | trim }}
{{- end }}
{{- end -}}
