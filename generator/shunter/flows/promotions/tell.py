"""Where a service's commit runs, told to its forge: a status of the commit that its chart was made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shunter.adapters.forge.changes import SUCCESS, set_status
from shunter.adapters.forge.changes import Status as CommitStatus
from shunter.adapters.forge.clients import Logins
from shunter.adapters.forge.place import place_of
from shunter.adapters.system.regular import is_checkout
from shunter.core.packaging.publish import origin_of
from shunter.core.trains.entry import Entry
from shunter.core.trains.state import Car, State
from shunter.flows.promotions.derived import derived
from shunter.flows.promotions.forge import logins as logins_of
from shunter.flows.workspace.archives import Archives, open_archives
from shunter.flows.workspace.clock import generated_before
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import files_of
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status

_DAY: Final = 24 * 60 * 60


def tell(context: Context) -> Report:
    """Tell of each car that the newest entry of an environment brought, or one of the last day, that it is there, and
    since when.

    What the remotes have counts: what a run has pushed by `--push` is told at once, whatever is checked out. What was
    told already is not told again. A chart that does not say what it was made of, and a forge where nobody is logged
    in, are left out, and named; one that refuses is a failure, and stops no other. Raises ShunterError where a remote
    does not answer.
    """
    context.require_workspace()
    with derived(context) as there:
        return _tell(there.context, logins_of(context))


def _tell(context: Context, logins: Logins) -> Report:
    archives = open_archives(context)
    outcomes, notices = [], []
    for site in context.sites("environment", missing_ok=True):
        files = files_of(context, site) if is_checkout(site.root) else None
        record = files.record if files else None
        if files is None or record is None or record.entry not in files.entries:
            continue
        for alias, entry in _brought(files.entries, record).items():
            car = record.cars[alias]
            said = f"in {site.name} since {entry.why.at[:10]}: {alias} {car.pin.version}"
            found = _told(archives, logins, site.name, car, said)
            if isinstance(found, str):
                notices.append(f"{site.name}: {alias}: {found}")
            else:
                outcomes.append(found)
    return Report(outcomes=tuple(outcomes), notices=tuple(notices) if outcomes or notices else ("nothing to tell",))


def _brought(entries: Mapping[str, Entry], record: State) -> dict[str, Entry]:
    """The entry that brought each car that is still there, of the newest one and those of the last day.

    A run may come after several of them; what is older was told by runs before.
    """
    newest = entries[record.entry]
    since = generated_before(_DAY)
    found: dict[str, Entry | None] = {}
    for entry in (newest, *(entries[name] for name in sorted(entries, reverse=True) if entries[name].why.at >= since)):
        for alias, (_, now) in entry.changed.items():
            car = record.cars.get(alias)
            found.setdefault(alias, entry if car and now == car.brief() else None)
    return {alias: entry for alias, entry in found.items() if entry}


def _told(archives: Archives, logins: Logins, environment: str, car: Car, said: str) -> Outcome | str:
    archives.expect([car.pin])
    origin = origin_of(archives.fetch(car.pin.name, car.pin.version).metadata)
    place = place_of(origin.source) if origin.source else None
    if place is None or not origin.revision:
        return f"{car.pin.name} {car.pin.version} does not say of which commit on a forge it was made"
    login = logins.at(place)
    if login.client is None:
        return login.problem or login.note or f"nobody is logged in at {place.server}"
    try:
        new = set_status(login.client, origin.revision, CommitStatus(SUCCESS, f"shunter/{environment}", said))
    except ShunterError as error:
        return Outcome(environment, Status.FAILED, f"{said}: {error.message}")
    done, where = (Status.DONE, "told to") if new else (Status.NOOP, "which is known of")
    return Outcome(environment, done, f"{said}, {where} {origin.revision[:12]} of {place.path}")
