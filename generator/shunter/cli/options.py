"""The command line as data: help, parsing, completion and the reference are all made from these tables."""

from __future__ import annotations

from shunter.cli.parse import Command, Option, Table


def _switch(*flags: str, help: str) -> Option:  # noqa: A002 - the field's own word
    return Option(*flags, help=help, takes="nothing")


GLOBAL = (
    Option("-C", name="directory", metavar="DIR", default=".", help="run as if started in DIR"),
    _switch("-q", "--quiet", help="print the product and errors only"),
    _switch("-v", "--verbose", help="say what is done, and show timings"),
    Option("--color", choices=("auto", "always", "never"), default="auto", help="colour on a terminal (default: auto)"),
)

DRY_RUN = _switch("--dry-run", help="write nothing; say what would be done")
DIFF = _switch("--diff", help="write nothing; print the changes as a unified diff")
WRITES = (
    Option("--branch", metavar="NAME", help="make this new branch first, in every repository that changes"),
    _switch("--no-commit", help="write and stage only; print the commands that commit"),
    _switch("--no-verify", help="skip git hooks that may refuse a commit (nothing else is judged less)"),
    Option("-o", "--output", choices=("text", "json"), default="text", help="format of what was done"),
)
CHANGES = (DRY_RUN, DIFF, *WRITES)
OUTPUT = Option("-o", "--output", choices=("table", "json", "yaml"), default="table", help="format of the result")
_FORMATS = ("text", "json", "sarif", "github", "junit")
FINDINGS = Option("-o", "--output", choices=_FORMATS, default="text", help="format of the findings")
VALUES = Option("-f", "--values", takes="many", metavar="FILE", help="a further values file, last wins")
SET = Option("--set", takes="many", metavar="KEY=VALUE", help="set one value, as Helm does")
FORCE = _switch("--force", help="go on although a rule refuses; the history says so")
NO_VALUES = _switch("--no-values", help="judge and commit with the committed values files; yours stay as they are")
ENGINE = Option("--helm", metavar="PATH", help="use this helm binary instead of the embedded Helm")

ARCHETYPES = (
    "rest-api", "api-gateway", "frontend", "auth", "worker", "cron", "database", "search", "broker", "monitoring",
)  # fmt: skip

