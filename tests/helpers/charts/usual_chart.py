"""A chart written as most charts are: helpers, `with`, `range`, `toYaml`, `tpl`, switches, checksums."""

from __future__ import annotations

FILES = {
    "Chart.yaml": "apiVersion: v2\nname: usual\nversion: 1.0.0\nappVersion: 1.2.3\n",
    "files/app.conf": "level={{ .Values.logLevel }}\n",
    "templates/_helpers.tpl": """\
{{- define "usual.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- define "usual.labels" -}}
app: {{ include "usual.name" . }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- define "usual.render" -}}
{{- if typeIs "string" .value }}{{ tpl .value .context }}{{ else }}{{ tpl (.value | toYaml) .context }}{{ end }}
{{- end }}
{{- define "usual.image" -}}
{{- $registry := .image.registry -}}
{{- if .global }}{{ if .global.imageRegistry }}{{ $registry = .global.imageRegistry }}{{ end }}{{ end -}}
{{- printf "%s/%s:%s" $registry .image.repository (.image.tag | default .context.Chart.AppVersion | toString) }}
{{- end }}
""",
    "templates/config.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ include "usual.name" . }}}
data:
  app.conf: |
{{ tpl (.Files.Get "files/app.conf") . | indent 4 }}
  {{- range $key, $value := .Values.config }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
""",
    "templates/deployment.yaml": """\
{{- $root := . }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "usual.name" . }}
  labels: {{- include "usual.labels" . | nindent 4 }}
  annotations:
    checksum: {{ include (print $.Template.BasePath "/config.yaml") . | sha256sum }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  template:
    spec:
      serviceAccountName: {{ ternary .Values.serviceAccount.name "default" .Values.serviceAccount.create }}
      {{- with .Values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext: {{- omit .Values.podSecurityContext "enabled" | toYaml | nindent 8 }}
      containers:
      - name: app
        image: {{ include "usual.image" (dict "image" .Values.image "global" .Values.global "context" $) }}
        env:
        {{- range .Values.env }}
        - {name: {{ .name }}, value: {{ .value | default $root.Values.logLevel | quote }}}
        {{- end }}
        {{- if .Values.extraEnv }}
        {{- include "usual.render" (dict "value" .Values.extraEnv "context" $) | nindent 8 }}
        {{- end }}
      {{- range $name, $side := .Values.sidecars }}
      - name: {{ $name }}
        image: {{ $side.image }}
        {{- if hasKey $side "command" }}
        command: {{ index $side "command" | toJson }}
        {{- end }}
      {{- end }}
""",
    "templates/ingress.yaml": """\
{{- if and .Values.ingress.enabled (gt (len .Values.ingress.hosts) 0) }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ include "usual.name" . }}
spec:
  rules:
  {{- range $host := .Values.ingress.hosts }}
  - host: {{ tpl $host.host $ }}
    paths:
    {{- range .paths }}
    - {{ .path }} {{ dig "port" "name" "http" ($.Values.service | default dict) }}
    {{- end }}
  {{- end }}
{{- else if .Values.autoscaling.enabled }}
# {{ required "needed" .Values.autoscaling.max }}
{{- end }}
""",
}

VALUES = """\
global: {imageRegistry: ""}
nameOverride: ""
commonLabels: {team: a}
logLevel: info
config: {A: b}
replicaCount: 1
autoscaling: {enabled: false, max: 3}
serviceAccount: {create: true, name: app}
nodeSelector: {zone: a}
podSecurityContext: {enabled: true, fsGroup: 1}
image: {registry: r, repository: x, tag: "1"}
env: [{name: A, value: ""}]
extraEnv: "- {name: B, value: '{{ .Values.secretName }}'}"
secretName: s
sidecars: {proxy: {image: p, command: [run]}}
ingress: {enabled: true, hosts: [{host: "{{ .Release.Name }}.example", paths: [{path: /}]}]}
service: {port: {name: web}}
"""

MISTAKES = """\
replicasCount: 1
image: {pullPolicy: Always}
ingress: {hosts: [{host: a, paths: [{path: /, pathType: Prefix}], tls: true}]}
sidecars: {proxy: {image: p, args: [x]}}
service: {type: NodePort}
global: {imageRegistri: x}
resources: {limits: {cpu: 1}}
"""
DEAD = [
    "replicasCount",
    "image.pullPolicy",
    "ingress.hosts.0.paths.0.pathType",
    "ingress.hosts.0.tls",
    "sidecars.proxy.args",
    "service.type",
    "global.imageRegistri",
    "resources",
]
