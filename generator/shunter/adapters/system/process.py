"""The one door for other programs: bytes in, bytes out, C locale, never a prompt."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shunter.model.errors import ShunterError

_HINTS = {"git": "install git 2.38 or newer and put it on PATH", "helm": "install helm and put it on PATH"}

# A git hook exports these for its own repository; inherited, they would point our git at the wrong one.
_FOREIGN = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)


@dataclass(frozen=True, slots=True)
class Completed:
    """What a finished program left: its exit status and what it wrote."""

    returncode: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """Standard output as text, without surrounding white space."""
        return self.stdout.decode("utf-8", "surrogateescape").strip()

    @property
    def complaint(self) -> str:
        """The last line of standard error: what the program itself says is wrong."""
        lines = self.stderr.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"exit status {self.returncode}"


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment for a child: C locale, no prompts, no foreign repository, and `extra` on top."""
    result = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    result.update(LC_ALL="C", LANGUAGE="", GIT_TERMINAL_PROMPT="0", GIT_OPTIONAL_LOCKS="0")
    result.update(extra or {})
    return result


def _missing(program: str, error: OSError) -> ShunterError:
    if isinstance(error, FileNotFoundError):
        return ShunterError(f"`{program}` is not installed", hint=_HINTS.get(program, f"put {program} on PATH"))
    return ShunterError(f"`{program}` cannot be run: {error.strerror}")


def run(args: Sequence[str], cwd: Path | str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Completed:
    """Run `args` in `cwd` to its end and return what it left, whatever its exit status.

    `env` holds additions to the environment. A program that is missing, or a folder that is not there, is a
    `ShunterError`.
    """
    if not Path(cwd).is_dir():
        raise ShunterError(f"no such folder: {cwd}")
    try:
        done = subprocess.run(
            list(args),
            cwd=cwd,
            input=stdin,
            env=environment(env),
            capture_output=True,
            check=False,
            close_fds=False,  # a run's lock is inherited, see `journal.locked`
        )
    except OSError as error:
        raise _missing(args[0], error) from error
    return Completed(done.returncode, done.stdout, done.stderr)


def start(args: Sequence[str], cwd: Path | str) -> subprocess.Popen[bytes]:
    """Start `args` in `cwd` with pipes for a dialogue; the caller closes its stdin and waits."""
    try:
        return subprocess.Popen(
            list(args),
            cwd=cwd,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            close_fds=False,
        )
    except OSError as error:
        raise _missing(args[0], error) from error
