"""What editors show of an app's values: its schema with descriptions and the library's defaults.

Helm's schema has neither, since they would cost every render. The chart's archive has what both are made of: the
library's contract, and the file of the app's own keys. So the schema is compiled again, and counts where Helm's comes
out as it is in the archive; a chart of another make, or one built otherwise, keeps Helm's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.charts.packed import PackedChart
from shunter.core.goyaml.document import merge_maps
from shunter.core.packaging.app_schema import compile_app_schema, editor_schema
from shunter.core.packaging.extra_schema import read_extra
from shunter.core.values.provenance import defined
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

HELMS: Final = "values.schema.json"
EXTRA: Final = "values.extra.schema.yaml"
_CONTRACT: Final = re.compile(r"schema/values\.(v\d+)\.yaml")


def values_schema(chart: PackedChart, name: str, library: PackedChart) -> bytes | None:
    """The app's schema for editors, or Helm's, or None where the chart has none.

    `library` is the library chart, called `name`, for an app whose archive does not hold its own.
    """
    helms = chart.files.get(HELMS)
    if helms is None:
        return None
    extra = chart.files.get(EXTRA)
    for found, files in _libraries(chart, name, library):
        for path in filter(_CONTRACT.fullmatch, files):
            major = path.removeprefix("schema/values.").removesuffix(".yaml")
            templates = b"".join(files[name].data for name in sorted(files) if name.startswith("templates/"))
            own = extra.data if extra else None
            described = _described(helms.data, own, found, major, files[path].data, templates)
            if described is not None:
                return described
    return helms.data


def _libraries(chart: PackedChart, name: str, library: PackedChart) -> Iterator[tuple[str, Mapping[str, FileState]]]:
    for inside in chart.subcharts.values():
        yield inside.name, inside.files
    yield name, library.files


@lru_cache(maxsize=256)
def _described(
    helms: bytes, extra: bytes | None, library: str, major: str, contract: bytes, templates: bytes
) -> bytes | None:
    try:
        archetype = json.loads(helms)["properties"]["archetype"]["const"]
        source = read_once(contract, "contract").value or {}
        own = read_extra(extra, EXTRA, source) if extra is not None else None
        if compile_app_schema(source, archetype=archetype, library=library, extra=own) != helms:
            return None
        defaults = _defaults(templates, f"{library}.{major}", archetype)
        return editor_schema(source, archetype=archetype, library=library, extra=own, defaults=defaults)
    except (ShunterError, ValueError, KeyError, TypeError):
        return None


def _defaults(templates: bytes, entry: str, archetype: str) -> dict[str, Any]:
    base, special = (
        defined(templates, "library", name) for name in (f"{entry}.defaults", f"{entry}.defaults.{archetype}")
    )
    return merge_maps(*((document.value or {}) if document else {} for document in (base, special)))
