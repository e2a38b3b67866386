"""Cells as repositories and images: what templates/cells.yaml lists, generated, built, and run as its chart says."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.charts.charts import app_answers, library_chart, objects, render, render_project, write
from helpers.tools import require
from helpers.workspaces.containers import base_image, containers, released
from helpers.workspaces.gitrepo import make_repo
from shunter.adapters.templates.history import template_files
from shunter.core.templates.engine import Engine
from shunter.model.files import EXECUTABLE, MemoryTree

ROOT = Path(__file__).parents[3]
CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "templates/contract.yaml").read_text("utf-8"))
LANGUAGES: dict[str, Any] = yaml.safe_load((ROOT / "templates/cells.yaml").read_text("utf-8"))["languages"]
NAME = "orders"
PLACE = f"services/{NAME}"
RUNTIME = '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n[engine]\nruntime = "runc"\n'


@dataclass(frozen=True)
class Cell:
    """One language for one archetype."""

    language: str
    archetype: str

    @property
    def id(self) -> str:
        """Its name among tests."""
        return f"{self.language}-{self.archetype}"

    @property
    def agreed(self) -> dict[str, Any]:
        """What the contract says of its archetype."""
        found: dict[str, Any] = CONTRACT["archetypes"][self.archetype]
        return found


CELLS = [
    Cell(language, archetype)
    for language, each in LANGUAGES.items()
    for archetype, folder in each["archetypes"].items()
    if folder != "plain"
]


def generated(cell: Cell, folder: Path, **more: Any) -> Path:
    """The service's code in `folder`; `more` are further answers."""
    answers = {"kind": "service", "name": NAME, "team": "alice", "port": CONTRACT["port"]}
    return _laid(answers | {"language": cell.language, "archetype": cell.archetype} | more, folder)


def _laid(answers: Mapping[str, Any], folder: Path) -> Path:
    engine = Engine(MemoryTree(template_files(ROOT)), "here", "v1")
    for path, state in engine.render(answers).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(state.data)
        target.chmod(0o755 if state.mode == EXECUTABLE else 0o644)
    return folder


_MACHINE = (
    "PATH",
    "GOPROXY",
    "GONOPROXY",
    "GOPRIVATE",
    "GOSUMDB",
    "GONOSUMDB",
    "PIP_",
    "UV_",
    "NPM_CONFIG_",
    "SSL_CERT_",
)
_MACHINE += ("NODE_EXTRA_CA_CERTS", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "GOMODCACHE", "GOCACHE")
"""What begins with one of these says where packages come from here, and whom to trust for that; what Go keeps saves minutes."""


def repository_of(cell: Cell, folder: Path) -> Path:
    """The repository of one service, committed, as `shunter add service` lays it out; its chart is left out."""
    generated(cell, folder / PLACE)
    service = {"kind": "service", "name": NAME, "path": PLACE, "archetype": cell.archetype, "language": cell.language}
    answers = {"kind": "repository", "workspace": "shop", "repository": NAME, "projects": [service], "ci": "none"}
    return make_repo(_laid(answers, folder), {})


def at_home(folder: Path) -> dict[str, str]:
    """The variables of somebody who has nothing yet but programs: a home that is empty at first, beside the folder."""
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name.upper().startswith(_MACHINE)}
    return kept | {"HOME": str(home), "GOFLAGS": "-v", **with_node()}  # else Go is silent about tests it skips


def made(folder: Path, *targets: str) -> str:
    """What `make` prints in a home of its own, which must succeed."""
    command = ["make", "-C", str(folder), *targets]
    done = subprocess.run(command, env=at_home(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    return done.stdout + done.stderr


@contextmanager
def kept_running(folder: Path, command: Sequence[str], port: int) -> Iterator[subprocess.Popen[str]]:
    """A command of a person at a terminal, who ends it by Ctrl-C; it must end by itself then."""
    environment = at_home(folder) | {"PORT": str(port), "HOST": "127.0.0.1"}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    )
    try:
        yield process
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=90)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def need_toolchain(language: str) -> None:
    """A skip where this machine lacks what a language's checks need; Python is what runs the tests."""
    if language == "typescript" and not os.environ.get("SHUNTER_TEST_NODE"):
        pytest.skip("no SHUNTER_TEST_NODE: .ci/npm-tool npm@VERSION prints it")
    if language == "go":
        require("go")


def with_node() -> dict[str, str]:
    """PATH with the Node of SHUNTER_TEST_NODE first: the machine's may be older than services want it."""
    node = os.environ.get("SHUNTER_TEST_NODE")
    return {"PATH": f"{node}/.bin:{os.environ['PATH']}"} if node else {}


