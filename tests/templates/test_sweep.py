"""Pipelines of every layout, forge and style, by every linter; Dockerfiles of every cell."""

from __future__ import annotations

import hashlib
import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.services.cells import CELLS, generated
from helpers.tools import require
from helpers.workspaces import own_files
from helpers.workspaces.copier_templates import ROOT
from helpers.workspaces.gitrepo import write
from shunter.adapters.templates.history import template_files
from shunter.core.templates.engine import Engine
from shunter.core.workspace.layout import plan_repositories
from shunter.model.files import MemoryTree

WORKSPACE = """\
name: shop
layout: {layout}
ci: {ci}
pipelines: {pipelines}
repositories: {{url: "{url}"}}
deployment: {deployment}
development: {development}
{versions}registries: {{images: "{registry}", charts: {{push: "oci://{registry}/charts"}}}}
tools: {{source: {tools}}}
services:
  orders: {{archetype: rest-api, team: alice}}
{more}owners: {{alice: ["@acme/alice"]}}
environments:
  tst: {{stage: develop}}
  pre: {{promotes-from: tst, helm: "3"}}
  pro: {{stage: production, promotes-from: pre}}
"""
MORE = """\
  site: {archetype: frontend}
  pay: {archetype: rest-api, language: go}
  web: {archetype: rest-api, language: typescript}
  store: {archetype: database}
  cache: {chart: {path: third-party/cache}}
"""
LAYOUTS = (
    "mono",
    "multi",
    "{code: mono, charts: mono, envs: mono}",
    "{code: multi, charts: multi, envs: mono}",
    "{code: mono, charts: mono, envs: multi}",
    "{code: monolith, charts: mono, envs: multi}",
)
VERSIONS = (
    'versions: {branches: [{match: main, label: main}, {match: "rel/*", label: rc, version: branch}],'
    " publish-pull-requests: true}\n"
)
REGISTRIES = (
    "ghcr.io/acme",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme",
    "europe-west1-docker.pkg.dev/acme/shop",
    "acme.azurecr.io",
    "registry.example.com",
    "registry.gitlab.com/acme/{repository}",
)
URLS = ("git@git.example.org:acme/{name}.git", "https://git.example.org/acme/{name}.git")
TOOLS = ("local", "https://git.example.com/shunter.git")
PREFIXES = (".github/", ".gitlab", "ci/")


def workspaces() -> list[str]:
    """A shunter.yaml for each way to have pipelines; where they are and who is asked goes round."""
    ways = itertools.product(
        ("github", "gitlab"),
        LAYOUTS,
        ("inline", "reusable"),
        ("helm", "gitops"),
        ("trunk", "git-flow", "custom"),
    )
    found = []
    for number, (ci, layout, pipelines, deployment, development) in enumerate(ways):
        found.append(
            WORKSPACE.format(
                layout=layout,
                ci=ci,
                pipelines=pipelines,
                deployment=deployment,
                development=development,
                versions=VERSIONS if development == "custom" else "",
                more="" if "monolith" in layout else MORE,
                registry=REGISTRIES[number % len(REGISTRIES)],
                url=URLS[number // len(REGISTRIES) % len(URLS)],
                tools=TOOLS[number % len(TOOLS)],
            )
        )
    return found


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A folder for each repository whose pipelines are like no other's."""
    engine = Engine(MemoryTree(template_files(ROOT)), "here", "v1")
    seen: dict[str, Path] = {}
    top = tmp_path_factory.mktemp("swept")
    roots = 0
    for text in workspaces():
        for repository in plan_repositories(own_files.workspace(text)):
            made = engine.render(dict(repository.projects[0].answers))
            files = {path: state for path, state in made.items() if path.startswith(PREFIXES)}
            roots += 1
            key = hashlib.sha256(repr(sorted((path, state.data) for path, state in files.items())).encode()).hexdigest()
            if key not in seen:
                seen[key] = top / f"{len(seen):03d}-{repository.name}"
                write(seen[key], {path: state.data for path, state in files.items()})
    assert (roots > 700, len(seen) > 200) == (True, True)  # that many, by a third as many different ones
    return list(seen.values())


def ran(*command: str, cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def named(swept: list[Path], *patterns: str) -> list[str]:
    """The files of all of them below these patterns, at most once for equal bytes."""
    found: dict[bytes, str] = {}
    for folder in swept:
        for pattern in patterns:
            for file in sorted(folder.glob(pattern)):
                found.setdefault(file.read_bytes(), str(file))
    assert found
    return list(found.values())


def test_all_are_short(swept: list[Path]) -> None:
    patterns = (".github/**/*.y*ml", ".gitlab-ci.yml", ".gitlab/*.yml")
    lengths = {file: Path(file).read_text("utf-8").count("\n") for file in named(swept, *patterns)}
    assert {file: lines for file, lines in lengths.items() if lines > 120} == {}


def test_github_s_pass_actionlint_with_shellcheck(swept: list[Path]) -> None:
    tool, shellcheck = require("actionlint"), require("shellcheck")
    for folder in swept:
        files = [str(file.relative_to(folder)) for file in folder.glob(".github/workflows/*.yaml")]
        if files:
            ran(tool, "-shellcheck", shellcheck, *files, cwd=folder)


def test_github_s_pass_zizmor(swept: list[Path]) -> None:
    """Nothing above low; with the configuration that the repository has, if any."""
    folders = [str(folder) for folder in swept if (folder / ".github").is_dir()]
    ran(require("zizmor"), "--offline", "--quiet", "--min-severity", "medium", *folders)


@pytest.mark.parametrize(
    ("schema", "patterns"),
    [
        ("vendor.github-workflows", (".github/workflows/*.yaml",)),
        ("vendor.github-actions", (".github/actions/*/action.yml",)),
        ("vendor.gitlab-ci", (".gitlab-ci.yml", ".gitlab/*.yml")),
    ],
)
def test_all_are_what_the_published_schemas_say(schema: str, patterns: tuple[str, ...], swept: list[Path]) -> None:
    more = ["--data-transform", "gitlab-ci"] if "gitlab" in schema else []
    ran(sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *more, *named(swept, *patterns))


def test_dockerfiles_pass_hadolint(tmp_path: Path) -> None:
    files = [str(generated(cell, tmp_path / f"{cell.language}-{cell.archetype}") / "Dockerfile") for cell in CELLS]
    assert len(files) > 6
    ran(require("hadolint"), *files)
