"""A car that goes up and takes its image down is refused without a word, by cut and by promote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all
from helpers.workspaces.small import publish, small_workspace
from helpers.workspaces.transcript import refusals
from helpers.workspaces.workspaces import copy, shared
from shunter.flows.workspace.context import Context, open_context

PIN = f"ghcr.io/acme/web:0.2.0@sha256:{'1' * 64}"
TEMPLATE = "image: {{ .Values.image.repository }}@{{ .Values.image.digest }}\n"
MOVE = f"web 1.1.0 → 1.2.0 takes an image down: {PIN} → ghcr.io/acme/web:0.1.0"


def web(context: Context, version: str) -> None:
    values = {"values.yaml": "image: {repository: ghcr.io/acme/web}\n"}
    files = chart_files("web", version, app_version="0.1.0", template=TEMPLATE, extra=values)
    commit_all(context.root, {f"third/web/{path}": state.data for path, state in files.items()})


def _pinned(folder: Path) -> None:
    context = small_workspace(folder / "small")
    web(context, "1.1.0")
    ok("package", "web", "--app-version", "0.2.0", "--image", PIN, cwd=context.root)
    ok("train", "cut", "1.0.0", cwd=context.root)
    ok("promote", "1.0.0", "--to", "tst", cwd=context.root)
    values = {"values.yaml": "image: {repository: ghcr.io/acme/web}\n"}
    # By somebody else: `package` keeps the image of the release before.
    files = chart_files("web", "1.2.0", app_version="0.1.0", template=TEMPLATE, extra=values)
    publish(context, files, "third/web")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """tst runs web 1.1.0 with a pinned image; web 1.2.0 is published without one."""
    return copy(shared("small-lower-image", _pinned) / "small", tmp_path.resolve() / "small")


def test_a_train_takes_it_by_a_word_which_counts_everywhere(root: Path) -> None:
    said = shunter("train", "cut", "1.1.0", cwd=root)
    block = refusals(said)[0]
    assert (block.rule, block.message) == ("image-down", MOVE)
    assert "--lower web" in str(block.hint)
    assert "warning[image-unpinned]: web 1.1.0 → 1.2.0 runs an image without the digest that it had" in said.err
    assert not (root / "trains/1.1.0.yaml").exists()
    assert "web 1.1.0 → 1.2.0 (--lower)" in ok("train", "cut", "1.1.0", "--lower", "web", cwd=root).out
    assert "web 1.1.0 → 1.2.0 (train 1.1.0 lowers it)" in ok("promote", "1.1.0", "--to", "tst", cwd=root).out


def test_a_promotion_asks_for_the_word_and_the_history_keeps_it(root: Path) -> None:
    rules = "rules: {image-down: off, image-unpinned: off}\n"
    text = (root / "shunter.yaml").read_text("utf-8")
    commit_all(root, {"shunter.yaml": text + rules})
    assert "image" not in ok("train", "cut", "1.1.0", cwd=root).err, "a workspace may not want to know"
    commit_all(root, {"shunter.yaml": text})
    block = refusals(shunter("promote", "1.1.0", "--to", "tst", cwd=root))[0]
    assert (block.rule, block.message) == ("image-down", f"tst: {MOVE}")
    allowed = ("promote", "1.1.0", "--to", "tst", "--allow-downgrade", "web")
    plan = ok(*allowed, "--dry-run", "-o", "json", cwd=root).out
    (root.parent / "plan.json").write_text(plan, "utf-8")
    ok("promote", "--plan", "../plan.json", cwd=root)
    row = json.loads(ok("history", "tst", "-o", "json", cwd=root).out)[-1]
    assert row["allowed"] == {"web": "--allow-downgrade"}


def test_what_is_packaged_without_an_image_goes_on_with_the_one_that_runs(root: Path) -> None:
    context = open_context(root)
    web(context, "1.1.1")
    ok("package", cwd=root)
    assert "image" not in ok("train", "cut", "1.1.0", "--car", "web=1.1.1", cwd=root).err
