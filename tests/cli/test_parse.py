"""Command lines and their outcome, through the command itself: what runs, and what helps."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from helpers.workspaces import shop
from helpers.workspaces.cli import shunter
from shunter import __version__
from shunter.cli.options import TABLE

VALID = "1 chart checked: valid\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Charts in a folder and in two more that are called like commands. No line here writes anything."""
    root = tmp_path_factory.mktemp("lines")
    for place in (root, root / "validate", root / "train"):
        for path, text in {**shop.files(), "one.yaml": shop.VALUES.format(1)}.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(text)
    for name in ("-dash.yaml", "help"):
        (root / name).write_text("")
    return root


RUNS = (
    "validate one.yaml",
    "validate -q one.yaml",
    "-q validate one.yaml",
    "validate one.yaml --quiet",
    "-C validate validate one.yaml",
    "validate -C validate one.yaml",
    "validate one.yaml -C validate",
    "validate -Cvalidate one.yaml",
    "validate -C=validate one.yaml",
    "--color never -C train validate one.yaml",
    "--color=never validate one.yaml",
    "validate --color never one.yaml",
    "validate -qv one.yaml",
    "-qvC train validate one.yaml",
    "-q -q validate one.yaml",
    "validate -- one.yaml",
    "-- validate one.yaml",
    "-q -- validate one.yaml",
    "validate -- -dash.yaml",
    "validate -f=-dash.yaml",
    "validate -- help",
    "validate --strict one.yaml --",
    "validate -f one.yaml -f validate/one.yaml",
    "validate --set api.replicaCount=2 --set=web.debug=off",
    "validate --set=api.hosts[0]=-x",
    "validate validate/one.yaml train/one.yaml",
)


@pytest.mark.parametrize("line", RUNS)
def test_the_line_runs(line: str, folder: Path) -> None:
    result = shunter(*shlex.split(line), cwd=folder)
    assert (result.code, result.out) == (0, ""), result.err
    quiet = re.search(r"(^| )(-q|--quiet)", line)
    assert result.err == (
        "" if quiet else VALID if line.count(".yaml") < 2 or "-f" in line else VALID.replace("1 chart", "2 charts")
    )


HELPS = {
    "help": "usage: shunter COMMAND",
    "-h": "usage: shunter COMMAND",
    "--help -q": "usage: shunter COMMAND",
    "-C nowhere -h": "usage: shunter COMMAND",
    "-C -h": "usage: shunter COMMAND",
    "help help": "usage: shunter COMMAND",
    "help validate": "usage: shunter validate [FILE ...]",
    "help -q validate": "usage: shunter validate [FILE ...]",
    "validate -h": "usage: shunter validate [FILE ...]",
    "-h validate": "usage: shunter validate [FILE ...]",
    "validate -qh": "usage: shunter validate [FILE ...]",
    "validate one.yaml --nope --help": "usage: shunter validate [FILE ...]",
    "new -h": "usage: shunter new DIR",
    "help template": "usage: shunter render [ENV|CHART] [SERVICE ...]",
    "train -h": "usage: shunter train COMMAND",
    "help train": "usage: shunter train COMMAND",
    "train help": "usage: shunter train COMMAND",
    "-- help train cut": "usage: shunter train cut [VERSION]",
    "help train cut": "usage: shunter train cut [VERSION]",
    "train -h cut": "usage: shunter train cut [VERSION]",
}


@pytest.mark.parametrize("line", HELPS)
def test_the_line_asks_for_help(line: str, folder: Path) -> None:
    result = shunter(*line.split(), cwd=folder)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(HELPS[line])


@pytest.mark.parametrize(
    "line", ["--version", "-V", "-q --version", "-V -C nowhere", "--color never -V", "--version validate"]
)
def test_the_line_asks_for_the_version(line: str, folder: Path) -> None:
    result = shunter(*line.split(), cwd=folder)
    assert (result.code, result.out, result.err) == (0, f"shunter {__version__}\n", "")


def test_an_empty_line_gets_the_overview_and_is_no_success(tmp_path: Path) -> None:
    result = shunter(cwd=tmp_path)
    assert (result.code, result.err) == (2, "")
    assert result.out == shunter("--help", cwd=tmp_path).out
    assert [name for command in TABLE.commands if f"  {(name := command.name)}  " not in result.out] == []
