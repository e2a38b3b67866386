"""The reader against the embedded Helm, and the places and findings that it gives."""

from __future__ import annotations

from random import Random

import pytest

from helpers.fuzz.yaml_fuzz import WORDS, document, scalar
from helpers.oracles.agreement import reading_agrees
from shunter.core.goyaml.document import MAX_BYTES, Document, read
from shunter.core.rules.yaml_lints import yaml_lints
from shunter.model.findings import Kind

DOCUMENTS = [
    "",
    "\n",
    "# only a comment",
    "---\n",
    "---\n---\n",
    "x:",
    "x: 1\nx: 2",
    "x:\n  y: 1",
    "x:\n  on: 1",
    "x:\n  8080: a",
    "x:\n  0777: a",
    "x:\n  2024-01-01: a",
    "x:\n  12345678901234567890: a",
    "x:\n  ~: a",
    "x:\n  1.10: a\n  1e3: b\n  1e6: c\n  1e400: d\n  .inf: e\n  123456.789: f\n  0.00001: g\n  -0.0: h\n  1e300: i",
    "a: &A {p: 1, q: 2}\nx:\n  <<: *A\n  q: 3",
    "a: &A {p: 1, q: 2}\nx:\n  q: 3\n  <<: *A",
    "a: &A {p: 1}\nb: &B {r: 3}\nx:\n  <<: *A\n  <<: *B",
    "a: &A {p: 1}\nb: &B {p: 2}\nx:\n  <<: [*A, *B]",
    'a: &A {p: 1}\nx:\n  "<<": *A',
    "x:\n  <<: {p: 1}",
    "x:\n  <<: 1",
    "x:\n  <<: [1]",
    "a: &A [1]\nx:\n  <<: *A",
    "x: <<",
    "x:\n  !!merge a: {p: 1}",
    "x: 1\ny: 1\n---\nx: 2",
    "a: {b: 1, c: 2}\n---\na: {b: null}\n---\na: {d: 3}",
    "--- # c\nx: 1",
    "x: 1\n--- y",
    "x: 1\n----\ny: 2",
    "x: 1\n...\ny: 2",
    "x: 1\n...\n---\ny: 2",
    "%YAML 1.2\n---\nx: yes",
    "%YAML 1.1\n---\nx: 1",
    "%TAG ! tag:x,2000:\n---\nx: 1",
    "\ufeffx: 1",
    "\ufeff---\nx: 1",
    'x: "it\\\'s"\nlist: ["\\\'", a]\n',
    'x: "\\\'\\/"\n',
    'x: "\\q"\n',
    "x: 1\n\ufeff",
    "x: 1\n\ufeffy: 2\n",
    "x:\n  a: 1\n\ufeff  b: 2\n",
    "x: 1\n---\n\ufeffz: 2\n",
    "x: 'a\n\ufeffb'\n\ufefflist: [\ufdd0]\n",
    "x: a\ufeffb\nz: |\n  \ufeff\n",
    "x: &a\ufeff [1, {b: \ufeff}]\nz: *a\ufeff\n",
    "x:\n\ta: 1",
    "x: 1\t\ny: 2",
    "x:\t1",
    "x: a\x00b",
    "x: a\x07b",
    "x: a\x85b",
    "x: a\u2028b",
    "x: 'a\u2028b'",
    "x: 1\ry: 2",
    "x: 1\r\ny: 2\r\n",
    "- a",
    "a",
    "null",
    "~",
    "1",
    '"x"',
    "{}",
    "[]",
    "? " + "k" * 1025 + "\n: v",
    "k" * 1030 + ": v",
    "x: &A\n  self: *A",
    "x: &a [*a]",
    "x: *nobody",
    "x: &a 1\ny: &a 2\nz: *a",
    "x: !!foo bar",
    "x: !foo bar",
    "x: !!str 12",
    "x: !!int '12'",
    "x: !!int x",
    "x: !!int 0x1F",
    "x: !!float 3",
    "x: !!float 0x1F",
    "x: !!float 18446744073709551615",
    "x: !!bool on",
    "x: !!bool x",
    "x: !!null ''",
    "x: !!null x",
    "x: !!timestamp 2001-01-01",
    "x: !!timestamp 12",
    "x: !!binary aGVsbG8=",
    "x: !!binary '***'",
    "x: !!binary /w==",
    "x: !!binary |\n  aGVs\n  bG8=",
    "x: ! 12",
    "x: ! '12'",
    "x: !",
    "x: !!set {a, b}",
    "x: !!omap [a: 1]",
    "x: !!seq {a: 1}",
    "x: !<tag:yaml.org,2002:str> 5",
    "x: a: b",
    "x: {a: 1",
    "x: [1, 2",
    "x: 'a",
    'x: "a',
    'x: "\\/"',
    'x: "\\x41\\u00e9\\U0001F600"',
    'x: "\\ud800"',
    'x: "\\q"',
    "x: 'it''s'",
    "x: [a:, b]",
    "x: {a:b}",
    "x: [http://h?q=1]",
    "x: [?a]",
    "x: {p: 1, q: 2:}\ny: {q\t: 3}",
    "x: {p: 1, q:,2}\ny: {q: \t, r: [a \tb\t]}\nz: a \tb\t# c\n",
    "c: &a\n! e: 1\n",
    "c: &a !\ne: 1\n",
    "c: ! &a\ne: 1\n",
    "c: !\n! e: 1\n",
    "x: {p: 1, q:,2}",
    "x: {p:[1]}",
    "x: {p:?a}",
    "x: {p: !, q: 2}",
    "x: {p: !a,b c}",
    "x: !]!a b",
    "x: ![!map {a: 1}",
    "x: [!!str,a b]",
    "x: {?a: b}",
    "x: http://h?q=1",
    "x: @a",
    "x: `a`",
    "x: %a",
    "x: -",
    "x: - a",
    "x: |\n  a\n   b\n c",
    "x: |\n  a",
    "x: |+\n  a\n\n",
    "x: >-\n  a\n  b\n\n  c",
    "x: |2\n    a",
    "x: |\n\ta",
    "x: a\n  b\n  c",
    "x: 'a\n\n  b'",
    "x: # c",
    "x: a #b",
    "x: a# b",
    "x:\n- a\n- b",
    "x:\n  - a\n - b",
    "x:\n  a: 1\n b: 2",
    " x: 1\ny: 2",
    "x: [1, [2, {a: b}]]",
    "x: .inf\nx: 1",
    "x: {~: 1}\nx: 1",
    "x: [.nan]",
    "x: é",
    "x: 😀",
    "é: 1",
    "? a\n: b",
    "? [a]\n: b",
    "? {a: b}\n: c",
    ": a",
    "x: {a, b}",
    "x: [a, , b]",
    "x: [a, b,]",
    "a: &a x\nb: *a\n*a : c",
    "x: 1 2",
    "x: 1_000.5",
    "x: 1e3_0",
    "x: .5_0",
    "x: 0x",
    "x: 0b2",
    "x: 00",
    "x: -0x1f",
]


