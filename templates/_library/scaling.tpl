{{- define "[[ lib ]].autoscaler" -}}
{{- $hpa := .w.autoscaling -}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "[[ lib ]]._metadata" (dict "c" .c "name" .name "component" .id) | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: {{ .w.kind }}
    name: {{ .name }}
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
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $hpa.behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

[# With quorum a majority must stay: n/2+1. A single instance gets no budget, since one would block every drain. #]
{{- define "[[ lib ]].disruptionBudget" -}}
{{- $pdb := .w.podDisruptionBudget | default dict -}}
{{- $instances := include "[[ lib ]]._instances" .w | int -}}
{{- if and $pdb.enabled (gt $instances 1) }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "[[ lib ]]._metadata" (dict "c" .c "name" .name "component" .id) | nindent 2 }}
spec:
  {{- if not (kindIs "invalid" $pdb.minAvailable) }}
  minAvailable: {{ $pdb.minAvailable }}
  {{- else if not (kindIs "invalid" $pdb.maxUnavailable) }}
  maxUnavailable: {{ $pdb.maxUnavailable }}
  {{- else if .w.quorum }}
  minAvailable: {{ add (div $instances 2) 1 }}
  {{- else }}
  maxUnavailable: 1
  {{- end }}
  {{- with $pdb.unhealthyPodEvictionPolicy }}
  unhealthyPodEvictionPolicy: {{ . }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "[[ lib ]]._matchLabels" . | nindent 6 }}
{{- end }}
{{- end -}}
