"""Every rule that the code names is in the catalogue, and says what it should."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import shunter
from shunter.core.rules.catalogue import RULES, Rule

_PACKAGE = Path(shunter.__file__).parent
_MAKERS = {"Finding", "_lint", "finding", "RefusedError", "_add", "Problem"}


def _named_rules() -> Iterator[tuple[str, str]]:
    """Rule ids given as text to whatever makes findings, and where."""
    for path in sorted(_PACKAGE.rglob("*.py")):
        if "catalogue" in path.parts:
            continue
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            given = [keyword.value for keyword in call.keywords if keyword.arg == "rule"]
            if name in _MAKERS - {"Problem"}:
                given += call.args[:1]
            for value in given:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value, f"{path.relative_to(_PACKAGE)}:{call.lineno}"


def test_every_emitted_rule_is_in_the_catalogue() -> None:
    unknown = [(rule, place) for rule, place in _named_rules() if rule not in RULES]
    assert not unknown


def test_no_rule_of_the_catalogue_is_dead() -> None:
    sources = "\n".join(path.read_text() for path in _PACKAGE.rglob("*.py") if "catalogue" not in path.parts)
    assert [rule for rule in RULES if f'"{rule}"' not in sources] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_explains_itself(rule: Rule) -> None:
    assert RULES[rule.id] is rule
    assert len(rule.explanation) > 40
    assert rule.explanation.endswith(".")
    assert not rule.title.endswith(".")
