"""Where things live: the package's own data, and the cache. Imports nothing: every commit's hook passes here."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

# The built-in templates' URL. The top-level domain `.invalid` is reserved (RFC 2606): nobody can register it.
CANONICAL_SOURCE = "https://templates.shunter.invalid/templates.git"


def data_root() -> Path:
    """The folder that holds `copier.yml`, `templates/`, `schemas/` and `history/`.

    That is `_data` inside an installed package, or else the checkout's root; an editable install is a checkout.
    """
    from pathlib import Path

    package = Path(__file__).resolve().parents[2]
    if (package / "_data").is_dir():
        return package / "_data"
    checkout = package.parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / "copier.yml").is_file():
        return checkout
    from shunter.model.errors import ShunterError

    raise ShunterError("this installation of shunter has no templates and schemas", hint="install shunter again")


def data_text(path: str) -> str:
    """The text of one of the package's own files, such as `schemas/train.schema.json`; empty where there is none."""
    file = data_root() / path
    return file.read_text("utf-8") if file.is_file() else ""


def cache_root() -> Path:
    """The folder for what can be made again: SHUNTER_CACHE_DIR, or shunter's folder in XDG_CACHE_HOME or ~/.cache."""
    from pathlib import Path

    return Path(cache_path())


def cache_path() -> str:
    """`cache_root` as text."""
    chosen = os.environ.get("SHUNTER_CACHE_DIR")
    if chosen:
        return chosen
    xdg = os.environ.get("XDG_CACHE_HOME")
    if xdg:
        return os.path.join(xdg, "shunter")
    return os.path.expanduser("~/.cache/shunter")


RUN = "SHUNTER_RUN"
"""Set for what a run starts on the person's behalf: a shunter in a hook reads, and neither waits nor writes."""


def may_be_unfinished(root: str) -> bool:
    """Whether a killed run may have left something in the repository at `root`: a look at a few files.

    Not for a hook of the run that is at work: all its files are written, and what it leaves it puts in order itself.
    """
    if os.environ.get(RUN):
        return False
    git = f"{root}/.git"
    if os.path.isdir(git):
        return _is_marked(git)
    if not os.path.isfile(git):
        return False
    try:
        with open(git, encoding="utf-8", errors="surrogateescape") as pointer:
            target = pointer.read(4096).removeprefix("gitdir:").strip()
        return _is_marked(os.path.join(root, target))
    except (OSError, ValueError):
        return False


def _is_marked(git: str) -> bool:
    return os.path.exists(f"{git}/shunter/journal.json") or os.path.exists(f"{git}/shunter/journal-of")
