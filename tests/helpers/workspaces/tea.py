"""Stands in for `tea`, which is in no package registry: what the forge adapter asks of it, against a real Gitea.

`python -m helpers.workspaces.tea login add|logins list|api …`. Like tea 0.13 and newer: `api` sends one request, prints
whatever comes back, ends well whatever its status is, and with `--include` tells that on standard error.
The tests take the real one where SHUNTER_TEST_TEA names it.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Do what one of the commands does, and give its exit code."""
    words = [word for word in arguments if not word.startswith("--")]
    options = dict(word[2:].partition("=")[::2] for word in arguments if word.startswith("--"))
    if words == ["login", "add"]:
        _keep([*_kept(), {name: options[name] for name in ("name", "url", "token")}])
        return 0
    if words == ["logins", "list"]:
        shown = [{"name": each["name"], "url": each["url"], "default": "false"} for each in _kept()]
        sys.stdout.write(f"{json.dumps(shown)}\n")
        return 0
    return _api(words, options)


def _file() -> Path:
    return Path(os.environ["XDG_CONFIG_HOME"]) / "tea.json"


def _kept() -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(_file().read_text("utf-8")) if _file().is_file() else []
    return found


def _keep(logins: list[dict[str, str]]) -> None:
    _file().parent.mkdir(parents=True, exist_ok=True)
    _file().write_text(json.dumps(logins), "utf-8")


def _api(words: list[str], options: dict[str, str]) -> int:
    command, path = words
    assert command == "api"
    [login] = [each for each in _kept() if each["name"] == options["login"]]
    body = sys.stdin.buffer.read() if options.get("data") == "@-" else None
    headers = {"Authorization": f"token {login['token']}", "Content-Type": "application/json"}
    url = f"{login['url'].rstrip('/')}/api/v1/{path}"
    request = urllib.request.Request(url, body, headers, method=options["method"])
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        answer = error
    except urllib.error.URLError as error:
        sys.stderr.write(f"Error: request failed: {error.reason}\n")
        return 1
    with answer:
        sys.stderr.write(f"HTTP/1.1 {answer.status} {answer.reason}\n")
        sys.stdout.buffer.write(answer.read())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
