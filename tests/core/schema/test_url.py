"""URLs as Go's net/url takes them; Python's `urllib` agrees on usual ones."""

from __future__ import annotations

from random import Random
from urllib.parse import urlsplit

import pytest

from shunter.core.schema.compile import compile_document
from shunter.core.schema.url import Url, parse, unescaped


@pytest.mark.parametrize("reference", ["http://[", "http://[#x", "//[a"])
def test_a_reference_that_is_no_url_is_a_problem_and_no_bug(reference: str) -> None:
    schema = compile_document({"properties": {"a": {"$ref": reference}}})
    assert [problem.fatal for problem in schema.problems] == [True]
    assert schema.validator is None


def test_usual_urls_have_the_parts_that_python_finds() -> None:
    random = Random(110)
    for _ in range(500):
        host = random.choice(("a.example", "10.0.0.1", "[::1]", "x-y"))
        port = random.choice(("", ":80", ":0"))
        user = random.choice(("", "u@", "u:p@"))
        path = random.choice(("", "/", "/a/b", "/%41", "/a;b=c"))
        text = f"{random.choice(('http', 'https', 'X+1'))}://{user}{host}{port}{path}{random.choice(('', '?q=1'))}{random.choice(('', '#f'))}"
        url, theirs = parse(text), urlsplit(text)
        assert url is not None, f"seed 110: {text}"
        assert (url.scheme, url.hostname) == (theirs.scheme, theirs.hostname), f"seed 110: {text}"


@pytest.mark.parametrize(
    "text",
    [":a", "1a:b", "a b\x00", "http://a b", "http://[::1", "http://[::1%25en0]", "http://a:x", "http://u u@h", "/%zz", "#%z", "http://%41"],
)  # fmt: skip
def test_what_go_refuses(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("*", Url()),
        ("", Url()),
        ("mailto:x", Url("mailto")),
        ("//h/p", Url("", "h")),
        ("///a", Url()),
        ("http:///a", Url("http")),
        ("x://a:1:2", Url("x", "a:1:2")),
        ("/a%2Fb", Url("", "", "/a%2Fb")),
        ("/a%41", Url("", "", "/a%41")),
        ("/a%20b", Url()),
        ("/a{b}", Url("", "", "/a{b}")),
        ("HTTP://\u00e9", Url("http", "\u00e9")),
    ],
)
def test_the_parts(text: str, url: Url) -> None:
    assert parse(text) == url


def test_a_host_without_its_port() -> None:
    assert [Url(host=host).hostname for host in ("a:80", "[::1]:80", "[::1]", "a:", "")] == ["a", "::1", "::1", "a", ""]


def test_escapes_are_undone_byte_for_byte() -> None:
    assert unescaped("%C3%A9%ff") == "\u00e9\udcff"
