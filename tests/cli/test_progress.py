"""Progress at a real terminal: what, how far, how long; gone at the end, and never where nobody watches."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread

import pytest

from helpers.charts.charts import ROOT
from shunter.cli import progress
from shunter.cli.parse import Arguments
from shunter.cli.progress import Line

WORK = """
import sys, time
from shunter.cli import output, progress
from shunter.cli.parse import Arguments
from shunter.model.progress import stepwise, unseen
told = progress.line_for(Arguments({"quiet": "-q" in sys.argv, "output": "json" if "json" in sys.argv else "text"}))
for number in stepwise(told or unseen, range(int(sys.argv[1])), "render chart-{}".format):
    time.sleep(0.05)
output.say("said")
progress.end()
output.write("done\\n")
"""
ENVIRONMENT = {"PYTHONPATH": str(ROOT / "generator"), "TERM": "xterm"}


class Terminal:
    """A command at a terminal of its own, whose size is that of an old one; `seen` is what the terminal gets."""

    def __init__(self, command: Sequence[str], cwd: Path, columns: int = 80, **environment: str) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        env = os.environ | ENVIRONMENT | environment
        self.process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        self.seen = ""
        self.begun = time.monotonic()
        self.first = 0.0

    def read(self, until: Callable[[str], bool] = lambda _: False, patience: float = 60) -> str:
        """All that is seen until the command ends, or something is seen."""
        while not until(self.seen) and time.monotonic() - self.begun < patience:
            if not select.select([self.ours], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(self.ours, 65536)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            self.first = self.first or time.monotonic() - self.begun
            self.seen += data.decode()
        return self.seen

    def close(self) -> int:
        self.read()
        os.close(self.ours)
        return self.process.wait(30)


def screen(seen: str) -> list[str]:
    """The lines that stay on the screen; a line that is drawn anew stands in its own place."""
    lines = [""]
    for part in re.split("(\r\n|\r|\x1b\\[K)", seen):
        if part == "\r\n":
            lines.append("")
        elif part in ("\r", "\x1b[K"):
            lines[-1] = ""  # what follows a return begins with emptying the line
        else:
            lines[-1] += part
    return lines


def drawn(seen: str) -> list[str]:
    """Each state of the line, in order."""
    return [part.partition("\r")[0] for part in seen.split("\r\x1b[K") if part.startswith("render")]


def test_after_a_second_a_line_is_seen_and_at_the_end_it_is_gone(tmp_path: Path) -> None:
    terminal = Terminal([sys.executable, "-c", WORK, "40"], tmp_path)
    assert terminal.close() == 0
    lines = drawn(terminal.seen)
    assert terminal.first > progress.PATIENCE
    assert 4 <= len(lines) <= 12
    for line in lines:
        assert re.fullmatch(r"render chart-\d+, \d+ of 40 \(\d s(, about \d s left)?\)", line), line
    assert "left" in lines[0]
    assert screen(terminal.seen) == ["said", "done", ""]


def test_a_short_run_shows_nothing_and_neither_does_one_that_nobody_watches(tmp_path: Path) -> None:
    silent = [(["3"], "xterm"), (["25", "-q"], "xterm"), (["25", "json"], "xterm"), (["25"], "dumb")]
    terminals = [Terminal([sys.executable, "-c", WORK, *arguments], tmp_path, TERM=kind) for arguments, kind in silent]
    for terminal in terminals:
        assert terminal.close() == 0
        assert terminal.seen == "said\r\ndone\r\n", terminal.process.args
    piped = subprocess.run(
        [sys.executable, "-c", WORK, "25"], env=os.environ | ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert (piped.stdout, piped.stderr) == ("done\n", "said\n")


class Screen:
    """A terminal that keeps what it gets."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        """All is there."""

    def fileno(self) -> int:
        raise OSError("no terminal")


def line_at(times: list[float]) -> tuple[Line, Screen]:
    shown = Screen()
    return Line(shown, lambda: times.pop(0)), shown  # type: ignore[arg-type]


def test_what_is_left_follows_from_what_was_needed() -> None:
    line, shown = line_at([0, 10, 20, 30, 31, 32, 172])
    line("lint a", 0, 4)
    line("lint b", 1, 4)
    line("lint c", 2, 4)
    line("commit in shop", 0, 1)  # another total: another work
    line("push x", 0, 100)
    line("push y", 10, 100)
    assert shown.text.split("\r\x1b[K")[1:] == [
        "lint a, 0 of 4 (10 s)",
        "lint b, 1 of 4 (20 s, about 30 s left)",
        "lint c, 2 of 4 (30 s, about 20 s left)",
        "commit in shop (31 s)",
        "push x, 0 of 100 (32 s)",
        "push y, 10 of 100 (2 min 52 s, about 21 min 0 s left)",
    ]


def test_what_follows_another_at_once_and_takes_long_is_shown_a_moment_later() -> None:
    line, shown = line_at([0, 1, 1.01, 1.02, 1.03, 9])
    line("render a", 0, 4)
    line("render b", 1, 4)
    line("render c", 2, 4)
    deadline = time.monotonic() + 20
    while "render c" not in shown.text and time.monotonic() < deadline:
        time.sleep(0.02)
    assert shown.text.split("\r\x1b[K")[1:] == ["render a, 0 of 4 (1 s)", "render c, 2 of 4 (1 s)"]
    line("render d", 3, 4)
    with line.away():
        pass
    cleared = shown.text
    time.sleep(0.3)
    assert shown.text == cleared, "nothing is drawn over what is written next"


def test_it_is_drawn_ten_times_a_second_at_most_on_one_line_and_obeys_no_name() -> None:
    line, shown = line_at([0, *(1 + number / 100 for number in range(100))])
    for number in range(100):
        line("x" * 200 + "\x1b[2J", number, 100)
    assert shown.text.count("\r\x1b[K") == 10
    assert all(len(part) == 79 for part in shown.text.split("\r\x1b[K")[1:])
    line, shown = line_at([0, 2])
    line("a\x1b[2J\nb", 0, 1)
    assert shown.text == "\r\x1b[Ka?[2J?b (2 s)"
    for _ in range(2):
        with line.away():
            pass
    assert shown.text.count("\x1b[K") == 2


def test_no_thread_draws_while_something_else_is_written_nor_after_the_end() -> None:
    line, shown = line_at([0, *range(2, 9)])
    line("render a", 0, 4)
    late = Thread(target=line, args=("render b", 1, 4))
    with line.away():
        late.start()
        late.join(0.3)
        assert late.is_alive()
        shown.write("said\n")
    late.join(20)
    line.end()
    line("render c", 2, 4)
    assert (
        shown.text
        == "\r\x1b[Krender a, 0 of 4 (2 s)\r\x1b[Ksaid\n\r\x1b[Krender b, 1 of 4 (3 s, about 3 s left)\r\x1b[K"
    )


def test_a_ctrl_c_in_the_midst_of_a_line_leaves_none() -> None:
    class Interrupted(io.StringIO):
        def flush(self) -> None:
            raise KeyboardInterrupt

    shown, now = Interrupted(), iter(range(0, 100, 2))
    line = progress.Line(shown, lambda: next(now))
    with pytest.raises(KeyboardInterrupt):
        line("render a", 0, 4)
    with pytest.raises(KeyboardInterrupt):
        line.end()
    assert shown.getvalue() == "\r\x1b[Krender a, 0 of 4 (2 s)\r\x1b[K"


def test_without_a_terminal_there_is_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert progress.line_for(Arguments({"quiet": False})) is None
    monkeypatch.setattr(sys, "stderr", None)
    assert progress.line_for(Arguments({"quiet": False})) is None
    with progress.away():
        pass
    progress.end()


MANY = "name: shop\nservices: {{{}}}\n"


@pytest.mark.slow  # new of 60 services takes seconds: that is what is watched
def test_new_shows_how_far_it_is_and_ctrl_c_says_what_was_undone(tmp_path: Path) -> None:
    services = ", ".join(f"s-{number}: {{archetype: rest-api}}" for number in range(60))
    (tmp_path / "data.yaml").write_text(MANY.format(services))
    command = [
        sys.executable,
        "-m",
        "shunter",
        "new",
        "shop",
        "--defaults",
        "--layout",
        "multi",
        "--data-file",
        "data.yaml",
    ]
    terminal = Terminal(command, tmp_path)
    terminal.read(lambda seen: " of " in seen)
    assert re.search(r"(render templates|write \S+|derive \S+|commit in \S+), \d+ of \d+ \(\d+ s", terminal.seen), (
        terminal.seen
    )
    os.killpg(terminal.process.pid, signal.SIGINT)
    assert terminal.close() == 130
    left = screen(terminal.seen)
    assert left[0] == "interrupted"
    assert left[1].startswith(("nothing was written", "undone: nothing is at "))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.yaml"]
