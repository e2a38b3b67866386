"""Golden manifests: every archetype's app chart as the template makes it, with the values of three environments.

`python -m helpers.charts.golden` in tests/ (with generator/ on the path) writes them anew.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python
import yaml

from helpers.charts.charts import ARCHETYPES, app_chart, write

FOLDER = Path(__file__).parents[2] / "charts" / "golden"
STATEFUL = ("database", "search", "broker", "monitoring")
STATELESS: dict[str, dict[str, Any]] = {
    "develop": {"redeployAlways": True, "config": {"LOG_LEVEL": "debug"}},
    "staging": {"replicaCount": 2, "config": {"LOG_LEVEL": "info"}, "metrics": {"podMonitor": {"enabled": True}}},
    "production": {
        "autoscaling": {"enabled": True, "minReplicas": 3, "maxReplicas": 9, "targetCPUUtilizationPercentage": 70},
        "networkPolicy": {"enabled": True},
        "externalSecrets": {"vault": {"secretStoreRef": {"name": "vault"}, "data": {"TOKEN": {"key": "shop/token"}}}},
        "envFrom": {"vault": {"secret": "vault"}},
        "jobs": {"migrate": {"hook": ["pre-upgrade"], "command": ["migrate"]}},
    },
}
KEPT: dict[str, dict[str, Any]] = {
    "develop": {"replicaCount": 1, "backup": {"enabled": False}},
    "staging": {"restore": {"enabled": True, "env": {"FROM": "20260101"}}},
    "production": {"replicaCount": 5, "partition": 4, "volumeClaims": {"data": {"size": "100Gi"}}},
}
BATCH: dict[str, dict[str, Any]] = {
    "develop": {"suspend": True},
    "staging": {"schedule": "0 * * * *"},
    "production": {"timeZone": "Europe/Vienna", "activeDeadlineSeconds": 3600},
}
ENVIRONMENTS = tuple(STATELESS)
# What only some archetypes have: by archetype and environment.
SPECIAL: dict[tuple[str, str], dict[str, Any]] = {
    ("rest-api", "production"): {
        "metrics": {
            "serviceMonitor": {"enabled": True, "interval": "15s", "labels": {"release": "prometheus"}},
            "prometheusRule": {"enabled": True, "rules": [{"alert": "Down", "expr": "up == 0", "for": "5m"}]},
        }
    },
    ("api-gateway", "production"): {
        "ingress": {"enabled": False},
        "httpRoute": {
            "enabled": True,
            "parentRefs": [{"name": "public", "namespace": "gateways", "sectionName": "https"}],
            "hostnames": ["{{ .Release.Name }}.example.com"],
            "rules": [{"matches": [{"path": {"type": "PathPrefix", "value": "/"}}]}],
        },
    },
    ("auth", "staging"): {"sessionStore": {"url": "redis://{{ .Release.Name }}-sessions:6379"}},
    ("auth", "production"): {"sessionStore": {"secretKeyRef": {"name": "sessions", "key": "url"}}},
}


def values(archetype: str, environment: str) -> dict[str, Any]:
    """What the environment's values file holds for an app of this archetype."""
    if archetype in STATEFUL:
        return KEPT[environment]
    shared = (BATCH if archetype == "cron" else STATELESS)[environment]
    return {**shared, **SPECIAL.get((archetype, environment), {})}


def rendered() -> Iterator[tuple[str, str]]:
    """File name and text of every golden manifest."""
    helm_python.disable_logging()
    for archetype in ARCHETYPES:
        with (
            tempfile.TemporaryDirectory() as folder,
            helm_python.Chart.load(str(write(app_chart(archetype), Path(folder)))) as chart,
        ):
            for environment in ENVIRONMENTS:
                found = chart.render(values(archetype, environment), name="shop", namespace=environment)
                yield f"{archetype}.{environment}.yaml", found[f"{archetype}/templates/app.yaml"].lstrip()


def stored() -> dict[str, list[dict[str, Any]]]:
    """The objects of every golden manifest by file name."""
    return {
        path.name: [item for item in yaml.load_all(path.read_text(encoding="utf-8"), yaml.CSafeLoader) if item]
        for path in sorted(FOLDER.glob("*.yaml"))
    }


def main() -> None:
    """Write every golden manifest."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in rendered():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
