"""An umbrella of one app many times."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from helpers.workspaces.workspaces import copy


def of_one_app(folder: Path, environment: Path, count: int) -> Path:
    """An umbrella with one of the environment's charts under `count` aliases."""
    chart = copy(environment, folder / "many")
    dependencies = yaml.safe_load((chart / "Chart.yaml").read_text("utf-8"))["dependencies"]
    orders = next(item for item in dependencies if item.get("alias", item["name"]) == "orders")
    library = next(item for item in dependencies if item["name"].endswith("library"))
    aliases = [f"app-{number}" for number in range(count)]
    rows = [{**orders, "alias": alias, "condition": f"{alias}.enabled"} for alias in aliases]
    about = {"apiVersion": "v2", "name": "many", "version": "1.0.0", "dependencies": [library, *rows]}
    (chart / "Chart.yaml").write_text(json.dumps(about))
    (chart / "values.yaml").write_text(json.dumps({alias: {"replicaCount": 2, "enabled": True} for alias in aliases}))
    for name in ("Chart.lock", "values.schema.json"):
        (chart / name).unlink(missing_ok=True)
    return chart
