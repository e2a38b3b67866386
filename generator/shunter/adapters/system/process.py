"""The one door for other programs: bytes in, bytes out, C locale, never a prompt; or as the person would run them."""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from shunter.adapters.system.paths import RUN
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

_HINTS = {"git": "install git 2.38 or newer and put it on PATH", "helm": "install helm and put it on PATH"}

# A git hook exports these for its own repository; inherited, they would point our git at the wrong one. The last four
# are git's own options: they would change how the paths that we name are read.
_FOREIGN = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
)

TRANSPORTS = ("https", "ssh", "git", "file")
"""What git may speak on our behalf; `ext::` and its kind run a program that a URL names."""


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
        return self.complaints[-1]

    @property
    def complaints(self) -> tuple[str, ...]:
        """Every line of standard error, or the exit status where there is none."""
        lines = self.stderr.decode("utf-8", "replace").strip().splitlines()
        return tuple(lines) or (f"exit status {self.returncode}",)


def allowed_transports() -> str:
    """`TRANSPORTS` as git reads them, without those that the person has forbidden."""
    allowed = os.environ.get("GIT_ALLOW_PROTOCOL", ":".join(TRANSPORTS)).split(":")
    return ":".join(name for name in allowed if name in TRANSPORTS)


def in_ci() -> bool:
    """Whether the environment says that nobody is watching: CI systems set CI=true."""
    return os.environ.get("CI", "").lower() in ("true", "1")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment for a child: C locale, no prompts, no foreign repository, and `extra` on top."""
    result = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    result["GIT_ALLOW_PROTOCOL"] = allowed_transports()
    result.update(LC_ALL="C", LANGUAGE="", GIT_TERMINAL_PROMPT="0", GIT_OPTIONAL_LOCKS="0")
    result.update(extra or {})
    return result


def _missing(program: str, error: OSError | ValueError) -> ShunterError:
    if isinstance(error, ValueError):
        return ShunterError(f"`{program}` cannot be run with what it is to be told: {error}")
    if isinstance(error, FileNotFoundError):
        return ShunterError(f"`{program}` is not installed", hint=_HINTS.get(program, f"put {program} on PATH"))
    return ShunterError(f"`{program}` cannot be run: {error.strerror}")


def run(
    args: Sequence[str],
    cwd: Path | str,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    seconds: float | None = None,
    note: Path | None = None,
) -> Completed:
    """Run `args` in `cwd` to its end and return what it left, whatever its exit status.

    `env` holds additions to the environment. A program that is missing or takes longer than so many `seconds`, or a
    folder that is not there, is a `ShunterError`. For `note` see `run_for_person`.
    """
    if not Path(cwd).is_dir():
        raise ShunterError(f"no such folder: {cwd}")
    try:
        with _noted(args, note) as (command, handles):
            done = subprocess.run(
                command,
                cwd=cwd,
                input=stdin,
                env=environment(env),
                capture_output=True,
                check=False,
                timeout=seconds,
                pass_fds=handles,
            )
    except subprocess.TimeoutExpired as error:
        told = f"`{args[0]}` has given no answer for {seconds:.0f} seconds"
        raise ShunterError(told, hint="run it by hand: it may be waiting for somebody") from error
    except (OSError, ValueError) as error:
        raise _missing(args[0], error) from error
    return Completed(done.returncode, done.stdout, done.stderr)


def start(
    args: Sequence[str], cwd: Path | str, env: Mapping[str, str] | None = None, stderr: IO[bytes] | int | None = None
) -> subprocess.Popen[bytes]:
    """Start `args` in `cwd` with pipes for a dialogue; the caller closes its stdin and waits.

    `env` holds additions to the environment; what it complains of goes to `stderr` (a file, or PIPE), or nowhere.
    """
    try:
        return subprocess.Popen(
            list(args),
            cwd=cwd,
            env=environment(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr or subprocess.DEVNULL,
        )
    except (OSError, ValueError) as error:
        raise _missing(args[0], error) from error


def inside_run() -> bool:
    """Whether this process was started by a hook of another shunter run."""
    return bool(os.environ.get(RUN))


def refuse_inside_run() -> None:
    """A `ShunterError` where this process was started by a hook of another shunter run: nothing is written there."""
    if inside_run():
        raise ShunterError("shunter was started by a hook of another shunter run, and does not write there")


def run_for_person(args: Sequence[str], cwd: Path, output: Path, note: Path, env: Mapping[str, str]) -> int:
    """Run `args` as the person would, in their environment and at their terminal; its exit status.

    What it prints goes to the file `output`: a pipe would stay open for as long as a daemon lives that a hook has left
    behind. The process notes its own number in the file `note` before the program starts, so that it can be found when
    this process is killed: until it has, `noted` waits. `env` holds additions to the environment.
    """
    return run_beside(args, cwd, output, env, note)


_NOTED: Final = 'printf %s "$$" > "$0" && exec "$@"'
"""A shell that becomes the program: Python code between fork and exec may wait forever for a lock of another thread."""


@contextmanager
def _noted(args: Sequence[str], note: Path | None) -> Iterator[tuple[list[str], tuple[int, ...]]]:
    """The command that notes its number before it becomes `args`, and the handles that it inherits.

    The note is locked for as long as somebody lives who may still write it. Whatever a hook leaves running inherits the
    handle as well, so the lock is given back when the program has ended.
    """
    if note is None:
        yield list(args), ()
        return
    note.unlink(missing_ok=True)
    with note.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield ["sh", "-c", _NOTED, str(note), *args], (file.fileno(),)
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


def noted(note: Path, patience: float) -> int:
    """The number of the process that the note is of; 0 where there is none, or its process ended before it had one.

    A process that has been started and has not noted its number yet is waited for, at most `patience` seconds.
    """
    end = time.monotonic() + patience
    while True:
        try:
            with note.open("rb") as file:
                free = _is_free(file)
                text = file.read()
        except FileNotFoundError:
            return 0
        if text or free or time.monotonic() >= end:
            return int(text) if text.isdigit() else 0
        time.sleep(0.02)


def _is_free(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def run_beside(args: Sequence[str], cwd: Path, output: Path, env: Mapping[str, str], note: Path | None = None) -> int:
    """`run_for_person` for several at once, and for what need not be found after a kill."""
    own = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    with output.open("wb") as out, _noted(args, note) as (command, handles):
        try:
            child = subprocess.Popen(
                command,
                cwd=cwd,
                env={**own, RUN: str(os.getpid()), **env},
                stdout=out,
                stderr=subprocess.STDOUT,
                pass_fds=handles,
            )
        except (OSError, ValueError) as error:
            raise _missing(args[0], error) from error
        return _to_its_end(child)


def _to_its_end(child: subprocess.Popen[bytes]) -> int:
    """Wait; Ctrl-C reaches the child too, which then gets time to put its own things in order."""
    try:
        return child.wait()
    except BaseException:
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        raise


def is_alive(pid: int) -> bool:
    """Whether a process of that number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
