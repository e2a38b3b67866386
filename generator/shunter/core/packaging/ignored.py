"""The lines of an environment's `.helmignore` that once named the library's copies in the apps: nothing needs them."""

from __future__ import annotations

_COMMENT = "# By shunter: the library that this chart pins renders every app, so its copies in the apps are not parsed."


def unmanaged(text: str, library: str) -> str:
    """The text of `.helmignore` without those lines; what a person wrote stays as it is."""
    managed = (f"charts/*/templates/{library}/", f"charts/*/charts/{library}/templates/", _COMMENT)
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(managed))
