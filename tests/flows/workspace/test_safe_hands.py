"""In a person's repositories shunter does what git would do, writes exactly what it says, and loses nothing."""

from __future__ import annotations

import base64
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from helpers.charts.charts import ROOT
from helpers.charts.patches import plain
from helpers.workspaces.cli import ok, run_in_background, shunter
from helpers.workspaces.gitrepo import commit_all, disk, git, write
from helpers.workspaces.plans import edit, killed, plan
from helpers.workspaces.transcript import error, untouched
from helpers.workspaces.workspaces import copy
from shunter.adapters.git.apply import apply
from shunter.flows.trains import promote as promotion
from shunter.flows.trains import target
from shunter.flows.workspace.context import open_context
from shunter.model.errors import ShunterError

PROMOTE = ("promote", "--from", "tst", "--to", "pre")


def committed(root: Path) -> list[str]:
    return sorted(git(root, "show", "--format=", "--name-only", "--no-renames").splitlines())


def test_a_promotion_commits_its_own_files_and_says_which(railed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")  # an entry of the history is called after its time
    pre = railed / "shop-pre"
    commit_all(pre, {"envs/pre/team.md": "a\n", "envs/pre/run.sh": "#!/bin/sh\n"})
    git(pre, "update-index", "--chmod=+x", "envs/pre/run.sh")
    git(pre, "commit", "-q", "-m", "x")
    git(pre, "config", "core.fileMode", "false")
    git(pre, "update-index", "--skip-worktree", "envs/pre/team.md")
    write(pre, {"envs/pre/team.md": "a\ntoken-123\n", "envs/pre/secrets.dec.yaml": "pw: x\n"})
    before = disk(pre)
    planned = json.loads(untouched(railed, *PROMOTE, "--dry-run", "-o", "json").out)["outcomes"]
    [outcome] = json.loads(ok(*PROMOTE, "-o", "json", cwd=railed).out)["outcomes"]
    assert planned[0]["paths"] == outcome["paths"] == committed(pre)
    assert not {"envs/pre/team.md", "envs/pre/run.sh", "envs/pre/secrets.dec.yaml"} & set(outcome["paths"])
    assert git(pre, "show", "HEAD:envs/pre/team.md") == "a"
    assert git(pre, "ls-tree", "HEAD", "envs/pre/run.sh").startswith("100755")
    assert {
        path: state for path, state in disk(pre).items() if path in before and path not in outcome["paths"]
    }.items() <= (before.items())


def test_what_git_encrypts_is_committed_encrypted(railed: Path) -> None:
    pre = railed / "shop-pre"
    for name, value in (("clean", "base64"), ("smudge", "base64 -d"), ("required", "true")):
        git(pre, "config", f"filter.crypt.{name}", value)
    secret = {"envs/pre/private/db.yaml": "password: hunter2\n"}
    commit_all(
        pre, {".gitattributes": "envs/pre/private/** filter=crypt\nenvs/pre/values.yaml filter=crypt\n", **secret}
    )
    values = (pre / "envs/pre/values.yaml").read_bytes() + b"# hunter3\n"
    write(pre, {"envs/pre/values.yaml": values})
    git(pre, "add", "-A")
    ok(*PROMOTE, cwd=railed)
    assert base64.b64decode(git(pre, "cat-file", "-p", "HEAD:envs/pre/private/db.yaml")) == b"password: hunter2\n"
    assert base64.b64decode(git(pre, "cat-file", "-p", "HEAD:envs/pre/values.yaml")) == values
    assert git(pre, "status", "--porcelain") == ""


def test_a_refused_promotion_is_not_carried_out_later(railed: Path) -> None:
    pre = railed / "shop-pre"
    lock, subject = pre / ".git/index.lock", git(pre, "log", "-1", "--format=%s")
    lock.touch()
    assert "index.lock exists" in error(untouched(railed, *PROMOTE)).message
    lock.unlink()
    for command in ("train list", "status", "validate"):
        ok(*command.split(), cwd=railed)
    assert git(pre, "log", "-1", "--format=%s") == subject


@pytest.mark.parametrize("what", ["values", "promotion"])
def test_what_changes_while_it_is_judged_is_not_written(
    what: str, railed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if what == "promotion":
        ok("package", "orders", "--version", "0.2.0", cwd=railed)
        ok("train", "cut", "1.1.0", "--car", "orders=0.2.0", cwd=railed)
        ok("train", "cut", "1.2.0", cwd=railed)
    original: Any = vars(target)["judge_release"]

    def judge(*arguments: Any, **options: Any) -> Any:
        found = original(*arguments, **options)
        monkeypatch.setattr(target, "judge_release", original)
        if what == "values":
            file = railed / "shop-pre/envs/pre/values.yaml"
            file.write_text(file.read_text("utf-8") + "\nnosuch: {a: 1}\n", "utf-8")
        else:
            ok("promote", "1.1.0", "--to", "tst", cwd=railed)
        return found

    monkeypatch.setattr(target, "judge_release", judge)
    asked = {
        "values": promotion.Promotion(["pre"], source="tst"),
        "promotion": promotion.Promotion(["tst"], train="1.2.0"),
    }[what]
    with pytest.raises(ShunterError, match="changed while shunter was working"):
        promotion.promote(open_context(str(railed)), asked, dry_run=False, diff=False)
    if what == "promotion":
        assert "1.1.0" in ok("history", "tst", cwd=railed).out


def test_two_promotions_at_once_are_both_in_the_history_or_one_is_refused(mono: Path) -> None:
    ok("package", cwd=mono)
    for version in ("1.1.0", "1.2.0"):
        ok("train", "cut", version, cwd=mono)
    runs = [run_in_background(mono, "promote", version, "--to", "tst") for version in ("1.1.0", "1.2.0")]
    said = [run.communicate() for run in runs]
    codes = [run.returncode for run in runs]
    assert 0 in codes
    assert set(codes) <= {0, 2}, said
    seen = [line.split()[3] for line in ok("history", "tst", cwd=mono).out.splitlines()[1:]]
    assert sorted(seen) == [version for version, code in zip(("1.1.0", "1.2.0"), codes, strict=True) if code == 0]
    assert len(git(mono, "log", "--format=%s", "--grep=^Promote").splitlines()) == codes.count(0)
    assert git(mono, "status", "--porcelain") == ""


def test_a_package_without_its_chart_is_no_commit(mono: Path, tmp_path: Path) -> None:
    ok("package", cwd=mono)
    chart = mono / "charts/orders/Chart.yaml"
    chart.write_text(chart.read_text("utf-8").replace("version: 0.1.0", "version: 0.1.1"), "utf-8")
    for _ in range(2):
        found = error(untouched(mono, "package", "orders"))
        assert found.message == "chart orders has changes that no commit holds: charts/orders/Chart.yaml"
        assert found.hint.startswith(f"git -C {mono} add charts/orders && git -C {mono} commit")
        git(mono, "add", "-A")
    git(mono, "commit", "-q", "-m", "orders 0.1.1")
    ok("package", "orders", cwd=mono)
    assert ".shunter/registry/orders-0.1.1.tgz" in committed(mono)
    git(tmp_path, "clone", "-q", str(mono), "clone")
    ok("lock", "--check", cwd=tmp_path / "clone")


def test_a_persons_chart_below_charts_is_not_deleted(railed: Path) -> None:
    side = {"templates/mine.yaml": "kind: ConfigMap\n", "Chart.yaml": "apiVersion: v2\nname: side\nversion: 1.0.0\n"}
    folders = [railed / "orders/charts/orders/charts/side", railed / "shop-tst/envs/tst/charts/side"]
    for folder in folders:
        write(folder, dict(side))
    shunter("package", "orders", cwd=railed)
    shunter("lock", "tst", cwd=railed)
    for folder in folders:
        assert {path: state[1].decode() for path, state in disk(folder).items()} == side


def test_values_that_are_not_staged_can_be_left_out(railed: Path) -> None:
    pre = railed / "shop-pre"
    write(pre, {"envs/pre/values.yaml": "nosuch: {a: 1}\n"})
    assert untouched(railed, *PROMOTE).code in (1, 2)
    ok(*PROMOTE, "--no-values", cwd=railed)
    assert git(pre, "status", "--porcelain") == "M envs/pre/values.yaml"
    assert "envs/pre/values.yaml" not in committed(pre)


def test_a_branch_of_its_own_or_no_commit_at_all(railed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    pre = railed / "shop-pre"
    head = git(pre, "rev-parse", "HEAD")
    git(pre, "switch", "-q", "--detach")
    assert "--branch NAME" in error(untouched(railed, *PROMOTE)).hint
    ok(*PROMOTE, "--branch", "promote-1.0.0", cwd=railed)
    assert git(pre, "symbolic-ref", "--short", "HEAD") == "promote-1.0.0"
    assert git(pre, "rev-parse", "main") == head
    git(pre, "switch", "-q", "main")
    said = ok(*PROMOTE, "--no-commit", cwd=railed).err
    assert (git(pre, "rev-parse", "HEAD"), git(pre, "diff", "--name-only")) == (head, "")
    [command] = [line.removeprefix("next: ") for line in said.splitlines() if line.startswith("next: ")]
    assert command.startswith(f"git -C {pre} commit ")
    subprocess.run(shlex.split(command), check=True, capture_output=True)
    assert git(pre, "rev-parse", "HEAD^{tree}") == git(pre, "rev-parse", "promote-1.0.0^{tree}")
    assert git(pre, "log", "-1", "--format=%B") == git(pre, "log", "-1", "--format=%B", "promote-1.0.0")


CHECKS = ("shunter validate", "shunter schema build --check", "shunter lint", "shunter lock --check")


def hook(root: Path, *commands: str) -> None:
    path = f"{ROOT / 'generator'}"
    run = f'"{sys.executable}" -m '
    script = "\n".join(f"{run}{command} || exit 1" for command in commands)
    write(root, {".git/hooks/pre-commit": f"#!/bin/sh\nexport PYTHONPATH={shlex.quote(path)}\n{script}\n"})
    (root / ".git/hooks/pre-commit").chmod(0o755)


@pytest.mark.parametrize("layout", ["multi", "mono"])
def test_the_generated_hooks_pass_inside_a_promotion(layout: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue("mono" if layout == "mono" else "railed")
    if layout == "mono":
        target = root
        ok("package", cwd=root)
        ok("train", "cut", "1.0.0", cwd=root)
        command = ("promote", "1.0.0", "--to", "tst")
    else:
        target, command = root / "shop-pre", PROMOTE
    hook(target, *CHECKS)
    ok(*command, cwd=root)
    assert git(target, "status", "--porcelain") == ""


def test_a_hook_that_writes_is_refused_in_one_line(railed: Path) -> None:
    hook(railed / "shop-pre", "shunter lock --dry-run", "shunter -C .. train cut 9.0.0")
    before = plain(railed)
    found = shunter(*PROMOTE, cwd=railed)
    assert (found.code, plain(railed)) == (2, before)
    assert "shunter was started by a hook of another shunter run, and does not write there" in found.err
    assert not (railed / "trains/9.0.0.yaml").exists()


def test_a_fixer_in_a_hook_changes_nothing_that_was_judged(railed: Path) -> None:
    pre = railed / "shop-pre"
    schema = '{"properties": {"count": {"type": "integer"}}}'
    chart = {"Chart.yaml": "apiVersion: v2\nname: mine\nversion: 1.0.0\n", "values.schema.json": schema}
    commit_all(pre, {f"mine/{name}": text for name, text in {**chart, "values.yaml": "count: '3'\n"}.items()})
    hook(pre, "shunter validate --fix mine/values.yaml")
    before = plain(railed)
    assert "does not write there" in shunter(*PROMOTE, cwd=railed).err
    assert plain(railed) == before


def test_recover_shows_and_takes_back(tmp_path: Path, example: Path) -> None:
    root = copy(example, tmp_path / "shop")
    pre = root / "shop-pre"
    before, values = disk(pre), edit(pre, "envs/pre/values.yaml", b"{}\n")
    assert killed(lambda on_step: apply([plan(pre, values)], root, on_step=on_step), 3)
    assert disk(pre) != before
    for command in ("status", "validate"):
        assert "notice: a run was interrupted here" in ok(*command.split(), cwd=root).err
    rows = json.loads(ok("recover", "-o", "json", cwd=root).out)
    assert [(row["repository"], row["state"]) for row in rows] == [("shop-pre", "before")]
    assert "undid an interrupted run: shop-pre" in ok("recover", "--undo", cwd=root).err
    assert disk(pre) == before
    assert "no run was interrupted" in ok("recover", cwd=root).err


def test_who_git_does_not_know_is_told_so_and_changes_nothing(railed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As git itself does, from the first command on, and each in the same words."""
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    # No machine's name makes a person.
    for name, value in (("COUNT", "1"), ("KEY_0", "user.useConfigOnly"), ("VALUE_0", "true")):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    before, around = plain(railed), sorted(railed.parent.iterdir())
    found = [error(shunter("new", "other", "--defaults", cwd=railed.parent))]
    found += [error(shunter(*command, cwd=railed)) for command in (("add", "environment", "prf"), PROMOTE)]
    assert {each.message for each in found} == {"git knows no user here, so it makes no commit"}
    assert {each.hint for each in found} == {
        'git config --global user.name "Your Name"\ngit config --global user.email you@example.com'
    }
    assert (plain(railed), sorted(railed.parent.iterdir())) == (before, around)
    ok("new", "other", "--defaults", "--dry-run", cwd=railed.parent)


def test_urls_of_a_file_are_no_options(shop: Path) -> None:
    text = (shop / "shunter.yaml").read_text("utf-8")
    url = "--upload-pack=touch${IFS}pwned; {name}"
    lines = [f'  url: "{url}"' if line.startswith("  url:") else line for line in text.splitlines()]
    write(shop, {"shunter.yaml": "\n".join(lines) + "\n"})
    (shop / "shop-pre").rename(shop.parent / "away")
    assert "it starts like an option" in error(shunter("clone", cwd=shop)).message
    assert not list(shop.parent.rglob("pwned"))
