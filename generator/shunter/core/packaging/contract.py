"""The values contract of a library, in the library's chart and in published apps.

Nothing of it is rendered, yet Helm reads every file of an archive, and inflating a contract takes it a thirtieth of
rendering an app. A published app has it compressed apart: in the archive, those bytes are copied as they are.
"""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from typing import Final

from shunter.core.charts.archive import gunzipped, gzipped

CONTRACT: Final = re.compile(r"schema/(?:.*/)?values\.(v\d+)\.yaml(?:\.gz)?")
"""The contract of one major of a library, in its chart, or in a published app's folder for it."""
_ENDING: Final = ".gz"
_LARGEST: Final = 4 * 1024 * 1024


def as_published(path: str, data: bytes) -> tuple[str, bytes]:
    """Path and bytes of a library's contract in a published app; equal contracts give equal bytes."""
    return (path, data) if path.endswith(_ENDING) else (path + _ENDING, _compressed(data))


@lru_cache(maxsize=8)
def _compressed(data: bytes) -> bytes:
    return gzipped([(data, 0)])


@lru_cache(maxsize=8)
def contract_text(path: str, data: bytes) -> bytes:
    """The YAML of the contract at `path`; empty for what is damaged, or larger than any contract."""
    if not path.endswith(_ENDING):
        return data
    try:
        return gunzipped(data, _LARGEST) or b""
    except (zlib.error, EOFError):
        return b""
