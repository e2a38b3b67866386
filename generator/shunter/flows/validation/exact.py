"""Which keys of an environment's values do nothing: every one is changed, and the release rendered again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from shunter.adapters.helm.engine import Engine
from shunter.core.charts.templates import compared_texts, release_of
from shunter.core.gotemplate.reads import Usage
from shunter.core.goyaml.document import KeyPath
from shunter.core.rules.unused import Scan
from shunter.core.values.variants import alternatives, differs, gates, leaves, replaced, topmost, unstable, value_at
from shunter.flows.release.release import Release
from shunter.flows.validation.unused import scanned
from shunter.flows.workspace.labels import shown_path
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Severity
from shunter.model.wording import dotted

_FAILED: Final = "\0"
_MOST_TEXTS: Final = 30


@dataclass
class Prover:
    """One release, rendered over and over: without its schemas, so that any other value may be tried.

    While a key of one app is tried, the other apps are switched off.
    """

    release: Release
    engine: Engine
    bases: dict[str, tuple[Mapping[str, Any], str, frozenset[int]]] = field(default_factory=dict)

    def findings(self, later: Collection[str] = ()) -> Iterator[Finding]:
        """A finding for each key that changes nothing: inactive and why, or unused.

        `later` are sections of charts that are not there yet. Raises ShunterError where Helm refuses the release.
        """
        if not self.release.values:
            return
        self.release.render(self.engine, self.release.unchecked)
        skipped = {*later, "sops"}
        inert = [path for path in leaves(self.release.values) if path[0] not in skipped and not self.changes(path)]
        inactive = {path: found for path in inert if (found := self.inactive(path)) is not None}
        for path in topmost(self.release.values, [path for path in inert if path not in inactive], self.is_read):
            name = dotted(path)
            message = f"nothing that is rendered depends on `{name}`"
            yield self.finding("unused-key", message, path, Severity.WARNING, "delete it")
        yield from inactive.values()

    def changes(self, path: KeyPath, gate: KeyPath | None = None) -> bool:
        """Whether another value at `path` renders anything else; with the boolean at `gate` turned over before."""
        values, base, ignored = self.base(str(path[0]))
        if gate is not None:
            values = replaced(values, gate, not self.final(gate))
            base = self.rendered(values)
        others = alternatives(self.final(path), self.texts)
        return any(differs(base, self.rendered(replaced(values, path, other)), ignored) for other in others)

    def base(self, section: str) -> tuple[Mapping[str, Any], str, frozenset[int]]:
        """The values with all other sections switched off, what they render, and its lines that differ every time."""
        if section not in self.bases:
            values: Mapping[str, Any] = self.release.values
            keys = {dependency.key for dependency in self.release.chart.dependencies}
            for dependency in self.release.chart.dependencies if section in keys else ():
                if dependency.key != section and dependency.condition.startswith(f"{dependency.key}."):
                    values = replaced(values, dependency.condition.split(",")[0].split("."), other=False)
            first, again = self.rendered(values), self.rendered(values)
            ignored = unstable(first, again)
            if ignored is None:
                hint = "a template makes up something new on every run: name it in values"
                raise ShunterError(f"{shown_path(self.release.label)} renders differently each time", hint=hint)
            self.bases[section] = values, first, ignored
        return self.bases[section]

    def rendered(self, values: Mapping[str, Any]) -> str:
        """What these values render; a failure is an answer of its own, its text cut off."""
        try:
            return self.release.render(self.engine, self.release.unchecked, values)
        except ShunterError:
            return _FAILED

    def final(self, path: KeyPath) -> Any:
        """The value that Helm ends up with at `path`, or else the one that the files say."""
        try:
            return value_at(self.release.coalesced.values, path)
        except (KeyError, IndexError, TypeError):
            return value_at(self.release.values, path)

    def inactive(self, path: KeyPath) -> Finding | None:
        """The finding for a key that changes nothing as things are, but is read; None where nobody reads it."""
        gate = next((gate for gate in self.gates(path) if self.changes(path, gate)), None)
        if gate is not None:
            word = "false" if self.final(gate) is False else "true"
            message = f"`{dotted(path)}` does nothing while `{dotted(gate)}` is {word}"
            return self.finding("inactive-key", message, path, Severity.NOTE, "keep it for the day that changes")
        usage, place = self.scanned.usage(path) if self.scanned else (Usage.UNKNOWN, "")
        if usage is not Usage.USED:
            return None
        message = f"`{dotted(path)}` changes nothing as things are; {place} reads it"
        return self.finding("inactive-key", message, path, Severity.NOTE, "see there what it depends on")

    def is_read(self, path: KeyPath) -> bool:
        """Whether some template reads what stands at `path`, or an app's section does."""
        sections = {dependency.key for dependency in self.release.chart.dependencies}
        section = len(path) == 1 and path[0] in sections
        return section or (self.scanned is not None and self.scanned.usage(path)[0] is Usage.USED)

    def finding(self, rule: str, message: str, path: KeyPath, severity: Severity, hint: str) -> Finding:
        """A finding at a key of the values files."""
        layers = self.release.layers
        document = next((layer for layer in reversed(layers) if layer.has(path)), layers[-1])
        span = document.span(path, of="key")
        return Finding(rule, message, span, Kind.LINT, severity, path, hint=hint)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What templates compare strings with."""
        return compared_texts(release_of(self.release.chart))[:_MOST_TEXTS]

    @cached_property
    def scanned(self) -> Scan | None:
        """What the templates read, as far as it can be followed."""
        return scanned(self.release)

    def gates(self, path: KeyPath) -> Iterator[KeyPath]:
        """The booleans of the key's own app (or of the umbrella), by their place in the release's values."""
        values = self.release.coalesced.values or {}
        section = path[:1] if isinstance(values.get(str(path[0])), dict) else ()
        found = gates(value_at(values, section), path[len(section) :])
        yield from ((*section, *gate) for gate in found)
