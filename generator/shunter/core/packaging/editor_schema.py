"""What editors show of an app's values: its schema with descriptions and the library's defaults.

Helm's schema has neither, since they would cost every render. The chart's archive has what both are made of: the
library's contract, and the file of the app's own keys. So the schema is compiled again, and counts where Helm's comes
out as it is in the archive; a chart of another make, or one built otherwise, keeps Helm's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.charts.packed import PackedChart
from shunter.core.goyaml.document import merge_maps
from shunter.core.packaging.app_schema import compile_app_schema, editor_schema
from shunter.core.packaging.contract import CONTRACT, contract_text
from shunter.core.packaging.extra_schema import read_extra
from shunter.core.packaging.publish import compiled_folder, compiled_library, library_folders
from shunter.core.values.provenance import defined
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

HELMS: Final = "values.schema.json"
EXTRA: Final = "values.extra.schema.yaml"


def values_schema(chart: PackedChart) -> bytes | None:
    """The app's schema for editors, or Helm's, or None where the chart has none."""
    helms = chart.files.get(HELMS)
    if helms is None:
        return None
    extra = chart.files.get(EXTRA)
    own = extra.data if extra else None
    for library, mark, files in _libraries(chart):
        templates = b"".join(files[name].data for name in sorted(files) if name.startswith("templates/"))
        for path in files:
            if found := CONTRACT.fullmatch(path):
                entry = f"{library}.{found[1]}{mark}"
                described = _described(
                    helms.data, own, library, entry, contract_text(path, files[path].data), templates
                )
                if described is not None:
                    return described
    return helms.data


def _libraries(chart: PackedChart) -> Iterator[tuple[str, str, Mapping[str, FileState]]]:
    """The name of each library that the chart holds, what its names are marked with, and its files."""
    for inside in chart.subcharts.values():
        yield inside.name, "", inside.files
    if folders := library_folders(chart.metadata):
        name, _ = compiled_library(chart.metadata)
        mark = folders[0].removeprefix(compiled_folder(name)).rstrip("/")
        yield name, f"@{mark}", {path: state for path, state in chart.files.items() if path.startswith(folders)}


@lru_cache(maxsize=256)
def _described(
    helms: bytes, extra: bytes | None, library: str, entry: str, contract: bytes, templates: bytes
) -> bytes | None:
    try:
        archetype = json.loads(helms)["properties"]["archetype"]["const"]
        source = read_once(contract, "contract").value or {}
        own = read_extra(extra, EXTRA, source) if extra is not None else None
        if compile_app_schema(source, archetype=archetype, library=library, extra=own) != helms:
            return None
        defaults = _defaults(templates, entry, archetype)
        return editor_schema(source, archetype=archetype, library=library, extra=own, defaults=defaults)
    except (ShunterError, ValueError, KeyError, TypeError):
        return None


def _defaults(templates: bytes, entry: str, archetype: str) -> dict[str, Any]:
    base, special = (
        defined(templates, "library", name) for name in (f"{entry}.defaults", f"{entry}.defaults.{archetype}")
    )
    return merge_maps(*((document.value or {}) if document else {} for document in (base, special)))
