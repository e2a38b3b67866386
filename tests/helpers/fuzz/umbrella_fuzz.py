"""Random umbrella charts: aliases, conditions, tags, import-values, globals, nulls, type clashes, three levels deep."""

from __future__ import annotations

import json
from random import Random
from typing import Any

_KEYS = ("a", "b", "c", "d")


def umbrella(random: Random) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """A chart's files and the values that a user passes, file by file."""
    files = {"templates/show.yaml": "{{ toJson .Values }}"}
    names = _chart(random, files, "", "top", 0)
    layers = [_values(random, names, 0) for _ in range(random.choice((0, 1, 1, 2)))]
    return files, layers


def _chart(random: Random, files: dict[str, str], prefix: str, name: str, depth: int) -> list[str]:
    dependencies, names = [], []
    if depth < 3 and (depth == 0 or random.random() < 0.4):
        for index in range(random.randint(1, 3 if depth == 0 else 2)):
            child = f"{'sub' if depth == 0 else 'leaf'}{index}"
            names += _chart(random, files, f"{prefix}charts/{child}/", child, depth + 1)
            listed = random.choice((0, 1, 1, 1, 1, 2))
            names.append(child)
            for copy in range(listed):
                entry = _dependency(random, child, copy, listed)
                dependencies.append(entry)
                names.append(entry.get("alias", child))
    metadata = {"apiVersion": "v2", "name": name, "version": "1.0.0"}
    if dependencies and random.random() < 0.05:
        files[f"{prefix}requirements.yaml"] = json.dumps({"dependencies": dependencies})
    elif dependencies or random.random() < 0.1:
        metadata["dependencies"] = dependencies  # type: ignore[assignment]
    files[f"{prefix}Chart.yaml"] = json.dumps(metadata)
    if random.random() < 0.9:
        files[f"{prefix}values.yaml"] = json.dumps(_values(random, names, 0))
    return names


def _dependency(random: Random, child: str, copy: int, copies: int) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": child, "version": random.choice(("1.0.0", "1.0.0", "^1", ">=1.0.0", "2.0.0"))}
    if copies > 1 or random.random() < 0.4:
        entry["alias"] = f"{child}x{copy}"
    key = entry.get("alias", child)
    if random.random() < 0.4:
        entry["condition"] = random.choice(
            (f"{key}.on", f"{key}.on,a", "a", "global.on", "missing.on", f"{key}.a.b", " a")
        )
    if random.random() < 0.3:
        entry["tags"] = random.sample(("t1", "t2", "t3"), random.randint(1, 2))
    if random.random() < 0.3:
        paths = (".", "a", "imp", "imp.deep", "b.c")
        entry["import-values"] = random.sample(
            (
                "data",
                {"child": random.choice(("a", "b", "exports.data", "global")), "parent": random.choice(paths)},
                "none",
            ),
            random.randint(1, 2),
        )
    return entry


def _values(random: Random, names: list[str], depth: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for _ in range(random.randint(0, 5)):
        values[random.choice((*_KEYS, "on"))] = _value(random, depth)
    for name in names:
        if random.random() < 0.5:
            roll = random.random()
            values[name] = _value(random, 3) if roll < 0.02 else _values(random, names if depth == 0 else [], depth + 1)
    if random.random() < 0.4:
        values["global"] = _map(random, depth + 1) if random.random() < 0.93 else _value(random, 3)
    if random.random() < 0.3:
        values["tags"] = {tag: random.choice((True, False, "x")) for tag in ("t1", "t2", "t3") if random.random() < 0.6}
    if random.random() < 0.3:
        values["exports"] = {"data": _map(random, depth + 1)}
    return values


def _map(random: Random, depth: int) -> dict[str, Any]:
    return {random.choice((*_KEYS, "on")): _value(random, depth + 1) for _ in range(random.randint(0, 3))}


def _value(random: Random, depth: int) -> Any:
    roll = random.random()
    if roll < 0.35 and depth < 3:
        return _map(random, depth)
    if roll < 0.5:
        return None
    return random.choice((0, 1, 2, "x", "", True, False, [], [1, None], ["x", {"a": None}]))
