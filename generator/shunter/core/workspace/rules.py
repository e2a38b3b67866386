"""What the schema of `shunter.yaml` cannot say: rules that span several keys, and names that something must have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from shunter.core.charts.pins import OCI
from shunter.core.delivery.style import OTHER, PULL_REQUEST, style_of
from shunter.core.goyaml.document import Document, KeyPath
from shunter.core.workspace.layout import (
    CONTROLLERS,
    TRAINS_FOLDER,
    charts_url,
    image_name,
    is_shared,
    origin_url,
    plan_repositories,
    values_path,
)
from shunter.core.workspace.model import STAGES, Service, Workspace
from shunter.core.workspace.own_files import misspelt
from shunter.model.findings import Finding, Kind
from shunter.model.wording import nearest

_PLACES: Final = (("registries", "charts", "push"), ("registries", "charts", "url"), ("registries", "charts"))
_RESERVED: Final = ("global", "tags", "enabled")
_BY_APP: Final = ("helm", "argo")
"""What deploys the apps of an environment each on its own."""
_HOST: Final = re.compile(r"([a-z+]+://)?([^/@]+@)?[^/:]+(:[0-9]+/|[:/])")
"""What an URL of a repository has before the path on its forge, as templates take it away (`workspace_path`)."""
_READ_BY_FLUX: Final = re.compile(r"(https?|ssh)://|[^/@:]+@[^/:]+:")
"""What Flux takes, and the short form of ssh, of which the templates make the long one."""
_PATHS: Final = {"github": re.compile(r"[\w.-]+/[\w.-]+"), "gitlab": re.compile(r"([\w.-]+/)+[\w.-]+")}


def broken_rules(document: Document, workspace: Workspace, found: Sequence[Finding]) -> Iterator[Finding]:
    """Every rule that `document`, a `shunter.yaml`, breaks. `workspace` is made of what its schema accepts of it.

    `found` is what the schema says: where a service is broken, nobody knows whether it has code.
    """
    yield from _reserved_names(document, workspace)
    yield from _former_names(document, workspace)
    yield from _unknown_names(document, workspace)
    yield from _calls(document, workspace)
    yield from _issuers(document, workspace)
    yield from _circles(document, workspace)
    yield from _values_elsewhere(document, workspace)
    if not any(finding.key[:1] == ("services",) for finding in found):
        yield from _monolith(document, workspace)
    yield from _reusable_nowhere(document, workspace)
    yield from _deployed_from_nowhere(document, workspace)
    yield from _not_apart(document, workspace)
    yield from _taken_names(document, workspace)
    yield from _taken_labels(document, workspace)
    yield from _taken_places(document, workspace)
    if workspace.rules:
        yield from _levels(document, workspace)


def _reserved_names(document: Document, workspace: Workspace) -> Iterator[Finding]:
    for service in workspace.services:
        if service.name in (*_RESERVED, workspace.library):
            message = f"a service cannot be called `{service.name}`: an umbrella's values use that key"
            yield _taken(document, ("services", service.name), message, "rename the service")


def _former_names(document: Document, workspace: Workspace) -> Iterator[Finding]:
    claimed = {service.name: f"service `{service.name}`" for service in workspace.services}
    for service in workspace.services:
        for number, name in enumerate(service.formerly):
            path = ("services", service.name, "formerly", number)
            if taken := claimed.get(name):
                message = f"`{service.name}` cannot have been called `{name}`: that is {taken}"
                hint = "remove it here once no train calls it so, or choose another name for the other"
                yield Finding("name-taken", message, document.span(path), key=path, hint=hint)
            claimed[name] = f"what `{service.name}` was"


def _taken(document: Document, path: KeyPath, message: str, hint: str) -> Finding:
    of_value = path == ("name",)
    span = document.span(path) if of_value else document.span(path, of="key")
    return Finding("name-taken", message, span, key=path, hint=hint)


def _unknown_names(document: Document, workspace: Workspace) -> Iterator[Finding]:
    environments = [environment.name for environment in workspace.environments]
    services = [service.name for service in workspace.services]
    for environment in workspace.environments:
        at = ("environments", environment.name)
        for path, name in _names(document, (*at, "promotes-from")):
            said = f"`{environment.name}` promotes from `{name}`, which is no environment"
            yield from _unknown(document, path, said, name, environments)
        for path, name in _names(document, (*at, "services")):
            said = f"`{environment.name}` has `{name}`, which is no service"
            yield from _unknown(document, path, said, name, services)
    for group in workspace.groups:
        for path, name in _names(document, ("groups", group)):
            said = f"the group `{group}` has `{name}`, which is no environment"
            yield from _unknown(document, path, said, name, environments)
    places = [f"group:{group}" for group in workspace.groups] + [f"stage:{stage}" for stage in STAGES]
    for path, name in _names(document, ("promotions", "direct")):
        said = f"`promotions.direct` has `{name}`, which is no environment, stage or group"
        yield from _unknown(document, path, said, name, [*environments, *places])


def _calls(document: Document, workspace: Workspace) -> Iterator[Finding]:
    """Calls of what is not there, and of what nobody can call; circles are fine."""
    known = [service.name for service in workspace.services]
    for service in workspace.services:
        for path, name in _names(document, ("services", service.name, "calls")):
            said = f"`{service.name}` calls `{name}`, which is no service"
            yield from _unknown(document, path, said, name, known)
            called = workspace.service(name)
            if called and (name == service.name or not called.can_be_called):
                why, hint = _uncallable(service.name, called)
                message = f"`{service.name}` calls {why}"
                yield Finding("uncallable", message, document.span(path), key=path, hint=hint)


def _issuers(document: Document, workspace: Workspace) -> Iterator[Finding]:
    first = workspace.issuer
    for service in workspace.services:
        if service.provider and first and service != first:
            path = ("services", service.name, "provider")
            message = f"`{service.name}` issues tokens, and so does `{first.name}`"
            hint = "keep one: a service trusts one issuer"
            yield Finding("name-taken", message, document.span(path), key=path, hint=hint)


def _uncallable(caller: str, called: Service) -> tuple[str, str]:
    if called.name == caller:
        return "itself", "remove it: what runs beside it needs no address"
    if called.chart:
        hint = f"set its address in `env` of {caller}'s values, and the way there in `networkPolicy.moreEgress`"
        return f"`{called.name}`, an existing chart, whose Service nobody knows here", hint
    return (
        f"`{called.name}`, a {called.archetype}, which has no Service",
        "send it a message, or give it another archetype",
    )


def _names(document: Document, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """The name at a path, or each one in the list that stands there, with its place."""
    value: Any = document.value
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    items = [((*path, number), item) for number, item in enumerate(value)] if isinstance(value, list) else []
    yield from ((at, name) for at, name in (items or [(path, value)]) if isinstance(name, str))


def _unknown(document: Document, path: KeyPath, said: str, name: str, known: Sequence[str]) -> Iterator[Finding]:
    if name not in known:
        near = nearest(name, known)
        hint = f"did you mean `{near}`?" if near else f"one of: {', '.join(known)}" if known else "there is none yet"
        fix = misspelt(document, path, name, near, of="value") if near else ()
        yield Finding("unknown-name", said, document.span(path), key=path, hint=hint, fix=fix)


def _circles(document: Document, workspace: Workspace) -> Iterator[Finding]:
    sources = {environment.name: environment.promotes_from for environment in workspace.environments}
    left: set[str] = set()
    for start in sources:
        route: dict[str, None] = {}
        steps = [iter((start,))]
        while steps:
            step = next(steps[-1], None)
            if step is None:
                steps.pop()
                left.update([route.popitem()[0]] if route else [])
            elif step in route:
                names = [*route]
                yield _circle(document, names[names.index(step) :])
            elif step in sources and step not in left:
                route[step] = None
                steps.append(iter(sources[step]))


def _circle(document: Document, route: list[str]) -> Finding:
    """The finding for environments that promote from one another, each from the next; it stands at the first."""
    places = {name: _place(document, name, route[(number + 1) % len(route)]) for number, name in enumerate(route)}
    first = min(route, key=lambda name: document.span(places[name]))
    start = route.index(first)
    order = [*route[start:], *route[:start]]
    return Finding(
        "promotion-circle",
        f"the promotion order is a circle: {' → '.join((first, *reversed(order)))}",
        document.span(places[first]),
        key=places[first],
        related=tuple((f"`{name}`", document.span(places[name])) for name in order[1:]),
        hint="remove one `promotes-from`",
    )


def _place(document: Document, name: str, source: str) -> KeyPath:
    """Where an environment says that it promotes from `source`."""
    path = ("environments", name, "promotes-from")
    return next((at for at, named in _names(document, path) if named == source), path)


def _values_elsewhere(document: Document, workspace: Workspace) -> Iterator[Finding]:
    """Shared values files in folders that belong to something: a rename or a removal would take them along."""
    taken = [project.path for spec in plan_repositories(workspace) for project in spec.projects if project.path != "."]
    for environment in workspace.environments:
        for number, name in enumerate(environment.values):
            place = values_path(environment.name, name)
            owner = next((path for path in (*taken, TRAINS_FOLDER) if place.startswith(f"{path}/")), "")
            if is_shared(name) and owner:
                path = ("environments", environment.name, "values", number)
                message = f"`{name}` lies in {owner}/, so it is no file that environments share"
                hint = "move it beside the environments' folders, such as ../common.yaml"
                yield Finding("values-elsewhere", message, document.span(path), key=path, hint=hint)


def _monolith(document: Document, workspace: Workspace) -> Iterator[Finding]:
    with_code = [service for service in workspace.services if service.language]
    if workspace.layout.code == "monolith" and len(with_code) != 1:
        path = ("layout", "code")
        message = f"`code: monolith` is for one service with code, and this workspace has {len(with_code)}"
        hint = "use `code: mono`, or leave one service with a language"
        yield Finding("monolith-services", message, document.span(path), key=path, hint=hint)


def _reusable_nowhere(document: Document, workspace: Workspace) -> Iterator[Finding]:
    """Pipelines that call the workspace's repository, of which nobody has said where it is on its forge."""
    pattern = _PATHS.get(workspace.ci)
    if workspace.pipelines != "reusable" or pattern is None or len(plan_repositories(workspace)) == 1:
        return
    url = origin_url(workspace, workspace.name)
    if not pattern.fullmatch(_HOST.sub("", url, count=1).removesuffix(".git")):
        path = ("pipelines",)
        said = (
            f"{url} is no address on {workspace.ci.capitalize()}"
            if url
            else "`repositories.url` says of none where it is"
        )
        message = f"`pipelines: reusable` calls the repository `{workspace.name}`, and {said}"
        hint = "set it, such as git@github.com:acme/{name}.git, or use `pipelines: inline`"
        yield Finding("reusable-nowhere", message, document.span(path), key=path, hint=hint)


