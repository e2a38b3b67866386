[# A probe: Kubernetes' own handlers, or in short `path` (HTTP) or `port` alone (TCP), with `type` to say otherwise. `port` is the default. -#]
{{- define "[[ lib ]]._probe" -}}
{{- $probe := .probe -}}
{{- $handlers := list -}}
{{- range $handler := list "exec" "grpc" "httpGet" "tcpSocket" -}}
{{- if get $probe $handler -}}{{- $handlers = append $handlers $handler -}}{{- end -}}
{{- end -}}
{{- if gt (len $handlers) 1 -}}
{{- fail (printf "%s has %s; keep one and set the others to null" .name (join " and " $handlers)) -}}
{{- end -}}
{{- if not $handlers -}}
{{- $type := $probe.type | default (ternary "http" "tcp" (not (empty $probe.path))) -}}
{{- $port := $probe.port | default .port -}}
{{- if eq $type "http" -}}
httpGet:
  path: {{ $probe.path | default "/" | quote }}
  port: {{ $port }}
{{- else if eq $type "grpc" -}}
grpc:
  port: {{ required (printf "%s of type grpc needs the port's number" .name) $probe.port | int }}
{{- else -}}
tcpSocket:
  port: {{ $port }}
{{- end }}
{{- end }}
{{- $fields := concat $handlers (list "initialDelaySeconds" "periodSeconds" "timeoutSeconds" "failureThreshold" "terminationGracePeriodSeconds") -}}
{{- include "[[ lib ]]._fields" (dict "of" $probe "indent" 0 "keys" $fields) | trimAll (ternary "\n" "" (not (empty $handlers))) -}}
{{- end -}}
