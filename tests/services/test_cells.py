"""Each cell as a team gets it: it passes its own checks, and its image runs as the chart of the same answers says."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from helpers.services.backing import backing
from helpers.services.balancer import Balancer
from helpers.services.cells import (
    CELLS,
    CONTRACT,
    LANGUAGES,
    PLACE,
    Cell,
    Engineroom,
    engineroom,
    free_port,
    generated,
    get,
    kept_running,
    made,
    manifest,
    need_toolchain,
    prepares,
    repository_of,
)
from helpers.tools import need_helm, require
from helpers.workspaces.gitrepo import git

MEGABYTES = {"python": 85, "typescript": 60, "go": 30}
"""Above what the image begins with; for Go, whose image begins with nothing, the whole."""
COMMAND = r"^    (make (?:-C \S+ )?\w+)(?:  |$)"
# Each language and each archetype once; what is not here has parts of these only.
_ALWAYS = (
    *(Cell(language, "rest-api") for language in LANGUAGES),
    *(Cell("python", archetype) for archetype in ("worker", "cron")),
)
DEEP = [cell for cell in CELLS if cell in _ALWAYS or os.environ.get("SHUNTER_TEST_CELLS") == "all"]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("services")]


@dataclass(frozen=True)
class Built:
    """A cell's repository and image, and the server that it needs."""

    cell: Cell
    folder: Path
    room: Engineroom
    image: str
    secrets: Mapping[str, str]


@pytest.fixture(scope="module", params=DEEP, ids=lambda cell: cell.id)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """Slow: a build, once for each cell."""
    need_helm()
    require("podman")
    cell = request.param
    folder = generated(cell, tmp_path_factory.mktemp(cell.id) / "orders")
    image = "localhost/shop/orders:0.1.0"
    with (
        engineroom(cell.language, tmp_path_factory.mktemp("containers")) as room,
        backing(cell, folder) as secrets,
    ):
        room.build(folder, image)
        yield Built(cell, folder, room, image, secrets)


@pytest.mark.parametrize("cell", DEEP, ids=lambda cell: cell.id)
def test_a_newcomer_needs_two_commands(cell: Cell, tmp_path: Path) -> None:
    """In an empty home: the README's first command passes all tests, the second serves until Ctrl-C. Then lint.

    The repository's README has the commands as they are typed there, the service's as in its own folder.
    """
    need_toolchain(cell.language)
    root = repository_of(cell, tmp_path / "orders")
    folder = root / PLACE
    told = [re.findall(COMMAND, (at / "README.md").read_text("utf-8"), re.MULTILINE)[:2] for at in (root, folder)]
    assert told == [[f"make -C {PLACE} test", f"make -C {PLACE} run"], ["make test", "make run"]]
    assert not re.search(r"\bskipped\b|--- SKIP", made(root, *told[0][0].split()[1:]))
    port = free_port()
    with kept_running(root, told[0][1].split(), port) as running:
        if not cell.agreed["serves"]:
            assert running.wait(timeout=300) == 0
        else:
            deadline = time.monotonic() + 300
            while get(f"http://127.0.0.1:{port}{CONTRACT['paths']['ready']}")[0] != 200:
                assert running.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.2)
    assert get(f"http://127.0.0.1:{port}{CONTRACT['paths']['live']}")[0] == 0
    made(root, "-C", PLACE, "setup", "lint", "help")
    engine = shutil.which("docker") or shutil.which("podman") or "docker"
    assert f"{engine} build " in made(root, "-C", PLACE, "--dry-run", "image")
    assert git(root, "status", "--porcelain") == ""


