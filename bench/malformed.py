"""What shunter makes of 10,000 malformed charts: `python bench/malformed.py [--cases N] [--first N] [--show]`.

Wanted of each: findings, an error or a verdict, in clear words; no traceback, at most 10 seconds of processor and 500 MB.
Each case runs in a process of its own, forked, with these limits; every 25th runs again as `python -m shunter`, and must
end alike. A case follows from its number alone: `--first N --cases 1 --show` prints one.

Permissions do not bind root, so for root the process first gives up the capabilities that say so.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "generator"), str(ROOT / "tests")]

from helpers.fuzz import malformed, malformed_text  # noqa: E402

SECONDS = 10
MEGABYTES = 500
ADDRESS_SPACE = {"validate": 1 << 30, "lint": 4 << 30}
"""Bytes. `lint` asks the embedded Helm, and Go reserves what it does not use."""
HANGS = 300
"""Seconds by the clock: what waits for a pipe takes no processor. Many, for the machine may be busy."""
AGAIN = 25
"""Of so many cases one runs as a real process too."""
QUICK = 2_000
"""How often something is repeated at most with `--quick`, which leaves out what takes size to make slow."""
PROCESSES = 2
OVERRIDES = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH of Linux: to read what permissions forbid."""


class Ended(NamedTuple):
    """How a process ended: its exit code (negative: a signal), and what it took."""

    code: int
    seconds: float
    megabytes: int


class Outcome(NamedTuple):
    """What became of a case: `problem` is empty where all went as it should."""

    number: int
    room: str
    kind: str
    ended: Ended
    problem: str
    words: str
    said: str


def give_up_overrides() -> None:
    """Make permissions bind root as well, in this process and in those that it starts."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in OVERRIDES:
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP: of programs that are started
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()
    libc.capget(header, sets)
    for index in range(3):  # effective, permitted, inheritable
        sets[index] &= ~sum(1 << capability for capability in OVERRIDES)
    if libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "cannot give up the capabilities of root")


def limit(verb: str) -> None:
    """The limits of a case, for this process."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE[verb], ADDRESS_SPACE[verb]))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS + 1, SECONDS + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def waited(process: int) -> Ended:
    """The end of a process, which is killed when it hangs."""
    timer = threading.Timer(HANGS, os.kill, (process, 9))
    timer.start()
    _, status, used = os.wait4(process, 0)
    timer.cancel()
    return Ended(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)


def forked(work: Callable[[], int]) -> Ended:
    """Do it in a process of its own."""
    process = os.fork()
    if process == 0:
        try:
            os._exit(work())
        except BaseException:
            sys.excepthook(*sys.exc_info())
            sys.stderr.flush()
            os._exit(99)
    return waited(process)


def shunter(words: list[str], folder: Path, out: Path, err: Path) -> int:
    """The command as its entry point starts it, in a process that may die; both streams go to files."""
    from shunter.cli.main import main

    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - strict, as a terminal is
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    limit(words[0])
    os.chdir(folder)
    sys.argv = ["shunter", *words]
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def started(words: list[str], folder: Path, out: Path, err: Path) -> Ended:
    """The command as people start it."""
    command = [sys.executable, "-m", "shunter", *words]
    env = os.environ | {"PYTHONPATH": str(ROOT / "generator")}
    with out.open("wb") as to, err.open("wb") as also:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=to,
            stderr=also,
            env=env,
            preexec_fn=lambda: limit(words[0]),
        )
        ended = waited(process.pid)
        process.returncode = ended.code
    return ended


def judged(number: int) -> Outcome:
    """Make one case and run it."""
    base = Path(tempfile.mkdtemp(prefix="malformed-"))
    folder, note, out, err = base / "chart", base / "note", base / "out", base / "err"
    folder.mkdir()
    os.environ["SHUNTER_CACHE_DIR"] = str(base / "cache")
    try:
        made = forked(lambda: note.write_text(json.dumps(malformed.make(number, folder))) and 0)
        if made.code:
            return Outcome(number, "made", "", made, f"the case could not be made: {made}", "", "")
        case = malformed.Case(*json.loads(note.read_text()))
        ended = forked(lambda: shunter(case.words, folder, out, err))
        problem = wrong(case, ended, out, err)
        if not problem and number % AGAIN == 0 and "--fix" not in case.words:
            again = started(case.words, folder, out, err)
            problem = wrong(case, again, out, err)
            if not problem and again.code != ended.code:
                problem = f"exit code {ended.code} at first, {again.code} as a real process"
        words = " ".join(word if len(word) < 99 else f"{word[:99]}..." for word in case.words)
        said = (_text(out) + _text(err))[:1500] if out.exists() else ""
        return Outcome(number, case.room, case.kind, ended, problem, words, said)
    finally:
        removed(base)