def agrees(text: bytes) -> bool:
    return reading_agrees(text)[0]


@pytest.mark.parametrize("word", WORDS)
def test_every_known_word_is_read_as_helm_reads_it(word: str) -> None:
    assert agrees(f"x: {word}\n".encode())
    assert agrees(f"x:\n  {word}: a\n".encode())
    assert agrees(f"x: [{word}]\n".encode())


@pytest.mark.parametrize("text", DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_every_known_document_is_read_as_helm_reads_it(text: str) -> None:
    assert agrees(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "data",
    [
        b"x: \xff",
        b"\xff\xfex\x00",
        "x: 1\n".encode("utf-16-le"),
        "x: 1\n".encode("utf-16"),
        b"\xfe\xff" + "x: 1\n".encode("utf-16-be"),
        b"x: \xc3",
        b"x: \xed\xa0\x80",
        b"x: \xc0\x80",
    ],
)
def test_other_encodings_are_read_as_helm_reads_them(data: bytes) -> None:
    assert agrees(data)


@pytest.mark.slow  # random scalars, which Helm reads too
def test_random_scalars_are_read_as_helm_reads_them() -> None:
    random = Random(20)
    texts = [f"x: {scalar(random)}\n{scalar(random)}: 1\n".encode() for _ in range(2500)]
    assert [text for text in texts if not agrees(text)] == []


@pytest.mark.slow  # random documents, which Helm reads one by one
def test_random_documents_are_read_as_helm_reads_them() -> None:
    random = Random(21)
    texts = [document(random) for _ in range(2500)]
    assert [text for text in texts if not agrees(text)] == []


def test_helm_3_reads_the_first_document_only() -> None:
    text = b"x: 1\n---\nx: 2\n--- anything\n"
    assert read(text, "v.yaml", "3").value == {"x": 1}
    assert read(text, "v.yaml", "4").value is None


TEXT = b"""\
a: 1
b:
  c: on
  d:
  e: |
    hello
  "f g": [1, {k: 'x y'}]
---
b:
  h: &x {p: q}
  i: *x
  j:
    <<: *x
"""


def places(document: Document, *key: str | int) -> tuple[int, int, int, str]:
    span = document.span(key)
    return span.line, span.column, span.end, document.raw(key)


def test_every_value_and_key_has_its_place() -> None:
    document = read(TEXT, "v.yaml")
    assert places(document, "a") == (1, 4, 5, "1")
    assert places(document, "b", "c") == (3, 6, 8, "on")
    assert places(document, "b", "d") == (4, 3, 4, "")
    assert places(document, "b", "e") == (5, 6, 7, "|\n    hello")
    assert places(document, "b", "f g", 1, "k") == (7, 18, 23, "'x y'")
    assert places(document, "b", "h", "p") == (10, 13, 14, "q")
    assert places(document, "b", "i", "p") == (10, 13, 14, "q")
    assert places(document, "b", "j", "p") == (10, 13, 14, "q")
    key = document.span(("b", "f g"), of="key")
    assert (key.line, key.column, key.end, key.text) == (7, 3, 8, "  \"f g\": [1, {k: 'x y'}]")


def test_a_path_that_is_not_there_is_placed_at_the_nearest_part_above() -> None:
    document = read(TEXT, "v.yaml")
    assert document.span(("b", "c", "no", 3)).line == 3
    assert not document.has(("b", "c", "no"))
    assert document.has(("b", "f g", 1, "k"))
    assert document.span(("nowhere",)).line == 9


def test_columns_count_characters_and_lines_only_line_feeds() -> None:
    document = read("a: 'é\u2028é'\nb: {é: 😀, c: x}\r\nd: 1\r\n".encode(), "v.yaml")
    assert places(document, "b", "c")[:3] == (2, 14, 15)
    assert places(document, "d")[:3] == (3, 4, 5)
    assert document.span(("b", "c")).text == "b: {é: 😀, c: x}"


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"), [("- a", "yaml-root", 1, 1), ("a: 1\n--- b", "yaml-separator", 2, 4)]
)
def test_what_is_yaml_and_no_values_file_is_refused(text: str, rule: str, line: int, column: int) -> None:
    document = read(text.encode(), "v.yaml")
    (finding,) = document.findings
    assert document.value is None
    assert (finding.rule, finding.kind, finding.span.line, finding.span.column) == (rule, Kind.VERDICT, line, column)
    assert finding.hint


