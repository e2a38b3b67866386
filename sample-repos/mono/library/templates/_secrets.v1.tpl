{{- define "shop-library.v1._secrets" -}}
{{- $unit := . -}}
{{- range $id, $item := .values.secrets }}
{{- if $item }}
{{- $name := printf "%s-%s" $unit.chartFullname $id }}
{{- include "shop-library.v1._requireUnique" (dict "unit" $unit "what" "Secret" "name" $name "key" (print "secrets." $id)) }}
---
apiVersion: v1
kind: Secret
{{ include "shop-library.v1._metadata" (dict "unit" $unit "name" $name "more" $item.labels "annotations" $item.annotations) }}
type: {{ $item.type | default "Opaque" | toRawJson }}
stringData:
  {{- get $unit.configData (printf "secrets/%s" $id) | trim | nindent 2 }}
{{- end }}
{{- end }}
{{- range $id, $item := .values.externalSecrets }}
{{- if $item }}
{{- if not (or $item.data $item.dataFrom) }}
{{- $message := "%s: %sexternalSecrets.%s fetches nothing; add data or dataFrom" }}
{{- fail (printf $message $unit.root.Chart.Name $unit.keyPath $id) }}
{{- end }}
{{- $name := printf "%s-%s" $unit.chartFullname $id }}
{{- include "shop-library.v1._requireUnique" (dict "unit" $unit "what" "Secret" "name" $name "key" (print "externalSecrets." $id)) }}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
{{ include "shop-library.v1._metadata" (dict "unit" $unit "name" (printf "%s-%s" $unit.chartFullname $id)) }}
spec:
  refreshInterval: {{ $item.refreshInterval | default "1h" | toRawJson }}
  secretStoreRef:
    {{- include "shop-library.v1._toYaml" $item.secretStoreRef | trim | nindent 4 }}
  target:
    name: {{ toRawJson $name }}
  {{- with $item.data }}
  data:
    {{- range $key, $reference := . }}
    {{- if $reference }}
    - secretKey: {{ toRawJson $key }}
      remoteRef:
        {{- include "shop-library.v1._toYaml" $reference | trim | nindent 8 }}
    {{- end }}
    {{- end }}
  {{- end }}
  {{- with $item.dataFrom }}
  dataFrom:
    {{- include "shop-library.v1._toYaml" . | trim | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "shop-library.v1._sealedSecrets" -}}
{{- $unit := . -}}
{{- range $id, $item := .values.sealedSecrets }}
{{- if $item }}
{{- $name := printf "%s-%s" $unit.chartFullname $id }}
{{- include "shop-library.v1._requireUnique" (dict "unit" $unit "what" "Secret" "name" $name "key" (print "sealedSecrets." $id)) }}
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
{{ include "shop-library.v1._metadata" (dict "unit" $unit "name" $name "annotations" $item.annotations) }}
spec:
  encryptedData:
    {{- include "shop-library.v1._toYaml" $item.encryptedData | trim | nindent 4 }}
  template:
    type: {{ $item.type | default "Opaque" | toRawJson }}
{{- end }}
{{- end }}
{{- range $id, $item := .values.secretProviderClasses }}
{{- if $item }}
---
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
{{ include "shop-library.v1._metadata" (dict "unit" $unit "name" (printf "%s-%s" $unit.chartFullname $id)) }}
spec:
  provider: {{ toRawJson $item.provider }}
  {{- include "shop-library.v1._toYamlFields" (list (pick $item "parameters" "secretObjects") "\n  ") }}
{{- end }}
{{- end }}
{{- end -}}
