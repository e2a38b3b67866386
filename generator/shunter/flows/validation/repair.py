"""Safe fixes written into files, round after round: what one fix uncovers, the next round may mend."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from shunter.adapters.system.files import DiskTree, write_file
from shunter.adapters.system.process import refuse_inside_run
from shunter.core.rules.fixes import fixed
from shunter.model.data import dataclass, field, replace
from shunter.model.findings import Finding, Kind, Outcome, Status

_MOST_ROUNDS: Final = 20


@dataclass
class Repair:
    """The files below `start` that one run fixes, each with every content it had and the rules that were followed."""

    start: Path
    contents: dict[str, list[bytes]] = field(default_factory=dict)
    rules: dict[str, list[str]] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)

    def apply(self, findings: Iterable[Finding]) -> bool:
        """Write the fixes of findings, every other byte stays; whether that changed a file.

        Lints wait for what Helm refuses: `nam: on` is text as soon as somebody corrects the key, and not `true`.
        """
        found = list(findings)
        refused = {finding.span.path for finding in found if finding.kind is Kind.VERDICT}
        by_file: dict[str, list[Finding]] = {}
        for finding in found:
            if finding.fix and (finding.kind is Kind.VERDICT or finding.span.path not in refused):
                by_file.setdefault(finding.fix[0].span.path, []).append(finding)
        changed = [self._apply_to(name, wanted) for name, wanted in sorted(by_file.items())]
        return any(changed)

    def _apply_to(self, name: str, findings: Iterable[Finding]) -> bool:
        path = self.start / name
        state = DiskTree(path.parent).get(path.name)
        if state is None or name in self.given_up:
            return False
        data, applied = fixed(state.data, findings, name)
        if not applied:
            return False
        before = self.contents.setdefault(name, [state.data])
        if data in before or len(before) > _MOST_ROUNDS:
            # Two readers of one value want opposite things: nothing that this run did here is sure.
            data, applied = before[0], ()
            self.given_up.add(name)
            self.rules.pop(name, None)
        before.append(data)
        refuse_inside_run()
        write_file(path, replace(state, data=data))
        if applied:
            self.rules.setdefault(name, []).extend(finding.rule for finding in applied)
        return True

    def outcomes(self) -> tuple[Outcome, ...]:
        """One outcome for each file that is not what it was."""
        return tuple(
            Outcome(name, Status.DONE, f"fixed: {', '.join(rules)}") for name, rules in sorted(self.rules.items())
        )
