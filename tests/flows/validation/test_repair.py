"""Fixes written into files: lints wait for verdicts, and what swings is put back."""

from __future__ import annotations

from pathlib import Path

from shunter.flows.validation.repair import Repair
from shunter.model.findings import Finding, Kind, Outcome, Span, Status, TextEdit


def fix(old: str, new: str, kind: Kind = Kind.VERDICT, path: str = "v.yaml", rule: str = "type") -> Finding:
    span = Span(path, 1, 1, 1 + len(old), old)
    return Finding(rule, "m", span, kind, fix=(TextEdit(span, new),))


def test_a_fix_is_written_and_told(tmp_path: Path) -> None:
    (tmp_path / "v.yaml").write_bytes(b"a\r\nb")
    (tmp_path / "v.yaml").chmod(0o755)
    repair = Repair(tmp_path)
    assert repair.apply([fix("a", "c")])
    assert (tmp_path / "v.yaml").read_bytes() == b"c\r\nb"
    assert (tmp_path / "v.yaml").stat().st_mode & 0o777 == 0o755
    assert repair.apply([fix("c", "d", rule="enum")])
    assert repair.outcomes() == (Outcome("v.yaml", Status.DONE, "fixed: type, enum"),)


def test_lints_of_a_file_wait_for_what_helm_refuses_in_it(tmp_path: Path) -> None:
    for name in ("v.yaml", "w.yaml"):
        (tmp_path / name).write_text("a\n")
    refused = Finding("yaml-syntax", "m", Span("v.yaml", 1))
    lints = [fix("a", "b", Kind.LINT, name, "drift") for name in ("v.yaml", "w.yaml")]
    assert not Repair(tmp_path).would_change([lints[0], refused])
    assert Repair(tmp_path).would_change([*lints, refused])
    assert [(tmp_path / name).read_text() for name in ("v.yaml", "w.yaml")] == ["a\n", "a\n"]
    assert Repair(tmp_path).apply([*lints, refused])
    assert [(tmp_path / name).read_text() for name in ("v.yaml", "w.yaml")] == ["a\n", "b\n"]


def test_a_value_that_swings_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "v.yaml").write_text("a\n")
    repair = Repair(tmp_path)
    assert repair.apply([fix("a", "b")])
    assert repair.apply([fix("b", "c")])
    assert repair.apply([fix("c", "b")])
    assert (tmp_path / "v.yaml").read_text() == "a\n"
    assert not repair.apply([fix("a", "b")])
    assert (repair.outcomes(), repair.given_up) == ((), {"v.yaml"})
    assert [line.partition(":")[0] for line in repair.notices()] == ["v.yaml"]


def test_a_rehearsal_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "v.yaml").write_text("a\n")
    repair = Repair(tmp_path, rehearsal=True)
    assert repair.apply([fix("a", "b")])
    assert repair.apply([fix("b", "c")])
    assert {path: state.data for path, state in repair.instead.items()} == {
        str((tmp_path / "v.yaml").resolve()): b"c\n"
    }
    assert repair.rules
    assert repair.apply([fix("c", "b")])
    assert not repair.rules
    assert (tmp_path / "v.yaml").read_text() == "a\n"


def test_fixes_without_end_are_given_up(tmp_path: Path) -> None:
    (tmp_path / "v.yaml").write_text("0\n")
    repair = Repair(tmp_path)
    rounds = 0
    while repair.apply([fix(str(rounds), str(rounds + 1))]):
        rounds += 1
        assert rounds < 30
    assert (tmp_path / "v.yaml").read_text() == "0\n"


def test_what_is_gone_or_reads_otherwise_changes_nothing(tmp_path: Path) -> None:
    repair = Repair(tmp_path)
    assert not repair.apply([fix("a", "b", path="gone.yaml")])
    (tmp_path / "v.yaml").write_text("other\n")
    assert not repair.apply([fix("a", "b")])
    assert not repair.apply([])
