"""The umbrella chart of an environment: everything in its folder that is derived from its pins.

Two facts about Helm shape it: `dependency build` looks for a chart without a repository in `charts/<its name>`
only, so a second version of a chart gets a `file://` repository; and Helm compiles the umbrella's schema for every
app on every render, so that schema stays small and the full one is for editors only.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from shunter.core.charts import lock, versions
from shunter.core.charts.contents import read_once
from shunter.core.charts.files import follow
from shunter.core.charts.pins import Dependency, Pin
from shunter.core.goyaml import plain
from shunter.core.packaging import editor_schema, vendoring
from shunter.core.schema import bundle
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, Tree

FULL_SCHEMA = ".shunter/values.full.schema.json"
RESERVED = frozenset({"global", "tags"})
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_HANDED: Any = {"^x-": {"description": "Values to hand to several services: give them an anchor, and name it in each."}}
"""Keys that no chart reads, for YAML anchors: the prefix is that of Compose files and OpenAPI."""
_COMMENT = "Derived by shunter from the environment's pins; `shunter lock` writes it again."


@dataclass(frozen=True, slots=True)
class UmbrellaSpec:
    """What an environment's umbrella chart is made from.

    `library` is the name of the chart that carries libraries. `cars` are the pinned app charts by alias, `services`
    all aliases that the workspace knows here (pinned or not), `repository` is empty for charts vendored unpacked, or
    the URL that archives come from.
    """

    name: str
    version: str
    library: str
    cars: Mapping[str, Pin] = field(default_factory=dict)
    services: Collection[str] = ()
    description: str = ""
    repository: str = ""
    app_version: str = ""

    def pins(self) -> tuple[Pin, ...]:
        """Every pin, each chart and version once, in order of aliases."""
        pins: dict[tuple[str, str], Pin] = {}
        for alias in sorted(self.cars):
            pins.setdefault((self.cars[alias].name, self.cars[alias].version), self.cars[alias])
        return tuple(pins.values())

    def aliases(self) -> list[str]:
        """Every alias that values may address, pinned or not, sorted."""
        return sorted({*self.cars, *self.services})


def check(spec: UmbrellaSpec) -> None:
    """Raise ShunterError for pins that Helm cannot tell apart: ranges, aliases that are no label or that clash."""
    for alias, pin in sorted(spec.cars.items()):
        versions.require_exact(pin.version, f"chart {alias}")
        if alias in RESERVED or spec.library in (alias, pin.name):
            hint = "the library has this name, or Helm uses the key for itself: give the chart another"
            raise ShunterError(f"no chart may be called `{alias}`", hint=hint)
        if not versions.is_label(alias):
            raise ShunterError(
                f"the alias `{alias}` is no DNS label", hint="use lower-case letters, digits and hyphens"
            )


def dependencies(spec: UmbrellaSpec) -> tuple[Dependency, ...]:
    """Chart.yaml's `dependencies`: what carries libraries, where charts are vendored unpacked; the cars by alias."""
    check(spec)
    found = [] if spec.repository else [Dependency(spec.library, vendoring.CARRIER_VERSION)]
    folders = {} if spec.repository else vendoring.folders(spec.pins())
    for alias, pin in sorted(spec.cars.items()):
        shown = "" if alias == pin.name else alias
        condition = f"{alias}.enabled"
        repository = _url(spec, pin) if spec.repository else _place(pin, folders[pin.name, pin.version])
        found.append(Dependency(pin.name, pin.version, repository, shown, condition))
    return tuple(found)


def _url(spec: UmbrellaSpec, pin: Pin) -> str:
    return pin.source if pin.source.startswith(("http://", "https://", "oci://")) else spec.repository


def _place(pin: Pin, folder: str) -> str:
    return "" if folder == pin.name else f"file://charts/{folder}"


def chart_yaml(spec: UmbrellaSpec) -> bytes:
    """Chart.yaml of the umbrella."""
    value: dict[str, Any] = {"apiVersion": "v2", "name": spec.name}
    if spec.description:
        value["description"] = spec.description
    value |= {"type": "application", "version": spec.version}
    if spec.app_version:
        value["appVersion"] = spec.app_version
    value["dependencies"] = [_dependency(item) for item in dependencies(spec)]
    return plain.dump(value, _COMMENT)


def _dependency(item: Dependency) -> dict[str, str]:
    record = {"name": item.name, "version": item.version, "repository": item.repository}
    optional = {"alias": item.alias, "condition": item.condition}
    return record | {key: value for key, value in optional.items() if value}


