"""Verbs that record trains of charts and move them between environments."""

from __future__ import annotations

from shunter.cli.options import CHANGES, FETCH, FORCE, NO_VALUES, OUTPUT, Command, Option

COMMANDS: tuple[Command, ...] = (
    Command(
        ("train", "cut"),
        "record the exact version and digest of every app chart and the library",
        "shunter.cli.verbs.train:cut",
        (
            Option("version", help="SemVer of the train"),
            Option("--set", takes="many", metavar="SERVICE=VERSION", help="another version of a chart"),
            Option("--only", metavar="A,B", help="only these services"),
            FETCH,
            *CHANGES,
        ),
        ("shunter train cut 1.0.0",),
    ),
    Command(("train", "list"), "list the trains", "shunter.cli.verbs.train:list_trains", (OUTPUT,)),
    Command(
        ("train", "show"),
        "show the cars of a train",
        "shunter.cli.verbs.train:show",
        (Option("version", help="the train"), OUTPUT),
    ),
    Command(
        ("train", "diff"),
        "compare the cars of two trains",
        "shunter.cli.verbs.train:compare",
        (Option("first", help="a train"), Option("second", help="another train"), OUTPUT),
    ),
    Command(
        ("promote",),
        "move a train to an environment: versions move, values stay",
        "shunter.cli.verbs.train:promote",
        (
            Option("train", takes="optional", help="the train (or use --from)"),
            Option("--from", name="source", metavar="ENV", help="take what this environment runs"),
            Option("--to", name="target", metavar="ENV", help="the environment to change"),
            Option("--only", metavar="A,B", help="only these services"),
            FORCE,
            NO_VALUES,
            FETCH,
            *CHANGES,
        ),
        ("shunter promote 1.0.0 --to tst", "shunter promote --from tst --to pre --diff"),
    ),
    Command(
        ("rollback",),
        "take an environment back to an earlier train of its history",
        "shunter.cli.verbs.train:rollback",
        (
            Option("environment", metavar="ENV", help="the environment"),
            Option("train", takes="optional", help="default: the one before"),
            NO_VALUES,
            FETCH,
            *CHANGES,
        ),
    ),
    Command(
        ("status",), "the board: app by environment, and what lags behind", "shunter.cli.verbs.train:status", (OUTPUT,)
    ),
    Command(
        ("history",),
        "the trains that came through an environment",
        "shunter.cli.verbs.train:history",
        (Option("environment", metavar="ENV", help="the environment"), OUTPUT),
    ),
)
