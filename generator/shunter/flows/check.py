"""Validate: values files judged as Helm would, against the charts that they are for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shunter.adapters.files import DiskTree, write_file
from shunter.core import reader
from shunter.core.charts import Chart, load_chart
from shunter.core.fixes import fixed
from shunter.core.setvalues import parse_set
from shunter.core.severity import at_levels
from shunter.core.vendoring import verify_vendored
from shunter.core.verdict import judge
from shunter.flows.context import Context, Site
from shunter.flows.projects import answers_of, record_of
from shunter.model.chart import Dependency
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import Tree
from shunter.model.findings import Finding, Kind, Outcome, Report, Span, Status

_NOT_VALUES = ("templates", "charts", "crds")


@dataclass(frozen=True, slots=True)
class Validation:
    """What `validate` was asked: files or chart folders (none: everything), one environment, `-f` and `--set`."""

    files: Sequence[str] = ()
    environment: str = ""
    values: Sequence[str] = ()
    sets: Sequence[str] = ()
    fix: bool = False


def validate(context: Context, asked: Validation) -> Report:
    """Judge every values file that the request names or, with no name, all of the workspace's.

    With `fix`, safe fixes are written into the files first; what is reported is what stays.
    """
    findings, count = _judged(context, asked)
    outcomes = apply_fixes(context.start, findings) if asked.fix else ()
    if outcomes:
        findings, count = _judged(context, asked)
    report = report_of(context, findings, count)
    return replace(report, outcomes=outcomes)


def _judged(context: Context, asked: Validation) -> tuple[list[Finding], int]:
    if asked.environment:
        sites = [context.site("environment", asked.environment)]
    elif asked.files:
        return _judge_files(context, asked)
    else:
        sites = [site for site in context.sites() if site.kind in ("app", "environment")]
    return [f for site in sites for f in judge_site(context, site, asked.values, asked.sets)], len(sites)


def apply_fixes(start: Path, findings: Iterable[Finding]) -> tuple[Outcome, ...]:
    """Write the safe fixes of findings into the files; every other byte stays. One outcome for each changed file."""
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.fix:
            by_file.setdefault(finding.fix[0].span.path, []).append(finding)
    outcomes = []
    for name, wanted in sorted(by_file.items()):
        state = DiskTree(start.joinpath(name).parent).get(Path(name).name)
        data, applied = fixed(state.data, wanted, name) if state else (b"", ())
        if state and applied:
            write_file(start / name, replace(state, data=data))
            outcomes.append(Outcome(name, Status.DONE, f"fixed: {', '.join(f.rule for f in applied)}"))
    return tuple(outcomes)


def report_of(context: Context, findings: Iterable[Finding], count: int) -> Report:
    """The findings at the workspace's levels, each once, in order of place."""
    levels = context.workspace.rules if context.workspace else {}
    unique = without_secrets(dict.fromkeys(at_levels(findings, levels)))
    ordered = tuple(sorted(unique, key=lambda f: (f.span, f.rule, f.message)))
    said = "valid" if not ordered else f"{len(ordered)} finding{'s' if len(ordered) > 1 else ''}"
    return Report(findings=ordered, notices=(f"{count} chart{'s' if count != 1 else ''} checked: {said}",))


