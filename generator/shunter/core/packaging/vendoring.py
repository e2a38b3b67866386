"""`charts/` of an environment: the pinned charts' copies, and the proof that they are what was pinned.

Helm never checks the digest of a vendored chart, and renders nothing, silently, where one is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Pin
from shunter.core.goyaml import plain
from shunter.core.packaging.publish import compiled_library, library_folders
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, SubTree, Tree
from shunter.model.findings import Finding, Kind, Span

FOLDER = "charts"
CARRIER_VERSION = "0.0.0"
_RESTORE = "restore the record from git, or `shunter lock {} --follow record` takes what the archives say"
_COMMENT = "By shunter: what the charts here were published with, each library once; their archives hold it themselves."
Files = dict[str, FileState]
Charts = Mapping[tuple[str, str], PackedChart]
"""Charts by name and version."""


def folders(pins: Sequence[Pin]) -> dict[tuple[str, str], str]:
    """The folder below `charts/` for each name and version: the chart's name for the first, else name-version.

    Helm takes any folder's name; only `dependency build` wants the chart's.
    """
    found: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    for pin in pins:
        if (pin.name, pin.version) not in found:
            folder = f"{pin.name}-{pin.version}" if pin.name in taken else pin.name
            found[pin.name, pin.version] = folder
            taken.add(folder)
    return found


def vendor_unpacked(pins: Sequence[Pin], charts: Charts) -> Files:
    """`charts/<folder>/…` for every pin, paths relative to the environment's folder."""
    files: Files = {}
    for key, folder in folders(pins).items():
        chart = _given(charts, key)
        files |= {f"{FOLDER}/{folder}/{path}": state for path, state in chart.files.items()}
    return files


def vendor_with_carrier(pins: Sequence[Pin], charts: Charts, library: str) -> Files:
    """`vendor_unpacked`, with what the charts hold of `library` in one chart of that name, each file once.

    Helm parses every file of every chart. The carrier's version is constant, so that Chart.lock is too.
    """
    shared = _apart([_given(charts, key) for key in folders(pins)], library)
    found = {
        path: state
        for path, state in vendor_unpacked(pins, charts).items()
        if shared.get(path.split("/", 2)[2]) != state
    }
    return found | {f"{FOLDER}/{library}/{path}": state for path, state in _carrier(library, shared).items()}


def _apart(charts: Iterable[PackedChart], library: str) -> Files:
    """What `charts` hold of their copies of `library`, at its path in each; of two that differ, the first."""
    shared: Files = {}
    for chart in charts:
        if compiled_library(chart.metadata)[0] == library:
            inside = library_folders(chart.metadata)
            found = {path: state for path, state in chart.files.items() if inside and path.startswith(inside)}
            shared = {**found, **shared}
    return shared


def _carrier(library: str, shared: Files) -> Files:
    """The files of the chart that carries these of `library`, sorted."""
    value = {"apiVersion": "v2", "name": library, "type": "library", "version": CARRIER_VERSION}
    return dict(sorted({**shared, "Chart.yaml": FileState(plain.dump(value, _COMMENT))}.items()))


def vendor_archives(pins: Sequence[Pin], charts: Charts) -> Files:
    """`charts/<name>-<version>.tgz` for every pin, as `helm dependency build` leaves them."""
    keys = dict.fromkeys((pin.name, pin.version) for pin in pins)
    return {f"{FOLDER}/{'-'.join(key)}.tgz": FileState(_given(charts, key).archive) for key in keys}


def _given(charts: Charts, key: tuple[str, str]) -> PackedChart:
    if key not in charts:
        raise absent_from_registry(*key)
    return charts[key]


def absent_from_registry(name: str, version: str, known: Iterable[str] = ()) -> ShunterError:
    """The error for a pinned chart that no registry has; `known` are the versions that it has."""
    known = list(known)
    if version in known:
        hint = "push the same archive again (shunter push), or ask who runs the registry"
        return ShunterError(f"chart {name} {version} is listed in the registry, and gone", hint=hint)
    others = ", ".join(known[:5])
    hint = f"it has {others}" if others else "`shunter package` puts the workspace's charts there"
    return ShunterError(f"chart {name} {version} is not in the registry", hint=hint)


def version_taken(chart: PackedChart, where: str, published: str, here: str) -> Finding:
    """The finding for a chart whose version is published already with other content; the digests are of the two."""
    return Finding(
        "version-taken",
        f"{chart.name} {chart.version} is in {where} already, with other content",
        Span(chart.label or "Chart.yaml"),
        Kind.LINT,
        notes=(f"published: {published}", f"here: {here}"),
        hint="raise `version` in its Chart.yaml, and package it: a published version never changes",
    )


