{{/* mono-library v1: one file, since every chart template that Helm reads costs every render. Assembled from small sources. */}}
{{- define "mono-library.v1.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "mono-library.v1.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $made := contains $name .Release.Name | ternary .Release.Name (print .Release.Name "-" $name) -}}
{{- .Values.fullnameOverride | default $made | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "mono-library.v1.headless" -}}
{{- include "mono-library.v1._fit" (print (include "mono-library.v1.fullname" .) "-headless") -}}
{{- end -}}

{{- define "mono-library.v1._fit" -}}
{{- if gt (len .) 63 }}{{ include "mono-library.v1._short" (list 63 .) }}{{ else }}{{ . }}{{ end -}}
{{- end -}}

{{- define "mono-library.v1._short" -}}
{{- $name := index . 1 -}}
{{- printf "%s-%s-%s" (trunc (sub (index . 0) 30 | int) $name | trimSuffix "-") (sha256sum $name | trunc 8) (trunc -20 $name | trimAll "-") -}}
{{- end -}}

{{- define "mono-library.v1.selectorLabels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/name: {{ include "mono-library.v1.name" . | quote }}
{{- end -}}

{{- define "mono-library.v1.labels" -}}
{{- include "mono-library.v1._labels" (dict "root" . "common" .Values.commonLabels) -}}
{{- end -}}

{{- define "mono-library.v1._labels" -}}
{{ include "mono-library.v1.selectorLabels" .root }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- include "mono-library.v1._version" .root }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimAll "_.-" }}
{{- include "mono-library.v1._own" .common }}
{{- end -}}

