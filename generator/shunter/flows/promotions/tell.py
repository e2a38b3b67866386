"""Where a service's commit runs, told to its forge: a status of the commit that its chart was made of."""

from __future__ import annotations

from shunter.adapters.forge.changes import SUCCESS, set_status
from shunter.adapters.forge.changes import Status as CommitStatus
from shunter.adapters.forge.clients import Logins
from shunter.adapters.forge.place import place_of
from shunter.adapters.system.regular import is_checkout
from shunter.core.packaging.publish import origin_of
from shunter.core.trains.state import Car
from shunter.flows.promotions.forge import logins as logins_of
from shunter.flows.workspace.archives import Archives, open_archives
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import files_of
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status


def tell(context: Context) -> Report:
    """Tell of each car that the newest entry of an environment brought that it is there, and since when.

    Told again it is the same. A chart that does not say what it was made of, and a forge where nobody is logged in, are
    left out, and named; one that refuses is a failure, and stops no other.
    """
    context.require_workspace()
    archives, logins = open_archives(context), logins_of(context)
    outcomes, notices = [], []
    for site in context.sites("environment", missing_ok=True):
        files = files_of(context, site) if is_checkout(site.root) else None
        record = files.record if files else None
        if files is None or record is None or record.entry not in files.entries:
            continue
        entry = files.entries[record.entry]
        for alias, (_, now) in entry.changed.items():
            car = record.cars.get(alias)
            if car is None or not now:
                continue
            said = f"in {site.name} since {entry.why.at[:10]}: {alias} {car.pin.version}"
            found = _told(archives, logins, site.name, car, said)
            if isinstance(found, str):
                notices.append(f"{site.name}: {alias}: {found}")
            else:
                outcomes.append(found)
    return Report(outcomes=tuple(outcomes), notices=tuple(notices) if outcomes or notices else ("nothing to tell",))


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
        set_status(login.client, origin.revision, CommitStatus(SUCCESS, f"shunter/{environment}", said))
    except ShunterError as error:
        return Outcome(environment, Status.FAILED, f"{said}: {error.message}")
    return Outcome(environment, Status.DONE, f"{said}, told to {origin.revision[:12]} of {place.path}")
