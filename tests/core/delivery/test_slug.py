"""Slugs of branches: short, plain, and never that of another one."""

from __future__ import annotations

import pytest

from shunter.core.delivery.slug import LONGEST, slug


@pytest.mark.parametrize("name", ["x", "login-page", "0123", "a" * LONGEST])
def test_a_plain_name_is_its_own_slug(name: str) -> None:
    assert slug(name) == name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Login Page", "login-page"),
        ("team/login_page", "team-login-page"),
        ("a--b", "a-b"),
        ("-a-", "a"),
        ("über", "ber"),
        ("a" * 31, "a" * 20),
        ("a" * 19 + "-" + "b" * 20, "a" * 19),
        ("x-h01234567", "x-h01234567"),
    ],
)
def test_another_name_gets_a_hash(name: str, words: str) -> None:
    head, _, tail = slug(name).rpartition("-")
    assert head == words[:20].rstrip("-")
    assert tail[0] == "h"
    assert len(tail) == 9


def test_a_name_without_letters_is_its_hash() -> None:
    assert slug("日本").startswith("h")
    assert len(slug("日本")) == 9


def test_names_that_look_alike_differ() -> None:
    names = ["a-b", "a/b", "a_b", "A-b", "a--b", "a-b-", "a.b", "a b"]
    names += [slug(name) for name in names[1:]]  # somebody may call a branch so
    assert len({slug(name) for name in names}) == len(names)


def test_a_name_may_hold_bytes_that_are_no_text() -> None:
    assert slug("a\udcff") != slug("a\udcfe")
