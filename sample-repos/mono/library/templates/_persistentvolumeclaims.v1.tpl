{{/*
The spec of a claim, for a PersistentVolumeClaim and for a StatefulSet's template alike.
*/}}
{{- define "shop-library.v1._persistentVolumeClaimSpec" -}}
accessModes:
  {{- include "shop-library.v1._toYaml" (.claim.accessModes | default (list "ReadWriteOnce")) | nindent 2 }}
{{- $class := .claim.storageClass }}
{{- if kindIs "invalid" $class }}{{ $class = (.unit.root.Values.global).storageClass | default nil }}{{ end }}
{{- if not (kindIs "invalid" $class) }}
storageClassName: {{ toRawJson $class }}
{{- end }}
resources:
  requests:
    storage: {{ .claim.size | default "1Gi" | toRawJson }}
{{- end -}}

{{- define "shop-library.v1._persistentVolumeClaims" -}}
{{- range $id, $claim := .values.persistence }}
{{- if and $claim (ne (toString $claim.enabled) "false") (eq (toString $claim.type) "persistentVolumeClaim") (not $claim.existingClaim) }}
{{- $annotations := deepCopy ($claim.annotations | default dict) }}
{{- if $claim.retain }}{{ $_ := set $annotations "helm.sh/resource-policy" "keep" }}{{ end }}
---
apiVersion: v1
kind: PersistentVolumeClaim
{{ include "shop-library.v1._metadata" (dict "unit" $ "name" (printf "%s-%s" $.fullname $id) "annotations" $annotations) }}
spec:
  {{- include "shop-library.v1._persistentVolumeClaimSpec" (dict "unit" $ "claim" $claim) | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}
