"""Judges of an update: each of them finds what it is there for, and nothing in an update that is right."""

from __future__ import annotations

from shunter.core.workspace.trial import OWN_FILE, Updated, conflicting, differences, edited, expected, losses, unmarked
from shunter.model.files import SYMLINK, Conflict, FileState

OLD = {
    "a": FileState(b"one\ntwo\nthree\n"),
    "gone": FileState(b"x\ny"),
    "v.yaml": FileState(b"# a\nb: 1\n"),
    "values.yaml": FileState(b"v: 1\n"),
    "bin": FileState(b"\0"),
    "link": FileState(b"a", SYMLINK),
    ".copier-answers.yml": FileState(b"_commit: v1\n"),
}
NEW = {
    **{path: state for path, state in OLD.items() if path != "gone"},
    "a": FileState(b"one\n2\nthree\n"),
    "v.yaml": FileState(b"# b\nb: 1\n"),
    "values.yaml": FileState(b"v: 2\n"),
    "new": FileState(b"n\n"),
}


def once(path: str) -> bool:
    return path in ("values.yaml", "new once")


def test_a_clean_project_becomes_a_fresh_render_but_for_what_is_written_once() -> None:
    wanted = expected(OLD, {**NEW, "new once": FileState(b"")}, once)
    assert wanted == {**NEW, "values.yaml": OLD["values.yaml"], "new once": FileState(b"")}
    assert [*differences(wanted, wanted)] == []
    found = {**wanted, "a": OLD["a"], "left": OLD["a"]}
    del found["new"]
    assert [*differences(wanted, found)] == [
        "clean: a is not as a fresh render has it",
        "clean: left is left over",
        "clean: new is missing",
    ]


def test_every_text_is_edited_and_no_edit_may_be_lost() -> None:
    asked = edited(OLD)
    assert asked.marks.keys() == {"a", "gone", "v.yaml", "values.yaml", OWN_FILE}
    assert asked.files["gone"].data.startswith(b"x\ny\n# edited")
    assert asked.files["bin"] == OLD["bin"]
    conflict = Conflict("gone", "modify/delete", OLD["gone"], asked.files["gone"], None)
    kept = {path: state for path, state in asked.files.items() if path != "gone"}
    assert [*losses(asked, Updated(kept, [conflict]))] == []
    assert [*losses(asked, Updated(kept, []))] == ["edited: what a person wrote into gone is gone"]


def test_where_both_changed_a_line_both_are_there_or_in_conflict() -> None:
    asked = conflicting(OLD, NEW)
    assert asked.files["a"].data == b"one\ntwo edited1\nthree\n"
    assert asked.marks.keys() == {"a", "v.yaml", "values.yaml"}
    assert [*losses(asked, Updated(asked.files, []))] == [
        "conflicting: a has no conflict, and not what the template changed",
        "conflicting: values.yaml has no conflict, and not what the template changed",
    ], "a comment in YAML is the person's"
    sides = [Conflict(path, "contents", OLD[path], asked.files[path], NEW[path]) for path in ("a", "values.yaml")]
    assert [*losses(asked, Updated(asked.files, sides))] == []


def test_a_conflict_of_two_texts_has_markers() -> None:
    one, other = FileState(b"1\n"), FileState(b"2\n")
    conflicts = [
        Conflict("a", "contents", None, one, other),
        Conflict("b", "contents", None, one, FileState(b"\0")),
        Conflict("c", "modify/delete", one, None, other),
    ]
    assert [*unmarked(Updated({"a": one}, conflicts))] == ["conflicting: a is in conflict, and has no markers"]
    marked = FileState(b"<<<<<<< before updating\n1\n=======\n2\n>>>>>>> after updating\n")
    assert [*unmarked(Updated({"a": marked}, conflicts))] == []
