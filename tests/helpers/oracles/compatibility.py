"""What a minor or patch of the library chart must not change: its public defines, and the pods of running releases.

`python -m helpers.oracles.compatibility` in tests/ (with generator/ on the path) adds new public defines to the list.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import helm_python
import jsonschema_rs
import yaml

from helpers.charts import golden
from helpers.charts.charts import ARCHETYPES, LIBRARY, app_answers, app_chart, library_chart, objects, write
from shunter.adapters.system.paths import CANONICAL_SOURCE
from shunter.adapters.templates.history import ensure_history, releases
from shunter.adapters.templates.render import RenderRequest, render_many
from shunter.core.charts.versions import Version, parse
from shunter.core.goyaml.document import merge_maps
from shunter.core.packaging.app_schema import compile_app_schema

LIST = Path(__file__).parents[2] / "charts" / "api" / "v1.defines.txt"
HEAD = (
    "# The library's public defines: what an app chart's own templates may include.",
    "# Within a major version none goes. `python -m helpers.oracles.compatibility` in tests/ adds new ones.",
)
PREFIX = "<library>.v1."
_DEFINE = re.compile(r"\{\{-?\s*define\s+\"([^\"]+)\"")
_FIXED = {  # Kubernetes refuses to change these in place
    "Deployment": ("selector",),
    "DaemonSet": ("selector",),
    "StatefulSet": ("selector", "serviceName", "podManagementPolicy", "volumeClaimTemplates"),
    "Job": (),
    "CronJob": (),
}
Files = Mapping[str, str]


@dataclass(frozen=True)
class Release:
    """A library chart and the app charts of one template release, by archetype, without the vendored library."""

    library: Files
    apps: Mapping[str, Files]


_ANSWERS = ".copier-answers.yml"
"""It names the release, and is no part of a chart."""


def current() -> Release:
    """The working tree's."""
    vendored = f"charts/{LIBRARY}/"
    apps = {name: app_chart(name, schema=False) for name in ARCHETYPES}
    own = {
        name: {path: text for path, text in app.items() if not path.startswith(vendored)} for name, app in apps.items()
    }
    return Release({path: text for path, text in library_chart().items() if path != _ANSWERS}, own)


def previous(bare: Path | None = None, library: Files | None = None) -> Release | None:
    """The newest template release whose library has the major of `library` (ours) and a lower version, if any."""
    history, mine = bare or ensure_history(), version(library_chart() if library is None else library)
    for release in older(history):
        found = released_library(history, release)
        if version(found).major == mine.major and version(found) < mine:
            asked = [{"kind": "app", **app_answers(archetype)} for archetype in ARCHETYPES]
            return Release(found, dict(zip(ARCHETYPES, _made(history, release, asked), strict=True)))
    return None


def older(bare: Path) -> list[str]:
    """The template releases before the working tree's own, newest first."""
    return releases(bare)[-2::-1]


def released_library(bare: Path, release: str) -> Files:
    """The library chart that Copier makes of one release in the history `bare`."""
    return _made(bare, release, [{"kind": "library", "name": LIBRARY, "workspace": "shop"}])[0]


def _made(bare: Path, release: str, asked: Sequence[Mapping[str, Any]]) -> list[Files]:
    requests = [RenderRequest.of(CANONICAL_SOURCE, release, answers, bare) for answers in asked]
    found = render_many(requests).files
    return [
        {path: state.data.decode() for path, state in found[request].items() if path != _ANSWERS}
        for request in requests
    ]


def version(library: Files) -> Version:
    """A library chart's version."""
    found = parse(yaml.safe_load(library["Chart.yaml"])["version"])
    assert found is not None
    return found


def changes(before: Release, library: Files, archetypes: Sequence[str] = ARCHETYPES) -> list[str]:
    """What happens to running releases when `library` takes the place of that of `before`, one line for each object.

    App charts and values stay: those of `before`, and the golden values as far as its contract knows their keys. New
    objects do not count.
    """
    found = []
    for archetype in archetypes:
        for name, values in _known_values(before, archetype):
            old, new = (pods(_rendered(before.apps[archetype], chart, values)) for chart in (before.library, library))
            gone = [f"{archetype}.{name}: {key} is gone" for key in old if key not in new]
            found += gone + [
                f"{archetype}.{name}: {key}: {part} changes"
                for key in old.keys() & new.keys()
                for part in old[key]
                if old[key][part] != new[key][part]
            ]
    return sorted(found)


def _known_values(release: Release, archetype: str) -> Iterator[tuple[str, dict[str, Any]]]:
    source = yaml.load(release.library["schema/values.v1.yaml"], yaml.CSafeLoader)
    schema = compile_app_schema(source, archetype=archetype, library=LIBRARY)
    validator = jsonschema_rs.validator_for(schema.decode())
    own = yaml.safe_load(release.apps[archetype]["values.yaml"])
    yield "default", {}
    for environment in golden.ENVIRONMENTS:
        values = golden.values(archetype, environment)
        if validator.is_valid(merge_maps({"global": {}, **own}, values)):
            yield environment, values


def _rendered(app: Files, library: Files, values: dict[str, Any]) -> list[dict[str, Any]]:
    files = {**app, **{f"charts/{LIBRARY}/{path}": text for path, text in library.items()}}
    with tempfile.TemporaryDirectory() as folder, helm_python.Chart.load(str(write(files, Path(folder)))) as chart:
        return list(objects(chart.render(values, name="shop", namespace="tst")))


def pods(items: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """By `kind/name`, the pod template of every workload, and its fields that Kubernetes refuses to change."""
    found = {}
    for item in items:
        if item["kind"] in _FIXED:
            spec = item["spec"]
            inner = spec["jobTemplate"]["spec"] if item["kind"] == "CronJob" else spec
            fixed = {field: spec.get(field) for field in _FIXED[item["kind"]]}
            found[f"{item['kind']}/{item['metadata']['name']}"] = {"pod template": inner["template"], **fixed}
    return found


def public_defines(library: Files) -> set[str]:
    """The defines of a library chart whose names do not start with an underscore, its own name left out."""
    text = "".join(text for path, text in library.items() if path.startswith("templates/"))
    names = {name.removeprefix(f"{LIBRARY}.v1.") for name in _DEFINE.findall(text)}
    return {PREFIX + name for name in names if not name.startswith("_")}


def listed() -> list[str]:
    """The public defines as the list has them."""
    lines = LIST.read_text(encoding="utf-8").splitlines() if LIST.exists() else []
    return [line for line in lines if not line.startswith("#")]


def removed(library: Files) -> list[str]:
    """Public defines of the list that `library` no longer has."""
    return sorted(set(listed()) - public_defines(library))


def main() -> None:
    """Write the list, which may only grow."""
    if gone := removed(library_chart()):
        raise SystemExit(f"public defines go with a new major only: {', '.join(gone)}")
    LIST.parent.mkdir(exist_ok=True)
    LIST.write_text("\n".join([*HEAD, *sorted(public_defines(library_chart()))]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
