"""The command line as data: help, parsing, completion and the reference are all made from these tables."""

from __future__ import annotations

from typing import Any, NamedTuple


class Option(NamedTuple):
    """One argument: its flags (or the name of a positional) and argparse's keywords for it."""

    flags: tuple[str, ...]
    keywords: dict[str, Any]


class Command(NamedTuple):
    """One verb of one or two words, the function `module:name` that runs it, and its options."""

    words: tuple[str, ...]
    summary: str
    run: str
    options: tuple[Option, ...] = ()
    examples: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


def _option(*flags: str, **keywords: Any) -> Option:
    return Option(flags, keywords)


def _flag(*flags: str, help: str) -> Option:  # noqa: A002 - argparse's own word
    return Option(flags, {"action": "store_true", "help": help})


GLOBAL = (
    _option("-C", dest="directory", metavar="DIR", default=".", help="run as if started in DIR"),
    _flag("-q", "--quiet", help="print the product and errors only"),
    _flag("-v", "--verbose", help="say what is done, and show timings"),
    _option(
        "--color", choices=("auto", "always", "never"), default="auto", help="colour on a terminal (default: auto)"
    ),
)

DRY_RUN = _flag("--dry-run", help="write nothing; say what would be done")
DIFF = _flag("--diff", help="print the changes as a unified diff")
OUTPUT = _option("-o", "--output", choices=("table", "json", "yaml"), default="table", help="format of the result")
_FORMATS = ("text", "json", "sarif", "github", "junit")
FINDINGS = _option("-o", "--output", choices=_FORMATS, default="text", help="format of the findings")
VALUES = _option("-f", "--values", action="append", default=[], metavar="FILE", help="a further values file, last wins")
SET = _option("--set", action="append", default=[], metavar="KEY=VALUE", help="set one value, as Helm does")
FORCE = _flag("--force", help="go on although a rule refuses; the history says so")
ENGINE = _option("--helm", metavar="PATH", default="", help="use this helm binary instead of the embedded Helm")

ARCHETYPES = (
    "rest-api", "api-gateway", "frontend", "auth", "worker", "cron", "database", "search", "broker", "monitoring",
)  # fmt: skip