def _deployed_from_nowhere(document: Document, workspace: Workspace) -> Iterator[Finding]:
    """Objects for a controller that reads repositories, of which nobody has said where they are, or where it cannot."""
    if workspace.deployment not in CONTROLLERS or not workspace.environments:
        return
    url = origin_url(workspace, workspace.name)
    if not url:
        said = "`repositories.url` says of none where it is"
    elif workspace.deployment == "flux" and not _READ_BY_FLUX.match(url):
        said = f"Flux reads none at {url}, which is neither http, https nor ssh"
    else:
        return
    path = ("deployment",)
    message = f"`deployment: {workspace.deployment}` reads the environments' repositories, and {said}"
    hint = "set it, such as git@github.com:acme/{name}.git, or use `deployment: gitops`"
    yield Finding("deployed-from-nowhere", message, document.span(path), key=path, hint=hint)


def _not_apart(document: Document, workspace: Workspace) -> Iterator[Finding]:
    """Apps on their own where nobody can: Flux wants a name for each release, and it is that of objects."""
    for environment in workspace.environments:
        if environment.releases == "app" and workspace.deployment not in _BY_APP:
            path = ("environments", environment.name, "releases")
            message = f"`deployment: {workspace.deployment}` cannot deploy the apps of `{environment.name}` one by one"
            hint = "leave `releases` out, or use `deployment: helm`, or `argo`"
            yield Finding("not-apart", message, document.span(path), key=path, hint=hint)


