"""validate, lint and upgrade-check. Each imports its flow itself: the commit hook pays for `validate` alone."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shunter.adapters.verdicts.cache import NoVerdicts, Verdicts
from shunter.cli.session import memory_of, open_session, sets_of, split
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

if TYPE_CHECKING:
    from shunter.cli.parse import Arguments
    from shunter.flows.workspace.context import Context


def validate(arguments: Arguments) -> Report:
    """`shunter validate`."""
    try:
        return _validate(arguments)
    except ShunterError as error:
        if not error.findings:
            raise
        from shunter.flows.validation.own_files import reported

        return reported(error, lambda: _validate(arguments), arguments.directory, fix=arguments.fix)


def _validate(arguments: Arguments) -> Report:
    from shunter.flows.validation.judge import Validation
    from shunter.flows.validation.validate import validate as judge_values

    skipped = tuple(arguments.skip_schema)
    chosen = {"schema_cache": arguments.schema_cache, "skip_schemas": skipped, "fetch": arguments.fetch}
    context = replace(_context(arguments), **chosen)
    sets = sets_of(arguments)
    # What else than named values files decides, no question about old verdicts can name.
    fresh = "-" in arguments.values or arguments.set_file or arguments.schema_cache or skipped
    fresh = fresh or arguments.no_cache or arguments.fix
    asked = Validation(
        tuple(arguments.files),
        arguments.environment,
        tuple(arguments.values),
        sets,
        arguments.fix,
        NoVerdicts() if fresh else arguments.verdicts or Verdicts(),
        None if fresh else memory_of(arguments, context),
    )
    if not arguments.exact and not arguments.manifests:
        with _no_collector():
            return judge_values(context, asked)
    from shunter.flows.validation import deep

    wanted = deep.Deep(
        arguments.exact, arguments.manifests, split(arguments.kube_version), arguments.crds, arguments.helm
    )
    return deep.validate_deeply(context, asked, wanted)


def _context(arguments: Arguments) -> Context:
    """The context, with the levels of rules that are chosen for this run or here."""
    from shunter.flows.workspace.settings import with_rules

    return with_rules(open_session(arguments), arguments.rule)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Values are trees, freed as soon as nobody needs them: looking for cycles takes half the time of a large file."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def lint(arguments: Arguments) -> Report:
    """`shunter lint`."""
    if arguments.explain:
        return Report(product=explain(arguments.explain))
    from shunter.flows.validation import lint as linting
    from shunter.flows.validation.own_files import reported

    def run() -> Report:
        context = _context(arguments)
        return linting.lint(context, arguments.paths, memory_of(arguments, context))

    try:
        return run()
    except ShunterError as error:
        return reported(error, run, arguments.directory)


def upgrade(arguments: Arguments) -> Report:
    """`shunter upgrade-check CHART@NEW`."""
    from shunter.flows.contracts.upgrade import Upgrade, upgrade_check

    asked = Upgrade(arguments.chart, arguments.old, arguments.environment, tuple(arguments.values))
    return upgrade_check(_context(arguments), asked)


def explain(rule: str) -> str:
    """What `lint --explain` prints about a rule. Raises ShunterError where there is none of that name."""
    import difflib

    from shunter.core.rules.catalogue import RULES

    found = RULES.get(rule)
    if found is None:
        near = difflib.get_close_matches(rule, RULES, n=1)
        raise ShunterError(
            f"there is no rule `{rule}`", hint=f"did you mean `{near[0]}`?" if near else "rules: " + ", ".join(RULES)
        )
    return f"{found.id} ({found.kind}, {found.severity})\n{found.title}\n\n{found.explanation}\n"
