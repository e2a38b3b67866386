"""A chart that renders twice in one run: as it is released, and as `helm lint` renders it.

To parse a chart's templates takes longer than to run them, and `helm lint` parses them anew. A template that runs
before all others runs the chart's own ones in a context of its own, that of `helm lint`, and hands over what came out.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from posixpath import basename
from typing import TYPE_CHECKING, Any, Final

from shunter.core.charts.packed import PackedChart
from shunter.flows.release.release import Release
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

if TYPE_CHECKING:
    from shunter.adapters.helm.engine import Engine

_TEMPLATES: Final = "templates/"
_LAST: Final = "shunter.yaml"
_NO_VALUE: Final = "<no value>"
_HEAD: Final = "metadata: {annotations: {helm.sh/hook: test}}\nlinted: "
"""Of hooks nothing else depends on what comes before or behind."""
_TEMPLATE: Final = """\
{{- $release := dict "Name" "test-release" "Namespace" .Release.Namespace "Service" .Release.Service
  "Revision" 0 "IsInstall" false "IsUpgrade" false -}}
{{- $values := deepCopy .Values -}}
{{- $inside := dict -}}
{{- range $name, $scope := .Subcharts -}}
{{- $copy := dict "Release" $release "Values" (get $values $name | default dict) -}}
{{- range $key, $part := $scope }}{{ if not (hasKey $copy $key) }}{{ $_ := set $copy $key $part }}{{ end }}{{ end -}}
{{- $_ := set $inside $name $copy -}}
{{- end -}}
{{- $context := dict "Release" $release "Values" $values "Subcharts" $inside "Chart" (deepCopy .Chart) -}}
{{- range $key, $part := . }}{{ if not (hasKey $context $key) }}{{ $_ := set $context $key $part }}{{ end }}{{ end -}}
{{- $texts := dict -}}
{{- range $path := fromJsonArray `PATHS` -}}
{{- $_ := set $context "Template" (dict "Name" $path "BasePath" "NAME/templates") -}}
{{- $_ := set $texts $path (include $path $context) -}}
{{- end -}}
HEAD{{ toJson $texts | b64enc }}"""


def is_rendered(path: str) -> bool:
    """Whether a file of a chart is a template that gives something by itself, objects or notes."""
    return path.startswith(_TEMPLATES) and not basename(path).startswith("_")


def rendered(
    release: Release, helm: Engine, lean: PackedChart | None
) -> tuple[str, Mapping[str, str]] | tuple[None, None]:
    """What Helm renders, and what of it `helm lint` would, by paths in the chart, as far as both come out of one run.

    `lean` is the release's chart without what is not to be asked, if there is any such. None and None where Helm does
    not render it, or nobody may ask.
    """
    if lean is not None and (both := twice(lean, release)) is not None:
        with suppress(ShunterError):
            return parted(lean, release.render(helm, both))
    try:
        return release.render(helm, lean.sealed() if lean is not None else None), {}
    except ShunterError:
        return None, None


def twice(chart: PackedChart, release: Release) -> PackedChart | None:
    """The chart, ready to be rendered; `chart` is that of the `release` without what is not to be asked.

    None where what `helm lint` renders may differ in more than its context: it coalesces values once more, which
    brings back what a null has removed, and imports none; and where charts inside render something before.
    """
    paths = sorted(filter(is_rendered, chart.files), key=_depth, reverse=True)
    if not paths or not _runs_alone(chart) or _odd_values(release):
        return None
    named = json.dumps([f"{chart.name}/{path}" for path in paths])
    text = _TEMPLATE.replace("NAME", chart.name).replace("HEAD", _HEAD).replace("PATHS", named)
    return PackedChart.of_files({**chart.files, _place(chart): FileState(text.encode())}, chart.label).sealed()


def parted(chart: PackedChart, manifest: str) -> tuple[str, Mapping[str, str]]:
    """What Helm rendered of a chart by `twice`: the release's manifest, and by paths what `helm lint` would look at."""
    head = f"---\n# Source: {chart.name}/{_place(chart)}\n{_HEAD}"
    before, found, rest = manifest.partition(head)
    coded, _, after = rest.partition("\n")
    if not found:
        return manifest, {}
    texts = json.loads(b64decode(coded))
    cut = len(chart.name) + 1
    return before + after, {path[cut:]: text.replace(_NO_VALUE, "") for path, text in texts.items()}


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path


def _place(chart: PackedChart) -> str:
    """Helm runs what lies deepest first."""
    deepest, _ = max(map(_depth, filter(is_rendered, chart.files)))
    return _TEMPLATES + "z/" * deepest + _LAST


def _runs_alone(chart: PackedChart) -> bool:
    dependencies = chart.dependencies
    inside = chart.subcharts.values()
    return (
        "requirements.yaml" not in chart.files
        and not any(item.alias or item.import_values for item in dependencies)
        and all(below.metadata.get("type") == "library" and not below.subcharts for below in inside)
    )


def _odd_values(release: Release) -> bool:
    """Whether a null may remove a default: that of values that are passed, or of those for charts inside."""
    chart = release.chart
    inside = {"global", *(below.name for below in chart.subcharts)}
    passed = [layer.value or {} for layer in release.layers]
    return any(map(_has_null, passed)) or any(_has_null((chart.values.value or {}).get(name, "")) for name in inside)


def _has_null(value: Any) -> bool:
    if value is None:
        return True
    below: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_has_null, below))