def _taken_places(document: Document, workspace: Workspace) -> Iterator[Finding]:
    """Image and chart of a service have one name and, at a release, one tag: in one place they are one thing."""
    push = workspace.registries.push.removeprefix(OCI)
    for service in workspace.services:
        place = f"{charts_url(workspace, push, service.name)}/{service.name}"
        if push and service.language and not service.chart and place == image_name(workspace, service):
            message = f"image and chart of `{service.name}` would both be {place}"
            hint = "give charts a place of their own, such as the one of `images` with /charts behind it"
            key = next((path for path in _PLACES if any(_names(document, path))), ("registries",))
            yield Finding("name-taken", message, document.span(key), key=key, hint=hint)
            return


def _taken_names(document: Document, workspace: Workspace) -> Iterator[Finding]:
    layout = workspace.layout
    claims: dict[str, str] = {workspace.name: "the workspace"}
    for service in workspace.services:
        multi_code = layout.code == "multi" and service.language
        multi_chart = layout.charts == "multi" and not service.language and not service.chart and layout.code != "mono"
        if multi_code or multi_chart:
            if taken := claims.get(service.name):
                message = f"the repository of service `{service.name}` would have the name of {taken}"
                yield _taken(document, ("services", service.name), message, "rename the service or the workspace")
            claims[service.name] = f"service `{service.name}`"
    for environment in workspace.environments if layout.envs == "multi" else ():
        if taken := claims.get(f"{workspace.name}-{environment.name}"):
            message = f"the repository of environment `{environment.name}` would have the name of {taken}"
            yield _taken(document, ("environments", environment.name), message, "rename one of them")
    folders = [repository.folder for repository in plan_repositories(workspace)]
    for reserved in ("library", "trains"):
        if reserved in folders:
            message = f"a repository cannot be called `{reserved}`"
            yield _taken(document, ("name",), message, "the workspace keeps a folder of that name")


