[# Names, labels and images: every define here takes the chart's own context, so that an app's templates can use it. -#]
{{- define "[[ lib ]].name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "[[ lib ]].fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $made := contains $name .Release.Name | ternary .Release.Name (print .Release.Name "-" $name) -}}
{{- .Values.fullnameOverride | default $made | trunc 63 | trimSuffix "-" -}}
{{- end -}}

[# A StatefulSet's second Service, through which its instances find each other. -#]
{{- define "[[ lib ]].headless" -}}
{{- include "[[ lib ]]._fit" (print (include "[[ lib ]].fullname" .) "-headless") -}}
{{- end -}}

[# A Service's name. -#]
{{- define "[[ lib ]]._fit" -}}
{{- if gt (len .) 63 }}{{ include "[[ lib ]]._short" (list 63 .) }}{{ else }}{{ . }}{{ end -}}
{{- end -}}

[# Of (list length name), where the name is longer: its beginning, a hash of all of it, and its end, which says what it is. -#]
{{- define "[[ lib ]]._short" -}}
{{- $name := index . 1 -}}
{{- printf "%s-%s-%s" (trunc (sub (index . 0) 30 | int) $name | trimSuffix "-") (sha256sum $name | trunc 8) (trunc -20 $name | trimAll "-") -}}
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
takes the place of the registry, wherever that is written: a repository's first part is one as container engines see it. -#]
{{- define "[[ lib ]].image" -}}
{{- $image := .image | default dict -}}
{{- $repository := required (printf "%s: image.repository is missing" .root.Chart.Name) $image.repository -}}
{{- $registry := $image.registry -}}
{{- with (.root.Values.global).imageRegistry -}}
{{- $registry = . -}}
{{- $parts := splitn "/" 2 $repository -}}
{{- if and $parts._1 (or (contains "." $parts._0) (contains ":" $parts._0) (eq $parts._0 "localhost")) -}}{{- $repository = $parts._1 -}}{{- end -}}
{{- end -}}
{{- with $registry }}{{ . }}/{{ end }}{{ $repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end -}}

[# An image of one's own has a tag of its own: the chart's appVersion is the main image's. Takes root, image, key. -#]
{{- define "[[ lib ]]._ownImage" -}}
{{- if not (or .image.tag .image.digest) -}}
{{- fail (printf "%s: %s.image has a repository of its own, so it needs a tag or a digest of its own" .root.Chart.Name .key) -}}
{{- end -}}
{{- end -}}
