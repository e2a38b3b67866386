"""The managed lines of an environment's `.helmignore`: each app's own copy of the library need not be parsed.

The umbrella's copy of a template file renders every app (Helm parses the outermost last), so copies in the apps only
cost time, whether compiled in or in a chart of their own. Another major has another file name, and stays.
"""

from __future__ import annotations

from collections.abc import Iterable

from shunter.core.packaging.publish import compiled_path

_COMMENT = "# By shunter: the library that this chart pins renders every app, so its copies in the apps are not parsed."


def managed(text: str, library: str, files: Iterable[str]) -> str:
    """The text of `.helmignore` with the lines for the pinned `library`, whose chart holds `files` (paths).

    Everything else in `text` stays as it is.
    """
    managed_lines = (f"charts/*/{compiled_path(library, '')}", f"charts/*/charts/{library}/templates/", _COMMENT)
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith(managed_lines)]
    templates = sorted(path for path in files if path.startswith("templates/"))
    compiled = [f"charts/*/{compiled_path(library, path)}\n" for path in templates]
    nested = [f"charts/*/charts/{library}/{path}\n" for path in templates]
    return "".join([f"{_COMMENT}\n", *compiled, *nested, *kept])
