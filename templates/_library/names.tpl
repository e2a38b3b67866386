[# Names, labels and images: every define here takes the chart's own context, so that an app's templates can use it. #]
{{- define "[[ lib ]].name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "[[ lib ]].fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "[[ lib ]].selectorLabels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/name: {{ include "[[ lib ]].name" . | quote }}
{{- end -}}

{{- define "[[ lib ]].labels" -}}
{{ include "[[ lib ]].selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ regexReplaceAll "[^A-Za-z0-9_.-]+" . "_" | trunc 63 | trimAll "_.-" | quote }}
{{- end }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimAll "_.-" }}
{{- with omit (.Values.commonLabels | default dict) "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/version" "helm.sh/chart" }}
{{ toYaml . }}
{{- end }}
{{- end -}}

[# Takes root and image; the tag is the chart's appVersion unless set, a digest wins over both. #]
{{- define "[[ lib ]].image" -}}
{{- $image := .image -}}
{{- $registry := (.root.Values.global).imageRegistry | default $image.registry -}}
{{- with $registry }}{{ . }}/{{ end }}{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end -}}

{{- define "[[ lib ]].serviceAccountName" -}}
{{- $account := .values.serviceAccount | default dict -}}
{{- if $account.create -}}
{{- $account.name | default .fullname -}}
{{- else -}}
{{- $account.name | default "default" -}}
{{- end -}}
{{- end -}}