def manifest(cell: Cell, port: int, folder: Path, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The pod of the main workload, as the app chart renders it for this port."""
    answers = app_answers(cell.archetype, NAME) | {"language": cell.language, "image_registry": "localhost/shop"}
    files = render_project("app", answers)
    files |= {f"charts/{answers['library']}/{path}": text for path, text in library_chart().items()}
    given = {"service": {"port": port}} if cell.agreed["serves"] else {}
    rendered = objects(render(write(files, folder), {**given, **(values or {})}))
    found = next(each for each in rendered if each["kind"] in ("Deployment", "CronJob"))
    spec = found["spec"]["jobTemplate"]["spec"] if found["kind"] == "CronJob" else found["spec"]
    pod: dict[str, Any] = spec["template"]["spec"]
    return pod


def prepares(pod: Mapping[str, Any]) -> dict[str, Any]:
    """A pod of what runs before the main container starts."""
    return {**pod, "containers": pod["initContainers"]}


@dataclass(frozen=True)
class Engineroom:
    """A store of images, and what runs there."""

    folder: Path
    base: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a build."""
        return os.environ | containers(self.folder, self.base)

    def build(self, source: Path, image: str) -> None:
        """An image from a service's Dockerfile, without a registry: from what stands in for the pinned image."""
        command = [require("buildah"), "bud", "--pull-never", "--quiet", "--build-arg", "VERSION=1.2.3"]
        name, _ = base_image((source / "Dockerfile").read_text("utf-8"))
        command += ["--build-arg", f"BASE={name}"]
        done = subprocess.run(
            [*command, "-t", image, str(source)], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]

    def podman(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command of podman, with runc: the engine's default needs another kernel than CI may have."""
        runtime = self.folder / "runtime.conf"
        runtime.write_text(RUNTIME, "utf-8")
        environment = self.environment | {"CONTAINERS_CONF": str(runtime)}
        return subprocess.run(
            [require("podman"), *arguments], env=environment, capture_output=True, text=True, check=False
        )

    def size(self, image: str) -> int:
        """Bytes of an image, uncompressed."""
        return int(json.loads(self.podman("image", "inspect", image).stdout)[0]["Size"])

    @contextmanager
    def running(
        self, pod: Mapping[str, Any], secrets: Mapping[str, str], *, host: str = "127.0.0.1"
    ) -> Iterator[Container]:
        """The pod's container as the manifest says, on this machine's network; it is gone afterwards.

        `secrets` are values of variables that come from Secrets.
        """
        [spec] = pod["containers"]
        done = self.podman("run", "--detach", "--network", "host", *_flags(pod, spec, {"HOST": host, **secrets}))
        assert done.returncode == 0, done.stderr
        container = Container(self, done.stdout.strip(), spec)
        try:
            yield container
        finally:
            self.podman("rm", "--force", "--time", "0", container.id)


@dataclass(frozen=True)
class Container:
    """A container that was started, and what the manifest says of it."""

    room: Engineroom
    id: str
    spec: Mapping[str, Any]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.spec["ports"][0]["containerPort"])

    def probe(self, name: str) -> tuple[int, str]:
        """The answer to a probe, as the kubelet asks; status 0 where nothing answers."""
        found = self.spec[name]["httpGet"]
        ports = {each["name"]: each["containerPort"] for each in self.spec["ports"]}
        return get(f"http://127.0.0.1:{ports[found['port']]}{found['path']}")

    def ready(self, seconds: float = 60) -> None:
        """Wait until it is ready; fail with its logs."""
        deadline = time.monotonic() + seconds
        while self.probe("readinessProbe")[0] != 200:
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.1)

    def logs(self) -> str:
        """What it has printed."""
        done = self.room.podman("logs", self.id)
        return done.stdout + done.stderr

    def stop(self, seconds: int) -> int:
        """SIGTERM, and SIGKILL after so many seconds; the exit code."""
        self.room.podman("stop", "--time", str(seconds), self.id)
        return self.wait()

    def wait(self) -> int:
        """The exit code, once it has ended."""
        return int(self.room.podman("wait", self.id).stdout)

    @property
    def process(self) -> int:
        """The main process's id on this machine."""
        return int(json.loads(self.room.podman("inspect", self.id).stdout)[0]["State"]["Pid"])

    def processor(self) -> float:
        """Seconds of processor that the main process has taken, and what it has waited for."""
        fields = Path(f"/proc/{self.process}/stat").read_text("utf-8").rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _flags(pod: Mapping[str, Any], spec: Mapping[str, Any], known: Mapping[str, str]) -> list[str]:
    security = {**pod.get("securityContext", {}), **spec.get("securityContext", {})}
    flags = ["--read-only"] if security["readOnlyRootFilesystem"] else []
    flags += [f"--cap-drop={name}" for name in security["capabilities"]["drop"]]
    flags += [] if security["allowPrivilegeEscalation"] else ["--security-opt", "no-new-privileges"]
    volumes = {each["name"]: each for each in pod.get("volumes", ())}
    for mount in spec.get("volumeMounts", ()):
        assert "emptyDir" in volumes[mount["name"]], mount
        flags += ["--tmpfs", f"{mount['mountPath']}:rw,mode=1777"]
    if "runAsUser" in security:
        flags += ["--user", f"{security['runAsUser']}:{security.get('runAsGroup', 0)}"]
    variables = dict(known)
    for each in spec.get("env", ()):
        source = each.get("valueFrom", {}).get("secretKeyRef")
        variables[each["name"]] = known[each["name"]] if source else known.get(each["name"], each["value"])
    for name, value in variables.items():
        flags += ["--env", f"{name}={value}"]
    command = spec.get("command", [])
    flags += ["--entrypoint", json.dumps(command)] if command else []
    return [*flags, spec["image"], *spec.get("args", [])]


def get(url: str) -> tuple[int, str]:
    """Status and body; status 0 where nothing answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def engineroom(language: str, folder: Path) -> Iterator[Engineroom]:
    """A room in `folder` with the images that a language's Dockerfiles begin with; a skip where there are none."""
    base = os.environ.get("SHUNTER_TEST_BASE", "")
    if not base:
        pytest.skip("no SHUNTER_TEST_BASE: .ci/base-image prints it")
    room = Engineroom(folder, base)
    script = ROOT / "tests/services/bases" / language
    if script.exists():
        done = subprocess.run([str(script)], env=room.environment, capture_output=True, text=True, check=False)
        if done.returncode == 2:
            pytest.skip(done.stderr.strip())
        assert done.returncode == 0, done.stdout + done.stderr
    try:
        yield room
    finally:
        released(folder)
