"""Lints on environments that stand beside each other: what their values files say of one another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from shunter.core.values.environments import Layered, findings
from shunter.flows.release.release import Release, release_of
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.labels import relabelled
from shunter.model.findings import Finding


def lint_environments(context: Context, sites: Iterable[Site]) -> Iterator[Finding]:
    """What is set twice, everywhere but in one, or for services that are gone. What Helm cannot read is left out."""
    layered = []
    for site in sites:
        release = release_of(context, site)
        if not any(layer.findings for layer in release.layers):
            layered.append(_layered(site.name, release))
    for environment, finding in findings(layered):
        yield from relabelled([finding], environment.folder)


def _layered(name: str, release: Release) -> Layered:
    answers, record = release.files.answers, release.files.record
    return Layered(
        name,
        release.label,
        release.layers,
        services=frozenset((*answers.get("services", ()), *(record.cars if record else ()))),
        others=frozenset(answers.get("other_services", ())),
        admitted=_admitted(release),
        first=not answers.get("promotes_from"),
    )


def _admitted(release: Release) -> frozenset[str]:
    """What the environment's schema lets values files speak of; what it does not is refused anyway."""
    state = release.tree.get("values.schema.json")
    try:
        names = set(json.loads(state.data)["properties"]) if state else set()
    except (ValueError, KeyError, TypeError):
        return frozenset()
    return frozenset(names - {"global", "tags", release.files.answers.get("library")})
