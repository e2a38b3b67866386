"""Which projects the commits since another one touch."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from shunter.adapters.git.past import all_paths, changed_since, has_commit, is_lost
from shunter.core.charts.pins import Dependency
from shunter.core.delivery.event import commit_before
from shunter.core.delivery.jobs import jobs as jobs_of
from shunter.core.delivery.touched import CHART, CODE, ENVIRONMENT, Range, Touched, touched
from shunter.core.delivery.versions import named_by
from shunter.core.workspace.layout import charts_url
from shunter.flows.delivery.checkouts import Checkout, checkouts, payload_of
from shunter.flows.workspace.context import Context
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

_NONE: Final = re.compile("0{40}(0{24})?")
"""What git and CI providers write for no commit."""


def changed(context: Context, since: str, variables: Mapping[str, str]) -> Report:
    """The services, charts and environments that commits after `since` touch, and of which of these a request gets a
    preview; `data` has the names of each kind.

    `variables` are those that a CI provider may have set. Where they tell of a tag, the projects that it releases are
    touched. CI's commit before a push may be none, for a new branch (only zeros), or gone, by a forced push: then all
    projects are touched, and so are those of one of several repositories that lacks it, such as a newer one. Where
    `since` is empty, CI is asked. Raises ShunterError where nobody says, or no repository has that commit otherwise.
    """
    return _changed(context, checkouts(context), since, variables)


def jobs(context: Context, since: str, variables: Mapping[str, str]) -> Report:
    """The same as the jobs of GitLab that are about these projects; `data` has them by name."""
    found = checkouts(context)
    report = _changed(context, found, since, variables)
    traits = {
        (place.kind, place.name): answers
        for checkout in found
        for place, answers in zip(checkout.places, checkout.answers["projects"], strict=True)
    }
    return replace(report, data=jobs_of(report.data, traits))


def _previews(found: Iterable[Checkout]) -> set[str]:
    """The environments with a file preview.yaml that CI deploys itself, and anybody may."""
    return {
        place.name
        for checkout in found
        if checkout.answers.get("deployment") == "helm"
        for place, answers in zip(checkout.places, checkout.answers["projects"], strict=True)
        if place.kind == ENVIRONMENT and answers.get("stage") != "production"
        if checkout.folder(place).get("preview.yaml") is not None
    }


def _changed(context: Context, found: Sequence[Checkout], since: str, variables: Mapping[str, str]) -> Report:
    since = since or commit_before(variables, payload_of(variables)) or ""
    if not since:
        raise ShunterError("changed since when?", hint="shunter changed --since origin/main")
    notices: list[str] = []
    tags = [(checkout, _tag(checkout, variables)) for checkout in found]
    asked = [checkout for checkout, tag in tags if not tag]
    lacking = _lacking(asked, since)
    ranges = [_range(checkout, since, variables, notices, lacking=checkout in lacking) for checkout in asked]
    released = [_released(checkout, tag) for checkout, tag in tags if tag]
    workspace = context.workspace
    library = charts_url(workspace, workspace.registries.url, workspace.library) if workspace else ""
    result = touched(ranges, _depends(found, library) if ranges else {})
    each, previews = (result, *released), _previews(found)
    data = {
        "services": [name for part in each for name in part.services],
        "charts": [name for part in each for name in part.charts],
        "environments": list(result.environments),
        "previews": [name for name in result.environments if name in previews],
    }
    nothing = () if any(data.values()) else (f"nothing is touched since {since}",)
    return Report(data=data, notices=(*notices, *nothing))


def _tag(checkout: Checkout, variables: Mapping[str, str]) -> str:
    told = checkout.told(variables)
    return told.event.name if told and told.event.kind == "tag" else ""


def _released(checkout: Checkout, tag: str) -> Touched:
    """What a tag of a release is about: code and chart of the projects that it names."""
    kinds = {
        CODE: [place.name for place in checkout.all(CODE)],
        CHART: [place.name for place in checkout.all(CHART) if checkout.has(place)],
    }
    named = named_by(tag, tuple(dict.fromkeys((*kinds[CODE], *kinds[CHART]))))
    code, charts = (tuple(name for name in kinds[kind] if name in named) for kind in (CODE, CHART))
    return Touched(code, charts, ())


def _lacking(asked: Sequence[Checkout], since: str) -> Collection[Checkout]:
    """The repositories without a commit that others have."""
    if len(asked) < 2 or _NONE.fullmatch(since):
        return ()
    lacking = [checkout for checkout in asked if not has_commit(checkout.repository, since)]
    return lacking if len(lacking) < len(asked) else ()


def _range(checkout: Checkout, since: str, variables: Mapping[str, str], notices: list[str], *, lacking: bool) -> Range:
    if lacking or _NONE.fullmatch(since) or (checkout.told(variables) and is_lost(checkout.repository, since)):
        shown = since if lacking else since[:7]
        notices.append(f"{checkout.name}: there is no commit {shown} to compare with, so all of it counts")
        return checkout.places, tuple(all_paths(checkout.repository))
    return checkout.places, tuple(changed_since(checkout.repository, since))


def _depends(found: Iterable[Checkout], registry: str) -> dict[str, set[str]]:
    """By chart, the charts of these checkouts that it depends on, as the last commits have them."""
    charts = [
        (place.name, checkout.chart(place))
        for checkout in found
        for place in checkout.all(CHART)
        if checkout.has(place)
    ]
    names = {chart.name: name for name, chart in charts}
    return {
        name: {names[needed.name] for needed in chart.dependencies if needed.name in names and _ours(needed, registry)}
        for name, chart in charts
    }


def _ours(needed: Dependency, registry: str) -> bool:
    """Whether a dependency is a chart of this workspace, and not one of the same name that others publish."""
    return not needed.repository or needed.repository.startswith("file://") or needed.repository == registry
