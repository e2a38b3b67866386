"""Pull requests through `gh`, `glab` and `tea`.

None of the three, and no forge, is on this machine: in their place stand small programs on PATH that write down their
arguments and answer in the real ones' words (their manuals: gh 2.46, glab 1.36, tea 0.10).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shunter.adapters.forge.place import place_of
from shunter.adapters.forge.requests import Opened, Request, open_request

PROGRAM = """#!{python}
import json, sys
from pathlib import Path
place = Path({folder!r})
with (place / "log").open("a") as log:
    log.write(json.dumps([{name!r}, *sys.argv[1:], sys.stdin.read()]) + "\\n")
for words, (code, out, err) in json.loads((place / "{name}.json").read_text()).items():
    if " ".join(sys.argv[1:]).startswith(words):
        print(out)
        print(err, file=sys.stderr)
        sys.exit(code)
sys.exit(f"unexpected: {{sys.argv}}")
"""
Answers = dict[str, tuple[int, str, str]]
Install = Callable[[str, Answers], None]
REQUEST = Request("topic", "main", "--web $(touch pwned)", "-")
LOGINS = '"Name","URL","SSHHost","User","Default"\n"ours","https://git.acme.org:3000","git.acme.org","tess","true"\n'


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a program on a PATH of its own: first words of its arguments to exit status, output and complaint."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def put(name: str, answers: Answers) -> None:
        (tmp_path / f"{name}.json").write_text(json.dumps(answers))
        program = tmp_path / name
        program.write_text(PROGRAM.format(python=sys.executable, folder=str(tmp_path), name=name))
        program.chmod(0o755)

    return put


def opened(folder: Path, url: str) -> Opened:
    place = place_of(url)
    assert place is not None
    return open_request(folder, place, REQUEST)


def calls(folder: Path) -> list[list[str]]:
    return [json.loads(line) for line in (folder / "log").read_text().splitlines()]


def test_gh_opens_one(install: Install, tmp_path: Path) -> None:
    address = "https://github.com/acme/shop/pull/3"
    install("gh", {"auth status": (0, "", ""), "pr list": (0, "[]", ""), "pr create": (0, address, "")})
    assert opened(tmp_path, "git@github.com:acme/shop.git") == Opened("opened", address)
    repo = "--repo=github.com/acme/shop"
    assert calls(tmp_path) == [
        ["gh", "auth", "status", "--hostname=github.com", ""],
        ["gh", "pr", "list", repo, "--head=topic", "--base=main", "--state=open", "--json=url", ""],
        ["gh", "pr", "create", repo, "--head=topic", "--base=main", "--title=--web $(touch pwned)", "--body=-", ""],
    ]


def test_glab_opens_one_at_a_host_that_it_was_told_of(install: Install, tmp_path: Path) -> None:
    said = "Creating merge request for topic into main in acme/shop\n\n!4 x (topic)\n https://code.acme.org/a/b/-/merge_requests/4"
    install("gh", {"auth status": (1, "", "You are not logged into any accounts on code.acme.org")})
    install("glab", {"auth status": (0, "", ""), "mr list": (0, "[]", ""), "mr create": (0, said, "")})
    found = opened(tmp_path, "ssh://git@code.acme.org:22/a/b.git")
    assert found == Opened("opened", "https://code.acme.org/a/b/-/merge_requests/4")
    branches = ["--source-branch=topic", "--target-branch=main"]
    assert calls(tmp_path)[2:] == [
        ["glab", "mr", "list", "--repo=https://code.acme.org/a/b", *branches, "--output=json", ""],
        [
            "glab", "mr", "create", "--repo=https://code.acme.org/a/b", *branches,
            "--title=--web $(touch pwned)", "--description=", "--yes", "",
        ],
    ]  # fmt: skip


@pytest.mark.parametrize("head", ["topic", "other"])
def test_tea_is_asked_by_the_name_of_its_login(install: Install, tmp_path: Path, head: str) -> None:
    address = "https://git.acme.org:3000/a/b/pulls/5"
    listed = json.dumps([{"index": "5", "head": head, "base": "main", "url": address}])
    made = "# #6 x (open)\nhttps://git.acme.org:3000/a/b/pulls/6"
    install("tea", {"logins list": (0, LOGINS, ""), "pulls list": (0, listed, ""), "pulls create": (0, made, "")})
    found = opened(tmp_path, "git@git.acme.org:a/b.git")
    assert found == (Opened("exists", address) if head == "topic" else Opened("opened", address.replace("5", "6")))
    here = ["--login=ours", "--repo=a/b"]
    assert calls(tmp_path)[1][:5] == ["tea", "pulls", "list", *here]
    if head == "other":
        text = ["--title=--web $(touch pwned)", "--description=-"]
        assert calls(tmp_path)[2] == ["tea", "pulls", "create", *here, "--head=topic", "--base=main", *text, ""]


@pytest.mark.parametrize(
    ("name", "url", "key"),
    [("gh", "git@github.com:a/b", "url"), ("glab", "git@gitlab.com:a/b", "web_url")],
)
def test_an_open_one_is_used_again(install: Install, tmp_path: Path, name: str, url: str, key: str) -> None:
    verb = {"gh": "pr", "glab": "mr"}[name]
    install(name, {"auth status": (0, "", ""), f"{verb} list": (0, json.dumps([{key: "https://x/pull/1"}]), "")})
    assert opened(tmp_path, url) == Opened("exists", "https://x/pull/1")


def test_there_is_a_link_where_no_tool_knows_the_host(install: Install, tmp_path: Path) -> None:
    link = Opened("link", "https://git.acme.org/a/b/compare/main...topic")
    assert opened(tmp_path, "git@git.acme.org:a/b") == link
    install("gh", {"auth status": (1, "", "not logged in")})
    install("glab", {"auth status": (1, "", "not logged in")})
    install("tea", {"logins list": (0, LOGINS.replace("git.acme.org", "elsewhere"), "")})
    assert opened(tmp_path, "git@git.acme.org:a/b") == link


def test_a_known_host_is_asked_of_its_own_tool_alone(install: Install, tmp_path: Path) -> None:
    install("glab", {})
    assert opened(tmp_path, "git@github.com:a/b").state == "link"
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("verb", ["pr list", "pr create"])
def test_a_failure_is_told_beside_the_link(install: Install, tmp_path: Path, verb: str) -> None:
    answers: Answers = {"auth status": (0, "", ""), "pr list": (0, "", ""), "pr create": (0, "", "")}
    install("gh", answers | {verb: (1, "", "GraphQL: was submitted too quickly")})
    found = opened(tmp_path, "git@github.com:a/b")
    assert (found.state, found.problem) == ("link", "GraphQL: was submitted too quickly")


def test_an_answer_that_is_not_understood_is_no_open_request(install: Install, tmp_path: Path) -> None:
    answers: Answers = {"auth status": (0, "", ""), "pr list": (0, "no JSON", "")}
    install("gh", answers | {"pr create": (0, "https://github.com/a/b/pull/9", "")})
    assert opened(tmp_path, "git@github.com:a/b") == Opened("opened", "https://github.com/a/b/pull/9")
