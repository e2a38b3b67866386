{{- define "[[ lib ]]._secrets" -}}
{{- $c := . -}}
{{- range $id, $item := .values.secrets }}
{{- if $item }}
{{- include "[[ lib ]]._once" (dict "c" $c "what" "Secret" "name" (printf "%s-%s" $c.base $id) "key" (print "secrets." $id)) }}
---
apiVersion: v1
kind: Secret
{{ include "[[ lib ]]._metadata" (dict "c" $c "name" (printf "%s-%s" $c.base $id) "more" $item.labels "annotations" $item.annotations) }}
type: {{ $item.type | default "Opaque" | toRawJson }}
stringData:
  {{- get $c.data (printf "secrets/%s" $id) | trim | nindent 2 }}
{{- end }}
{{- end }}
{{- range $id, $item := .values.externalSecrets }}
{{- if $item }}
{{- if not (or $item.data $item.dataFrom) }}{{ fail (printf "%s: %sexternalSecrets.%s fetches nothing; add data or dataFrom" $c.root.Chart.Name $c.path $id) }}{{ end }}
{{- include "[[ lib ]]._once" (dict "c" $c "what" "Secret" "name" (printf "%s-%s" $c.base $id) "key" (print "externalSecrets." $id)) }}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
{{ include "[[ lib ]]._metadata" (dict "c" $c "name" (printf "%s-%s" $c.base $id)) }}
spec:
  refreshInterval: {{ $item.refreshInterval | default "1h" | toRawJson }}
  secretStoreRef:
    {{- include "[[ lib ]]._block" $item.secretStoreRef | trim | nindent 4 }}
  target:
    name: {{ printf "%s-%s" $c.base $id | toRawJson }}
  {{- with $item.data }}
  data:
    {{- range $key, $reference := . }}
    {{- if $reference }}
    - secretKey: {{ toRawJson $key }}
      remoteRef:
        {{- include "[[ lib ]]._block" $reference | trim | nindent 8 }}
    {{- end }}
    {{- end }}
  {{- end }}
  {{- with $item.dataFrom }}
  dataFrom:
    {{- include "[[ lib ]]._block" . | trim | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "[[ lib ]]._sealedSecrets" -}}
{{- $c := . -}}
{{- range $id, $item := .values.sealedSecrets }}
{{- if $item }}
{{- include "[[ lib ]]._once" (dict "c" $c "what" "Secret" "name" (printf "%s-%s" $c.base $id) "key" (print "sealedSecrets." $id)) }}
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
{{ include "[[ lib ]]._metadata" (dict "c" $c "name" (printf "%s-%s" $c.base $id) "annotations" $item.annotations) }}
spec:
  encryptedData:
    {{- include "[[ lib ]]._block" $item.encryptedData | trim | nindent 4 }}
  template:
    type: {{ $item.type | default "Opaque" | toRawJson }}
{{- end }}
{{- end }}
{{- range $id, $item := .values.secretProviderClasses }}
{{- if $item }}
---
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
{{ include "[[ lib ]]._metadata" (dict "c" $c "name" (printf "%s-%s" $c.base $id)) }}
spec:
  provider: {{ toRawJson $item.provider }}
  {{- include "[[ lib ]]._fields" (list (pick $item "parameters" "secretObjects") "\n  ") }}
{{- end }}
{{- end }}
{{- end -}}
