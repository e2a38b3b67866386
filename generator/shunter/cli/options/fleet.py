"""Verbs that make a workspace, and change what is in it."""

from __future__ import annotations

from shunter.cli.options import CHANGES, DIFF, DRY_RUN, FETCH, MERGE, RESULT, TRUST, Command, Option, switch

ARCHETYPES = (
    "rest-api", "api-gateway", "frontend", "auth", "worker", "cron", "database", "search", "broker", "monitoring",
)  # fmt: skip

_NEW = (
    Option("target", metavar="DIR", help="folder to make; its name is the workspace's name"),
    Option("--layout", choices=("mono", "multi"), help="one repository for everything, or one each"),
    switch("--example", help="start with the example: a gateway's routes, frontend, catalog, orders and a database"),
    switch("--defaults", help="ask nothing, use defaults"),
    Option("-d", "--data", takes="many", metavar="KEY=VALUE", help="set a key of shunter.yaml"),
    Option("--data-file", metavar="FILE", help="YAML file whose keys are laid over shunter.yaml"),
    DRY_RUN,
    DIFF,
    TRUST,
)

COMMANDS: tuple[Command, ...] = (
    Command(
        ("new",),
        "make a workspace from one file",
        "shunter.cli.verbs.scaffold:new",
        _NEW,
        ("shunter new shop --example --defaults --layout multi", "shunter new shop -d ci=gitlab"),
    ),
    Command(
        ("add", "service"),
        "add a service: code, chart, and its place in every environment",
        "shunter.cli.verbs.scaffold:add_service",
        (
            Option("name", help="a DNS label, the name of code, chart and alias"),
            Option("--archetype", choices=ARCHETYPES, help="the service's shape (default: rest-api)"),
            Option(
                "--language", choices=("python", "go", "typescript", "none"), help="language of the code to scaffold"
            ),
            Option("--team", help="the team that owns it"),
            Option("--port", kind=int, default=None, help="port that the container listens on"),
            Option("--calls", takes="many", metavar="SERVICE[,SERVICE]", help="services that it calls"),
            Option("--chart", metavar="PATH|NAME@VERSION|URL", help="an existing chart instead of a template"),
            Option("--provider", choices=("dex", "keycloak", "none"), help="what the existing chart issues tokens as"),
            Option("--repository", metavar="URL", help="repository of the existing chart, over HTTP or OCI"),
            *CHANGES,
            TRUST,
        ),
        ("shunter add service payment --archetype rest-api --team bob",),
    ),
    Command(
        ("add", "environment"),
        "add an environment, which pins only the library",
        "shunter.cli.verbs.scaffold:add_environment",
        (
            Option("name", help="a DNS label"),
            Option("--after", metavar="ENV", help="promotes from ENV (a branch of the route)"),
            Option("--between", metavar="A,B", help="insert between A and B"),
            Option("--stage", choices=("develop", "staging", "production"), help="its stage"),
            Option("-n", "--namespace", help="Kubernetes namespace"),
            *CHANGES,
            TRUST,
        ),
        ("shunter add environment prf --after tst",),
    ),
    Command(
        ("remove", "service"),
        "remove a service that no environment pins, and show what becomes of its values",
        "shunter.cli.verbs.scaffold:remove_service",
        (
            Option("name", help="the service"),
            switch("--force", help="also when it is pinned, or has changes that are not committed"),
            *CHANGES,
            TRUST,
        ),
    ),
    Command(
        ("remove", "environment"),
        "remove an environment, and show where its values still are",
        "shunter.cli.verbs.scaffold:remove_environment",
        (
            Option("name", help="the environment"),
            switch("--force", help="also when it has changes that are not committed"),
            *CHANGES,
            TRUST,
        ),
    ),
    Command(
        ("rename", "service"),
        "give a service another name everywhere; what runs in the cluster keeps its names",
        "shunter.cli.verbs.scaffold:rename_service",
        (Option("old", help="the service"), Option("new", help="its new name, a DNS label"), *CHANGES, TRUST),
        ("shunter rename service orders order-service --dry-run",),
    ),
    Command(
        ("rename", "environment"),
        "give an environment another name everywhere; namespace and release stay",
        "shunter.cli.verbs.scaffold:rename_environment",
        (Option("old", help="the environment"), Option("new", help="its new name, a DNS label"), *CHANGES, TRUST),
        ("shunter rename environment pro live",),
    ),
    Command(
        ("update",),
        "bring generated files to a newer template release, keeping what people wrote",
        "shunter.cli.verbs.update:update",
        (
            Option("paths", takes="many", metavar="PATH", help="repositories or projects (default: all)"),
            switch("--all", help="every repository of the workspace"),
            switch("--check", help="exit 1 if anything is out of date; write nothing"),
            MERGE,
            switch("--plan", help="list what would be done, project by project, and why; write nothing"),
            Option("--shard", metavar="I/N", help="with --plan: the I-th of N parts, by repository, alike everywhere"),
            Option("--to", metavar="VERSION", help="template release (default: the newest)"),
            Option("--recreate", takes="many", metavar="FILE", help="make a deleted file of the templates again"),
            FETCH,
            TRUST,
            switch("--force", help="remove what is gone from shunter.yaml even while another name has come"),
            *CHANGES[:-1],
            RESULT,
            switch("--push", help="push what was committed, what is referenced first"),
            switch("--pr", help="push a branch (--branch, or update/templates), and open or update its pull request"),
            Option(
                "--pause",
                kind=int,
                default=1,
                metavar="SECONDS",
                help="with --pr: time between changes at a forge (default: 1); its own limits are kept to as well",
            ),
            Option(
                "--report",
                takes="many",
                metavar="FILE",
                help="write a row for each repository: JSON lines, or by its end .md, .xml (JUnit)",
            ),
            Option(
                "--resume", metavar="FILE", help="go on where the run has ended that wrote this report (JSON lines)"
            ),
        ),
        ("shunter update --all --dry-run --diff", "shunter update --check", "shunter update --plan -o json"),
    ),
)