def test_tests_in_go_hold_alone(tmp_path: Path) -> None:
    """`make test` runs them in any order."""
    folder = generated(Cell("go", "rest-api"), tmp_path / "orders")
    program = str(tmp_path / "tests")
    subprocess.run([require("go"), "test", "-c", "-o", program, "./platform"], cwd=folder, check=True)
    listed = subprocess.run([program, "-test.list", "."], capture_output=True, text=True, check=True)
    names = listed.stdout.split()
    assert len(names) > 4
    for name in names:
        done = subprocess.run([program, "-test.run", f"^{name}$"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, (name, done.stdout)


CALLS = [
    {"name": "people", "formerly": ["users"], "known_as": "users", "archetype": "rest-api", "port": 9000},
    {"name": "queue-1", "formerly": [], "known_as": "queue-1", "archetype": "broker", "port": 5672},
]


@pytest.mark.parametrize("cell", DEEP, ids=lambda cell: cell.id)
def test_it_passes_them_with_calls_and_an_issuer_too(cell: Cell, tmp_path: Path) -> None:
    need_toolchain(cell.language)
    more = {"provider": "dex"} if cell.archetype == "rest-api" else {}
    folder = generated(cell, tmp_path / "orders", calls=CALLS, **more)
    made(folder, "setup", "lint")
    assert "skipped" not in made(folder, "test")


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.id)
def test_the_dockerfile_passes_hadolint(cell: Cell, tmp_path: Path) -> None:
    folder = generated(cell, tmp_path / "orders")
    done = subprocess.run(
        [require("hadolint"), str(folder / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.id)
def test_no_lock_names_a_host(cell: Cell, tmp_path: Path) -> None:
    for path in generated(cell, tmp_path / "orders").rglob("*"):
        if re.search(r"lock|requirements|go\.sum", path.name):
            host = '"resolved"' if path.name == "package-lock.json" else "://"  # npm also keeps whom to thank
            assert host not in path.read_text("utf-8"), path.name


def test_the_container_runs_as_the_manifest_says(built: Built, tmp_path: Path) -> None:
    pod = manifest(built.cell, free_port(), tmp_path / "chart")
    assert pod["securityContext"]["runAsNonRoot"] is True
    [inspected] = json.loads(built.room.podman("image", "inspect", built.image).stdout)
    assert inspected["Config"]["User"] == f"{CONTRACT['user']}:{CONTRACT['user']}"
    for _ in pod.get("initContainers", ()):
        with built.room.running(prepares(pod), built.secrets) as once:
            assert once.wait() == 0, once.logs()
    with built.room.running(pod, built.secrets) as container:
        if not built.cell.agreed["serves"]:
            assert container.wait() == 0, container.logs()
            return
        container.ready()
        status = Path(f"/proc/{container.process}/status").read_text("utf-8")
        assert re.search(rf"^Uid:\s+{CONTRACT['user']}\s", status, re.MULTILINE)
        assert re.search(r"^CapEff:\s+0+$", status, re.MULTILINE)
        assert container.probe("livenessProbe")[0] == 200
        text = get(f"http://127.0.0.1:{container.port}{CONTRACT['paths']['metrics']}")[1]
        families = {family.name for family in text_string_to_metric_families(text)}
        wanted = {"messages"} if built.cell.archetype == "worker" else {"http_request_duration_seconds"}
        assert wanted | {"service_info"} <= families
        assert container.stop(pod["terminationGracePeriodSeconds"]) == 0
        for line in container.logs().splitlines():
            assert {"timestamp", "level", "message"} <= json.loads(line).keys(), line


def test_it_says_what_it_lacks(built: Built, tmp_path: Path) -> None:
    """Without what it needs it does not start, and names the setting."""
    pod = manifest(built.cell, free_port(), tmp_path / "chart")
    needs = [CONTRACT["settings"][need] for need in built.cell.agreed["needs"]]
    if not needs:
        pytest.skip("this cell needs nothing")
    [spec] = pod["containers"]
    spec["env"] = [each for each in spec["env"] if each["name"] not in needs]
    with built.room.running(pod, {}) as container:
        assert container.wait() == 2
        assert all(name in container.logs() for name in needs)


def test_the_image_is_small(built: Built) -> None:
    images = LANGUAGES[built.cell.language]["images"].values()
    base = max((built.room.size(image["name"]) for image in images), default=0) if built.cell.language != "go" else 0
    megabytes = (built.room.size(built.image) - base) / 1e6
    assert megabytes <= MEGABYTES[built.cell.language], f"{megabytes:.1f} MB"


LOADED = """
import sys, orders_service.__main__
found = {name: module for name, module in sys.modules.items() if (getattr(module, "__file__", None) or "").endswith(".py")}
ours = {name: module for name, module in found.items() if module.__file__.startswith(("/app/", "/venv/"))}
print(*ours)
print(*(name for name, each in ours.items() if not each.__cached__ or open(each.__cached__, "rb").read(8)[4] != 1))
"""


def test_a_start_in_python_compiles_nothing_and_loads_no_migrations(built: Built) -> None:
    """What is compiled holds whatever its source's time is (1, PEP 552)."""
    if built.cell.language != "python":
        pytest.skip("this cell is compiled")
    told = built.room.podman(
        "run", "--rm", "--network", "host", "--entrypoint", json.dumps(["python", "-c", LOADED]), built.image
    )
    assert told.returncode == 0, told.stderr
    loaded, stale = (line.split() for line in told.stdout.splitlines())
    assert not {"alembic", "opentelemetry.sdk", "opentelemetry.exporter"} & set(loaded)
    assert "orders_service.settings" in loaded
    assert stale == []


def test_who_sends_too_slowly_is_cut_off(built: Built, tmp_path: Path) -> None:
    """Slow: a request may take ten seconds."""
    if built.cell.archetype != "rest-api":
        pytest.skip("this cell takes no documents")
    pod = manifest(built.cell, free_port(), tmp_path / "chart")
    with built.room.running(prepares(pod), built.secrets) as once:
        assert once.wait() == 0, once.logs()
    head = "POST /items HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    with built.room.running(pod, built.secrets) as container:
        container.ready()
        with socket.create_connection(("127.0.0.1", container.port), timeout=60) as client:
            client.sendall(head.encode())
            began = time.monotonic()
            told = client.recv(1 << 16)
            assert time.monotonic() - began > 5
            while more := client.recv(1 << 16):
                told += more
    assert not told or re.match(rb"HTTP/1.1 (408|422|503) ", told), told


def test_the_published_document_holds_against_random_requests(built: Built, tmp_path: Path) -> None:
    if built.cell.archetype != "rest-api":
        pytest.skip("this cell has no document")
    pod = manifest(built.cell, free_port(), tmp_path / "chart")
    with built.room.running(prepares(pod), built.secrets) as once:
        assert once.wait() == 0, once.logs()
    with built.room.running(pod, built.secrets) as container:
        container.ready()
        url = f"http://127.0.0.1:{container.port}{CONTRACT['paths']['openapi']}"
        published = json.loads((built.folder / "openapi.json").read_text("utf-8"))
        assert json.loads(get(url)[1]) == published
        program = str(Path(sys.executable).with_name("schemathesis"))
        command = [program, "run", url, "--max-examples", "40", "--generation-deterministic", "--no-color"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-6000:] + container.logs()[-3000:]


def test_a_stop_fails_no_request(built: Built, tmp_path: Path) -> None:
    """Two containers; one is stopped as the kubelet does it. Slow: what the chart waits before, and 5,000 requests."""
    if built.cell.archetype != "rest-api":
        pytest.skip("this cell is not called")
    ports = [free_port(), free_port()]
    first, second = (manifest(built.cell, port, tmp_path / f"chart-{port}") for port in ports)
    with built.room.running(prepares(first), built.secrets) as once:
        assert once.wait() == 0, once.logs()
    with built.room.running(first, built.secrets) as leaving, built.room.running(second, built.secrets) as staying:
        leaving.ready()
        staying.ready()
        pause = leaving.spec["lifecycle"]["preStop"]["sleep"]["seconds"]
        codes: list[int] = []

        def stop() -> None:
            time.sleep(1 + pause)
            codes.append(leaving.stop(first["terminationGracePeriodSeconds"] - pause))

        stopping = threading.Thread(target=stop)
        with Balancer(ports, CONTRACT["paths"]["ready"]) as balancer:
            stopping.start()
            ends = balancer.call("/items", 5000, stopping.is_alive)
        stopping.join()
        assert codes == [0], leaving.logs()
        assert ends.pop("closed") > 0  # it was asked while it drained
        assert set(ends) == {"asked", "200"}, ends
