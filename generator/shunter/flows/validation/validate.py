"""Validate: values files judged as Helm would, against the charts that they are for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from posixpath import normpath

from shunter.adapters.system.regular import read_regular
from shunter.adapters.verdicts.cache import NoVerdicts
from shunter.adapters.verdicts.questions import WORKSPACE_FILE, questions
from shunter.flows.release.layers import is_packed
from shunter.flows.release.release import release_of
from shunter.flows.validation.judge import Validation, judge_chart, judged_release
from shunter.flows.validation.report import levelled, report_of, rule_levels, without_secrets
from shunter.flows.validation.targets import STRAY, Chosen, Target, own_names, targets_of
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.remembered import Remembered
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Report, Severity, Span
from shunter.model.progress import stepwise

_MOST_NAMES = 3
_MOST_REHEARSED = 200
"""Findings. With more of them, some fix lasts."""
_ONLY_CHARTS = "name a values file of a chart or of `values:`, or a chart's folder"


def validate(context: Context, asked: Validation) -> Report:
    """Judge every values file that the request names or, with no name, all of the workspace's.

    With `fix`, safe fixes are written into the files first; what is reported is what stays.
    """
    return validated(context, asked)[0]


def validated(context: Context, asked: Validation) -> tuple[Report, int]:
    """What `validate` reports, and of how many charts."""
    own = own_names(context, asked.files)
    findings, count = _judged(context, asked, own)
    if not asked.fix:
        step = _fix_command(asked) if _can_be_fixed(context, asked, findings, own) else ""
        return replace(report_of(context, findings, count, own), next_step=step), count
    from shunter.flows.validation.repair import Repair

    repair = Repair(context.start)
    while repair.apply(levelled(context, findings)):
        findings, count = _judged(context, asked, own)
    report = report_of(context, findings, count, own)
    return replace(report, outcomes=repair.outcomes(), notices=(*repair.notices(), *report.notices)), count


def _can_be_fixed(context: Context, asked: Validation, findings: Sequence[Finding], own: Sequence[str]) -> bool:
    """Whether `--fix` would leave a file other than it is, tried without writing.

    A finding that has a fix may wait for one that has none, and what one reader of a value wants another may refuse.
    """
    if "-" in asked.values or not any(finding.fix for finding in findings):
        return False
    if any(is_packed(context, name) for name in asked.files):
        return False  # `--fix` mends no archive, and without its name the files would be judged by other charts
    if asked.sets:
        from shunter.core.rules.masking import secret_free

        if any(secret_free(given) != given for given in asked.sets):
            return False  # the command to type next would show the secret
    from shunter.flows.validation.repair import Repair

    repair = Repair(context.start, rehearsal=True)
    asked = replace(asked, verdicts=NoVerdicts(), memory=None)
    while repair.apply(levelled(context, findings)):
        if len(findings) > _MOST_REHEARSED:
            break
        findings, _ = _judged(replace(context, instead=repair.instead), asked, own)
    return bool(repair.rules)


def _fix_command(asked: Validation) -> str:
    """The command that repairs what can be repaired without thinking."""
    from shlex import join

    layers = [word for file in asked.values for word in ("-f", file)]
    layers += [word for given in asked.sets for word in given.split(" ", 1)]
    if asked.environment:
        return join(["shunter", "validate", "--fix", "-e", asked.environment, *layers])
    rest = "" if len(asked.files) <= _MOST_NAMES else " ..."
    end = ["--"] if any(name.startswith("-") for name in asked.files) else []
    return join(["shunter", "validate", "--fix", *layers, *end, *asked.files[:_MOST_NAMES]]) + rest


def _judged(context: Context, asked: Validation, own: Sequence[str]) -> tuple[list[Finding], int]:
    """The findings of a request and how many charts it is about; `own` are shunter's own files among those named."""
    findings: list[Finding] = []
    if own:
        from shunter.flows.validation.own_files import judged_own

        findings += judged_own(context, own)
    packed = [name for name in asked.files if is_packed(context, name)]
    if packed:
        from shunter.flows.validation.remote import judged_remote

        findings += judged_remote(context, asked, packed)
    chosen = wanted(context, asked)
    deployed = 0
    if chosen.deploying:
        from shunter.flows.validation.deployed import judged_deployed

        found, deployed = judged_deployed(context, asked, chosen.deploying)
        findings += found
    for target in stepwise(context.writing.progress, chosen.targets, lambda target: f"validate {target.folder.name}"):
        findings += _judge_target(context, asked, target)
    findings += map(_stray, chosen.strays)
    if context.workspace and not (asked.environment or asked.files):
        findings += _trains(context, findings)
    asked.verdicts.save()
    return findings, len(chosen.targets) + len(packed) + deployed


