[# The account of a unit, for a hook a hook too, and what it may do. -#]
{{- define "[[ lib ]]._accounts" -}}
{{- if eq (toString (.values.serviceAccount).create) "true" }}
{{- include "[[ lib ]]._once" (dict "c" . "what" "ServiceAccount" "name" .account "key" "serviceAccount") }}
{{- $annotations := .values.serviceAccount.annotations }}
{{- with .values.hook }}
{{- $hook := dict "helm.sh/hook" (join "," .) "helm.sh/hook-weight" (sub (int $.values.weight) 1 | toString) "helm.sh/hook-delete-policy" "before-hook-creation" }}
{{- $annotations = mustMergeOverwrite $hook ($annotations | default dict) }}
{{- end }}
---
apiVersion: v1
kind: ServiceAccount
{{ include "[[ lib ]]._metadata" (dict "c" . "name" .account "annotations" $annotations) }}
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
  name: {{ toRawJson $name }}
subjects:
  - kind: ServiceAccount
    name: {{ toRawJson $.account }}
    namespace: {{ toRawJson $.root.Release.Namespace }}
{{- end }}
{{- end }}
{{- end -}}
