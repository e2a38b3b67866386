"""Helm, behind one small port: the embedded SDK in this process, or the user's own binary."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol

from shunter.adapters.system import process
from shunter.core.charts.packed import PackedChart
from shunter.core.kube import order
from shunter.model.data import dataclass, replace
from shunter.model.errors import ShunterError
from shunter.model.findings import Severity

_EXTRA = "pip install 'shunter[helm]'"
_SEVERITIES = {1: Severity.NOTE, 2: Severity.WARNING, 3: Severity.ERROR}
_LABELS = {"INFO": Severity.NOTE, "WARNING": Severity.WARNING, "ERROR": Severity.ERROR}
_LINT_LINE = re.compile(r"\[(INFO|WARNING|ERROR)\] ([^:]*): (.*)|Error (.*)")
_CALLING = re.compile(r"error calling \w+: |execution error at \([^)]*\): ")
_LOG_LINE = re.compile(rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d |time=\S+ level=")
_STDERR = 2
GARBAGE: Final = {"GOGC": "400", "GOMEMLIMIT": "512MiB"}
"""How much garbage Helm may make before it collects it, in percent of what it needs, and where that ends. Go's 100
takes a seventh of a render's processor time and a quarter of an upgrade's, and saves some twenty MB."""
_LOADING = Lock()
_FROM_STDIN = ["--values", "-"]
"""Values may hold what was encrypted a moment ago, and are written into no file."""
_SMALL = 8 * 1024
_MEMORY = "/dev/shm"  # noqa: S108 - `tempfile` makes a folder there that nobody else may enter
_IN_MEMORY = 1024 * 1024
_SCHEMA = "values don't meet the specifications of the schema(s)"


@dataclass(frozen=True, slots=True)
class LintMessage:
    """One remark of `helm lint`."""

    severity: Severity
    path: str
    text: str


class Engine(Hashable, Protocol):
    """What shunter asks of Helm. Errors of Helm come as ShunterError, the cause in the message."""

    def render(
        self,
        chart: PackedChart,
        values: Mapping[str, Any],
        *,
        release: str,
        namespace: str,
        kube_version: str | None = None,
    ) -> str:
        """What `helm template` prints: all objects in order of installation, then the hooks; empty if there are none.

        `values` is what `-f` files and `--set` come to. `kube_version` is the Kubernetes release to render for.
        """

    def lint(
        self, chart: Path | PackedChart, values: Mapping[str, Any] | None = None, *, namespace: str = "default"
    ) -> tuple[LintMessage, ...]:
        """What `helm lint` says of a chart's folder, or of the files of another one, with Helm's own severities."""

    def version(self) -> str:
        """Helm's version, such as `v4.2.3`."""


class EmbeddedEngine:
    """The Helm SDK in this process. Every call loads its own chart, since two threads must not share one."""

    def render(
        self,
        chart: PackedChart,
        values: Mapping[str, Any],
        *,
        release: str,
        namespace: str,
        kube_version: str | None = None,
    ) -> str:
        """See `Engine.render`."""
        if kube_version is not None:
            raise ShunterError(
                f"the embedded Helm cannot render for Kubernetes {kube_version}",
                hint="leave the Kubernetes version out, or ask for your own helm binary",
            )
        helm = _sdk()
        chart.require_complete()
        with _as_shunter_error(helm), _LOG, helm.Chart.load_archive(chart.archive) as loaded:
            rendered = loaded.render(dict(values), name=release, namespace=namespace)
        return order.stream(rendered, _read)

    def lint(
        self, chart: Path | PackedChart, values: Mapping[str, Any] | None = None, *, namespace: str = "default"
    ) -> tuple[LintMessage, ...]:
        """See `Engine.lint`."""
        helm = _sdk()
        with _on_disk(chart) as path, _as_shunter_error(helm), _LOG:
            report = helm.lint(str(path), dict(values or {}), namespace=namespace)
        found = [
            LintMessage(_SEVERITIES.get(item["severity"], Severity.NOTE), item["path"], item["error"])
            for item in report["messages"]
        ]
        said = {item.text for item in found}
        found += [LintMessage(Severity.ERROR, "", text) for text in report["errors"] if not _repeated(text, said)]
        return tuple(found)

    def version(self) -> str:
        """See `Engine.version`."""
        found: str = _sdk().helm_sdk_version()
        return "v" + found.removeprefix("v")


