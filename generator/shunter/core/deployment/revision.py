"""A release as Helm keeps it in its namespace: one Secret for each revision, and what is in it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

TYPE: Final = "helm.sh/release.v1"
"""The type of the Secrets."""
VALUES_LABEL: Final = "shunter-values"
"""The label with `values_key` of what shunter deployed: another key says that somebody else set something."""
ENTRY_LABEL: Final = "shunter-entry"
"""The label with the entry of the environment's history that was deployed."""
PART_LABEL: Final = "shunter-part-of"
"""The label with what the release of a whole environment is called, on those of its apps."""
PENDING: Final = frozenset(("pending-install", "pending-upgrade", "pending-rollback", "uninstalling"))


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision. `at` is when Helm wrote it last (RFC 3339); `config` are the values that were given with it.

    `server_side` is whether its objects were applied on the server's side; `secret` is the name of its Secret; `hooks`
    are their manifests.
    """

    number: int
    status: str
    at: str
    description: str
    chart: str
    manifest: str
    config: Mapping[str, Any]
    labels: Mapping[str, str]
    server_side: bool
    secret: str
    hooks: tuple[str, ...] = ()

    @property
    def is_pending(self) -> bool:
        """Whether Helm was at work on it, or still is."""
        return self.status in PENDING

    @property
    def got_ready(self) -> bool:
        """Whether all of it was ready once: Helm may call what failed `superseded`, too."""
        done = self.description.endswith("complete") or self.description.startswith("Rollback to")
        return self.status in ("deployed", "superseded") and done

    @property
    def manifest_digest(self) -> str:
        """The digest of all that Helm does with it: objects and hooks."""
        return manifest_digest(self.manifest, self.hooks)


def manifest_digest(manifest: str, hooks: Iterable[str]) -> str:
    """`sha256:…` of what Helm renders of a chart, in whatever order."""
    text = "\0".join(sorted(each.strip() for each in (*f"\n{manifest}".split("\n---\n"), *hooks)))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def values_key(values: Mapping[str, Any]) -> str:
    """Forty hex digits that name these values; fit for a label."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def revision_of(secret: Mapping[str, Any]) -> Revision:
    """What a Secret holds. Raises ShunterError where that is no release of Helm's."""
    name = str(secret["metadata"]["name"])
    found = _opened(secret, name)
    info, chart = found.get("info") or {}, (found.get("chart") or {}).get("metadata") or {}
    labels = secret["metadata"].get("labels") or {}
    return Revision(
        number=int(found.get("version") or 0),
        status=str(info.get("status") or ""),
        at=str(info.get("last_deployed") or ""),
        description=str(info.get("description") or ""),
        chart=f"{chart.get('name', '')} {chart.get('version', '')}".strip(),
        manifest=str(found.get("manifest") or ""),
        config=found.get("config") or {},
        labels=labels,
        server_side=found.get("apply_method") == "ssa",
        secret=name,
        hooks=tuple(str(each.get("manifest") or "") for each in found.get("hooks") or ()),
    )


def revisions_of(secrets: Iterable[Mapping[str, Any]]) -> tuple[Revision, ...]:
    """The revisions in these Secrets, the oldest first."""
    return tuple(sorted(map(revision_of, secrets), key=lambda found: found.number))


def as_failed(secret: Mapping[str, Any], description: str) -> dict[str, Any]:
    """What to change of a Secret, as a merge patch, so that Helm takes its revision for one that failed."""
    found = _opened(secret, str(secret["metadata"]["name"]))
    found["info"] = {**(found.get("info") or {}), "status": "failed", "description": description}
    packed = gzip.compress(json.dumps(found).encode(), mtime=0)
    data = base64.b64encode(base64.b64encode(packed)).decode()
    version = secret["metadata"].get("resourceVersion")
    return {"metadata": {"resourceVersion": version, "labels": {"status": "failed"}}, "data": {"release": data}}


def _opened(secret: Mapping[str, Any], name: str) -> dict[str, Any]:
    try:
        packed = base64.b64decode(base64.b64decode(secret["data"]["release"]))
        found = json.loads(gzip.decompress(packed) if packed.startswith(b"\x1f\x8b") else packed)
    except (KeyError, ValueError, EOFError, OSError) as error:
        raise ShunterError(
            f"Secret {name} holds no release of Helm's", hint="look at it: kubectl get secret"
        ) from error
    return dict(found)


def lost_settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of values that an upgrade to `new` would drop: those that only the release in the cluster has."""
    lost: list[str] = []
    for key, value in old.items():
        if key not in new:
            lost.append(key)
        elif isinstance(value, Mapping) and isinstance(new[key], Mapping):
            lost += [f"{key}.{below}" for below in lost_settings(value, new[key])]
    return tuple(lost)
