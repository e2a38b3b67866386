"""The judgement on one values file by one chart of nothing but a schema and defaults."""

from __future__ import annotations

import json
from typing import Any

from helpers.oracles.embedded_helm import METADATA, archive
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import read
from shunter.core.rules.verdict import judge
from shunter.model.findings import Finding


def judged(schema: Any, text: str, defaults: str = "") -> tuple[Finding, ...]:
    """The findings for the values file `v.yaml`, given to the chart `c` 1.0.0."""
    files: dict[str, bytes | str] = {
        "Chart.yaml": METADATA,
        "values.schema.json": json.dumps(schema),
        "values.yaml": defaults,
    }
    return judge(load_archive(archive(files), "c.tgz"), [read(text.encode(), "v.yaml")])
