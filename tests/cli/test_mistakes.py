"""What each mistake in a command line is told, through the command itself."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from helpers.workspaces.cli import shunter
from helpers.workspaces.transcript import error, untouched


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders that are called like commands. No line here writes anything, or gets as far as judging."""
    root = tmp_path_factory.mktemp("lines")
    for place in (root / "validate", root / "train"):
        place.mkdir()
    return root


MISTAKES = {
    # no command
    "-q": ("no command is named", "shunter --help"),
    "--verbose": ("no command is named", "shunter --help"),
    "-C validate": ("no command is named", "shunter --help"),
    "--color=never": ("no command is named", "shunter --help"),
    "-q --verbose": ("no command is named", "shunter --help"),
    "--": ("no command is named", "shunter --help"),
    "-- frobnicate": ("`frobnicate` is not a command", "shunter --help lists"),
    "-- -q": ("`-q` is not a command", "shunter --help lists"),
    "-- validate --nope": ("there is no file --nope", "check the name"),
    "''": ("the command is an empty word", "variable"),
    "train ''": ("the command is an empty word", "variable"),
    "frobnicate": ("`frobnicate` is not a command", "shunter --help lists"),
    "frobnicate -h": ("`frobnicate` is not a command", "shunter --help lists"),
    "help frobnicate": ("`frobnicate` is not a command", "shunter --help lists"),
    "validat one.yaml": ("`validat` is not a command", "did you mean `shunter validate`?"),
    "cut 1.0.0": ("`cut` is not a command", "did you mean `shunter train cut`?"),
    "train": (
        "`train` needs a second word",
        "one of: train cut, train yank, train list, train show, train images, train diff",
    ),
    "train -q": ("`train` needs a second word", "train cut"),
    "train -- kut": ("`train kut` is not a command", "did you mean `shunter train cut`?"),
    "train kut": ("`train kut` is not a command", "did you mean `shunter train cut`?"),
    "train frobnicate": ("`train frobnicate` is not a command", "one of: train cut, train yank"),
    "-": ("`-` is not a command", "shunter --help"),
    # options of all commands
    "-C": ("`-C` needs a value", "-C DIR"),
    "-C ''": ("`-C` is empty", "DIR"),
    "-C= validate": ("`-C` is empty", "DIR"),
    "-C -q validate": ("`-C` needs a value", "is attached: -C=-q"),
    "validate -C validate -C train": ("`-C` is given twice", "-C validate, or -C train"),
    "--color": ("`--color` needs a value", "auto|always|never"),
    "--color -q validate": ("`--color` needs a value", "auto|always|never"),
    "--color sometimes validate": ("`--color` cannot be `sometimes`", "one of: auto, always, never"),
    "--color alway validate": ("`--color` cannot be `alway`", "did you mean `always`?"),
    "--quiet=yes validate": ("`--quiet` takes no value", "write `--quiet` alone"),
    "-q=yes validate": ("`-q` takes no value", "write `-q` alone"),
    "--nope validate": ("there is no option `--nope`", "shunter --help"),
    "--quit validate": ("there is no option `--quit`", "did you mean `--quiet`?"),
    "---": ("there is no option `---`", "shunter --help"),
    # options of one command
    "--strict validate": ("`--strict` stands before the command it belongs to", "shunter COMMAND --strict"),
    "train --only a cut 1.0.0": ("`--only` stands before the command it belongs to", "shunter train COMMAND --only"),
    "lint -C nowhere train": ("there is no folder nowhere", "-C"),
    "lint -C nowhere": ("there is no folder nowhere", "-C"),
    "validate --nope": ("`shunter validate` has no option `--nope`", "shunter validate --help lists"),
    "validate --stric": ("`shunter validate` has no option `--stric`", "did you mean `--strict`?"),
    "validate --out json": ("`shunter validate` has no option `--out`", "did you mean `--output`?"),
    "validate -output json": ("`-output` is not an option", "did you mean `--output`?"),
    "validate -z": ("`shunter validate` has no option `-z`", "shunter validate --help lists"),
    "validate -qz": ("`shunter validate` has no option `-z`", "shunter validate --help lists"),
    "validate --version": ("`shunter validate` has no option `--version`", "did you mean `shunter --version`?"),
    "validate -o": ("`-o` needs a value", "text|json"),
    "validate -o jso": ("`-o` cannot be `jso`", "did you mean `json`?"),
    "validate -o json -o text": ("`-o` is given twice", "give it once"),
    "validate --output json -o text": ("`-o` is given twice", "give it once"),
    "validate -e ''": ("`-e` is empty", "ENV"),
    "validate --environment=": ("`--environment` is empty", "ENV"),
    "validate --set ''": ("`--set` is empty", "KEY=VALUE"),
    "validate --set a=1 --set=": ("`--set` is empty", "KEY=VALUE"),
    "validate -f ''": ("`-f` is empty", "FILE"),
    "validate ''": ("FILE is empty", "variable"),
    "validate one.yaml ''": ("FILE is empty", "variable"),
    "validate -- -h": ("-h", ""),
    "promote 1.0.0 --to tst --only ''": ("`--only` is empty", "A,B"),
    "promote 1.0.0 --to tst --only ,": ("`--only` has an empty name", "A,B"),
    "promote 1.0.0 --to tst --only a,,b": ("`--only` has an empty name", "A,B"),
    "train cut 1.0.0 --only=a,": ("`--only` has an empty name", "A,B"),
    "promote 1.0.0 --to tst --only a --only b": ("`--only` is given twice", "--only a,b"),
    "promote 1.0.0 --to tst --to pre": ("`--to` is given twice", "--to tst,pre"),
    "promote '' --to tst": ("TRAIN is empty", "TRAIN"),
    "add service x --port many": ("`--port` cannot be `many`", "a whole number"),
    "add service x --port=-1": ("`--port` cannot be `-1`", "a whole number"),
    "add service x --archetype lambda": ("`--archetype` cannot be `lambda`", "rest-api"),
    "completion tcsh": ("SHELL cannot be `tcsh`", "one of: bash, zsh, fish"),
    "new": ("`shunter new` needs DIR", "usage: shunter new DIR"),
    "train diff 1.0.0": ("`shunter train diff` needs SECOND", "usage: shunter train diff FIRST SECOND"),
    "new a b": ("`b` is one argument too many", "usage: shunter new DIR"),
    "status validate": ("`validate` is one argument too many", "usage: shunter status"),
    "status -- --color always": ("`--color` is one argument too many", "usage: shunter status"),
}


@pytest.mark.parametrize("line", MISTAKES)
def test_the_mistake_is_named_and_nothing_is_written(line: str, folder: Path) -> None:
    message, hint = MISTAKES[line]
    block = error(untouched(folder, *shlex.split(line)))
    assert message in block.message
    assert hint in block.hint


@pytest.mark.parametrize(
    "line",
    [
        "--color always",
        "--color always frobnicate",
        "frobnicate --color=always",
        "-q --color always",
        "--nope --color always",
    ],
)
def test_a_mistake_has_the_colour_that_the_line_asks_for(
    line: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    result = shunter(*line.split(), cwd=folder)
    assert result.code == 2
    assert "\x1b[31merror:\x1b[0m" in result.err
    assert "\x1b" not in shunter(*line.replace("always", "auto").split(), cwd=folder).err
