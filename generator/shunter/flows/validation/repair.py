"""Safe fixes written into files, round after round: what one fix uncovers, the next round may mend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from shunter.adapters.system.files import DiskTree, write_file
from shunter.adapters.system.process import refuse_inside_run
from shunter.core.rules.fixes import fixed
from shunter.model.data import dataclass, field, replace
from shunter.model.files import FileState
from shunter.model.findings import Finding, Kind, Outcome, Status

_MOST_ROUNDS: Final = 20


@dataclass
class Repair:
    """The files below `start` that one run fixes, each with every content it had and the rules that were followed.

    A rehearsal writes nothing: what files would hold is `instead`, by their real paths.
    """

    start: Path
    rehearsal: bool = False
    instead: dict[str, FileState] = field(default_factory=dict)
    contents: dict[str, list[bytes]] = field(default_factory=dict)
    rules: dict[str, list[str]] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)

    def apply(self, findings: Iterable[Finding]) -> bool:
        """Write the fixes of findings, every other byte stays; whether that changed a file.

        Lints wait for what Helm refuses: `nam: on` is text as soon as somebody corrects the key, and not `true`.
        """
        changes = list(self._changes(findings))
        for change in changes:
            self._write(*change)
        return bool(changes)

    def would_change(self, findings: Iterable[Finding]) -> bool:
        """Whether `apply` would change a file."""
        return any(True for _ in self._changes(findings))

    def _changes(self, findings: Iterable[Finding]) -> Iterator[tuple[str, FileState, bytes, tuple[Finding, ...]]]:
        """Each file that findings change: its name, how it is, what it becomes, and the findings whose fix that is."""
        found = list(findings)
        refused = {finding.span.path for finding in found if finding.kind is Kind.VERDICT}
        by_file: dict[str, list[Finding]] = {}
        for finding in found:
            if finding.fix and (finding.kind is Kind.VERDICT or finding.span.path not in refused):
                by_file.setdefault(finding.fix[0].span.path, []).append(finding)
        for name, wanted in sorted(by_file.items()):
            path = self.start / name
            state = self.instead.get(str(path.resolve())) or DiskTree(path.parent).get(path.name)
            if state is not None and name not in self.given_up:
                data, applied = fixed(state.data, wanted, name)
                if applied:
                    yield name, state, data, applied

    def _write(self, name: str, state: FileState, data: bytes, applied: tuple[Finding, ...]) -> None:
        before = self.contents.setdefault(name, [state.data])
        if data in before or len(before) > _MOST_ROUNDS:
            # Two readers of one value want opposite things: nothing that this run did here is sure.
            data, applied = before[0], ()
            self.given_up.add(name)
            self.rules.pop(name, None)
        before.append(data)
        if self.rehearsal:
            self.instead[str((self.start / name).resolve())] = replace(state, data=data)
        else:
            refuse_inside_run()
            write_file(self.start / name, replace(state, data=data))
        if applied:
            self.rules.setdefault(name, []).extend(finding.rule for finding in applied)

    def notices(self) -> tuple[str, ...]:
        """What is to be said of each file that is as it was, although something in it could be fixed."""
        said = "nothing is fixed: what one reader of a value wants there, another refuses"
        return tuple(f"{name}: {said}" for name in sorted(self.given_up))

    def outcomes(self) -> tuple[Outcome, ...]:
        """One outcome for each file that is not what it was."""
        return tuple(
            Outcome(name, Status.DONE, f"fixed: {', '.join(rules)}") for name, rules in sorted(self.rules.items())
        )
