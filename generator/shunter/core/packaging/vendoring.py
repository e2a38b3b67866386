"""`charts/` of an environment: the pinned charts' copies, and the proof that they are what was pinned.

Helm never checks the digest of a vendored chart, and renders nothing, silently, where one is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from shunter.core.charts import versions
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Pin
from shunter.core.packaging.publish import compiled_library
from shunter.core.packaging.record import TrainRecord
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Finding, Kind, Span

FOLDER = "charts"
Files = dict[str, FileState]
Charts = Mapping[tuple[str, str], PackedChart]
"""Charts by name and version."""


def folders(pins: Sequence[Pin]) -> dict[tuple[str, str], str]:
    """The folder below `charts/` for each name and version: the chart's name for the first, else name-version.

    Helm takes any folder's name; only `dependency build` wants the chart's.
    """
    found: dict[tuple[str, str], str] = {}
    for pin in pins:
        taken = pin.name in found.values()
        found.setdefault((pin.name, pin.version), f"{pin.name}-{pin.version}" if taken else pin.name)
    return found


def vendor_unpacked(pins: Sequence[Pin], charts: Charts) -> Files:
    """`charts/<folder>/…` for every pin, paths relative to the environment's folder."""
    files: Files = {}
    for key, folder in folders(pins).items():
        chart = _given(charts, key)
        files |= {f"{FOLDER}/{folder}/{path}": state for path, state in chart.files.items()}
    return files


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
    others = ", ".join(list(known)[:5])
    hint = f"it has {others}" if others else "`shunter package` puts the workspace's charts there"
    return ShunterError(f"chart {name} {version} is not in the registry", hint=hint)


def verify_vendored(chart: PackedChart, record: TrainRecord, folder: str = "") -> tuple[Finding, ...]:
    """Compare `charts/` of an environment with its record.

    `chart` is the environment's, `folder` its path for findings. Findings: `digest-mismatch`,
    `chart-not-pinned` (Helm renders whatever lies in `charts/`), `library-too-old`. A pinned chart that is absent
    raises ShunterError.
    """
    pins = {(pin.name, pin.version): pin for pin in (record.library, *record.cars.values())}
    copies = sorted(chart.subcharts.items())
    present = {copy.key for _, copy in copies}
    for name, version in pins:
        if (name, version) not in present:
            raise ShunterError(
                f"chart {name} {version} is pinned, but {_join(folder, FOLDER)} does not hold it",
                hint="run `shunter lock`: Helm would leave the chart out and say nothing",
            )
    findings = [_compare(pins.get(copy.key), copy, _join(folder, path)) for path, copy in copies]
    too_old = [_library(record.library, copy.name, copy, _join(folder, path)) for path, copy in copies]
    return tuple(finding for finding in (*findings, *too_old) if finding is not None)


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


def _library(library: Pin, name: str, car: PackedChart, path: str) -> Finding | None:
    built = _built_with(car, library.name)
    at_hand = versions.parse(library.version)
    if built is None or at_hand is None or built <= at_hand:
        return None
    return Finding(
        "library-too-old",
        f"{name} {car.version} was built with {library.name} {built.text}, but {library.version} is pinned",
        Span(path),
        Kind.LINT,
        hint=f"pin {library.name} {built.text} or newer: its copy renders every app",
    )


def _built_with(car: PackedChart, library: str) -> versions.Version | None:
    """The version of the library that is compiled into a car, or that it carries in its own `charts/`."""
    found = [chart.version for chart in car.subcharts.values() if chart.name == library]
    name, version = compiled_library(car.metadata)
    found += [version] if name == library else []
    return max((known for text in found if (known := versions.parse(text))), default=None)


def check_library(library: Pin, cars: Mapping[str, PackedChart]) -> tuple[Finding, ...]:
    """`library-too-old` findings for charts by alias, before they are vendored."""
    found = [_library(library, alias, car, f"{FOLDER}/{alias}") for alias, car in sorted(cars.items())]
    return tuple(finding for finding in found if finding is not None)


def _join(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path
