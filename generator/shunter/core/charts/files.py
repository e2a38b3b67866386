"""The files of a chart as Helm finds them: links followed, ignored files dropped, and what it refuses to load."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from posixpath import dirname, join, normpath
from typing import Final

from shunter.model.files import SYMLINK, FileState, Listing, Tree
from shunter.model.findings import Finding, Kind, Span

_MOST_LINKS: Final = 10
_FOLDER: Final = "a folder"
_READ_BY_HELM: Final = re.compile(
    r"(?:charts/[^/]+/)*(?:Chart\.yaml|values\.yaml|values\.schema\.json|requirements\.yaml)"
)


def follow(tree: Tree, path: str) -> FileState | None:
    """The file at `path`, symbolic links followed as far as they stay in the tree; None if there is none.

    A path that names a file beside the tree may lead anywhere in what is around it.
    """
    within = not path.startswith("../")
    for _ in range(_MOST_LINKS):
        state = tree.get(path)
        if state is None or state.mode != SYMLINK:
            return state
        path = normpath(join(dirname(path), state.data.decode("utf-8", "replace")))
        if within and path.startswith("../"):
            return None
    return None


def reader(tree: Tree, path: str) -> Callable[[], FileState | None]:
    """How to read one file, when it is needed."""
    return lambda: follow(tree, path)


def real_paths(tree: Tree, listed: Iterable[str], prefix: str) -> dict[str, str]:
    """Where each of the chart's files really stands: Helm follows links, to folders below `charts/` too."""
    paths: dict[str, str] = {}
    for path in listed:
        target = _link_target(tree, path) if dirname(path) == f"{prefix}charts" else None
        below = [found for found in tree.paths(target) if found != target] if target else []
        paths.update({(path + found[len(target or "") :]).removeprefix(prefix): found for found in below})
        if not below:
            paths[path.removeprefix(prefix)] = path
    return paths


def _link_target(tree: Tree, path: str) -> str | None:
    state = None if path.endswith(".tgz") else tree.get(path)
    if state is None or state.mode != SYMLINK:
        return None
    target = normpath(join(dirname(path), state.data.decode("utf-8", "replace")))
    return None if target.startswith("..") else target


def without_ignored(tree: Tree, paths: dict[str, str], prefix: str, listing: Listing) -> dict[str, str]:
    """The paths that the chart's `.helmignore` leaves; one that cannot be read drops nothing."""
    path = f"{prefix}.helmignore"
    unread = ".helmignore" not in paths or path in listing.odd or path in listing.large
    ignore = None if unread else follow(tree, path)
    if ignore is None:
        return paths
    from shunter.core.charts import helmignore

    return helmignore.parse(ignore.data, path).keep(paths)


def refused(path: str, listing: Listing) -> Iterator[Finding]:
    """Why Helm loads no chart with what stands at `path`."""
    what = listing.odd.get(path, _FOLDER)
    if what != _FOLDER or (path.endswith(".helmignore") and path in listing.odd):
        message, hint = f"`{path}` is {what}: Helm loads plain files only", "remove it, or name it in .helmignore"
        yield Finding("chart-broken", message, Span(path), hint=hint)
    if path in listing.large:
        message = f"Helm loads no chart file above 5 MiB, and this one has {listing.large[path]:,} bytes"
        yield Finding("file-too-large", message, Span(path), hint="shorten it, or name it in .helmignore")


def no_files(paths: Iterable[str], folder: str) -> Iterator[Finding]:
    """Lints for folders that are called as a file that Helm reads."""
    for path in paths:
        if _READ_BY_HELM.fullmatch(path):
            message = f"`{join(folder, path)}` is a folder, so Helm reads nothing from it"
            hint = "remove it, or rename it: this name belongs to a file"
            yield Finding("not-a-file", message, Span(join(folder, path)), Kind.LINT, hint=hint)


def leads_out(path: str) -> Finding:
    """The lint for a link that is not followed."""
    message = f"`{path}` is a symbolic link out of this chart, which Helm follows and shunter does not"
    return Finding("not-a-file", message, Span(path), Kind.LINT, hint="put a copy of the file there")
