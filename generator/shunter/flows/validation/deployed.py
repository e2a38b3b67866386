"""Values in files of Argo CD and Flux, judged with the charts that these deploy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from posixpath import normpath

from shunter.adapters.system.regular import is_file, is_folder, read_regular
from shunter.core.goyaml.document import Document
from shunter.core.kube.objects import objects_of, template_span
from shunter.core.rules.masking import masked
from shunter.core.values.deployed import Deployment, Setting, deployments, deploys, is_variable, unread
from shunter.flows.deployed.missing import Missing
from shunter.flows.deployed.sources import Sources
from shunter.flows.release.layers import extra_layer, with_sets
from shunter.flows.release.release import Release
from shunter.flows.release.render import documents
from shunter.flows.validation.judge import Validation, judge_layers
from shunter.flows.workspace.context import Context, repository_root
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import replace
from shunter.model.files import MemoryTree
from shunter.model.findings import Finding, Span


def deploying(context: Context, names: Iterable[str]) -> list[str]:
    """Those of the named files in which an object deploys a chart, or is to: see `deploys`."""
    paths = ((name, context.start / name) for name in names if name.endswith((".yaml", ".yml")))
    return [name for name, path in paths if is_file(path) and deploys(read_regular(str(path)), name)]


def judged_deployed(context: Context, asked: Validation, names: Sequence[str]) -> tuple[list[Finding], int]:
    """The findings of the charts that the objects in the named files deploy, with the values of these; and how many.

    What was `asked` with `-f` and `--set` lies on top. A file that an object names and that is not there is a finding;
    a note says what is elsewhere: the rest is judged.
    """
    found: list[Finding] = []
    count = 0
    for name in names:
        found += unread(read_regular(str(context.start / name)), name)
        for sources, deployment in _deployments(context, name):
            findings, judged = _judged(sources, deployment, asked)
            found += findings
            count += judged
    return found, count


def deployed_releases(context: Context, asked: Validation, names: Sequence[str]) -> Iterator[Release]:
    """The releases of these charts, to be rendered; none of what is not here, or not all."""
    for name in names:
        for sources, deployment in _deployments(context, name):
            missing, release = Missing(deployment.span), None
            with missing.noting():
                release = _release(sources, deployment, asked, missing)
            if release is not None and not any(missing.findings()):
                yield release


def judged_rendered(context: Context, asked: Validation, release: Release, text: str) -> Iterator[Finding]:
    """The findings of the charts that objects in a release's manifests deploy, at the templates of these objects.

    Such charts are looked for in the repository of the chart that renders them; one from elsewhere has none.
    """
    folder = context.start / release.label
    rendered = [(normpath(f"{release.label}/{source}"), source, body.encode()) for source, body in documents(text)]
    if not is_folder(folder) or not any(deploys(data, name) for name, _, data in rendered):
        return
    alone = replace(asked, values=(), sets=())  # what was asked for is for the chart that renders them
    root, beside = repository_root(folder.resolve()), tuple((name, data) for name, _, data in rendered)
    for name, source, data in rendered:
        if not deploys(data, name):
            continue
        sources = Sources(context, name, root, beside)
        found = [*unread(data, name)]
        for deployment in deployments(data, name):
            if not sources.is_plain(deployment):
                found += _judged(sources, deployment, alone)[0]
        title = next(item.title for item in objects_of([(source, data.decode())]))
        template = template_span(release.coalesced.slices, source)[0].path
        at = Span(normpath(f"{release.label}/{template}"))
        yield from (_at_template(finding, name, title, at) for finding in masked(found))


def _at_template(finding: Finding, name: str, title: str, template: Span) -> Finding:
    """The finding, if it stands in the rendered text called `name`, at the template that made it."""
    if finding.span.path != name:
        return replace(finding, notes=(*finding.notes, f"deployed by {title}, which {template.path} renders"))
    line = finding.span.text.strip()
    return replace(
        finding,
        message=f"{title}: {finding.message}",
        span=template,
        notes=(*finding.notes, *([f"rendered: {line}"] if line else [])),
        related=tuple(each for each in finding.related if each[1].path != name),
        fix=(),
    )


def _deployments(context: Context, name: str) -> Iterator[tuple[Sources, Deployment]]:
    path: Path = context.start / name
    sources = Sources(context, name, repository_root(path.resolve().parent))
    for deployment in deployments(read_regular(str(path)), name):
        if not sources.is_plain(deployment):
            yield sources, deployment


def _release(sources: Sources, deployment: Deployment, asked: Validation, missing: Missing) -> Release:
    files, folder = sources.chart(deployment)
    layers = sources.layers(deployment, files, folder, missing)
    layers += [extra_layer(sources.context, name, folder) for name in asked.values]
    if not deployment.judged:
        files = ProjectFiles(_without_schemas(files), files.label)
    return Release(files).with_layers(with_sets(sources.context, layers, asked.sets))


def _judged(sources: Sources, deployment: Deployment, asked: Validation) -> tuple[list[Finding], bool]:
    """The findings of a deployment, and whether its chart was there to judge it."""
    missing = Missing(deployment.span)
    with missing.noting():
        release = _release(sources, deployment, asked, missing)
        found = judge_layers(sources.context, release)
        found = tuple(one for one in found if not (missing.keys and one.rule == "missing-key"))
        found = tuple(one for one in found if not (deployment.flux and is_variable(one.span)))
        shown = [_forced(finding, deployment.sets) for finding in _mendable(found, release.layers)]
        return [*shown, *missing.findings()], True
    own = [layer for layer in deployment.layers if isinstance(layer, Document)]
    return [*(finding for layer in own for finding in _alone(layer)), *missing.findings()], False


def _mendable(findings: Iterable[Finding], layers: Sequence[Document]) -> Iterator[Finding]:
    """The findings, without fixes of what a file has in another shape: a fix would replace the whole of it."""
    places = {(at.line, at.column, at.text) for layer in layers if (at := layer.place) is not None}
    for finding in findings:
        at = finding.span
        yield replace(finding, fix=()) if (at.line, at.column, at.text) in places else finding


def _alone(document: Document) -> tuple[Finding, ...]:
    """What can be said of values without their chart."""
    from shunter.core.rules.yaml_lints import yaml_lints

    return (*document.findings, *yaml_lints(document))


def _forced(finding: Finding, sets: Sequence[Setting]) -> Finding:
    """The finding; of a parameter of Argo CD, what makes it text is no pair of quotes."""
    at = finding.span
    setting = next((one for one in sets if (one.span.line, one.span.column) == (at.line, at.column)), None)
    if setting is None or finding.rule not in ("quoted-value", "type"):
        return finding
    if setting.flag == "--set-string":
        return replace(finding, hint="remove `forceString: true`, which makes it a string")
    return replace(finding, hint="add `forceString: true`") if "must be a string," in finding.message else finding


def _without_schemas(files: ProjectFiles) -> MemoryTree:
    from shunter.flows.release.unchecked import without_schemas

    return MemoryTree(dict(without_schemas(files.packed).files))
