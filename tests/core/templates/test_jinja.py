"""Jinja as Copier sets it up: what a template uses is known, what it includes too, and it is compiled once."""

from __future__ import annotations

import pytest

from shunter.core.templates.config import NeedsCopier
from shunter.core.templates.jinja import Jinja
from shunter.core.templates.variables import Variables
from shunter.model.files import FileState, MemoryTree

FILES = {
    "main": "{{ a }}{% include 'parts/' ~ kind %}{% if false %}{{ unused }}{% endif %}",
    "parts/one": "{{ b }}{% import 'tools' as tools with context %}{{ tools.t() }}",
    "parts/two": "{{ c }}",
    "tools": "{% macro t() %}{{ d }}{% endmacro %}",
    "outside": "{% include '../etc/passwd' %}",
}


def jinja(**options: object) -> Jinja:
    return Jinja(MemoryTree({path: FileState(text.encode()) for path, text in FILES.items()}), options)


@pytest.mark.parametrize(("kind", "used"), [("one", {"a", "b", "d"}), ("two", {"a", "c"})])
def test_names_are_known_through_includes_and_imports(kind: str, used: set[str]) -> None:
    environment = jinja()
    text, names = environment.recorded(environment.get_template("main"), Variables({"kind": kind, "b": "B", "c": "C"}))
    assert text == kind.replace("one", "B").replace("two", "C")
    assert names - {"kind", "unused", "tools"} == used


def test_text_is_rendered_once_for_equal_values(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = jinja()
    text = environment.text("{{ a }}!")
    assert text.render(Variables({"a": 1, "b": 1})) == "1!"
    monkeypatch.setattr(environment, "recorded", lambda *_: pytest.fail("rendered again"))
    assert text.render(Variables({"a": 1, "b": 2})) == "1!"


def test_a_loop_in_a_name_is_noted_each_time() -> None:
    text = jinja().text("{% yield each from many %}{{ each }}{% endyield %}")
    for _ in range(2):
        assert text.render(Variables({"many": [1, 2]})) == ""
        assert text.loops() == [("each", [1, 2])]
    plain = jinja().text("plain")
    assert (plain.render(Variables({})), plain.loops()) == ("plain", [])


def test_what_both_releases_have_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    jinja().text("{{ once }}").render(Variables({}))
    other = jinja(trim_blocks=True)
    second = jinja()
    monkeypatch.setattr(second, "compile", lambda *_: pytest.fail("compiled again"))
    assert second.text("{{ once }}").render(Variables({"once": 1})) == "1"
    assert other.text("{% if true %}\nx{% endif %}").render(Variables({})) == "x"


@pytest.mark.parametrize(
    "source", ["{{ now() }}", "{{ lipsum() }}", "{{ 'a' | strftime }}", "{{ pathjoin('..', 'a') }}"]
)
def test_what_is_not_the_same_everywhere_is_copiers(source: str) -> None:
    with pytest.raises(NeedsCopier):
        jinja().text(source).render(Variables({}))


def test_nothing_outside_of_the_release_is_included() -> None:
    from jinja2 import TemplateNotFound

    environment = jinja()
    with pytest.raises(TemplateNotFound):
        environment.recorded(environment.get_template("outside"), Variables({}))
