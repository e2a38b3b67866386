{{/*
Rules of one's own count alone. Without them, and without knowing who calls whom, everybody may reach the unit's ports and
nothing else, and egress stays open. Where an environment has policies, or the workspace says who calls the chart, these
come in: the chart's own pods, callers, gateways if something is routed here, and who scrapes metrics. Egress is limited
where the chart calls others: to them, to DNS, and to the ports of what its settings name.
*/}}
{{- define "shop-library.v1.networkPolicy" -}}
{{- $policy := .values.networkPolicy | default dict -}}
{{- $calls := get .root "Calls" | default dict -}}
{{- $known := or $calls ((.root.Values.global).networkPolicy).enabled -}}
{{- $egress := or (not (kindIs "invalid" $policy.egress)) $calls.to $policy.moreEgress -}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "shop-library.v1._metadata" . }}
spec:
  podSelector:
    matchLabels:
      {{- .selectorLabels | nindent 6 }}
  policyTypes:
    - Ingress
    {{- if $egress }}
    - Egress
    {{- end }}
  {{- if not (kindIs "invalid" $policy.ingress) }}
  ingress: {{ empty $policy.moreIngress | ternary $policy.ingress (concat $policy.ingress ($policy.moreIngress | default list)) | toJson }}
  {{- else if or $known .ports $policy.moreIngress }}
  ingress:
    {{- if $known }}
    - from:
        - {{ include "shop-library.v1._peer" (dict "root" .root "name" (include "shop-library.v1.name" .root)) }}
    {{- end }}
    {{- if .ports }}
    - ports:
        {{- range $name, $port := .ports }}
        {{- if $port.port }}
        - port: {{ toRawJson $name }}
          protocol: {{ $port.protocol | default "TCP" }}
        {{- end }}
        {{- end }}
      {{- if $known }}
      from:
        {{- include "shop-library.v1._admitted" (dict "unit" . "calls" $calls) | trim | nindent 8 }}
      {{- end }}
    {{- end }}
    {{- with $policy.moreIngress }}
    {{- include "shop-library.v1._toYaml" . | nindent 4 }}
    {{- end }}
  {{- end }}
  {{- if not (kindIs "invalid" $policy.egress) }}
  egress: {{ empty $policy.moreEgress | ternary $policy.egress (concat $policy.egress ($policy.moreEgress | default list)) | toJson }}
  {{- else if $egress }}
  egress:
    {{- include "shop-library.v1._egress" (dict "unit" . "calls" $calls "more" $policy.moreEgress) | trim | nindent 4 }}
  {{- end }}
{{- end -}}

{{/*
Pods of an app of this release, of whichever component. Takes root and name.
*/}}
{{- define "shop-library.v1._peer" -}}
{{- $name := trunc 63 .name | trimSuffix "-" | toRawJson -}}
{"podSelector":{"matchLabels":{"app.kubernetes.io/instance":{{ toRawJson .root.Release.Name }},"app.kubernetes.io/name":{{ $name }}}}}
{{- end -}}

{{/*
Callers, gateways and scrapers. The latter two are known by what their projects call their pods, in any namespace, unless
the environment names them. Takes unit and calls.
*/}}
{{- define "shop-library.v1._admitted" -}}
{{- $unit := .unit -}}
{{- $named := (.unit.root.Values.global).networkPolicy | default dict -}}
{{- range .calls.from }}
- {{ include "shop-library.v1._peer" (dict "root" $unit.root "name" .) }}
{{- end }}
{{- $v := .unit.values }}
{{- if or .calls.routed ($v.ingress).enabled ($v.httpRoute).enabled ($v.grpcRoute).enabled }}
{{- if kindIs "invalid" $named.gateways }}
- {"namespaceSelector":{},"podSelector":{"matchExpressions":[{"key":"gateway.networking.k8s.io/gateway-name","operator":"Exists"}]}}
- {"namespaceSelector":{},"podSelector":{"matchExpressions":[
  {{- /* on the same line */ -}}
  {"key":"app.kubernetes.io/name","operator":"In","values":["envoy","ingress-nginx","traefik"]}]}}
{{- end }}
{{- range $named.gateways }}
- {{ toRawJson . }}
{{- end }}
{{- end }}
{{- if kindIs "invalid" $named.scrapers }}
- {"namespaceSelector":{},"podSelector":{"matchExpressions":[
  {{- /* on the same line */ -}}
  {"key":"app.kubernetes.io/name","operator":"In","values":["prometheus","vmagent"]}]}}
{{- end }}
{{- range $named.scrapers }}
- {{ toRawJson . }}
{{- end }}
{{- end -}}

{{/*
DNS may be a pod or, as a cache, the node itself, so only its port is named. Of what variables name by a URL, the port; of
what comes from a Secret, the one that the contract has. Takes unit, calls, more.
*/}}
{{- define "shop-library.v1._egress" -}}
{{- $root := .unit.root -}}
- {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
- {"to": [{{ include "shop-library.v1._peer" (dict "root" $root "name" (include "shop-library.v1.name" $root)) }}]}
{{- range .calls.to }}
- {"to": [{{ include "shop-library.v1._peer" (dict "root" $root "name" .name) }}]}
{{- end }}
{{- $ports := dict }}
{{- range .calls.needs }}{{ $_ := set $ports (toString .) true }}{{ end }}
{{- range $variables := list .unit.values.env .unit.configEnv (include "shop-library.v1._tokens" $root | fromJson) }}
{{- range $variables }}
{{- if and (kindIs "string" .) (contains "://" .) (not (contains "{{" .)) }}
{{- $url := urlParse . }}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" }}
{{- $usual := dict "http" "80" "https" "443" "nats" "4222" "postgres" "5432" "postgresql" "5432" "redis" "6379" "amqp" "5672" }}
{{- with $port | default (get $usual $url.scheme) }}{{ $_ := set $ports . true }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- with keys $ports | sortAlpha }}
{{- $rules := list }}
{{- range . }}{{ $rules = append $rules (printf `{"port":%d,"protocol":"TCP"}` (int .)) }}{{ end }}
- {"ports":[{{ join "," $rules }}]}
{{- end }}
{{- with .more }}
{{ include "shop-library.v1._toYaml" . }}
{{- end }}
{{- end -}}
