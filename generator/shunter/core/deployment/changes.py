"""What differs between an object and what the server would make of it: by field, without what it keeps itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shunter.core.deployment.paths import below, item_names
from shunter.model.data import dataclass

ABSENT: Final = "(absent)"
_SERVERS: Final = frozenset(("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"))
_CONTROLLERS: Final = frozenset(("deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation"))
_TEMPLATED: Final = frozenset(("Deployment", "StatefulSet", "DaemonSet"))
_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs: what it is and what it would be, each as JSON, or `ABSENT`."""

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        """`spec.replicas: 3 -> 2`."""
        return f"{self.path}: {_short(self.before)} -> {_short(self.after)}"


def changes(live: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[Change, ...]:
    """What differs between an object as it is, and as it would be. What a Secret holds is not told."""
    found = tuple(_below("", _own(live), _own(wanted)))
    if wanted.get("kind") != "Secret":
        return found
    return tuple(_hidden(each) if each.path.partition(".")[0] in ("data", "stringData") else each for each in found)


def restarts(kind: str, found: Sequence[Change]) -> bool:
    """Whether an object's pods are made anew by these changes."""
    return kind in _TEMPLATED and any(each.path.startswith("spec.template.") for each in found)


def without(value: Any, old: Any, new: Any) -> Any:
    """A value without what `old` had at the same place and `new` has no more: how Helm removes fields itself."""
    if isinstance(value, Mapping) and isinstance(old, Mapping) and isinstance(new, Mapping):
        gone = old.keys() - new.keys()
        return {key: without(item, old.get(key), new.get(key)) for key, item in value.items() if key not in gone}
    if isinstance(value, list) and isinstance(old, list) and isinstance(new, list):
        olds, news = (dict(zip(item_names(each, value), each, strict=True)) for each in (old, new))
        named = zip(item_names(value, [*old, *new]), value, strict=True)
        gone = olds.keys() - news.keys()
        return [without(item, olds.get(name), news.get(name)) for name, item in named if name not in gone]
    return value


def holds(live: Any, wanted: Any) -> bool:
    """Whether an object, or a part of one, has all that `wanted` says, lists item by item."""
    if isinstance(live, Mapping) and isinstance(wanted, Mapping):
        return all(key in live and holds(live[key], item) for key, item in wanted.items())
    if isinstance(live, list) and isinstance(wanted, list):
        return len(live) == len(wanted) and all(map(holds, live, wanted))
    return bool(live == wanted)


def _own(value: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {key: item for key, item in (value.get("metadata") or {}).items() if key not in _SERVERS}
    annotations = metadata.get("annotations") or {}
    metadata["annotations"] = {key: item for key, item in annotations.items() if key not in _CONTROLLERS}
    return {**{key: item for key, item in value.items() if key != "status"}, "metadata": metadata}


def _below(path: str, live: Any, wanted: Any) -> Iterator[Change]:
    if isinstance(live, Mapping) and isinstance(wanted, Mapping):
        for key in dict.fromkeys((*live, *wanted)):
            yield from _below(below(path, str(key)), live.get(key, ABSENT), wanted.get(key, ABSENT))
    elif isinstance(live, list) and isinstance(wanted, list):
        one, other = (dict(zip(item_names(a, b), a, strict=True)) for a, b in ((live, wanted), (wanted, live)))
        for name in dict.fromkeys((*one, *other)):
            yield from _below(f"{path}[{name}]", one.get(name, ABSENT), other.get(name, ABSENT))
    elif live != wanted:
        yield Change(path, _shown(live), _shown(wanted))


def _shown(value: Any) -> str:
    return ABSENT if value is ABSENT else json.dumps(value, ensure_ascii=False)


def _hidden(change: Change) -> Change:
    return Change(change.path, *(each if each == ABSENT else "(secret)" for each in (change.before, change.after)))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