def wrong(case: malformed.Case, ended: Ended, out: Path, err: Path) -> str:
    """What is wrong with how a process ended and with what it said."""
    if ended.code < 0:
        return (
            f"it ended by signal {-ended.code}, after {ended.seconds:.1f} s, {ended.megabytes} MB\n{_text(err)[-2000:]}"
        )
    problem = malformed.problem(case.form, ended.code, _text(out), _text(err))
    if not problem and (ended.seconds > SECONDS or ended.megabytes > MEGABYTES):
        return f"{ended.seconds:.1f} s, {ended.megabytes} MB"
    return problem


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def removed(base: Path) -> None:
    """Take a case away, whatever it forbids."""
    for folder, folders, _ in os.walk(base):
        for name in folders:
            path = os.path.join(folder, name)  # noqa: PTH118 - names may be odd
            if stat.S_ISDIR(os.lstat(path).st_mode):
                os.chmod(path, 0o700)  # noqa: PTH101
    shutil.rmtree(base, ignore_errors=True)


def prepare(quick: bool) -> None:
    """What each worker does first: what all cases need is imported once."""
    import shunter.cli.formats
    import shunter.cli.main
    import shunter.cli.run
    import shunter.cli.verbs.check
    import shunter.core.rules.content
    import shunter.core.rules.errors.blame
    import shunter.core.rules.masking
    import shunter.core.rules.wiring
    import shunter.flows.validation.judge
    import shunter.flows.validation.repair
    import shunter.flows.validation.validate  # noqa: F401

    malformed_text.MOST = QUICK if quick else None
    give_up_overrides()


def outcomes(numbers: range, *, quick: bool = False) -> Iterator[Outcome]:
    """The outcomes of these cases, in order."""
    with ProcessPoolExecutor(PROCESSES, initializer=prepare, initargs=(quick,)) as pool:
        yield from pool.map(judged, numbers, chunksize=5)


def table(found: list[Outcome]) -> Iterator[str]:
    """A row for each room: how its cases ended, and the most that one of them took."""
    yield f"{'what is broken':<16}{'cases':>8}{'valid':>8}{'findings':>10}{'errors':>8}{'problems':>10}{'at most':>18}"
    for room in sorted({outcome.room for outcome in found}):
        here = [outcome for outcome in found if outcome.room == room]
        codes = Counter(outcome.ended.code for outcome in here if not outcome.problem)
        problems = sum(bool(outcome.problem) for outcome in here)
        slowest, largest = (max(getattr(outcome.ended, name) for outcome in here) for name in ("seconds", "megabytes"))
        yield (
            f"{room:<16}{len(here):>8,}{codes[0]:>8,}{codes[1]:>10,}{codes[2]:>8,}{problems:>10,}"
            f"{slowest:>9.1f} s{largest:>4} MB"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print every case")
    parser.add_argument("--quick", action="store_true", help="without what is only large")
    asked = parser.parse_args()
    found: list[Outcome] = []
    began = time.monotonic()
    for outcome in outcomes(range(asked.first, asked.first + asked.cases), quick=asked.quick):
        found.append(outcome)
        if outcome.problem or asked.show:
            ended = f"exit code {outcome.ended.code}, {outcome.ended.seconds:.1f} s, {outcome.ended.megabytes} MB"
            shown = f"case {outcome.number}, {outcome.room} {outcome.kind}: {outcome.words}\n{ended}"
            print(
                f"{shown}\n{outcome.problem or outcome.said}".encode("utf-8", "backslashreplace").decode(), flush=True
            )
    print("\n".join(table(found)))
    problems = sum(bool(outcome.problem) for outcome in found)
    print(f"{len(found):,} cases, {problems:,} problems, {time.monotonic() - began:.0f} s")
    return int(problems > 0)


if __name__ == "__main__":
    sys.exit(main())
