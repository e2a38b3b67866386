"""Answers, three ways."""

from __future__ import annotations

import pytest
import yaml

from helpers.workspaces.own_files import answers, problems, schema
from shunter.core.charts.contents import read_once
from shunter.core.workspace.answers import Recorded, as_copier, merge_answers, own_answers
from shunter.model.errors import ShunterError


@pytest.mark.parametrize(
    ("recorded", "desired", "applied", "port", "kept"),
    [
        (1, 1, 1, 1, ()),
        (1, 2, 1, 2, ()),
        (2, 1, 1, 2, ("port",)),
        (2, 3, 1, 2, ("port",)),
        (2, 2, 1, 2, ()),
        (1, 2, None, 2, ()),
    ],
)
def test_what_was_changed_in_a_repository_stays(
    recorded: int, desired: int, applied: int | None, port: int, kept: tuple[str, ...]
) -> None:
    base = None if applied is None else {"port": applied}
    wanted = merge_answers({"port": recorded, "asked": "x"}, {"port": desired}, base)
    assert wanted.answers == {"port": port, "asked": "x"}
    assert wanted.kept == kept


def test_a_new_key_of_the_workspace_is_taken() -> None:
    assert merge_answers({}, {"port": 1}, {}).answers == {"port": 1}


@pytest.mark.parametrize(("recorded", "left"), [([1], {"port": 1}), ([2], {"port": 1, "calls": [2]})])
def test_what_the_workspace_says_no_more_goes_unless_it_was_changed(
    recorded: list[int], left: dict[str, object]
) -> None:
    wanted = merge_answers({"port": 1, "calls": recorded}, {"port": 1}, {"port": 1, "calls": [1]})
    assert wanted.answers == left


def test_answers_files_are_read_without_copiers_own_keys() -> None:
    data = b"_commit: v1.0.0\n_src_path: u\nkind: app\nname: a\nasked: x\n"
    assert answers(data) == Recorded("u", "v1.0.0", {"kind": "app", "name": "a", "asked": "x"})
    for broken in (b"kind: app\n", b"[", b"\xff", b"_commit: 1\n_src_path: u\n"):
        assert problems("answers", broken)


RELEASES = ("v1.2.0", "v1.2.0-rc.1+build.5", "v1.2.0-3-gabc1234", "0123abcd", "release/1.2")
ODD_RELEASES = (
    "-x",
    "--upload-pack=x",
    "v1..v2",
    "v1 -x",
    "v1^",
    "v@{1}",
    "v*",
    ".",
    "v1.",
    "v1\0",
    "\x1b[31m",
    "v" * 256,
)
ODD_SOURCES = ("-x", "--upload-pack=x", "/a\0b", "/a\nb", "\x1b[31mred", "a" * 4097)


@pytest.mark.parametrize(
    ("key", "odd"), [*(("_commit", each) for each in ODD_RELEASES), *(("_src_path", each) for each in ODD_SOURCES)]
)
def test_a_release_and_a_source_are_nothing_that_git_would_obey(key: str, odd: str) -> None:
    for release in RELEASES:
        assert answers(yaml.safe_dump({"_commit": release, "_src_path": "gh:a/b", "kind": "app", "name": "a"}).encode())
    value = {"_commit": "v1.2.0", "_src_path": "gh:a/b", "kind": "app", "name": "a", key: odd}
    [said] = problems("answers", yaml.safe_dump(value).encode())
    assert said.key == (key,)


@pytest.mark.parametrize(
    "data",
    [b"", b"a: 1\n", b"_commit: 3f2a\n_src_path: u\n", b"kind: website\nport: '80'\n", b"kind: [app]\n", b"kind: 1\n"],
)
def test_the_answers_of_another_template_are_none_of_ours(data: bytes) -> None:
    assert own_answers(data, "a", schema("answers")) is None


@pytest.mark.parametrize("data", [b"kind: enviroment\nname: tst\n", b"kind: app\n", b"kind: [", b"- a\n"])
def test_what_is_ours_and_broken_is_no_other_templates(data: bytes) -> None:
    with pytest.raises(ShunterError):
        own_answers(data, "a", schema("answers"))


@pytest.mark.parametrize(
    "word", ["y", "n", "Y", "N", "12e3", "1e5", "1E5", "0o14", "08", "+09", "1_0", "no", "1:30", "a"]
)
def test_an_answer_that_copier_wrote_is_read_as_copier_reads_it(word: str) -> None:
    """Copier's YAML is Python's: it leaves words without quotes that Helm's takes for a truth or a number."""
    given = {"name": "a", "asked": word, "words": [word], "map": {word: {"deep": word}}}
    data = yaml.safe_dump({"_commit": "v1.0.0", "_src_path": "u", "kind": "app", **given}).encode()
    assert answers(data).answers == {"kind": "app", **given}
    flow = yaml.safe_dump(given, default_flow_style=True).encode()
    assert answers(b"_commit: v1.0.0\n_src_path: u\nkind: app\nname: a\nflow: " + flow).answers["flow"] == given


@pytest.mark.parametrize("number", [3.0, -0.0, 100.0, 1e16, 1.5e-7, -2.5, 7, 2**53 + 1, -(10**20)])
def test_a_number_that_copier_wrote_is_read_as_copier_reads_it(number: float) -> None:
    """Helm's numbers are those of float64, and 3.0 is 3 to it: Copier would write an answer that nobody has changed."""
    given = {"asked": number, "list": [number, {"deep": number}]}
    data = yaml.safe_dump(given).encode()
    read = answers(b"_commit: v1.0.0\n_src_path: u\nkind: app\nname: a\n" + data).answers
    assert repr({name: read[name] for name in given}) == repr(given)
    flow = yaml.safe_dump(given, default_flow_style=True).encode()
    read = answers(b"_commit: v1.0.0\n_src_path: u\nkind: app\nname: a\nflow: " + flow).answers["flow"]
    assert repr(read) == repr(given)


@pytest.mark.parametrize(
    "odd",
    ["!x 1", "2026-13-45", "!!int a", '!!int ""', "!!bool x", "!!timestamp x", "{[a]: b}", "!!float x", "!!set [a]"],
)
def test_what_copiers_yaml_cannot_read_is_read_as_helms_has_it(odd: str) -> None:
    data = f"_commit: v1.0.0\n_src_path: u\nkind: app\nname: a\nodd: {odd}\n".encode()
    with_word = data + b"asked: y\n"
    with pytest.raises((yaml.YAMLError, ValueError, LookupError, AttributeError)):
        yaml.load(with_word, yaml.CSafeLoader)
    assert as_copier(read_once(with_word, "a")).value == read_once(with_word, "a").value