BOMBS = [
    b"[" * 100_000,
    b"- " * 100_000,
    b"? " * 100_000,
    b"\n".join(b" " * depth + b"a:" for depth in range(2_000)),
    b"a: " + b"{a: " * 50_000,
    b"a: &a [1,2,3,4,5,6,7,8,9]\n"
    + b"".join(b"%c: &%c [%s]\n" % (97 + i, 97 + i, b",".join([b"*%c" % (96 + i)] * 9)) for i in range(1, 10)),
    b"a: &a0 {x: 1}\n" + b"".join(b"b%d: &a%d {k: *a%d}\n" % (i, i, i - 1) for i in range(1, 400)),
    b"a: x\n" * 100_000,
    b"a: " + b"x" * (MAX_BYTES + 1),
    b"\x00" * 1_000,
    b"&a " * 10_000,
    b"a: '" + b"x\n " * 200_000,
]


@pytest.mark.parametrize("data", BOMBS, ids=range(len(BOMBS)))
def test_bombs_end_in_findings_and_not_in_tracebacks(data: bytes) -> None:
    document = read(data, "v.yaml")
    assert (document.value is None) == bool(document.findings)


def test_ten_thousand_malformed_inputs_end_in_findings() -> None:
    random = Random(30)
    refused = 0
    for _ in range(10_000):
        roll = random.random()
        data: bytes | bytearray
        if roll < 0.3:
            data = random.randbytes(random.randint(0, 60))
        elif roll < 0.6:
            data = "".join(
                random.choice("ab:- \t\n[]{}!&*|>'\"%@`#,?~0e.\\") for _ in range(random.randint(0, 50))
            ).encode()
        else:
            data = bytearray(document(random))
            for _ in range(random.randint(1, 6)):
                data[random.randrange(len(data) or 1) : 0] = random.randbytes(random.randint(0, 2))
        found = read(bytes(data), "v.yaml", random.choice(("3", "4")))
        refused += found.value is None
        assert (found.value is None) == bool(found.findings)
        for finding in (*found.findings, *yaml_lints(found)):
            assert finding.span.line >= 0
            assert finding.message
            assert finding.hint
    assert refused > 4000


def test_what_is_not_judged_is_no_verdict() -> None:
    assert [finding.kind for finding in read(b"[" * 500, "v.yaml").findings] == [Kind.LINT]
    assert [finding.kind for finding in read(b" " * (MAX_BYTES + 1), "v.yaml").findings] == [Kind.LINT]


@pytest.mark.slow  # files of many megabytes; small ones stand for them beside it
@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"a: [" + b"1," * 300_000 + b"]", "keys and values"),
        (b"a:\n" + b"- - - -\n" * 90_000, "keys and values"),
        (b"a: 1\r\n" * 300_000, "keys and values"),
        (b"---\n" * 100_000, "YAML documents"),
        (b"---\na: [" + b"1," * 2_000 + b"]\n---\n" + b"b: 1\n" * 200_000, "keys and values"),
    ],
)
def test_what_is_small_and_takes_a_gigabyte_is_not_judged(text: bytes, what: str) -> None:
    (finding,) = read(text, "x.yaml").findings
    assert (finding.rule, what in finding.message) == ("file-too-large", True)


@pytest.mark.slow  # files of many megabytes; small ones stand for them beside it
def test_a_large_file_is_judged() -> None:
    value = read(b"".join(b"key%d: 1\n" % number for number in range(140_000)), "x.yaml").value
    assert value is not None
    assert len(value) == 140_000
