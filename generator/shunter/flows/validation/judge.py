"""Environments and charts judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shunter.adapters.verdicts.cache import NoVerdicts, Verdicts
from shunter.core.charts.defines import may_collide
from shunter.core.charts.load import Chart
from shunter.core.goyaml.document import Document
from shunter.core.rules.verdict import judge
from shunter.core.values.sops import decrypted_shape, is_sops_file
from shunter.flows.release.layers import awaited, unpinned_note, with_sources
from shunter.flows.release.release import Release, with_files
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.labels import NO_FILES, relabelled
from shunter.flows.workspace.projects import ProjectFiles, files_in
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Severity

if TYPE_CHECKING:
    from shunter.adapters.verdicts.memory import Memory

_WORTH_PACKING = 512 * 1024  # bytes: packed, fewer than that are fewer than what is told
_WORTH_A_PROCESS = 100  # values files: less than a tenth of the time goes to forking


@dataclass(frozen=True, slots=True)
class Validation:
    """What `validate` was asked: files or chart folders (none: everything), one environment, `-f` and `--set`.

    `verdicts` is where old ones are looked up and new ones kept, `memory` what is known of the workspace's projects.
    """

    files: Sequence[str] = ()
    environment: str = ""
    values: Sequence[str] = ()
    sets: Sequence[str] = ()
    fix: bool = False
    verdicts: Verdicts = NoVerdicts()
    memory: Memory | None = None


def judge_release(context: Context, release: Release, *, verify: bool = True) -> tuple[Finding, ...]:
    """The findings of an environment: vendored charts first, then its values files in order.

    Sections of services that are known but not pinned yet are judged against their source charts. Without `verify`
    the vendored charts count as what was pinned.
    """
    return judged_release(context, release, verify=verify)[0]


def judged_release(
    context: Context, release: Release, *, verify: bool = True, fix: bool = False
) -> tuple[tuple[Finding, ...], bool]:
    """The findings of an environment, and whether they depend on its own files alone.

    With `fix`, what `validate --fix` mends in passing is found, too.
    """
    record = release.files.record
    findings: tuple[Finding, ...] = ()
    if verify and not release.chart.findings:
        findings = _unexplained(release) or release.files.vendored
    missing = awaited(context, set(record.cars) if record else set(), release.layers)
    chart = replace(release.chart, values=decrypted_shape(release.chart.values))
    chart, unpinned = with_sources(context, _with_chosen(context, chart), missing)
    judged = (unpinned_note(f, unpinned) for f in judge(chart, release.layers))
    found = [*judged, *_encrypted(release.layers), *_colliding(context, release), *_too_large(release)]
    found += unnamed_schemas(release) if fix else ()
    return (*findings, *relabelled(found, release.label)), not missing


def _with_chosen(context: Context, chart: Chart) -> Chart:
    if not (context.schema_cache or context.skip_schemas):
        return chart
    from shunter.flows.validation.chosen_schemas import with_chosen

    return with_chosen(context, chart)


def _unexplained(release: Release) -> tuple[Finding, ...]:
    if not release.is_environment or release.files.record is None:
        return ()
    from shunter.flows.validation.histories import unexplained

    # Trains lie outside the environment, and a verdict that is kept depends on its own files: `lint` asks them.
    return unexplained(release.files, None)


def _colliding(context: Context, release: Release) -> Iterable[Finding]:
    """What cars do to each other, where a first look does not say that it is nothing."""
    if not may_collide(release.chart):
        return ()
    from shunter.flows.validation.collisions import collisions

    return collisions(context, release)


def _too_large(release: Release) -> Iterable[Finding]:
    """What is known of the release's Secret before anything is rendered: the umbrella's own files and its values."""
    files = release.chart.files if not release.chart.findings else ()
    own = {path: release.chart.read(path) or b"" for path in files if not path.startswith("charts/")}
    if sum(map(len, own.values())) + sum(len(layer.data) for layer in release.layers) < _WORTH_PACKING:
        return ()
    from shunter.core.rules.release_size import Kept, too_large

    return too_large(Kept(own, {}, {}, {}, {layer.path: layer.value for layer in release.layers}))


def judge_chart(
    context: Context, folder: Path, runs: Sequence[Sequence[str]], asked: Validation
) -> list[tuple[Finding, ...]]:
    """The findings of a chart's folder: see `judge_files`."""
    return judge_files(context, files_in(context, folder), folder, runs, asked)


def judge_files(
    context: Context, files: ProjectFiles, folder: Path, runs: Sequence[Sequence[str]], asked: Validation
) -> list[tuple[Finding, ...]]:
    """The findings of a chart with each of several sets of values files; an empty set stands for its own values.yaml.

    What else was `asked` to be passed, `-f` and `--set`, lies on each of them. `folder` is where the chart is, or
    would be.
    """
    release = Release(files)
    _require_charts(release)
    chart, name = _with_chosen(context, release.chart), release.label

    def judged(run: Sequence[str]) -> tuple[Finding, ...]:
        layers = with_files(context, release, folder, (*run, *asked.values), asked.sets).layers
        found = (*judge(chart, layers, defaults=not run), *_encrypted(layers))
        passed = run or asked.values
        return relabelled(found if passed else (*found, *_ineffective(chart)), name)

    if len(runs) < 2 * _WORTH_A_PROCESS:
        return [judged(files) for files in runs]
    from shunter.adapters.system.workers import spread

    return spread(judged, runs, at_least=_WORTH_A_PROCESS)


def judge_layers(context: Context, release: Release) -> tuple[Finding, ...]:
    """The findings of a release with the values that it has; nothing of its chart's own values."""
    _require_charts(release)
    found = judge(_with_chosen(context, release.chart), release.layers)
    return relabelled((*found, *_encrypted(release.layers)), release.label)


def _require_charts(release: Release) -> None:
    """Raise ShunterError where `charts/` lacks what Chart.yaml lists."""
    chart, name = release.chart, release.label
    there = {subchart.name for subchart in chart.subcharts}  # in another version, Helm takes it all the same
    missing = next((dependency for dependency in chart.missing if dependency.name not in there), None)
    if missing is not None and not chart.findings:
        who = "this chart" if name == "." else name
        message = f"{who} needs chart {missing.name} {missing.version}, and charts/ does not hold it"
        raise ShunterError(message, hint="shunter lock" if release.files.answers else f"helm dependency build {name}")


def _encrypted(layers: Iterable[Document]) -> Iterator[Finding]:
    """What is said of files that SOPS encrypted, which nobody decrypts to judge them."""
    message = "what SOPS encrypted in this file is not judged: only its keys are"
    hint = "shunter render decrypts it, where there is a key, and Helm judges it then"
    for layer in layers:
        if is_sops_file(layer):
            span = layer.span(("sops",), of="key")
            yield Finding("encrypted-values", message, span, Kind.LINT, Severity.NOTE, ("sops",), hint=hint)


def _ineffective(chart: Chart) -> Iterable[Finding]:
    """What a chart's own schema says in vain; nobody who only passes values can mend that."""
    if chart.schema is None:
        return ()
    from shunter.core.rules.schema_lints import ineffective

    return ineffective(chart)


def unnamed_schemas(release: Release) -> Iterator[Finding]:
    """An environment's own values files that lead no editor to their schema. `lint` says so, `--fix` mends it."""
    from shunter.core.rules.modeline import modelines

    own = (layer for layer in release.layers if not layer.path.startswith(("..", *NO_FILES)))
    yield from (finding for layer in own for finding in modelines(layer, release.tree))