@dataclass(frozen=True)
class BinaryEngine:
    """The user's own helm, by name or path."""

    path: str = "helm"

    def render(
        self,
        chart: PackedChart,
        values: Mapping[str, Any],
        *,
        release: str,
        namespace: str,
        kube_version: str | None = None,
    ) -> str:
        """See `Engine.render`."""
        chart.require_complete()
        version = ["--kube-version", kube_version] if kube_version else []
        with tempfile.TemporaryDirectory(prefix="shunter-") as box:
            file = Path(box) / "chart.tgz"
            file.write_bytes(chart.archive)
            where = ["--namespace", namespace, *_FROM_STDIN]
            done = self._run(["template", release, str(file), *where, *version], file.parent, values)
        if done.returncode:
            raise _error(done.stderr.decode("utf-8", "replace"))
        return done.stdout.decode("utf-8").lstrip("\n")

    def lint(
        self, chart: Path | PackedChart, values: Mapping[str, Any] | None = None, *, namespace: str = "default"
    ) -> tuple[LintMessage, ...]:
        """See `Engine.lint`."""
        with _on_disk(chart) as path:
            where = ["--namespace", namespace, *_FROM_STDIN]
            done = self._run(["lint", str(path), *where], path.parent, values or {})
        found = _lint_messages(done.stdout.decode("utf-8", "replace"))
        if done.returncode and not any(item.severity is not Severity.NOTE for item in found):
            raise _error(done.stderr.decode("utf-8", "replace"))
        return tuple(found)

    def version(self) -> str:
        """See `Engine.version`."""
        return self._run(["version", "--template", "{{.Version}}"], Path.cwd(), {}).text

    def _run(self, arguments: list[str], cwd: Path, values: Mapping[str, Any]) -> process.Completed:
        return process.run([self.path, *arguments], cwd, json.dumps(values).encode())


def engine(prefer: str = "embedded") -> Engine:
    """The engine to use: `embedded`, `binary` (helm on PATH), or the path of a helm binary.

    Raises ShunterError where it is not installed.
    """
    if prefer in ("", "embedded"):
        _sdk()
        return EmbeddedEngine()
    chosen = BinaryEngine("helm" if prefer == "binary" else prefer)
    chosen.version()
    return chosen


def is_embedded() -> bool:
    """Whether the embedded Helm is installed."""
    from importlib.util import find_spec

    return find_spec("helm_python") is not None


def _sdk() -> Any:
    try:
        if "helm_python" not in sys.modules:
            _load()
        import helm_python
    except ImportError as error:
        raise ShunterError("the embedded Helm is not installed", hint=_EXTRA) from error
    return helm_python


def _load() -> None:
    """Load Helm's SDK. Go reads the environment at that moment, so it is told `GARBAGE` then, and nobody else is."""
    with _LOADING:
        said = {name: value for name, value in GARBAGE.items() if name not in os.environ}
        os.environ.update(said)
        try:
            import helm_python

            helm_python.helm_c_version()  # it answers once Go has begun
        finally:
            for name in said:
                del os.environ[name]


@contextmanager
def _as_shunter_error(helm: Any) -> Iterator[None]:
    try:
        yield
    except helm.HelmError as error:
        raise _error(str(getattr(error, "detail", error))) from error


def _error(text: str) -> ShunterError:
    """Helm's message, the cause first: what a template called last, or the first line that says something."""
    lines = [line.rstrip() for line in text.removeprefix("Error: ").strip().splitlines() if line.strip()]
    if not lines:
        return ShunterError("Helm failed and did not say why", hint="run helm by hand with --debug")
    if _SCHEMA in text:
        start = next(number for number, line in enumerate(lines) if _SCHEMA in line)
        details = tuple(f"helm: {line}" for line in lines[start + 1 :])
        return ShunterError("the values do not fit the charts' schemas", hint="run `shunter validate`", notes=details)
    cause = _CALLING.split(lines[0])[-1]
    rest = lines[1:] if cause == lines[0] else lines
    return ShunterError(f"Helm: {cause}", notes=tuple(f"helm: {line}" for line in rest))


