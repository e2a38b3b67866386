"""The one exception that a person sees."""

from __future__ import annotations

import pickle

from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Span


def test_an_error_says_what_where_and_how_to_go_on() -> None:
    error = ShunterError("it broke", hint="mend it", span=Span("a", 1), notes=("n",), exit_code=1, rule="drift")
    assert (str(error), error.message, error.hint, error.notes) == ("it broke", "it broke", "mend it", ("n",))
    assert ShunterError("x").exit_code == 2
    assert (error.on_one_line, ShunterError("x").on_one_line) == ("it broke (mend it)", "x")


def test_a_note_is_below_the_last_of_several_findings() -> None:
    found = [Finding("one", "it broke", Span("a", 1)), Finding("two", "again", Span("a", 2), notes=("n",))]
    noted = ShunterError.of(found).noted("m")
    assert ([each.notes for each in noted.findings], noted.message) == ([(), ("n", "m")], "it broke")
    error = ShunterError("it broke", hint="mend it", span=Span("a", 1), notes=("n",), exit_code=1, rule="drift")
    assert vars(error.noted("m")) == {**vars(error), "notes": ("n", "m")}


def test_an_error_travels_between_processes_whole() -> None:
    error = ShunterError("it broke", hint="mend it", span=Span("a", 1), notes=("n",), exit_code=1, rule="drift")
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)
