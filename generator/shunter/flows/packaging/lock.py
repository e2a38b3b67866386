"""Locking: what shunter owns in app charts and environments, derived again from what they pin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING

from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Pin
from shunter.core.packaging.editor_schema import EXTRA
from shunter.core.packaging.vendoring import assembled, verify_implied
from shunter.core.trains.entry import Why
from shunter.core.trains.state import State
from shunter.core.workspace.layout import is_shared
from shunter.core.workspace.shared_values import copies
from shunter.flows.packaging.derive import Changes, app_files, environment_files
from shunter.flows.packaging.fresh import Fresh
from shunter.flows.packaging.merge import (
    Choice,
    Merges,
    archives_with,
    listed_again,
    merged_trains,
    next_step,
    others_in,
    sides_of,
    united,
)
from shunter.flows.packaging.recorded import Found, explained, filled, found_in, repinned, verified
from shunter.flows.workspace.archives import Archives
from shunter.flows.workspace.clock import generated_now
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.plans import carry_out, inputs_of, plan_changes, read_now
from shunter.flows.workspace.projects import ANSWERS_FILE, RECORD_FILE, ProjectFiles, files_of
from shunter.flows.workspace.remembered import Remembered
from shunter.flows.workspace.trains import Trains
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import Input, SubTree
from shunter.model.findings import Finding, Kind, Report, Span, Status
from shunter.model.progress import stepwise

if TYPE_CHECKING:
    from shunter.adapters.verdicts.memory import Memory

SOURCES = ("Chart.yaml", EXTRA, ".helmignore")
"""A person's files from which what shunter derives in a chart follows."""
_SHARED = ".helmignore"
Judge = Callable[[Site, ProjectFiles], Sequence[Finding]]
"""What speaks against an environment with these files, each an error."""


def lock(
    context: Context,
    names: Sequence[str],
    choice: Choice | None = None,
    judge: Judge | None = None,
    *,
    check: bool,
    dry_run: bool,
    diff: bool,
    memory: Memory | None = None,
) -> Report:
    """Derive again everything that shunter owns in app charts and environments, and what the registry's index lists.

    In a repository in a merge or rebase, what both sides made of the records decides; files are staged then, and the
    commit is the person's. `choice` says which side is right where both changed a car. What a merge makes is written
    only if `judge` says nothing against it. With `check`, what the `memory` of a workspace knows to be fresh stays as
    it is.
    """
    merges = Merges()
    by_root: dict[Path, Changes] = {}
    inputs: dict[Path, list[Input]] = {}
    read: dict[Path, str | None] = {}
    sites = lockable(context, names)
    asked = check and context.workspace and choice in (None, Choice())
    fresh = Fresh.of(Remembered(context, memory if asked else None), [context.root, *(site.root for site in sites)])
    own: Changes = {}
    if not fresh.knows_index():
        own = listed_again(context, merges.at(context.root)) | merged_trains(context, merges.at(context.root))
    if own:
        by_root[context.root] = dict(own)
    archives = archives_with(context, own)
    deriving = Deriving(context, archives, merges, choice, own, judge)
    for site in stepwise(context.writing.progress, sites, lambda site: f"lock {site.name}"):
        by_root.setdefault(site.root, {})
        if fresh.knows(site):
            continue
        inputs.setdefault(site.root, []).extend(inputs_of(site.tree(), site.folder, SOURCES))
        read |= {} if merges.at(site.root).operation else read_now(site.path, site.tree(), (RECORD_FILE, ANSWERS_FILE))
        by_root[site.root].update(_below(site.folder, deriving.site(site)))
    deriving.require_used()
    if deriving.findings:
        return Report(findings=tuple(deriving.findings), answer=False)
    plans = [
        plan_changes(
            root,
            changes,
            "Lock derived files",
            inputs=inputs.get(root, ()),
            shared=[path for path in changes if path.rpartition("/")[2] == _SHARED],
            unmerged=merges.at(root).unmerged,
        )
        for root, changes in sorted(by_root.items())
    ]
    read |= deriving.read
    report = carry_out(plans, context, dry_run=dry_run, diff=diff, check=check, during=True, read=read)
    if check:
        stale = any(outcome.status is Status.PLANNED for outcome in report.outcomes)
        fresh.keep(plans, archives, report, everything=not names)
        return replace(report, answer=not stale, next_step="shunter lock" if stale else report.next_step)
    step, notices = next_step(merges, {root: list(changes) for root, changes in by_root.items()})
    return replace(report, next_step=step or report.next_step, notices=(*report.notices, *notices))


