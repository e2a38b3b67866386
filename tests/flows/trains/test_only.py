"""`promote --only X` changes what X renders, and nothing else: in random workspaces, by the commands themselves."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from helpers.charts.random_apps import source
from helpers.charts.tiny_charts import environment, library_files, write_files
from helpers.tools import need_helm
from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import git, make_repo
from shunter.model.files import FileState

NAMES = ("auth", "cart", "orders", "web", "zeta")
ANSWERS = "_src_path: x\n_commit: v1.0.0\nkind: {kind}\nname: {name}\nworkspace: shop\nlibrary: commons\n"


def make(random: Random, root: Path) -> list[str]:
    """A workspace of some random apps and one environment; returns the apps."""
    names = random.sample(NAMES, random.randint(2, 5))
    services = ", ".join(f"{name}: {{chart: {{path: apps/{name}}}}}" for name in names)
    workspace = (
        f"name: shop\nlibrary: {{name: commons}}\nlayout: mono\nservices: {{{services}}}\nenvironments: {{tst: {{}}}}\n"
    )
    files = {"shunter.yaml": FileState(workspace.encode())}
    folders = {"library": library_files(), "envs/tst": environment({}, services=tuple(names))[0]}
    folders["envs/tst"][".copier-answers.yml"] = FileState(
        f"{ANSWERS.format(kind='environment', name='tst')}services: [{', '.join(names)}]\n".encode()
    )
    for folder, inside in folders.items():
        files |= {f"{folder}/{path}": state for path, state in inside.items()}
    make_repo(root, {path: state.data for path, state in files.items()})
    for name in names:
        write(random, root, name, "1.0.0")
    return names


def write(random: Random, root: Path, name: str, version: str) -> None:
    """Another chart in place of the app's, committed."""
    folder = root / "apps" / name
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    answers = FileState(ANSWERS.format(kind="app", name=name).encode())
    write_files(folder, {**source(random, name, version), ".copier-answers.yml": answers})
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", f"{name} {version}")


def rendered(root: Path) -> dict[str, str]:
    """The manifests of each app in tst."""
    found: dict[str, str] = {}
    for text in ok("render", "tst", cwd=root).out.split("\n---\n"):
        (name,) = re.findall(r"(?m)^# Source: [^/]+/charts/([^/]+)/", text)
        found[name] = found.get(name, "") + text
    return found


@pytest.mark.slow  # random workspaces, rendered before and after
@pytest.mark.parametrize("seed", range(4))
def test_a_promotion_of_one_app_changes_no_other(seed: int, tmp_path: Path) -> None:
    need_helm()
    random, root = Random(seed), tmp_path / "shop"
    names = make(random, root)
    ok("package", cwd=root)
    ok("train", "cut", "1.0.0", cwd=root)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    before = rendered(root)
    assert set(before) == set(names), seed
    for name in names:
        write(random, root, name, "1.1.0")
    ok("package", cwd=root)
    ok("train", "cut", "2.0.0", cwd=root)
    chosen = random.choice(names)
    ok("promote", "2.0.0", "--to", "tst", "--only", chosen, cwd=root)
    after = rendered(root)
    assert {name for name in names if after[name] != before[name]} == {chosen}, (seed, chosen)
    ok("lock", "--check", cwd=root)
    ok("promote", "2.0.0", "--to", "tst", cwd=root)
    assert rendered(root)[chosen] == after[chosen], (seed, chosen)
