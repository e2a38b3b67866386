"""deploy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shunter.adapters.system.regular import read_regular
from shunter.cli.parse import Arguments
from shunter.cli.session import open_session
from shunter.core.deployment.plan import promised
from shunter.flows.deploying import away
from shunter.flows.deploying import deploy as deploying
from shunter.flows.deploying.apart import Apart, no_preview, preview_of
from shunter.flows.deploying.run import Asked, seconds_of
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError
from shunter.model.findings import Report


def deploy(arguments: Arguments) -> Report:
    """`shunter deploy`."""
    seconds_of(arguments.timeout)  # before anything is asked
    if arguments.plan and (arguments.promise or arguments.recover):
        raise ShunterError("--plan changes nothing", hint="leave out --from and --recover")
    if arguments.end and (arguments.plan or arguments.promise or arguments.recover):
        raise ShunterError("--end deploys nothing", hint="leave out --plan, --from and --recover")
    context = open_session(arguments)
    apart = _apart(arguments, context)
    if arguments.preview and not arguments.end and (nothing := no_preview(context, arguments.environments)):
        return nothing
    promises = _promises(arguments, context)
    asked = Asked(
        tuple(arguments.environments) or tuple(dict.fromkeys(name.partition("/")[0] for name in promises)),
        arguments.helm,
        arguments.context,
        arguments.timeout,
        arguments.on_failure == "rollback",
        arguments.conflicts == "take",
        arguments.drop_settings,
        arguments.recover,
        arguments.soak,
        promises,
        apart,
        arguments.older,
    )
    if arguments.end:
        return away.end(context, asked)
    return deploying.plan(context, asked) if arguments.plan else deploying.deploy(context, asked)


def _apart(arguments: Arguments, context: Context) -> Apart | None:
    found = Apart(arguments.release, arguments.namespace, tuple(arguments.values))
    if arguments.preview:
        return preview_of(context, arguments.environments, arguments.preview, found)
    return found if found != Apart() else None


def _promises(arguments: Arguments, context: Context) -> Mapping[str, Mapping[str, Any]]:
    if not arguments.promise:
        return {}
    return promised(read_regular(str(context.start / arguments.promise)), arguments.promise)
