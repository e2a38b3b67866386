"""Processes that wait for the next question: the start of one that renders costs more than what it is asked.

Each reads one line of JSON from its standard input for each question and answers with one line. It ends when its input
does: with this process at the latest, however that ends.
"""

from __future__ import annotations

import atexit
import json
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from subprocess import Popen
from typing import IO, Any

from shunter.adapters.system import process
from shunter.model.errors import ShunterError

_ENVIRONMENTS = 4
_LAST_WORDS = 8192  # bytes of what a process that failed wrote last


class _Worker:
    def __init__(self, command: tuple[str, ...], env: Mapping[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="shunter-")
        self._said: IO[bytes] = Path(self._folder.name, "said").open("w+b")
        self._process: Popen[bytes] = process.start(command, self._folder.name, env, self._said)

    def ask(self, question: object) -> Any:
        source, sink = self._process.stdout, self._process.stdin
        assert source and sink
        try:
            sink.write(json.dumps(question).encode() + b"\n")
            sink.flush()
            answer = source.readline()
        except BrokenPipeError:
            answer = b""
        if not answer.endswith(b"\n"):
            raise ShunterError("Copier could not be run", notes=(f"python: {self._end()}",), hint="install shunter again")
        return json.loads(answer)

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            try:
                pipe.close()
            except BrokenPipeError:
                continue
        self._process.wait()
        self._said.close()
        self._folder.cleanup()

    def _end(self) -> str:
        status = self._process.wait()
        self._said.seek(max(0, self._said.seek(0, 2) - _LAST_WORDS))
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"exit status {status}"


class Pool:
    """Workers that run one command, each in one environment; those of the last few environments wait."""

    def __init__(self, *command: str) -> None:
        self._command = command
        self._idle: dict[frozenset[tuple[str, str]], list[_Worker]] = {}
        self._lock = threading.Lock()
        atexit.register(self.close)

    def ask(self, question: object, env: Mapping[str, str]) -> Any:
        """The answer to a question as JSON, of a process with this process's environment and `env` on top.

        A process that ends before it answers is a `ShunterError` with its last line.
        """
        environment = frozenset(process.environment(env).items())
        with self._lock:
            idle = self._idle.get(environment)
            known = idle.pop() if idle else None
        worker = known or _Worker(self._command, env)
        try:
            answer = worker.ask(question)
        except BaseException:
            worker.close()
            raise
        for stale in self._kept(environment, worker):
            stale.close()
        return answer

    def _kept(self, environment: frozenset[tuple[str, str]], worker: _Worker) -> list[_Worker]:
        """Let a worker wait; those that need not wait any longer."""
        with self._lock:
            self._idle[environment] = [*self._idle.pop(environment, ()), worker]
            return self._idle.pop(next(iter(self._idle))) if len(self._idle) > _ENVIRONMENTS else []

    def close(self) -> None:
        """Let every idle worker end."""
        with self._lock:
            idle, self._idle = [*self._idle.values()], {}
        for worker in (worker for workers in idle for worker in workers):
            worker.close()