def without_secrets(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings as people and machines may see them."""
    found = tuple(findings)
    if not found:
        return ()
    from shunter.core.masking import masked

    return masked(found)


def judge_site(
    context: Context, site: Site, values: Sequence[str] = (), sets: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """The findings of one app chart or environment as it is on disk."""
    if site.kind == "environment":
        return judge_environment(context, site, site.tree(), values, sets)
    return _judge_chart(context, site.path, site.tree(), [values], sets)


def judge_environment(
    context: Context, site: Site, tree: Tree, values: Sequence[str] = (), sets: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """The findings of an environment whose files are `tree`: vendored charts first, then its values files in order.

    Sections of services that are known but not pinned yet are judged against their source charts.
    """
    folder = label(context, site.path)
    record = record_of(tree, folder)
    findings = verify_vendored(tree, record, "" if folder == "." else folder) if record else ()
    pinned = set(record.cars) if record else set()
    layers = layers_of(context, site, tree, values)
    chart = load_chart(tree, helm=str(answers_of(tree).get("helm", "4")))
    chart, unpinned = _with_unpinned(context, chart, pinned, layers)
    judged = (_unpinned(f, unpinned) for f in judge(chart, _with_sets(layers, sets)))
    return (*findings, *relabelled(judged, folder))


def _judge_chart(
    context: Context, folder: Path, tree: Tree, runs: Sequence[Sequence[str]], sets: Sequence[str]
) -> tuple[Finding, ...]:
    """The findings of a chart with each of several sets of `-f` files."""
    chart = load_chart(tree)
    if chart.missing:
        missing = chart.missing[0]
        raise ShunterError(
            f"{label(context, folder)} needs chart {missing.name} {missing.version}, and charts/ does not hold it",
            hint="shunter lock",
        )
    findings: list[Finding] = []
    for names in runs:
        findings += judge(chart, _with_sets([_extra(context, name, folder) for name in names], sets))
    return relabelled(findings, label(context, folder))


def _judge_files(context: Context, asked: Validation) -> tuple[list[Finding], int]:
    findings: list[Finding] = []
    folders: dict[Path, list[str]] = {}
    for name in asked.files:
        path = (context.start / name).absolute()
        folder = _chart_folder(path)
        if folder is None:
            raise ShunterError(f"{name} belongs to no chart", hint="name a values file of a chart, or a chart's folder")
        folders.setdefault(folder, []).append(name)
    known = {site.path.resolve(): site for site in context.sites(missing_ok=True) if site.kind != "library"}
    for folder, names in folders.items():
        site = known.get(folder.resolve())
        if site is not None and site.kind == "environment":
            findings += judge_environment(context, site, site.tree(), asked.values, asked.sets)
        else:
            runs = [[name, *asked.values] for name in names if _is_extra(context.start / name, folder)]
            findings += _judge_chart(context, folder, DiskTree(folder), runs or [asked.values], asked.sets)
    return findings, len(folders)


def _is_extra(path: Path, folder: Path) -> bool:
    """Whether a file of a chart is a values file of its own, to be judged as if passed with `-f`."""
    if not path.is_file() or path.suffix not in (".yaml", ".yml"):
        return False
    inside = path.absolute().relative_to(folder)
    return inside.as_posix() not in ("values.yaml", "Chart.yaml") and inside.parts[0] not in _NOT_VALUES


def _chart_folder(path: Path) -> Path | None:
    if not path.exists():
        raise ShunterError(f"there is no file {path}", hint="check the name")
    return next((folder for folder in (path, *path.parents) if (folder / "Chart.yaml").is_file()), None)


def layers_of(context: Context, site: Site, tree: Tree, extra: Sequence[str] = ()) -> list[reader.Document]:
    """The values files of an environment in order, and further `-f` files after them."""
    answers = answers_of(tree)
    helm = str(answers.get("helm", "4"))
    layers = []
    for name in answers.get("values_files", ["values.yaml"]):
        state = tree.get(name)
        if state is None:
            raise ShunterError(
                f"{label(context, site.path)}/{name} is missing",
                hint="make it (it may be empty), or correct `values:`",
            )
        layers.append(reader.read(state.data, name, helm))
    return [*layers, *(_extra(context, name, site.path) for name in extra)]


def _extra(context: Context, name: str, folder: Path) -> reader.Document:
    """A further `-f` file, its path relative to the chart's folder as those of all findings are."""
    path = context.start / name
    if not path.is_file():
        raise ShunterError(f"there is no file {name}", hint="-f takes a values file")
    return reader.read(path.read_bytes(), os.path.relpath(path.resolve(), folder.resolve()))


def _with_sets(layers: Sequence[reader.Document], sets: Sequence[str]) -> list[reader.Document]:
    return [*layers, *(reader.of_mapping(parse_set(text), f"--set {text}") for text in sets)]


def user_values(layers: Sequence[reader.Document], sets: Sequence[str], folder: str) -> Mapping[str, Any]:
    """What Helm makes of `-f` files in order and `--set`. A file that Helm cannot read raises ShunterError.

    `folder` is the chart's, as errors are to name it.
    """
    merged: dict[str, Any] = {}
    for document in _with_sets(layers, sets):
        for finding in relabelled(document.findings, folder):
            raise ShunterError(finding.message, span=finding.span, hint=finding.hint)
        merged = reader.merge_maps(merged, document.value or {})
    return merged


def _with_unpinned(
    context: Context, chart: Chart, pinned: set[str], layers: Sequence[reader.Document]
) -> tuple[Chart, set[str]]:
    if context.workspace is None:
        return chart, set()
    mentioned = {key for document in layers for key in (document.value or {})}
    subcharts, dependencies, names = list(chart.subcharts), list(chart.dependencies), set()
    for service in context.workspace.services:
        if service.name in pinned or service.name not in mentioned:
            continue
        source = _source_chart(context, service.name)
        if source is not None:
            names.add(service.name)
            subcharts.append(source)
            alias = "" if source.name == service.name else service.name
            dependencies.append(
                Dependency(source.name, source.version, alias=alias, condition=f"{service.name}.enabled")
            )
    return replace(chart, subcharts=tuple(subcharts), dependencies=tuple(dependencies)), names


def _source_chart(context: Context, name: str) -> Chart | None:
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
    return tuple(
        replace(
            finding,
            span=_below(finding.span, folder),
            related=tuple((label, _below(span, folder)) for label, span in finding.related),
            fix=tuple(replace(edit, span=_below(edit.span, folder)) for edit in finding.fix),
        )
        for finding in findings
    )


def _below(span: Span, folder: str) -> Span:
    if folder == "." or span.path.startswith(("/", "--set ")):
        return span
    return replace(span, path=os.path.normpath(f"{folder}/{span.path}") if span.path else folder)