def _below(folder: str, changes: Changes) -> Changes:
    return {normpath(f"{folder}/{path}"): state for path, state in changes.items()}


def lockable(context: Context, names: Sequence[str]) -> list[Site]:
    """The app charts and environments of that name, or all; `env/NAME` and `chart/NAME` tell two of one name apart."""
    sites = [site for site in context.sites(missing_ok=bool(names)) if site.kind in ("app", "environment")]
    for name in names:
        if not any(name == site.name for site in sites):
            known = ", ".join(dict.fromkeys(site.name for site in sites))
            raise ShunterError(f"there is no chart or environment `{name}`", hint=f"known: {known}")
    return chosen(context, sites, names)


def chosen(context: Context, sites: Sequence[Site], names: Sequence[str]) -> list[Site]:
    """The sites of these names, or all; a `ShunterError` where the repository of one is not checked out."""
    found = [site for site in sites if not names or site.name in names]
    for site in found:
        context.require_checkout(site)
    return found


class Deriving:
    """One run that derives projects again; the archives and trains that it needs are read once.

    `own` are changes of the workspace's repository that are made along: trains that a merge left in conflict. `judge`
    says what speaks against an environment that a merge has made. `read` has
    what was copied from there, as it was then.
    """

    def __init__(
        self,
        context: Context,
        archives: Archives,
        merges: Merges | None = None,
        choice: Choice | None = None,
        own: Changes | None = None,
        judge: Judge | None = None,
    ) -> None:
        self._context, self._archives = context, archives
        self._merges, self._choice, self._judge = merges or Merges(), choice or Choice(), judge
        self._trains = Trains(context.root, context.workspace.renamed if context.workspace else {}, changed=own or {})
        self._used: set[str] = set()
        self.findings: list[Finding] = []
        self.read: dict[Path, str | None] = {}

    def site(self, site: Site) -> Changes:
        """What shunter owns in one app chart or environment, as its Chart.yaml or record pins it."""
        files = files_of(self._context, site)
        if site.kind == "app":
            return app_files(files, replace(self._archives, fallback=carrier(files, ())))
        found, merged = self._found(site, files)
        pins = self._pins(files, found) if self._choice.follow == "chart" else found.state.pins
        known = replace(self._archives, fallback=self._carried(site, files, tuple(pins.values())))
        if self._choice.follow == "chart" and differing(files, found.state):
            found = repinned(found, self._complete(found, pins, known), self._trains, self._why("repin", site))
        if merged:
            cars = filled(found.state.cars, merged, self._trains, known)
            found = replace(found, state=replace(found.state, cars=cars))
        found = verified(found, files.label, known, adopt=self._choice.follow == "record")
        changes = environment_files(files.tree, files.answers, found.state, known, found.new)
        places = {normpath(f"{site.folder}/{name}") for name in files.values_files}
        unresolved = merged and places & set(self._merges.at(site.root).unmerged)
        if merged and self._judge and not unresolved:
            self.findings += self._judge(site, files.with_derived(changes, found.state))
        return changes | self._copies(site, files)

    def _copies(self, site: Site, files: ProjectFiles) -> Changes:
        """Values files that other environments have too, where each environment has a repository."""
        workspace = self._context.workspace
        if workspace is None or workspace.layout.envs != "multi":
            return {}
        home, names = DiskTree(self._context.root), list(filter(is_shared, files.values_files))
        places = [normpath(f"{site.folder}/{name}") for name in names]
        self.read |= read_now(self._context.root, home, places)
        return copies(home, site.folder, names, files.tree)

    def require_used(self) -> None:
        """Raise ShunterError where a person chose a side for something that no merge is about."""
        for alias in self._choice.sides:
            if alias not in self._used:
                known = ", ".join(sorted(self._used)) or "there is no merge that a record is a part of"
                raise ShunterError(f"there is nothing to choose for `{alias}`", hint=f"cars in a merge: {known}")

    def _why(self, verb: str, site: Site) -> Why:
        by = ""
        # Git is asked only where an entry may come of it.
        if verb == "merge" or self._choice.follow:
            by = Repository(site.root).person()
        return Why(verb, generated_now(), by)

    def _found(self, site: Site, files: ProjectFiles) -> tuple[Found, tuple[State, ...]]:
        """What an environment runs, as a merge makes it, and not what Chart.yaml says; and the sides of the merge."""
        merge = self._merges.at(site.root)
        sides = sides_of(merge, site, files)
        found = sides[0] if sides else found_in(files)
        states = tuple(each.state for each in sides) or others_in(found)
        if states:
            self._used |= {alias for state in (found.state, *states) for alias in state.cars}
            found = united(found, states, self._choice, site, merge.operation, self._why("merge", site))
        adopt = self._choice.follow == "record"
        trains = self._trains if self._context.workspace else None
        found = explained(found, files.label, trains, self._why("repin", site), adopt=adopt, environment=site.name)
        if not self._choice.follow and "Chart.yaml" not in merge.below(site.folder) and not states:
            record = normpath(f"{files.label}/{RECORD_FILE}")
            implied = verify_implied(files.tree, found.state.pins, record, site.name)
            for finding in (*pins_differ(site.name, files, found.state), *implied):
                raise ShunterError(
                    finding.message,
                    hint=finding.hint,
                    span=finding.span,
                    notes=finding.notes,
                    rule=finding.rule,
                    exit_code=1,
                )
        return found, (found.state, *states) if states else ()

    def _carried(
        self, site: Site, files: ProjectFiles, pins: Sequence[Pin]
    ) -> Callable[[], Mapping[tuple[str, str], PackedChart]]:
        """Where charts may be carried: on disk, and in a merge in what is merged."""
        merge = self._merges.at(site.root)
        if RECORD_FILE not in merge.below(site.folder):
            return carrier(files, pins)

        def everywhere() -> Mapping[tuple[str, str], PackedChart]:
            repository = Repository(site.root)
            sides = [ProjectFiles(SubTree(repository.tree(c), site.folder), files.label) for c in merge.commits]
            return {key: chart for side in sides for key, chart in carried(side, pins).items()}

        return cache(everywhere)

    def _pins(self, files: ProjectFiles, found: Found) -> dict[str, Pin]:
        """What Chart.yaml pins: the record's pin where it is the same, else one without digests."""
        pins = {}
        for item in files.packed.dependencies:
            if item.name != files.library:
                old = found.state.pins.get(item.key)
                same = old is not None and (old.name, old.version) == (item.name, item.version)
                pins[item.key] = old if same and old is not None else Pin(item.name, item.version)
        return pins

    def _complete(self, found: Found, pins: Mapping[str, Pin], archives: Archives) -> dict[str, Pin]:
        return {
            alias: pin if pin == found.state.pins.get(alias) else archives.pin(pin.name, pin.version)
            for alias, pin in pins.items()
        }


