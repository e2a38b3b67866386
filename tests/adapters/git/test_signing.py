"""Commits are signed where the person's git signs: with keys made here, by gpg and by ssh."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo, snapshot, write
from helpers.workspaces.plans import START, edit, plan, usual
from shunter.adapters.git.apply import apply
from shunter.model.errors import ShunterError
from shunter.model.files import Writing


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "home", dict(START))


def made(*command: str, **env: str) -> None:
    done = subprocess.run(command, capture_output=True, check=False, env=os.environ | env)
    assert done.returncode == 0, done.stderr.decode()


def sign_by_ssh(root: Path, folder: Path) -> None:
    made("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "tess", "-f", str(folder / "key"))
    write(folder, {"signers": f"tess@example.org {(folder / 'key.pub').read_text()}"})
    settings = {
        "gpg.format": "ssh",
        "user.signingKey": str(folder / "key.pub"),
        "gpg.ssh.allowedSignersFile": str(folder / "signers"),
        "commit.gpgSign": "true",
    }
    for name, value in settings.items():
        git(root, "config", name, value)


def test_ssh_signs_each_commit_one_after_the_other(home: Path, tmp_path: Path, require: Callable[..., str]) -> None:
    require("ssh-keygen")
    other = make_repo(tmp_path / "other", dict(START))
    sign_by_ssh(home, tmp_path)
    for line in git(home, "config", "--local", "--list").splitlines():
        if line.startswith(("gpg.", "user.signingkey", "commit.")):
            git(other, "config", *line.split("=", 1))
    told: list[tuple[str, int, int]] = []
    apply([usual(home), usual(other)], home, Writing(progress=lambda *said: told.append(said)))
    assert told == [("commit in home", 0, 2), ("commit in other", 1, 2)]
    for root in (home, other):
        assert git(root, "log", "-1", "--format=%G?") == "G"


def test_gpg_signs(home: Path, tmp_path: Path, require: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    require("gpg")
    keys = tempfile.mkdtemp()  # the path of gpg's socket may not be long
    monkeypatch.setenv("GNUPGHOME", keys)
    try:
        made("gpg", "--batch", "--passphrase", "", "--quick-gen-key", "Tess Ter <tess@example.org>", "ed25519", "sign")
        git(home, "config", "commit.gpgSign", "true")
        git(home, "config", "user.signingKey", "tess@example.org")
        apply([usual(home)], home)
        assert git(home, "log", "-1", "--format=%G?") in ("G", "U")
        before = snapshot(home)
        git(home, "config", "user.signingKey", "nobody@example.org")
        with pytest.raises(ShunterError, match="git commit failed") as caught:
            apply([plan(home, edit(home, "edit", b"x"))], home)
        assert any("gpg failed to sign the data" in note for note in caught.value.notes)
        assert snapshot(home) == before
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], check=False)
        shutil.rmtree(keys, ignore_errors=True)


def test_a_failed_signature_is_tried_again_when_somebody_says_so(
    home: Path, tmp_path: Path, require: Callable[..., str]
) -> None:
    require("ssh-keygen")
    sign_by_ssh(home, tmp_path)
    write(tmp_path, {"signer": f'#!/bin/sh\n[ -e {tmp_path}/ready ] || exit 1\nexec ssh-keygen "$@"\n'})
    (tmp_path / "signer").chmod(0o755)
    git(home, "config", "gpg.ssh.program", str(tmp_path / "signer"))
    asked: list[str] = []

    def ask(question: str) -> bool:
        asked.append(question)
        (tmp_path / "ready").touch()
        return True

    apply([usual(home)], home, Writing(ask=ask))
    assert len(asked) == 1
    assert git(home, "log", "-1", "--format=%s") == "Change home"
    (tmp_path / "ready").unlink()
    before = snapshot(home)
    with pytest.raises(ShunterError, match="git commit failed"):
        apply([plan(home, edit(home, "edit", b"x"))], home, Writing(ask=lambda question: False))
    assert snapshot(home) == before
