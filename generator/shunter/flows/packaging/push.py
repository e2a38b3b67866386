"""Pushing published archives to an OCI registry or into another folder: exactly their bytes, and each version once."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from shunter.adapters.helm.registry import DirectoryRegistry
from shunter.adapters.oci.charts import OciCharts, Standing
from shunter.adapters.system.regular import exists
from shunter.adapters.system.threads import at_once
from shunter.core.charts.artifact import without_login
from shunter.core.charts.image import is_host
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import OCI
from shunter.core.charts.versions import is_dirty
from shunter.core.packaging.vendoring import version_taken
from shunter.core.workspace.layout import charts_url
from shunter.flows.packaging.folder import into_folder
from shunter.flows.packaging.images import recorded_registry
from shunter.flows.workspace.archives import require_file
from shunter.flows.workspace.context import Context
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Outcome, Report, Span, Status
from shunter.model.progress import counted

_DONE = {True: (Status.PLANNED, "to be pushed to"), False: (Status.DONE, "pushed to")}
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Work:
    """One archive, and what became of it."""

    chart: PackedChart
    outcome: Outcome
    row: Row
    findings: tuple[Finding, ...] = ()


def push(context: Context, names: Sequence[str], to: str, *, plain: bool, dry_run: bool) -> Report:
    """Push archives: of these charts all that the registry directory holds, or these files; without names, all.

    `to` is `oci://` or a folder; empty, what shunter.yaml says. Nothing is pushed where one of them is refused.
    """
    charts = _chosen(context, names)
    if not charts:
        # An error, since whoever publishes from an empty folder has lost something on the way.
        raise ShunterError(
            "there is no archive to push", hint="shunter package, or name archives: shunter push FILE.tgz"
        )
    target = to or context.registries().push or recorded_registry(context, "chart_registry")
    if not target:
        raise ShunterError(
            "there is no place to push charts to",
            hint="--to, or `registries: {charts: {push: oci://HOST/REPOSITORY}}`",
        )
    if not target.startswith(OCI):
        _require_folder(context.start, target)
        return _to_folder(charts, context.start / target, dry_run=dry_run)
    plain = plain or (not to and context.registries().plain_http)
    registry = OciCharts(
        lambda name: charts_url(context.workspace, target, name), plain=plain, own=True, pushes=not dry_run
    )
    registry.require_reachable(chart.name for chart in charts)
    works = _each(context, "look for", charts, lambda chart: _standing(registry, chart))
    if not dry_run:
        works = _pushed(context, registry, works)
    said = ["shunter", "push", *names, *(["--to", to] if to else []), *(["--plain-http"] if plain else [])]
    return _report(works, shlex.join(said))


def _chosen(context: Context, names: Sequence[str]) -> list[PackedChart]:
    directory = DirectoryRegistry(context.root / context.registries().directory)
    files = [name for name in names if name.endswith(".tgz")]
    found = [PackedChart(name, archive=require_file(context.start / name, "check the path")) for name in files]
    known = directory.index.entries
    for name in names:
        if name not in files and not any(entry.name == name for entry in known):
            listed = ", ".join(sorted({entry.name for entry in known}))
            raise ShunterError(
                f"no archive of a chart `{name}` is in the registry directory",
                hint=f"known: {listed}" if listed else "shunter package",
            )
    wanted = [entry for entry in known if not names or entry.name in names]
    found += [directory.fetch(entry.name, entry.version) for entry in wanted if names or not is_dirty(entry.version)]
    for chart in found:
        _require_committed(chart)
    unique: dict[tuple[str, str], PackedChart] = {}
    for chart in found:
        _require_same(unique.setdefault(chart.key, chart), chart)
    return [unique[key] for key in sorted(unique)]


def _require_same(first: PackedChart, chart: PackedChart) -> None:
    if first.digest != chart.digest:
        raise ShunterError(
            f"{first.label} and {chart.label} are both {_unit(chart)}, with other bytes",
            hint="push the one that you mean",
            exit_code=1,
            rule="version-taken",
        )


def _require_committed(chart: PackedChart) -> None:
    if is_dirty(chart.version):
        raise ShunterError(
            f"{chart.name} {chart.version} was packaged from files that no commit holds",
            hint="commit them, raise `version` in its Chart.yaml, and `shunter package`",
            exit_code=1,
            rule="dirty-chart",
        )


def _each(
    context: Context, word: str, charts: Sequence[PackedChart], work: Callable[[PackedChart], _Work]
) -> list[_Work]:
    """The work for every chart at once, told by a `word`; one that fails stops no other."""
    told = counted(context.writing.progress, len(charts), lambda chart: f"{word} {_unit(chart)}", work)
    done = zip(charts, at_once(told, charts), strict=True)
    return [_broken(chart, each) if isinstance(each, ShunterError) else each for chart, each in done]


def _broken(chart: PackedChart, error: ShunterError) -> _Work:
    """What came of a chart that cannot be pushed; by a rule, it is refused like what was refused at first."""
    if not error.rule:
        return _Work(chart, Outcome(_unit(chart), Status.FAILED, error.on_one_line), {})
    found = Finding(error.rule, error.message, Span(chart.label), Kind.LINT, notes=error.notes, hint=error.hint)
    return _Work(chart, Outcome(_unit(chart), Status.REFUSED, error.message), {}, (found,))


def _unit(chart: PackedChart) -> str:
    return f"{chart.name} {chart.version}"


def _standing(registry: OciCharts, chart: PackedChart) -> _Work:
    found = registry.whole(chart)
    row = _row(chart, found)
    if found.state == "taken":
        refused = Outcome(_unit(chart), Status.REFUSED, f"{found.place.url}:{found.place.tag} is another chart")
        return _Work(chart, refused, row, (version_taken(chart, found.place.host, found.archive, chart.digest),))
    there = found.state == "there"
    status, detail = (Status.NOOP, "already there") if there else (Status.PLANNED, f"to be pushed to {found.reference}")
    return _Work(chart, Outcome(_unit(chart), status, detail), row)


def _row(chart: PackedChart, found: Standing) -> Row:
    return {
        "chart": chart.name,
        "version": chart.version,
        "reference": found.reference,
        "manifest": found.manifest,
        "archive": chart.digest,
    }


def _pushed(context: Context, registry: OciCharts, works: Sequence[_Work]) -> list[_Work]:
    """All archives first, and manifests when every one is there: what fails on the way leaves nothing that is seen.

    What was published is looked at again at the end. Once one fails, no other is begun.
    """
    new = {work.chart.key: work for work in works if work.outcome.status is Status.PLANNED}
    published: list[str] = []

    def upload(chart: PackedChart) -> _Work:
        registry.upload(chart)
        return new[chart.key]

    def publish(chart: PackedChart) -> _Work:
        registry.publish(chart)
        published.append(_unit(chart))
        work = new[chart.key]
        detail = f"pushed to {work.row['reference']}, archive {chart.digest}"
        return replace(work, outcome=replace(work.outcome, status=Status.DONE, detail=detail))

    def confirm(chart: PackedChart) -> _Work:
        registry.confirm(chart)
        return new[chart.key]

    try:
        for word, step in (("push", upload), ("publish", publish)):
            if all(work.outcome.status in (Status.PLANNED, Status.NOOP) for work in (*works, *new.values())):
                new |= _by_key(_each(context, word, [w.chart for w in new.values()], _until_one_fails(step, new)))
        done = [work.chart for work in new.values() if work.outcome.status is Status.DONE]
        new |= _by_key(_each(context, "confirm", done, confirm))
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(f"pushed: {', '.join(published) or 'nothing that anybody sees'}")
        raise
    return [_left(new.get(work.chart.key, work)) for work in works]


def _by_key(works: Sequence[_Work]) -> dict[tuple[str, str], _Work]:
    return {work.chart.key: work for work in works}


def _until_one_fails(
    step: Callable[[PackedChart], _Work], new: Mapping[tuple[str, str], _Work]
) -> Callable[[PackedChart], _Work]:
    """The step, and after a failure no more than what was there before: a registry that is down is down for all."""
    failed: list[PackedChart] = []

    def guarded(chart: PackedChart) -> _Work:
        if failed:
            return new[chart.key]
        try:
            return step(chart)
        except ShunterError:
            failed.append(chart)
            raise

    return guarded


def _left(work: _Work) -> _Work:
    """What was not published, since something was wrong with another one."""
    if work.outcome.status is not Status.PLANNED:
        return work
    return replace(work, outcome=replace(work.outcome, status=Status.REFUSED, detail="not pushed, as others are not"))


def _report(works: Sequence[_Work], again: str) -> Report:
    failed = any(work.outcome.status is Status.FAILED for work in works)
    rows = [{**work.row, "state": _state(work.outcome)} for work in works if work.row]
    findings = tuple(finding for work in works for finding in work.findings)
    step = again if failed else ""
    return Report(outcomes=tuple(work.outcome for work in works), findings=findings, data=rows, next_step=step)


def _state(outcome: Outcome) -> str:
    return {Status.DONE: "pushed", Status.NOOP: "already there"}.get(outcome.status, outcome.status.value)


def _require_folder(start: Path, target: str) -> None:
    """Raise ShunterError where a folder is named as a registry is: `https://HOST/x`, or `HOST/x` that is not there."""
    scheme, _, rest = target.rpartition("://")
    host, slash, _ = rest.partition("/")
    there = not scheme and (target.startswith(".") or exists(start / target) or exists(start / host))
    if scheme or (slash and is_host(host) and not there):
        hint = f"a registry: --to {OCI}{without_login(rest)}" + ("" if scheme else f"; a folder: --to ./{target}")
        raise ShunterError(f"`{without_login(target)}` is no place to push charts to", hint=hint)


def _to_folder(charts: Sequence[PackedChart], folder: Path, *, dry_run: bool) -> Report:
    published = into_folder(charts, folder, dry_run=dry_run)
    if published.findings:
        return Report(findings=published.findings)
    status, word = _DONE[dry_run]
    outcomes = tuple(
        Outcome(_unit(chart), Status.NOOP, "already there")
        if chart.key in published.noop
        else Outcome(_unit(chart), status, f"{word} {folder}")
        for chart in charts
    )
    rows = [_folder_row(chart, folder, done) for chart, done in zip(charts, outcomes, strict=True)]
    return Report(outcomes=outcomes, data=rows)


def _folder_row(chart: PackedChart, folder: Path, outcome: Outcome) -> Row:
    file = str(folder / f"{chart.name}-{chart.version}.tgz")
    row = {"chart": chart.name, "version": chart.version, "state": _state(outcome)}
    return row | {"reference": file, "archive": chart.digest}
