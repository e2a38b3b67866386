"""Which files are written once: patterns of a questionnaire over the answers."""

from __future__ import annotations

from typing import Any

from unicodedata import normalize

import pytest

from shunter.adapters.templates.written_once import matcher


def once(patterns: list[str], *paths: str, envops: dict[str, str] | None = None, **answers: str) -> list[str]:
    documents: list[dict[str, Any]] = [{"_envops": envops or {}}, {"_skip_if_exists": patterns}, {}]
    is_once = matcher(documents, answers)
    return [path for path in paths if is_once(path)]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/values.yaml", ["values.yaml"]),
        ("values.yaml", ["values.yaml", "deep/values.yaml"]),
        ("/deep/", ["deep/values.yaml"]),
        ("*.yaml", ["values.yaml", "deep/values.yaml"]),
        ("{{ name }}.txt", ["shop.txt"]),
        ("{% if name == 'other' %}/values.yaml{% endif %}", []),
    ],
)
def test_a_pattern_is_gits_after_the_answers_are_filled_in(pattern: str, found: list[str]) -> None:
    assert once([pattern], "values.yaml", "deep/values.yaml", "shop.txt", name="shop") == found


def test_the_documents_are_read_as_one_and_the_last_pattern_decides() -> None:
    is_once = matcher([{"_skip_if_exists": ["*.txt"]}, {"_skip_if_exists": ["!b.txt"]}], {})
    assert [is_once(path) for path in ("a.txt", "b.txt")] == [True, False]


def test_the_questionnaires_own_brackets_count_and_copiers_other_options_do_not() -> None:
    envops = {"variable_start_string": "[[", "variable_end_string": "]]", "undefined": "no option of Jinja's"}
    assert once(["[[ name ]].txt", "{{ name }}"], "shop.txt", "{{ name }}", envops=envops, name="shop") == ["shop.txt", "{{ name }}"]


def test_a_template_cannot_reach_out() -> None:
    from jinja2.exceptions import SecurityError

    with pytest.raises(SecurityError):
        once(["{{ ''.__class__.__mro__ }}"], "a")


def test_nothing_is_written_once_where_nothing_says_so() -> None:
    assert not matcher([], {})("a")
    assert once([normalize("NFC", "\u00e9.txt")], normalize("NFD", "\u00e9.txt")) == [normalize("NFD", "\u00e9.txt")]
