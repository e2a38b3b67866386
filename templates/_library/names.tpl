[# Names, labels and images: every define here takes the chart's own context, so that an app's templates can use it. -#]
{{- define "[[ lib ]].name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "[[ lib ]].fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $made := contains $name .Release.Name | ternary .Release.Name (print .Release.Name "-" $name) -}}
{{- .Values.fullnameOverride | default $made | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "[[ lib ]].selectorLabels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/name: {{ include "[[ lib ]].name" . | quote }}
{{- end -}}

{{- define "[[ lib ]].labels" -}}
{{- include "[[ lib ]]._labels" (dict "root" . "common" .Values.commonLabels) -}}
{{- end -}}

{{- define "[[ lib ]]._labels" -}}
{{ include "[[ lib ]].selectorLabels" .root }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- include "[[ lib ]]._version" .root }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimAll "_.-" }}
{{- include "[[ lib ]]._own" .common }}
{{- end -}}

{{- define "[[ lib ]]._version" -}}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ . | replace "+" "_" | trunc 63 | trimAll "_.-" | quote }}
{{- end }}
{{- end -}}

[# Labels of one's own, without those that only the library sets. -#]
{{- define "[[ lib ]]._own" -}}
{{- with omit (. | default dict) "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/version" "helm.sh/chart" }}
{{ include "[[ lib ]]._block" . | trim }}
{{- end }}
{{- end -}}

[# Takes root and image; the tag is the chart's appVersion unless set, a digest wins over both. `global.imageRegistry`
takes the place of the registry, wherever that is written. -#]
{{- define "[[ lib ]].image" -}}
{{- $image := .image | default dict -}}
{{- $repository := required (printf "%s: image.repository is missing" .root.Chart.Name) $image.repository -}}
{{- $registry := $image.registry -}}
{{- with (.root.Values.global).imageRegistry -}}
{{- $registry = . -}}
{{- $parts := splitn "/" 2 $repository -}}
{{- if contains "." $parts._0 -}}{{- $repository = $parts._1 -}}{{- end -}}
{{- end -}}
{{- with $registry }}{{ . }}/{{ end }}{{ $repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end -}}
