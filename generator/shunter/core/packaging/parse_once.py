"""The managed lines of an environment's `.helmignore`: each app's own copy of the library need not be parsed.

The umbrella's copy of a named template renders every app (Helm parses the outermost last), so copies in the apps only
cost time, whether compiled in or in a chart of their own. Another major has other file names, and stays.
"""

from __future__ import annotations

from collections.abc import Iterable

from shunter.core.packaging.publish import compiled_folder, compiled_name, major_suffix

_COMMENT = "# By shunter: the library that this chart pins renders every app, so its copies in the apps are not parsed."


def managed(text: str, library: str, files: Iterable[str]) -> str:
    """The text of `.helmignore` with the lines for the pinned `library`, whose chart holds `files` (paths).

    Everything else in `text` stays as it is.
    """
    nested = f"charts/*/charts/{library}/templates/"
    managed_lines = (f"charts/*/{compiled_folder(library)}", nested, _COMMENT)
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith(managed_lines)]
    templates = [path for path in files if path.startswith("templates/")]
    lines = [
        f"charts/*/{path}\n"
        for path in sorted({compiled_folder(library) + compiled_name(library, path) for path in templates})
    ]
    lines += [f"{nested}{name}\n" for name in sorted(set(map(_of_its_major, templates)))]
    return "".join([f"{_COMMENT}\n", *lines, *kept])


def _of_its_major(path: str) -> str:
    suffix = major_suffix(path)
    return f"_*{suffix}" if suffix else path.removeprefix("templates/")
