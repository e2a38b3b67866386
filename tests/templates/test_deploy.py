"""The script that deploys, run by pipelines and by hand, with a `helm` that notes what it is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from helpers.workspaces.copier_templates import git

TOOL = """\
#!/bin/sh
printf "%s\\n" "${0##*/}" "$@" >"$ASKED"
[ -z "${HELM_KUBECONTEXT:-}" ] || echo "in $HELM_KUBECONTEXT" >>"$ASKED"
cat "$KUBECONFIG" >>"$ASKED"
exit "${FAILS:-0}"
"""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with what shunter or helm was asked, one argument a line, and with the kubeconfig."""
    (tmp_path / "bin").mkdir()
    for name in ("helm", "shunter"):
        (tmp_path / "bin" / name).write_text(TOOL, "utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    monkeypatch.setenv("KUBECONFIG_CONTENT", "kind: Config")
    return tmp_path / "asked"


def deploy(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", "ci/deploy.sh", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_it_is_one_command_that_runs_by_hand(roots: dict[str, Path], asked: Path) -> None:
    assert deploy(roots["github-helm"], "pro").returncode == 0
    assert asked.read_text("utf-8").splitlines() == ["shunter", "deploy", "pro", "kind: Config"]
    assert deploy(roots["github-helm"], "tst", "deploy", "--recover", "--timeout", "5m").returncode == 0
    assert asked.read_text("utf-8").splitlines()[1:-1] == ["deploy", "tst", "--recover", "--timeout", "5m"]


def test_a_preview_is_a_release_of_its_own_and_goes(
    roots: dict[str, Path], asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(roots["github-helm"], tmp_path / "shop"))
    done = deploy(folder, "tst", "preview", "12")
    assert (done.returncode, asked.exists()) == (0, False)
    assert "there is no envs/tst/preview.yaml" in done.stdout
    (folder / "envs/tst").mkdir(parents=True)
    (folder / "envs/tst/preview.yaml").write_text("{}\n", "utf-8")
    assert deploy(folder, "tst", "preview", "12").returncode == 0
    found = asked.read_text("utf-8").splitlines()
    release = ("--release", "shop-12", "--namespace", "shop-tst-preview")
    assert found == ["shunter", "deploy", "tst", *release, "--values", "envs/tst/preview.yaml", "kind: Config"]
    assert deploy(folder, "tst", "end", "12").returncode == 0
    gone = ["helm", "uninstall", "shop-12", "--namespace", "shop-tst-preview"]
    assert asked.read_text("utf-8").splitlines()[:5] == gone
    (folder / "envs/pro").mkdir(parents=True)
    assert deploy(folder, "pro", "end", "12").returncode == 0
    assert "in it's" in asked.read_text("utf-8")
    asked.unlink()
    # who has no previews has no cluster for them either, and no pipeline that fails
    monkeypatch.setenv("CI", "true")
    for name in ("KUBECONFIG", "KUBECONFIG_CONTENT"):
        monkeypatch.delenv(name, raising=False)
    assert deploy(folder, "tst", "end", "12").returncode == 0
    assert deploy(folder, "tst", "preview", "12").returncode == 2
    (folder / "envs/tst/preview.yaml").unlink()
    assert deploy(folder, "tst", "preview", "12").returncode == 0
    assert not asked.exists()
    monkeypatch.setenv("KUBECONFIG_CONTENT", "kind: Config")
    for words, said in ((("end",), "which request?"), (("remove", "12"), "deploy, preview or end, and not remove")):
        assert said in deploy(folder, "tst", *words).stderr
        assert not asked.exists(), "nothing that is no preview is taken away"


def test_what_cannot_be_deployed_is_said(roots: dict[str, Path], asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there is no environment nowhere here" in deploy(roots["github-helm"], "nowhere").stderr
    assert "which environment?" in deploy(roots["github-helm"]).stderr
    monkeypatch.delenv("KUBECONFIG_CONTENT")
    monkeypatch.setenv("CI", "true")
    monkeypatch.delenv("KUBECONFIG", raising=False)
    done = deploy(roots["github-helm"], "tst")
    assert (done.returncode, asked.exists()) == (2, False)
    assert "KUBECONFIG of this environment is not set" in done.stderr


def test_a_deployment_that_fails_fails(roots: dict[str, Path], asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILS", "1")
    assert (deploy(roots["github-helm"], "tst").returncode, asked.exists()) == (1, True)


def test_with_gitops_a_branch_moves_and_never_back(roots: dict[str, Path], tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    folder = tmp_path / "shop"
    git(tmp_path, "clone", "--quiet", "origin.git", "shop")
    (folder / "ci").mkdir()
    (folder / "ci/deploy.sh").write_bytes((roots["github-gitops"] / "ci/deploy.sh").read_bytes())
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "second")
    assert deploy(folder, "tst").returncode == 0
    assert git(tmp_path / "origin.git", "rev-parse", "deploy/tst") == git(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "--quiet", "HEAD~1")
    assert deploy(folder, "tst").returncode != 0
