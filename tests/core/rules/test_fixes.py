"""Fixes laid into a file's bytes: what is wrong changes, and nothing else."""

from __future__ import annotations

import pytest

from helpers.oracles.embedded_helm import archive
from helpers.workspaces import shop
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import read
from shunter.core.rules.fixes import fixed
from shunter.core.rules.verdict import judge
from shunter.core.rules.yaml_lints import yaml_lints
from shunter.model.findings import Finding, Span, TextEdit


def judged(data: bytes) -> tuple[Finding, ...]:
    return judge(load_archive(archive(shop.files()), "shop.tgz"), [read(data, "v.yaml")])


COMMENTED = """\
# a file with everything: é
api:   # the API
  replicasCount: 3
  image:
  repository:   x/y   # keep
  tag: 1.10
  # a comment between
  pullPolicy: ifNotPresent
  debug: on   # really
  service: {port: "80"} # inline
web:
  replicaCount: '2'
  debug: "off"
"""

AFTER = """\
# a file with everything: é
api:   # the API
  replicaCount: 3
  image:
    repository:   x/y   # keep
    tag: "1.10"
    # a comment between
    pullPolicy: IfNotPresent
  debug: "on"   # really
  service: {port: 80} # inline
web:
  replicaCount: 2
  debug: "off"
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_fixes_change_what_is_wrong_and_nothing_else(line_end: str, bom: bytes) -> None:
    data = bom + COMMENTED.replace("\n", line_end).encode()
    for _ in range(3):
        data, applied = fixed(data, judged(data), "v.yaml")
    assert applied == ()
    assert judged(data) == ()
    assert data == bom + AFTER.replace("\n", line_end).encode()


def test_a_key_is_not_renamed_to_one_that_is_there() -> None:
    data = b"api:\n  replicaCount: 1\n  replicasCount: 2\n"
    assert [finding.rule for finding in judged(data)] == ["unknown-key"]
    assert fixed(data, judged(data), "v.yaml") == (data, ())


def test_a_lints_fix_keeps_what_helm_reads() -> None:
    data = b"on: 1\n0777: a\na: 1.10\nb: off\nc: [y, 'y']\nd: 08\ne: {f: 1, f: 2}\n"
    document = read(data, "v.yaml")
    after, applied = fixed(data, yaml_lints(document), "v.yaml")
    assert [finding.rule for finding in applied] == ["yaml-1.1-boolean"] * 2
    assert read(after, "v.yaml").value == document.value
    assert after != data


def test_a_fix_for_another_text_or_file_is_left_out() -> None:
    data = b"api:\n  debug: on\n"
    found = judged(data)
    assert fixed(b"api:\n  debug:  on\n", found, "v.yaml") == (b"api:\n  debug:  on\n", ())
    assert fixed(data, found, "other.yaml") == (data, ())
    assert fixed(data, found, "v.yaml")[0] == b'api:\n  debug: "on"\n'


def edit(column: int, end: int, text: str, line: int = 1, source: str = "a: bb: cc") -> TextEdit:
    return TextEdit(Span("v.yaml", line, column, end, source), text)


def test_of_two_fixes_that_meet_the_first_is_made() -> None:
    one, two, far = (
        Finding("type", "m", Span("v.yaml"), fix=(item,))
        for item in (edit(1, 2, "x"), edit(2, 3, "y"), edit(8, 10, "z"))
    )
    assert fixed(b"a: bb: cc\n", [one, two, far], "v.yaml") == (b"x: bb: z\n", (one, far))


def test_a_fix_of_several_edits_is_made_whole_or_not_at_all() -> None:
    both = Finding("type", "m", Span("v.yaml"), fix=(edit(1, 2, "x"), edit(1, 1, "  ", 2, "gone")))
    assert fixed(b"a: bb: cc\nhere\n", [both], "v.yaml") == (b"a: bb: cc\nhere\n", ())
    assert fixed(b"a: bb: cc\ngone\n", [both], "v.yaml") == (b"x: bb: cc\n  gone\n", (both,))
    beyond = Finding("type", "m", Span("v.yaml"), fix=(edit(1, 1, "x", 7, ""), edit(1, 1, "x", 0, "")))
    assert fixed(b"a\n", [beyond], "v.yaml") == (b"a\n", ())


def test_bytes_that_are_no_text_stay() -> None:
    found = Finding("type", "m", Span("v.yaml"), fix=(edit(1, 2, "x", 2, "a"),))
    assert fixed(b"\xff\na", [found], "v.yaml")[0] == b"\xff\nx"
