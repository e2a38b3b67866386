[# The spec of a claim, for a PersistentVolumeClaim and for a StatefulSet's template alike. -#]
{{- define "[[ lib ]]._claimSpec" -}}
accessModes:
  {{- include "[[ lib ]]._block" (.claim.accessModes | default (list "ReadWriteOnce")) | trim | nindent 2 }}
{{- $class := .claim.storageClass }}
{{- if kindIs "invalid" $class }}{{ $class = (.c.root.Values.global).storageClass | default nil }}{{ end }}
{{- if not (kindIs "invalid" $class) }}
storageClassName: {{ toRawJson $class }}
{{- end }}
resources:
  requests:
    storage: {{ .claim.size | default "1Gi" | toRawJson }}
{{- end -}}

{{- define "[[ lib ]]._claims" -}}
{{- $c := . -}}
{{- range $id, $claim := .values.persistence }}
{{- if and $claim (ne (toString $claim.enabled) "false") (eq (toString $claim.type) "persistentVolumeClaim") (not $claim.existingClaim) }}
{{- $annotations := deepCopy ($claim.annotations | default dict) }}
{{- if $claim.retain }}{{ $_ := set $annotations "helm.sh/resource-policy" "keep" }}{{ end }}
---
apiVersion: v1
kind: PersistentVolumeClaim
{{ include "[[ lib ]]._metadata" (dict "c" $c "name" (printf "%s-%s" $c.fullname $id) "annotations" $annotations) }}
spec:
  {{- include "[[ lib ]]._claimSpec" (dict "c" $c "claim" $claim) | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}
