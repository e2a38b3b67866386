"""Validate: values files judged as Helm would, against the charts that they are for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shunter.adapters.files import DiskTree
from shunter.adapters.named_files import WORKSPACE_FILE, questions, summary
from shunter.adapters.regular import kind_of, read_regular
from shunter.adapters.verdict_cache import NoVerdicts, Verdicts
from shunter.core import reader
from shunter.core.chart_files import follow
from shunter.core.charts import Chart, load_chart
from shunter.core.verdict import judge
from shunter.flows.context import Context, Site
from shunter.flows.projects import answers_of, record_of, values_files_of
from shunter.flows.targets import Target, targets_of
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import Tree
from shunter.model.findings import Finding, Kind, Report, Span

_MOST_NAMES = 3
_WORTH_A_PROCESS = 100  # values files: less than a tenth of the time goes to forking


@dataclass(frozen=True, slots=True)
class Validation:
    """What `validate` was asked: files or chart folders (none: everything), one environment, `-f` and `--set`.

    `verdicts` is where old ones are looked up and new ones kept.
    """

    files: Sequence[str] = ()
    environment: str = ""
    values: Sequence[str] = ()
    sets: Sequence[str] = ()
    fix: bool = False
    verdicts: Verdicts = NoVerdicts()


def validate(context: Context, asked: Validation) -> Report:
    """Judge every values file that the request names or, with no name, all of the workspace's.

    With `fix`, safe fixes are written into the files first; what is reported is what stays.
    """
    findings, count = _judged(context, asked)
    if not asked.fix:
        report = report_of(context, findings, count)
        return replace(report, next_step=_fix_command(asked)) if any(f.fix for f in report.findings) else report
    from shunter.flows.repair import Repair

    repair = Repair(context.start)
    while repair.apply(_levelled(context, findings)):
        findings, count = _judged(context, asked)
    return replace(report_of(context, findings, count), outcomes=repair.outcomes())


def _fix_command(asked: Validation) -> str:
    """The command that repairs what can be repaired without thinking."""
    from shlex import join

    where = ["-e", asked.environment] if asked.environment else asked.files[:_MOST_NAMES]
    layers = [word for file in asked.values for word in ("-f", file)]
    rest = "" if asked.environment or len(asked.files) <= _MOST_NAMES else " ..."
    return join(["shunter", "validate", "--fix", *where, *layers]) + rest


def _judged(context: Context, asked: Validation) -> tuple[list[Finding], int]:
    targets = wanted(context, asked)
    findings = [finding for target in targets for finding in _judge_target(context, asked, target)]
    asked.verdicts.save()
    return findings, len(targets)


def wanted(context: Context, asked: Validation) -> list[Target]:
    """The charts that a request is about; with no name, all of the workspace or repository, or those around here."""
    if asked.environment:
        return [Target.of(context.site("environment", asked.environment))]
    if asked.files:
        return targets_of(context, asked.files)
    sites = context.sites()
    if not sites and not context.workspace:
        return targets_of(context, ["."])
    return [Target.of(site) for site in sites if site.kind in ("app", "environment")]


def _judge_target(context: Context, asked: Validation, target: Target) -> Iterable[Finding]:
    file = context.root / WORKSPACE_FILE
    workspace = read_regular(str(file)) if context.workspace else b""
    runs = [(*files, *asked.values) for files in target.runs]
    whole = target.environment is not None
    asking = questions(str(target.folder), str(context.start), workspace, runs, whole=whole, sets=asked.sets)
    known = [asked.verdicts.find(one) for one in asking]
    new = [number for number, findings in enumerate(known) if findings is None]
    if target.environment is not None:
        judged = [_judge_environment(context, target.environment, asked) for _ in new]
    else:
        found = _judge_chart(context, target.folder, [runs[number] for number in new], asked.sets) if new else ()
        judged = [(findings, True) for findings in found]
    for number, (findings, complete) in zip(new, judged, strict=True):
        known[number] = findings
        if complete:
            asked.verdicts.keep(asking[number], without_secrets(findings))
    return [finding for findings in known for finding in findings or ()]


def report_of(context: Context, findings: Iterable[Finding], count: int) -> Report:
    """The findings at the workspace's levels, each once, in order of place, as seen from where the run started."""
    seen = (_seen_from(context.start, finding) for finding in _levelled(context, findings))
    unique = without_secrets(dict.fromkeys(seen))
    ordered = tuple(sorted(unique, key=lambda f: (f.span, f.rule, f.message)))
    return Report(findings=ordered, notices=(summary(count, len(ordered)),))


