"""A project's folder as one value: its answers, its Chart.yaml, its train record and history, each read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from posixpath import join, normpath
from typing import TYPE_CHECKING, Any, Final

from shunter.adapters.system.files import DiskTree
from shunter.adapters.verdicts.questions import ANSWERS_FILE as ANSWERS_FILE
from shunter.core.charts.load import Chart, load_chart
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.labels import label, relabelled
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import SYMLINK, FileState, OverlayTree, Tree
from shunter.model.findings import Finding

if TYPE_CHECKING:  # the commit hook judges charts that have no record, and packs none
    from shunter.core.charts.packed import PackedChart
    from shunter.core.packaging.stamp import Stamped
    from shunter.core.trains.entry import Entry
    from shunter.core.trains.state import State

RECORD_FILE = ".shunter/train.yaml"
HISTORY = ".shunter/history"


_KEPT: Final = ("answers", "record", "entries")


@dataclass(frozen=True, eq=False)
class ProjectFiles:
    """The files of a project or of any other chart. `label` is its folder as errors and findings are to name it.

    `stamped` is to be put into its archive, which the files do not say. What is asked of it raises ShunterError where
    the file that holds it is broken.
    """

    tree: Tree
    label: str
    stamped: Stamped | None = None

    @cached_property
    def answers(self) -> Mapping[str, Any]:
        """The recorded answers; empty where there is no answers file."""
        return answers_of(self.tree, self.label)

    @property
    def helm(self) -> str:
        """The Helm that reads the chart, `3` or `4`."""
        return str(self.answers.get("helm", "4"))

    @property
    def library(self) -> str:
        """The name of the workspace's library chart."""
        return str(self.answers.get("library", ""))

    @cached_property
    def chart(self) -> Chart:
        """The chart as Helm loads it, to be judged; what is broken is in its findings."""
        return load_chart(self.tree, helm=self.helm)

    @cached_property
    def packed(self) -> PackedChart:
        """The chart as it is packed, pinned and described in the registry."""
        from shunter.core.charts.packed import PackedChart

        return PackedChart(self.label, self.tree)

    @cached_property
    def archive(self) -> PackedChart:
        """The chart with its archive, as Helm is to render it. Raises ShunterError where a dependency is absent."""
        return self.packed.packed(compressed=False)

    @cached_property
    def record(self) -> State | None:
        """The train record that an environment carries, or None where it has none yet."""
        state = self.tree.get(RECORD_FILE)
        if state is None:
            return None
        if state.mode == SYMLINK:
            message = f"{self.label}/{RECORD_FILE} is a symbolic link"
            raise ShunterError(message, hint="put the file there: `shunter lock`")
        from shunter.flows.workspace.own_files import record_from

        return record_from(state.data, normpath(join(self.label, RECORD_FILE)))

    @cached_property
    def _history(self) -> Mapping[str, bytes]:
        states = ((path, self.tree.get(path)) for path in self.tree.paths(HISTORY) if path.endswith(".yaml"))
        return {path: state.data for path, state in states if state is not None and state.mode != SYMLINK}

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """The history of an environment: its entries by name."""
        from shunter.flows.workspace.own_files import entry_from

        return {
            path.rpartition("/")[2].removesuffix(".yaml"): entry_from(data, normpath(join(self.label, path)))
            for path, data in self._history.items()
        }

    def tells_of(self, train: str) -> bool:
        """Whether some entry of the history may name a train of this version; to parse them all takes much longer."""
        return any(train.encode() in data for data in self._history.values())

    def with_changes(self, changes: Mapping[str, FileState | None]) -> ProjectFiles:
        """The same project with other files; not with other answers, nor with another record or history."""
        changed = ProjectFiles(OverlayTree(self.tree, changes), self.label, self.stamped)
        vars(changed).update({name: vars(self)[name] for name in _KEPT if name in vars(self)})
        return changed

    def with_stamped(self, stamped: Stamped) -> ProjectFiles:
        """The same files, with something else to be put into their archive; what is known of them stays known."""
        changed = ProjectFiles(self.tree, self.label, stamped)
        vars(changed).update({**vars(self), "stamped": stamped})
        return changed

    def with_derived(self, changes: Mapping[str, FileState | None], record: State) -> ProjectFiles:
        """An environment with other derived files, as `record` has them."""
        changed = self.with_changes(changes)
        vars(changed)["record"] = record
        return changed

    @cached_property
    def vendored(self) -> tuple[Finding, ...]:
        """Findings for what is vendored in an environment: charts that its record does not pin, values files that were
        edited. A missing chart raises.
        """
        from shunter.core.workspace.shared_values import COPIES, edited

        copies = relabelled(edited(self.tree), self.label) if self.tree.get(COPIES) else ()
        if self.record is None:
            return copies
        from shunter.core.packaging.vendoring import verify_vendored

        label = "" if self.label == "." else self.label
        return (*copies, *verify_vendored(self.packed, self.record.pins, self.library, label))

    @property
    def values_files(self) -> list[str]:
        """The values files of an environment, in order, as its answers name them."""
        return list(self.answers.get("values_files", ["values.yaml"]))


def files_of(context: Context, site: Site) -> ProjectFiles:
    """A project's files as they are on disk."""
    return ProjectFiles(_as_if(context, site.tree(), site.path), label(context, site.path))


def files_in(context: Context, folder: Path) -> ProjectFiles:
    """The files of a chart's folder on disk."""
    return ProjectFiles(_as_if(context, DiskTree(folder), folder), label(context, folder))


def _as_if(context: Context, tree: Tree, folder: Path) -> Tree:
    if not context.instead:
        return tree
    root = folder.resolve()
    below = {path: state for path, state in context.instead.items() if Path(path).is_relative_to(root)}
    return OverlayTree(tree, {Path(path).relative_to(root).as_posix(): state for path, state in below.items()})


def answers_of(tree: Tree, folder: str) -> Mapping[str, Any]:
    """The recorded answers of a project; empty where there is no answers file, or one of another template.

    Errors name the file below `folder`.
    """
    state = tree.get(ANSWERS_FILE)
    if state is None:
        return {}
    if state.mode == SYMLINK:
        raise ShunterError(f"{ANSWERS_FILE} is a symbolic link", hint="restore it from git")
    from shunter.core.workspace.answers import own_answers
    from shunter.flows.workspace.own_files import schema_of

    found = own_answers(state.data, normpath(join(folder, ANSWERS_FILE)), schema_of("answers"))
    return found.answers if found else {}
