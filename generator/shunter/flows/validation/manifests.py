"""Manifests held against the schemas of Kubernetes versions, and of the custom resources that are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from shunter.adapters.cluster.schemas import catalogues, folder_of_schemas
from shunter.adapters.helm.engine import BinaryEngine, Engine
from shunter.core.kube.crds import schemas_of
from shunter.core.kube.objects import objects_of
from shunter.core.rules.manifests import Cluster, check
from shunter.flows.release.release import Release
from shunter.flows.release.render import definitions, documents
from shunter.model.data import dataclass, replace
from shunter.model.findings import Finding


@dataclass(frozen=True)
class Checker:
    """Checks one release after the other. A helm binary renders for each Kubernetes version, the embedded Helm once."""

    engine: Engine
    cluster: Cluster

    def rendered(self, release: Release) -> list[tuple[Sequence[str], str]]:
        """The release's manifests, each text with the versions that it is for. Raises ShunterError where Helm fails."""
        if not isinstance(self.engine, BinaryEngine):
            return [(self.cluster.versions, release.render(self.engine))]
        return [([each], release.render(self.engine, kube_version=f"{each}.0")) for each in self.cluster.versions]

    def findings(self, release: Release, rendered: Iterable[tuple[Sequence[str], str]]) -> Iterator[Finding]:
        """What a cluster of each version would refuse or complain about, of manifests that were `rendered`."""
        slices = release.coalesced.slices
        for versions, text in rendered:
            objects = tuple(objects_of(documents(text)))
            defined = schemas_of(item.value for item in (*definitions(release.chart.walk()), *objects))
            yield from check(objects, slices, replace(self.cluster, versions=versions, defined=defined, _validators={}))


def cluster_of(versions: Sequence[str], crds: str, start: Path) -> Cluster:
    """The Kubernetes versions to check for (the newest ones by default), and a folder of schemas where one is named."""
    asked, known = catalogues(versions)
    if not crds:
        return Cluster(asked, known)
    return Cluster(asked, known, lookup=folder_of_schemas(start / crds))
