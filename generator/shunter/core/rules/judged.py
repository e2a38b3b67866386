"""What a schema is asked about: values, the documents that set them, and the words for both in findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from jsonschema_rs import ValidationError

from shunter.core.charts.schema_text import schema_span
from shunter.core.goyaml.document import Document, KeyPath
from shunter.core.packaging import features
from shunter.core.schema.compile import Schema, compile_schema
from shunter.core.values import sops
from shunter.core.values.coalesce import Coalesced, Slice
from shunter.core.values.layering import Origin
from shunter.model.data import dataclass
from shunter.model.findings import Finding, Span
from shunter.model.wording import dotted


class Judged(Protocol):
    """Values that a schema refused."""

    @property
    def values(self) -> Any:
        """What the schema saw."""

    @property
    def path(self) -> KeyPath:
        """The keys under which the documents address these values; none where they are the whole of a file."""

    @property
    def owner(self) -> str:
        """Whose keys these are: `... is not a key of <owner>`."""

    @property
    def schema_name(self) -> str:
        """Which file the schema is in, for notes."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes that every finding gets, behind its own."""

    @property
    def on_null(self) -> str:
        """What becomes of a null that nobody removes, as the end of a hint."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """What set the values: defaults first (an empty document where there are none), then what overrides them."""

    def origin(self, path: KeyPath) -> Origin | None:
        """The document and the key path in it that set the value at `path`; of what nobody set, the map above."""

    def excuses(self, error: ValidationError) -> bool:
        """Whether an error is none, since the value is another one when it counts."""

    def beside(self, path: KeyPath) -> Iterator[tuple[str, Schema]]:
        """The names in the map at `path` whose values are judged by a schema of their own."""

    def advice(self, key: str, known: list[str]) -> str:
        """What makes the unknown `key` a known one, if it is not its name that is wrong."""

    def default(self, path: KeyPath) -> Iterator[tuple[Document, KeyPath]]:
        """Where a default for the value at `path` may stand."""

    @property
    def gets_globals(self) -> bool:
        """Whether Helm adds `global` to the values, no matter what the documents say."""

    def schema_span(self, path: KeyPath) -> Span:
        """Where `path` stands in the schema; the documents' own place where no schema's text is known."""


@dataclass(frozen=True, slots=True)
class ChartValues:
    """What one chart of an umbrella gets, from its defaults and all layers."""

    coalesced: Coalesced
    part: Slice

    @property
    def values(self) -> Any:
        """The values that Helm hands to the chart's schema."""
        return self.part.values

    @property
    def path(self) -> KeyPath:
        """The chart's alias, and those of the charts around it."""
        return self.part.path

    @property
    def owner(self) -> str:
        """The chart, and its alias where that is another name."""
        return f"chart {self._chart}"

    @property
    def _chart(self) -> str:
        chart = self.part.chart
        name = f"{chart.name} {chart.version}"
        return f"{name} (alias {self.part.name})" if self.part.name != chart.name else name

    @property
    def schema_name(self) -> str:
        """The chart and its file."""
        return f"{self._chart}, values.schema.json"

    @property
    def notes(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def on_null(self) -> str:
        """The null stays: no default is there to be deleted."""
        return ": Helm passes this null on"

    @property
    def documents(self) -> tuple[Document, ...]:
        """The umbrella's defaults, and the layers."""
        return self.coalesced.chart.values, *self.coalesced.layers

    def origin(self, path: KeyPath) -> Origin | None:
        """See `Coalesced.origin`."""
        return self.coalesced.origin(path)

    def excuses(self, error: ValidationError) -> bool:
        """Whether SOPS decrypts the value before Helm sees it."""
        return sops.excuses(error)

    def beside(self, path: KeyPath) -> Iterator[tuple[str, Schema]]:
        """The charts whose aliases are keys of the map at `path`."""
        for part in self.coalesced.slices:
            if part.path[:-1] == path and part.path and part.chart.schema is not None:
                yield part.name, compile_schema(part.chart.schema)

    def advice(self, key: str, known: list[str]) -> str:
        """How to ask for the library's feature that has the key."""
        feature = features.having(self.part.chart, self.coalesced.chart, key, known)
        return f"ask for it: `x-features: [{feature}]` in the chart's values.extra.schema.yaml" if feature else ""

    def default(self, path: KeyPath) -> Iterator[tuple[Document, KeyPath]]:
        """The umbrella's own, and the chart's."""
        yield self.coalesced.chart.values, path
        yield self.part.chart.values, path[len(self.part.path) :]

    @property
    def gets_globals(self) -> bool:
        """Every subchart does."""
        return bool(self.part.path)

    def schema_span(self, path: KeyPath) -> Span:
        """In the chart's values.schema.json."""
        return schema_span(self.part.chart, path)


@dataclass(frozen=True, slots=True)
class FileValues:
    """The whole of one file, which nothing else overrides; `owner` and `schema_name` are words for findings."""

    document: Document
    owner: str
    schema_name: str
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> Any:
        """The file's mapping."""
        return self.document.value

    @property
    def path(self) -> KeyPath:
        """The root."""
        return ()

    @property
    def on_null(self) -> str:
        """Nothing worth a word."""
        return ""

    @property
    def documents(self) -> tuple[Document, ...]:
        """The file itself, with no defaults below it."""
        return (self.document,)

    def origin(self, path: KeyPath) -> Origin | None:
        """The same place."""
        return self.document, path

    def excuses(self, error: ValidationError) -> bool:
        """Never."""
        return False

    def beside(self, path: KeyPath) -> Iterator[tuple[str, Schema]]:
        """Nothing has a schema of its own."""
        return iter(())

    def advice(self, key: str, known: list[str]) -> str:
        """None."""
        return ""

    def default(self, path: KeyPath) -> Iterator[tuple[Document, KeyPath]]:
        """Nowhere."""
        return iter(())

    @property
    def gets_globals(self) -> bool:
        """No."""
        return False

    def schema_span(self, path: KeyPath) -> Span:
        """The file as a whole."""
        return Span(self.document.path)


def unexplained(judged: ChartValues) -> Finding:
    """The one finding for values that a schema refuses, where to say why would take too much memory."""
    chart = judged.part.chart
    document, path = judged.origin(judged.path) or (chart.values, ())
    what = f"`{dotted(path)}`" if path else "what the chart gets"
    return Finding(
        "constraint",
        f"{what} does not fit the schema of {chart.name} {chart.version}, which has too many branches to say where",
        document.span(path, of="key") if path else Span(document.path),
        key=path,
        hint="simplify the schema, or ask `helm lint`",
    )
