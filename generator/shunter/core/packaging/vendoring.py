"""`charts/` of an environment: the pinned charts' copies, and the proof that they are what was pinned.

Helm never checks the digest of a vendored chart, and renders nothing, silently, where one is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from shunter.core.charts import archive, versions
from shunter.core.charts.pins import Pin
from shunter.core.packaging.publish import compiled_library
from shunter.core.packaging.record import TrainRecord
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, Tree
from shunter.model.findings import Finding, Kind, Span

FOLDER = "charts"
Files = dict[str, FileState]
_Chart = TypeVar("_Chart")


def folders(pins: Sequence[Pin]) -> dict[tuple[str, str], str]:
    """The folder below `charts/` for each name and version: the chart's name for the first, else name-version.

    Helm takes any folder's name; only `dependency build` wants the chart's.
    """
    found: dict[tuple[str, str], str] = {}
    for pin in pins:
        taken = pin.name in found.values()
        found.setdefault((pin.name, pin.version), f"{pin.name}-{pin.version}" if taken else pin.name)
    return found


def vendor_unpacked(pins: Sequence[Pin], unpacked: Mapping[tuple[str, str], Mapping[str, FileState]]) -> Files:
    """`charts/<folder>/…` for every pin, paths relative to the environment's folder."""
    files: Files = {}
    for key, folder in folders(pins).items():
        chart = _given(unpacked, key)
        files |= {f"{FOLDER}/{folder}/{path}": state for path, state in chart.items()}
    return files


def vendor_archives(pins: Sequence[Pin], archives: Mapping[tuple[str, str], bytes]) -> Files:
    """`charts/<name>-<version>.tgz` for every pin, as `helm dependency build` leaves them."""
    keys = dict.fromkeys((pin.name, pin.version) for pin in pins)
    return {f"{FOLDER}/{'-'.join(key)}.tgz": FileState(_given(archives, key)) for key in keys}


def _given(charts: Mapping[tuple[str, str], _Chart], key: tuple[str, str]) -> _Chart:
    if key not in charts:
        raise absent_from_registry(*key)
    return charts[key]


def absent_from_registry(name: str, version: str, known: Iterable[str] = ()) -> ShunterError:
    """The error for a pinned chart that no registry has; `known` are the versions that it has."""
    others = ", ".join(list(known)[:5])
    hint = f"it has {others}" if others else "`shunter package` puts the workspace's charts there"
    return ShunterError(f"chart {name} {version} is not in the registry", hint=hint)


def verify_vendored(tree: Tree, record: TrainRecord, folder: str = "") -> tuple[Finding, ...]:
    """Compare `charts/` of an environment with its record.

    `tree` is the environment's folder, `folder` its path for findings. Findings: `digest-mismatch`,
    `chart-not-pinned` (Helm renders whatever lies in `charts/`), `library-too-old`. A pinned chart that is absent
    raises ShunterError.
    """
    pins = {(pin.name, pin.version): pin for pin in (record.library, *record.cars.values())}
    copies = list(_copies(tree))
    present = {(pin.name, pin.version) for _, pin, _ in copies}
    for name, version in pins:
        if (name, version) not in present:
            raise ShunterError(
                f"chart {name} {version} is pinned, but {_join(folder, FOLDER)} does not hold it",
                hint="run `shunter lock`: Helm would leave the chart out and say nothing",
            )
    findings = [_compare(pins.get((pin.name, pin.version)), pin, _join(folder, path)) for path, pin, _ in copies]
    too_old = [_library(record.library, pin, built, _join(folder, path)) for path, pin, built in copies]
    return tuple(finding for finding in (*findings, *too_old) if finding is not None)


def _copies(tree: Tree) -> Iterable[tuple[str, Pin, Files]]:
    """Every chart in `charts/` as Helm sees it: its path, what it is, and its files."""
    states = ((path, tree.get(path)) for path in tree.paths(FOLDER))
    charts = archive.subcharts({path: state for path, state in states if state is not None})
    for path, files in sorted(charts.items()):
        packed = tree.get(path)
        yield path, archive.pin_from_files(files, digest_of=packed.data if packed else b""), files


def _compare(pinned: Pin | None, found: Pin, path: str) -> Finding | None:
    if pinned is None:
        return Finding(
            "chart-not-pinned",
            f"{found.name} {found.version} lies in charts/ but is not pinned, and Helm renders it",
            Span(path),
            Kind.LINT,
            hint="run `shunter lock` to remove it, or pin it",
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


def _library(library: Pin, car: Pin, files: Mapping[str, FileState], path: str) -> Finding | None:
    built = _built_with(files, library.name)
    at_hand = versions.parse(library.version)
    if built is None or at_hand is None or built <= at_hand:
        return None
    return Finding(
        "library-too-old",
        f"{car.name} {car.version} was built with {library.name} {built.text}, but {library.version} is pinned",
        Span(path),
        Kind.LINT,
        hint=f"pin {library.name} {built.text} or newer: its copy renders every app",
    )


def _built_with(files: Mapping[str, FileState], library: str) -> versions.Version | None:
    """The version of the library that is compiled into a car, or that it carries in its own `charts/`."""
    inside = map(archive.chart_metadata, archive.subcharts(files).values())
    found = [str(chart.get("version")) for chart in inside if chart.get("name") == library]
    name, version = compiled_library(archive.chart_metadata(files))
    found += [version] if name == library else []
    return max((known for text in found if (known := versions.parse(text))), default=None)


def check_library(library: Pin, cars: Mapping[str, Mapping[str, FileState]]) -> tuple[Finding, ...]:
    """`library-too-old` findings for unpacked charts by alias, before they are vendored."""
    found = []
    for alias, files in sorted(cars.items()):
        pin = replace(archive.pin_from_files(files), name=alias)
        found.append(_library(library, pin, files, f"{FOLDER}/{alias}"))
    return tuple(finding for finding in found if finding is not None)


def _join(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path
