"""Each cell as a team gets it: it passes its own checks, and its image runs as the chart of the same answers says."""

from __future__ import annotations

import json
import os
import re
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
    Cell,
    Engineroom,
    engineroom,
    free_port,
    generated,
    get,
    made,
    manifest,
    need_toolchain,
    prepares,
)
from helpers.tools import need_helm, require

MEGABYTES = {"python": 85, "typescript": 60, "go": 30}
"""Above what the image begins with; for Go, whose image begins with nothing, the whole."""
LINES = (250, 120)
_ALWAYS = (Cell("python", "rest-api"), Cell("typescript", "rest-api"))
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
    room = engineroom(cell.language, tmp_path_factory.mktemp("containers"))
    folder = generated(cell, tmp_path_factory.mktemp(cell.id) / "orders")
    image = "localhost/shop/orders:0.1.0"
    room.build(folder, image)
    with backing(cell, folder) as secrets:
        yield Built(cell, folder, room, image, secrets)


@pytest.mark.parametrize("cell", DEEP, ids=lambda cell: cell.id)
def test_it_passes_its_own_checks(cell: Cell, tmp_path: Path) -> None:
    need_toolchain(cell.language)
    folder = generated(cell, tmp_path / "orders")
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
        pytest.skip("needs nothing")
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


def test_the_published_document_holds_against_random_requests(built: Built, tmp_path: Path) -> None:
    if built.cell.archetype != "rest-api":
        pytest.skip("has no document")
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
        pytest.skip("is not called")
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
