"""What environments set beside each other: twice, everywhere but in one, or for services that are gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from posixpath import normpath
from typing import Any, Final

from shunter.core.goyaml.document import Document, KeyPath, merge_maps
from shunter.core.values.layering import GLOBAL
from shunter.core.values.sops import is_sops_file
from shunter.model.data import dataclass
from shunter.model.findings import Finding, Kind, Severity, Span
from shunter.model.wording import dotted

_CUSTOM: Final = 2
"""Environments that make a custom: one other is none."""


@dataclass(frozen=True, eq=False)
class Layered:
    """The values files of an environment in `folder`, in order, and the aliases of services.

    `services` belong here, `others` elsewhere; `admitted` are those that Helm lets values files speak of. `first` is an
    environment that promotes from no other.
    """

    name: str
    folder: str
    documents: Sequence[Document]
    services: frozenset[str]
    others: frozenset[str] = frozenset()
    admitted: frozenset[str] = frozenset()
    first: bool = False

    def runs(self, alias: str) -> bool:
        """Whether a section of values is for something here."""
        return alias == GLOBAL or alias in self.services

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """What the files come to."""
        merged: dict[str, Any] = {}
        for document in self.documents:
            merged = merge_maps(merged, document.value or {})
        return merged

    def place(self, document: Document) -> str:
        """Where a file is, whoever names it."""
        return normpath(f"{self.folder}/{document.path}")


Found = tuple[Layered, Finding]
"""A finding, and the environment from whose folder its paths are seen."""


def findings(environments: Sequence[Layered]) -> Iterator[Found]:
    """All lints on environments that stand beside each other."""
    yield from redundant(environments)
    yield from missing(environments)
    for environment in environments:
        yield from left(environment)


def redundant(environments: Sequence[Layered]) -> Iterator[Found]:
    """Values that say what a file below says; in a file of several environments, in all of these."""
    uses = Counter(each.place(document) for each in environments for document in each.documents)
    said: dict[tuple[str, KeyPath], list[Found]] = {}
    for each in environments:
        below: dict[str, Any] = {}
        for number, document in enumerate(each.documents):
            value = document.value or {}
            for path in () if is_sops_file(document) else same(value, below):
                found = (each, _redundant(document, path, each.documents[:number]))
                said.setdefault((each.place(document), path), []).append(found)
            below = merge_maps(below, value)
    for (place, _), found_in in said.items():
        if len(found_in) == uses[place]:
            yield found_in[0]


def same(value: Mapping[str, Any], below: Mapping[str, Any], path: KeyPath = ()) -> list[KeyPath]:
    """The topmost paths of what is the same in both. A null is an order to remove something, and no value."""
    found: list[KeyPath] = []
    for key, item in value.items():
        other, here = below.get(key), (*path, key)
        if item is None or key not in below:
            continue
        if isinstance(item, dict) and isinstance(other, dict) and item:
            inside = same(item, other, here)
            whole = len(inside) == len(item) and all(len(each) == len(here) + 1 for each in inside)
            found += [here] if whole else inside
        elif type(item) is type(other) and item == other:
            found.append(here)
    return found


def _redundant(document: Document, path: KeyPath, below: Sequence[Document]) -> Finding:
    other = next(each for each in reversed(below) if each.has(path))
    return Finding(
        "redundant-value",
        f"`{dotted(path)}` is what {other.path} says already",
        document.span(path, of="key"),
        Kind.LINT,
        Severity.NOTE,
        key=path,
        related=(("there", other.span(path, of="key")),),
        hint="delete it here",
    )


def missing(environments: Sequence[Layered]) -> Iterator[Found]:
    """Values that all sisters set, of a service or `global`: the other environments that run it, two at least.

    The first environment of a route is smaller than all that follow, on purpose: it lacks what another first one sets.
    """
    for each in environments:
        for alias in (GLOBAL, *sorted(each.services)):
            sisters = [other for other in environments if other is not each and other.runs(alias)]
            if len(sisters) < _CUSTOM or (each.first and not any(sister.first for sister in sisters)):
                continue
            others = [{alias: sister.values[alias]} for sister in sisters if alias in sister.values]
            mine = {alias: each.values[alias]} if alias in each.values else {}
            if len(others) == len(sisters) and not _is_off(mine.get(alias)):
                for path in _lacking(mine, others):
                    yield each, _missing(each, path, sisters)


def _is_off(section: Any) -> bool:
    return isinstance(section, dict) and section.get("enabled") is False


def _lacking(mine: Any, others: Sequence[Any], path: KeyPath = ()) -> Iterator[KeyPath]:
    """The topmost paths that all of the others have, and `mine` has not."""
    if not isinstance(mine, dict) or not all(isinstance(other, dict) for other in others):
        return
    for key in others[0]:
        if all(key in other and other[key] is not None for other in others):
            if key not in mine:
                yield (*path, key)
            else:
                yield from _lacking(mine[key], [other[key] for other in others], (*path, key))


def _missing(environment: Layered, path: KeyPath, sisters: Sequence[Layered]) -> Finding:
    own = [document for document in environment.documents if not document.path.startswith("../")]
    document = (own or environment.documents)[-1]
    above = next((path[:length] for length in range(len(path) - 1, 0, -1) if document.has(path[:length])), ())
    span = document.span(above, of="key") if above else Span(document.path)
    *first, last = (sister.name for sister in sisters)
    names = f"{', '.join(first)} and {last}"
    message = f"`{dotted(path)}` is set in {names}, and not in {environment.name}"
    return Finding("missing-in-environment", message, span, Kind.LINT, Severity.NOTE, key=path)


def left(environment: Layered) -> Iterator[Found]:
    """Sections of services that do not belong here any more: one finding each, with the lines to delete."""
    for document in environment.documents:
        shared = document.path.startswith("../")
        known = environment.services | environment.others if shared else environment.services
        value = document.value or {}
        starts = sorted(document.span((key,), of="key").line for key in value)
        for key in value:
            if key in environment.admitted and key not in known:
                span = document.span((key,), of="key")
                after = next((line for line in starts if line > span.line), len(document.data.splitlines()) + 1)
                lines = f"lines {span.line} to {after - 1}" if after - 1 > span.line else f"line {span.line}"
                message = f"`{key}` is no service here, and its values are still there"
                hint = f"delete {lines}, unless you may go back to a train with it"
                finding = Finding("values-left", message, span, Kind.LINT, Severity.WARNING, key=(key,), hint=hint)
                yield environment, finding
