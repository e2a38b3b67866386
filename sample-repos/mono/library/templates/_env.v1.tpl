{{/*
Variables that refer to others, `$(NAME)`, come last: Kubernetes expands only what stands above. A hook's pod gets the
configuration inline, since its ConfigMap may not exist yet. Of the main container, the code is told where to listen and how
long it may take after SIGTERM, as the contract has it.
*/}}
{{- define "shop-library.v1._env" -}}
{{- $root := .unit.root -}}
{{- $env := .values.env | default dict -}}
{{- if .unit.configInline -}}
{{- $env = mustMergeOverwrite (deepCopy .unit.configEnv) $env -}}
{{- end -}}
{{- with .unit.values.sessionStore }}
{{- if or .secretKeyRef .url }}
{{- $env = merge (dict "SESSION_STORE_URL" (ternary .url (dict "secretKeyRef" .secretKeyRef) (empty .secretKeyRef))) $env }}
{{- end }}
{{- end }}
{{- with and .main .unit.values.codeSettings }}
{{- $values := $.unit.values }}
{{- $rest := sub (sub (int $values.terminationGracePeriodSeconds) (int $values.preStopSleepSeconds)) (int .margin) | max 1 }}
{{- $agreed := dict .shutdown (toString $rest) }}
{{- with (get $.unit.ports (toString $.unit.targetPort) | default dict).port }}
{{- $_ := set $agreed $values.codeSettings.port (toString .) }}
{{- end }}
{{- $env = merge (deepCopy $env) $agreed }}
{{- end }}
{{- if and .main (not .unit.values.hook) (or (get $root "Calls") (get $root "Tokens")) }}
{{- $urls := include "shop-library.v1._tokens" $root | fromJson }}
{{- range (get $root "Calls" | default dict).to }}
{{- $made := include "shop-library.v1._madeName" (dict "root" $root "name" .name) | trunc 63 | trimSuffix "-" }}
{{- $url := printf "%s://%s:%d" .scheme $made (int .port) }}
{{- range .variables }}{{ $_ := set $urls . $url }}{{ end }}
{{- end }}
{{- if $urls }}{{ $env = merge (deepCopy $env) $urls }}{{ end }}
{{- end }}
{{- range $last := list false true }}
{{- range $name, $value := $env }}
{{- $late := and (kindIs "string" $value) (contains "$(" (toString $value)) }}
{{- if and (eq $late $last) (or $value (not (kindIs "map" $value))) (not (kindIs "invalid" $value)) }}
- name: {{ toRawJson $name }}
  {{- if kindIs "map" $value }}
  valueFrom:
    {{- include "shop-library.v1._toYaml" $value | nindent 4 }}
  {{- else }}
  value: {{ include "shop-library.v1._tplString" (dict "value" $value "root" $root) }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "shop-library.v1._envFrom" -}}
{{- $unit := .unit -}}
{{- if not $unit.configInline }}
{{- range $unit.configMaps }}
- configMapRef:
    name: {{ toRawJson . }}
{{- end }}
{{- end }}
{{- range $id, $source := .values.envFrom }}
{{- if $source }}
{{- $entry := pick $source "prefix" "configMapRef" "secretRef" }}
{{- with $source.configMap }}{{ $_ := set $entry "configMapRef" (dict "name" (printf "%s-%s" $unit.chartFullname .)) }}{{ end }}
{{- with $source.secret }}{{ $_ := set $entry "secretRef" (dict "name" (printf "%s-%s" $unit.chartFullname .)) }}{{ end }}
- {{ include "shop-library.v1._toYamlFields" (list $entry "\n  ") | trim }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
Variables that say whose tokens count, as JSON: issuer, audience, keys. What `global.tokens` says counts more.
*/}}
{{- define "shop-library.v1._tokens" -}}
{{- $found := dict -}}
{{- with get . "Tokens" -}}
{{- $said := ($.Values.global).tokens | default dict -}}
{{- $host := include "shop-library.v1._madeName" (dict "root" $ "name" .host) | trunc 63 | trimSuffix "-" -}}
{{- $issuer := $said.issuer | default (replace "{host}" $host .url) -}}
{{- $keys := $said.keys | default (print (trimSuffix "/" $issuer) .keys) -}}
{{- $found = dict (index .variables 0) $issuer (index .variables 1) ($said.audience | default $.Chart.Name) (index .variables 2) $keys -}}
{{- end -}}
{{- toRawJson $found -}}
{{- end -}}
