"""Findings for what Helm cannot read: one verdict in its place, with the hint that helps."""

from __future__ import annotations

import pytest

from helpers.oracles.embedded_helm import RefusedError, reading
from shunter.core.goyaml import syntax
from shunter.core.goyaml.document import read
from shunter.core.goyaml.nodes import MAX_DEPTH
from shunter.model.findings import Kind

REFUSED = [
    ("a: b: c", "yaml-syntax", 1, 5),
    ("x:\n\ta: 1\n", "yaml-syntax", 2, 1),
    ("a: 1\nb: [1,\n", "yaml-syntax", 2, 4),
    ("a: .inf", "yaml-number", 1, 4),
    ("a:\n  ~: 1", "yaml-key", 2, 3),
    ("a: {[x]: 1}", "yaml-key", 1, 5),
    ("a: \x01", "yaml-encoding", 1, 4),
    ("a: *x", "yaml-syntax", 1, 4),
    ("a: !!int x", "yaml-tag", 1, 4),
    ("x: &a [*a]", "yaml-alias", 1, 4),
    ("a:\n  <<: x", "yaml-merge", 2, 7),
    ("x: 1\n---\ny: [", "yaml-syntax", 3, 4),
]


@pytest.mark.parametrize(("text", "rule", "line", "column"), REFUSED, ids=[case[1] for case in REFUSED])
def test_what_helm_refuses_is_one_verdict_in_its_place(text: str, rule: str, line: int, column: int) -> None:
    document = read(text.encode(), "v.yaml")
    (finding,) = document.findings
    assert document.value is None
    assert (finding.rule, finding.kind, finding.span.line, finding.span.column) == (rule, Kind.VERDICT, line, column)
    assert finding.hint


def test_latin_1_is_named_by_its_place() -> None:
    (finding,) = read(b"a: 1\nname: M\xfcller\n", "v.yaml").findings
    assert (finding.rule, finding.span.line, finding.span.column) == ("yaml-encoding", 2, 8)


HINTS = [
    ("a: 1\n\tb: 2\n", "tab"),
    ("a:\n\tb: 2\n", "spaces"),
    ("a: @b", "this character"),
    ("a: b: c", "holds `: `"),
    ("a: 1\nb\nc: 2\n", "needs a `:`"),
    ("a: 1\n b: 2\n", "holds `: `"),
    ("a:\n  b: 1\n c: 2\n", "check the indentation"),
    ("- a\nb: 1\n", "one column"),
    ("a: [1, 2\nb: 3\n", "closing bracket"),
    ("a: *b", "above its first use"),
    ("a: 'b", "not closed"),
    ('a: "\\q"', "double a backslash"),
    ("%YAML 1.1\na: 1\n", "no directives"),
    ("a: [b ?c]", "quote"),
    ("a: - b", "on the lines below"),
    ("%YAML 1.1\n%YAML 1.1\n---\na: 1\n", "one of the two"),
]


@pytest.mark.parametrize(("text", "hint"), HINTS, ids=[case[1] for case in HINTS])
def test_the_hint_says_what_to_do(text: str, hint: str) -> None:
    (finding,) = read(text.encode(), "v.yaml").findings
    assert (finding.rule, hint in finding.hint) == ("yaml-syntax", True), finding
    with pytest.raises(RefusedError):
        reading(text.encode())


def test_an_open_bracket_is_the_place_and_the_end_is_related() -> None:
    for text in ("a: 1\nb: [1,\n  2\n\nc: 3\n", "a: 1\nb: 'x\n\nc: 3\n"):
        (finding,) = read(text.encode(), "v.yaml").findings
        ((label, place),) = finding.related
        assert (finding.span.line, finding.span.column) == (2, 4)
        assert (label, place.line > 2) == ("the parser gave up here", True)


def test_a_bracket_in_a_string_or_a_comment_is_not_open() -> None:
    text = "a: {b: '[', c: \"[\",  # [\n  d: [1]\n\n"
    assert syntax._unclosed(text, len(text)) == text.index("{")
    assert syntax._unclosed("a: []", 5) == 5


def test_a_control_character_is_named_by_its_number() -> None:
    (finding,) = read("\u00e9: a\x07b".encode(), "v.yaml").findings
    assert (finding.message, finding.span.column) == ("U+0007 is not allowed in YAML", 5)


def test_what_is_too_deep_is_not_judged_and_has_its_place() -> None:
    (finding,) = read(b"a:\n  " + b"[" * (MAX_DEPTH + 1), "v.yaml").findings
    assert (finding.rule, finding.kind, finding.span.line) == ("too-deep", Kind.LINT, 2)
    assert finding.span.column == 2 + MAX_DEPTH


def test_every_hint_is_reached() -> None:
    reached = {read(text.encode(), "v.yaml").findings[0].hint for text, _ in HINTS}
    assert {hint for _, hint in syntax._HINTS} - reached == set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('text: {{ template "x" . }}', True),
        ("a: 1\n{{- if .Values.x }}\nb: 1\n{{- end }}\n", True),
        ("a: {{- .Values.x }}", True),
        ("a:\n  {{- toYaml .x | nindent 2 }}\n", True),
        ("a: '{{ .b }}'\nc: @x", False),
        ("a: {[x]: 1}", False),
    ],
)
def test_a_template_in_a_values_file_is_called_so(text: str, said: bool) -> None:
    (finding,) = read(text.encode(), "v.yaml").findings
    assert finding.hint.startswith("values files are no templates") is said


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a:\n  b: @x", ("a", "b")),
        ("a:\n  'b c':\n    - @x", ("a", "b c")),
        ("a: 1\nb:\n- c: 2\n  d: @x", ("b", "d")),
        ("@x", ()),
    ],
)
def test_an_error_says_below_which_keys_it_stands(text: str, key: tuple[str, ...]) -> None:
    (finding,) = read(text.encode(), "v.yaml").findings
    assert finding.key == key