{{- define "mono-library.v1._version" -}}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ . | replace "+" "_" | trunc 63 | trimAll "_.-" | quote }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._own" -}}
{{- with omit (. | default dict) "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/version" "helm.sh/chart" }}
{{ include "mono-library.v1._block" . | trim }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1.image" -}}
{{- $image := .image | default dict -}}
{{- $repository := required (printf "%s: image.repository is missing" .root.Chart.Name) $image.repository -}}
{{- $registry := $image.registry -}}
{{- with (.root.Values.global).imageRegistry -}}
{{- $registry = . -}}
{{- $parts := splitn "/" 2 $repository -}}
{{- if and $parts._1 (or (contains "." $parts._0) (contains ":" $parts._0) (eq $parts._0 "localhost")) -}}{{- $repository = $parts._1 -}}{{- end -}}
{{- end -}}
{{- with $registry }}{{ . }}/{{ end }}{{ $repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end -}}

{{- define "mono-library.v1._ownImage" -}}
{{- if not (or .image.tag .image.digest) -}}
{{- fail (printf "%s: %s.image has a repository of its own, so it needs a tag or a digest of its own" .root.Chart.Name .key) -}}
{{- end -}}
{{- end -}}

{{- define "mono-library.v1._fields" -}}
{{- $line := index . 1 -}}
{{- range $key, $value := index . 0 -}}
{{- if or (kindIs "map" $value) (kindIs "slice" $value) -}}
{{- if $value }}{{ $line }}{{ $key }}:{{ include "mono-library.v1._block" $value | replace "\n" (print $line "  ") }}{{ end -}}
{{- else if or $value (has (kindOf $value) (list "bool" "float64" "int64")) -}}
{{ $line }}{{ $key }}: {{ toRawJson $value }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "mono-library.v1._block" -}}
{{- if kindIs "map" . }}
{{- range $key, $value := . }}
{{ if or (trimAll "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" $key) (and (lt (len $key) 6) (contains (print " " (lower $key) " ") " true false null yes no on off y n ")) }}{{ toRawJson $key }}{{ else }}{{ $key }}{{ end }}: {{ toRawJson $value }}
{{- end }}
{{- else }}
{{- range . }}
- {{ toRawJson . }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._string" -}}
{{- $text := toString .value -}}
{{- if kindIs "float64" .value -}}
{{- $text = toJson .value -}}
{{- end -}}
{{- if contains "{{" $text -}}
{{- $text = tpl $text .root -}}
{{- end -}}
{{- toRawJson $text -}}
{{- end -}}

{{- define "mono-library.v1._data" -}}
{{- $root := .root -}}
{{- range $key, $value := .data }}
{{- if not (kindIs "invalid" $value) }}
{{ toRawJson $key }}: {{ include "mono-library.v1._string" (dict "value" $value "root" $root) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._strings" -}}
{{- $root := .root -}}
{{- range .list }}
- {{ include "mono-library.v1._string" (dict "value" . "root" $root) }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._dropNulls" -}}
{{- $map := . -}}
{{- range $key, $value := . -}}
{{- if kindIs "invalid" $value -}}{{- $_ := unset $map $key -}}
{{- else if kindIs "map" $value -}}{{- include "mono-library.v1._dropNulls" $value -}}
{{- else if kindIs "slice" $value -}}
{{- range $value -}}{{- if kindIs "map" . -}}{{- include "mono-library.v1._dropNulls" . -}}{{- end -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "mono-library.v1._once" -}}
{{- $id := print .what " " .name -}}{{- $key := print .c.path .key -}}
{{- with get .c.taken $id -}}
{{- fail (printf "%s: %s and %s make the same %s; rename one of them" $.c.root.Chart.Name . $key $id) -}}
{{- end -}}
{{- $_ := set .c.taken $id $key -}}
{{- end -}}

{{- define "mono-library.v1._metadata" -}}
{{- $c := .c | default . -}}
metadata:
  name: {{ .name | default $c.fullname | toRawJson }}
  labels:
    {{- $c.metadataLabels | nindent 4 }}
    {{- with .more }}
    {{- include "mono-library.v1._own" . | trim | nindent 4 }}
    {{- end }}
{{- $annotations := .annotations }}
{{- with $c.values.commonAnnotations }}
{{- $annotations = mustMergeOverwrite (deepCopy .) ($annotations | default dict) }}
{{- end }}
{{- with $annotations }}
  annotations:
    {{- include "mono-library.v1._block" . | trim | nindent 4 }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1.defaults" -}}
{
  "image": {
    "pullPolicy": "IfNotPresent"
  },
  "kind": "Deployment",
  "persistence": {
    "tmp": {
      "mountPath": "/tmp",
      "type": "emptyDir"
    }
  },
  "podDisruptionBudget": {
    "enabled": true
  },
  "podSecurityContext": {
    "fsGroupChangePolicy": "OnRootMismatch",
    "runAsNonRoot": true,
    "seccompProfile": {
      "type": "RuntimeDefault"
    }
  },
  "preStopSleepSeconds": 5,
  "replicaCount": 1,
  "resources": {
    "limits": {
      "memory": "256Mi"
    },
    "requests": {
      "cpu": "50m",
      "memory": "128Mi"
    }
  },
  "revisionHistoryLimit": 5,
  "securityContext": {
    "allowPrivilegeEscalation": false,
    "capabilities": {
      "drop": [
        "ALL"
      ]
    },
    "readOnlyRootFilesystem": true
  },
  "service": {
    "enabled": false,
    "type": "ClusterIP"
  },
  "serviceAccount": {
    "automount": false,
    "create": true
  },
  "terminationGracePeriodSeconds": 30,
  "topologySpread": "soft"
}
{{- end -}}

{{- define "mono-library.v1.defaults.rest-api" -}}
{
  "livenessProbe": {
    "path": "/livez"
  },
  "readinessProbe": {
    "path": "/readyz"
  },
  "service": {
    "enabled": true,
    "port": 8080
  }
}
{{- end -}}

{{- define "mono-library.v1.defaults.api-gateway" -}}
{
  "livenessProbe": {
    "path": "/livez"
  },
  "preStopSleepSeconds": 10,
  "readinessProbe": {
    "path": "/readyz"
  },
  "service": {
    "enabled": true,
    "port": 8080
  },
  "terminationGracePeriodSeconds": 60
}
{{- end -}}

{{- define "mono-library.v1.defaults.frontend" -}}
{
  "livenessProbe": {
    "path": "/livez"
  },
  "readinessProbe": {
    "path": "/readyz"
  },
  "service": {
    "enabled": true,
    "port": 8080
  }
}
{{- end -}}

{{- define "mono-library.v1.defaults.auth" -}}
{
  "livenessProbe": {
    "path": "/livez"
  },
  "readinessProbe": {
    "path": "/readyz"
  },
  "service": {
    "enabled": true,
    "port": 8080,
    "sessionAffinity": "ClientIP",
    "sessionAffinityConfig": {
      "clientIP": {
        "timeoutSeconds": 10800
      }
    }
  }
}
{{- end -}}

{{- define "mono-library.v1.defaults.worker" -}}
{
  "livenessProbe": {
    "path": "/livez"
  },
  "readinessProbe": {
    "path": "/readyz"
  },
  "service": {
    "port": 8080
  },
  "terminationGracePeriodSeconds": 60
}
{{- end -}}

{{- define "mono-library.v1.defaults.cron" -}}
{
  "backoffLimit": 3,
  "concurrencyPolicy": "Forbid",
  "failedJobsHistoryLimit": 3,
  "kind": "CronJob",
  "preStopSleepSeconds": 0,
  "successfulJobsHistoryLimit": 3
}
{{- end -}}

{{- define "mono-library.v1.defaults.database" -}}
{
  "backup": {
    "backoffLimit": 2,
    "concurrencyPolicy": "Forbid",
    "enabled": false,
    "env": {
      "HEADLESS": "{{ include `mono-library.v1.headless` . }}",
      "SERVICE": "{{ include `mono-library.v1.fullname` . }}"
    },
    "persistence": {
      "copies": {
        "mountPath": "/backup",
        "retain": true,
        "size": "10Gi",
        "type": "persistentVolumeClaim"
      }
    },
    "schedule": "17 3 * * *"
  },
  "env": {
    "POD_NAME": {
      "fieldRef": {
        "fieldPath": "metadata.name"
      }
    }
  },
  "kind": "StatefulSet",
  "minReadySeconds": 10,
  "persistentVolumeClaimRetentionPolicy": {
    "whenDeleted": "Retain",
    "whenScaled": "Retain"
  },
  "podAntiAffinityPreset": "hard",
  "podManagementPolicy": "Parallel",
  "podSecurityContext": {
    "fsGroup": 65532,
    "runAsGroup": 65532,
    "runAsUser": 65532
  },
  "quorum": true,
  "replicaCount": 3,
  "resources": {
    "limits": {
      "memory": "1Gi"
    },
    "requests": {
      "cpu": "100m",
      "memory": "512Mi"
    }
  },
  "restore": {
    "backoffLimit": 0,
    "enabled": false,
    "env": {
      "HEADLESS": "{{ include `mono-library.v1.headless` . }}",
      "SERVICE": "{{ include `mono-library.v1.fullname` . }}"
    },
    "persistence": {
      "copies": {
        "existingClaim": "{{ include `mono-library.v1.fullname` . }}-backup-copies",
        "mountPath": "/backup",
        "readOnly": true,
        "type": "persistentVolumeClaim"
      }
    }
  },
  "service": {
    "enabled": true,
    "port": 8080
  },
  "terminationGracePeriodSeconds": 120,
  "volumeClaims": {
    "data": {
      "mountPath": "/data",
      "size": "1Gi"
    }
  }
}
{{- end -}}

{{- define "mono-library.v1.defaults.search" -}}
{
  "backup": {
    "backoffLimit": 2,
    "concurrencyPolicy": "Forbid",
    "enabled": false,
    "env": {
      "HEADLESS": "{{ include `mono-library.v1.headless` . }}",
      "SERVICE": "{{ include `mono-library.v1.fullname` . }}"
    },
    "persistence": {
      "copies": {
        "mountPath": "/backup",
        "retain": true,
        "size": "10Gi",
        "type": "persistentVolumeClaim"
      }
    },
    "schedule": "17 3 * * *"
  },
  "env": {
    "POD_NAME": {
      "fieldRef": {
        "fieldPath": "metadata.name"
      }
    }
  },
  "kind": "StatefulSet",
  "minReadySeconds": 10,
  "persistentVolumeClaimRetentionPolicy": {
    "whenDeleted": "Retain",
    "whenScaled": "Retain"
  },
  "podAntiAffinityPreset": "hard",
  "podManagementPolicy": "Parallel",
  "podSecurityContext": {
    "fsGroup": 65532,
    "runAsGroup": 65532,
    "runAsUser": 65532
  },
  "quorum": true,
  "replicaCount": 3,
  "resources": {
    "limits": {
      "memory": "1Gi"
    },
    "requests": {
      "cpu": "100m",
      "memory": "512Mi"
    }
  },
  "restore": {
    "backoffLimit": 0,
    "enabled": false,
    "env": {
      "HEADLESS": "{{ include `mono-library.v1.headless` . }}",
      "SERVICE": "{{ include `mono-library.v1.fullname` . }}"
    },
    "persistence": {
      "copies": {
        "existingClaim": "{{ include `mono-library.v1.fullname` . }}-backup-copies",
        "mountPath": "/backup",
        "readOnly": true,
        "type": "persistentVolumeClaim"
      }
    }
  },
  "service": {
    "enabled": true,
    "port": 8080
  },
  "terminationGracePeriodSeconds": 120,
  "volumeClaims": {
    "data": {
      "mountPath": "/data",
      "size": "1Gi"
    }
  }
}
{{- end -}}

{{- define "mono-library.v1.defaults.broker" -}}
{
  "backup": {
    "backoffLimit": 2,
    "concurrencyPolicy": "Forbid",
    "enabled": false,
    "env": {
      "HEADLESS": "{{ include `mono-library.v1.headless` . }}",
      "SERVICE": "{{ include `mono-library.v1.fullname` . }}"
    },
    "persistence": {
      "copies": {
        "mountPath": "/backup",
        "retain": true,
        "size": "10Gi",
        "type": "persistentVolumeClaim"
      }
    },
    "schedule": "17 3 * * *"
  },
  "env": {
    "POD_NAME": {
      "fieldRef": {
        "fieldPath": "metadata.name"
      }
    }
  },
  "kind": "StatefulSet",
  "minReadySeconds": 10,
  "persistentVolumeClaimRetentionPolicy": {
    "whenDeleted": "Retain",
    "whenScaled": "Retain"
  },
  "podAntiAffinityPreset": "hard",
  "podManagementPolicy": "Parallel",
  "podSecurityContext": {
    "fsGroup": 65532,
    "runAsGroup": 65532,
    "runAsUser": 65532
  },
  "quorum": true,
  "replicaCount": 3,
  "resources": {
    "limits": {
      "memory": "1Gi"
    },
    "requests": {
      "cpu": "100m",
      "memory": "512Mi"
    }
  },
  "restore": {
    "backoffLimit": 0,
    "enabled": false,
    "env": {
      "HEADLESS": "{{ include `mono-library.v1.headless` . }}",
      "SERVICE": "{{ include `mono-library.v1.fullname` . }}"
    },
    "persistence": {
      "copies": {
        "existingClaim": "{{ include `mono-library.v1.fullname` . }}-backup-copies",
        "mountPath": "/backup",
        "readOnly": true,
        "type": "persistentVolumeClaim"
      }
    }
  },
  "service": {
    "enabled": true,
    "port": 8080
  },
  "terminationGracePeriodSeconds": 120,
  "volumeClaims": {
    "data": {
      "mountPath": "/data",
      "size": "1Gi"
    }
  }
}
{{- end -}}

{{- define "mono-library.v1.defaults.monitoring" -}}
{
  "backup": {
    "backoffLimit": 2,
    "concurrencyPolicy": "Forbid",
    "enabled": false,
    "env": {
      "HEADLESS": "{{ include `mono-library.v1.headless` . }}",
      "SERVICE": "{{ include `mono-library.v1.fullname` . }}"
    },
    "persistence": {
      "copies": {
        "mountPath": "/backup",
        "retain": true,
        "size": "10Gi",
        "type": "persistentVolumeClaim"
      }
    },
    "schedule": "17 3 * * *"
  },
  "env": {
    "POD_NAME": {
      "fieldRef": {
        "fieldPath": "metadata.name"
      }
    }
  },
  "kind": "StatefulSet",
  "minReadySeconds": 10,
  "persistentVolumeClaimRetentionPolicy": {
    "whenDeleted": "Retain",
    "whenScaled": "Retain"
  },
  "podAntiAffinityPreset": "soft",
  "podManagementPolicy": "Parallel",
  "podSecurityContext": {
    "fsGroup": 65532,
    "runAsGroup": 65532,
    "runAsUser": 65532
  },
  "replicaCount": 2,
  "resources": {
    "limits": {
      "memory": "1Gi"
    },
    "requests": {
      "cpu": "100m",
      "memory": "512Mi"
    }
  },
  "restore": {
    "backoffLimit": 0,
    "enabled": false,
    "env": {
      "HEADLESS": "{{ include `mono-library.v1.headless` . }}",
      "SERVICE": "{{ include `mono-library.v1.fullname` . }}"
    },
    "persistence": {
      "copies": {
        "existingClaim": "{{ include `mono-library.v1.fullname` . }}-backup-copies",
        "mountPath": "/backup",
        "readOnly": true,
        "type": "persistentVolumeClaim"
      }
    }
  },
  "service": {
    "enabled": true,
    "port": 8080
  },
  "terminationGracePeriodSeconds": 120,
  "volumeClaims": {
    "data": {
      "mountPath": "/data",
      "size": "1Gi"
    }
  }
}
{{- end -}}

{{- define "mono-library.v1.context" -}}
{{- $root := .root -}}
{{- $archetype := required (printf "%s: archetype is missing" $root.Chart.Name) $root.Values.archetype -}}
{{- $values := include "mono-library.v1.defaults" $root | fromJson -}}
{{- $more := include (printf "mono-library.v1.defaults.%s" $archetype) $root | fromJson -}}
{{- $fullname := include "mono-library.v1.fullname" $root -}}
{{- $_ := merge . (dict "values" (mustMergeOverwrite $values $more $root.Values) "own" $root.Values "id" "main" "path" "" "taken" dict "container" $root.Chart.Name "fullname" $fullname "base" $fullname "configMaps" list "checksum" "" "inlined" dict "labels" "") -}}
{{- include "mono-library.v1._unit" . -}}
{{- end -}}

{{- define "mono-library.v1._unit" -}}
{{- $values := .values -}}{{- $root := .root -}}
{{- if contains "null" (toRawJson .own) -}}
{{- include "mono-library.v1._dropNulls" (omit $values "backup" "controllers" "extraObjects" "initContainers" "jobs" "restore" "sidecars") -}}
{{- range $key, $value := $values -}}{{- if kindIs "invalid" $value -}}{{- $_ := unset $values $key -}}{{- end -}}{{- end -}}
{{- end -}}
{{- $_ := set . "kind" ($values.kind | default "Deployment") -}}
{{- $_ := set . "workload" .fullname -}}
{{- $_ := set . "serviceName" .fullname -}}
{{- if gt (len .fullname) 52 -}}
{{- $_ := set . "serviceName" (include "mono-library.v1._fit" .fullname) -}}
{{- if not (has .kind (list "Deployment" "DaemonSet")) -}}{{- $_ := set . "workload" (include "mono-library.v1._short" (list 52 .fullname)) -}}{{- end -}}
{{- end -}}
{{- if not .labels -}}
{{- $_ := set . "labels" (include "mono-library.v1._labels" (dict "root" $root "common" $values.commonLabels)) -}}
{{- end -}}
{{- $component := print "\napp.kubernetes.io/component: " (toRawJson .id) -}}
{{- $_ := set . "metadataLabels" (print .labels $component) -}}
{{- $_ := set . "match" (print (include "mono-library.v1.selectorLabels" $root) $component) -}}
{{- $account := $values.serviceAccount | default dict -}}
{{- $_ := set . "account" ($account.name | default (eq (toString $account.create) "true" | ternary .fullname "default")) -}}
{{- include "mono-library.v1._ports" . -}}
{{- $data := dict -}}
{{- with $values.config -}}
{{- $_ := set $ "inlined" (mustMergeOverwrite (deepCopy $.inlined) .) -}}
{{- $_ := set $data (printf "%s-config" $.fullname) (include "mono-library.v1._data" (dict "data" . "root" $root)) -}}
{{- $_ := set $ "configMaps" (append $.configMaps (printf "%s-config" $.fullname)) -}}
{{- end -}}
{{- range $kind := list "configMaps" "secrets" -}}
{{- range $id, $item := index $values $kind -}}
{{- if $item -}}
{{- $_ := set $data (printf "%s/%s" $kind $id) (include "mono-library.v1._contents" (dict "of" $item "root" $root)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $_ := set . "data" $data -}}
{{- if $data -}}
{{- $_ := set . "checksum" (print .checksum (toJson $data) | sha256sum) -}}
{{- end -}}
{{- end -}}

{{- define "mono-library.v1._sub" -}}
{{- $c := .c -}}{{- $spec := .spec -}}{{- $key := print $c.path .key -}}
{{- $kept := pick $c.values "commonAnnotations" "commonLabels" "env" "envFrom" "image" "imagePullSecrets" "nodeSelector" "podAnnotations" "podLabels" "podSecurityContext" "redeployAlways" "securityContext" "serviceAccount" "sessionStore" "tolerations" -}}
{{- if ($spec.image).repository -}}
{{- include "mono-library.v1._ownImage" (dict "root" $c.root "image" $spec.image "key" $key) -}}
{{- $_ := set $kept "image" (pick ($kept.image | default dict) "pullPolicy") -}}
{{- end -}}
{{- with $spec.serviceAccount -}}
{{- $own := omit ($kept.serviceAccount | default dict) "annotations" "made" -}}
{{- if .name -}}{{- $_ := set $own "create" false -}}
{{- else if or .create $own.create -}}{{- $_ := unset $own "name" -}}{{- end -}}
{{- $_ := set $kept "serviceAccount" $own -}}
{{- end -}}
{{- range $key, $_ := $spec -}}
{{- with get $kept $key -}}{{- $_ := set $kept $key (deepCopy .) -}}{{- end -}}
{{- end -}}
{{- $base := omit (include "mono-library.v1.defaults" $c.root | fromJson) "commonAnnotations" "commonLabels" "env" "envFrom" "image" "imagePullSecrets" "nodeSelector" "podAnnotations" "podLabels" "podSecurityContext" "redeployAlways" "securityContext" "serviceAccount" "sessionStore" "tolerations" -}}
{{- $values := mustMergeOverwrite $base $kept (.defaults | default dict) $spec -}}
{{- $fullname := $spec.fullnameOverride | default (printf "%s-%s" $c.fullname ($spec.nameOverride | default .id)) -}}
{{- $labels := $spec.commonLabels | empty | ternary $c.labels "" -}}
{{- $_ := merge .into (dict "values" $values "own" $spec "root" $c.root "id" .id "path" (print $key ".") "taken" $c.taken "container" .id "base" $c.base "fullname" $fullname "configMaps" $c.configMaps "checksum" $c.checksum "inlined" $c.inlined "labels" $labels) -}}
{{- include "mono-library.v1._unit" .into -}}
{{- if not $spec.serviceAccount -}}
{{- $_ := set .into "account" $c.account -}}
{{- $_ := set .into.values "serviceAccount" (dict "create" false "automount" ($c.values.serviceAccount).automount "made" (or (eq (toString ($c.values.serviceAccount).create) "true") ($c.values.serviceAccount).made)) -}}
{{- end -}}
{{- end -}}

{{- define "mono-library.v1._jobs" -}}
{{- $c := . -}}
{{- $jobs := dict -}}
{{- range $id, $spec := .values.jobs -}}
{{- if $spec -}}{{- $_ := set $jobs $id $spec -}}
{{- else if not (kindIs "invalid" $spec) -}}
{{- fail (printf "%s: %sjobs.%s is empty; say what it runs with `command` or `args`" $c.root.Chart.Name $c.path $id) -}}
{{- end -}}
{{- end -}}
{{- range $id := list "backup" "restore" -}}
{{- with index $c.values $id -}}
{{- if .enabled -}}
{{- if hasKey $jobs $id -}}{{- fail (printf "%s: %[2]sjobs.%[3]s and %[2]s%[3]s make the same job; rename the first" $c.root.Chart.Name $c.path $id) -}}{{- end -}}
{{- $_ := set $jobs $id . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $id, $spec := $jobs }}
{{- if ne (toString $spec.enabled) "false" }}
{{- $job := dict }}
{{- $key := hasKey ($c.values.jobs | default dict) $id | ternary (print "jobs." $id) $id }}
{{- $_ := set $c.taken (print "pods' label " $id) (print $c.path $key) }}
{{- if and $spec.hook $spec.schedule }}{{ fail (printf "%s: %s%s has a hook and a schedule; remove one of them" $c.root.Chart.Name $c.path $key) }}{{ end }}
{{- $defaults := dict "preStopSleepSeconds" 0 "kind" (empty $spec.schedule | ternary "Job" "CronJob") "service" (dict "port" nil) }}
{{- include "mono-library.v1._sub" (dict "c" $c "id" $id "key" $key "spec" $spec "defaults" $defaults "into" $job) }}
{{- if $spec.serviceAccount }}
{{- include "mono-library.v1._accounts" $job }}
{{- end }}
{{ include (print "mono-library.v1." (untitle $job.kind)) $job }}
{{- include "mono-library.v1._claims" $job }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._controllers" -}}
{{- $c := . -}}
{{- range $id, $spec := .values.controllers }}
{{- if and (not (kindIs "invalid" $spec)) (ne (toString $spec.enabled) "false") }}
{{- $unit := dict }}
{{- $key := print "controllers." $id }}
{{- include "mono-library.v1._once" (dict "c" $c "what" "pods' label" "name" $id "key" $key) }}
{{- include "mono-library.v1._sub" (dict "c" $c "id" $id "key" $key "spec" $spec "into" $unit) }}
{{ include "mono-library.v1._parts" $unit }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._env" -}}
{{- $root := .c.root -}}
{{- $env := .w.env | default dict -}}
{{- if .c.inline -}}
{{- $env = mustMergeOverwrite (deepCopy .c.inlined) $env -}}
{{- end -}}
{{- with .c.values.sessionStore }}
{{- if or .secretKeyRef .url }}
{{- $env = merge (dict "SESSION_STORE_URL" (ternary .url (dict "secretKeyRef" .secretKeyRef) (empty .secretKeyRef))) $env }}
{{- end }}
{{- end }}
{{- range $last := list false true }}
{{- range $name, $value := $env }}
{{- $late := and (kindIs "string" $value) (contains "$(" (toString $value)) }}
{{- if and (eq $late $last) (or $value (not (kindIs "map" $value))) (not (kindIs "invalid" $value)) }}
- name: {{ toRawJson $name }}
  {{- if kindIs "map" $value }}
  valueFrom:
    {{- include "mono-library.v1._block" $value | trim | nindent 4 }}
  {{- else }}
  value: {{ include "mono-library.v1._string" (dict "value" $value "root" $root) }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._envFrom" -}}
{{- $c := .c -}}
{{- if not $c.inline }}
{{- range $c.configMaps }}
- configMapRef:
    name: {{ toRawJson . }}
{{- end }}
{{- end }}
{{- range $id, $source := .w.envFrom }}
{{- if $source }}
{{- $entry := dict "prefix" $source.prefix "configMapRef" $source.configMapRef "secretRef" $source.secretRef }}
{{- with $source.configMap }}{{ $_ := set $entry "configMapRef" (dict "name" (printf "%s-%s" $c.base .)) }}{{ end }}
{{- with $source.secret }}{{ $_ := set $entry "secretRef" (dict "name" (printf "%s-%s" $c.base .)) }}{{ end }}
- {{ include "mono-library.v1._fields" (list $entry "\n  ") | trim }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._mounts" -}}
{{- $main := .main -}}
{{- range $id, $volume := .c.values.persistence }}
{{- if and $volume (ne (toString $volume.enabled) "false") $volume.mountPath (or $main (eq $id "tmp")) }}
- name: {{ toRawJson $id }}
  mountPath: {{ toRawJson $volume.mountPath }}
  {{- include "mono-library.v1._fields" (list (pick $volume "subPath" "readOnly") "\n  ") }}
{{- end }}
{{- end }}
{{- if and $main (eq .c.kind "StatefulSet") }}
{{- range $id, $claim := .w.volumeClaims }}
{{- if $claim }}
- name: {{ toRawJson $id }}
  mountPath: {{ required (printf "volumeClaims.%s.mountPath is missing" $id) $claim.mountPath | toRawJson }}
{{- end }}
{{- end }}
{{- end }}
{{- with .w.volumeMounts }}
{{ include "mono-library.v1._block" . | trim }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._volumes" -}}
{{- $c := . -}}
{{- range $id, $volume := .values.persistence }}
{{- if and $volume (ne (toString $volume.enabled) "false") }}
- name: {{ toRawJson $id }}
  {{- $type := $volume.type | default "emptyDir" }}
  {{- $name := $volume.name | default (printf "%s-%s" $c.base ($volume.identifier | default $id)) }}
  {{- if eq $type "persistentVolumeClaim" }}
  persistentVolumeClaim:
    claimName: {{ include "mono-library.v1._string" (dict "value" ($volume.existingClaim | default (printf "%s-%s" $c.fullname $id)) "root" $c.root) }}
  {{- else if has $type (list "configMap" "secret") }}
  {{ $type }}:
    {{ ternary "name" "secretName" (eq $type "configMap") }}: {{ toRawJson $name }}
    {{- include "mono-library.v1._fields" (list (pick $volume "items" "defaultMode" "optional") "\n    ") }}
  {{- else }}
  {{ $type }}: {{ toJson ($volume.spec | default dict) }}
  {{- end }}
{{- end }}
{{- end }}
{{- with .values.volumes }}
{{ include "mono-library.v1._block" . | trim }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._claimSpec" -}}
accessModes:
  {{- include "mono-library.v1._block" (.claim.accessModes | default (list "ReadWriteOnce")) | trim | nindent 2 }}
{{- $class := .claim.storageClass }}
{{- if kindIs "invalid" $class }}{{ $class = (.c.root.Values.global).storageClass | default nil }}{{ end }}
{{- if not (kindIs "invalid" $class) }}
storageClassName: {{ toRawJson $class }}
{{- end }}
resources:
  requests:
    storage: {{ .claim.size | default "1Gi" | toRawJson }}
{{- end -}}

{{- define "mono-library.v1._claims" -}}
{{- $c := . -}}
{{- range $id, $claim := .values.persistence }}
{{- if and $claim (ne (toString $claim.enabled) "false") (eq (toString $claim.type) "persistentVolumeClaim") (not $claim.existingClaim) }}
{{- $annotations := deepCopy ($claim.annotations | default dict) }}
{{- if $claim.retain }}{{ $_ := set $annotations "helm.sh/resource-policy" "keep" }}{{ end }}
---
apiVersion: v1
kind: PersistentVolumeClaim
{{ include "mono-library.v1._metadata" (dict "c" $c "name" (printf "%s-%s" $c.fullname $id) "annotations" $annotations) }}
spec:
  {{- include "mono-library.v1._claimSpec" (dict "c" $c "claim" $claim) | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._probe" -}}
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

{{- define "mono-library.v1.container" -}}
{{- $root := .c.root -}}{{- $w := .w -}}{{- $port := .c.target -}}
- name: {{ toRawJson .name }}
  image: {{ include "mono-library.v1.image" (dict "root" $root "image" $w.image) | toRawJson }}
  {{- with $w.image.pullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  {{- range $field := list "command" "args" }}
  {{- with get $w $field }}
  {{ $field }}:
    {{- include "mono-library.v1._strings" (dict "list" . "root" $root) | trim | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- with include "mono-library.v1._env" . }}
  env:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- with include "mono-library.v1._envFrom" . }}
  envFrom:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- with .ports }}
  ports:
    {{- range $name, $port := . }}
    {{- if $port.port }}
    - name: {{ toRawJson $name }}
      containerPort: {{ $port.port | int }}
      protocol: {{ $port.protocol | default "TCP" }}
    {{- end }}
    {{- end }}
  {{- end }}
  {{- range $name := list "livenessProbe" "readinessProbe" "startupProbe" }}
  {{- with get $w $name }}
  {{ $name }}:
    {{- include "mono-library.v1._probe" (dict "probe" . "port" $port "name" (printf "%s: %s" $root.Chart.Name $name)) | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- include "mono-library.v1._fields" (list (pick $w "workingDir" "resources" "securityContext") "\n  ") }}
  {{- with include "mono-library.v1._lifecycle" $w }}
  lifecycle:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with include "mono-library.v1._mounts" . }}
  volumeMounts:
    {{- . | trim | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "mono-library.v1._lifecycle" -}}
{{- $lifecycle := .lifecycle | default dict -}}
{{- $sleep := .preStopSleepSeconds | int -}}
{{- if and $sleep (not $lifecycle.preStop) -}}
{{- $lifecycle = merge (dict "preStop" (dict "sleep" (dict "seconds" $sleep))) $lifecycle -}}
{{- end -}}
{{- with $lifecycle }}{{ include "mono-library.v1._block" . | trim }}{{ end -}}
{{- end -}}

{{- define "mono-library.v1._containers" -}}
{{- $c := .c -}}{{- $of := .of -}}{{- $key := .key -}}
{{- $sorted := list -}}
{{- range $id, $spec := $of -}}
{{- if and $spec (ne (toString $spec.enabled) "false") -}}
{{- $sorted = append $sorted (printf "%06d %s" (int $spec.order) $id) -}}
{{- end -}}
{{- end -}}
{{- range sortAlpha $sorted }}
{{- $id := index (splitList " " .) 1 }}
{{- $spec := get $of $id }}
{{- if eq $id $c.container }}{{ fail (printf "%s: %s%s.%s has the name of the main container; rename it" $c.root.Chart.Name $c.path $key $id) }}{{ end }}
{{- $base := dict "securityContext" (deepCopy ($c.values.securityContext | default dict)) "image" (dict "pullPolicy" "IfNotPresent") }}
{{- if ($spec.image).repository }}
{{- include "mono-library.v1._ownImage" (dict "root" $c.root "image" $spec.image "key" (print $c.path $key "." $id)) }}
{{- else }}
{{- $_ := set $base "image" (deepCopy ($c.values.image | default dict)) }}
{{- end }}
{{- $_ := set $base "resources" (dict "requests" (dict "cpu" "10m" "memory" "32Mi") "limits" (dict "memory" "128Mi")) }}
{{- $w := mustMergeOverwrite $base $spec }}
{{- if contains "null" (toRawJson $spec) }}{{ include "mono-library.v1._dropNulls" $w }}{{ end }}
{{ include "mono-library.v1.container" (dict "c" $c "w" $w "name" $id "ports" $w.ports) }}
  {{- with $spec.restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._podLabels" -}}
{{ .match }}
{{- include "mono-library.v1._version" .root }}
{{- include "mono-library.v1._own" (mustMergeOverwrite (deepCopy (.values.commonLabels | default dict)) (.values.podLabels | default dict)) }}
{{- end -}}

{{- define "mono-library.v1._podAnnotations" -}}
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
{{- with $own }}{{ include "mono-library.v1._block" . | trim }}{{ end -}}
{{- end -}}

{{- define "mono-library.v1._affinity" -}}
{{- $preset := toString .values.podAntiAffinityPreset -}}
{{- if .values.affinity -}}
{{- include "mono-library.v1._block" .values.affinity | trim -}}
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

{{- define "mono-library.v1._spread" -}}
{{- $how := toString .values.topologySpread -}}
{{- if .values.topologySpreadConstraints -}}
{{- include "mono-library.v1._block" .values.topologySpreadConstraints -}}
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

{{- define "mono-library.v1.pod" -}}
{{- $w := .values -}}
metadata:
  labels:
    {{- include "mono-library.v1._podLabels" . | nindent 4 }}
  {{- with include "mono-library.v1._podAnnotations" . }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ if and .early ($w.serviceAccount).made }}default{{ else }}{{ toRawJson .account }}{{ end }}
  enableServiceLinks: false
  automountServiceAccountToken: {{ ($w.serviceAccount).automount | default false }}
  {{- with kindIs "invalid" $w.imagePullSecrets | ternary (.root.Values.global).imagePullSecrets $w.imagePullSecrets }}
  imagePullSecrets:
    {{- include "mono-library.v1._block" . | trim | nindent 4 }}
  {{- end }}
  {{- with $w.podSecurityContext }}
  securityContext:
    {{- include "mono-library.v1._block" . | trim | nindent 4 }}
  {{- end }}
  {{- include "mono-library.v1._fields" (list (pick $w "terminationGracePeriodSeconds" "nodeSelector" "tolerations" "priorityClassName") "\n  ") }}
  {{- if has .kind (list "Job" "CronJob") }}
  restartPolicy: {{ $w.restartPolicy | default "Never" }}
  {{- else }}
  {{- with include "mono-library.v1._spread" . }}
  topologySpreadConstraints:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- with include "mono-library.v1._affinity" . }}
  affinity:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with include "mono-library.v1._containers" (dict "c" . "of" $w.initContainers "key" "initContainers") }}
  initContainers:
    {{- . | trim | nindent 4 }}
  {{- end }}
  containers:
    {{- include "mono-library.v1.container" (dict "c" . "w" $w "name" .container "ports" .ports "main" true) | nindent 4 }}
    {{- with include "mono-library.v1._containers" (dict "c" . "of" $w.sidecars "key" "sidecars") }}
    {{- . | trim | nindent 4 }}
    {{- end }}
  {{- with include "mono-library.v1._volumes" . }}
  volumes:
    {{- . | trim | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "mono-library.v1._workload" }}
{{ include (print "mono-library.v1." (untitle .kind)) . }}
{{- if has .kind (list "Deployment" "StatefulSet") }}
{{- if (.values.autoscaling).enabled }}
{{ include "mono-library.v1.autoscaler" . }}
{{- end }}
{{- if (.values.podDisruptionBudget).enabled }}
{{- include "mono-library.v1.disruptionBudget" . }}
{{- end }}
{{- end }}
{{- if (.values.verticalPodAutoscaler).enabled }}
{{ include "mono-library.v1.verticalPodAutoscaler" . }}
{{- end }}
{{- include "mono-library.v1._claims" . }}
{{- end -}}

{{- define "mono-library.v1.deployment" -}}
{{- $w := .values -}}
---
apiVersion: apps/v1
kind: Deployment
{{ include "mono-library.v1._metadata" . }}
spec:
  {{- if not (or ($w.autoscaling).enabled (kindIs "invalid" $w.replicaCount)) }}
  replicas: {{ $w.replicaCount | int }}
  {{- end }}
  {{- include "mono-library.v1._fields" (list (pick $w "revisionHistoryLimit" "minReadySeconds") "\n  ") }}
  selector:
    matchLabels:
      {{- .match | nindent 6 }}
  strategy:
    {{- if $w.updateStrategy }}
    {{- include "mono-library.v1._noPartition" . }}
    {{- include "mono-library.v1._block" $w.updateStrategy | trim | nindent 4 }}
    {{- else }}
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
    {{- end }}
  template:
    {{- include "mono-library.v1.pod" . | nindent 4 }}
{{- end -}}

{{- define "mono-library.v1.daemonSet" -}}
---
apiVersion: apps/v1
kind: DaemonSet
{{- include "mono-library.v1._noPartition" . }}
{{ include "mono-library.v1._metadata" . }}
spec:
  {{- include "mono-library.v1._fields" (list (pick .values "revisionHistoryLimit" "minReadySeconds" "updateStrategy") "\n  ") }}
  selector:
    matchLabels:
      {{- .match | nindent 6 }}
  template:
    {{- include "mono-library.v1.pod" . | nindent 4 }}
{{- end -}}

{{- define "mono-library.v1._noPartition" -}}
{{- if hasKey ((.values.updateStrategy).rollingUpdate | default dict) "partition" -}}
{{- fail (printf "%s: %supdateStrategy.rollingUpdate.partition is for a StatefulSet; remove it from this %s" .root.Chart.Name .path .kind) -}}
{{- end -}}
{{- end -}}

{{- define "mono-library.v1.statefulSet" -}}
{{- $c := . -}}{{- $w := .values -}}
---
apiVersion: apps/v1
kind: StatefulSet
{{ include "mono-library.v1._metadata" (dict "c" . "name" .workload) }}
spec:
  {{- if not (or ($w.autoscaling).enabled (kindIs "invalid" $w.replicaCount)) }}
  replicas: {{ $w.replicaCount | int }}
  {{- end }}
  serviceName: {{ include "mono-library.v1._fit" (print .fullname "-headless") | toRawJson }}
  {{- include "mono-library.v1._fields" (list (pick $w "revisionHistoryLimit" "minReadySeconds" "podManagementPolicy" "persistentVolumeClaimRetentionPolicy" "ordinals") "\n  ") }}
  selector:
    matchLabels:
      {{- .match | nindent 6 }}
  updateStrategy:
    {{- $strategy := $w.updateStrategy | default dict }}
    type: {{ $strategy.type | default "RollingUpdate" }}
    {{- if ne (toString $strategy.type) "OnDelete" }}
    rollingUpdate:
      {{- include "mono-library.v1._block" (mustMergeOverwrite (dict "partition" (int $w.partition)) ($strategy.rollingUpdate | default dict)) | trim | nindent 6 }}
    {{- end }}
  template:
    {{- include "mono-library.v1.pod" . | nindent 4 }}
  {{- with $w.volumeClaims }}
  volumeClaimTemplates:
    {{- range $id, $claim := . }}
    {{- if $claim }}
    - apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: {{ toRawJson $id }}
        labels:
          {{- $c.match | nindent 10 }}
        {{- with $claim.annotations }}
        annotations:
          {{- include "mono-library.v1._block" . | trim | nindent 10 }}
        {{- end }}
      spec:
        {{- include "mono-library.v1._claimSpec" (dict "c" $c "claim" $claim) | nindent 8 }}
    {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "mono-library.v1._jobSpec" -}}
{{- include "mono-library.v1._fields" (list (pick .values "activeDeadlineSeconds" "backoffLimit" "completions" "parallelism" "ttlSecondsAfterFinished") "\n") }}
template:
  {{- include "mono-library.v1.pod" . | nindent 2 }}
{{- end -}}

{{- define "mono-library.v1.cronJob" -}}
---
apiVersion: batch/v1
kind: CronJob
{{ include "mono-library.v1._metadata" (dict "c" . "name" .workload) }}
spec:
  schedule: {{ required (printf "%s: %s needs a schedule" .root.Chart.Name .fullname) .values.schedule | toRawJson }}
  {{- include "mono-library.v1._fields" (list (pick .values "concurrencyPolicy" "failedJobsHistoryLimit" "startingDeadlineSeconds" "successfulJobsHistoryLimit" "suspend" "timeZone") "\n  ") }}
  jobTemplate:
    spec:
      {{- include "mono-library.v1._jobSpec" . | trim | nindent 6 }}
{{- end -}}

{{- define "mono-library.v1.job" -}}
{{- $w := .values -}}
{{- $annotations := dict -}}
{{- $name := .workload -}}
{{- if $w.hook -}}
{{- $hook := join "," $w.hook -}}
{{- $_ := set . "early" (or (contains "pre-install" $hook) (contains "pre-upgrade" $hook) (contains "pre-rollback" $hook) (contains "post-delete" $hook)) -}}
{{- $_ := set $annotations "helm.sh/hook" $hook -}}
{{- $_ := set $annotations "helm.sh/hook-weight" (toString (int $w.weight)) -}}
{{- $_ := set $annotations "helm.sh/hook-delete-policy" ($w.deletePolicy | default "before-hook-creation") -}}
{{- $_ := set . "inline" true -}}
{{- end -}}
{{- $spec := include "mono-library.v1._jobSpec" . | trim -}}
{{- if not $w.hook -}}
{{- $name = printf "%s-%s" (trunc 54 $name) (sha256sum $spec | trunc 8) -}}
{{- $_ := set . "workload" $name -}}
{{- end -}}
---
apiVersion: batch/v1
kind: Job
{{ include "mono-library.v1._metadata" (dict "c" . "name" $name "annotations" $annotations) }}
spec:
  {{- $spec | nindent 2 }}
{{- end -}}

{{- define "mono-library.v1.autoscaler" -}}
{{- $hpa := .values.autoscaling -}}
{{- $min := $hpa.minReplicas | default 1 | int -}}{{- $max := $hpa.maxReplicas | default 10 | int -}}
{{- if gt $min $max -}}
{{- fail (printf "%s: %sautoscaling.minReplicas (%d) is above maxReplicas (%d); change one of them" .root.Chart.Name .path $min $max) -}}
{{- end -}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
{{ include "mono-library.v1._metadata" . }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: {{ .kind }}
    name: {{ toRawJson .workload }}
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
    {{- include "mono-library.v1._block" . | trim | nindent 4 }}
    {{- end }}
  {{- with $hpa.behavior }}
  behavior:
    {{- include "mono-library.v1._block" . | trim | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "mono-library.v1.verticalPodAutoscaler" -}}
---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
{{ include "mono-library.v1._metadata" . }}
spec:
  targetRef:
    apiVersion: {{ ternary "batch/v1" "apps/v1" (has .kind (list "Job" "CronJob")) }}
    kind: {{ .kind }}
    name: {{ toRawJson .workload }}
  updatePolicy:
    updateMode: {{ .values.verticalPodAutoscaler.updateMode | default "Off" | quote }}
  {{- with .values.verticalPodAutoscaler.resourcePolicy }}
  resourcePolicy:
    {{- include "mono-library.v1._block" . | trim | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "mono-library.v1.disruptionBudget" -}}
{{- $pdb := .values.podDisruptionBudget -}}
{{- $instances := .values.replicaCount | int -}}
{{- if (.values.autoscaling).enabled }}{{ $instances = .values.autoscaling.minReplicas | default 1 | int }}{{ end }}
{{- if gt $instances 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
{{ include "mono-library.v1._metadata" . }}
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
      {{- .match | nindent 6 }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1.service" -}}
{{- $service := .service -}}
---
apiVersion: v1
kind: Service
{{ include "mono-library.v1._metadata" (dict "c" .c "name" (.name | default .c.serviceName) "more" .labels "annotations" $service.annotations) }}
spec:
  {{- if $service.headless }}
  clusterIP: None
  {{- end }}
  type: {{ $service.type | default "ClusterIP" }}
  {{- include "mono-library.v1._fields" (list (pick $service "externalTrafficPolicy" "internalTrafficPolicy" "ipFamilyPolicy" "loadBalancerClass" "publishNotReadyAddresses" "sessionAffinity" "sessionAffinityConfig" "trafficDistribution") "\n  ") }}
  selector:
    {{- .c.match | nindent 4 }}
  ports:
    {{- range $name, $port := .ports }}
    - name: {{ toRawJson $name }}
      port: {{ $port.servicePort | default $port.port | int }}
      targetPort: {{ $port.target | default $name | toRawJson }}
      protocol: {{ $port.protocol | default "TCP" }}
      {{- with $port.nodePort }}
      nodePort: {{ int . }}
      {{- end }}
    {{- end }}
{{- end -}}

{{- define "mono-library.v1._services" -}}
{{- $c := . -}}
{{- $unmonitored := dict "prometheus.io/service-monitor" "false" }}
{{- if and (.values.service).enabled .ports }}
{{- include "mono-library.v1._once" (dict "c" . "what" "Service" "name" .serviceName "key" "service") }}
{{ include "mono-library.v1.service" (dict "c" . "service" .values.service "ports" .ports) }}
{{- end }}
{{- if and (eq .kind "StatefulSet") .ports }}
{{- $headless := dict "headless" true "publishNotReadyAddresses" true }}
{{- $name := include "mono-library.v1._fit" (print .fullname "-headless") }}
{{- include "mono-library.v1._once" (dict "c" . "what" "Service" "name" $name "key" "kind (StatefulSet)") }}
{{ include "mono-library.v1.service" (dict "c" . "name" $name "service" $headless "ports" .ports "labels" $unmonitored) }}
{{- end }}
{{- range $id, $service := .values.services }}
{{- if and $service (ne (toString $service.enabled) "false") }}
{{- $ports := $c.ports }}
{{- if $service.port }}
{{- $target := $service.targetPort | default $c.target }}
{{- if not (trimAll "0123456789" (toString $target)) }}{{ $target = int $target }}{{ end }}
{{- $ports = dict ($service.portName | default "http") (dict "port" $service.port "target" $target "nodePort" $service.nodePort) }}
{{- end }}
{{- $name := include "mono-library.v1._fit" (print $c.fullname "-" $id) }}
{{- include "mono-library.v1._once" (dict "c" $c "what" "Service" "name" $name "key" (print "services." $id)) }}
{{ include "mono-library.v1.service" (dict "c" $c "name" $name "service" $service "ports" $ports "labels" $unmonitored) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._ports" -}}
{{- $ports := dict -}}
{{- $name := (.values.service).portName | default "http" -}}
{{- $_ := set . "portName" $name -}}
{{- $_ := set . "target" $name -}}
{{- with .values.service -}}
{{- if .port -}}
{{- $main := dict "port" (.targetPort | default .port) "servicePort" .port "nodePort" .nodePort -}}
{{- if .targetPort | default "" | toString | trimAll "0123456789" -}}
{{- if not (get ($.values.ports | default dict) .targetPort) -}}
{{- fail (printf "%s: %sservice.targetPort is %s; add a port of this name to ports" $.root.Chart.Name $.path .targetPort) -}}
{{- end -}}
{{- $_ := set $ "target" .targetPort -}}
{{- $main = dict "target" .targetPort "servicePort" .port "nodePort" .nodePort -}}
{{- end -}}
{{- $_ := set $ports $name $main -}}
{{- end -}}
{{- end -}}
{{- range $name, $port := .values.ports -}}
{{- if $port -}}{{- $_ := set $ports $name $port -}}{{- end -}}
{{- end -}}
{{- $_ := set . "ports" $ports -}}
{{- end -}}

{{- define "mono-library.v1.ingress" -}}
{{- $c := . -}}{{- $ingress := .values.ingress -}}
{{- if not $ingress.hosts -}}
{{- fail (printf "%s: %singress is enabled without hosts; add ingress.hosts" .root.Chart.Name .path) -}}
{{- end -}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
{{ include "mono-library.v1._metadata" (dict "c" . "annotations" $ingress.annotations) }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ toRawJson . }}
  {{- end }}
  {{- with $ingress.tls }}
  tls:
    {{- range . }}
    - hosts:
        {{- include "mono-library.v1._strings" (dict "list" .hosts "root" $c.root) | trim | nindent 8 }}
      {{- with .secretName }}
      secretName: {{ toRawJson . }}
      {{- end }}
    {{- end }}
  {{- end }}
  rules:
    {{- range $ingress.hosts }}
    - host: {{ include "mono-library.v1._string" (dict "value" .host "root" $c.root) }}
      http:
        paths:
          {{- range .paths | default (list (dict "path" "/")) }}
          - path: {{ toRawJson .path }}
            pathType: {{ .pathType | default "Prefix" }}
            backend:
              service:
                {{- include "mono-library.v1._backend" (dict "c" $c "path" .) | nindent 16 }}
          {{- end }}
    {{- end }}
{{- end -}}

{{- define "mono-library.v1._backend" -}}
{{- $c := .c -}}{{- $id := .path.service -}}
{{- $name := $c.serviceName -}}{{- $port := $c.portName -}}
{{- if $id -}}
{{- $service := get ($c.values.services | default dict) $id -}}
{{- if or (not $service) (eq (toString ($service).enabled) "false") -}}
{{- fail (printf "%s: %singress leads to the service %s; add it to services" $c.root.Chart.Name $c.path $id) -}}
{{- end -}}
{{- $name = include "mono-library.v1._fit" (print $c.fullname "-" $id) -}}
{{- if $service.port -}}{{- $port = $service.portName | default "http" -}}{{- end -}}
{{- else -}}
{{- include "mono-library.v1._needsService" (dict "c" $c "key" "ingress") -}}
{{- end -}}
{{- $port = .path.port | default $port -}}
name: {{ toRawJson $name }}
port:
  {{ if trimAll "0123456789" (toString $port) }}name: {{ toRawJson $port }}{{ else }}number: {{ int $port }}{{ end }}
{{- end -}}

{{- define "mono-library.v1._needsService" -}}
{{- if not (and (.c.values.service).enabled .c.ports (or .c.values.service.port (not .port))) -}}
{{- fail (printf "%s: %s%s needs the Service; set service.enabled and service.port" .c.root.Chart.Name .c.path .key) -}}
{{- end -}}
{{- end -}}

{{- define "mono-library.v1.route" -}}
{{- $c := .c -}}{{- $route := .route -}}{{- $key := eq .kind "HTTPRoute" | ternary "httpRoute" "grpcRoute" -}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: {{ .kind }}
{{ include "mono-library.v1._metadata" (dict "c" $c "annotations" $route.annotations) }}
spec:
  {{- with $route.parentRefs }}
  parentRefs:
    {{- include "mono-library.v1._block" . | trim | nindent 4 }}
  {{- end }}
  {{- with $route.hostnames }}
  hostnames:
    {{- include "mono-library.v1._strings" (dict "list" . "root" $c.root) | trim | nindent 4 }}
  {{- end }}
  rules:
    {{- range $rule := $route.rules | default (list dict) }}
    {{- if not $rule.backendRefs }}
    {{- include "mono-library.v1._needsService" (dict "c" $c "key" $key "port" true) }}
    {{- $rule = mustMergeOverwrite (dict "backendRefs" (list (dict "name" $c.serviceName "port" (int $c.values.service.port)))) $rule }}
    {{- end }}
    - {{- include "mono-library.v1._block" $rule | trim | nindent 6 }}
    {{- end }}
{{- end -}}

{{- define "mono-library.v1.networkPolicy" -}}
{{- $policy := .values.networkPolicy -}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "mono-library.v1._metadata" . }}
spec:
  podSelector:
    matchLabels:
      {{- .match | nindent 6 }}
  policyTypes:
    - Ingress
    {{- if not (kindIs "invalid" $policy.egress) }}
    - Egress
    {{- end }}
  {{- if not (kindIs "invalid" $policy.ingress) }}
  ingress: {{ toJson $policy.ingress }}
  {{- else if .ports }}
  ingress:
    - ports:
        {{- range $name, $port := .ports }}
        {{- if $port.port }}
        - port: {{ toRawJson $name }}
          protocol: {{ $port.protocol | default "TCP" }}
        {{- end }}
        {{- end }}
  {{- end }}
  {{- if not (kindIs "invalid" $policy.egress) }}
  egress: {{ toJson $policy.egress }}
  {{- end }}
{{- end -}}

{{- define "mono-library.v1._accounts" -}}
{{- if eq (toString (.values.serviceAccount).create) "true" }}
{{- include "mono-library.v1._once" (dict "c" . "what" "ServiceAccount" "name" .account "key" "serviceAccount") }}
{{- $annotations := .values.serviceAccount.annotations }}
{{- with .values.hook }}
{{- $hook := dict "helm.sh/hook" (join "," .) "helm.sh/hook-weight" (sub (int $.values.weight) 1 | toString) "helm.sh/hook-delete-policy" "before-hook-creation" }}
{{- $annotations = mustMergeOverwrite $hook ($annotations | default dict) }}
{{- end }}
---
apiVersion: v1
kind: ServiceAccount
{{ include "mono-library.v1._metadata" (dict "c" . "name" .account "annotations" $annotations) }}
automountServiceAccountToken: {{ .values.serviceAccount.automount | default false }}
{{- end }}
{{- range $field, $kind := dict "rules" "Role" "clusterRules" "ClusterRole" }}
{{- with index ($.values.rbac | default dict) $field }}
{{- $name := ternary $.fullname (printf "%s-%s" $.root.Release.Namespace $.fullname) (eq $kind "Role") }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}
{{ include "mono-library.v1._metadata" (dict "c" $ "name" $name) }}
rules:
  {{- include "mono-library.v1._block" . | trim | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}Binding
{{ include "mono-library.v1._metadata" (dict "c" $ "name" $name) }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $kind }}
  name: {{ toRawJson $name }}
subjects:
  - kind: ServiceAccount
    name: {{ toRawJson $.account }}
    namespace: {{ toRawJson $.root.Release.Namespace }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._contents" -}}
{{- include "mono-library.v1._data" (dict "data" .of.data "root" .root) -}}
{{- if .of.files }}
{{- with .root.Files.Glob .of.files }}
{{ .AsConfig }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1.configMap" -}}
---
apiVersion: v1
kind: ConfigMap
{{ include "mono-library.v1._metadata" (dict "c" .c "name" .name "more" .labels "annotations" .annotations) }}
data:
  {{- .data | trim | nindent 2 }}
{{- end -}}

{{- define "mono-library.v1._config" -}}
{{- $c := . -}}
{{- with get .data (printf "%s-config" .fullname) }}
{{- include "mono-library.v1._once" (dict "c" $c "what" "ConfigMap" "name" (printf "%s-config" $c.fullname) "key" "config") }}
{{ include "mono-library.v1.configMap" (dict "c" $c "name" (printf "%s-config" $c.fullname) "data" .) }}
{{- end }}
{{- range $id, $item := .values.configMaps }}
{{- if $item }}
{{- $data := get $c.data (printf "configMaps/%s" $id) }}
{{- include "mono-library.v1._once" (dict "c" $c "what" "ConfigMap" "name" (printf "%s-%s" $c.base $id) "key" (print "configMaps." $id)) }}
{{ include "mono-library.v1.configMap" (dict "c" $c "name" (printf "%s-%s" $c.base $id) "data" $data "labels" $item.labels "annotations" $item.annotations) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._secrets" -}}
{{- $c := . -}}
{{- range $id, $item := .values.secrets }}
{{- if $item }}
{{- include "mono-library.v1._once" (dict "c" $c "what" "Secret" "name" (printf "%s-%s" $c.base $id) "key" (print "secrets." $id)) }}
---
apiVersion: v1
kind: Secret
{{ include "mono-library.v1._metadata" (dict "c" $c "name" (printf "%s-%s" $c.base $id) "more" $item.labels "annotations" $item.annotations) }}
type: {{ $item.type | default "Opaque" | toRawJson }}
stringData:
  {{- get $c.data (printf "secrets/%s" $id) | trim | nindent 2 }}
{{- end }}
{{- end }}
{{- range $id, $item := .values.externalSecrets }}
{{- if $item }}
{{- if not (or $item.data $item.dataFrom) }}{{ fail (printf "%s: %sexternalSecrets.%s fetches nothing; add data or dataFrom" $c.root.Chart.Name $c.path $id) }}{{ end }}
{{- include "mono-library.v1._once" (dict "c" $c "what" "Secret" "name" (printf "%s-%s" $c.base $id) "key" (print "externalSecrets." $id)) }}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
{{ include "mono-library.v1._metadata" (dict "c" $c "name" (printf "%s-%s" $c.base $id)) }}
spec:
  refreshInterval: {{ $item.refreshInterval | default "1h" | toRawJson }}
  secretStoreRef:
    {{- include "mono-library.v1._block" $item.secretStoreRef | trim | nindent 4 }}
  target:
    name: {{ printf "%s-%s" $c.base $id | toRawJson }}
  {{- with $item.data }}
  data:
    {{- range $key, $reference := . }}
    {{- if $reference }}
    - secretKey: {{ toRawJson $key }}
      remoteRef:
        {{- include "mono-library.v1._block" $reference | trim | nindent 8 }}
    {{- end }}
    {{- end }}
  {{- end }}
  {{- with $item.dataFrom }}
  dataFrom:
    {{- include "mono-library.v1._block" . | trim | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._sealedSecrets" -}}
{{- $c := . -}}
{{- range $id, $item := .values.sealedSecrets }}
{{- if $item }}
{{- include "mono-library.v1._once" (dict "c" $c "what" "Secret" "name" (printf "%s-%s" $c.base $id) "key" (print "sealedSecrets." $id)) }}
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
{{ include "mono-library.v1._metadata" (dict "c" $c "name" (printf "%s-%s" $c.base $id) "annotations" $item.annotations) }}
spec:
  encryptedData:
    {{- include "mono-library.v1._block" $item.encryptedData | trim | nindent 4 }}
  template:
    type: {{ $item.type | default "Opaque" | toRawJson }}
{{- end }}
{{- end }}
{{- range $id, $item := .values.secretProviderClasses }}
{{- if $item }}
---
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
{{ include "mono-library.v1._metadata" (dict "c" $c "name" (printf "%s-%s" $c.base $id)) }}
spec:
  provider: {{ toRawJson $item.provider }}
  {{- include "mono-library.v1._fields" (list (pick $item "parameters" "secretObjects") "\n  ") }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._metrics" -}}
{{- $c := . -}}
{{- range $kind := list "serviceMonitor" "podMonitor" }}
{{- $monitor := index $c.values.metrics $kind }}
{{- if ($monitor).enabled }}
{{- $ofService := eq $kind "serviceMonitor" }}
{{- $port := $c.values.metrics.port | default ($ofService | ternary $c.portName $c.target) }}
{{- if $ofService }}
{{- include "mono-library.v1._needsService" (dict "c" $c "key" "metrics.serviceMonitor") }}
{{- if not (hasKey $c.ports $port) }}{{ fail (printf "%s: %smetrics.port is %s, which the Service has not; add it to ports" $c.root.Chart.Name $c.path $port) }}{{ end }}
{{- end }}
---
apiVersion: monitoring.coreos.com/v1
kind: {{ ternary "ServiceMonitor" "PodMonitor" $ofService }}
{{ include "mono-library.v1._metadata" (dict "c" $c "more" $monitor.labels) }}
spec:
  selector:
    matchLabels:
      {{- $c.match | nindent 6 }}
    {{- if $ofService }}
    matchExpressions: [{key: prometheus.io/service-monitor, operator: NotIn, values: ["false"]}]
    {{- end }}
  {{ ternary "endpoints" "podMetricsEndpoints" $ofService }}:
    - port: {{ toRawJson $port }}
      path: {{ $c.values.metrics.path | default "/metrics" | toRawJson }}
      {{- include "mono-library.v1._fields" (list (pick $monitor "interval") "\n      ") }}
{{- end }}
{{- end }}
{{- with .values.metrics.prometheusRule }}
{{- if .enabled }}
{{- if not .rules }}{{ fail (printf "%s: %smetrics.prometheusRule is enabled without rules; add metrics.prometheusRule.rules" $c.root.Chart.Name $c.path) }}{{ end }}
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
{{ include "mono-library.v1._metadata" (dict "c" $c "more" .labels) }}
spec:
  groups:
    - name: {{ toRawJson $c.fullname }}
      rules:
        {{- include "mono-library.v1._block" .rules | trim | nindent 8 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1._dashboards" -}}
{{- $c := . -}}
{{- range $id, $dashboard := .values.dashboards }}
{{- if $dashboard }}
{{- include "mono-library.v1._once" (dict "c" $c "what" "ConfigMap" "name" (printf "%s-dashboard-%s" $c.fullname $id) "key" (print "dashboards." $id)) }}
{{- $data := include "mono-library.v1._contents" (dict "of" $dashboard "root" $c.root) }}
{{ include "mono-library.v1.configMap" (dict "c" $c "name" (printf "%s-dashboard-%s" $c.fullname $id) "data" $data "annotations" $dashboard.annotations "labels" (mustMergeOverwrite (dict "grafana_dashboard" "1") ($dashboard.labels | default dict))) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1.app" -}}
{{- $c := dict "root" . -}}
{{- include "mono-library.v1.context" $c -}}
{{- include "mono-library.v1._parts" $c -}}
{{- end -}}

{{- define "mono-library.v1._parts" -}}
{{- $v := .values -}}
{{- include "mono-library.v1._accounts" . }}
{{- include "mono-library.v1._config" . }}
{{- include "mono-library.v1._secrets" . }}
{{- include "mono-library.v1._sealedSecrets" . }}
{{- include "mono-library.v1._workload" . }}
{{- include "mono-library.v1._services" . }}
{{- if ($v.ingress).enabled }}
{{ include "mono-library.v1.ingress" . }}
{{- end }}
{{- if ($v.httpRoute).enabled }}
{{ include "mono-library.v1.route" (dict "c" . "route" $v.httpRoute "kind" "HTTPRoute") }}
{{- end }}
{{- if ($v.grpcRoute).enabled }}
{{ include "mono-library.v1.route" (dict "c" . "route" $v.grpcRoute "kind" "GRPCRoute") }}
{{- end }}
{{- if ($v.networkPolicy).enabled }}
{{ include "mono-library.v1.networkPolicy" . }}
{{- end }}
{{- if $v.metrics }}
{{- include "mono-library.v1._metrics" . }}
{{- end }}
{{- include "mono-library.v1._dashboards" . }}
{{- include "mono-library.v1._jobs" . }}
{{- include "mono-library.v1._controllers" . }}
{{- range $id, $object := $v.extraObjects }}
{{- if $object }}
{{- $text := toYaml $object }}
---
{{ if contains "{{" $text }}{{ tpl $text $.root }}{{ else }}{{ $text }}{{ end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mono-library.v1.notes" -}}
{{ .Chart.Name }} {{ .Chart.AppVersion }} runs as {{ include "mono-library.v1.fullname" . }} in namespace {{ .Release.Namespace }}.
{{- with .Values.ingress }}
{{- if .enabled }}
{{- range .hosts }}
It is reached at {{ include "mono-library.v1._string" (dict "value" .host "root" $) | trimAll "\"" }}.
{{- end }}
{{- end }}
{{- end }}
{{- range $route := list .Values.httpRoute .Values.grpcRoute }}
{{- if ($route).enabled }}
{{- range $route.hostnames }}
It is reached at {{ include "mono-library.v1._string" (dict "value" . "root" $) | trimAll "\"" }}.
{{- end }}
{{- end }}
{{- end }}
kubectl --namespace {{ .Release.Namespace }} get all --selector app.kubernetes.io/instance={{ .Release.Name }},app.kubernetes.io/name={{ include "mono-library.v1.name" . }}
{{ end -}}

