"""Questions answered without a person: defaults, conditions, types, choices, what is remembered."""

from __future__ import annotations

from typing import Any

import pytest

from shunter.core.templates.config import NeedsCopier, read_config
from shunter.core.templates.jinja import Jinja
from shunter.core.templates.questions import Answers, Questionnaire, to_bool
from shunter.model.files import FileState, MemoryTree


def answered(text: str, **given: Any) -> Answers:
    tree = MemoryTree({"copier.yml": FileState(text.encode())})
    config = read_config(tree)
    return Questionnaire(config, Jinja(tree, config.options)).answer(given, {"_src_path": "here"})


def value(text: str, **given: Any) -> Any:
    return answered(text, **given).variables.values.get("n", "nothing")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("{type: str, default: 5}", "5"),
        ("{type: int, default: '5'}", 5),
        ("{type: bool, default: 'no'}", False),
        ("{type: yaml, default: '[a, {b: c}]'}", ["a", {"b": "c"}]),
        ("{type: json, default: '[1]'}", [1]),
        ("{type: float, default: 2}", 2.0),
        ("{type: \"{{ 'int' }}\", default: 1}", 1),
        ("7", 7),
        ("[1, x]", [1, "x"]),
        ("{type: str, default: '{{ _src_path }}'}", "here"),
        ("{type: str, choices: {A: a, B: b}, default: b}", "b"),
        ("{type: int, choices: '[1, 2]', default: 2}", 2),
        ("{type: str, when: false}", "nothing"),
        ("{type: str, ask: false}", "nothing"),
    ],
)
def test_defaults_in_their_types(question: str, expected: Any) -> None:
    found = value(f"n: {question}\n")
    assert (found, type(found)) == (expected, type(expected))


def test_what_is_hidden_or_secret_is_seen_by_templates_and_not_remembered() -> None:
    text = "shown: 1\nn: {default: 2, when: '{{ shown == 2 }}'}\ns: {type: str, default: x, secret: true}\n"
    found = answered(text, stranger=3)
    assert found.remembered == {"_src_path": "here", "shown": 1}
    assert {"n": 2, "s": "x", "stranger": 3}.items() <= found.variables.values.items()
    assert answered(text, shown=2).remembered == {"_src_path": "here", "shown": 2, "n": 2}


def test_a_question_sees_what_was_answered_before_and_given_after() -> None:
    assert value("n: '{{ m }}-{{ o }}'\nm: 1\no: 2\n", m="05") == "05-"
    assert value("m: 1\nn: '{{ m }}'\n") == "1"


@pytest.mark.parametrize(
    "text",
    [
        "n: {type: str}",
        "n: {type: str, choices: [a], default: b}",
        "n: {type: str, default: a, validator: \"{% if n == 'a' %}no{% endif %}\"}",
        "n: {type: cat, default: a}",
        "n: {type: str, default: [a]}",
        "n: {type: str, default: '{{ UNSET }}'}",
        "n: {type: str, secret: true}",
        "n: {type: str, default: a, choices: {A: {value: a, validator: x}}}",
        "n: {type: str, default: '{{ _copier_answers }}'}",
        "n: {type: str, default: a, surprise: 1}",
    ],
)
def test_what_copier_refuses_or_does_better_is_left_to_it(text: str) -> None:
    with pytest.raises(NeedsCopier):
        answered(text)


def test_answers_that_are_given_are_not_changed() -> None:
    given = [{"a": 1}]
    with pytest.raises(NeedsCopier, match="changes an answer"):
        answered("n: {type: str, default: '{{ many.append(1) }}'}", many=given)
    assert given == [{"a": 1}]


def test_yes_and_no_are_copiers() -> None:
    from copier._tools import cast_to_bool  # the only place that can be asked

    words = ["", " ", "yes", "Y", "off", "0", "1", "0.0", "none", "~", "word", 0, 2, None, [], [0], {}, "nan", " True "]
    assert [to_bool(word) for word in words] == [cast_to_bool(word) for word in words]
