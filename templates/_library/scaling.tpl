{{- define "[[ lib ]].autoscaler" -}}
{{- $hpa := .values.autoscaling -}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
{{ include "[[ lib ]]._metadata" . }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: {{ .kind }}
    name: {{ .fullname }}
  minReplicas: {{ $hpa.minReplicas | default 1 | int }}
  maxReplicas: {{ $hpa.maxReplicas | default 10 | int }}
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
    {{- include "[[ lib ]]._block" . | trim | nindent 4 }}
    {{- end }}
  {{- with $hpa.behavior }}
  behavior:
    {{- include "[[ lib ]]._block" . | trim | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "[[ lib ]].verticalPodAutoscaler" -}}
---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
{{ include "[[ lib ]]._metadata" . }}
spec:
  targetRef:
    apiVersion: {{ ternary "batch/v1" "apps/v1" (has .kind (list "Job" "CronJob")) }}
    kind: {{ .kind }}
    name: {{ .fullname }}
  updatePolicy:
    updateMode: {{ .values.verticalPodAutoscaler.updateMode | default "Off" | quote }}
  {{- with .values.verticalPodAutoscaler.resourcePolicy }}
  resourcePolicy:
    {{- include "[[ lib ]]._block" . | trim | nindent 4 }}
  {{- end }}
{{- end -}}

[# With quorum a majority must stay: n/2+1. A single instance gets no budget, since one would block every drain. -#]
{{- define "[[ lib ]].disruptionBudget" -}}
{{- $pdb := .values.podDisruptionBudget -}}
{{- $instances := .values.replicaCount | int -}}
{{- if (.values.autoscaling).enabled }}{{ $instances = .values.autoscaling.minReplicas | default 1 | int }}{{ end }}
{{- if gt $instances 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
{{ include "[[ lib ]]._metadata" . }}
spec:
  {{- if not (kindIs "invalid" $pdb.minAvailable) }}
  minAvailable: {{ $pdb.minAvailable }}
  {{- else if not (kindIs "invalid" $pdb.maxUnavailable) }}
  maxUnavailable: {{ $pdb.maxUnavailable }}
  {{- else if .values.quorum }}
  minAvailable: {{ add (div $instances 2) 1 }}
  {{- else }}
  maxUnavailable: 1
  {{- end }}
  selector:
    matchLabels:
      {{- .match | nindent 6 }}
{{- end }}
{{- end -}}
