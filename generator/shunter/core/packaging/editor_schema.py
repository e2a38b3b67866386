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

from shunter.core.charts import archive
from shunter.core.goyaml import plain
from shunter.core.goyaml.document import merge_maps
from shunter.core.packaging.app_schema import compile_app_schema, editor_schema
from shunter.core.packaging.extra_schema import read_extra
from shunter.core.values.provenance import defined
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

HELMS: Final = "values.schema.json"
EXTRA: Final = "values.extra.schema.yaml"
_CONTRACT: Final = re.compile(r"schema/values\.(v\d+)\.yaml")
_NESTED: Final = re.compile(r"charts/([^/]+)/" + _CONTRACT.pattern)
Files = Mapping[str, FileState]


def values_schema(chart: Files, name: str, library: Files) -> bytes | None:
    """The app's schema for editors, or Helm's, or None where the chart has none.

    `chart` are the files of its archive; `library` those of the library chart called `name`, for an app whose archive
    does not hold its own.
    """
    helms = chart.get(HELMS)
    if helms is None:
        return None
    extra = chart.get(EXTRA)
    for found, files in _libraries(chart, name, library):
        for path in filter(_CONTRACT.fullmatch, files):
            major = path.removeprefix("schema/values.").removesuffix(".yaml")
            templates = b"".join(files[name].data for name in sorted(files) if name.startswith("templates/"))
            own = extra.data if extra else None
            described = _described(helms.data, own, found, major, files[path].data, templates)
            if described is not None:
                return described
    return helms.data


def _libraries(chart: Files, name: str, library: Files) -> Iterator[tuple[str, Files]]:
    for match in filter(None, map(_NESTED.fullmatch, chart)):
        folder = f"charts/{match[1]}/"
        yield match[1], {path.removeprefix(folder): chart[path] for path in chart if path.startswith(folder)}
    for path in chart:
        if path.startswith(f"charts/{name}-") and path.endswith(".tgz"):
            yield name, archive.unpack(chart[path].data, path)
    yield name, library


@lru_cache(maxsize=256)
def _described(
    helms: bytes, extra: bytes | None, library: str, major: str, contract: bytes, templates: bytes
) -> bytes | None:
    try:
        archetype = json.loads(helms)["properties"]["archetype"]["const"]
        source = plain.load(contract, "contract").value or {}
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
