"""What the pull request of a promotion says: services that move, their commits, the gates, and what changes where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from shunter.adapters.git.repository import Repository
from shunter.adapters.system.regular import is_checkout
from shunter.core.trains.entry import Entry
from shunter.core.trains.order import Order, compare
from shunter.core.trains.plan import Move
from shunter.core.trains.rows import since
from shunter.core.trains.state import Car, car_of_brief
from shunter.flows.release.release import Release
from shunter.flows.trains.compare import objects_that_differ
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import ProjectFiles, files_of
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

_MOST_COMMITS: Final = 20
_MOST_OBJECTS: Final = 200
_MOST_TEXT: Final = 40_000
"""Characters of the difference: a forge takes 65,000 in all."""
_UNSAFE: Final = re.compile(r"[`|\r\n\0]")


@dataclass(frozen=True, slots=True)
class Brought:
    """What a promotion brings to an environment: its entry, and the release `before` it and `after`.

    `notices` are what the run told besides.
    """

    name: str
    entry: Entry
    before: Release
    after: Release
    notices: tuple[str, ...] = ()


def body_of(own: Context, there: Context, brought: Brought) -> str:
    """The text in Markdown. `own` is the workspace as it is checked out, with the commits of services; `there` is the
    one that the promotion was derived in.
    """
    moves = _moves(brought)
    parts = (
        _services(moves),
        _commits(own, moves),
        _gates(there, brought, moves),
        _objects(brought),
        ["", "_Derived by shunter from the newest commit of the base; `shunter promote --refresh` derives it again._"],
    )
    return "\n".join(line for part in parts for line in part).strip() + "\n"


def _moves(brought: Brought) -> list[Move]:
    """The cars that the entry changes; the records have what the entry leaves out of a pin."""
    was, now = (release.files.record for release in (brought.before, brought.after))
    allowed, found = brought.entry.why.allowed, []
    for alias, briefs in brought.entry.changed.items():
        sides = [
            (record.cars.get(alias) if record else None) or (car_of_brief(brief) if brief else None)
            for record, brief in zip((was, now), briefs, strict=True)
        ]
        old, new = (side if brief else None for side, brief in zip(sides, briefs, strict=True))
        order = compare(old.pin if old else None, new.pin if new else None)
        found.append(Move(alias, old, new, order, allowed.get(alias, "")))
    return found


def _services(moves: Iterable[Move]) -> Iterator[str]:
    yield from ("| service | runs | is to run | |", "|---|---|---|---|")
    for move in moves:
        sides = [_version(car) for car in (move.was, move.now)]
        word = "" if move.order is Order.UP else move.order.value
        said = f"{word}: {move.word}" if move.word else word
        yield f"| {_code(move.alias)} | {_code(sides[0])} | {_code(sides[1])} | {_plain(said)} |"


def _version(car: Car | None) -> str:
    if car is None:
        return "-"
    return f"{car.pin.version} ({car.pin.app_version})" if car.pin.app_version else car.pin.version


def _commits(own: Context, moves: Sequence[Move]) -> Iterator[str]:
    """The commits of each service between the two charts, as far as their repository is checked out."""
    sites = {site.name: site for site in own.sites("app", missing_ok=True) if is_checkout(site.root)}
    code = {site.name: site for site in own.sites("service", missing_ok=True)}
    lines: list[str] = []
    for move in moves:
        site, was, now = sites.get(move.alias), move.was, move.now
        if site is None or was is None or now is None or not (was.pin.revision and now.pin.revision):
            continue
        folders = [site.folder, *([code[move.alias].folder] if move.alias in code else [])]
        found = commits_between(Repository(site.root), was.pin.revision, now.pin.revision, folders)
        lines += [f"* {_code(move.alias)}", *(f"  * {_code(line)}" for line in found)] if found else []
    if lines:
        yield from ("", "### Commits", "", *lines)


def commits_between(repository: Repository, was: str, now: str, folders: Sequence[str]) -> list[str]:
    """Id and subject of the commits that lead from one to the other and touch these folders, newest first.

    Empty where the history is not here.
    """
    asked = (f"--max-count={_MOST_COMMITS + 1}", "--no-show-signature", "--format=%h %s", f"{was}..{now}", "--")
    done = repository.try_git("log", *asked, *folders)
    lines = done.text.splitlines() if not done.returncode else []
    return [*lines[:_MOST_COMMITS], *(["and more"] if len(lines) > _MOST_COMMITS else [])]


def _gates(there: Context, brought: Brought, moves: Iterable[Move]) -> Iterator[str]:
    """What every car has passed, and what was passed over."""
    yield from ("", "### Gates", "")
    why = brought.entry.why
    environment = there.require_workspace().environment(brought.name)
    names = environment.promotes_from if environment and why.verb == "promote" else ()
    sources = {name: files_of(there, there.site("environment", name)) for name in names}
    for move in moves:
        if move.now and why.verb == "promote":
            ran = [f"{_code(name)} since {at}" for name, files in sources.items() if (at := _since(files, move))]
            where = f"ran in {', '.join(ran)}" if ran else "" if sources else "comes from the start of its route"
            yield from [f"* {_code(move.alias)} {where}"] if where else []
    if why.verb == "rollback":
        yield f"* a rollback to {_code(why.to or why.train)}: what ran here before needs no gate"
    for name, text in (("passed over", ", ".join(why.forced)), ("why", why.text)):
        yield from [f"* {name}: {_code(text)}"] if text else []
    yield "* values fit the charts' schemas" + (
        f", with {brought.entry.why.evidence['warnings']} warnings" if "warnings" in why.evidence else ""
    )
    if why.evidence.get("images") == "not asked":
        yield "* nobody was asked whether the images exist"
    yield from (f"* {_plain(notice)}" for notice in brought.notices)


def _since(files: ProjectFiles, move: Move) -> str:
    return since(files.entries, move.alias, move.now.pin)[:10] if move.now else ""


def _objects(brought: Brought) -> Iterator[str]:
    """The rendered difference, object by object, as Helm makes it here."""
    yield from ("", "### Objects", "")
    sides = ((f"{brought.name} now", brought.before), (brought.name, brought.after))
    try:
        found = objects_that_differ(*sides)
    except ShunterError as error:
        yield f"Not rendered: {_plain(error.message)}"
        return
    if not found:
        yield "No object changes."
        return
    yield from ("| object | lines |", "|---|---|")
    for name, text in [*found.items()][:_MOST_OBJECTS]:
        lines = text.splitlines()[2:]
        added, gone = (sum(line.startswith(sign) for line in lines) for sign in "+-")
        yield f"| {_code(name)} | +{added} -{gone} |"
    if len(found) > _MOST_OBJECTS:
        yield f"| and {len(found) - _MOST_OBJECTS} more | |"
    yield from ("", "<details><summary>Difference</summary>", "", *_fenced("".join(found.values())), "", "</details>")


def _fenced(text: str) -> Iterator[str]:
    """A difference between fences that nothing in it ends."""
    whole = len(text) <= _MOST_TEXT
    shown = text if whole else text[:_MOST_TEXT].rpartition("\n")[0]
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    fence = max(fence, "```", key=len)
    yield from (f"{fence}diff", shown.rstrip("\n"), fence)
    if not whole:
        yield f"\nThe difference goes on: `shunter diff` shows all of its {len(text.splitlines())} lines."


def _code(text: str) -> str:
    """A text of a person's, which no forge reads as Markdown or as a name to tell."""
    return f"`{_UNSAFE.sub(' ', text)}`"


def _plain(text: str) -> str:
    return _UNSAFE.sub(" ", text).replace("<", "&lt;").replace("@", "@\u200b")
