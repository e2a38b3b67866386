"""Verbs that CI asks: what a commit is called, and what it touches."""

from __future__ import annotations

from shunter.cli.options import DONE, Command, Option, switch

_FORMATS = ("table", "json", "yaml", "env")
_ENV = "format of the result; env is key=value, as for $GITHUB_ENV and $GITHUB_OUTPUT"
_OUTPUT = Option("-o", "--output", choices=_FORMATS, default="table", help=_ENV)
_JOBS = Option(
    "-o",
    "--output",
    choices=(*_FORMATS, "gitlab"),
    default="table",
    help=f"{_ENV}, gitlab a pipeline that extends what .gitlab/jobs.yml has",
)

COMMANDS: tuple[Command, ...] = (
    Command(
        ("version",),
        "print the image tags and chart versions of this commit, the same here as in CI",
        "shunter.cli.verbs.delivery:version",
        (
            Option("names", takes="many", metavar="SERVICE|CHART", help="default: all"),
            Option(
                "--ref", metavar="REF", help="as if this was built: refs/heads/BRANCH, refs/tags/TAG, refs/pull/NUMBER"
            ),
            _OUTPUT,
        ),
        ("shunter version", "shunter version orders -o env", "shunter version orders --ref refs/tags/v1.2.3"),
    ),
    Command(
        ("changed",),
        "list the services, charts and environments that the commits since REF touch, and which of them get previews",
        "shunter.cli.verbs.delivery:changed",
        (
            Option(
                "--since",
                metavar="REF",
                help="a branch, tag or commit; what came after the last common commit counts (default: what CI says)",
            ),
            _JOBS,
        ),
        ("shunter changed --since origin/main", "shunter changed --since v1.2.0 -o gitlab"),
    ),
    Command(
        ("image",),
        "build the images of services from this commit, push those that the version map publishes, print their names",
        "shunter.cli.verbs.delivery:image",
        (
            Option("services", takes="many", metavar="SERVICE", help="default: all"),
            switch(
                "--push", help="push what the version map publishes; where the registry has the tag, nothing is built"
            ),
            Option("--to", metavar="DIR", help="note there what was pushed, for `shunter package --build`"),
            DONE,
        ),
        ("shunter image orders", "shunter image orders --push --to dist"),
    ),
)
