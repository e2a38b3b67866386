{{/*
The account of a unit, for a hook a hook too, and what it may do.
*/}}
{{- define "shop-library.v1._serviceAccount" -}}
{{- if eq (toString (.values.serviceAccount).create) "true" }}
{{- include "shop-library.v1._requireUnique" (list . "ServiceAccount" .serviceAccountName "serviceAccount") }}
{{- $annotations := .values.serviceAccount.annotations }}
{{- with .values.hook }}
{{- $hook := dict
  "helm.sh/hook" (join "," .)
  "helm.sh/hook-weight" (sub (int $.values.weight) 1 | toString)
  "helm.sh/hook-delete-policy" "before-hook-creation" }}
{{- $annotations = mustMergeOverwrite $hook ($annotations | default dict) }}
{{- end }}
---
apiVersion: v1
kind: ServiceAccount
{{ include "shop-library.v1._metadata" (dict "unit" . "name" .serviceAccountName "annotations" $annotations) }}
automountServiceAccountToken: {{ .values.serviceAccount.automount | default false }}
{{- end }}
{{- range $field, $kind := dict "rules" "Role" "clusterRules" "ClusterRole" }}
{{- with index ($.values.rbac | default dict) $field }}
{{- $name := ternary $.fullname (printf "%s-%s" $.root.Release.Namespace $.fullname) (eq $kind "Role") }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}
{{ include "shop-library.v1._metadata" (dict "unit" $ "name" $name) }}
rules:
  {{- include "shop-library.v1._toYaml" . | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}Binding
{{ include "shop-library.v1._metadata" (dict "unit" $ "name" $name) }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $kind }}
  name: {{ toRawJson $name }}
subjects:
  - kind: ServiceAccount
    name: {{ toRawJson $.serviceAccountName }}
    namespace: {{ toRawJson $.root.Release.Namespace }}
{{- end }}
{{- end }}
{{- end -}}
