[# Mounts of the main container come from persistence and volumeClaims; every container has /tmp when the pod has it. #]
{{- define "[[ lib ]]._mounts" -}}
{{- $main := .main -}}
{{- range $id, $volume := .persistence }}
{{- if and $volume (ne (toString $volume.enabled) "false") $volume.mountPath (or $main (eq $id "tmp")) }}
- name: {{ $id }}
  mountPath: {{ $volume.mountPath }}
  {{- include "[[ lib ]]._fields" (dict "of" $volume "indent" 2 "keys" (list "subPath" "readOnly")) }}
{{- end }}
{{- end }}
{{- if $main }}
{{- range $id, $claim := .w.volumeClaims }}
{{- if $claim }}
- name: {{ $id }}
  mountPath: {{ $claim.mountPath }}
  {{- include "[[ lib ]]._fields" (dict "of" $claim "indent" 2 "keys" (list "subPath")) }}
{{- end }}
{{- end }}
{{- end }}
{{- with .w.volumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "[[ lib ]]._volumes" -}}
{{- $c := .c -}}{{- $name := .name -}}
{{- range $id, $volume := .w.persistence }}
{{- if and $volume (ne (toString $volume.enabled) "false") }}
- name: {{ $id }}
  {{- $type := $volume.type | default "emptyDir" }}
  {{- if eq $type "persistentVolumeClaim" }}
  persistentVolumeClaim:
    claimName: {{ $volume.existingClaim | default (printf "%s-%s" $name $id) }}
  {{- else if eq $type "configMap" }}
  configMap:
    name: {{ $volume.name | default (printf "%s-%s" $c.fullname ($volume.identifier | default $id)) }}
    {{- include "[[ lib ]]._fields" (dict "of" $volume "indent" 4 "keys" (list "items" "defaultMode" "optional")) }}
  {{- else if eq $type "secret" }}
  secret:
    secretName: {{ $volume.name | default (printf "%s-%s" $c.fullname ($volume.identifier | default $id)) }}
    {{- include "[[ lib ]]._fields" (dict "of" $volume "indent" 4 "keys" (list "items" "defaultMode" "optional")) }}
  {{- else }}
  {{ $type }}: {{ toJson ($volume.spec | default dict) }}
  {{- end }}
{{- end }}
{{- end }}
{{- with .w.volumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

[# The spec of a claim, for a PersistentVolumeClaim and for a StatefulSet's template alike. #]
{{- define "[[ lib ]]._claimSpec" -}}
{{- $claim := .claim -}}
accessModes:
  {{- toYaml ($claim.accessModes | default (list "ReadWriteOnce")) | nindent 2 }}
{{- with $claim.storageClass | default (.c.values.global).storageClass }}
storageClassName: {{ . }}
{{- end }}
resources:
  requests:
    storage: {{ $claim.size | default "1Gi" }}
{{- end -}}
