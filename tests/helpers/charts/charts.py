"""Charts made straight from the templates, with Copier's Jinja settings, and rendered by the embedded Helm."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import helm_python
import yaml
from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment

from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Pin
from shunter.core.packaging.app_schema import compile_app_schema
from shunter.core.packaging.publish import published
from shunter.core.packaging.vendoring import CARRIER_VERSION, vendor_with_carrier
from shunter.model.files import FileState

ROOT = Path(__file__).parents[3]
LIBRARY = "commons"
ARCHETYPES = (
    "rest-api",
    "api-gateway",
    "frontend",
    "auth",
    "worker",
    "cron",
    "database",
    "search",
    "broker",
    "monitoring",
)
UMBRELLA_TEMPLATE = "{{/* keeps helm lint going */}}\n"


@cache
def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(
        loader=FileSystemLoader(ROOT),
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        keep_trailing_newline=True,
    )


def render_project(kind: str, answers: Mapping[str, Any]) -> dict[str, str]:
    """What Copier makes of one kind of project: path → text."""
    context = {**answers, "_copier_conf": {"answers_file": ".copier-answers.yml"}, "_copier_answers": dict(answers)}
    environment = _environment()
    files = {}
    for source in sorted((ROOT / "templates" / kind).rglob("*.jinja")):
        relative = source.relative_to(ROOT)
        name = environment.from_string(relative.relative_to(f"templates/{kind}").as_posix()).render(context)
        files[name.removesuffix(".jinja")] = environment.get_template(relative.as_posix()).render(context)
    return files


def environment_helmignore(library: str = LIBRARY) -> str:
    """What an environment's .helmignore says."""
    template = _environment().get_template("templates/environment/.helmignore.jinja")
    return template.render(kind="environment", library=library, values_files=["values.yaml"])


@cache
def library_chart(name: str = LIBRARY) -> dict[str, str]:
    """The files of the library chart."""
    return render_project("library", {"name": name, "workspace": "shop"})


@cache
def schema_source(name: str = LIBRARY) -> dict[str, Any]:
    """The values contract that the library chart ships."""
    loaded: dict[str, Any] = yaml.load(library_chart(name)["schema/values.v1.yaml"], yaml.CSafeLoader)
    return loaded


def app_answers(archetype: str, name: str | None = None, library: str = LIBRARY) -> dict[str, Any]:
    """Answers of an app chart as the layout would derive them."""
    return {
        "name": name or archetype,
        "archetype": archetype,
        "team": "alice",
        "port": 8080,
        "image_registry": "ghcr.io/acme",
        "library": library,
        "chart_repository": "",
        "workspace": "shop",
    }


@cache
def _compiled(archetype: str, library: str) -> str:
    return compile_app_schema(schema_source(library), archetype=archetype, library=library).decode()


def app_chart(archetype: str, name: str | None = None, library: str = LIBRARY, schema: bool = True) -> dict[str, str]:
    """The files of an app chart, its compiled schema and the vendored library included."""
    files = render_project("app", app_answers(archetype, name, library))
    if schema:
        files["values.schema.json"] = _compiled(archetype, library)
    files.update({f"charts/{library}/{path}": text for path, text in library_chart(library).items()})
    return files


def as_text(data: bytes) -> str:
    """A chart's file as text; `as_bytes` makes the same bytes of it, whatever they are."""
    return data.decode("utf-8", "surrogateescape")


def as_bytes(text: str) -> bytes:
    """The inverse of `as_text`."""
    return text.encode("utf-8", "surrogateescape")


def published_chart(chart: Mapping[str, str], library: str = LIBRARY) -> dict[str, str]:
    """The app chart as `shunter package` publishes it: the library compiled in."""
    source = PackedChart.of_files({path: FileState(as_bytes(text)) for path, text in chart.items()})
    return {path: as_text(state.data) for path, state in published(source, library).files.items()}


def umbrella(apps: Mapping[str, Mapping[str, str]], library: str = LIBRARY, name: str = "shop") -> dict[str, str]:
    """An umbrella chart over the given app charts, as they are published, unpacked under charts/ with their library."""
    dependencies: list[dict[str, Any]] = [{"name": library, "version": CARRIER_VERSION, "repository": ""}]
    charts = {}
    for app, chart in apps.items():
        dependencies.append({"name": app, "version": _version(chart), "repository": "", "condition": f"{app}.enabled"})
        source = PackedChart.of_files({path: FileState(as_bytes(text)) for path, text in chart.items()})
        charts[app, _version(chart)] = published(source, library)
    vendored = vendor_with_carrier([Pin(*key) for key in charts], charts, library)
    files = {path: as_text(state.data) for path, state in vendored.items()}
    files["Chart.yaml"] = yaml.safe_dump(
        {"apiVersion": "v2", "name": name, "version": "1.0.0", "dependencies": dependencies}, sort_keys=False
    )
    files["values.yaml"] = "".join(f"{app}: {{enabled: true}}\n" for app in apps)
    files["templates/_umbrella.tpl"] = UMBRELLA_TEMPLATE
    return files


def _version(chart: Mapping[str, str]) -> str:
    return str(yaml.safe_load(chart["Chart.yaml"])["version"])


def write(files: Mapping[str, str], folder: Path) -> Path:
    """Write files below `folder`; returns it."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(as_bytes(text))
    return folder


def render(
    folder: Path, values: Mapping[str, Any] | None = None, release: str = "tst", **options: Any
) -> dict[str, str]:
    """Manifests by template path, as Helm renders the chart in `folder`."""
    chart = helm_python.Chart.load(str(folder))
    try:
        return chart.render(json.loads(json.dumps(values or {})), name=release, namespace="shop", **options)
    finally:
        chart.close()


def objects(rendered: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Every Kubernetes object of a rendering."""
    for path, text in sorted(rendered.items()):
        if not path.endswith("NOTES.txt"):
            yield from (document for document in yaml.load_all(text, Loader=yaml.CSafeLoader) if document)
