"""Where things live: the package's own data, and the cache. Imports nothing heavy: the commit hook passes here."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from shunter.model.errors import ShunterError

# The built-in templates' URL. The top-level domain `.invalid` is reserved (RFC 2606): nobody can register it.
CANONICAL_SOURCE = "https://templates.shunter.invalid/templates.git"


@cache
def data_root() -> Path:
    """The folder that holds `copier.yml`, `templates/`, `schemas/` and `history/`.

    That is `_data` inside an installed package, or else the checkout's root; an editable install is a checkout.
    """
    package = Path(__file__).resolve().parents[1]
    if (package / "_data").is_dir():
        return package / "_data"
    checkout = package.parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / "copier.yml").is_file():
        return checkout
    raise ShunterError("this installation of shunter has no templates and schemas", hint="install shunter again")


def cache_root() -> Path:
    """The folder for what can be made again: SHUNTER_CACHE_DIR, or the platform's cache folder for shunter."""
    chosen = os.environ.get("SHUNTER_CACHE_DIR")
    if chosen:
        return Path(chosen)
    xdg = os.environ.get("XDG_CACHE_HOME")
    if xdg:
        return Path(xdg) / "shunter"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "shunter" / "Cache"
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "shunter"
