"""YAML texts as entries: what belongs to which key, and that nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from shunter.core.trees.yaml_read import CannotMergeError, documents
from shunter.core.trees.yaml_tree import Block, Entry, Leaf, value_of, written

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted(
    path for folder in ("sample-repos", "tests/charts", "templates") for path in (ROOT / folder).rglob("*.y*ml")
)


def entries(text: str) -> dict[str, Entry]:
    """The entries of a text with one document, by path."""
    found: dict[str, Entry] = {}

    def walk(block: Block, prefix: str) -> None:
        for number, each in enumerate(block.entries):
            assert isinstance(each, Entry)
            name = prefix + (each.key or str(number))
            found[name] = each
            if isinstance(each.body, Block):
                walk(each.body, f"{name}.")

    (document,) = documents(text)
    assert document.root is not None
    walk(document.root, "")
    return found


def test_comments_belong_to_the_key_below_or_to_what_they_are_indented_as() -> None:
    found = entries(
        "# file\n\n# of a\na:  # beside\n  # of b\n  b: 1\n  # out\n\n# of c\n\nc: {}\n  # in c\nd: |\n  x\n\n# of e\ne:\n- 1\n# end\n"
    )
    assert found["a"].lead == ("# of a",)
    assert found["a"].tail == "  # beside"
    assert found["a.b"].lead == ("  # of b",)
    assert found["a"].foot == ("  # out",)
    assert found["c"].lead == ("", "# of c", "")
    assert found["c"].foot == ("  # in c",)
    assert found["e"].lead == ("", "# of e")


@pytest.mark.parametrize(
    "text",
    [
        "a:   1   # c\n",
        "a:\n",
        "a: |+\n  x\n\n\nb: 1\n",
        "a: >-  # c\n  x\n\n   y\n",
        "a:\n- b\n-  c: 1\n   d: 2\n-\n  e: 1\n-\n",
        "a:\n  - - 1\n    - 2\n  - - - x: 1\n        y: 2\n",
        'a: "x\n   y"  # c\nb: plain\n   more\n',
        "a:\n  # why\n  'long'\n",
        "'a b' : 1\n",
        "a: [1,\n  {b: 2}, ]\nc: {}\n",
        "\n---\n\na: 1\n---\n# nothing\n--- # c\nb: 1\n",
        "- 1\n- a: 1\n",
        "a: !!str 1\nb: &x\n  c: 1\nd: *x\ne:\n  <<: *x\n",
        "a: \u00fc  # \u20ac\nb: '\U0001f600'\n",
        "a:\n    b:\n            - 1\n            # deep\n      # less\nc: 1\n",
    ],
)
def test_what_is_read_is_written_as_it_was(text: str) -> None:
    assert "".join(written(document) for document in documents(text)) == text


def test_real_files_are_read_and_written_as_they_were() -> None:
    """Each is read as PyYAML reads it, or refused: no text comes back as another one."""
    read = 0
    for path in FILES:
        text = path.read_text("utf-8")
        try:
            found = documents(text)
        except CannotMergeError:
            continue
        read += 1
        assert "".join(written(document) for document in found) == text
        values = [value for value in yaml.load_all(text, yaml.CBaseLoader) if value]
        assert [plain(value_of(each.root)) for each in found if each.root] == values, path
    assert read > 100


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value[1]


def test_scalars_of_brackets_have_places() -> None:
    body = entries("a:  {b: [1, 'x'], c: {}}  # c\n")["a"].body
    assert isinstance(body, Leaf)
    assert [(part.path, body.text[part.start : part.end]) for part in body.parts] == [
        (("b", "0"), "1"),
        (("b", "1"), "'x'"),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: 1\r\n", "line ends"),
        ("a: [\n", "cannot be read"),
        ("a: 1\nb: *x\n", "cannot be read"),
        ("[a]\n", "root"),
        ("&x\na: 1\n", "root"),
        ("a: 1\na: 1\n", "twice"),
        ("? a\n: 1\n", "key"),
        ("b: 1\n&x a: 1\n", "key"),
        ("{a: 1}: 1\n", "key"),
        ("--- x\n", "document"),
        ("  a: 1\nb: 2\n", "no part"),
        ("%YAML 1.1\n---\na: 1\n", "directives"),
    ],
)
def test_what_cannot_be_written_back_is_refused(text: str, why: str) -> None:
    with pytest.raises(CannotMergeError, match=why):
        documents(text)
