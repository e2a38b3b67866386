"""Verbs that record trains of charts and move them between environments."""

from __future__ import annotations

from shunter.cli.options import CHANGES, FETCH, FORCE, NO_VALUES, OUTPUT, Command, Option, switch

_ENVIRONMENT = Option("environment", metavar="ENV", help="the environment")
NO_IMAGES = switch("--no-images", help="ask no registry whether the images exist")
PUSH = switch(
    "--push", help="do it on the remote's newest commit, and push: as pull request unless shunter.yaml says direct"
)
PR = switch("--pr", help="the same, always as pull request, of the branch promote/ENV")
WHY = Option("--why", metavar="REASON", help="why, for the history and the commit")

COMMANDS: tuple[Command, ...] = (
    Command(
        ("train", "cut"),
        "make a train: the newest train of its line, with newer published charts laid over it",
        "shunter.cli.verbs.train:cut",
        (
            Option("version", takes="optional", help="SemVer of the train"),
            switch("--bump", help="the version that follows from what changes"),
            switch("--auto", help="X.Y.Z-main.N, with builds of the main branch; nothing new is no train"),
            Option("--hotfix", metavar="TRAIN", help="the next patch of this train: its cars, but for --car"),
            Option("--from", name="source", metavar="ENV|TRAIN", help="start from this train, or from what ENV runs"),
            Option("--line", metavar="LINE", help="the line of trains, such as that of one client"),
            Option("--car", takes="many", metavar="SERVICE=VERSION", help="this published version of a chart"),
            Option("--only", metavar="A,B", help="take newer charts of these services only"),
            Option("--drop", metavar="A,B", help="these cars of the base are gone"),
            Option("--lower", metavar="A,B", help="these cars may go down"),
            Option("--replace", takes="many", metavar="OLD=NEW", help="NEW takes the place of OLD"),
            switch("--push", help="cut it on the remote's newest commit, and push"),
            switch("--pr", help="the same as pull request, of the branch train/VERSION, or train/auto"),
            NO_IMAGES,
            FETCH,
            *CHANGES,
        ),
        (
            "shunter train cut 1.0.0",
            "shunter train cut --bump",
            "shunter train cut --hotfix 1.4.0 --car orders=1.5.1",
            "shunter train cut --auto --push",
            "shunter train cut --auto --pr",
        ),
    ),
    Command(
        ("train", "yank"),
        "let nobody promote a train any more, and say who runs it",
        "shunter.cli.verbs.train:yank",
        (
            Option("version", help="the train"),
            Option("--why", metavar="REASON", help="why (required)"),
            *CHANGES,
        ),
        ("shunter train yank 1.4.0 --why 'loses orders'",),
    ),
    Command(
        ("train", "list"),
        "list the trains: line, base, where each runs, and which are yanked",
        "shunter.cli.verbs.train:list_trains",
        (OUTPUT,),
    ),
    Command(
        ("train", "show"),
        "show the cars of a train, the library of each, and where it runs",
        "shunter.cli.verbs.train:show",
        (Option("version", help="the train"), OUTPUT),
    ),
    Command(
        ("train", "images"),
        "list the images of a train or an environment, and whether they exist",
        "shunter.cli.verbs.train:images",
        (
            Option("name", metavar="VERSION|ENV", help="the train or the environment"),
            switch("--offline", help="ask no registry"),
            OUTPUT,
        ),
        ("shunter train images 1.4.0", "shunter train images pro -o json"),
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
        "shunter.cli.verbs.promote:promote",
        (
            Option("train", takes="optional", help="the train (or use --from)"),
            Option("--from", name="source", metavar="ENV", help="take what this environment runs"),
            Option("--to", name="target", metavar="A,B", help="the environments to change; stage:NAME, group:NAME"),
            Option("--only", metavar="A,B", help="only these services"),
            Option("--except", name="without", metavar="A,B", help="all but these services"),
            Option("--allow-downgrade", metavar="A,B", help="these cars (or `all`) may go down"),
            Option("--allow-remove", metavar="A,B", help="these cars (or `all`) may go away, or become another chart"),
            Option("--plan", metavar="FILE", help="do what `promote --dry-run -o json` has shown, and nothing else"),
            switch("--auto", help="what is next for each environment (or those in --to); with --push or --pr"),
            switch(
                "--refresh", help="derive open promotions again on what their base is now, and push what that changes"
            ),
            PUSH,
            PR,
            FORCE,
            WHY,
            NO_VALUES,
            NO_IMAGES,
            FETCH,
            *CHANGES,
        ),
        (
            "shunter promote 1.0.0 --to tst",
            "shunter promote --from tst --to pre --diff",
            "shunter promote --from pre --to stage:production",
            "shunter promote --auto --push",
        ),
    ),
    Command(
        ("rollback",),
        "take an environment, or some cars of it, back to an entry of its history",
        "shunter.cli.verbs.promote:rollback",
        (
            _ENVIRONMENT,
            Option("train", takes="optional", help="a train that ran here; default: what came before"),
            Option("--to", metavar="ENTRY", help="the entry: `shunter history ENV` lists them"),
            switch(
                "--healthy", help="the last other one that got well in its cluster, which is asked (`shunter deploy`)"
            ),
            Option("--context", metavar="NAME", help="kubeconfig's context (default: the environment's `cluster`)"),
            Option("--only", metavar="A,B", help="only these services"),
            Option(
                "--values",
                name="old_values",
                takes="nothing",
                help="bring the environment's own values files of then back, too",
            ),
            PUSH,
            PR,
            FORCE,
            WHY,
            NO_VALUES,
            NO_IMAGES,
            FETCH,
            *CHANGES,
        ),
        ("shunter rollback pro", "shunter rollback pro --only orders"),
    ),
    Command(
        ("hold",),
        "keep a car of an environment as it is, whatever is promoted",
        "shunter.cli.verbs.promote:hold",
        (
            _ENVIRONMENT,
            Option("app", metavar="APP", help="the service"),
            WHY,
            Option("--until", metavar="DATE", help="the last day on which it stays, such as 2026-12-24"),
            FETCH,
            *CHANGES,
        ),
        ("shunter hold pro orders --why INC-77",),
    ),
    Command(
        ("unhold",),
        "let a car go that was held",
        "shunter.cli.verbs.promote:unhold",
        (_ENVIRONMENT, Option("app", metavar="APP", help="the service"), WHY, FETCH, *CHANGES),
    ),
    Command(
        ("status",),
        "the board: app by environment, how each stands, and what is next",
        "shunter.cli.verbs.promote:status",
        (
            switch("--tell", help="tell the forges of the services' commits where these run"),
            switch("--cluster", help="ask the clusters: what is deployed there, and how well it is"),
            Option("--context", metavar="NAME", help="the kubeconfig's context, with --cluster"),
            OUTPUT,
        ),
    ),
    Command(
        ("history",),
        "what changed in an environment, and why",
        "shunter.cli.verbs.promote:history",
        (_ENVIRONMENT, Option("app", metavar="APP", takes="optional", help="only what changed this service"), OUTPUT),
    ),
)
