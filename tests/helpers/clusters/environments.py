"""An environment of small charts with real workloads, as a repository that stands alone, and deployed by the command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.charts.tiny_charts import chart_files, environment, write_files
from helpers.clusters.cluster import Cluster
from helpers.workspaces.cli import Result, ok, shunter
from shunter.model.files import FileState

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: web, image: "x/NAME:{{ .Values.tag }}", ports: [{containerPort: 80}], env: [{name: NOTE, value: {{ .Values.note | quote }}}]}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: NAME}
data: {note: {{ .Values.note | quote }}}
"""
HOOK = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: NAME-migrate
  annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-delete-policy: before-hook-creation}
spec: {template: {spec: {restartPolicy: Never, terminationGracePeriodSeconds: 0, containers: [{name: migrate, image: "x/NAME:{{ .Values.tag }}"}]}}}
"""
NAMED = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-NAME"}
data: {calls: "http://{{ .Release.Name }}-other", braces: "{{ "{{ .Values }}" }} {{ "{{{" }} }}", tag: "{{ .Values.tag }}"}
"""
"""What a chart makes after the release: a name, an address, and braces that are none of a template."""
THING = """\
---
apiVersion: tests.acme.io/v1
kind: Thing
metadata: {name: NAME}
spec: {note: {{ .Values.note | quote }}}
"""
"""An object of a kind that no server has by itself; its group is to be another one for each test."""
_VALUES = "replicas: 1\ntag: one\nnote: a\n"
_ANSWERS = "_src_path: x\n_commit: v1.0.0\nkind: environment\nlibrary: commons\nname: {}\nworkspace: shop\n"


def web(name: str, template: str = WEB, extra: Mapping[str, str] | None = None) -> dict[str, FileState]:
    """The chart of a service; values: `replicas`, `tag` of its image, `note`."""
    return chart_files(name, template=template.replace("NAME", name), extra={"values.yaml": _VALUES, **(extra or {})})


@dataclass(frozen=True)
class Deployed:
    """An environment `name` in `root`/envs, which goes to `namespace` of `cluster`."""

    root: Path
    cluster: Cluster
    namespace: str
    name: str = "tst"

    def values(self, value: Mapping[str, Any]) -> None:
        """Write its values file."""
        (self.root / "envs" / self.name / "values.yaml").write_text(json.dumps(value), "utf-8")

    def deploy(self, *options: str) -> Result:
        """`shunter deploy` of it."""
        return shunter("deploy", self.name, *options, cwd=self.root)

    def deployed(self, *options: str) -> Result:
        """The same, and it has to succeed."""
        return ok("deploy", self.name, *options, cwd=self.root)

    def get(self, *arguments: str) -> Any:
        """What `kubectl get` finds in its namespace."""
        return self.cluster.get("-n", self.namespace, *arguments)

    def kubectl(self, *arguments: str) -> str:
        """`kubectl` in its namespace."""
        return self.cluster.kubectl("-n", self.namespace, *arguments)

    def history(self) -> list[tuple[int, str]]:
        """The release's revisions, each with its status, as its Secrets' labels have them."""
        return self.history_of("")

    def history_of(self, release: str) -> list[tuple[int, str]]:
        """The same of one of several releases."""
        found = self.get("secrets", "-l", f"owner=helm{f',name={release}' if release else ''}")["items"]
        labels = [each["metadata"]["labels"] for each in found]
        return sorted((int(each["version"]), each["status"]) for each in labels)


def make_environment(
    root: Path,
    cluster: Cluster,
    namespace: str,
    name: str = "tst",
    stage: str = "develop",
    extra: Mapping[str, str] | None = None,
    *,
    by_app: bool = False,
    only: str = "",
    **charts: str,
) -> Deployed:
    """An environment of one service `web`, or of those in `charts`, each with its template and `extra` files.

    The latter may be of one chart `only`. With `by_app` each of them is a release of its own.
    """
    cars = {
        each: web(each, template, extra if only in ("", each) else None)
        for each, template in (charts or {"web": WEB}).items()
    }
    files, _, _ = environment(cars, services=tuple(cars))
    answers = _ANSWERS.format(name) + ("separate_releases: true\n" if by_app else "")
    answers += f"services: [{', '.join(cars)}]\nnamespace: {namespace}\nstage: {stage}\n"
    files[".copier-answers.yml"] = FileState(answers.encode())
    write_files(root / "envs" / name, files)
    return Deployed(root, cluster, namespace, name)
