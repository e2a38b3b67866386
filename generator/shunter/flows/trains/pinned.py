"""The cars of a new train with their digests: of the archive, and of the manifest where a registry holds it."""

from __future__ import annotations

from collections.abc import Mapping

from shunter.adapters.helm.registry import Server
from shunter.adapters.system.threads import at_once
from shunter.core.charts.pins import Digests, Pin
from shunter.core.trains.model import Train
from shunter.flows.workspace.archives import Archives
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind, Span


@dataclass(frozen=True, slots=True)
class Pinned:
    """Cars by alias, each pinned; what speaks against them, and what is to be told."""

    cars: Mapping[str, Pin]
    findings: tuple[Finding, ...] = ()
    notices: tuple[str, ...] = ()


def pinned(archives: Archives, cars: Mapping[str, Pin], url: str = "") -> Pinned:
    """The cars with the digests of what is new; registries are asked about all of these at once.

    Where `url`, at which environments find charts, is another place for each of them, the pins say which one.
    One that cannot be reached stops nothing that the directory holds: the archive's digest pins the chart. Raises
    ShunterError for a chart that cannot be had.
    """
    cars = {alias: archives.placed(pin, url) for alias, pin in cars.items()}
    archives.gather(cars.values())
    new = {
        alias: replace(archives.pin(pin.name, pin.version), source=pin.source)
        for alias, pin in cars.items()
        if not pin.digest
    }
    findings, notices, absent = [], [], []
    for alias, found in zip(new, at_once(lambda pin: _digests(archives, pin), [*new.values()]), strict=True):
        pin = new[alias]
        if isinstance(found, ShunterError):
            notices.append(f"{found.message}: {pin.name} {pin.version} is pinned by its archive alone")
        elif found is None:
            absent.append(f"{pin.name} {pin.version}")
        elif found.archive and found.archive != pin.digest:
            findings.append(_rewritten(pin, found))
        else:
            new[alias] = replace(pin, manifest=found.manifest)
    if absent:
        notices.append(f"not in the registry yet, and pinned by the archive alone: {', '.join(absent)} (shunter push)")
    return Pinned({**cars, **new}, tuple(findings), tuple(notices))


def _digests(archives: Archives, pin: Pin) -> Digests | None:
    """What the registry has that others publish to as well: nothing is told of a folder that is served."""
    server: Server | None = archives.server_of(pin.name, pin.version)
    if pin.manifest or server is None or not server.shared:
        return pin.digests
    return server.digests(pin.name, pin.version)


def _rewritten(pin: Pin, found: Digests) -> Finding:
    return Finding(
        "version-rewritten",
        f"{pin.name} {pin.version} in the registry is another archive than the one in the directory",
        Span("shunter.yaml"),
        Kind.LINT,
        notes=(f"directory: {pin.digest}", f"registry: {found.archive}"),
        hint="publish it under a new version: what is in the registry stays",
    )


def same_cars(train: Train, other: Train) -> bool:
    """Whether two trains say the same, whenever they were cut, and whoever had pushed their charts by then."""
    return _bare(train) == _bare(other)


def _bare(train: Train) -> Train:
    return replace(train, cut="", cars={alias: replace(pin, manifest="") for alias, pin in train.cars.items()})
