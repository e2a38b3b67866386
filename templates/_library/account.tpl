{{- define "[[ lib ]]._accounts" -}}
{{- if eq (toString (.values.serviceAccount).create) "true" }}
---
apiVersion: v1
kind: ServiceAccount
{{ include "[[ lib ]]._metadata" (dict "c" . "name" .account "annotations" .values.serviceAccount.annotations) }}
automountServiceAccountToken: {{ .values.serviceAccount.automount | default false }}
{{- end }}
{{- range $field, $kind := dict "rules" "Role" "clusterRules" "ClusterRole" }}
{{- with index ($.values.rbac | default dict) $field }}
{{- $name := ternary $.fullname (printf "%s-%s" $.root.Release.Namespace $.fullname) (eq $kind "Role") }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}
{{ include "[[ lib ]]._metadata" (dict "c" $ "name" $name) }}
rules:
  {{- include "[[ lib ]]._block" . | trim | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}Binding
{{ include "[[ lib ]]._metadata" (dict "c" $ "name" $name) }}
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
