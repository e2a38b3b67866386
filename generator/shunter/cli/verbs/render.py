"""render and diff."""

from __future__ import annotations

from pathlib import Path

from shunter.cli.parse import Arguments
from shunter.cli.session import open_session, sets_of
from shunter.flows.release import render as rendering
from shunter.flows.trains.compare import diff as compare
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status


def render(arguments: Arguments) -> Report:
    """`shunter render ENV`."""
    context = open_session(arguments)
    how = rendering.Rendering(arguments.values, sets_of(arguments), arguments.kube_version, arguments.helm)
    report = rendering.render(context, arguments.environment, arguments.services, how)
    if not arguments.output_dir or report.findings:
        return report
    folder = context.start / Path(arguments.output_dir)
    written = rendering.write_documents(report.product, folder)
    outcomes = tuple(Outcome(path, Status.DONE, "written") for path in written)
    return replace(report, product="", outcomes=outcomes)


def diff(arguments: Arguments) -> Report:
    """`shunter diff ENV [ENV2|TRAIN]`."""
    if arguments.cluster:
        from shunter.flows.deploying.drift import difference
        from shunter.flows.deploying.run import Asked

        if arguments.other or arguments.only:
            raise ShunterError("--cluster compares an environment with its cluster", hint="shunter diff ENV --cluster")
        asked = Asked((arguments.environment,), arguments.helm, arguments.context)
        return difference(open_session(arguments), asked)
    return compare(open_session(arguments), arguments.environment, arguments.other, arguments.only, arguments.helm)
