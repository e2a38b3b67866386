"""Small programs in the place of `gh`, `glab` and `tea`, that write down what they were asked and answer what a test says."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PROGRAM = """#!{python} -IS
import json, sys
from pathlib import Path
place = Path({folder!r})
body = "" if sys.stdin.isatty() else sys.stdin.read()
with (place / "log").open("a") as log:
    log.write(json.dumps([{name!r}, *sys.argv[1:], body]) + "\\n")
for words, (code, out, err) in json.loads((place / "{name}.json").read_text()).items():
    if all(word in " ".join(sys.argv[1:]) for word in words.split()):
        print(out)
        print(err, file=sys.stderr)
        sys.exit(code)
sys.exit(f"unexpected: {{sys.argv}}")
"""
Answers = Mapping[str, tuple[int, str, str]]
IN = {"auth status": (0, "Logged in", "")}
OK = "HTTP/1.1 200 OK\nContent-Type: application/json"
"""What `tea api --include` says of a success."""


def put(folder: Path, name: str, answers: Answers) -> None:
    """Put a program into a folder: words of its arguments to exit status, output and complaint, the first that fit."""
    (folder / f"{name}.json").write_text(json.dumps(answers))
    program = folder / name
    program.write_text(_PROGRAM.format(python=sys.executable, folder=str(folder), name=name))
    program.chmod(0o755)


def calls(folder: Path) -> list[list[str]]:
    """What the programs in that folder were called with, each with what came on standard input as the last word."""
    log = folder / "log"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def pull(
    number: int, branch: str, base: str = "main", *, of: str = "acme/shop", host: str = "github.com"
) -> dict[str, Any]:
    """A pull request as GitHub and Gitea describe it, with the parts that are read."""
    head, into = ({"ref": name, "repo": {"full_name": each}} for name, each in ((branch, of), (base, "acme/shop")))
    return {"number": number, "html_url": f"https://{host}/acme/shop/pull/{number}", "head": head, "base": into}


def merge(number: int, branch: str, base: str = "main", *, source: int = 7) -> dict[str, Any]:
    """A merge request as GitLab describes it, with the parts that are read."""
    url = f"https://gitlab.com/acme/shop/-/merge_requests/{number}"
    branches = {"source_branch": branch, "target_branch": base}
    return {"iid": number, "web_url": url, **branches, "source_project_id": source, "target_project_id": 7}
