"""Which APIs Helm's lint takes: for every document, it makes a list of all that Kubernetes knows."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from shunter.adapters.helm.engine import Engine
from shunter.core.charts.packed import PackedChart
from shunter.model.files import FileState
from shunter.model.findings import Severity

_HEAD: Final = re.compile(r"^apiVersion: ([\w./-]+)\n(kind: (\w+))$", re.MULTILINE)
_NAMED: Final = re.compile(r"^[\"'? ]*(?:apiVersion|kind)\b", re.MULTILINE)
_CHART: Final = b"apiVersion: v2\nname: a\nversion: 1.0.0\nicon: https://a.example/a.png\n"
_OBJECT: Final = "apiVersion: {}\nkind: {}\nmetadata: {{name: a}}  # matchLabels\n"


def current_left_out(text: str, helm: Engine) -> str:
    """Rendered documents without the API of objects of which Helm's lint says nothing: it does not ask for it again.

    A document whose API or kind may stand elsewhere, too, is left as it is, with all others.
    """
    found = _HEAD.findall(text)
    if len(_NAMED.findall(text)) != 2 * len(found):
        return text
    return _HEAD.sub(lambda at: f'apiVersion: ""\n{at[2]}' if _is_current(helm, at[1], at[3]) else at[0], text)


@lru_cache(maxsize=256)
def _is_current(helm: Engine, api: str, kind: str) -> bool:
    files = {"Chart.yaml": _CHART, "templates/a.yaml": _OBJECT.format(api, kind).encode()}
    chart = PackedChart.of_files({path: FileState(data) for path, data in files.items()}, "a")
    return all(message.severity is Severity.NOTE for message in helm.lint(chart))