def _levelled(context: Context, findings: Iterable[Finding]) -> Iterator[Finding]:
    from shunter.core.severity import at_levels

    return at_levels(findings, context.workspace.rules if context.workspace else {})


def _seen_from(start: Path, finding: Finding) -> Finding:
    """A finding whose paths do not leave `start` and come back: `05.yaml` for `../envs/05.yaml` in `envs`."""

    def seen(span: Span) -> Span:
        inside = span.path.startswith("../")
        return replace(span, path=os.path.relpath(f"{start}/{span.path}", start)) if inside else span

    return _moved(finding, seen)


def without_secrets(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings as people and machines may see them."""
    found = tuple(findings)
    if not found:
        return ()
    from shunter.core.masking import masked

    return masked(found)


def judge_environment(
    context: Context, site: Site, tree: Tree, values: Sequence[str] = (), sets: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """The findings of an environment whose files are `tree`: vendored charts first, then its values files in order.

    Sections of services that are known but not pinned yet are judged against their source charts.
    """
    return _judge_environment(context, site, Validation(values=values, sets=sets), tree)[0]


def _judge_environment(
    context: Context, site: Site, asked: Validation, tree: Tree | None = None
) -> tuple[tuple[Finding, ...], bool]:
    """The findings of an environment, and whether they depend on its own files alone."""
    tree = tree or site.tree()
    folder = label(context, site.path)
    chart = load_chart(tree, helm=str(answers_of(tree).get("helm", "4")))
    findings: tuple[Finding, ...] = ()
    record = record_of(tree, folder)
    if record and not chart.findings:
        from shunter.core.vendoring import verify_vendored

        findings = verify_vendored(tree, record, "" if folder == "." else folder)
    layers = layers_of(context, site, tree, asked.values)
    awaited = _awaited(context, set(record.cars) if record else set(), layers)
    chart, unpinned = _with_sources(context, chart, awaited)
    judged = (_unpinned(f, unpinned) for f in judge(chart, with_sets(layers, asked.sets)))
    found = [*judged, *(unnamed_schemas(tree, layers) if asked.fix else ())]
    return (*findings, *relabelled(found, folder)), not awaited


def _judge_chart(
    context: Context, folder: Path, runs: Sequence[Sequence[str]], sets: Sequence[str]
) -> list[tuple[Finding, ...]]:
    """The findings of a chart with each of several sets of `-f` files; an empty set stands for its own values.yaml."""
    chart = load_chart(DiskTree(folder))
    name = label(context, folder)
    there = {subchart.name for subchart in chart.subcharts}  # in another version, Helm takes it all the same
    missing = next((dependency for dependency in chart.missing if dependency.name not in there), None)
    if missing is not None and not chart.findings:
        ours = answers_of(DiskTree(folder))
        who = "this chart" if name == "." else name
        message = f"{who} needs chart {missing.name} {missing.version}, and charts/ does not hold it"
        raise ShunterError(message, hint="shunter lock" if ours else f"helm dependency build {name}")

    def judged(run: Sequence[str]) -> tuple[Finding, ...]:
        layers = with_sets([extra_layer(context, file, folder) for file in run], sets)
        found = judge(chart, layers, defaults=not run)
        return relabelled(found if run else (*found, *_ineffective(chart)), name)

    if len(runs) < 2 * _WORTH_A_PROCESS:
        return [judged(files) for files in runs]
    from shunter.adapters.workers import spread

    return spread(judged, runs, at_least=_WORTH_A_PROCESS)


def _ineffective(chart: Chart) -> Iterable[Finding]:
    """What a chart's own schema says in vain; nobody who only passes values can mend that."""
    if chart.schema is None:
        return ()
    from shunter.core.schema_lints import ineffective

    return ineffective(chart)


def unnamed_schemas(tree: Tree, layers: Iterable[reader.Document]) -> Iterator[Finding]:
    """An environment's own values files that lead no editor to their schema. `lint` says so, `--fix` mends it."""
    from shunter.core.modeline import modelines

    own = (layer for layer in layers if not layer.path.startswith(".."))
    yield from (finding for layer in own for finding in modelines(layer, tree))


def layers_of(context: Context, site: Site, tree: Tree, extra: Sequence[str] = ()) -> list[reader.Document]:
    """The values files of an environment in order, and further `-f` files after them."""
    helm = str(answers_of(tree).get("helm", "4"))
    layers = []
    for name in values_files_of(tree):
        state = follow(tree, name)
        if state is None and tree.get(name) is not None:
            message = f"{label(context, site.path)}/{name} is a symbolic link out of its repository"
            raise ShunterError(message, hint="put a copy of the file there")
        if state is None:
            raise ShunterError(
                f"{label(context, site.path)}/{name} is missing",
                hint="make it (it may be empty), or correct `values:`",
            )
        layers.append(reader.read(state.data, name, helm))
    return [*layers, *(extra_layer(context, name, site.path) for name in extra)]


def extra_layer(context: Context, name: str, folder: Path) -> reader.Document:
    """A further `-f` file, its path relative to the chart's folder as those of all findings are."""
    path = context.start / name
    if not name:
        raise ShunterError("-f has an empty name", hint="-f takes a values file")
    if not os.path.exists(path):  # noqa: PTH110 - which has no error for odd names
        raise ShunterError(f"there is no file {name}", hint="-f takes a values file")
    about = path.stat()
    if kind := kind_of(about.st_mode):
        raise ShunterError(f"{name} is {kind}, not a file", hint="-f takes a values file")
    place = os.path.relpath(path.resolve(), folder.resolve())
    if about.st_size > reader.MAX_BYTES:
        return reader.too_large(place, about.st_size)
    return reader.read(read_regular(str(path)), place)


def with_sets(layers: Sequence[reader.Document], sets: Sequence[str]) -> list[reader.Document]:
    """Layers, and one more for each `--set`."""
    if not sets:
        return list(layers)
    from shunter.core.setvalues import set_layers

    return [*layers, *set_layers(layers, sets)]


def user_values(layers: Sequence[reader.Document], sets: Sequence[str], folder: str) -> Mapping[str, Any]:
    """What Helm makes of `-f` files in order and `--set`. A file that Helm cannot read raises ShunterError.

    `folder` is the chart's, as errors are to name it.
    """
    merged: dict[str, Any] = {}
    for document in with_sets(layers, sets):
        for finding in relabelled(document.findings, folder):
            raise ShunterError(finding.message, span=finding.span, hint=finding.hint)
        merged = reader.merge_maps(merged, document.value or {})
    return merged


def _awaited(context: Context, pinned: set[str], layers: Sequence[reader.Document]) -> list[str]:
    """The services that the values of an environment speak of, and that it does not pin yet."""
    services = context.workspace.services if context.workspace else ()
    mentioned = {key for document in layers for key in (document.value or {})}
    return [service.name for service in services if service.name in mentioned and service.name not in pinned]


def _with_sources(context: Context, chart: Chart, names: Sequence[str]) -> tuple[Chart, set[str]]:
    """An environment's chart with the source charts of these services, as far as they are there."""
    from shunter.model.chart import Dependency

    sources = {name: source for name in names if (source := source_chart(context, name)) is not None}
    dependencies = [
        Dependency(source.name, source.version, alias="" if source.name == name else name, condition=f"{name}.enabled")
        for name, source in sources.items()
    ]
    subcharts = (*chart.subcharts, *sources.values())
    return replace(chart, subcharts=subcharts, dependencies=(*chart.dependencies, *dependencies)), set(sources)


def source_chart(context: Context, name: str) -> Chart | None:
    """A service's chart as it stands in the workspace; None where it is not there."""
    assert context.workspace is not None
    service = context.workspace.service(name)
    if service is None:
        return None
    if service.chart is None:
        site = next((s for s in context.sites("app", missing_ok=True) if s.name == name), None)
        tree = site.tree() if site and site.path.is_dir() else None
    else:
        folder = context.root / service.chart.path
        tree = DiskTree(folder) if service.chart.path and folder.is_dir() else None
    return load_chart(tree) if tree is not None else None


def _unpinned(finding: Finding, unpinned: set[str]) -> Finding:
    if not finding.key or finding.key[0] not in unpinned:
        return finding
    note = f"unpinned: judged against the chart of {finding.key[0]} as it is in the workspace"
    return replace(finding, kind=Kind.LINT, notes=(*finding.notes, note))


def label(context: Context, folder: Path) -> str:
    """A folder's path as a person in `context.start` writes it."""
    return os.path.relpath(folder.resolve(), context.start)


def relabelled(findings: Iterable[Finding], folder: str) -> tuple[Finding, ...]:
    """Findings whose relative paths are below `folder`."""
    return tuple(_moved(finding, lambda span: _below(span, folder)) for finding in findings)


def _moved(finding: Finding, moved: Callable[[Span], Span]) -> Finding:
    return replace(
        finding,
        span=moved(finding.span),
        related=tuple((label, moved(span)) for label, span in finding.related),
        fix=tuple(replace(edit, span=moved(edit.span)) for edit in finding.fix),
    )


def _below(span: Span, folder: str) -> Span:
    if folder == "." or span.path.startswith(("/", "--set ")):
        return span
    return replace(span, path=os.path.normpath(f"{folder}/{span.path}") if span.path else folder)
