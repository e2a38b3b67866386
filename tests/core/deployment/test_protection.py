"""Commands that protect branches and environments: what the forge's client is handed is read back by a shell."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shunter.core.deployment.protection import github_branch, github_environment, gitlab_branch, gitlab_environment

CLIENT = """#!/bin/sh
case "$*" in *--jq*) echo 42; exit;; esac
printf '%s\\n' "$*" >>"$ASKED"
case "$*" in *--input*) cat >>"$ASKED";; esac
"""


def asked(tmp_path: Path, commands: Iterator[str]) -> list[Any]:
    """What the client got: command lines, and bodies as objects."""
    for name in ("gh", "glab"):
        (tmp_path / name).write_text(CLIENT, "utf-8")
        (tmp_path / name).chmod(0o755)
    notes = tmp_path / "asked"
    notes.write_text("", "utf-8")
    env = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "ASKED": str(notes)}
    subprocess.run(["sh", "-e"], input="\n".join(commands), text=True, env=env, check=True)
    lines = notes.read_text("utf-8").splitlines()
    return [json.loads(line) if line.startswith("{") else line for line in lines]


def test_github(tmp_path: Path) -> None:
    line, body = asked(tmp_path, github_branch("acme/shop", "main", ["check"], owners=True))
    assert line == "api --method PUT repos/acme/shop/branches/main/protection --input -"
    assert body["required_status_checks"] == {"strict": False, "contexts": ["check"]}
    assert body["required_pull_request_reviews"]["require_code_owner_reviews"]
    line, body = asked(tmp_path, github_environment("acme/shop", "pro", "production", ["acme/ops"]))
    assert line == "api --method PUT repos/acme/shop/environments/pro --input -"
    assert body["reviewers"] == [{"type": "Team", "id": 42}]
    assert body["prevent_self_review"]
    _, body = asked(tmp_path, github_environment("acme/shop", "tst", "develop", ["acme/ops"]))
    assert ("reviewers" in body, body["prevent_self_review"]) == (False, False)


def test_gitlab(tmp_path: Path) -> None:
    lines = asked(tmp_path, gitlab_branch("acme/shop", "main", owners=False))
    assert lines[1] == (
        "api --method POST projects/acme%2Fshop/protected_branches "
        "-f name=main -F push_access_level=0 -F merge_access_level=40 -F allow_force_push=false"
    )
    line, body = asked(tmp_path, gitlab_environment("acme/shop", "pro", "production"))
    assert line.startswith("api --method POST projects/acme%2Fshop/protected_environments ")
    assert body == {"name": "pro", "deploy_access_levels": [{"access_level": 40}], "required_approval_count": 1}
