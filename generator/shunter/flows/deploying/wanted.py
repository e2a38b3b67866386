"""What Helm would apply: rendered by the embedded one where the cluster has no say, else by the binary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from shunter.adapters.helm.engine import EmbeddedEngine, is_embedded
from shunter.core.deployment.revision import manifest_digest
from shunter.core.kube.objects import RenderedObject, objects_of
from shunter.flows.deploying.targets import Target
from shunter.flows.release.judged import render_judged
from shunter.flows.release.release import Release
from shunter.flows.release.render import documents
from shunter.model.data import dataclass

_ASKING: Final = (b"Capabilities", b"lookup")
"""What a template has to write if the cluster decides what it renders."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook: its object, the events that it runs at, and its text."""

    kind: str
    name: str
    events: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What Helm would apply: its objects and their text, its hooks, by which version of it, and the chart's name.

    `definitions` of kinds that the cluster lacks are made before all else.
    """

    manifest: str
    objects: tuple[RenderedObject, ...]
    hooks: tuple[Hook, ...]
    helm: str
    server_side: bool
    chart: str
    definitions: tuple[RenderedObject, ...] = ()

    @property
    def digest(self) -> str:
        """The digest of all of it."""
        return manifest_digest(self.manifest, [each.text for each in self.hooks])


def objects_in(manifest: str) -> tuple[RenderedObject, ...]:
    """The objects of a release's manifest."""
    return tuple(objects_of(documents(manifest.replace("\r\n", "\n"))))


def wanted_of(release: Mapping[str, Any], helm: str, *, server_side: bool) -> Wanted:
    """What a release says that Helm has printed and not made."""
    about = (release.get("chart") or {}).get("metadata") or {}
    chart = f"{about.get('name', '')} {about.get('version', '')}".strip()
    manifest = str(release.get("manifest") or "")
    hooks = tuple(map(_hook, release.get("hooks") or ()))
    return Wanted(manifest, objects_in(manifest), hooks, helm, server_side, chart)


def _hook(said: Mapping[str, Any]) -> Hook:
    events = tuple(str(event) for event in said.get("events") or ())
    return Hook(str(said.get("kind")), str(said.get("name")), events, str(said.get("manifest") or ""))


def rendered_here(target: Target, helm: str, *, server_side: bool, anyway: bool = False) -> Wanted | None:
    """The same without asking the cluster; None where its answer counts, or no Helm is embedded.

    `anyway` is for a cluster that cannot be asked yet: its answers are those that `helm template` has. Raises
    ShunterError for what Helm does not render.
    """
    if not is_embedded() or (target.part is None and not anyway and asks_the_cluster(target.release)):
        return None
    engine = EmbeddedEngine()
    rendered = target.render(engine) if target.part else render_judged(target.release, engine)
    applied: list[RenderedObject] = []
    texts, hooks = [], []
    for source, text in documents(rendered):
        found = tuple(objects_of([(source, text)]))
        if found and found[0].is_hook:
            text = text.removeprefix(f"# Source: {source}\n")
            hooks.append(Hook(found[0].kind, found[0].name, tuple(sorted(found[0].hook_events)), text))
        else:
            applied += found
            texts.append(f"---\n{text}")
    chart = f"{target.archive.name} {target.archive.version}"
    return Wanted("".join(texts), tuple(applied), tuple(hooks), helm, server_side, chart)


def asks_the_cluster(release: Release) -> bool:
    """Whether a template or a value may have the cluster decide what is rendered."""
    if any(word in json.dumps(release.values).encode() for word in _ASKING):
        return True
    files = release.archive.files.items()
    return any(path.endswith(".tgz") or any(word in state.data for word in _ASKING) for path, state in files)
