"""The managed lines of an environment's `.helmignore`: each app's own copy of the library need not be parsed.

The umbrella's copy of a template file renders every app (Helm parses the outermost last), so nested copies of the
same file only cost time. Another major has another file name, and stays.
"""

from __future__ import annotations

from collections.abc import Iterable

_COMMENT = "# By shunter: the library that this chart pins renders every app, so its copies in the apps are not parsed."


def managed(text: str, library: str, files: Iterable[str]) -> str:
    """The text of `.helmignore` with the lines for the pinned `library`, whose chart holds `files` (paths).

    Everything else in `text` stays as it is.
    """
    start = f"charts/*/charts/{library}/templates/"
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith((start, _COMMENT))]
    lines = [f"charts/*/charts/{library}/{path}\n" for path in sorted(files) if path.startswith("templates/")]
    return "".join([f"{_COMMENT}\n", *lines, *kept])
