"""Kubernetes objects as Helm rendered them: what each is called, and which template made it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from posixpath import join
from typing import Any, Final

from shunter.core.goyaml import document
from shunter.core.values.coalesce import Slice
from shunter.model.data import dataclass
from shunter.model.findings import Span

_HOOK: Final = "helm.sh/hook"
_SEPARATOR: Final = re.compile(r"^---.*$", re.MULTILINE)
_SMALL: Final = 8 * 1024


@dataclass(frozen=True, slots=True)
class RenderedObject:
    """One object. `source` is the template's path as Helm prints it: `tst/charts/orders/templates/app.yaml`."""

    source: str
    value: dict[str, Any]

    @property
    def api_version(self) -> str:
        """`apps/v1`."""
        return str(self.value.get("apiVersion") or "")

    @property
    def group(self) -> str:
        """`apps`; empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def kind(self) -> str:
        """`Deployment`."""
        return str(self.value.get("kind") or "")

    @property
    def metadata(self) -> dict[str, Any]:
        """Its metadata; empty where it is no map."""
        found = self.value.get("metadata")
        return found if isinstance(found, dict) else {}

    @property
    def name(self) -> str:
        """Its name, or the beginning of it."""
        return str(self.metadata.get("name") or self.metadata.get("generateName") or "")

    @property
    def namespace(self) -> str:
        """The namespace that it names itself; mostly empty."""
        return str(self.metadata.get("namespace") or "")

    @property
    def is_hook(self) -> bool:
        """Whether Helm runs it as a hook."""
        annotations = self.metadata.get("annotations")
        return isinstance(annotations, dict) and _HOOK in annotations

    @property
    def hook_events(self) -> frozenset[str]:
        """When Helm runs it: `pre-install`, `post-upgrade`; empty for what is no hook."""
        annotations = self.metadata.get("annotations")
        text = str(annotations.get(_HOOK) or "") if isinstance(annotations, dict) else ""
        return frozenset(event.strip() for event in text.split(",")) - {""}

    @property
    def title(self) -> str:
        """`Deployment orders`."""
        return f"{self.kind or 'an object'} {self.name}".rstrip()


def objects_of(documents: Iterable[tuple[str, str]]) -> Iterator[RenderedObject]:
    """The objects in rendered documents, each given with its source; the items of a List one by one."""
    for source, text in documents:
        plain = text.removeprefix(f"# Source: {source}\n")
        value = _value_once(plain) if len(plain) <= _SMALL else _value(plain)
        if not value:
            continue
        items = value.get("items") if str(value.get("kind", "")).endswith("List") else None
        if isinstance(items, list):
            yield from (RenderedObject(source, item) for item in items if isinstance(item, dict))
        else:
            yield RenderedObject(source, value)


def _value(text: str) -> Any:
    return document.read(text.encode(), "").value


_value_once = lru_cache(maxsize=1024)(_value)
"""The environments of a workspace render the same document of an app, most often."""


def objects_in(data: bytes, path: str) -> Iterator[RenderedObject]:
    """The objects in a file of `crds/`, which is no template and may hold several documents."""
    for text in _SEPARATOR.split(data.decode("utf-8", "replace")):
        yield from objects_of([(path, text)])


def template_span(slices: Iterable[Slice], source: str) -> tuple[Span, str]:
    """Where the template of a rendered object stands, and the alias of its chart (empty for the umbrella itself).

    Helm's path has the alias of a chart where the folder of a vendored one has its name.
    """
    steps = source.split("/")
    aliases: list[str] = []
    at = 1
    while steps[at : at + 1] == ["charts"] and at + 2 < len(steps):
        aliases.append(steps[at + 1])
        at += 2
    for part in slices:
        if part.path == tuple(aliases):
            return Span(join(part.chart.folder, *steps[at:])), aliases[-1] if aliases else ""
    return Span("/".join(steps[1:])), aliases[-1] if aliases else ""
