"""Code of templates: compiled once, and not again where the code of an earlier run is at hand."""

from __future__ import annotations

from types import CodeType

from shunter.core.templates.compiled import Codes, Stored


def made(codes: Codes, key: str, asked: list[str]) -> object:
    def make() -> CodeType:
        asked.append(key)
        return compile(key, "t", "eval")

    return eval(codes.code(("options", key), make))


def after(stored: Stored | None) -> Codes:
    codes = Codes()
    if stored is not None:
        codes.earlier = lambda: stored
    return codes


def test_code_is_compiled_once() -> None:
    codes, asked = after(None), list[str]()
    assert [made(codes, key, asked) for key in ("1 + 1", "2 + 2", "1 + 1")] == [2, 4, 2]
    assert asked == ["1 + 1", "2 + 2"]
    assert (codes.used, codes.compiled) == ({}, 0)  # nobody is going to keep it


def test_code_of_an_earlier_run_is_not_compiled_again() -> None:
    first, asked = after({}), list[str]()
    assert made(first, "1 + 1", asked) == 2
    second = after(first.used)
    assert (second.stored, made(second, "1 + 1", []), second.compiled) == ({}, 2, 0)
    assert made(second, "3 * 3", asked) == 9
    assert (asked, second.compiled) == (["1 + 1", "3 * 3"], 1)
    assert second.used.keys() - second.stored.keys() == second.used.keys() - first.used.keys() != set()


def test_code_is_known_by_all_that_it_follows_from() -> None:
    codes = after({})
    one = codes.code(("[[", None, "x"), lambda: compile("1", "t", "eval"))
    other = codes.code(("{{", None, "x"), lambda: compile("2", "t", "eval"))
    assert one != other
    assert len(codes.used) == 2
