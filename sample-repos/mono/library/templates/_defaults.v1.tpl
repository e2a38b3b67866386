{{/*
What an app's values are laid over: first all archetypes' defaults, then those of its own. They are JSON, which Helm reads
five times as fast as YAML.
*/}}
{{- define "shop-library.v1.defaults" -}}
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

{{- define "shop-library.v1.defaults.rest-api" -}}
{
  "codeSettings": {
    "margin": 3,
    "port": "PORT",
    "shutdown": "SHUTDOWN_SECONDS"
  },
  "livenessProbe": {
    "path": "/livez"
  },
  "preStopSleepSeconds": 5,
  "readinessProbe": {
    "path": "/readyz"
  },
  "resources": {
    "limits": {
      "memory": "256Mi"
    },
    "requests": {
      "cpu": "50m",
      "memory": "128Mi"
    }
  },
  "service": {
    "enabled": true,
    "port": 8080
  },
  "terminationGracePeriodSeconds": 30
}
{{- end -}}

{{- define "shop-library.v1.defaults.api-gateway" -}}
{
  "codeSettings": {
    "margin": 3,
    "port": "PORT",
    "shutdown": "SHUTDOWN_SECONDS"
  },
  "livenessProbe": {
    "path": "/livez"
  },
  "preStopSleepSeconds": 10,
  "readinessProbe": {
    "path": "/readyz"
  },
  "resources": {
    "limits": {
      "memory": "256Mi"
    },
    "requests": {
      "cpu": "50m",
      "memory": "128Mi"
    }
  },
  "service": {
    "enabled": true,
    "port": 8080
  },
  "terminationGracePeriodSeconds": 60
}
{{- end -}}

{{- define "shop-library.v1.defaults.frontend" -}}
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

{{- define "shop-library.v1.defaults.auth" -}}
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

{{- define "shop-library.v1.defaults.worker" -}}
{
  "codeSettings": {
    "margin": 3,
    "port": "PORT",
    "shutdown": "SHUTDOWN_SECONDS"
  },
  "livenessProbe": {
    "path": "/livez"
  },
  "preStopSleepSeconds": 5,
  "readinessProbe": {
    "path": "/readyz"
  },
  "resources": {
    "limits": {
      "memory": "256Mi"
    },
    "requests": {
      "cpu": "50m",
      "memory": "128Mi"
    }
  },
  "service": {
    "port": 8080
  },
  "terminationGracePeriodSeconds": 60
}
{{- end -}}

{{- define "shop-library.v1.defaults.cron" -}}
{
  "backoffLimit": 3,
  "concurrencyPolicy": "Forbid",
  "failedJobsHistoryLimit": 3,
  "kind": "CronJob",
  "preStopSleepSeconds": 0,
  "resources": {
    "limits": {
      "memory": "256Mi"
    },
    "requests": {
      "cpu": "50m",
      "memory": "128Mi"
    }
  },
  "successfulJobsHistoryLimit": 3,
  "terminationGracePeriodSeconds": 30
}
{{- end -}}

{{- define "shop-library.v1.defaults.database" -}}
{
  "backup": {
    "backoffLimit": 2,
    "concurrencyPolicy": "Forbid",
    "enabled": false,
    "env": {
      "HEADLESS": "{{ include `shop-library.v1.headlessServiceName` . }}",
      "SERVICE": "{{ include `shop-library.v1.fullname` . }}"
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
      "HEADLESS": "{{ include `shop-library.v1.headlessServiceName` . }}",
      "SERVICE": "{{ include `shop-library.v1.fullname` . }}"
    },
    "persistence": {
      "copies": {
        "existingClaim": "{{ include `shop-library.v1.fullname` . }}-backup-copies",
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

{{- define "shop-library.v1.defaults.search" -}}
{
  "backup": {
    "backoffLimit": 2,
    "concurrencyPolicy": "Forbid",
    "enabled": false,
    "env": {
      "HEADLESS": "{{ include `shop-library.v1.headlessServiceName` . }}",
      "SERVICE": "{{ include `shop-library.v1.fullname` . }}"
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
      "HEADLESS": "{{ include `shop-library.v1.headlessServiceName` . }}",
      "SERVICE": "{{ include `shop-library.v1.fullname` . }}"
    },
    "persistence": {
      "copies": {
        "existingClaim": "{{ include `shop-library.v1.fullname` . }}-backup-copies",
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

{{- define "shop-library.v1.defaults.broker" -}}
{
  "backup": {
    "backoffLimit": 2,
    "concurrencyPolicy": "Forbid",
    "enabled": false,
    "env": {
      "HEADLESS": "{{ include `shop-library.v1.headlessServiceName` . }}",
      "SERVICE": "{{ include `shop-library.v1.fullname` . }}"
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
      "HEADLESS": "{{ include `shop-library.v1.headlessServiceName` . }}",
      "SERVICE": "{{ include `shop-library.v1.fullname` . }}"
    },
    "persistence": {
      "copies": {
        "existingClaim": "{{ include `shop-library.v1.fullname` . }}-backup-copies",
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

{{- define "shop-library.v1.defaults.monitoring" -}}
{
  "backup": {
    "backoffLimit": 2,
    "concurrencyPolicy": "Forbid",
    "enabled": false,
    "env": {
      "HEADLESS": "{{ include `shop-library.v1.headlessServiceName` . }}",
      "SERVICE": "{{ include `shop-library.v1.fullname` . }}"
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
      "HEADLESS": "{{ include `shop-library.v1.headlessServiceName` . }}",
      "SERVICE": "{{ include `shop-library.v1.fullname` . }}"
    },
    "persistence": {
      "copies": {
        "existingClaim": "{{ include `shop-library.v1.fullname` . }}-backup-copies",
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