def differing(files: ProjectFiles, record: State) -> list[str]:
    """One line for each chart that Chart.yaml pins in another way than the record does."""
    dependencies = (item for item in files.packed.dependencies if item.name != files.library)
    listed = {item.key: f"{item.name} {item.version}" for item in dependencies}
    pinned = {alias: f"{pin.name} {pin.version}" for alias, pin in record.pins.items()}
    return [
        f"{alias}: {listed.get(alias, 'nothing')} in Chart.yaml, {pinned.get(alias, 'nothing')} in the record"
        for alias in sorted({*listed, *pinned})
        if listed.get(alias) != pinned.get(alias)
    ]


def pins_differ(name: str, files: ProjectFiles, record: State) -> Iterator[Finding]:
    """The finding for an environment whose Chart.yaml pins something else than its record."""
    lines = differing(files, record)
    if lines:
        message = f"Chart.yaml of {name} and its record pin other charts"
        hint = f"the record decides: shunter lock {name} --follow record\nafter an edit of Chart.yaml: --follow chart"
        span = Span(f"{files.label}/{RECORD_FILE}")
        yield Finding("pins-differ", message, span, Kind.LINT, notes=tuple(lines), hint=hint)


def carrier(files: ProjectFiles, pins: Sequence[Pin]) -> Callable[[], Mapping[tuple[str, str], PackedChart]]:
    """`carried`, once somebody asks: a workspace's registry has what it pins."""
    return cache(lambda: carried(files, pins))


def carried(files: ProjectFiles, pins: Sequence[Pin]) -> dict[tuple[str, str], PackedChart]:
    """Archives of the charts that are vendored; where `pins` are given, only of those that match them."""
    contents = {(pin.name, pin.version): pin.content for pin in pins}
    return {
        chart.key: chart if chart.archive else chart.packed()
        for chart in assembled(files.packed).values()
        if not pins or contents.get(chart.key) == chart.content
    }
