"""What Helm would install: an environment or another chart with values files, to be judged, compared and rendered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING, Any

from shunter.core.charts.load import Chart
from shunter.core.goyaml.document import Document, merge_maps
from shunter.core.values.coalesce import Coalesced, coalesce
from shunter.core.values.sops import decrypted_shape, is_sops_file
from shunter.flows.release.layers import extra_layer, layers_of, with_sets
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.labels import relabelled
from shunter.flows.workspace.projects import ProjectFiles, files_in, files_of
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, Tree
from shunter.model.findings import Finding

if TYPE_CHECKING:  # the commit hook renders nothing
    from shunter.adapters.helm.engine import Engine
    from shunter.core.charts.packed import PackedChart


@dataclass(frozen=True, eq=False)
class Release:
    """One chart with one list of values files and `--set`, as `layers`. Releases of one chart share its `files`.

    `name` and `namespace` are Helm's; a chart that is no environment is called by its own name.
    """

    files: ProjectFiles
    layers: Sequence[Document] = ()
    name: str = ""
    namespace: str = "default"
    is_environment: bool = False

    @property
    def label(self) -> str:
        """The chart's folder as a person writes it: findings are relative to it until `relabelled` puts it in front."""
        return self.files.label

    @property
    def tree(self) -> Tree:
        """The chart's files."""
        return self.files.tree

    @property
    def chart(self) -> Chart:
        """The chart, as Helm loads it."""
        return self.files.chart

    @cached_property
    def coalesced(self) -> Coalesced:
        """What each chart's values end up as."""
        return coalesce(self.chart, self.layers)

    @cached_property
    def not_for_helm(self) -> tuple[Finding, ...]:
        """Why Helm must not get this release: it would not come back from a schema or a file of it."""
        from shunter.core.rules.verdict import not_for_helm

        return not_for_helm(self.coalesced) if not any(layer.findings for layer in self.layers) else ()

    @cached_property
    def is_accepted(self) -> bool:
        """Whether all schemas accept the values, so that Helm need not ask them; False where only Helm can tell."""
        from shunter.core.rules.verdict import judge_slice

        coalesced = self.coalesced
        if self.chart.findings or any(layer.findings for layer in self.layers) or coalesced.values is None:
            return False
        if self.is_encrypted or is_sops_file(self.chart.values):
            return False
        return not any(True for part in coalesced.slices for _ in judge_slice(coalesced, part))

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """What Helm makes of the values files and `--set`, with what SOPS encrypted in plain text.

        Raises ShunterError for a file that Helm cannot read, or that cannot be decrypted.
        """
        for document in self.layers:
            for finding in relabelled(document.findings, self.label):
                raise ShunterError(finding.message, span=finding.span, hint=finding.hint)
        merged: dict[str, Any] = {}
        for document in self._plain:
            merged = merge_maps(merged, document.value or {})
        return merged

    @property
    def is_by_app(self) -> bool:
        """Whether each app of this environment is a release of its own."""
        return self.files.answers.get("separate_releases") is True

    @property
    def is_encrypted(self) -> bool:
        """Whether SOPS encrypted one of the values files."""
        return any(is_sops_file(layer) for layer in self.layers)

    @cached_property
    def _plain(self) -> Sequence[Document]:
        if not self.is_encrypted:
            return self.layers
        from shunter.flows.release.secrets import opened

        return [opened(layer, normpath(f"{self.label}/{layer.path}")) for layer in self.layers]

    @cached_property
    def _secrets(self) -> frozenset[str]:
        if not self.is_encrypted:
            return frozenset()
        from shunter.flows.release.secrets import secrets_of

        return secrets_of(self.layers, self._plain)

    def shown(self, text: str) -> str:
        """A text that Helm made of this release's values, without those that SOPS encrypted."""
        if not self._secrets:
            return text
        from shunter.flows.release.secrets import hidden

        return hidden(text, self._secrets)

    def with_layers(self, layers: Sequence[Document]) -> Release:
        """The same chart with other values."""
        return replace(self, layers=layers)

    def with_values(self) -> Release:
        """This release or, where no values are passed, the same one with the chart's own passed once more."""
        return self if self.layers else self.with_layers([self.chart.values])

    @property
    def archive(self) -> PackedChart:
        """The chart's archive, to be rendered."""
        return self._sealed if self.is_environment and is_sops_file(self.chart.values) else self.files.archive

    @cached_property
    def _sealed(self) -> PackedChart:
        """The archive of an environment whose own values are encrypted, without what SOPS says of them.

        Helm reads them itself, and gets them in plain text with `-f`; in the archive they stay as they are.
        """
        values = json.dumps(decrypted_shape(self.chart.values).value).encode()
        files = {**self.files.packed.files, "values.yaml": FileState(values)}
        return self.files.packed.of_files(files, self.files.packed.label).packed()

    @cached_property
    def unchecked(self) -> PackedChart:
        """The chart's archive without schemas: Helm takes any values for it."""
        from shunter.flows.release.unchecked import without_schemas

        return without_schemas(self.files.packed).packed(compressed=False)

    def render(
        self,
        engine: Engine,
        archive: PackedChart | None = None,
        values: Mapping[str, Any] | None = None,
        kube_version: str | None = None,
    ) -> str:
        """What `helm template` prints, of another archive or with other values than the release's own where given.

        Raises ShunterError for a release that Helm would not come back from.
        """
        for finding in relabelled(self.not_for_helm, self.label) if archive is None else ():
            raise ShunterError(finding.message, hint=finding.hint, span=finding.span, rule=finding.rule)
        chart = self.archive if archive is None else archive
        given = self.values if values is None else values
        name = self.name or chart.name
        try:
            return engine.render(chart, given, release=name, namespace=self.namespace, kube_version=kube_version)
        except ShunterError as error:
            if not self.is_encrypted:
                raise
            notes = tuple(map(self.shown, error.notes))
            raise ShunterError(self.shown(error.message), hint=error.hint, span=error.span, notes=notes) from None


def release_of(
    context: Context,
    site: Site,
    values: Sequence[str] = (),
    sets: Sequence[str] = (),
    *,
    of: ProjectFiles | None = None,
) -> Release:
    """The release of an environment with further `-f` files `values`, and `--set`; `of` other files than the disk's.

    Raises ShunterError where a values file is missing.
    """
    files = files_of(context, site) if of is None else of
    extra = [extra_layer(context, name, site.path) for name in values]
    layers = with_sets(context, [*layers_of(files), *extra], sets)
    return replace(named(files, site), layers=layers)


def named(files: ProjectFiles, site: Site) -> Release:
    """The release of an environment without any values file, called as its answers say."""
    name, namespace = str(files.answers.get("workspace", site.name)), str(files.answers.get("namespace", "default"))
    return Release(files, (), name, namespace, is_environment=True)


def releases_of_chart(
    context: Context, folder: Path, runs: Sequence[Sequence[str]], sets: Sequence[str] = ()
) -> list[Release]:
    """A chart in a folder as it is released with each list of `-f` files."""
    chart = Release(files_in(context, folder))
    return [with_files(context, chart, folder, run, sets) for run in runs]


def with_files(context: Context, chart: Release, folder: Path, values: Sequence[str], sets: Sequence[str]) -> Release:
    """The release of a chart in `folder` with these `-f` files and `--set`."""
    return chart.with_layers(with_sets(context, [extra_layer(context, name, folder) for name in values], sets))
