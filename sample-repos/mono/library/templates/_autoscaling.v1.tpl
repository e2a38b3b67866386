{{- define "shop-library.v1.horizontalPodAutoscaler" -}}
{{- $hpa := .values.autoscaling -}}
{{- $min := $hpa.minReplicas | default 1 | int -}}{{- $max := $hpa.maxReplicas | default 10 | int -}}
{{- if gt $min $max -}}
{{- fail (printf "%sautoscaling.minReplicas (%d) is above maxReplicas (%d); change one of them" .where $min $max) -}}
{{- end -}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
{{ include "shop-library.v1._metadata" . }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: {{ .kind }}
    name: {{ toRawJson .workloadName }}
  minReplicas: {{ $min }}
  maxReplicas: {{ $max }}
  metrics:
    {{- range $resource, $target := dict "cpu" $hpa.targetCPUUtilizationPercentage "memory" $hpa.targetMemoryUtilizationPercentage }}
    {{- if $target }}
    - type: Resource
      resource:
        name: {{ $resource }}
        target:
          type: Utilization
          averageUtilization: {{ int $target }}
    {{- end }}
    {{- end }}
    {{- with $hpa.metrics }}
    {{- include "shop-library.v1._toYaml" . | nindent 4 }}
    {{- end }}
  {{- include "shop-library.v1._toYamlFields" (list (pick $hpa "behavior") "\n  ") }}
{{- end -}}

{{- define "shop-library.v1.verticalPodAutoscaler" -}}
---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
{{ include "shop-library.v1._metadata" . }}
spec:
  targetRef:
    apiVersion: {{ ternary "batch/v1" "apps/v1" (contains "Job" .kind) }}
    kind: {{ .kind }}
    name: {{ toRawJson .workloadName }}
  updatePolicy:
    updateMode: {{ .values.verticalPodAutoscaler.updateMode | default "Off" | quote }}
  {{- include "shop-library.v1._toYamlFields" (list (pick .values.verticalPodAutoscaler "resourcePolicy") "\n  ") }}
{{- end -}}

{{/*
With quorum a majority must stay: n/2+1; with autoscaling n is at least minReplicas, so as many may go as that can spare. A
single instance gets no budget, since one would block every drain.
*/}}
{{- define "shop-library.v1.podDisruptionBudget" -}}
{{- $pdb := .values.podDisruptionBudget -}}
{{- $instances := .values.replicaCount | int -}}
{{- if (.values.autoscaling).enabled }}{{ $instances = .values.autoscaling.minReplicas | default 1 | int }}{{ end }}
{{- if gt $instances 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
{{ include "shop-library.v1._metadata" . }}
spec:
  {{- if not (kindIs "invalid" $pdb.minAvailable) }}
  minAvailable: {{ $pdb.minAvailable }}
  {{- else if not (kindIs "invalid" $pdb.maxUnavailable) }}
  maxUnavailable: {{ $pdb.maxUnavailable }}
  {{- else if and .values.quorum (.values.autoscaling).enabled }}
  maxUnavailable: {{ div (sub $instances 1) 2 }}
  {{- else if .values.quorum }}
  minAvailable: {{ add (div $instances 2) 1 }}
  {{- else }}
  maxUnavailable: 1
  {{- end }}
  selector:
    matchLabels:
      {{- .selectorLabels | nindent 6 }}
{{- end }}
{{- end -}}
