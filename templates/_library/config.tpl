{{- define "[[ lib ]].configMap" -}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "[[ lib ]]._metadata" (dict "c" .c "name" .name "labels" .labels "annotations" .annotations) | nindent 2 }}
data:
  {{- .data | indent 2 }}
{{- end -}}

{{- define "[[ lib ]].serviceAccount" -}}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "[[ lib ]]._metadata" (dict "c" . "name" (include "[[ lib ]].serviceAccountName" .) "annotations" .values.serviceAccount.annotations) | nindent 2 }}
automountServiceAccountToken: {{ .values.serviceAccount.automount | default false }}
{{- end -}}
