"""A workspace's repositories as CI sees them: answers, charts and code, committed, without a template's other files."""

from __future__ import annotations

from pathlib import Path
from posixpath import normpath

import yaml

from helpers.workspaces import own_files
from helpers.workspaces.gitrepo import make_repo
from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import Project

WORKSPACE = """\
name: shop
layout: {layout}
development: {development}
services:
  orders: {{archetype: rest-api}}
  web: {{archetype: frontend}}
  store: {{archetype: database}}
environments:
  tst: {{values: [../common.yaml, values.yaml]}}
  pre: {{promotes-from: tst, values: [../common.yaml, values.yaml]}}
"""
HEAD = "_src_path: x\n_commit: v0.1.0\n"
DEPENDENCY = "dependencies: [{name: shop-library, version: 1.0.0, repository: ''}]\n"


def make_delivered(root: Path, layout: str = "mono", development: str = "trunk", version: str = "1.3.0") -> Path:
    """The workspace at `root`, its other repositories below it; the charts of services have that version."""
    text = WORKSPACE.format(layout=layout, development=development)
    for spec in plan_repositories(own_files.workspace(text)):
        files: dict[str, bytes | str | None] = {"shunter.yaml": text} if spec.folder == "." else {}
        for project in spec.projects:
            folder = "" if project.path == "." else f"{project.path}/"
            files[f"{folder}.copier-answers.yml"] = HEAD + yaml.safe_dump(dict(project.answers))
            files |= {normpath(f"{folder}{path}"): content for path, content in _inside(project, version).items()}
        if checkouts := spec.projects[0].answers.get("checkouts"):
            files[".gitignore"] = "".join(f"/{name}/\n" for name in checkouts)
        make_repo(root / spec.folder, files)
    return root


def _inside(project: Project, version: str) -> dict[str, str]:
    if project.kind == "library":
        return {"Chart.yaml": f"apiVersion: v2\nname: {project.name}\ntype: library\nversion: 1.0.0\n"}
    if project.kind == "app":
        return {"Chart.yaml": f"apiVersion: v2\nname: {project.name}\nversion: {version}\n{DEPENDENCY}"}
    if project.kind == "environment":
        return {"values.yaml": "", "../common.yaml": ""}
    return {"main.py": ""} if project.kind == "service" else {}
