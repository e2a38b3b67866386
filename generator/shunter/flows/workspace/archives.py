"""Where chart archives come from: just packaged, the registry directory, or a registry over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shunter.adapters.helm.registry import DirectoryRegistry, HttpRegistry, pin_from_archive
from shunter.adapters.system.regular import is_file, read_regular
from shunter.core.charts.archive import pack, require_complete
from shunter.core.charts.pins import Pin
from shunter.core.charts.versions import newest_first
from shunter.core.packaging.publish import published
from shunter.core.packaging.vendoring import absent_from_registry
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import answers_of
from shunter.model.errors import ShunterError
from shunter.model.files import Tree


@dataclass(frozen=True)
class Archives:
    """Archives by name and version.

    `pending` was just packaged and wins over what a registry holds; `fallback` is what a repository that stands
    alone carries itself, asked last.
    """

    directory: DirectoryRegistry
    url: str = ""
    pending: dict[tuple[str, str], bytes] = field(default_factory=dict)
    fallback: Mapping[tuple[str, str], bytes] = field(default_factory=dict)

    def has(self, name: str, version: str) -> bool:
        """Whether the chart can be fetched without asking a server."""
        return (name, version) in self.pending or self.directory.has(name, version)

    def fetch(self, name: str, version: str) -> bytes:
        """The archive's bytes. Raises ShunterError where no registry holds that version."""
        if (name, version) in self.pending:
            return self.pending[name, version]
        if self.directory.has(name, version):
            return self.directory.fetch(name, version)
        if (name, version) in self.fallback:
            return self.fallback[name, version]
        if self.url:
            return HttpRegistry(self.url).fetch(name, version)
        return self.directory.fetch(name, version)

    def newest(self, name: str) -> str:
        """The newest version of a chart, pending or in the registry directory."""
        known = [version for chart, version in self.pending if chart == name]
        known += self.directory.index.versions(name)
        if not known:
            raise absent_from_registry(name, "of any version")
        return newest_first(known)[0]

    def pin(self, name: str, version: str) -> Pin:
        """The pin of the archive: version, appVersion and digests."""
        return pin_from_archive(self.fetch(name, version))


def open_archives(context: Context) -> Archives:
    """The archives that the context's registries hold."""
    registries = context.registries()
    return Archives(DirectoryRegistry(context.root / registries.directory), registries.url)


def pack_tree(tree: Tree, name: str, version: str) -> bytes:
    """The archive of a chart's folder."""
    files = {path: state for path in tree.paths() if (state := tree.get(path)) is not None}
    return pack(files, name, version)


def pack_chart(tree: Tree, name: str, version: str) -> bytes:
    """The archive that is published of a chart: an app chart's with its library compiled in."""
    answers = answers_of(tree)
    files = {path: state for path in tree.paths() if (state := tree.get(path)) is not None}
    if answers.get("kind") == "app":
        require_complete(files)
        files = published(files, str(answers.get("library", "")))
    return pack(files, name, version)


def require_file(path: Path, hint: str) -> bytes:
    """A file's bytes, or an error with that hint."""
    if not is_file(path):
        raise ShunterError(f"there is no file {path}", hint=hint)
    return read_regular(str(path))
