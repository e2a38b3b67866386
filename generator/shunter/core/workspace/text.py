"""Writing `shunter.yaml`: the first text, and later edits that keep every comment, order and quote."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from ruamel.yaml import YAML

from shunter.model.errors import ShunterError

MODELINE = "# yaml-language-server: $schema=.shunter/workspace.schema.json"

_EXAMPLE_SERVICES = """\
services:
  api-gateway:
    archetype: api-gateway
    team: edge
  frontend:
    archetype: frontend
    team: edge
  auth:
    archetype: auth
    team: identity
  orders:
    archetype: rest-api
    team: alice
  orders-db:
    archetype: database
    team: alice
"""
_OWNERS = """\
owners:
  alice: ["@acme/alice"]
  bob: ["@acme/bob"]
  edge: ["@acme/edge"]
  identity: ["@acme/identity"]
"""
_ENVIRONMENTS = """\
environments:
  # Trains move along promotes-from; several environments may promote from the same one.
  tst:
    stage: develop
  pre:
    stage: staging
    promotes-from: tst
  pro:
    stage: production
    promotes-from: pre
"""


def first_text(name: str, layout: str, *, source: str, release: str, example: bool) -> bytes:
    """The `shunter.yaml` of a new workspace: the example's services, or none."""
    organisation = "acme" if example else name
    head = (
        f"{MODELINE}\n# The whole workspace. `shunter schema show workspace` explains every key.\n"
        f"name: {name}\nlayout: {layout}\n"
        f"repositories:\n  url: git@git.example:{organisation}/{{name}}.git\n"
        f"registries:\n  images: registry.example/{organisation}\n"
        "ci: github\ndevelopment: trunk\ndeployment: helm\n"
        f"# Where generated files come from; `shunter update` moves the release.\n"
        f"templates:\n  source: {source}\n  release: {release}\n"
    )
    services = _EXAMPLE_SERVICES if example else "services: {}\n"
    return (head + (_OWNERS if example else "") + services + _ENVIRONMENTS).encode()


def edit(data: bytes, changes: Sequence[tuple[Sequence[str], Any]]) -> bytes:
    """The text with keys set (a value), or removed (None). Parents are made; comments, order and quotes stay.

    Each change is a path of keys and the value; setting a mapping over an existing mapping merges into it.
    """
    for path, value in changes:
        data = _insert(data, path, value) or _rewrite(data, path, value)
    return data


def _rewrite(data: bytes, path: Sequence[str], value: Any) -> bytes:
    round_trip = _yaml()
    document = round_trip.load(data.decode("utf-8"))
    _apply(document, path, value)
    out = io.StringIO()
    round_trip.dump(document, out)
    return out.getvalue().encode()


def _insert(data: bytes, path: Sequence[str], value: Any) -> bytes | None:
    """The text with a new key after its last sibling, or None where this is not that case.

    ruamel.yaml hangs a comment on what stands before it, so a key that it appends lands behind the next comment.
    """
    node: yaml.Node | None = yaml.compose(data, Loader=yaml.CSafeLoader)
    for key in path[:-1]:
        node = _child(node, key)
    block = isinstance(node, yaml.MappingNode) and node.value and not node.flow_style
    if value is None or not block or _child(node, path[-1]) is not None:
        return None
    assert isinstance(node, yaml.MappingNode)
    out = io.StringIO()
    _yaml().dump({path[-1]: value}, out)
    indent = " " * node.value[0][0].start_mark.column
    lines = data.decode("utf-8").splitlines(keepends=True)
    last = _last_line(node)
    lines[last] = lines[last].rstrip("\n") + "\n"
    lines[last + 1 : last + 1] = [indent + line for line in out.getvalue().splitlines(keepends=True)]
    return "".join(lines).encode()


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _last_line(node: yaml.Node) -> int:
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    # A block scalar ends at the start of the line after it.
    return int(node.end_mark.line) - (node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line)


def assignments(pairs: Sequence[str]) -> list[tuple[list[str], Any]]:
    """`a.b=value` pairs as changes for `edit`; the value is read as YAML."""
    changes = []
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise ShunterError(
                f"`{pair}` is not KEY=VALUE", hint="such as -d ci=gitlab or -d registries.images=ghcr.io/acme"
            )
        changes.append((key.split("."), _yaml().load(value)))
    return changes


def overlay(data: bytes, values: Mapping[str, Any]) -> bytes:
    """The text with a whole mapping laid over it."""
    return edit(data, [([key], value) for key, value in values.items()])


def _yaml() -> YAML:
    round_trip = YAML()
    round_trip.preserve_quotes = True
    round_trip.width = 4096
    return round_trip


def _apply(document: Any, path: Sequence[str], value: Any) -> None:
    node = document
    for key in path[:-1]:
        if not isinstance(node.get(key), dict):
            node[key] = {}
        node = node[key]
        if value is not None and hasattr(node, "fa") and not node:
            node.fa.set_block_style()
    last = path[-1]
    if value is None:
        node.pop(last, None)
    elif isinstance(value, dict) and isinstance(node.get(last), dict):
        for key, inner in value.items():
            _apply(node[last], [key], inner)
    else:
        node[last] = value
