"""The lints of the reader: what Helm accepts and someone will regret."""

from __future__ import annotations

from random import Random

import pytest

from helpers.fuzz.yaml_fuzz import document, scalar
from shunter.core.goyaml.document import read
from shunter.core.rules.yaml_lints import yaml_lints
from shunter.model.findings import Kind

CASES = [
    ("a: 1\na: 2", "duplicate-key", 2, 1, "line 1"),
    ('x:\n  1: a\n  "1": b', "colliding-keys", 3, 3, "random"),
    ("on: 1", "boolean-key", 1, 1, '"true"'),
    ("0777: a", "number-key", 1, 1, '"511"'),
    ("a: off", "yaml-1.1-boolean", 1, 4, "false"),
    ("a: y", "yaml-1.1-boolean", 1, 4, "true"),
    ("a: 0777", "leading-zero", 1, 4, "511"),
    ("a: 08", "leading-zero", 1, 4, "8"),
    ("code: 0444", "leading-zero", 1, 7, "292"),
    ("mode: 07777", "leading-zero", 1, 7, "4095"),
    ("a: 1.10", "trailing-zero", 1, 4, "1.1"),
    ("image: {tag: 2.0}", "trailing-zero", 1, 14, "2"),
    ("kubeVersion: 0.10", "trailing-zero", 1, 14, "0.1"),
    ("python: [3.10]", "trailing-zero", 1, 10, "3.1"),
    ("a: 9007199254740993", "big-number", 1, 4, "9007199254740992"),
    ("a: 1000000", "exponent-number", 1, 4, "1e+06"),
    ("a: 1234567890", "exponent-number", 1, 4, "1.23456789e+09"),
    ("a: -25000000", "exponent-number", 1, 4, "-2.5e+07"),
    ("a: 1\n---\nb: 2", "multi-document", 2, 1, "merges"),
    ("a: 1\n...\nb: 2", "ignored-document", 2, 1, "..."),
    ("  a: 1\nb: 2", "ignored-document", 2, 1, "further left"),
    ("# x\n    a: 1\n  b: 2\nc: 3", "ignored-document", 3, 3, "further left"),
    ("{a: 1}\nb: 2", "ignored-document", 2, 1, "bracket"),
    ("  a: 1\n...\nb: 2", "ignored-document", 2, 1, "..."),
    ("a: &a {q: 1}\nb:\n  q: 2\n  <<: *a", "merge-order", 4, 3, "`q`"),
]


@pytest.mark.parametrize(("text", "rule", "line", "column", "word"), CASES, ids=[case[0] for case in CASES])
def test_a_hazard_is_one_lint_in_its_place(text: str, rule: str, line: int, column: int, word: str) -> None:
    (finding,) = yaml_lints(read(text.encode(), "v.yaml"))
    assert (finding.rule, finding.span.line, finding.span.column) == (rule, line, column)
    assert finding.kind is Kind.LINT
    assert word in finding.message
    assert finding.hint


HARMLESS = [
    "a: true",
    "a: False",
    "a: 'on'",
    'a: "0777"',
    "a: 1.5",
    "a: 1.0.1",
    "a: 0",
    "a: 0x1F",
    "defaultMode: 0444",
    "volume: {mode: 0644}",
    "a: 0.10.0",
    "1: a",
    "a: 999999",
    "a: &a {q: 1}\nb:\n  <<: *a\n  q: 2",
    "a: 1.0",
    "a: 0.10",
    "resources: {limits: {cpu: 1.50}}",
    "cpu: 0.10",
    "ratio: 1.20",
    "autoscaling: {threshold: {cpu: 1.10}}",
    "trace: {sampling: 1.10}",
    "  a: 1\n  b: 2\n# c\n",
    "{a: 1} # b",
    "  a:\n   - 1\n   - 2",
    "a: 1\n---\n",
    "# x\n---\na: 1",
    "a: 2024-01-01",
    "a: 1:30",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_is_not_mentioned(text: str) -> None:
    assert yaml_lints(read(text.encode(), "v.yaml")) == ()


def test_a_clean_document_has_no_hazard() -> None:
    random = Random(8)
    clean = 0
    for _ in range(3000):
        text = document(random) if random.random() < 0.5 else f"x: {scalar(random)}\n{scalar(random)}: 1\n".encode()
        found = read(text, "v.yaml")
        clean += found.clean
        assert not (found.clean and yaml_lints(found)), text
    assert clean > 500


def test_helm_3_is_told_about_the_documents_that_it_drops() -> None:
    (finding,) = yaml_lints(read(b"a: 1\n---\nb: 2\n", "v.yaml", "3"))
    assert finding.rule == "multi-document"
    assert "first only" in finding.message
