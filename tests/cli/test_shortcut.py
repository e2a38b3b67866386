"""A command line has one meaning: by the one scan, by argparse, and by the fast path of the commit hook."""

from __future__ import annotations

import argparse
import contextlib
import io
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NoReturn

import pytest

from helpers.workspaces import shop
from helpers.workspaces.cli import Result, shunter
from shunter.cli.options import TABLE, Command, Option
from shunter.cli.parse import parse
from shunter.cli.run import run
from shunter.cli.shortcut import answer

SEED = 20260301
LINES = 40
WORDS = (
    "a",
    "b/c.yaml",
    "validate",
    "train",
    "help",
    "cut",
    "-",
    "ä",
    "two words",
    "k=v",
    "a,b",
    "1",
    "=",
    "x=-y",
    "\udcff",
)


@dataclass
class Case:
    """A command line, and what it means by how it was made."""

    command: Command
    argv: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    """The line without the words of the command: what argparse gets."""
    values: dict[str, object] = field(default_factory=dict)


def value_of(option: Option, random: Random) -> str:
    return random.choice(option.choices or (("80", "8080", "0") if option.kind is int else WORDS))


def spelled(option: Option, value: str, random: Random) -> list[str]:
    """One way to write an option with its value."""
    flag = random.choice(option.flags)
    if flag.startswith("--"):
        return random.choice([[flag, value], [f"{flag}={value}"]])
    attached = f"{flag}{value}"
    separate = [[flag, value], [f"{flag}={value}"]]
    return random.choice([*separate, [attached]] if value[0] not in "=-" else separate)


def written(options: list[Option], values: dict[str, object], random: Random) -> list[list[str]]:
    """Some of these options as groups of arguments, and their values."""
    groups: list[list[str]] = []
    letters = ""
    for option in random.sample(options, random.randint(0, min(4, len(options)))):
        if option.takes == "nothing":
            values[option.name] = True
            flag = random.choice(option.flags)
            if len(flag) == 2 and random.random() < 0.5:
                letters += flag[1]
            else:
                groups += [[flag]] * random.randint(1, 2)
        elif option.takes == "many":
            given = [value_of(option, random) for _ in range(random.randint(1, 3))]
            values[option.name] = given
            groups.append([part for value in given for part in spelled(option, value, random)])
        else:
            value = value_of(option, random)
            values[option.name] = option.kind(value)
            groups.append(spelled(option, value, random))
    return groups + ([[f"-{letters}"]] if letters else [])


def operands_of(command: Command, values: dict[str, object], random: Random) -> list[str]:
    found: list[str] = []
    for operand in (option for option in command.options if not option.flags):
        if operand.takes == "many":
            values[operand.name] = given = [value_of(operand, random) for _ in range(random.randint(0, 3))]
        elif operand.takes == "optional" and random.random() < 0.5:
            break
        else:
            given = [value_of(operand, random)]
            values[operand.name] = given[0]
        found += given
    return found


def case(command: Command, random: Random) -> Case:
    """A random correct line of a command. Options of its own follow its words, the others may stand anywhere."""
    made = Case(command)
    for option in (*TABLE.everywhere, *command.options):
        made.values[option.name] = [] if option.takes == "many" else option.default
    own = written([option for option in command.options if option.flags], made.values, random)
    operands = operands_of(command, made.values, random)
    behind = [*own, *([operand] for operand in operands)]
    # Operands keep their order among themselves, and so do the values of an option that is repeated.
    places = sorted(random.sample(range(len(behind)), len(operands)))
    random.shuffle(own)
    for place, operand in zip(places, operands, strict=True):
        own.insert(place, [operand])
    parts = [*([word] for word in command.words), *own]
    count = len(command.words)
    for group in written(list(TABLE.everywhere), made.values, random):
        place = random.randint(0, len(parts))
        parts.insert(place, group)
        count += place < count
    words = list(command.words)
    for part in parts:
        made.argv += part
        if words and part == [words[0]]:
            words.pop(0)
        else:
            made.own += part
    return made


class Oracle(argparse.ArgumentParser):
    """The standard library's parser of one command."""

    def __init__(self, command: Command) -> None:
        super().__init__(allow_abbrev=False)
        for option in (*command.options, *TABLE.everywhere):
            self._add(option)

    def _add(self, option: Option) -> None:
        if option.takes == "nothing":
            self.add_argument(*option.flags, dest=option.name, action="store_true")
            return
        choices, many = option.choices or None, option.takes == "many"
        default: object = [] if many else option.default
        if option.flags:
            action = "append" if many else "store"
            self.add_argument(
                *option.flags, dest=option.name, action=action, type=option.kind, choices=choices, default=default
            )
        else:
            nargs = {"one": None, "optional": "?", "many": "*"}[option.takes]
            self.add_argument(option.name, nargs=nargs, choices=choices, default=default)

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


