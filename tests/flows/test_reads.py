"""A command reads nothing twice: each content is parsed once, unpacked once, and hashed once for each of its places."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from helpers.reads import counted, git_processes, key_of
from helpers.workspaces.cli import ok, shunter
from shunter.adapters.system.files import DiskTree
from shunter.core.charts.archive import content_digest, unpack
from shunter.core.charts.packed import PackedChart
from shunter.core.goyaml.document import read
from shunter.core.packaging.vendoring import assembled
from shunter.model.files import EXECUTABLE, REGULAR, FileState

SERVICE = ("add", "service", "billing", "--archetype", "rest-api", "--team", "alice")
READING = [
    ("validate", "--no-cache"),
    ("validate", "--no-cache", "--manifests"),
    ("validate", "--no-cache", "--exact", "-e", "tst"),
    ("lint", "--no-cache"),
    ("render", "tst"),
    ("status",),
    ("diff", "tst", "pre"),
    ("lock", "--check"),
    ("values", "explain", "orders", "-e", "tst"),
    ("schema", "diff", "orders"),
]
WRITING = [
    ("package",),
    ("promote", "1.0.0", "--to", "pre"),
    ("train", "cut", "1.0.1"),
    SERVICE,
    ("lock",),
]


def places(root: Path) -> Counter[str]:
    """How many files and charts of a workspace have each content, as digests see it."""
    found: Counter[str] = Counter()
    for path in sorted(root.rglob("*")):
        if path.is_file() and ".git" not in path.parts:
            found[key_of(path.read_bytes())] += 1
        if path.name == "Chart.yaml":
            files = {
                file.relative_to(path.parent).as_posix(): FileState(
                    file.read_bytes(), EXECUTABLE if file.stat().st_mode & 0o100 else REGULAR
                )
                for file in path.parent.rglob("*")
                if file.is_file()
            }
            found[content_digest(files).removeprefix("sha256:")] += 1
            found.update(vendored(path.parent))
        if path.suffix == ".tgz":
            found[content_digest(unpack(path.read_bytes())).removeprefix("sha256:")] += 1
    return found


def vendored(folder: Path) -> list[str]:
    """The contents of an environment's charts, each with its library, which lies beside it."""
    if not (folder / ".shunter/train.yaml").exists():
        return []
    charts = assembled(PackedChart(folder.name, DiskTree(folder))).values()
    return [chart.content.removeprefix("sha256:") for chart in charts]


def check(root: Path, *command: str) -> None:
    before = places(root)
    with counted() as reads:
        result = shunter(*command, cwd=root)
    assert result.code in (0, 1), result.err
    assert reads.more_than(reads.yaml) == []
    assert reads.more_than(reads.templates) == []
    assert reads.more_than(reads.unpacked) == []
    assert reads.more_than(reads.hashed, before | places(root)) == []
    assert reads.yaml


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_command_that_writes_nothing_reads_nothing_twice(example_on_rails: Path, command: tuple[str, ...]) -> None:
    check(example_on_rails, *command)


@pytest.mark.parametrize("command", WRITING, ids=lambda command: " ".join(command[:3]))
def test_a_command_that_writes_reads_nothing_twice(railed: Path, command: tuple[str, ...]) -> None:
    check(railed, *command)


def test_the_first_package_reads_nothing_twice(shop: Path) -> None:
    check(shop, "package")


def test_what_shunter_publishes_is_promoted_and_judged_without_a_parser_of_templates(railed: Path) -> None:
    for command in (("promote", "1.0.0", "--to", "pre"), ("validate", "--no-cache"), ("train", "cut", "1.0.1")):
        with counted() as reads:
            ok(*command, cwd=railed)
        assert not reads.templates, command
    with counted() as reads:
        ok("lint", cwd=railed)
    assert reads.templates


def test_the_count_sees_what_is_read_twice(railed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of the test: without what is kept, equal files of two places are parsed once each."""
    from shunter.core.charts import load

    monkeypatch.setattr(load, "read_once", read)
    with counted() as reads:
        ok("lint", cwd=railed)
    assert len(reads.more_than(reads.yaml)) > 20


MOST_PROCESSES = {
    ("package",): 7,
    ("promote", "1.0.0", "--to", "pre"): 9,  # for the history one asks who it is, and one what values files are to git
    SERVICE: 30,
    ("status",): 0,
    ("lock",): 0,
}
"""In the example in several repositories: 4 change with a service, 1 is new, and the others are asked nothing."""


@pytest.mark.parametrize("command", MOST_PROCESSES, ids=lambda command: " ".join(command[:3]))
def test_git_is_started_no_more_often_than_it_has_to(railed: Path, command: tuple[str, ...]) -> None:
    if command == SERVICE:
        ok(*command, "--dry-run", cwd=railed)  # the first time Copier renders, and starts git, too
    with git_processes() as started:
        ok(*command, cwd=railed)
    assert len(started) <= MOST_PROCESSES[command], [line[-3:] for line in started]
    assert len([line for line in started if "HEAD^{commit}" in line]) <= len(
        [line for line in started if "commit" in line]
    )
