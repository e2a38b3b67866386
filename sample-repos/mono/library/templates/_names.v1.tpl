{{/*
Names, labels and images: every define here takes the chart's own context, so that an app's templates can use it.
*/}}
{{- define "shop-library.v1.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "shop-library.v1.fullname" -}}
{{- $made := include "shop-library.v1._madeName" (dict "root" . "name" (.Values.nameOverride | default .Chart.Name)) -}}
{{- .Values.fullnameOverride | default $made | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
What an app of that name is called in this release, unless it says otherwise. Takes root and name.
*/}}
{{- define "shop-library.v1._madeName" -}}
{{- contains .name .root.Release.Name | ternary .root.Release.Name (print .root.Release.Name "-" .name) -}}
{{- end -}}

{{/*
A StatefulSet's second Service, through which its instances find each other.
*/}}
{{- define "shop-library.v1.headlessServiceName" -}}
{{- include "shop-library.v1._serviceName" (print (include "shop-library.v1.fullname" .) "-headless") -}}
{{- end -}}

{{/*
A Service's name.
*/}}
{{- define "shop-library.v1._serviceName" -}}
{{- if gt (len .) 63 }}{{ include "shop-library.v1._shorten" (list 63 .) }}{{ else }}{{ . }}{{ end -}}
{{- end -}}

{{/*
Of (list length name), where the name is longer: its beginning, a hash of all of it, and its end, which says what it is.
*/}}
{{- define "shop-library.v1._shorten" -}}
{{- $name := index . 1 -}}
{{- $beginning := trunc (sub (index . 0) 30 | int) $name | trimSuffix "-" -}}
{{- printf "%s-%s-%s" $beginning (sha256sum $name | trunc 8) (trunc -20 $name | trimAll "-") -}}
{{- end -}}

{{- define "shop-library.v1.selectorLabels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/name: {{ include "shop-library.v1.name" . | quote }}
{{- end -}}

{{- define "shop-library.v1.labels" -}}
{{- include "shop-library.v1._labels" (dict "root" . "common" .Values.commonLabels) -}}
{{- end -}}

{{- define "shop-library.v1._labels" -}}
{{ include "shop-library.v1.selectorLabels" .root }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- include "shop-library.v1._versionLabel" .root }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimAll "_.-" }}
{{- include "shop-library.v1._customLabels" .common }}
{{- end -}}

{{- define "shop-library.v1._versionLabel" -}}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ . | replace "+" "_" | trunc 63 | trimAll "_.-" | quote }}
{{- end }}
{{- end -}}

{{/*
Labels of one's own, without those that only the library sets.
*/}}
{{- define "shop-library.v1._customLabels" -}}
{{- with omit (. | default dict)
  "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name"
  "app.kubernetes.io/version" "helm.sh/chart" }}
{{ include "shop-library.v1._toYaml" . }}
{{- end }}
{{- end -}}

{{/*
Takes root and image; the tag is the chart's appVersion unless set, a digest wins over both. `global.imageRegistry`
takes the place of the registry, wherever that is written: a repository's first part is one as container engines see it.
*/}}
{{- define "shop-library.v1.image" -}}
{{- $image := .image | default dict -}}
{{- $repository := required (printf "%s: image.repository is missing" .root.Chart.Name) $image.repository -}}
{{- $registry := $image.registry -}}
{{- with (.root.Values.global).imageRegistry -}}
{{- $registry = . -}}
{{- $parts := splitn "/" 2 $repository -}}
{{- if and $parts._1 (or (contains "." $parts._0) (contains ":" $parts._0) (eq $parts._0 "localhost")) -}}
{{- $repository = $parts._1 -}}
{{- end -}}
{{- end -}}
{{- with $registry }}{{ . }}/{{ end }}{{ $repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end -}}

{{/*
An image of one's own has a tag of its own: the chart's appVersion is the main image's. Takes root, image, key.
*/}}
{{- define "shop-library.v1._requireTag" -}}
{{- if not (or .image.tag .image.digest) -}}
{{- fail (printf "%s: %s.image has a repository of its own, so it needs a tag or a digest of its own" .root.Chart.Name .key) -}}
{{- end -}}
{{- end -}}
