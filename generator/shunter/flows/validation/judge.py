"""Environments and charts judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from shunter.adapters.system.files import DiskTree
from shunter.adapters.verdicts.cache import NoVerdicts, Verdicts
from shunter.core.charts.load import Chart, load_chart
from shunter.core.goyaml.document import Document
from shunter.core.rules.verdict import judge
from shunter.flows.release.layers import awaited, extra_layer, layers_of, unpinned_note, with_sets, with_sources
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.labels import label, relabelled
from shunter.flows.workspace.projects import answers_of, record_of
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import Tree
from shunter.model.findings import Finding

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


def judge_environment(
    context: Context, site: Site, tree: Tree, values: Sequence[str] = (), sets: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """The findings of an environment whose files are `tree`: vendored charts first, then its values files in order.

    Sections of services that are known but not pinned yet are judged against their source charts.
    """
    return judge_site(context, site, Validation(values=values, sets=sets), tree)[0]


def judge_site(
    context: Context, site: Site, asked: Validation, tree: Tree | None = None
) -> tuple[tuple[Finding, ...], bool]:
    """The findings of an environment, and whether they depend on its own files alone."""
    tree = tree or site.tree()
    folder = label(context, site.path)
    chart = load_chart(tree, helm=str(answers_of(tree).get("helm", "4")))
    findings: tuple[Finding, ...] = ()
    record = record_of(tree, folder)
    if record and not chart.findings:
        from shunter.core.packaging.vendoring import verify_vendored

        findings = verify_vendored(tree, record, "" if folder == "." else folder)
    layers = layers_of(context, site, tree, asked.values)
    missing = awaited(context, set(record.cars) if record else set(), layers)
    chart, unpinned = with_sources(context, chart, missing)
    judged = (unpinned_note(f, unpinned) for f in judge(chart, with_sets(layers, asked.sets)))
    found = [*judged, *(unnamed_schemas(tree, layers) if asked.fix else ())]
    return (*findings, *relabelled(found, folder)), not missing


def judge_chart(
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
    from shunter.adapters.system.workers import spread

    return spread(judged, runs, at_least=_WORTH_A_PROCESS)


def _ineffective(chart: Chart) -> Iterable[Finding]:
    """What a chart's own schema says in vain; nobody who only passes values can mend that."""
    if chart.schema is None:
        return ()
    from shunter.core.rules.schema_lints import ineffective

    return ineffective(chart)


def unnamed_schemas(tree: Tree, layers: Iterable[Document]) -> Iterator[Finding]:
    """An environment's own values files that lead no editor to their schema. `lint` says so, `--fix` mends it."""
    from shunter.core.rules.modeline import modelines

    own = (layer for layer in layers if not layer.path.startswith(".."))
    yield from (finding for layer in own for finding in modelines(layer, tree))
