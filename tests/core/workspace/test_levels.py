"""Levels of rules in `.shunter.yaml`, in `pyproject.toml` and on the command line."""

from __future__ import annotations

import pytest

from shunter.core.workspace.levels import of_arguments, of_toml, of_yaml
from shunter.model.errors import ShunterError


def test_levels_are_read_wherever_they_stand() -> None:
    wanted = {"drift": "off", "trailing-zero": "error"}
    assert of_yaml(b"rules: {drift: off, trailing-zero: error}\n", "s") == wanted
    assert of_yaml(b"rules: {drift: 'off', trailing-zero: error}\n", "s") == wanted
    assert of_toml(b'[tool.shunter.rules]\ndrift = "off"\ntrailing-zero = "error"\n', "p") == wanted
    assert of_toml(b'[tool]\nshunter = {rules = {drift = false, trailing-zero = "error"}}\n', "p") == wanted
    assert of_arguments(["drift=note", "trailing-zero=error", "drift=off"]) == wanted
    assert of_yaml(b"", "s") == of_yaml(b"rules:\n", "s") == of_toml(b"[tool.shunter]\n", "p") == {}


def test_a_project_may_have_none() -> None:
    assert of_toml(b"[tool.black]\nline-length = 88\n", "p") is None
    assert of_toml(b"# tool.shunter\n[tool.black]\n", "p") is None


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("rule: {}", "p has no key `rule`", "rules"),
        ("rules: []", "p: `rules` must be a map", "rules: {"),
        ("rules: {trailing-zeros: off}", "p: there is no rule `trailing-zeros`", "did you mean `trailing-zero`?"),
        ("rules: {zzz: off}", "p: there is no rule `zzz`", "rules.md"),
        ("rules: {type: off}", "p: `type` is refused, whatever level it has", "only lints"),
        ("rules: {drift: loud}", "p: `drift` cannot be `loud`", "one of: error, warning, note, off"),
        ("rules: {drift: on}", "p: `drift` cannot be `True`", "one of: "),
        ("a: b: c", "this is no YAML: mapping values are not allowed in this context", ""),
    ],
)
def test_what_is_wrong_in_a_file_has_its_place(text: str, message: str, hint: str) -> None:
    with pytest.raises(ShunterError) as caught:
        of_yaml(text.encode(), "p")
    assert (caught.value.message, hint in caught.value.hint) == (message, True)
    assert caught.value.span is not None
    assert caught.value.span.path == "p"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.shunter]\nrule = 1", "p: `rule` is no setting"),
        ("[tool.shunter.rules]\ndrift = 3", "p: `drift` cannot be `3`"),
        ("[tool.shunter.rules\n", "p is no TOML: "),
        ("tool.shunter = 3", "p: `tool.shunter` is no setting"),
    ],
)
def test_what_is_wrong_in_a_table(text: str, message: str) -> None:
    with pytest.raises(ShunterError) as caught:
        of_toml(text.encode(), "p")
    assert caught.value.message.startswith(message)


def test_an_argument_names_itself() -> None:
    for text, message in (("x", "--rule x: there is no rule `x`"), ("drift", "--rule drift: `drift` cannot be ``")):
        with pytest.raises(ShunterError) as caught:
            of_arguments([text])
        assert caught.value.message == message
