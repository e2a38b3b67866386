"""Pull requests, opened or found again by `gh`, `glab` or `tea`, where one of them knows the host; else a link.

What comes from a file, such as a commit's subject, reaches them as the value of `--flag=value` and never as an option.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shunter.adapters.forge.place import GITEA, GITHUB, GITLAB, Place
from shunter.adapters.system import process
from shunter.model.data import dataclass

_QUIET = {"GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1", "NO_PROMPT": "1", "NO_COLOR": "1"}
_ADDRESS = re.compile(r"https?://\S+/(?:pull|pulls|merge_requests)/\d+")


@dataclass(frozen=True, slots=True)
class Request:
    """A pull request of `branch` into `base`."""

    branch: str
    base: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A pull request that was `opened` or `exists`, or the `link` for opening it; `problem` is why that has failed."""

    state: str
    url: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A forge's command line tool: how it lists the open requests of a branch as JSON, and how it opens one."""

    listing: Callable[[Place, Request, str], Sequence[str]]
    creating: Callable[[Place, Request, str], Sequence[str]]
    address: str
    branch: str = ""


def _gh_list(place: Place, request: Request, login: str) -> list[str]:
    asked = (f"--head={request.branch}", f"--base={request.base}", "--state=open", "--json=url")
    return ["gh", "pr", "list", f"--repo={place.host}/{place.path}", *asked]


def _gh_create(place: Place, request: Request, login: str) -> list[str]:
    branches = (f"--head={request.branch}", f"--base={request.base}")
    text = (f"--title={request.title}", f"--body={request.body}")
    return ["gh", "pr", "create", f"--repo={place.host}/{place.path}", *branches, *text]


def _glab_list(place: Place, request: Request, login: str) -> list[str]:
    branches = (f"--source-branch={request.branch}", f"--target-branch={request.base}")
    return ["glab", "mr", "list", f"--repo={place.web}/{place.path}", *branches, "--output=json"]


def _glab_create(place: Place, request: Request, login: str) -> list[str]:
    branches = (f"--source-branch={request.branch}", f"--target-branch={request.base}")
    body = "" if request.body == "-" else request.body  # alone, it asks for an editor
    text = (f"--title={request.title}", f"--description={body}")
    return ["glab", "mr", "create", f"--repo={place.web}/{place.path}", *branches, *text, "--yes"]


def _tea_list(place: Place, request: Request, login: str) -> list[str]:
    asked = ("--state=open", "--limit=50", "--fields=index,head,base,url", "--output=json")
    return ["tea", "pulls", "list", f"--login={login}", f"--repo={place.path}", *asked]


def _tea_create(place: Place, request: Request, login: str) -> list[str]:
    branches = (f"--head={request.branch}", f"--base={request.base}")
    text = (f"--title={request.title}", f"--description={request.body}")
    return ["tea", "pulls", "create", f"--login={login}", f"--repo={place.path}", *branches, *text]


_TOOLS: Mapping[str, tuple[str, Tool]] = {
    GITHUB: ("gh", Tool(_gh_list, _gh_create, "url")),
    GITLAB: ("glab", Tool(_glab_list, _glab_create, "web_url")),
    GITEA: ("tea", Tool(_tea_list, _tea_create, "url", "head")),
}


def open_request(root: Path, place: Place, request: Request) -> Opened:
    """Open a pull request, or find the one that is open already; a link where no tool is there that knows the host."""
    link = place.link(request.base, request.branch)
    tool, login = _tool(root, place)
    if tool is None:
        return Opened("link", link)
    listed = _run(root, tool.listing(place, request, login))
    if listed.returncode:
        return Opened("link", link, listed.complaint)
    if there := _open_ones(tool, listed.text, request.branch):
        return Opened("exists", there)
    made = _run(root, tool.creating(place, request, login))
    found = _ADDRESS.search(made.text) or _ADDRESS.search(made.stderr.decode("utf-8", "replace"))
    if made.returncode or found is None:
        return Opened("link", link, made.complaint)
    return Opened("opened", found[0])


def _open_ones(tool: Tool, text: str, branch: str) -> str:
    """The address of the first listed request of that branch; empty where there is none."""
    try:
        rows: list[dict[str, Any]] = json.loads(text or "[]") or []
    except ValueError:
        return ""
    return next((str(row[tool.address]) for row in rows if not tool.branch or row[tool.branch] == branch), "")


def _tool(root: Path, place: Place) -> tuple[Tool | None, str]:
    """The tool that is installed and logged in at the place's host, and its name for that login."""
    for kind, (program, tool) in _TOOLS.items():
        if place.known in ("", kind) and shutil.which(program):
            login = _tea_login(root, place) if kind == GITEA else _login(root, program, place)
            if login:
                return tool, login
    return None, ""


def _login(root: Path, program: str, place: Place) -> str:
    asked = _run(root, [program, "auth", "status", f"--hostname={place.host}"])
    return "" if asked.returncode else place.host


def _tea_login(root: Path, place: Place) -> str:
    """The name of tea's login whose server is at the place's host."""
    listed = _run(root, ["tea", "logins", "list", "--output=csv"]).text.splitlines()
    rows = [row for row in csv.reader(listed) if len(row) > 2]
    hosts = ((row[0], row[1].partition("://")[2].partition("/")[0].partition(":")[0], row[2]) for row in rows)
    return next((name for name, web, ssh in hosts if place.host in (web, ssh)), "")


def _run(root: Path, command: Sequence[str]) -> process.Completed:
    return process.run(command, root, env=_QUIET)
