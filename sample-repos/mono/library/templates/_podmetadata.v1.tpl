{{- define "shop-library.v1._podLabels" -}}
{{ .selectorLabels }}
{{- include "shop-library.v1._versionLabel" .root }}
{{- $common := deepCopy (.values.commonLabels | default dict) }}
{{- include "shop-library.v1._customLabels" (mustMergeOverwrite $common (.values.podLabels | default dict)) }}
{{- end -}}

{{/*
A changed configuration restarts the pods. The revision counts deployments, and is 1 wherever nothing is deployed.
*/}}
{{- define "shop-library.v1._podAnnotations" -}}
{{- $own := deepCopy (.values.commonAnnotations | default dict) -}}
{{- $own = mustMergeOverwrite $own (.values.podAnnotations | default dict) -}}
{{- if not (contains "Job" .kind) -}}
{{- with .checksum -}}
{{- $_ := set $own "checksum/config" . -}}
{{- end -}}
{{- if .values.redeployAlways -}}
{{- $_ := set $own "redeploy" (toString .root.Release.Revision) -}}
{{- end -}}
{{- end -}}
{{- with $own }}{{ include "shop-library.v1._toYaml" . }}{{ end -}}
{{- end -}}

{{/*
Instances keep away from each other: softly over hosts and zones, or as the presets say.
*/}}
{{- define "shop-library.v1._affinity" -}}
{{- $preset := toString .values.podAntiAffinityPreset -}}
{{- if .values.affinity -}}
{{- include "shop-library.v1._toYaml" .values.affinity -}}
{{- else if eq $preset "hard" -}}
podAntiAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    - topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels:
          {{- .selectorLabels | nindent 10 }}
{{- else if eq $preset "soft" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- .selectorLabels | nindent 12 }}
{{- end -}}
{{- end -}}

{{- define "shop-library.v1._topologySpread" -}}
{{- $how := toString .values.topologySpread -}}
{{- if .values.topologySpreadConstraints -}}
{{- include "shop-library.v1._toYaml" .values.topologySpreadConstraints -}}
{{- else if has $how (list "soft" "hard") -}}
{{- $labels := .selectorLabels -}}
{{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- topologyKey: {{ $key }}
  maxSkew: 1
  whenUnsatisfiable: {{ ternary "DoNotSchedule" "ScheduleAnyway" (eq $how "hard") }}
  labelSelector:
    matchLabels:
      {{- $labels | nindent 6 }}
{{- end }}
{{- end -}}
{{- end -}}
