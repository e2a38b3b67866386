"""Verbs that package charts, and derive what shunter owns."""

from __future__ import annotations

from shunter.cli.options import CHANGES, DONE, DRY_RUN, FETCH, NO_CACHE, OUTPUT, WRITES, Command, Option, switch

PLAIN_HTTP = switch("--plain-http", help="the registry has no TLS (one on this machine needs no saying)")

COMMANDS: tuple[Command, ...] = (
    Command(
        ("package",),
        "package the library chart and app charts into the chart registry",
        "shunter.cli.verbs.package:package",
        (
            Option("charts", takes="many", metavar="CHART", help="services, or the library (default: all)"),
            Option("--version", metavar="V", help="stamp this version on one chart, without editing files"),
            Option("--app-version", metavar="A", help="stamp this appVersion on one chart"),
            Option(
                "--image",
                takes="many",
                metavar="[KEY=]REPO@DIGEST",
                help="pin this image in the archives, or the one at KEY of one chart's values; or REPO:TAG",
            ),
            Option("--to", metavar="DIR", help="put the archives into this folder instead, and commit nothing: for CI"),
            switch(
                "--build",
                help="one chart, as `shunter version` calls this commit, with the image that `shunter image` noted",
            ),
            switch("--allow-dirty", help="also what no commit holds: marked +dirty, and no train takes it"),
            FETCH,
            DRY_RUN,
            *WRITES,
        ),
        ("shunter package", "shunter package orders --build --to dist"),
    ),
    Command(
        ("push",),
        "push packaged charts to an OCI registry: exactly their bytes, and each version once",
        "shunter.cli.verbs.registry:push",
        (
            Option("charts", takes="many", metavar="CHART|FILE", help="charts, or archives (default: all)"),
            Option("--to", metavar="URL|DIR", help="oci://HOST/REPOSITORY, or a folder (default: see shunter.yaml)"),
            switch(
                "--published", help="only archives of this commit that the version map publishes; else nothing, and 0"
            ),
            PLAIN_HTTP,
            DRY_RUN,
            DONE,
        ),
        ("shunter push", "shunter push orders --to oci://ghcr.io/acme/charts"),
    ),
    Command(
        ("pull",),
        "fetch published charts from the registry: their archives, verified by digest",
        "shunter.cli.verbs.registry:pull",
        (
            Option("charts", takes="many", metavar="CHART|URL", help="charts, or oci://HOST/REPOSITORY/NAME:VERSION"),
            Option("--version", metavar="V", help="the version (default: the newest release)"),
            Option("-d", "--destination", metavar="DIR", default=".", help="the folder to write into (default: .)"),
            PLAIN_HTTP,
            DONE,
        ),
        ("shunter pull orders --version 1.5.0 -d charts", "shunter pull oci://ghcr.io/acme/charts/orders:1.5.0"),
    ),
    Command(
        ("bump",),
        "raise the version of charts, and of the library that they depend on, with all that follows from it",
        "shunter.cli.verbs.package:bump",
        (
            Option("charts", takes="many", metavar="CHART", help="services, or the library"),
            switch("--all", help="every app chart"),
            switch("--major", help="the next major version"),
            switch("--minor", help="the next minor version"),
            switch("--patch", help="the next patch version (default with --library or --app-version)"),
            Option("--to", metavar="V", help="this version, which may be lower"),
            Option("--library", metavar="V", help="depend on this version of the library chart"),
            Option("--app-version", metavar="A", help="this appVersion, of one chart"),
            *CHANGES,
        ),
        ("shunter bump orders --minor", "shunter bump --all --library 1.1.0"),
    ),
    Command(
        ("lock",),
        "derive again everything that shunter owns, from the pins",
        "shunter.cli.verbs.package:lock",
        (
            Option("projects", takes="many", metavar="ENV|CHART", help="default: all"),
            switch("--check", help="exit 1 if anything would change; write nothing"),
            NO_CACHE,
            Option("--ours", metavar="A,B", help="in a merge: take our side of these cars, which both sides changed"),
            Option("--theirs", metavar="A,B", help="in a merge: take their side of these cars"),
            Option(
                "--follow",
                choices=("record", "chart"),
                help="what decides where an environment's record and Chart.yaml differ",
            ),
            *CHANGES,
        ),
        ("shunter lock tst", "shunter lock tst --ours orders --theirs payment"),
    ),
    Command(
        ("registry", "prune"),
        "list published charts that no train, environment, history or open promotion names; nothing is deleted",
        "shunter.cli.verbs.registry:prune",
        (DRY_RUN, OUTPUT),
        ("shunter registry prune --dry-run",),
    ),
    Command(
        ("registry", "login"),
        "keep a login for a registry, where Helm keeps its own",
        "shunter.cli.verbs.registry:login",
        (
            Option("host", metavar="HOST", help="the registry, such as ghcr.io"),
            Option("-u", "--username", metavar="NAME", help="the user (default: ask)"),
            switch("--password-stdin", help="read the password from standard input"),
            PLAIN_HTTP,
            DONE,
        ),
        ('printf %s "$TOKEN" | shunter registry login ghcr.io -u ann --password-stdin',),
    ),
    Command(
        ("registry", "logout"),
        "forget the login for a registry",
        "shunter.cli.verbs.registry:logout",
        (Option("host", metavar="HOST", help="the registry"), DONE),
    ),
    Command(
        ("schema", "show"),
        "print a schema: of one of shunter's own files, or of a service's values",
        "shunter.cli.verbs.schema:show",
        (
            Option(
                "name",
                takes="optional",
                default="workspace",
                help="workspace, train, record, answers, findings, or a service's name",
            ),
        ),
    ),
    Command(
        ("schema", "build"),
        "compile the values schema of app charts from the library's",
        "shunter.cli.verbs.schema:build",
        (
            Option("charts", takes="many", metavar="CHART", help="services (default: all)"),
            switch("--check", help="exit 1 if a schema is stale; write nothing"),
            *WRITES,
        ),
    ),
    Command(
        ("schema", "diff"),
        "show what another version of a chart breaks, and which values files that hits (exit 1 if anything)",
        "shunter.cli.verbs.schema:diff",
        (
            Option("chart", metavar="SERVICE", help="the service"),
            Option("old", takes="optional", metavar="OLD", help="version (default: the newest in the registry)"),
            Option("new", takes="optional", metavar="NEW", help="version (default: the chart as it is here)"),
            OUTPUT,
        ),
        ("shunter schema diff orders", "shunter schema diff orders 1.0.0 1.1.0 -o json"),
    ),
    Command(
        ("schema", "infer"),
        "print a schema for a chart that has none: from its values, their comments, and what templates read",
        "shunter.cli.verbs.schema:infer",
        (
            Option("chart", metavar="SERVICE|CHART", help="a service, or a chart: folder, .tgz, oci://"),
            Option("-f", "--values", takes="many", metavar="FILE", help="values that it has to take, too; - is stdin"),
        ),
        ("shunter schema infer charts/web > values.schema.json",),
    ),
)
