"""Patterns are refused and match as in Go: Helm's library, and Python's `re` where all agree, are the oracles."""

from __future__ import annotations

import re
from random import Random

import jsonschema_rs
import pytest

from helpers.fuzz.schema_fuzz import DRAFTS, PATTERNS, TEXTS, pattern
from helpers.oracles.schemas import chart, faulty, refusal
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import of_mapping
from shunter.core.rules.verdict import judge
from shunter.core.schema import regex

TEXT = (*TEXTS, "ab", "A", "-", "_", "{,2}", "&", "[", "]", "a b", "\u03b1", "\x07", "#", "aab", "\u00b2")


def test_patterns_are_refused_and_match_as_in_go() -> None:
    random = Random(6)
    wrong = []
    for text in (*PATTERNS, *(pattern(random) for _ in range(120))):
        data = chart({"$schema": DRAFTS[7], "additionalProperties": {"pattern": text}})
        if (regex.problem(text) is None) == bool(refusal(data, {})):
            wrong.append((text, regex.problem(text)))
        elif regex.problem(text) is None:
            ours = jsonschema_rs.validator_for(
                {"$schema": DRAFTS[7], "pattern": regex.rust(text)},
                validate_formats=True,
                pattern_options=jsonschema_rs.RegexOptions(),
            )
            refused = faulty(data, list(TEXT))
            wrong += [(text, one) for number, one in enumerate(TEXT) if ours.is_valid(one) == (number in refused)]
    assert wrong == []


def test_usual_patterns_stay_as_they_are_and_others_are_shown_as_they_were_written() -> None:
    for text in (r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]+)*$", r"^\d+(m|Mi|Gi)?$", r"^v?[0-9]+\.[0-9]+$"):
        assert regex.rust(text) == text
    data = chart({"properties": {"v": {"pattern": "^[[:alpha:]]+$"}}})
    (found,) = judge(load_archive(data, "c.tgz"), [of_mapping({"v": "1"}, "v.yaml")])
    assert found.message == '`v` is "1", which does not match the pattern `^[[:alpha:]]+$`'


def matcher(text: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for({"pattern": regex.rust(text)}, pattern_options=jsonschema_rs.RegexOptions())


def simple(random: Random, depth: int = 0) -> str:
    """A pattern that Go, Rust and Python read alike: no flags, no classes of Unicode, nothing repeated twice."""
    atoms = ["a", "b", r"\.", ".", "[ab]", "[^a]", "[a-c.-]", r"\d", r"\W", r"\x61", "^", r"\b"]
    parts = []
    for _ in range(random.randint(1, 3)):
        part = random.choice(atoms)
        if depth < 2 and random.random() < 0.3:
            part = f"{random.choice(('(', '(?:', f'(?P<n{random.randrange(10**9)}>'))}{simple(random, depth + 1)})"
        if part not in ("^", r"\b") and random.random() < 0.4:
            part += random.choice(("*", "+", "?", "{2}", "{1,3}", "{0,}", "*?", "+?", "{1,2}?"))
        parts.append(part)
    text = "".join(parts)
    return f"{text}|{random.choice(atoms)}" if random.random() < 0.2 else text


def test_what_python_reads_alike_matches_alike() -> None:
    random = Random(108)
    for _ in range(120):
        text = simple(random)
        ours = matcher(text)
        for candidate in ("", "a", "ab", "ba.c", "..", "aab1", "c a", "-"):
            wanted = re.search(text, candidate, re.ASCII) is not None
            assert ours.is_valid(candidate) == wanted, f"seed 108: {text!r} on {candidate!r}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("(?=a)", "Perl syntax"),
        ("a**", "repetition"),
        ("*", "repetition"),
        ("a{1001}", "repeat count"),
        ("a{3,2}", "repeat count"),
        ("(a{500}){3}", "repetition"),
        ("[b-a]", "class range"),
        ("[a", "missing closing ]"),
        ("(a", "missing closing )"),
        ("a)", "unexpected )"),
        ("\\", "trailing backslash"),
        (r"\8", "escape sequence"),
        (r"\p{Foo}", "class range"),
        ("(?P<n>a)(?P<n>b)", "duplicate"),
    ],
)
def test_a_refusal_says_why(text: str, words: str) -> None:
    problem = regex.problem(text)
    assert problem is not None
    assert words in problem
    with pytest.raises(regex.PatternError):
        regex.rust(text)


def test_what_rust_reads_another_way_is_spelt_for_it() -> None:
    regex.rust.cache_clear()  # of two patterns that are spelt alike for Rust, the one read last is remembered
    cases = {r"\d": ("1", "\u0661"), "a{,2}": ("a{,2}", "aa"), "[[:alpha:]]": ("a", "1"), "(?i)a|b$": ("B", "c")}
    for text, (fits, other) in cases.items():
        assert [matcher(text).is_valid(candidate) for candidate in (fits, other)] == [True, False], text
        assert regex.original(regex.rust(text)) == text
    assert regex.original("never seen") == "never seen"
