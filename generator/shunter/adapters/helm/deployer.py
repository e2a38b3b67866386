"""Releases put into a cluster by a `helm` binary: values through a pipe, and ended in order on a Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from shunter.adapters.helm.engine import GARBAGE
from shunter.adapters.system import process
from shunter.core.charts.packed import PackedChart
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

OLDEST: Final = (3, 14)
"""Older ones lack `--dry-run=server` or `--labels`."""
NEWEST_MAJOR: Final = 4
_TAKING: Final = (3, 17)
"""Older ones lack `--take-ownership`."""
_TO_END: Final = 120.0
"""Seconds that helm gets to put its release in order after it was told to end."""
_PACE: Final = {"HELM_QPS": "50", "HELM_BURST_LIMIT": "300"}
"""Requests a second, and at once: those of kubectl. Helm has five a second, and they are used up by its wait, which
asks for all ReplicaSets and pods at each change of a Deployment: 20 apps that are ready in 8 s are waited for 53 s."""
_UNSET: Final = ("KUBECONTEXT", "KUBETOKEN", "KUBEAPISERVER", "KUBEASUSER", "KUBEASGROUPS", "KUBECAFILE", "NAMESPACE")
_ENVIRONMENT: Final = {**{f"HELM_{name}": "" for name in _UNSET}, "HELM_DRIVER": "secret"}
_HINT: Final = "install Helm 3.14 or newer, or Helm 4: put it on PATH, or name it with --helm PATH"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """One release to be: what of it, where, and how. `chart` is the archive on disk, `timeout` is as Helm writes it.

    Helm need not ask schemas that accept the values, nor whether the server validates fields where it is known to.
    """

    release: str
    namespace: str
    context: str
    chart: Path
    values: Mapping[str, Any]
    timeout: str = "10m"
    force_conflicts: bool = False
    skip_definitions: bool = False
    skip_schemas: bool = False
    skip_support: bool = False
    take_ownership: bool = False
    labels: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """How helm ended: empty `error` for success, else what it said, the last line first."""

    error: str = ""
    notes: tuple[str, ...] = ()


class Work:
    """A helm at work, that several may be beside each other: a thread gives it its `stdin`, and hears what it says."""

    def __init__(self, child: subprocess.Popen[bytes], stdin: bytes) -> None:
        self._child, self._stdin, self._said = child, stdin, b""
        self._over = Event()  # a join of the thread that a Ctrl-C interrupts takes it for ended
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            _, self._said = self._child.communicate(self._stdin)
        finally:
            self._over.set()

    def done(self) -> Done:
        """How it ended."""
        self._over.wait()
        if self._child.returncode == 0:
            return Done()
        lines = _lines(self._said.decode("utf-8", "replace"))
        lines = lines or [f"helm ended with exit status {self._child.returncode}"]
        return Done(lines[0], tuple(lines[1:]))

    def end(self) -> bool:
        """Let helm put its release in order; who asks once more gets it killed. Whether it was at work still."""
        if self._over.is_set():
            return False
        self._child.send_signal(signal.SIGTERM)
        try:
            self._over.wait(_TO_END)
        finally:
            if not self._over.is_set():
                self._child.kill()
                self._over.wait()
        return True


@dataclass(frozen=True, slots=True)
class HelmBinary:
    """A helm that was asked for its version: `major` 3 or 4. `kubeconfig` is a file for it, instead of what the
    variables name.
    """

    path: str
    version: str
    major: int
    kubeconfig: str = ""

    @property
    def may_take(self) -> bool:
        """Whether it can take objects that another release has."""
        found = re.match(r"v?(\d+)\.(\d+)", self.version)
        return found is not None and (int(found[1]), int(found[2])) >= _TAKING

    def planned(self, asked: Upgrade) -> Mapping[str, Any]:
        """The release that an upgrade would make, rendered with the server's answers: `manifest`, `hooks`, `version`.

        Nothing is changed. Raises ShunterError with what Helm says.
        """
        command = [*self._command(asked), "--dry-run=server", "--output", "json"]
        done = process.run(command, asked.chart.parent, json.dumps(asked.values).encode(), self._environment)
        if done.returncode:
            raise failed(done.stderr.decode("utf-8", "replace"))
        try:
            return dict(json.loads(done.stdout[done.stdout.index(b"{") :]))
        except ValueError as error:
            raise ShunterError(f"{self.path} prints no release for --dry-run=server", hint=_HINT) from error

    def rendered(self, asked: Upgrade) -> str:
        """What `helm template` prints of it with the cluster's answers. Raises ShunterError with what Helm says."""
        command = [self.path, "template", asked.release, str(asked.chart), *_where(asked.namespace, asked.context)]
        command += ["--dry-run=server", "--is-upgrade", "--values", "-"]  # is-upgrade: what is there belongs to others
        done = process.run(command, asked.chart.parent, json.dumps(asked.values).encode(), self._environment)
        if done.returncode:
            raise failed(done.stderr.decode("utf-8", "replace"))
        return done.stdout.decode("utf-8", "replace")

    def begin(self, asked: Upgrade) -> Work:
        """Begin to install or upgrade, and to wait until it is ready."""
        command = [*self._command(asked), "--timeout", asked.timeout, "--wait"]
        return self._begin(command, json.dumps(asked.values).encode())

    def rollback(
        self, release: str, namespace: str, context: str, revision: int, *, timeout: str, force_conflicts: bool
    ) -> Done:
        """Back to a revision, and wait until it is ready."""
        where = _where(namespace, context)
        how = ["--timeout", timeout, "--wait", *(["--force-conflicts"] if force_conflicts else [])]
        return self._run([self.path, "rollback", release, str(revision), *where, *how])

    def uninstall(self, release: str, namespace: str, context: str, *, timeout: str) -> Done:
        """Take a release away, and wait until its objects are gone."""
        return self._run([self.path, "uninstall", release, *_where(namespace, context), "--timeout", timeout, "--wait"])

    def _command(self, asked: Upgrade) -> list[str]:
        where = _where(asked.namespace, asked.context)
        labels = ",".join(f"{key}={value}" for key, value in (asked.labels or {}).items())
        how = ["--skip-crds"] if asked.skip_definitions else []  # else helm asks for the right to make them
        how += ["--skip-schema-validation"] if asked.skip_schemas else []
        # With it helm validates nothing itself where the server can: it reads all that the server can, to see that.
        how += ["--disable-openapi-validation"] if asked.skip_support else []
        how += ["--labels", labels] if labels else []
        how += ["--take-ownership"] if asked.take_ownership and self.may_take else []
        how += ["--force-conflicts"] if asked.force_conflicts and self.major >= 4 else []
        how += ["--reset-values", "--values", "-"]  # else Helm takes the release's own where ours are empty
        return [self.path, "upgrade", "--install", asked.release, str(asked.chart), *where, *how]

    def _run(self, command: Sequence[str]) -> Done:
        """Run helm to its end; a KeyboardInterrupt ends it in order, and goes on."""
        work = self._begin(command)
        try:
            return work.done()
        finally:
            work.end()

    def _begin(self, command: Sequence[str], stdin: bytes = b"") -> Work:
        extra = self._environment | {name: os.environ.get(name, value) for name, value in (GARBAGE | _PACE).items()}
        return Work(process.start(command, Path.cwd(), extra, subprocess.PIPE), stdin)

    @property
    def _environment(self) -> dict[str, str]:
        return {**_ENVIRONMENT, **({"KUBECONFIG": self.kubeconfig} if self.kubeconfig else {})}


