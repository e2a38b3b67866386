"""Kubernetes' own schemas, one catalogue per minor version: which kinds there are, and what fits them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

import jsonschema_rs

from shunter.model.data import dataclass, field

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_STABLE: Final = re.compile(r"v\d+")
_VERSION: Final = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?")
_DEPRECATED: Final = re.compile(r"\bDeprecated: This API (is deprecated[^\n]*)")


class Gvk(NamedTuple):
    """A group (empty for the core one), a version and a kind."""

    group: str
    version: str
    kind: str

    @property
    def api_version(self) -> str:
        """`apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def is_stable(self) -> bool:
        """Whether Kubernetes promises to keep it."""
        return _STABLE.fullmatch(self.version) is not None

    def rank(self) -> tuple[int, int, int]:
        """Stable versions after beta ones, after alpha ones; higher numbers after lower ones."""
        match = _VERSION.fullmatch(self.version)
        if match is None:
            return (0, 0, 0)
        level = {"alpha": 1, "beta": 2}.get(match[2] or "", 3)
        return (level, int(match[1]), int(match[3] or 0))


def gvk_of(value: Mapping[str, Any]) -> Gvk:
    """The group, version and kind that an object names."""
    group, _, version = str(value.get("apiVersion") or "").rpartition("/")
    return Gvk(group, version, str(value.get("kind") or ""))


@dataclass(eq=False)
class Catalogue:
    """The definitions of one Kubernetes version, such as `1.35`, as its OpenAPI document names them."""

    version: str
    definitions: Mapping[str, Any]
    _validators: dict[Gvk, jsonschema_rs.Validator] = field(default_factory=dict)

    @cached_property
    def kinds(self) -> Mapping[Gvk, str]:
        """Every kind that the API server knows, and its definition's name."""
        found = {}
        for name, definition in self.definitions.items():
            for item in definition.get("x-kubernetes-group-version-kind", ()):
                found[Gvk(item["group"], item["version"], item["kind"])] = name
        return found

    @cached_property
    def groups(self) -> frozenset[str]:
        """Every API group."""
        return frozenset(gvk.group for gvk in self.kinds)

    def validator(self, gvk: Gvk) -> jsonschema_rs.Validator:
        """What judges objects of a kind that is in the catalogue."""
        if gvk not in self._validators:
            name = self.kinds[gvk]
            document = {"$schema": _DRAFT, "$ref": f"#/$defs/{name}", "$defs": self.closure(name)}
            self._validators[gvk] = jsonschema_rs.validator_for(document)
        return self._validators[gvk]

    def closure(self, name: str) -> dict[str, Any]:
        """A definition with all that it refers to."""
        found: dict[str, Any] = {}
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found[current] = self.definitions[current]
                waiting += [reference.rpartition("/")[2] for reference in _references(found[current])]
        return found

    def deprecation(self, gvk: Gvk) -> str:
        """What the documentation of a kind says of its end, from `is deprecated` on; empty if it has none."""
        match = _DEPRECATED.search(str(self.definitions[self.kinds[gvk]].get("description", "")))
        return match[1].rstrip(".") if match else ""


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for item in node.values():
            yield from _references(item)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)
