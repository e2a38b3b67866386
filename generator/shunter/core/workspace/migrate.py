"""A project's files carried over to another template release: what migrations say, done in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shunter.core.goyaml.document import Document, read
from shunter.core.trees.patterns import spec_of
from shunter.core.trees.yaml_move import TakenError, bound, moved
from shunter.core.trees.yaml_read import CannotMergeError
from shunter.core.workspace.migrations import Key, Migration, MovedKey, Renamed
from shunter.core.workspace.rename import rename_key
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import SYMLINK, FileState, OverlayTree, Tree
from shunter.model.findings import Finding, Kind, Span
from shunter.model.wording import dotted

Changes = dict[str, FileState | None]
RULE = "update-conflict"


@dataclass(frozen=True, slots=True)
class Migrated:
    """What migrations change in a project's files, and what a person has to do instead of them."""

    changes: Changes
    findings: tuple[Finding, ...] = ()


def migrate(steps: Iterable[Migration], tree: Tree, paths: Iterable[str]) -> Migrated:
    """Carry the files of a project over: `paths` are those in `tree` that may be moved or changed.

    A file or key that is not there is none to move. Where something else is in its new place, or a file is no plain
    YAML, it stays as it is, and a finding says so.
    """
    changes: Changes = {}
    known, findings = set(paths), list[Finding]()
    for step in steps:
        for renamed in step.files:
            findings += _rename(renamed, tree, known, changes)
        for key in step.keys:
            spec = spec_of(key.patterns)
            for path in sorted(path for path in known if spec.match_file(path)):
                findings += _move(key, OverlayTree(tree, changes), path, changes)
    return Migrated(changes, tuple(findings))


def _rename(renamed: Renamed, tree: Tree, known: set[str], changes: Changes) -> Iterator[Finding]:
    source, target = renamed.source, renamed.target
    for path in [path for path in sorted(known) if renamed.concerns(path)]:
        here = OverlayTree(tree, changes)
        state, new = here.get(path), target + path[len(source) :]
        if state is None:
            continue
        if here.get(new) is not None or _in_the_way(new, known):
            yield _left(Span(path), f"{path} cannot become {new}, which is there already")
            continue
        changes |= {path: None, new: state}
        known -= {path}
        known |= {new}


def _in_the_way(path: str, known: Iterable[str]) -> bool:
    """Whether a file stands where the path needs a folder, or the other way round."""
    return any(path.startswith(f"{other}/") or other.startswith(f"{path}/") for other in known)


def _move(key: MovedKey, tree: Tree, path: str, changes: Changes) -> Iterator[Finding]:
    state = tree.get(path)
    if state is None or state.mode == SYMLINK:
        return
    document = read(state.data, path)
    if document.value is None:
        if key.source[-1].encode() in state.data:
            yield _left(Span(path), f"`{'.'.join(key.source)}` of {path} cannot be moved: it cannot be read as YAML")
        return
    for source, target in [*bound(document.value, key.source, key.target)]:
        try:
            state = replace(state, data=_moved(state.data, path, source, target))
        except TakenError as error:
            yield _not_moved(document, source, target, f"`{error}` is there already")
        except (CannotMergeError, ShunterError) as error:
            yield _not_moved(document, source, target, str(error))
    if state != tree.get(path):
        changes[path] = state


def _moved(data: bytes, path: str, source: Key, target: Key) -> bytes:
    if source[:-1] == target[:-1]:
        return rename_key(data, path, source, target[-1])
    return moved(data, source, target)


def _not_moved(document: Document, source: Key, target: Key, why: str) -> Finding:
    span = document.span(source, of="key")
    return _left(span, f"`{dotted(source)}` cannot become `{dotted(target)}`: {why}", source)


def _left(span: Span, message: str, key: Key = ()) -> Finding:
    hint = "the new release expects it there: move it by hand"
    return Finding(RULE, message, span, Kind.LINT, key=key, hint=hint)
