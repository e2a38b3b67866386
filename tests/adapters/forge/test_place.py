"""Remotes' URLs in every form that git reads, and the page for a pull request on each kind of forge."""

from __future__ import annotations

import pytest

from shunter.adapters.forge.place import Place, place_of


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("git@github.com:acme/shop.git", Place("github.com", "acme/shop", "https://github.com")),
        ("github.com:acme/shop", Place("github.com", "acme/shop", "https://github.com")),
        ("https://GitHub.com/acme/shop/", Place("github.com", "acme/shop", "https://github.com", served=True)),
        ("https://tess:pw@git.x:8443/a/b.git", Place("git.x", "a/b", "https://git.x:8443", served=True)),
        ("ssh://git@git.x:2222/a/b.git", Place("git.x", "a/b", "https://git.x")),
        ("ssh://git@ssh.github.com:443/a/b.git", Place("github.com", "a/b", "https://github.com")),
        ("git://git.x/a/b", Place("git.x", "a/b", "https://git.x")),
        ("git@gitlab.com:group/sub/x.git", Place("gitlab.com", "group/sub/x", "https://gitlab.com")),
    ],
)
def test_a_url_names_a_place(url: str, place: Place) -> None:
    assert place_of(url) == place


@pytest.mark.parametrize(
    "url",
    ["", "/srv/x.git", "../x.git", "file:///srv/x.git", "ext::sh -c x", "ftp://h/x", "host::x", "./a:b", "https://h"],
)
def test_what_has_no_host_is_no_place(url: str) -> None:
    assert place_of(url) is None


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("git@github.com:a/b.git", "https://github.com/a/b/compare/main...x/y%26z?expand=1"),
        ("git@codeberg.org:a/b.git", "https://codeberg.org/a/b/compare/main...x/y%26z?expand=1"),
        ("git@git.acme.org:a/b.git", "https://git.acme.org/a/b/compare/main...x/y%26z?expand=1"),
        (
            "https://gitlab.acme.org/a/b.git",
            (
                "https://gitlab.acme.org/a/b/-/merge_requests/new"
                "?merge_request%5Bsource_branch%5D=x%2Fy%26z&merge_request%5Btarget_branch%5D=main"
            ),
        ),
    ],
)
def test_the_page_for_a_pull_request(url: str, link: str) -> None:
    place = place_of(url)
    assert place is not None
    assert place.link("main", "x/y&z") == link


def test_only_public_hosts_are_known_by_name() -> None:
    urls = ("git@github.com:a/b", "git@gitlab.com:a/b", "git@codeberg.org:a/b", "git@github.acme.org:a/b")
    assert [place.known for url in urls if (place := place_of(url))] == ["github", "gitlab", "gitea", ""]
