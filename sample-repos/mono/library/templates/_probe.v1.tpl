{{/*
A probe: Kubernetes' own handlers, or in short `path` (HTTP) or `port` alone (TCP), with `type` to say
otherwise. `port` is the default.
*/}}
{{- define "shop-library.v1._probe" -}}
{{- $probe := .probe -}}
{{- $handlers := list -}}
{{- $text := "" -}}
{{- range $key, $value := omit $probe "path" "port" "type" -}}
{{- if $value -}}
{{- $text = print $text "\n" $key ": " (toRawJson $value) -}}
{{- if kindIs "map" $value -}}{{- $handlers = append $handlers $key -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- if gt (len $handlers) 1 -}}
{{- fail (printf "%s has %s; keep one and set the others to null" .name (join " and " $handlers)) -}}
{{- end -}}
{{- if not $handlers -}}
{{- $type := $probe.type | default (ternary "http" "tcp" (not (empty $probe.path))) -}}
{{- $port := toRawJson .port -}}
{{- with $probe.port -}}{{- $port = trimAll "0123456789" (toString .) | empty | ternary (int .) (toRawJson .) -}}{{- end -}}
{{- if eq $type "http" -}}
httpGet:
  path: {{ $probe.path | default "/" | toRawJson }}
  port: {{ $port }}
{{- else if eq $type "grpc" -}}
grpc:
  port: {{ required (printf "%s of type grpc needs the port's number" .name) $probe.port | int }}
{{- else -}}
tcpSocket:
  port: {{ $port }}
{{- end }}
{{- end }}
{{- $handlers | empty | ternary $text (trim $text) -}}
{{- end -}}
