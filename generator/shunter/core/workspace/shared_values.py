"""Values files that several environments share: the copies that each repository has, and what they are checked with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname, normpath, relpath
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.charts.files import follow
from shunter.core.goyaml import plain
from shunter.core.workspace.layout import is_shared
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, Tree
from shunter.model.findings import Finding, Kind, Severity, Span

COPIES: Final = ".shunter/shared-values.yaml"
"""What an environment's copies of shared values files are: a digest for each name in `values:`."""
_COMMENT: Final = "Copies from the workspace's repository: edit the files there, then run `shunter lock`."


def first_texts(
    tree: Tree, environment: str, folder: str, names: Iterable[str], schema: str
) -> dict[str, FileState | None]:
    """The shared values files of an environment in `folder` that are not in `tree`, its repository, with first lines.

    Editors take the `schema` at that path for them, which is the environment's.
    """
    found: dict[str, FileState | None] = {}
    for path in (normpath(f"{folder}/{name}") for name in names):
        lines = (
            f"# yaml-language-server: $schema={relpath(schema, dirname(path) or '.')}",
            "# Values that environments share, one section per service.",
            f"# Editors know the services that {environment} runs.",
        )
        if tree.get(path) is None:
            found[path] = FileState("\n".join(lines).encode() + b"\n")
    return found


def copies(home: Tree, folder: str, names: Iterable[str], previous: Tree) -> dict[str, FileState | None]:
    """An environment's copies of shared values files, by their `names` in `values:`, and the digests of them.

    `home` is the workspace's repository; `folder` the environment's place in its own one; `previous` what is there:
    copies that are needed no more go. Raises ShunterError for a file that `home` does not have.
    """
    found: dict[str, FileState | None] = dict.fromkeys(_digests(previous))
    for name in names:
        path = normpath(f"{folder}/{name}")
        state = follow(home, path)
        if state is None:
            hint = "make it (it may be empty), or correct `values:`"
            raise ShunterError(f"{path} is missing in the workspace's repository", hint=hint)
        found[name] = FileState(state.data)
    digests = {name: _digest(state) for name, state in found.items() if state}
    return {**found, COPIES: FileState(plain.dump(digests, _COMMENT)) if digests else None}


def edited(tree: Tree) -> Iterator[Finding]:
    """A finding for each copy in an environment that is not what `lock` put there; paths are relative to `tree`."""
    for name, digest in _digests(tree).items():
        found = tree.get(name)
        if found is not None and _digest(found) != digest:
            yield Finding(
                "values-copy",
                "this copy of a shared values file was edited",
                Span(name),
                Kind.LINT,
                Severity.ERROR,
                hint="edit the file in the workspace's repository, and `shunter lock` there",
            )


def _digests(tree: Tree) -> Mapping[str, Any]:
    state = tree.get(COPIES)
    found = plain.sound(read_once(state.data, COPIES)).value if state else None
    return {name: digest for name, digest in (found or {}).items() if is_shared(name)}


def _digest(state: FileState) -> str:
    return f"sha256:{hashlib.sha256(state.data).hexdigest()}"