def _where(namespace: str, context: str) -> list[str]:
    return ["--namespace", namespace, *(["--kube-context", context] if context else [])]


def helm_binary(path: str = "", *, wanted: str = "") -> HelmBinary:
    """The helm at this path, or on PATH; of the major version that is wanted ("3", "4"), where one is.

    Raises ShunterError where it is none, or too old, or another one.
    """
    found = _asked(path or "helm", os.environ.get("PATH", ""))
    if wanted and wanted != str(found.major):
        raise ShunterError(
            f"the environment is for Helm {wanted}, and `{found.path}` is {found.version}",
            hint=f'--helm PATH of a Helm {wanted}, or `helm: "{found.major}"` for the environment in shunter.yaml',
        )
    return found


@lru_cache(maxsize=8)
def _asked(name: str, _path: str) -> HelmBinary:
    """The helm of this name on this PATH, asked once a run, however many environments there are."""
    done = process.run([name, "version", "--template", "{{.Version}}"], Path.cwd(), seconds=60)
    found = re.fullmatch(r"v?(\d+)\.(\d+)(\.\S+)?", done.text)
    if done.returncode or found is None:
        raise ShunterError(f"`{name}` is no helm: {done.complaint if done.returncode else done.text}", hint=_HINT)
    number = int(found[1]), int(found[2])
    if not OLDEST <= number < (NEWEST_MAJOR + 1, 0):
        raise ShunterError(f"`{name}` is Helm {done.text}, which cannot deploy for shunter", hint=_HINT)
    return HelmBinary(name, done.text, number[0])


@contextmanager
def on_disk(chart: PackedChart) -> Iterator[Path]:
    """The chart's archive as a file, for as long as this lasts."""
    chart.require_complete()
    with tempfile.TemporaryDirectory(prefix="shunter-") as box:
        file = Path(box) / "chart.tgz"
        file.write_bytes(chart.archive)
        yield file


def failed(text: str) -> ShunterError:
    """The error of a helm that failed with this on its standard error."""
    lines = _lines(text) or ["it did not say why"]
    return ShunterError(f"Helm: {lines[0]}", notes=tuple(f"helm: {line}" for line in lines[1:]))


def _lines(text: str) -> list[str]:
    """What helm complained of: the error, and what belongs to it; where there is none, all that it said."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    errors = [number for number, line in enumerate(lines) if line.startswith("Error: ")]
    if not errors:
        return lines
    first = errors[-1]
    return [lines[first].removeprefix("Error: "), *lines[first + 1 :]]
