"""new, add, remove and rename."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from shunter.adapters.system.regular import exists, read_given
from shunter.cli.parse import Arguments
from shunter.cli.session import open_session, writing_of
from shunter.core.charts.artifact import parse_place, version_of
from shunter.core.charts.pins import OCI
from shunter.core.goyaml.document import read
from shunter.flows.fleet import planning, rename, scaffold
from shunter.flows.workspace.archives import server_at
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError
from shunter.model.findings import Report


def new(arguments: Arguments) -> Report:
    """`shunter new DIR`."""
    target = (Path(arguments.directory) / arguments.target).absolute()
    layout = arguments.layout or _asked("layout (mono or multi)", "mono", ask=not arguments.defaults)
    values = _data_file(arguments.data_file) if arguments.data_file else None
    asked = scaffold.NewWorkspace(
        target,
        layout,
        arguments.example,
        tuple(arguments.data),
        values,
        writing=writing_of(arguments),
        dry_run=arguments.dry_run,
        diff=arguments.diff,
    )
    return scaffold.new(asked)


def _asked(question: str, default: str, *, ask: bool) -> str:
    if not ask or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return default
    sys.stderr.write(f"{question} [{default}]: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() or default


def _data_file(name: str) -> dict[str, Any]:
    if not exists(name):
        raise ShunterError(f"there is no file {name}", hint="--data-file takes a YAML file")
    try:
        data = read_given(name)
    except OSError as error:
        raise ShunterError(f"cannot read {name}: {error.strerror}", hint="--data-file takes a YAML file") from error
    document = read(data, name)
    for finding in document.findings:
        raise ShunterError(finding.message, span=finding.span, hint=finding.hint)
    return document.value or {}


def add_service(arguments: Arguments) -> Report:
    """`shunter add service NAME`."""
    context = open_session(arguments)
    return scaffold.add_service(
        context, arguments.name, _service_settings(context, arguments), dry_run=arguments.dry_run, diff=arguments.diff
    )


def _service_settings(context: Context, arguments: Arguments) -> dict[str, Any]:
    _refuse_unused(arguments)
    if arguments.chart:
        settings: dict[str, Any] = {"chart": _existing(context, arguments.chart, arguments.repository)}
    else:
        settings = {"archetype": arguments.archetype or "rest-api"}
        settings |= {"language": arguments.language} if arguments.language else {}
        settings |= {"port": arguments.port} if arguments.port is not None else {}
    if calls := [name for each in arguments.calls for name in each.split(",")]:
        settings["calls"] = calls
    settings |= {"provider": arguments.provider} if arguments.provider not in ("", "none") else {}
    return settings | ({"team": arguments.team} if arguments.team else {})


def _refuse_unused(arguments: Arguments) -> None:
    """What would be given up silently is refused: a chart of somebody else's is not made by a template."""
    if arguments.archetype == "auth" and arguments.language != "none":
        raise ShunterError(
            "no template makes an issuer of tokens: that is an existing chart",
            hint=f"shunter add service {arguments.name} --provider dex --chart dex@VERSION --repository URL, "
            "or `--language none` for the chart of an image of your own",
        )
    made = {"--archetype": arguments.archetype, "--language": arguments.language, "--port": arguments.port}
    unused = [flag for flag, value in made.items() if value not in (None, "")]
    if arguments.chart and unused:
        raise ShunterError(f"`{unused[0]}` is for a service that a template makes", hint="leave it out, or `--chart`")
    if arguments.repository and not arguments.chart:
        raise ShunterError("`--repository` needs a chart in it", hint="--chart NAME@VERSION --repository URL")
    if arguments.repository and arguments.chart.startswith(OCI):
        raise ShunterError("`--chart oci://...` names the repository already", hint="leave `--repository` out")


def _existing(context: Context, chart: str, repository: str) -> dict[str, str]:
    if not (repository or chart.startswith(OCI)):
        return {"path": Path(os.path.relpath(context.start / chart, context.root)).as_posix()}
    settings = _in_registry(chart) if chart.startswith(OCI) else _in_repository(chart, repository)
    # What is not there, or no chart, is not written down: it would fail later, and for somebody else.
    server_at(settings["repository"], context.workspace).fetch(settings["name"], settings["version"])
    return settings


def _in_repository(chart: str, repository: str) -> dict[str, str]:
    """The settings of `NAME@VERSION` at a URL."""
    name, separator, version = chart.partition("@")
    if not separator:
        raise ShunterError(f"`{chart}` has no version", hint="--chart NAME@VERSION --repository URL")
    return {"repository": repository, "name": name, "version": version}


def _in_registry(chart: str) -> dict[str, str]:
    """The settings of `oci://HOST/REPOSITORY/NAME:VERSION`."""
    place = parse_place(chart)
    above, _, name = f"{place.host}/{place.repository}".rpartition("/")
    if not place.tag or place.digest:
        raise ShunterError(f"`{chart}` has no version", hint="--chart oci://HOST/REPOSITORY/NAME:VERSION")
    return {"repository": f"{OCI}{above}", "name": name, "version": version_of(place.tag)}


def add_environment(arguments: Arguments) -> Report:
    """`shunter add environment NAME`."""
    context = open_session(arguments)
    source, before = _place(context, arguments)
    workspace = context.require_workspace()
    after = workspace.environment(source)
    settings: dict[str, Any] = {"stage": arguments.stage or (after.stage if after else "develop")}
    settings |= {"promotes-from": source} if source else {}
    settings |= {"namespace": arguments.namespace} if arguments.namespace else {}
    return scaffold.add_environment(
        context, arguments.name, settings, before=before, dry_run=arguments.dry_run, diff=arguments.diff
    )


def _place(context: Context, arguments: Arguments) -> tuple[str, str]:
    known = [environment.name for environment in context.require_workspace().environments]
    names = arguments.between.split(",") if arguments.between else [arguments.after] if arguments.after else []
    if arguments.between and (len(names) != 2 or arguments.after):
        raise ShunterError("--between takes two environments", hint="--between tst,pre (and no --after)")
    for name in names:
        if name not in known:
            raise scaffold.unknown("environment", name, known)
    if len(names) == 2:
        follower = context.require_workspace().environment(names[1])
        if follower is None or names[0] not in follower.promotes_from:
            raise ShunterError(f"{names[1]} does not promote from {names[0]}", hint="--between takes two neighbours")
    return (names[0] if names else "", names[1] if len(names) == 2 else "")


def remove_service(arguments: Arguments) -> Report:
    """`shunter remove service NAME`."""
    return scaffold.remove_service(
        open_session(arguments), arguments.name, force=arguments.force, dry_run=arguments.dry_run, diff=arguments.diff
    )


def remove_environment(arguments: Arguments) -> Report:
    """`shunter remove environment NAME`."""
    return scaffold.remove_environment(
        open_session(arguments), arguments.name, force=arguments.force, dry_run=arguments.dry_run, diff=arguments.diff
    )


def rename_service(arguments: Arguments) -> Report:
    """`shunter rename service OLD NEW`."""
    return _rename(arguments, "service")


def rename_environment(arguments: Arguments) -> Report:
    """`shunter rename environment OLD NEW`."""
    return _rename(arguments, "environment")


def _rename(arguments: Arguments, kind: planning.Kind) -> Report:
    context = open_session(arguments)
    names = arguments.old, arguments.new
    return rename.rename(context, kind, *names, dry_run=arguments.dry_run, diff=arguments.diff)
