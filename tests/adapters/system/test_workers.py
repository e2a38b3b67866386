"""Work shared between processes gives what one process gives, errors included."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from shunter.adapters.system import workers
from shunter.adapters.system.workers import spread


@pytest.fixture(autouse=True)
def _three_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_cpus", lambda: 3)
    monkeypatch.setattr(workers, "_may_fork", lambda: True)  # the test runner has a thread, which waits


def _by(item: int) -> tuple[int, int]:
    return item, os.getpid()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 30, 31, 100])
def test_results_come_in_order(count: int) -> None:
    found = spread(_by, range(count), at_least=10)
    assert [item for item, _ in found] == list(range(count))
    processes = {process for _, process in found}
    assert len(processes) == (0 if count == 0 else max(1, min(3, count // 10)))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("place", [0, 15, 29])
def test_an_error_is_the_same_in_every_process(place: int) -> None:
    def work(item: int) -> bytes:
        if item == place:
            raise ValueError(f"item {item}")
        return b"x" * 100_000

    with pytest.raises(ValueError, match=f"item {place}"):
        spread(work, range(30), at_least=10)
    assert _leaves_nobody(lambda: spread(work, range(30), at_least=10))


def _leaves_nobody(call: Callable[[], object]) -> bool:
    """Whether a call that fails leaves no child: asked in a process that has none of its own before."""
    if not (child := os.fork()):
        with contextlib.suppress(ValueError):
            call()
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            os._exit(0)
        os._exit(1)
    return os.waitpid(child, 0)[1] == 0


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_process_that_dies_is_replaced() -> None:
    here = os.getpid()

    def work(item: int) -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return item * item

    assert spread(work, range(30), at_least=10) == [item * item for item in range(30)]


def test_threads_forbid_a_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    stop = threading.Event()
    waiting = threading.Thread(target=stop.wait)
    waiting.start()
    try:
        assert not workers._may_fork()
    finally:
        stop.set()
        waiting.join()


def test_many_files_give_the_findings_of_one_process(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: app\nversion: 1.0.0\n")
    (tmp_path / "values.schema.json").write_text('{"properties": {"port": {"type": "integer"}}}')
    names = [f"v{number}.yaml" for number in range(420)]
    for number, name in enumerate(names):
        (tmp_path / name).write_text(f"port: {number if number % 7 else 'x'}\n")
    code = (
        "import sys; from shunter.adapters.system import workers; from shunter.cli.main import main\n"
        "workers._cpus = lambda: int(sys.argv[1]); sys.exit(main(['validate', '--no-cache', '-C', *sys.argv[2:]]))"
    )
    one, three = (
        subprocess.run(
            [sys.executable, "-c", code, processes, str(tmp_path), *names], capture_output=True, text=True, check=False
        )
        for processes in ("1", "3")
    )
    assert (one.returncode, one.stderr) == (three.returncode, three.stderr)
    assert three.stderr.count("error[") == 60
