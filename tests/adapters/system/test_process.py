"""The one door for other programs: bytes, C locale, nobody else's repository, and clear errors."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from shunter.adapters.system.process import Completed, allowed_transports, environment, in_ci, run, run_beside, start
from shunter.model.errors import ShunterError


def python(code: str, folder: Path, **more: object) -> Completed:
    return run([sys.executable, "-c", code], folder, **more)  # type: ignore[arg-type]


def test_a_missing_program_and_a_missing_folder_are_clear_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ShunterError, match="no such folder"):
        run(["git", "version"], tmp_path / "gone")
    monkeypatch.setenv("PATH", str(tmp_path))
    for begin in (run, start):
        with pytest.raises(ShunterError, match="`git` is not installed") as caught:
            begin(["git", "version"], tmp_path)
        assert "install git" in caught.value.hint
    with pytest.raises(ShunterError, match="`other` is not installed") as caught:
        run(["other"], tmp_path)
    assert caught.value.hint == "put other on PATH"
    (tmp_path / "no-program").write_text("x")
    with pytest.raises(ShunterError, match="cannot be run"):
        run([str(tmp_path / "no-program")], tmp_path)


def test_bytes_go_in_and_come_out_whatever_the_exit_status(tmp_path: Path) -> None:
    code = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1]); print('a\\nlast', file=sys.stderr); sys.exit(3)"
    done = python(code, tmp_path, stdin=b"\xff\0a")
    assert (done.returncode, done.stdout, done.complaint) == (3, b"a\0\xff", "last")
    assert python("import sys; sys.exit(4)", tmp_path).complaint == "exit status 4"
    assert Completed(0, b" \xff\n", b"").text == "\udcff"


def test_a_child_has_no_foreign_repository_and_what_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "elsewhere")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ann")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    found = environment({"GIT_INDEX_FILE": "own"})
    assert "GIT_DIR" not in found
    assert (found["GIT_AUTHOR_NAME"], found["LC_ALL"], found["GIT_INDEX_FILE"]) == ("Ann", "C", "own")
    assert python("import os; print(os.getcwd(), os.environ.get('GIT_DIR'))", tmp_path).text == f"{tmp_path} None"


def test_a_dialogue_goes_line_by_line(tmp_path: Path) -> None:
    child = start([sys.executable, "-uc", "print(input().upper()); print(input() * 2)"], tmp_path)
    assert child.stdin is not None
    assert child.stdout is not None
    for said, answer in ((b"ab\n", b"AB\n"), (b"ab\n", b"abab\n")):
        child.stdin.write(said)
        child.stdin.flush()
        assert child.stdout.readline() == answer
    child.stdin.close()
    assert child.wait() == 0
    child.stdout.close()


def test_a_person_may_forbid_transports_and_allow_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "ext:ssh:file")
    assert allowed_transports() == environment()["GIT_ALLOW_PROTOCOL"] == "ssh:file"
    monkeypatch.delenv("GIT_ALLOW_PROTOCOL")
    assert allowed_transports() == "https:ssh:git:file"


def test_ci_is_what_ci_systems_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert not in_ci()
    for value, said in (("true", True), ("True", True), ("1", True), ("false", False), ("", False)):
        monkeypatch.setenv("CI", value)
        assert in_ci() == said


def test_a_program_runs_as_the_person_would_and_nobody_waits_for_its_daemons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("GIT_DIR", "elsewhere")
    script = 'echo "$LC_ALL $EXTRA $GIT_DIR" "$(test -n "$SHUNTER_RUN" && echo inside)"; sleep 600 & echo $! > daemon; exit 3'
    assert run_beside(["sh", "-c", script], tmp_path, tmp_path / "output", {"EXTRA": "more"}) == 3
    os.kill(int((tmp_path / "daemon").read_text()), signal.SIGKILL)  # it still runs
    assert (tmp_path / "output").read_text().split() == ["C.UTF-8", "more", "inside"]
    with pytest.raises(ShunterError, match="`absent` is not installed"):
        run_beside(["absent"], tmp_path, tmp_path / "output", {})


def test_what_no_program_can_be_told_is_a_clear_error(tmp_path: Path) -> None:
    for command in (["git", "a\0b"], ["git", "a" * 300_000]):
        with pytest.raises(ShunterError, match="`git` cannot be run"):
            run(command, tmp_path)
        with pytest.raises(ShunterError, match="`git` cannot be run"):
            start(command, tmp_path)