def still_set(previous: Tree, names: Iterable[str]) -> frozenset[str]:
    """Aliases that the schema of `previous` knows, and the values files of these names still have a section of.

    Values of a service that has gone are none of Helm's business, and must not stop a release; what was never an alias
    is a mistake.
    """
    state = previous.get("values.schema.json")
    try:
        known = set(json.loads(state.data)["properties"]) if state else set()
    except (ValueError, KeyError, TypeError):
        return frozenset()
    files = [found for name in names if (found := follow(previous, name)) is not None]
    keys = {str(key) for found in files for key in (read_once(found.data, "").value or {})}
    return frozenset((known & keys) - RESERVED)


def chart_lock(spec: UmbrellaSpec, old: FileState | None) -> FileState:
    """Chart.lock; the `old` one where it differs in its time only."""
    return lock.chart_lock(dependencies(spec), old)


def helm_schema(spec: UmbrellaSpec) -> bytes:
    """values.schema.json of the umbrella: closed, so that a misspelt alias is an error, and small.

    What stands below an alias is left to the pinned chart's own schema.
    """
    app = {"type": "object", "properties": {"enabled": {"type": "boolean"}}}
    properties = _common(spec) | {alias: {"$ref": "#/$defs/app"} for alias in spec.aliases()}
    schema = {
        "$schema": _DRAFT,
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "patternProperties": _HANDED,
        "$defs": {"app": app},
    }
    return _minified(schema)


def full_schema(spec: UmbrellaSpec, schemas: Mapping[str, bytes]) -> bytes:
    """`.shunter/values.full.schema.json` for editors: the schema of every alias, each definition once.

    `schemas` holds the schema of every chart that has one, by alias. A values file holds only what an environment
    changes, so nothing is `required` at the root of an app.
    """
    apps = {alias: schemas[alias] for alias in spec.aliases() if alias in schemas}
    bundled, definitions = bundle.bundle(apps)
    open_app = {"type": "object", "properties": {"enabled": {"type": "boolean"}}}
    properties = _common(spec) | {alias: bundled.get(alias, open_app) for alias in spec.aliases()}
    schema: dict[str, Any] = {
        "$schema": _DRAFT,
        "title": f"values of {spec.name}",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "patternProperties": _HANDED,
    }
    return _minified(schema | ({"$defs": definitions} if definitions else {}))


def _common(spec: UmbrellaSpec) -> dict[str, Any]:
    tags = {"type": "object", "additionalProperties": {"type": "boolean"}}
    return {"global": {"type": "object"}, "tags": tags, spec.library: {"type": "object"}}


def _minified(schema: Mapping[str, Any]) -> bytes:
    return (json.dumps(schema, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def vendor(spec: UmbrellaSpec, charts: vendoring.Charts) -> dict[str, FileState]:
    """`charts/` of the environment: unpacked copies where there is no repository, else archives.

    Raises ShunterError for a pin that has no chart.
    """
    if spec.repository:
        return vendoring.vendor_archives(spec.pins(), charts)
    return vendoring.vendor_with_carrier(spec.pins(), charts, spec.library)


def derive(
    spec: UmbrellaSpec,
    charts: vendoring.Charts,
    previous: Tree,
    schemas: Mapping[str, bytes] | None = None,
) -> dict[str, FileState | None]:
    """All derived files of an environment's folder, and None for those of `previous` that are to go.

    `charts` are by name and version, one for each pin; `previous` is the folder as it is; `schemas` are those of known
    but unpinned services, by alias.
    """
    known = dict(schemas or {}) | _schemas(spec, charts)
    files = {
        "Chart.yaml": chart_yaml(spec),
        "values.schema.json": helm_schema(spec),
        FULL_SCHEMA: full_schema(spec, known),
    }
    derived: dict[str, FileState | None] = {path: FileState(data) for path, data in files.items()}
    derived["Chart.lock"] = chart_lock(spec, previous.get("Chart.lock"))
    derived |= vendor(spec, charts)
    return derived | {path: None for path in previous.paths(vendoring.FOLDER) if path not in derived}


def _schemas(spec: UmbrellaSpec, charts: vendoring.Charts) -> dict[str, bytes]:
    cars = {alias: charts.get((pin.name, pin.version)) for alias, pin in spec.cars.items()}
    found = {alias: editor_schema.values_schema(car) for alias, car in cars.items() if car}
    return {alias: schema for alias, schema in found.items() if schema is not None}