_NEW = (
    _option("target", metavar="DIR", help="folder to make; its name is the workspace's name"),
    _option("--layout", choices=("mono", "multi"), default="", help="one repository for everything, or one each"),
    _flag("--example", help="start with the example: api-gateway, frontend, auth, orders and a database"),
    _flag("--defaults", help="ask nothing, use defaults"),
    _option("-d", "--data", action="append", default=[], metavar="KEY=VALUE", help="set a key of shunter.yaml"),
    _option("--data-file", default="", metavar="FILE", help="YAML file whose keys are laid over shunter.yaml"),
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
            _option("name", help="a DNS label, the name of code, chart and alias"),
            _option("--archetype", choices=ARCHETYPES, default="", help="the service's shape (default: rest-api)"),
            _option("--language", choices=("python", "none"), default="", help="language of the code to scaffold"),
            _option("--team", default="", help="the team that owns it"),
            _option("--port", type=int, default=0, help="port that the container listens on"),
            _option("--chart", default="", metavar="PATH|NAME@VERSION", help="an existing chart instead of a template"),
            _option("--repository", default="", metavar="URL", help="HTTP repository of the existing chart"),
            DRY_RUN,
            DIFF,
        ),
        ("shunter add service payment --archetype rest-api --team bob",),
    ),
    Command(
        ("add", "environment"),
        "add an environment, which pins only the library",
        "shunter.cli.verbs.scaffold:add_environment",
        (
            _option("name", help="a DNS label"),
            _option("--after", default="", metavar="ENV", help="promotes from ENV (a branch of the route)"),
            _option("--between", default="", metavar="A,B", help="insert between A and B"),
            _option("--stage", choices=("develop", "staging", "production"), default="", help="its stage"),
            _option("-n", "--namespace", default="", help="Kubernetes namespace"),
            DRY_RUN,
            DIFF,
        ),
        ("shunter add environment prf --after tst",),
    ),
    Command(
        ("remove", "service"),
        "remove a service that no environment pins, and show what becomes of its values",
        "shunter.cli.verbs.scaffold:remove_service",
        (
            _option("name", help="the service"),
            _flag("--force", help="also when it is pinned, or has changes that are not committed"),
            DRY_RUN,
            DIFF,
        ),
    ),
    Command(
        ("remove", "environment"),
        "remove an environment, and show where its values still are",
        "shunter.cli.verbs.scaffold:remove_environment",
        (
            _option("name", help="the environment"),
            _flag("--force", help="also when it has changes that are not committed"),
            DRY_RUN,
            DIFF,
        ),
    ),
    Command(
        ("update",),
        "bring generated files to a newer template release, keeping what people wrote",
        "shunter.cli.verbs.update:update",
        (
            _option("paths", nargs="*", metavar="PATH", help="repositories or projects (default: all)"),
            _flag("--all", help="every repository of the workspace"),
            _flag("--check", help="exit 1 if anything is out of date; write nothing"),
            _option("--to", default="", metavar="VERSION", help="template release (default: the newest)"),
            DRY_RUN,
            DIFF,
        ),
        ("shunter update --all --dry-run --diff", "shunter update --check"),
    ),
    Command(
        ("validate",),
        "judge values files as Helm does, against the schemas of their charts",
        "shunter.cli.verbs.check:validate",
        (
            _option("files", nargs="*", metavar="FILE", help="values files, charts, folders (default: the workspace)"),
            _option("-e", "--environment", default="", metavar="ENV", help="only this environment"),
            VALUES,
            SET,
            _flag("--fix", help="write safe fixes into the files; comments, order and quotes stay"),
            _flag("--strict", help="warnings fail too"),
            _flag("--no-cache", help="judge again what was judged before"),
            _flag("--exact", help="find keys that do nothing: change each one, and render (needs Helm)"),
            _flag("--manifests", help="render, and check every object against Kubernetes' schemas (needs Helm)"),
            _option("--kube-version", default="", metavar="A,B", help="Kubernetes versions (default: the newest 3)"),
            _option("--crds", default="", metavar="DIR", help="schemas of custom resources: GROUP/KIND_VERSION.json"),
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
            _option("paths", nargs="*", metavar="PATH", help="charts or folders (default: the workspace)"),
            _flag("--strict", help="warnings fail too"),
            _option("--explain", default="", metavar="RULE", help="explain a rule"),
            FINDINGS,
        ),
    ),
    Command(
        ("render",),
        "print the manifests of an environment, rendered by Helm",
        "shunter.cli.verbs.render:render",
        (
            _option("environment", nargs="?", default="", metavar="ENV", help="default: the one you are in"),
            _option("services", nargs="*", metavar="SERVICE", help="only these services"),
            VALUES,
            SET,
            _option("--output-dir", default="", metavar="DIR", help="write one file per chart template instead"),
            _option("--kube-version", default="", metavar="VERSION", help="Kubernetes version to render for"),
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
            _option("app", metavar="APP", help="the service"),
            _option(
                "-e", "--environment", default="", metavar="ENV", help="in this environment (default: the chart alone)"
            ),
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
            _option("environment", metavar="ENV", help="the environment"),
            _option("other", nargs="?", default="", metavar="ENV|TRAIN", help="default: what it promotes from"),
            _option("--only", choices=("versions", "values", "manifests"), default="", help="only this part"),
            ENGINE,
        ),
    ),
    Command(
        ("train", "cut"),
        "record the exact version and digest of every app chart and the library",
        "shunter.cli.verbs.train:cut",
        (
            _option("version", help="SemVer of the train"),
            _option("--set", action="append", default=[], metavar="SERVICE=VERSION", help="another version of a chart"),
            _option("--only", default="", metavar="A,B", help="only these services"),
            DRY_RUN,
            DIFF,
        ),
        ("shunter train cut 1.0.0",),
    ),
    Command(("train", "list"), "list the trains", "shunter.cli.verbs.train:list_trains", (OUTPUT,)),
    Command(
        ("train", "show"),
        "show the cars of a train",
        "shunter.cli.verbs.train:show",
        (_option("version", help="the train"), OUTPUT),
    ),
    Command(
        ("train", "diff"),
        "compare the cars of two trains",
        "shunter.cli.verbs.train:compare",
        (_option("first", help="a train"), _option("second", help="another train"), OUTPUT),
    ),
    Command(
        ("promote",),
        "move a train to an environment: versions move, values stay",
        "shunter.cli.verbs.train:promote",
        (
            _option("train", nargs="?", default="", help="the train (or use --from)"),
            _option("--from", dest="source", default="", metavar="ENV", help="take what this environment runs"),
            _option("--to", dest="target", default="", metavar="ENV", help="the environment to change"),
            _option("--only", default="", metavar="A,B", help="only these services"),
            FORCE,
            DRY_RUN,
            DIFF,
        ),
        ("shunter promote 1.0.0 --to tst", "shunter promote --from tst --to pre --diff"),
    ),
    Command(
        ("rollback",),
        "take an environment back to an earlier train of its history",
        "shunter.cli.verbs.train:rollback",
        (
            _option("environment", metavar="ENV", help="the environment"),
            _option("train", nargs="?", default="", help="default: the one before"),
            DRY_RUN,
            DIFF,
        ),
    ),
    Command(
        ("status",), "the board: app by environment, and what lags behind", "shunter.cli.verbs.train:status", (OUTPUT,)
    ),
    Command(
        ("history",),
        "the trains that came through an environment",
        "shunter.cli.verbs.train:history",
        (_option("environment", metavar="ENV", help="the environment"), OUTPUT),
    ),
    Command(
        ("package",),
        "package the library chart and app charts into the chart registry",
        "shunter.cli.verbs.package:package",
        (
            _option("charts", nargs="*", metavar="CHART", help="services, or the library (default: all)"),
            _option(
                "--version", default="", metavar="V", help="stamp this version on one chart, without editing files"
            ),
            _option("--app-version", default="", metavar="A", help="stamp this appVersion on one chart"),
            DRY_RUN,
        ),
        ("shunter package", "shunter package orders --version 1.5.0 --app-version 1.5.0"),
    ),
    Command(
        ("lock",),
        "derive again everything that shunter owns, from the pins",
        "shunter.cli.verbs.package:lock",
        (
            _option("projects", nargs="*", metavar="ENV|CHART", help="default: all"),
            _flag("--check", help="exit 1 if anything would change; write nothing"),
            DRY_RUN,
            DIFF,
        ),
    ),
    Command(
        ("schema", "show"),
        "print a schema: workspace, train, or a service's values",
        "shunter.cli.verbs.schema:show",
        (_option("name", nargs="?", default="workspace", help="workspace, train, or a service's name"),),
    ),
    Command(
        ("schema", "build"),
        "compile the values schema of app charts from the library's",
        "shunter.cli.verbs.schema:build",
        (
            _option("charts", nargs="*", metavar="CHART", help="services (default: all)"),
            _flag("--check", help="exit 1 if a schema is stale; write nothing"),
        ),
    ),
    Command(
        ("schema", "diff"),
        "show what another version of a chart breaks, and which values files that hits (exit 1 if anything)",
        "shunter.cli.verbs.schema:diff",
        (
            _option("chart", metavar="SERVICE", help="the service"),
            _option("old", nargs="?", default="", metavar="OLD", help="version (default: the newest in the registry)"),
            _option("new", nargs="?", default="", metavar="NEW", help="version (default: the chart as it is here)"),
            OUTPUT,
        ),
        ("shunter schema diff orders", "shunter schema diff orders 1.0.0 1.1.0 -o json"),
    ),
    Command(
        ("templates", "publish"),
        "push the template history to your own git remote, and move the workspace there",
        "shunter.cli.verbs.templates:publish",
        (_option("remote", metavar="REMOTE", help="git URL"), DRY_RUN),
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
        (_option("shell", choices=("bash", "zsh", "fish"), help="the shell"),),
    ),
)