def _taken_labels(document: Document, workspace: Workspace) -> Iterator[Finding]:
    """Branches of two patterns under one label would share versions."""
    claims: dict[str, str] = {PULL_REQUEST: "pull requests", OTHER.label: "branches that nothing matches"}
    matches: set[str] = set()
    for number, branches in enumerate(style_of(workspace.development, workspace.versions).branches):
        path = ("versions", "branches", number)
        if branches.match and branches.match in matches:
            message = f"`{branches.match}` stands above, and the first one that matches counts"
            yield Finding(
                "name-taken", message, document.span((*path, "match")), key=(*path, "match"), hint="remove one"
            )
        elif taken := claims.get(branches.label if branches.match else ""):
            message = f"the label `{branches.label}` is that of {taken}"
            hint = "give each pattern a label of its own: versions of two would be the same"
            yield Finding("name-taken", message, document.span((*path, "label")), key=(*path, "label"), hint=hint)
        matches.add(branches.match)
        if branches.label:
            claims.setdefault(branches.label, f"`{branches.match}`")


def _levels(document: Document, workspace: Workspace) -> Iterator[Finding]:
    from shunter.core.rules.catalogue import RULES

    for name in workspace.rules:
        path = ("rules", name)
        rule, span = RULES.get(name), document.span(path, of="key")
        if rule is None:
            near = nearest(name, RULES)
            hint = f"did you mean `{near}`?" if near else "docs/reference/rules.md lists them all"
            fix = misspelt(document, path, name, near, of="key") if near and near not in workspace.rules else ()
            yield Finding("unknown-name", f"there is no rule `{name}`", span, key=path, hint=hint, fix=fix)
        elif rule.kind is Kind.VERDICT:
            message = f"`{name}` is refused, whatever level it has here"
            yield Finding("fixed-level", message, span, key=path, hint="remove this line; only lints have levels")
