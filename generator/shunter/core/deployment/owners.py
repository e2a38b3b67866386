"""Who owns which field of an object: what the server notes in `managedFields`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shunter.core.deployment.paths import managed_paths
from shunter.model.data import dataclass

HELM: Final = "helm"
"""The field manager of helm's binary, whatever the file is called; a program with Helm in it has its own name."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who set fields: a field manager, since when (RFC 3339), and the subresource that it went through."""

    manager: str
    since: str = ""
    subresource: str = ""

    def __str__(self) -> str:
        """`kubectl (scale), since 2026-11-29T12:00:00Z`."""
        through = f" ({self.subresource})" if self.subresource else ""
        return f"{self.manager}{through}{', since ' + self.since if self.since else ''}"


def owners_of(live: Mapping[str, Any], path: str) -> tuple[Owner, ...]:
    """Who owns the field at `path` of an object as the server has it, or something in it; the newest first."""
    found = []
    for entry in live.get("metadata", {}).get("managedFields") or ():
        paths = managed_paths(entry.get("fieldsV1") or {})
        if any(each == path or each.startswith((f"{path}.", f"{path}[")) for each in paths):
            owner = Owner(
                str(entry.get("manager", "")), str(entry.get("time", "")), str(entry.get("subresource") or "")
            )
            found.append(owner)
    return tuple(sorted(found, key=lambda owner: owner.since, reverse=True))


def other_owner(live: Mapping[str, Any], path: str) -> Owner | None:
    """Who besides Helm owns the field at `path`, the newest of them; None where nobody does."""
    return next((owner for owner in owners_of(live, path) if owner.manager != HELM), None)