def verify_vendored(chart: PackedChart, cars: Mapping[str, Pin], library: str, folder: str = "") -> tuple[Finding, ...]:
    """Compare `charts/` of an environment with its pins, each chart put together with its library.

    `chart` is the environment's, `cars` are its pins by alias, `library` is the name of the chart that carries
    libraries, `folder` the environment's path for findings. Findings: `digest-mismatch`, `chart-not-pinned` (Helm
    renders whatever lies in `charts/`). A pinned chart that is absent raises ShunterError, and so does its library.
    """
    pins = {(pin.name, pin.version): pin for pin in cars.values()}
    found = assembled(chart)
    copies = sorted(found.items())
    present = {copy.key for _, copy in copies}
    for name, version in pins:
        if (name, version) not in present:
            raise ShunterError(
                f"chart {name} {version} is pinned, but {_join(folder, FOLDER)} does not hold it",
                hint="run `shunter lock`: Helm would leave the chart out and say nothing",
            )
    carrier = (library, CARRIER_VERSION)
    findings = [_compare(pins.get(copy.key), copy, _join(folder, path)) for path, copy in copies if copy.key != carrier]
    unpacked = [copy for copy in found.values() if not copy.archive and copy.key != carrier]
    findings += [_compare_carrier(unpacked, copy, _join(folder, path)) for path, copy in copies if copy.key == carrier]
    return tuple(finding for finding in findings if finding is not None)


_ALWAYS: Final = "appVersion"
"""What records of every format say, where the chart does."""


def verify_implied(tree: Tree, cars: Mapping[str, Pin], record: str, environment: str = "ENV") -> tuple[Finding, ...]:
    """Compare what the record says of its cars with what the charts in `charts/` of `tree` say of themselves.

    appVersion, revision and library follow from a digest and are in no hash, so nothing else tells an edit. `record`
    is the record's path for findings, `record-mismatch`, and `environment` the name in their hints. Revision and
    library may be left out, as in a record of the first format; a chart that is not the pinned one is another finding
    (see `verify_vendored`).
    """
    places, found, hint = folders(tuple(cars.values())), [], _RESTORE.format(environment)
    for alias, pin in cars.items():
        copy = _copy(tree, pin, places[pin.name, pin.version])
        for what, says, is_so in _implied(pin, copy.stated) if copy else ():
            if says != is_so and (says or what == _ALWAYS):
                has = f"the {what} `{says}`" if says else f"no {what}"
                message = f"`{alias}` has {has}, and {pin.name} {pin.version} says `{is_so}` of itself"
                found.append(Finding("record-mismatch", message, Span(record), Kind.LINT, hint=hint))
    return tuple(found)


def _copy(tree: Tree, pin: Pin, folder: str) -> PackedChart | None:
    """What is vendored for a pin, unpacked or as an archive; None where something else lies there."""
    path, packed = f"{FOLDER}/{folder}", tree.get(f"{FOLDER}/{pin.name}-{pin.version}.tgz")
    if tree.get(f"{path}/Chart.yaml") is not None:
        found = PackedChart(path, SubTree(tree, path))
    elif packed is not None:
        found = PackedChart(path, archive=packed.data)
    else:
        return None
    return found if found.key == (pin.name, pin.version) else None


def _implied(pin: Pin, holds: Pin) -> tuple[tuple[str, str, str], ...]:
    return (
        ("appVersion", pin.app_version, holds.app_version),
        ("revision", pin.revision, holds.revision),
        ("library", pin.library, holds.library),
    )


def assembled(chart: PackedChart) -> dict[str, PackedChart]:
    """The charts in `charts/` of an environment, by their path there, each as it was published.

    What an unpacked one has in the chart that carries its library is put into it. Raises ShunterError where it is in
    neither.
    """
    carriers = {copy.name: copy for copy in chart.subcharts.values() if copy.version == CARRIER_VERSION}
    return {path: _whole(path, copy, carriers) for path, copy in chart.subcharts.items()}


def _whole(path: str, copy: PackedChart, carriers: Mapping[str, PackedChart]) -> PackedChart:
    library, _ = compiled_library(copy.metadata)
    inside = library_folders(copy.metadata)
    if copy.archive or not inside:
        return copy
    shared = carriers[library].files if library in carriers else {}
    files = {name: state for name, state in shared.items() if name.startswith(inside)} | dict(copy.files)
    if not any(name.startswith(inside) for name in files):
        raise ShunterError(
            f"{path} lies without {library}, with which it was published, in {FOLDER}/{library}",
            hint="run `shunter lock`: Helm would say that a template is missing",
        )
    return PackedChart.of_files(files, copy.label)


def _compare_carrier(unpacked: Iterable[PackedChart], carrier: PackedChart, path: str) -> Finding | None:
    if carrier.files == _carrier(carrier.name, _apart(unpacked, carrier.name)):
        return None
    return Finding(
        "digest-mismatch",
        f"{carrier.name} in charts/ holds something else than what the pinned charts were published with",
        Span(path),
        Kind.LINT,
        hint="run `shunter lock` to restore it: Helm loads whatever lies there",
    )


def _compare(pinned: Pin | None, found: PackedChart, path: str) -> Finding | None:
    if pinned is None:
        return Finding(
            "chart-not-pinned",
            f"{found.name} {found.version} lies in charts/ but is not pinned, and Helm renders it",
            Span(path),
            Kind.LINT,
            hint="delete it, or pin it; `shunter lock` only removes what it put there itself",
        )
    actual = found.content if pinned.content else found.digest
    if actual == (pinned.content or pinned.digest):
        return None
    return Finding(
        "digest-mismatch",
        f"{found.name} {found.version} is not the chart that was pinned",
        Span(path),
        Kind.LINT,
        notes=(f"pinned: {pinned.content or pinned.digest}", f"found: {actual}"),
        hint="run `shunter lock` to restore it; a change of a chart needs a version of its own",
    )


def _join(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path
