"""push, pull, registry login and registry logout."""

from __future__ import annotations

import getpass
import os
import sys

from shunter.adapters.oci.client import Client
from shunter.adapters.oci.credentials import Login, erase, store
from shunter.cli.output import table
from shunter.cli.parse import Arguments
from shunter.cli.session import open_session
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status


def push(arguments: Arguments) -> Report:
    """`shunter push`."""
    from shunter.flows.packaging import push as pushing

    context, names = open_session(arguments), arguments.charts
    left: tuple[Outcome, ...] = ()
    if arguments.published:
        from shunter.flows.delivery.published import published

        if not names or not all(name.endswith(".tgz") for name in names):
            raise ShunterError("--published is about archives", hint="shunter push dist/*.tgz --published")
        names, left = published(context, names, os.environ)
        if not names:
            return Report(outcomes=left)
    report = pushing.push(context, names, arguments.to, plain=arguments.plain_http, dry_run=arguments.dry_run)
    return replace(report, outcomes=(*report.outcomes, *left))


def pull(arguments: Arguments) -> Report:
    """`shunter pull`."""
    from shunter.flows.packaging import pull as pulling

    context, folder = open_session(arguments), arguments.destination
    if not arguments.charts:
        raise ShunterError("which chart?", hint="shunter pull orders, or oci://HOST/REPOSITORY/NAME:VERSION")
    return pulling.pull(context, arguments.charts, arguments.version, folder, plain=arguments.plain_http)


def prune(arguments: Arguments) -> Report:
    """`shunter registry prune --dry-run`."""
    from shunter.flows.checkouts import behind
    from shunter.flows.trains.unnamed import unnamed

    if not arguments.dry_run:
        hint = "--dry-run lists what its own retention may delete; what is not listed is pinned"
        raise ShunterError("shunter deletes nothing in a registry", hint=hint)
    context = open_session(arguments)
    # What is pinned by a commit that is not here would be listed, and deleted: in CI that is refused.
    report = behind.aware(
        context, behind.roots_of(context, ("environment",)), lambda: unnamed(context), fetch=False, writes=True
    )
    rows = [(row["chart"], row["version"]) for row in report.data]
    return replace(report, product=table(rows, ("CHART", "VERSION")) if rows else "")


def login(arguments: Arguments) -> Report:
    """`shunter registry login HOST`: the registry is asked before anything is kept."""
    host = _host(arguments.host)
    user, password = _said(arguments)
    if ":" in user:
        raise ShunterError("a user has no `:` in it", hint="--username NAME, and the password on standard input")
    made = Login(user, password)
    Client(host, plain=arguments.plain_http, login=made).ping()
    return Report(outcomes=(Outcome(host, Status.DONE, f"login of {user} is in {store(host, made)}"),))


def logout(arguments: Arguments) -> Report:
    """`shunter registry logout HOST`."""
    host = _host(arguments.host)
    gone = erase(host)
    outcome = Outcome(host, Status.DONE, "login removed") if gone else Outcome(host, Status.NOOP, "there is no login")
    return Report(outcomes=(outcome,))


def _host(text: str) -> str:
    host = text.removeprefix("oci://").partition("/")[0]
    if "@" in host:
        raise ShunterError(f"`{host.rpartition('@')[2]}` was given with a login before it", hint="--username NAME")
    if not host or "://" in text.removeprefix("oci://"):
        raise ShunterError(f"`{text}` is no registry", hint="its name, and its port if it has one: ghcr.io")
    return host


def _first_line() -> str:
    """The first line of standard input; empty where it is closed."""
    try:
        line = sys.stdin.readline().rstrip("\r\n") if sys.stdin is not None else ""
        line.encode()
    except UnicodeError as error:
        hint = "is it a file of another kind? write the password as UTF-8"
        raise ShunterError("the password on standard input is no text", hint=hint) from error
    return line


def _said(arguments: Arguments) -> tuple[str, str]:
    """User and password, from the command line and standard input; what is missing there, a person is asked for."""
    there = sys.stdin is not None and sys.stdin.isatty()
    if arguments.password_stdin:
        if not arguments.username:
            raise ShunterError("--password-stdin without --username", hint="add --username NAME")
        password = _first_line()
    elif there:
        user = arguments.username or input("User: ")
        return user, getpass.getpass(f"Password of {user}: ")
    else:
        raise ShunterError("nobody is there to type a password", hint="--username NAME --password-stdin")
    if not password:
        raise ShunterError("the password on standard input is empty", hint='printf %s "$PASSWORD" | shunter ...')
    return arguments.username, password
