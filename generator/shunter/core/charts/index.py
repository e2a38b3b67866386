"""index.yaml of a chart repository: what `helm repo index` writes, but the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import yaml

from shunter.core.charts import versions
from shunter.core.charts.lock import GENERATED
from shunter.core.goyaml import plain
from shunter.core.goyaml.conflict import MESSAGE, marker_span
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError

_HINT = "the repository's URL must hold an index.yaml"


class _Loader(yaml.CSafeLoader):
    """PyYAML's safe loader without dates, which stay text. An index is too large for the reader that knows places."""


_Loader.yaml_implicit_resolvers = {
    first: [rule for rule in rules if rule[0] != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One archive. `digest` is `sha256:` and 64 hex digits; `metadata` is Chart.yaml."""

    name: str
    version: str
    digest: str
    urls: tuple[str, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Index:
    """All archives of a repository."""

    entries: tuple[IndexEntry, ...] = ()

    @cached_property
    def _named(self) -> Mapping[str, Mapping[str, IndexEntry]]:
        """The archives by name and version, of two that are called the same the first."""
        found: dict[str, dict[str, IndexEntry]] = {}
        for item in self.entries:
            found.setdefault(item.name, {}).setdefault(item.version, item)
        return found

    def get(self, name: str, version: str) -> IndexEntry | None:
        """The archive of exactly this version, or None."""
        return self._named.get(name, {}).get(version)

    def versions(self, name: str) -> list[str]:
        """All versions of a chart, newest first."""
        return versions.newest_first(self._named.get(name, ()))


def add(index: Index, new: Iterable[IndexEntry]) -> Index:
    """`index` with the entries of `new`: each takes the place of one of its name and version."""
    found = {(item.name, item.version): item for item in (*index.entries, *new)}
    return Index(tuple(found.values()))


def render_index(index: Index) -> bytes:
    """index.yaml: charts by name, versions newest first, and no time of this machine in it.

    Times would be a conflict in every merge of two branches that each published a chart; Helm needs none.
    """
    entries: dict[str, list[dict[str, Any]]] = {}
    for name in sorted({item.name for item in index.entries}):
        found = (index.get(name, version) for version in index.versions(name))
        entries[name] = [_record(item) for item in found if item is not None]
    return plain.dump({"apiVersion": "v1", "entries": entries, "generated": GENERATED})


def _record(item: IndexEntry) -> dict[str, Any]:
    record: dict[str, Any] = {"apiVersion": "v1"} | dict(item.metadata)
    record |= {"name": item.name, "version": item.version, "urls": list(item.urls)}
    record["digest"] = item.digest.removeprefix("sha256:")
    return {key: record[key] for key in sorted(record)}


def parse_index(data: bytes, path: str = "index.yaml") -> Index:
    """The index in `data`; `path` names it in errors. Entries that Helm would skip are skipped.

    Raises ShunterError where it is no index.
    """
    if (span := marker_span(path, data)) is not None:
        raise ShunterError(MESSAGE, hint="shunter lock", span=span, rule="merge-conflict", exit_code=1)
    try:
        value = yaml.load(data.decode("utf-8"), _Loader)  # noqa: S506 - derived from the safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise ShunterError(f"{path} is not the index of a chart repository: {reason}", hint=_HINT) from error
    entries = value.get("entries") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not value.get("apiVersion") or not isinstance(entries, dict | None):
        raise ShunterError(f"{path} is not the index of a chart repository", hint=_HINT)
    records = [record for group in (entries or {}).values() if isinstance(group, list) for record in group]
    return Index(tuple(_entry(record) for record in records if _usable(record)))


def _usable(record: Any) -> bool:
    if not isinstance(record, dict) or not isinstance(record.get("urls"), list):
        return False
    return bool(record["urls"] and record.get("name")) and versions.parse(str(record.get("version"))) is not None


def _entry(record: dict[str, Any]) -> IndexEntry:
    digest = str(record.get("digest") or "").removeprefix("sha256:")
    metadata = {key: item for key, item in record.items() if key not in ("urls", "created", "digest")}
    return IndexEntry(
        str(record["name"]),
        str(record["version"]),
        f"sha256:{digest}" if digest else "",
        tuple(str(url) for url in record["urls"]),
        metadata,
    )
