"""Writing `shunter.yaml`: the first text, and later edits that keep every comment, order and quote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shunter.core.charts.versions import is_label
from shunter.core.goyaml.edit import edit, round_trip_yaml
from shunter.core.workspace.layout import EXAMPLE_ORGANISATION, placeholder_url
from shunter.core.workspace.model import PLACEHOLDER_REGISTRY
from shunter.model.errors import ShunterError

MODELINE = "# yaml-language-server: $schema=.shunter/workspace.schema.json"

_EXAMPLE_SERVICES = """\
services:
  api-gateway:
    archetype: api-gateway
    calls: [frontend, catalog, orders]
    team: edge
  frontend:
    archetype: frontend
    team: edge
  catalog:
    archetype: rest-api
    language: go
    team: bob
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
    # A name that is none is told where it stands, and not again in each place that it would be a part of.
    organisation = EXAMPLE_ORGANISATION if example or not is_label(name) else name
    head = (
        f"{MODELINE}\n# The whole workspace. `shunter schema show workspace` explains every key.\n"
        f"name: {name}\nlayout: {layout}\n"
        f"repositories:\n  url: {placeholder_url(organisation)}\n"
        f"registries:\n  images: {PLACEHOLDER_REGISTRY}/{organisation}\n"
        "ci: github\ndevelopment: trunk\ndeployment: helm\n"
        f"# Where generated files come from; `shunter update` moves the release.\n"
        f"templates:\n  source: {source}\n  release: {release}\n"
    )
    services = _EXAMPLE_SERVICES if example else "services: {}\n"
    return (head + (_OWNERS if example else "") + services + _ENVIRONMENTS).encode()


def assignments(pairs: Sequence[str]) -> list[tuple[list[str], Any]]:
    """`a.b=value` pairs as changes for `edit`; the value is read as YAML."""
    from ruamel.yaml.error import YAMLError  # as in `round_trip_yaml`

    changes = []
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise ShunterError(
                f"`{pair}` is not KEY=VALUE", hint="such as -d ci=gitlab or -d registries.images=ghcr.io/acme"
            )
        try:
            changes.append((key.split("."), round_trip_yaml().load(value)))
        except YAMLError:
            raise ShunterError(f"the value of `{pair}` is no YAML", hint="quote it: -d 'key=\"value\"'") from None
    return changes


def overlay(data: bytes, values: Mapping[str, Any]) -> bytes:
    """The text with a whole mapping laid over it."""
    return edit(data, [([key], value) for key, value in values.items()])


def one_or_several(names: Sequence[str]) -> str | list[str] | None:
    """What `promotes-from` says of these environments: one as a text, several as a list, None for none."""
    return names[0] if len(names) == 1 else [*names] or None