def _trains(context: Context, known: Sequence[Finding]) -> tuple[Finding, ...]:
    """What is wrong with trains, which everybody reads; histories are asked only where nothing else is broken."""
    from shunter.flows.validation.histories import altered_trains
    from shunter.flows.validation.own_files import broken_trains
    from shunter.flows.workspace.trains import trains_of

    broken = broken_trains(context)
    errors = any(finding.severity is Severity.ERROR for finding in known)
    return broken if broken or errors else tuple(altered_trains(context, trains_of(context)))


def wanted(context: Context, asked: Validation) -> Chosen:
    """The charts that a request is about; with no name, all of the workspace or repository, or those around here.

    Files of ours and packed charts are passed over. Raises ShunterError where a name leads to no file, or all of them
    to no chart and no rule of the workspace says what becomes of those.
    """
    if asked.environment:
        return Chosen([Target.of(context.site("environment", asked.environment), context.start)])
    sites = context.sites() if not asked.files else ()
    if sites or (context.workspace and not asked.files):
        return Chosen([Target.of(site, context.start) for site in sites if site.kind in ("app", "environment")])
    own = own_names(context, asked.files)
    files = [name for name in asked.files or ["."] if name not in own and not is_packed(context, name)]
    remembered = Remembered(context, asked.memory)
    chosen = targets_of(context, files, alone=bool(asked.values or asked.sets), remembered=remembered)
    if chosen.strays:
        from shunter.flows.validation.deployed import deploying

        found = deploying(context, chosen.strays)
        chosen = replace(chosen, strays=[name for name in chosen.strays if name not in found], deploying=found)
    if len(chosen.strays) == len(asked.files or ["."]) and STRAY not in rule_levels(context):
        one, *others = chosen.strays
        message = f"{one} belongs to no chart" if not others else f"{', '.join(chosen.strays)} belong to no chart"
        raise ShunterError(message, hint=_ONLY_CHARTS)
    return chosen


def _stray(name: str) -> Finding:
    message = "this file belongs to no chart, so it is not judged"
    return Finding(STRAY, message, Span(normpath(name)), Kind.LINT, hint=_ONLY_CHARTS)


def _judge_target(context: Context, asked: Validation, target: Target) -> Iterable[Finding]:
    file = context.root / WORKSPACE_FILE
    workspace = read_regular(str(file)) if context.workspace else b""
    runs = target.runs
    asking = questions(
        str(target.folder),
        str(context.start),
        workspace,
        runs,
        whole=target.environment is not None,
        values=asked.values,
        sets=asked.sets,
    )
    known = [asked.verdicts.find(one) for one in asking]
    new = [number for number, findings in enumerate(known) if findings is None]
    if target.environment is not None:
        judged = [_judge_environment(context, asked, target.environment) for _ in new]
    else:
        found = judge_chart(context, target.folder, [runs[number] for number in new], asked) if new else ()
        judged = [(findings, True) for findings in found]
    for number, (findings, complete) in zip(new, judged, strict=True):
        known[number] = findings
        if complete:
            asked.verdicts.keep(asking[number], without_secrets(findings))
    return [finding for findings in known for finding in findings or ()]


def _judge_environment(context: Context, asked: Validation, site: Site) -> tuple[tuple[Finding, ...], bool]:
    """As `judged_release`; an environment whose own files are broken has their findings, and the others are judged."""
    try:
        release = release_of(context, site, asked.values, asked.sets)
        return judged_release(context, release, fix=asked.fix)
    except ShunterError as error:
        if not error.findings:
            raise
        from shunter.flows.validation.own_files import broken_in

        return broken_in(context, [site]).get(site, error.findings), False
