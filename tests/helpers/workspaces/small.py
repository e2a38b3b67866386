"""A workspace of two charts and two environments, written in milliseconds: no template is rendered for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from helpers.charts.tiny_charts import chart, chart_files, environment, library_files, write_files
from helpers.workspaces.gitrepo import git, make_repo
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import Context, open_context
from shunter.model.files import FileState

WORKSPACE = """\
name: shop
library: {name: commons}
layout: mono
services:
  orders: {chart: {path: third/orders}}
  web: {chart: {path: third/web}}
environments:
  tst: {stage: develop}
  pre: {promotes-from: tst}
"""
ANSWERS = "_src_path: x\n_commit: v1.0.0\nkind: environment\nlibrary: commons\nname: {}\nworkspace: shop\nservices: [orders, web]\n"
SCHEMA = {"properties": {"size": {"type": "integer"}}}


def orders(version: str = "1.0.0", *, app_version: str = "") -> dict[str, FileState]:
    """The chart of the service orders; its key `size` is a number."""
    return chart_files("orders", version, app_version=app_version, schema=SCHEMA)


def small_workspace(root: Path) -> Context:
    """The workspace at `root`, committed, its charts in the registry, before the first train."""
    empty, _, _ = environment({}, services=("orders", "web"))
    files = {"shunter.yaml": FileState(WORKSPACE.encode())}
    folders = {"library": library_files(), "third/orders": orders(), "third/web": chart_files("web")}
    for name in ("tst", "pre"):
        folders[f"envs/{name}"] = {**empty, ".copier-answers.yml": FileState(ANSWERS.format(name).encode())}
    for folder, inside in folders.items():
        files |= {f"{folder}/{path}": state for path, state in inside.items()}
    make_repo(root, {path: state.data for path, state in files.items()})
    context = open_context(root)
    for name in ("library", "third/orders", "third/web"):
        publish(context, folders[name])
    return context


def publish(context: Context, files: Mapping[str, FileState], folder: str = "") -> None:
    """Put a chart into the registry and, where it is given, into a folder; commit both."""
    found = open_archives(context).directory.plan_publish([chart(files)])
    assert not found.findings
    write_files(context.root / ".shunter/registry", found.edits)
    if folder:
        write_files(context.root / folder, files)
    git(context.root, "add", "-A")
    git(context.root, "commit", "-q", "-m", "publish")
