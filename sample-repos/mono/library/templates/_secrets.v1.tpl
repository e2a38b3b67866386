{{- define "shop-library.v1._secrets" -}}
{{- range $id, $item := .values.secrets }}
{{- if $item }}
{{- $name := printf "%s-%s" $.chartFullname $id }}
{{- include "shop-library.v1._requireUnique" (list $ "Secret" $name (print "secrets." $id)) }}
---
apiVersion: v1
kind: Secret
{{ include "shop-library.v1._metadata" (dict "unit" $ "name" $name "more" $item.labels "annotations" $item.annotations) }}
type: {{ $item.type | default "Opaque" | toRawJson }}
stringData:
  {{- get $.configData (printf "secrets/%s" $id) | trim | nindent 2 }}
{{- end }}
{{- end }}
{{- range $id, $item := .values.externalSecrets }}
{{- if $item }}
{{- if not (or $item.data $item.dataFrom) }}
{{- fail (printf "%sexternalSecrets.%s fetches nothing; add data or dataFrom" $.where $id) }}
{{- end }}
{{- $name := printf "%s-%s" $.chartFullname $id }}
{{- include "shop-library.v1._requireUnique" (list $ "Secret" $name (print "externalSecrets." $id)) }}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
{{ include "shop-library.v1._metadata" (dict "unit" $ "name" $name) }}
spec:
  refreshInterval: {{ $item.refreshInterval | default "1h" | toRawJson }}
  secretStoreRef:
    {{- include "shop-library.v1._toYaml" $item.secretStoreRef | nindent 4 }}
  target:
    name: {{ toRawJson $name }}
  {{- with $item.data }}
  data:
    {{- range $key, $reference := . }}
    {{- if $reference }}
    - secretKey: {{ toRawJson $key }}
      remoteRef:
        {{- include "shop-library.v1._toYaml" $reference | nindent 8 }}
    {{- end }}
    {{- end }}
  {{- end }}
  {{- include "shop-library.v1._toYamlFields" (list (pick $item "dataFrom") "\n  ") }}
{{- end }}
{{- end }}
{{- range $id, $item := .values.sealedSecrets }}
{{- if $item }}
{{- $name := printf "%s-%s" $.chartFullname $id }}
{{- include "shop-library.v1._requireUnique" (list $ "Secret" $name (print "sealedSecrets." $id)) }}
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
{{ include "shop-library.v1._metadata" (dict "unit" $ "name" $name "annotations" $item.annotations) }}
spec:
  encryptedData:
    {{- include "shop-library.v1._toYaml" $item.encryptedData | nindent 4 }}
  template:
    type: {{ $item.type | default "Opaque" | toRawJson }}
{{- end }}
{{- end }}
{{- range $id, $item := .values.secretProviderClasses }}
{{- if $item }}
---
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
{{ include "shop-library.v1._metadata" (dict "unit" $ "name" (printf "%s-%s" $.chartFullname $id)) }}
spec:
  provider: {{ toRawJson $item.provider }}
  {{- include "shop-library.v1._toYamlFields" (list (pick $item "parameters" "secretObjects") "\n  ") }}
{{- end }}
{{- end }}
{{- end -}}
