"""Libraries as released: the define file of each minor, kept so that the next one is held against it.

`python -m helpers.released` in tests/ (with generator/ on the path) keeps the current one under its minor version,
unless that minor is kept already.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import helm_python
import yaml

from helpers import golden
from helpers.charts import ARCHETYPES, LIBRARY, app_chart, library_chart, objects, write

FOLDER = Path(__file__).parents[1] / "charts" / "released"
TEMPLATE = f"templates/_{LIBRARY}.v1.tpl"
_DEFINE = re.compile(r'\{\{-? define "([^"]+)"')
Fixed = dict[tuple[str, str, str, str], Any]


def current() -> str:
    """The define file as the templates make it today."""
    return library_chart()[TEMPLATE]


def kept() -> dict[str, str]:
    """The define files of earlier minors by minor version."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.tpl"))}


def public_defines(text: str) -> set[str]:
    """The names that app charts may use: all but those that start with an underscore."""
    return {name for name in _DEFINE.findall(text) if not name.rsplit(".", 1)[-1].startswith("_")}


def fixed_parts(library: str) -> Fixed:
    """What a patch or a minor must not change, for the golden values: pod templates, claims, selectors, names."""
    found: Fixed = {}
    for archetype in ARCHETYPES:
        files = {**app_chart(archetype), f"charts/{LIBRARY}/{TEMPLATE}": library}
        with tempfile.TemporaryDirectory() as folder, helm_python.Chart.load(str(write(files, Path(folder)))) as chart:
            for environment in golden.ENVIRONMENTS:
                rendered = chart.render(golden.values(archetype, environment), name="shop", namespace=environment)
                for item in objects(rendered):
                    found[archetype, environment, item["kind"], item["metadata"]["name"]] = _fixed(item)
    return found


def _fixed(item: Mapping[str, Any]) -> dict[str, Any]:
    spec = item.get("spec", {})
    return {
        key: spec.get(key) for key in ("template", "jobTemplate", "volumeClaimTemplates", "selector", "serviceName")
    }


def main() -> None:
    """Keep the current library under its minor version."""
    version = str(yaml.safe_load(library_chart()["Chart.yaml"])["version"])
    path = FOLDER / f"{version.rpartition('.')[0]}.tpl"
    FOLDER.mkdir(exist_ok=True)
    if not path.exists():
        path.write_text(current(), encoding="utf-8")


if __name__ == "__main__":
    main()
