{{- define "[[ lib ]]._matchLabels" -}}
{{ .c.selector }}
app.kubernetes.io/component: {{ .id }}
{{- end -}}

{{- define "[[ lib ]]._podLabels" -}}
{{- $root := .c.root -}}
{{ include "[[ lib ]]._matchLabels" . }}
{{- with $root.Chart.AppVersion }}
app.kubernetes.io/version: {{ regexReplaceAll "[^A-Za-z0-9_.-]+" . "_" | trunc 63 | trimAll "_.-" | quote }}
{{- end }}
{{- $own := mustMergeOverwrite (deepCopy (.c.values.commonLabels | default dict)) (.w.podLabels | default dict) }}
{{- with omit $own "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/name" "app.kubernetes.io/version" "helm.sh/chart" }}
{{ toYaml . }}
{{- end }}
{{- end -}}

[# A changed configuration restarts the pods. The revision counts deployments, and is 1 wherever nothing is deployed. #]
{{- define "[[ lib ]]._podAnnotations" -}}
{{- $own := deepCopy (.c.values.commonAnnotations | default dict) -}}
{{- $own = mustMergeOverwrite $own (.w.podAnnotations | default dict) -}}
{{- if and .c.checksum (not .job) -}}
{{- $_ := set $own "checksum/config" .c.checksum -}}
{{- end -}}
{{- if and .c.values.redeployAlways (not .job) -}}
{{- $_ := set $own "redeploy" (toString .c.root.Release.Revision) -}}
{{- end -}}
{{- with $own }}{{ toYaml . }}{{ end -}}
{{- end -}}

[# Instances keep away from each other: softly over hosts and zones, or as the preset says. #]
{{- define "[[ lib ]]._spread" -}}
{{- $labels := include "[[ lib ]]._matchLabels" . -}}
{{- $w := .w -}}
{{- $hard := eq (toString $w.podAntiAffinityPreset) "hard" -}}
{{- if $w.affinity }}
  affinity:
    {{- toYaml $w.affinity | nindent 4 }}
{{- else if $hard }}
  affinity:
    podAntiAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- $labels | nindent 14 }}
{{- else if eq (toString $w.podAntiAffinityPreset) "soft" }}
  affinity:
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 100
          podAffinityTerm:
            topologyKey: kubernetes.io/hostname
            labelSelector:
              matchLabels:
                {{- $labels | nindent 16 }}
{{- end }}
{{- if $w.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml $w.topologySpreadConstraints | nindent 4 }}
{{- else if has (toString $w.topologySpread) (list "soft" "hard") }}
  topologySpreadConstraints:
    {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - topologyKey: {{ $key }}
      maxSkew: 1
      whenUnsatisfiable: {{ ternary "DoNotSchedule" "ScheduleAnyway" (eq $w.topologySpread "hard") }}
      labelSelector:
        matchLabels:
          {{- $labels | nindent 10 }}
    {{- end }}
{{- end }}
{{- end -}}
