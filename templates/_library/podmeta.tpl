{{- define "[[ lib ]]._podLabels" -}}
{{ .match }}
{{- include "[[ lib ]]._version" .root }}
{{- include "[[ lib ]]._own" (mustMergeOverwrite (deepCopy (.values.commonLabels | default dict)) (.values.podLabels | default dict)) }}
{{- end -}}

[# A changed configuration restarts the pods. The revision counts deployments, and is 1 wherever nothing is deployed. -#]
{{- define "[[ lib ]]._podAnnotations" -}}
{{- $own := deepCopy (.values.commonAnnotations | default dict) -}}
{{- $own = mustMergeOverwrite $own (.values.podAnnotations | default dict) -}}
{{- if not (has .kind (list "Job" "CronJob")) -}}
{{- with .checksum -}}
{{- $_ := set $own "checksum/config" . -}}
{{- end -}}
{{- if .values.redeployAlways -}}
{{- $_ := set $own "redeploy" (toString .root.Release.Revision) -}}
{{- end -}}
{{- end -}}
{{- with $own }}{{ include "[[ lib ]]._block" . | trim }}{{ end -}}
{{- end -}}

[# Instances keep away from each other: softly over hosts and zones, or as the presets say. -#]
{{- define "[[ lib ]]._affinity" -}}
{{- $preset := toString .values.podAntiAffinityPreset -}}
{{- if .values.affinity -}}
{{- include "[[ lib ]]._block" .values.affinity | trim -}}
{{- else if eq $preset "hard" -}}
podAntiAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    - topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels:
          {{- .match | nindent 10 }}
{{- else if eq $preset "soft" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- .match | nindent 12 }}
{{- end -}}
{{- end -}}

{{- define "[[ lib ]]._spread" -}}
{{- $how := toString .values.topologySpread -}}
{{- if .values.topologySpreadConstraints -}}
{{- include "[[ lib ]]._block" .values.topologySpreadConstraints -}}
{{- else if has $how (list "soft" "hard") -}}
{{- $match := .match -}}
{{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- topologyKey: {{ $key }}
  maxSkew: 1
  whenUnsatisfiable: {{ ternary "DoNotSchedule" "ScheduleAnyway" (eq $how "hard") }}
  labelSelector:
    matchLabels:
      {{- $match | nindent 6 }}
{{- end }}
{{- end -}}
{{- end -}}