_NEW = (
    Option("target", metavar="DIR", help="folder to make; its name is the workspace's name"),
    Option("--layout", choices=("mono", "multi"), help="one repository for everything, or one each"),
    _switch("--example", help="start with the example: api-gateway, frontend, auth, orders and a database"),
    _switch("--defaults", help="ask nothing, use defaults"),
    Option("-d", "--data", takes="many", metavar="KEY=VALUE", help="set a key of shunter.yaml"),
    Option("--data-file", metavar="FILE", help="YAML file whose keys are laid over shunter.yaml"),
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
            Option("--language", choices=("python", "none"), help="language of the code to scaffold"),
            Option("--team", help="the team that owns it"),
            Option("--port", kind=int, default=0, help="port that the container listens on"),
            Option("--chart", metavar="PATH|NAME@VERSION", help="an existing chart instead of a template"),
            Option("--repository", metavar="URL", help="HTTP repository of the existing chart"),
            *CHANGES,
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
        ),
        ("shunter add environment prf --after tst",),
    ),
    Command(
        ("remove", "service"),
        "remove a service that no environment pins, and show what becomes of its values",
        "shunter.cli.verbs.scaffold:remove_service",
        (
            Option("name", help="the service"),
            _switch("--force", help="also when it is pinned, or has changes that are not committed"),
            *CHANGES,
        ),
    ),
    Command(
        ("remove", "environment"),
        "remove an environment, and show where its values still are",
        "shunter.cli.verbs.scaffold:remove_environment",
        (
            Option("name", help="the environment"),
            _switch("--force", help="also when it has changes that are not committed"),
            *CHANGES,
        ),
    ),
    Command(
        ("update",),
        "bring generated files to a newer template release, keeping what people wrote",
        "shunter.cli.verbs.update:update",
        (
            Option("paths", takes="many", metavar="PATH", help="repositories or projects (default: all)"),
            _switch("--all", help="every repository of the workspace"),
            _switch("--check", help="exit 1 if anything is out of date; write nothing"),
            Option("--to", metavar="VERSION", help="template release (default: the newest)"),
            *CHANGES,
        ),
        ("shunter update --all --dry-run --diff", "shunter update --check"),
    ),
    Command(
        ("validate",),
        "judge values files as Helm does, against the schemas of their charts",
        "shunter.cli.verbs.check:validate",
        (
            Option(
                "files", takes="many", metavar="FILE", help="values files, charts, folders (default: the workspace)"
            ),
            Option("-e", "--environment", metavar="ENV", help="only this environment"),
            VALUES,
            SET,
            _switch("--fix", help="write safe fixes into the files; comments, order and quotes stay"),
            _switch("--strict", help="warnings fail too"),
            _switch("--no-cache", help="judge again what was judged before"),
            _switch("--exact", help="find keys that do nothing: change each one, and render (needs Helm)"),
            _switch("--manifests", help="render, and check every object against Kubernetes' schemas (needs Helm)"),
            Option("--kube-version", metavar="A,B", help="Kubernetes versions (default: the newest 3)"),
            Option("--crds", metavar="DIR", help="schemas of custom resources: GROUP/KIND_VERSION.json"),
            ENGINE,
            FINDINGS,
        ),
        ("shunter validate", "shunter validate -e pre", "shunter validate envs/tst/values.yaml"),
    ),
    Command(
        ("lint",),
        "check charts, trains and the layout",
        "shunter.cli.verbs.check:lint",
        (
            Option("paths", takes="many", metavar="PATH", help="charts or folders (default: the workspace)"),
            _switch("--strict", help="warnings fail too"),
            Option("--explain", metavar="RULE", help="explain a rule"),
            FINDINGS,
        ),
    ),
    Command(
        ("render",),
        "print the manifests of an environment, rendered by Helm",
        "shunter.cli.verbs.render:render",
        (
            Option("environment", takes="optional", metavar="ENV", help="default: the one you are in"),
            Option("services", takes="many", metavar="SERVICE", help="only these services"),
            VALUES,
            SET,
            Option("--output-dir", metavar="DIR", help="write one file per chart template instead"),
            Option("--kube-version", metavar="VERSION", help="Kubernetes version to render for"),
            ENGINE,
        ),
        ("shunter render tst", "shunter render tst orders --set orders.replicaCount=3"),
        ("template",),
    ),
    Command(
        ("values", "explain"),
        "print the effective values of an app, and where each one comes from",
        "shunter.cli.verbs.values:explain",
        (
            Option("app", metavar="APP", help="the service"),
            Option("-e", "--environment", metavar="ENV", help="in this environment (default: the chart alone)"),
            VALUES,
            SET,
            OUTPUT,
        ),
        ("shunter values explain orders -e tst", "shunter values explain orders -e tst -o json"),
    ),
    Command(
        ("diff",),
        "compare an environment with another, or with a train: versions, values, manifests",
        "shunter.cli.verbs.render:diff",
        (
            Option("environment", metavar="ENV", help="the environment"),
            Option("other", takes="optional", metavar="ENV|TRAIN", help="default: what it promotes from"),
            Option("--only", choices=("versions", "values", "manifests"), help="only this part"),
            ENGINE,
        ),
    ),
    Command(
        ("train", "cut"),
        "record the exact version and digest of every app chart and the library",
        "shunter.cli.verbs.train:cut",
        (
            Option("version", help="SemVer of the train"),
            Option("--set", takes="many", metavar="SERVICE=VERSION", help="another version of a chart"),
            Option("--only", metavar="A,B", help="only these services"),
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
    Command(
        ("package",),
        "package the library chart and app charts into the chart registry",
        "shunter.cli.verbs.package:package",
        (
            Option("charts", takes="many", metavar="CHART", help="services, or the library (default: all)"),
            Option("--version", metavar="V", help="stamp this version on one chart, without editing files"),
            Option("--app-version", metavar="A", help="stamp this appVersion on one chart"),
            DRY_RUN,
            *WRITES,
        ),
        ("shunter package", "shunter package orders --version 1.5.0 --app-version 1.5.0"),
    ),
    Command(
        ("lock",),
        "derive again everything that shunter owns, from the pins",
        "shunter.cli.verbs.package:lock",
        (
            Option("projects", takes="many", metavar="ENV|CHART", help="default: all"),
            _switch("--check", help="exit 1 if anything would change; write nothing"),
            *CHANGES,
        ),
    ),
    Command(
        ("recover",),
        "show what an interrupted run left, repository by repository; take it back, or finish it",
        "shunter.cli.verbs.recover:recover",
        (
            _switch("--undo", help="put back what the run wrote; what a person did since stays"),
            _switch("--finish", help="commit what was written and not committed, with your hooks"),
            _switch("--no-verify", help="with --finish: skip git hooks that may refuse a commit"),
            OUTPUT,
        ),
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
            _switch("--check", help="exit 1 if a schema is stale; write nothing"),
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
        ("templates", "publish"),
        "push the template history to your own git remote, and move the workspace there",
        "shunter.cli.verbs.templates:publish",
        (Option("remote", metavar="REMOTE", help="git URL"), DRY_RUN, *WRITES),
    ),
    Command(
        ("templates", "redirect"),
        "print the git setting that lets plain `copier update` find the templates",
        "shunter.cli.verbs.templates:redirect",
    ),
    Command(("clone",), "check out the repositories that are missing", "shunter.cli.verbs.templates:clone"),
    Command(
        ("completion",),
        "print a completion script",
        "shunter.cli.verbs.completion:completion",
        (Option("shell", choices=("bash", "zsh", "fish"), metavar="SHELL", help="the shell: bash, zsh or fish"),),
    ),
)

TABLE = Table(COMMANDS, GLOBAL)