@pytest.mark.parametrize("command", TABLE.commands, ids=lambda command: command.name)
def test_a_line_means_what_argparse_makes_of_it(command: Command) -> None:
    random = Random(f"{SEED} {command.name}")
    for _ in range(LINES):
        made = case(command, random)
        line = parse(made.argv, TABLE)
        assert (line.problem, line.command, line.help, line.version) == (None, command, False, False), (SEED, made.argv)
        assert vars(line.arguments) == made.values, (SEED, made.argv)
        assert vars(Oracle(command).parse_intermixed_args(made.own)) == made.values, (SEED, made.argv)


def spoilt(made: Case, random: Random) -> tuple[list[str], bool]:
    """The line with one mistake behind it, and whether argparse takes it for one as well."""
    options = [option for option in (*made.command.options, *TABLE.everywhere) if option.flags]
    switch = random.choice([option for option in options if option.takes == "nothing"])
    single = random.choice([option for option in options if option.takes == "one"])
    valued = random.choice([option for option in options if option.takes != "nothing"])
    flag = random.choice(valued.flags)
    twice = [*spelled(single, value_of(single, random), random), *spelled(single, value_of(single, random), random)]
    numbers = [[option.flags[0], "x1"] for option in options if option.kind is int]
    choices = [[option.flags[0], "none of them"] for option in options if option.choices]
    return random.choice(
        [
            ([flag], True),
            ([flag, "--"], True),
            ([flag, "-q"], True),
            ([f"{random.choice(switch.flags)}=yes"], True),
            (["--frobnicate"], True),
            (["-%"], True),
            (random.choice(numbers or choices), True),
            (random.choice(choices), True),
            ([flag, ""], False),
            ([f"{flag}="], False),
            (twice, False),
        ]
    )


@pytest.mark.parametrize("command", TABLE.commands, ids=lambda command: command.name)
def test_a_mistake_is_a_problem_and_argparse_takes_nothing_that_it_names(command: Command) -> None:
    random = Random(f"{SEED} {command.name}")
    for _ in range(LINES):
        made = case(command, random)
        mistake, for_argparse = spoilt(made, random)
        line = parse([*made.argv, *mistake], TABLE)
        assert line.problem, (SEED, made.argv, mistake)
        assert all(line.problem), line.problem
        if for_argparse:
            with pytest.raises(ValueError):
                Oracle(command).parse_intermixed_args([*made.own, *mistake])


def test_any_list_of_words_is_read_without_an_exception() -> None:
    random = Random(SEED)
    flags = [
        flag for command in TABLE.commands for option in (*command.options, *TABLE.everywhere) for flag in option.flags
    ]
    words = [word for command in TABLE.commands for word in command.words]
    others = [
        "",
        "--",
        "-",
        "---",
        "-=",
        "--=",
        "-h",
        "--help",
        "-V",
        "--version",
        "=",
        "\0",
        "\udcff",
        "-\udcff",
        "9" * 5000,
    ]
    for _ in range(3_000):
        argv = [
            random.choice(random.choice((flags, words, WORDS, others))) + random.choice(("", "", "", "=", "=x", "q"))
            for _ in range(random.randint(0, 6))
        ]
        line = parse(argv, TABLE)
        if line.problem is not None:
            message, hint = line.problem
            assert message, (SEED, argv)
            assert hint, (SEED, argv)
        else:
            assert line.command or line.help or line.version or not argv, (SEED, argv)


@pytest.fixture
def charts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `validate` with an umbrella, all of whose values files were judged before."""
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "validate"
    for name in ("one.yaml", "two.yaml", "-q.yaml"):
        for path, text in {**shop.files(), name: shop.VALUES.format(1)}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        assert shunter("validate", f"./{name}", "-C", "validate", cwd=tmp_path).code == 0
    return tmp_path


def long_way(argv: list[str], cwd: Path) -> Result:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(parse(argv, TABLE))
    return Result(code, out.getvalue(), err.getvalue())


def test_the_short_way_says_what_the_long_way_says(charts: Path) -> None:
    random = Random(SEED)
    everywhere = [["-q"], ["--quiet"], ["--color", "always"], ["--color=never"], ["-v"]]
    short = 0
    for _ in range(150):
        directory = random.choice([[], ["-C", "validate"], ["-Cvalidate"], ["-C=validate"]])
        options = [directory, *random.sample(everywhere, random.randint(0, 2))]
        random.shuffle(options)
        before = random.randint(0, len(options))
        argv = [part for option in options[:before] for part in option]
        argv += ["validate", *random.choice([[], [], ["--strict"], ["-h"]])]
        argv += [part for option in options[before:] for part in option]
        files = random.choices(["one.yaml", "two.yaml", "./one.yaml"], k=random.randint(1, 3))
        argv += random.choice([files, files, ["--", *files], ["--", "-q.yaml"], ["absent.yaml"], [""], []])
        cwd = charts if directory else charts / "validate"
        with contextlib.chdir(cwd), contextlib.redirect_stderr(io.StringIO()):
            short += answer(parse(argv, TABLE)).complete
        assert shunter(*argv, cwd=cwd) == long_way(argv, cwd), (SEED, argv)
    assert short > 30
