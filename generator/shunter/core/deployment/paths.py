"""Where something stands in a Kubernetes object, as a person writes it: `spec.containers[orders].image`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_KEYS: Final = (
    ("containerPort", "protocol"),
    ("port", "protocol"),
    ("name",),
    ("type",),
    ("ip",),
    ("mountPath",),
    ("devicePath",),
    ("uid",),
    ("topologyKey", "whenUnsatisfiable"),
)
"""What tells the items of a list apart, in Kubernetes' own types."""


def below(path: str, step: str) -> str:
    """The path of a field in what stands at `path`."""
    shown = step if step.replace("-", "").replace("_", "").isalnum() else f'"{step}"'
    return f"{path}.{shown}" if path else shown


def item_names(items: Sequence[Any], also: Sequence[Any] = ()) -> list[str]:
    """What each of `items` is called in its list: by what tells them, and those of `also`, apart; else a number."""
    both = [*items, *also]
    if items and all(isinstance(item, Mapping) for item in both):
        for keys in _KEYS:
            if all(keys[0] in item for item in both):
                named = [",".join(str(item[key]) for key in keys if key in item) for item in items]
                return named if len({*named}) == len(named) else list(map(str, range(len(items))))
    return list(map(str, range(len(items))))


def managed_paths(fields: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """The paths of a `fieldsV1` of `managedFields`: its leaves, and every item of a list that it names."""
    for step, inner in fields.items():
        kind, _, text = step.partition(":")
        if kind == "f":
            here = below(path, text)
        elif kind == "k":
            here = f"{path}[{','.join(str(value) for value in _ordered(json.loads(text)))}]"
        elif kind == "v":
            here = f"{path}[={json.loads(text)}]"
        else:
            continue
        if not any(name != "." for name in inner) or "." in inner:
            yield here
        yield from managed_paths(inner, here)


def _ordered(key: Mapping[str, Any]) -> Iterator[Any]:
    for keys in _KEYS:
        if keys[0] in key:
            yield from (key[name] for name in keys if name in key)
            return
    yield from key.values()
