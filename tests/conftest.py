"""Fences around every test: an empty home, no network beyond this machine, one identity, one cache for the session."""

from __future__ import annotations

import gc
import ipaddress
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from helpers.clusters.cluster import Cluster, running
from helpers.tools import CLUSTER, KWOK, NO_CLUSTER, NO_HELM
from helpers.tools import require as require_tool

_FOLDER = "SHUNTER_TEST_FOLDER"
_UNWANTED = (
    "SOURCE_DATE_EPOCH",
    "GIT_CONFIG_COUNT",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_WORK_TREE",
    "CI",
    "MAKEFLAGS",
    "NO_COLOR",
    "PYTHONDONTWRITEBYTECODE",  # some hundred commands run as processes: they would compile shunter anew each time
)
_NEVER_HERE = ("root reads everything", "not a checkout", "this cell ")


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment before any test module is imported; the workers of xdist inherit it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background ignores it: so do ours
    if _FOLDER in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix="shunter-tests-"))
    (folder / "home").mkdir()
    for name in _UNWANTED:
        os.environ.pop(name, None)
    os.environ.update(_environment(folder))
    config.add_cleanup(lambda: _leave(folder))


def _environment(folder: Path) -> dict[str, str]:
    places = {
        "HOME": "home",
        "XDG_CACHE_HOME": "cache",
        "XDG_CONFIG_HOME": "config",
        "XDG_DATA_HOME": "data",
        "XDG_STATE_HOME": "state",
        "SHUNTER_CACHE_DIR": "cache/shunter",
        "KUBECACHEDIR": "cache/kube",
    }
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _IDENTITY.items()}
    git = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ALLOW_PROTOCOL": "file"}
    rest = {
        _FOLDER: str(folder),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
    return {name: str(folder / place) for name, place in places.items()} | who | git | rest | _caches_of_go()


def _caches_of_go() -> dict[str, str]:
    """What Go has compiled and fetched for this user: minutes, that an empty home would cost each run."""
    modules = Path(os.environ.get("GOPATH") or Path.home() / "go") / "pkg/mod"
    built = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "go-build"
    return {"GOMODCACHE": os.environ.get("GOMODCACHE", str(modules)), "GOCACHE": os.environ.get("GOCACHE", str(built))}


_IDENTITY = {"NAME": "Tess Ter", "EMAIL": "tess@example.org"}


def _leave(folder: Path) -> None:
    written = sorted(path.name for path in (folder / "home").iterdir())
    shutil.rmtree(folder, ignore_errors=True)
    os.environ.pop(_FOLDER, None)
    if written:
        raise RuntimeError(f"a test wrote to the home folder: {', '.join(written)}")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Without the extra `helm`, a module of tests that imports it is skipped."""
    report = yield
    if report.failed and "No module named 'helm_python'" in str(report.longrepr):
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 1, NO_HELM)
    return report


def pytest_collection_finish() -> None:
    """What was collected lives to the end: looking through it again for garbage is a twentieth of the suite's time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In .ci/run, which installs every tool, a skip is a failure, unless its reason is known."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and (known := os.environ.get("SHUNTER_CI")):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not any(part in reason for part in (*_NEVER_HERE, *known.split("|"))):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped, and in CI nothing may be: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Generator[None, object, object]:
    """pytest tells children the name of the test; processes that are kept for the next question see none of it."""
    os.environ["PYTEST_CURRENT_TEST"] = ""
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, object, object]:
    """The same for what a fixture starts."""
    os.environ["PYTEST_CURRENT_TEST"] = ""
    return (yield)


@pytest.fixture(autouse=True, scope="session")
def _only_this_machine() -> Iterator[None]:
    def guarded(original: Callable[..., object]) -> Callable[..., object]:
        def connect(self: socket.socket, address: object) -> object:
            if self.family != socket.AF_UNIX and not _is_loopback(address):
                raise AssertionError(f"a test connects to {address}")
            return original(self, address)

        return connect

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        yield


def _is_loopback(address: object) -> bool:
    host = address[0] if isinstance(address, tuple) else ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture
def require() -> Callable[..., str]:
    """`require(tool)`: the tool's path, or a skip; see helpers/tools.py."""
    return require_tool


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A Kubernetes cluster: API server, etcd, controllers, scheduler, and pods that get ready; one for all workers."""
    if not (CLUSTER and KWOK):
        pytest.skip(NO_CLUSTER)
    with running(Path(os.environ[_FOLDER]) / "cluster") as found:
        yield found


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A namespace for this test."""
    name = cluster.namespace()
    yield name
    cluster.drop(name)