def _read(text: str, path: str) -> Mapping[str, Any]:
    helm = _sdk()
    try:
        return _read_once(text) if len(text) <= _SMALL else _read_by_helm(text)
    except helm.HelmError as error:
        reason = str(getattr(error, "detail", error))
        raise ShunterError(f"{path} renders broken YAML", notes=(f"helm: {reason}",)) from error


def _read_by_helm(text: str) -> Mapping[str, Any]:
    value: Mapping[str, Any] = _sdk().values_from_yaml(text)
    return value


_read_once = lru_cache(maxsize=1024)(_read_by_helm)
"""The environments of a workspace render the same document of an app, most often."""


def _lint_messages(printed: str) -> list[LintMessage]:
    """What `helm lint` printed: blocks of lines, in which one without a label goes on with the message above it."""
    found: list[LintMessage] = []
    for block in printed.split("\n\n"):
        inside = False
        for line in block.splitlines():
            if at := _LINT_LINE.match(line):
                found.append(LintMessage(_LABELS[at[1] or "ERROR"], at[2] or "", at[3] or at[4]))
                inside = True
            elif inside:
                found[-1] = replace(found[-1], text=f"{found[-1].text}\n{line}")
    return found


def _repeated(text: str, said: set[str]) -> bool:
    return any(text == other or other in text for other in said)


class _Log:
    """The process's standard error while Helm runs in it: its library logs there what `not-a-table` says in its place.

    Several threads may be inside: the first one turns it aside, the last one back. Anything but Helm's log lines is
    printed then. It is kept in memory, since Helm logs values.
    """

    def __init__(self) -> None:
        self.lock, self.inside, self.kept, self.aside = Lock(), 0, -1, -1

    def __enter__(self) -> None:
        with self.lock:
            self.inside += 1
            if self.inside == 1:
                sys.stderr.flush()
                self.aside = _in_memory()
                self.kept = os.dup(_STDERR)
                os.dup2(self.aside, _STDERR)

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.inside -= 1
            if self.inside:
                return
            sys.stderr.flush()
            os.dup2(self.kept, _STDERR)
            os.close(self.kept)
            with os.fdopen(self.aside, "r+b") as said:
                said.seek(0)
                rest = [line for line in said if not _LOG_LINE.match(line)]
            os.write(_STDERR, b"".join(rest))


def _in_memory() -> int:
    """A file in memory; where the system has none, what is written there is lost."""
    return os.memfd_create("helm") if sys.platform == "linux" else os.open(os.devnull, os.O_RDWR)


_LOG = _Log()


@contextmanager
def _on_disk(chart: Path | PackedChart) -> Iterator[Path]:
    """The chart's folder: Helm's lint would unpack an archive, file by file, and takes much longer for it."""
    if isinstance(chart, Path):
        yield chart
        return
    with tempfile.TemporaryDirectory(prefix="shunter-", dir=_quick(chart)) as box:
        made = {""}
        os.mkdir(f"{box}/chart")  # noqa: PTH102
        for path, state in chart.files.items():
            above = path.rpartition("/")[0]
            if above not in made:
                os.makedirs(f"{box}/chart/{above}", exist_ok=True)  # noqa: PTH103 - Paths take as long as Helm does
                made.add(above)
            with open(f"{box}/chart/{path}", "wb") as file:  # noqa: PTH123
                file.write(state.data)
        yield Path(box, "chart")


def _quick(chart: PackedChart) -> str | None:
    """Where a small chart is written into memory, where the system has such a place."""
    small = sum(len(state.data) for state in chart.files.values()) < _IN_MEMORY
    return _MEMORY if small and os.access(_MEMORY, os.W_OK | os.X_OK) else None
