"""The app chart `orders` inside an umbrella, and how to find an object in what it renders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python
import yaml

from helpers.charts.charts import LIBRARY, app_chart, objects, schema_source, umbrella, write
from shunter.core.packaging.app_schema import compile_app_schema

Objects = list[dict[str, Any]]


def bare(archetype: str) -> dict[str, str]:
    """The app chart `orders` with every feature, whose own values are the least it needs."""
    files = app_chart(archetype, "orders", schema=False)
    values: dict[str, Any] = {"archetype": archetype, "image": {"repository": "acme/orders"}}
    if archetype == "cron":
        values["schedule"] = "@daily"
    extra = {"x-features": list(schema_source()["x-features"])}
    schema = compile_app_schema(schema_source(), archetype=archetype, library=LIBRARY, extra=extra)
    return {**files, "values.yaml": yaml.safe_dump(values), "values.schema.json": schema.decode(), "files/a.txt": "a\n"}


class Train:
    """Renders `orders` of one archetype inside an umbrella, which is loaded once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.loaded: dict[str, helm_python.Chart] = {}

    def texts(self, archetype: str, values: Any, release: str = "tst", **options: Any) -> dict[str, str]:
        if archetype not in self.loaded:
            folder = write(umbrella({"orders": bare(archetype)}), self.folder / archetype)
            self.loaded[archetype] = helm_python.Chart.load(str(folder))
        shared = options.pop("shared", None)
        passed = {"orders": values, **({"global": shared} if shared else {})}
        rendered: dict[str, str] = self.loaded[archetype].render(passed, name=release, namespace="shop", **options)
        return rendered

    def __call__(self, archetype: str, values: Any, **options: Any) -> Objects:
        return list(objects(self.texts(archetype, values, **options)))

    def close(self) -> None:
        for chart in self.loaded.values():
            chart.close()


def one(found: Objects, kind: str, name: str | None = None) -> dict[str, Any]:
    (item,) = [item for item in found if item["kind"] == kind and name in (None, item["metadata"]["name"])]
    return item


def pod(item: dict[str, Any]) -> dict[str, Any]:
    spec = item["spec"]["jobTemplate"]["spec"] if item["kind"] == "CronJob" else item["spec"]
    template: dict[str, Any] = spec["template"]
    return template
