"""What functions do with values, and that Helm has every function that is known here."""

from __future__ import annotations

from typing import Any

import helm_python
import pytest

from helpers.oracles.embedded_helm import METADATA, archive
from shunter.core.gotemplate.functions import FUNCTIONS
from shunter.core.gotemplate.values import NIL, TEXT, At, Bag, Like, Map, Str, Value

A, B, TRUE = frozenset((At(("a",)),)), frozenset((At(("b",)),)), frozenset((Str("true"),))

LIKE = frozenset((Like(r"a\..*"),))
EACH = {("consume", frozenset((Str(word),))) for word in ("^(x)$", "${1}@1")}


class Seen:
    """A run that writes down what a function asks of it."""

    def __init__(self) -> None:
        self.log: set[tuple[str, Value]] = set()

    def test(self, value: Value) -> None:
        self.log.add(("test", value))

    def consume(self, value: Value) -> None:
        self.log.add(("consume", value))

    def escape(self, value: Value) -> None:
        self.log.add(("escape", value))

    def items(self, value: Value) -> Value:
        return frozenset(At((*atom.path, "*")) for atom in value if isinstance(atom, At)) or TEXT

    def field(self, value: Value, name: str) -> Value:
        return frozenset(At((*atom.path, name)) for atom in value if isinstance(atom, At)) or TEXT

    def call(self, name: Value, argument: Value) -> Value:
        self.log.add(("call", argument))
        return TEXT

    def evaluate(self, text: Value, context: Value) -> Value:
        self.log.add(("evaluate", context))
        return TEXT


def text(*words: str) -> Value:
    return frozenset(map(Str, words))


def at(*paths: str) -> Value:
    return frozenset(At(tuple(path.split("."))) for path in paths)


CASES: list[tuple[str, list[Value], Value, set[tuple[str, Value]]]] = [
    ("default", [TRUE, A], A | TRUE, set()),
    ("replace", [text("a."), text("b."), text("a.x")], text("b.x"), {("consume", text("a.x"))}),
    ("replace", [text("a."), text("b."), LIKE], frozenset((Like(r"b\..*"),)), {("consume", LIKE)}),
    ("replace", [text("a."), text("b."), A], TEXT, {("consume", A)}),
    ("regexReplaceAll", [text("^(x)$"), LIKE, text("${1}@1")], LIKE, set()),
    ("regexReplaceAll", [text("^(x)$"), A, text("${1}@1")], TEXT, {("consume", A)} | EACH),
    ("coalesce", [NIL, NIL], NIL, set()),
    ("or", [NIL, A], A | NIL, {("test", NIL), ("test", A)}),
    ("ternary", [A, B, TRUE], A | B, {("test", TRUE)}),
    ("required", [text("why"), A], A, {("test", A)}),
    ("empty", [A], TEXT, {("test", A)}),
    ("eq", [A, B], TEXT, {("consume", A), ("consume", B)}),
    ("len", [A], TEXT, {("test", A), ("test", at("a.*"))}),
    ("index", [A, text("x"), text("y")], at("a.x.y"), set()),
    ("get", [A, B], at("a.*"), {("consume", B)}),
    ("dig", [text("x"), text("y"), TRUE, A], at("a.x.y") | TRUE, set()),
    ("hasKey", [A, text("x")], TEXT, {("test", at("a.x"))}),
    ("pluck", [text("x"), A, B], frozenset((Bag(at("a.x", "b.x") | TEXT),)), set()),
    ("dict", [text("k"), A], frozenset((Map((("k", A),)),)), set()),
    ("dict", [B, A], frozenset((Bag(A | TEXT),)), {("consume", B)}),
    ("list", [A, B], frozenset((Bag(A | B | TEXT),)), set()),
    ("append", [A, B], frozenset((Bag(at("a.*", "b.*") | A | B | TEXT),)), set()),
    ("pick", [A, text("x")], frozenset((Map((("x", at("a.x")),)),)), set()),
    ("pick", [A, B], A, {("consume", B)}),
    ("omit", [A, text("x")], A, {("consume", text("x"))}),
    ("set", [A, text("x"), B], A | TEXT, {("escape", B), ("consume", text("x"))}),
    ("values", [A], frozenset((Bag(at("a.*") | TEXT),)), set()),
    ("first", [A], at("a.*"), set()),
    ("include", [text("t"), A], TEXT, {("call", A)}),
    ("tpl", [A, B], TEXT, {("evaluate", B)}),
    ("printf", [text("a-%s.b"), A], frozenset((Like(r"a\-.*\.b"),)), {("consume", text("a-%s.b")), ("consume", A)}),
    ("printf", [A, B], TEXT, {("consume", A), ("consume", B)}),
    ("print", [text("a."), A], frozenset((Like(r"a\..*"),)), {("consume", text("a.")), ("consume", A)}),
]


@pytest.mark.parametrize(("name", "arguments", "result", "asked"), CASES, ids=[case[0] for case in CASES])
def test_what_a_function_reads_and_returns(
    name: str, arguments: list[Value], result: Value, asked: set[tuple[str, Value]]
) -> None:
    run = Seen()
    assert FUNCTIONS[name](run, arguments) == result
    assert run.log == asked


@pytest.mark.parametrize("make", ["list", "dict"])
def test_what_would_grow_for_ever_escapes(make: str) -> None:
    value, run = A, Seen()
    for _ in range(8):
        value = FUNCTIONS[make](run, [text("k"), value])
        assert not run.log
    assert FUNCTIONS[make](run, [text("k"), value]) == TEXT
    assert any(what == "escape" for what, _ in run.log)


def test_a_pattern_of_many_pieces_stays_quick() -> None:
    (like,) = FUNCTIONS["printf"](Seen(), [text("a%sb%sc%sd%se")])
    assert like == Like("a.*e")


@pytest.mark.parametrize("name", ["index", "dig", "pluck", "ternary", "set", "include", "tpl", "pick", "values"])
def test_too_few_arguments_end_in_an_error_that_a_run_expects(name: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        FUNCTIONS[name](Seen(), [])


def test_helm_has_every_function() -> None:
    calls = "".join(f"{{{{ if false }}}}{{{{ {name} }}}}{{{{ end }}}}" for name in FUNCTIONS)
    assert rendered(calls) == ""
    with pytest.raises(helm_python.HelmError, match="not defined"):
        rendered("{{ if false }}{{ noSuchFunction }}{{ end }}")


def rendered(template: str) -> Any:
    with helm_python.Chart.load_archive(archive({"Chart.yaml": METADATA, "templates/a.yaml": template})) as chart:
        return "".join(chart.render({}).values())
