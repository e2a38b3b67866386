"""Charts without what Helm need not look at again: schemas that accept the values, or all that is in charts inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from shunter.core.charts.packed import PackedChart
from shunter.core.schema.compile import compile_schema
from shunter.flows.release.deprecations import current_left_out
from shunter.flows.release.release import Release
from shunter.flows.release.twice import is_rendered
from shunter.flows.release.unchecked import without_schemas
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

if TYPE_CHECKING:
    from shunter.adapters.helm.engine import Engine

_NOTES: Final = "templates/NOTES.txt"
_LISTS: Final = ("requirements.yaml", "requirements.lock")


def judged(release: Release) -> PackedChart | None:
    """A release's chart without the schemas that Helm need not ask: they accept the values. None where one does not.

    Helm compiles each of them anew for every chart that it loads, which takes longer than all else. `helm lint` asks a
    chart's own schema of its values files alone, without what subcharts bring; with values passed, it is to do so.
    """
    if not release.is_accepted:
        return None
    chart = release.chart
    own = bool(release.layers) or (chart.schema is not None and not _accepts(chart.schema, chart.values.value))
    try:
        kept = without_schemas(release.files.packed.kept, inside=own)
        kept.require_complete()
    except ShunterError:
        return None
    return kept


def render_judged(release: Release, helm: Engine) -> str:
    """What `Release.render` prints, in half of the time where the values are accepted here, and Helm asks no schema."""
    kept = judged(release)
    return release.render(helm, kept.packed(compressed=False) if kept else None)


def _accepts(schema: bytes, values: object) -> bool:
    validator = compile_schema(schema).validator
    return validator is not None and bool(validator.is_valid(values or {}))


@dataclass(frozen=True, slots=True)
class Remains:
    """What `helm lint` is still to be asked of: a chart without those inside it, which it then `misses`."""

    chart: PackedChart
    misses: str


def remains(chart: PackedChart, linted: Mapping[str, str], helm: Engine) -> Remains | None:
    """What is left of a chart that Helm has rendered: its own files, with what came out in place of its templates.

    `linted` is what `helm lint` renders of these, by `twice`. Of the charts inside, it looks at no more than their
    names, and at their custom resources where the chart has some itself. None where that is not enough.
    """
    own = {path: state for path, state in chart.files.items() if not path.startswith("charts/")}
    rendered = {path for path in own if is_rendered(path)} - ({_NOTES} - linted.keys())
    names = {below.name for below in chart.subcharts.values()}
    if rendered - linted.keys() or names != {item.name for item in chart.dependencies} or not (names or rendered):
        return None
    if any(path.startswith("crds/") or path in _LISTS for path in own):
        return None
    own.pop(".helmignore", None)  # what it names is gone
    for path in own if linted else ():
        if path in rendered:
            own[path] = FileState(literal(current_left_out(linted[path], helm) if _is_yaml(path) else "").encode())
        elif path.startswith("templates/"):
            own[path] = FileState(b"")
    misses = f"chart directory is missing these dependencies: {','.join(sorted(names))}" if names else ""
    return Remains(PackedChart.of_files(own, chart.label), misses)


def literal(text: str) -> str:
    """A template that prints this text as it is."""
    return text.replace("{{", '{{ "{{" }}')


def _is_yaml(path: str) -> bool:
    return path.endswith((".yaml", ".yml"))
