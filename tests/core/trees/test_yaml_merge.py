"""Three versions of a YAML file: what is taken, what stays as it was written, and what is left as a conflict."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from helpers.fuzz.yaml_sides import Maker, Node, text_of
from shunter.core.trees.yaml_merge import CannotMergeError, YamlMerge, merge_yaml

BASE = """\
# Values of shop

# -- how many
replicas: 2
image:
  repository: ghcr.io/acme/shop  # where
  tag: "1.0.0"
  # pullPolicy: Always

env:
  - name: A
    value: "1"
  - name: B
    value: x
args:
- --one
- --two
resources: {}
  # limits: none
"""


def merged(ours: str, theirs: str, base: str = BASE) -> str:
    found = merge_yaml(base.encode(), ours.encode(), theirs.encode())
    assert not found.conflicts
    assert found.base == found.ours == found.theirs
    return found.ours.decode()


def change(*pairs: tuple[str, str], text: str = BASE) -> str:
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def paths(found: YamlMerge) -> dict[str, str]:
    return {".".join(each.path): each.kind for each in found.conflicts}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ([("replicas: 2", "replicas:   5 # mine")], [("image:\n", "image: # theirs\n"), ('"1.0.0"', "'1.1.0'")]),
        ([('tag: "1.0.0"', "tag: mine")], [("  repository: ghcr.io/acme/shop", "  repository: ghcr.io/acme/other")]),
        (
            [('value: "1"', 'value: "7"')],
            [("    value: x\n", "    value: x\n  # about C\n  - name: C\n    value: |\n      y\n")],
        ),
        ([("args:\n- --one", "args:\n- --uno")], [("- --two\n", "- --two\n- --three\n")]),
        ([("  tag:", "  digest: sha256:00\n  tag:")], [("  # pullPolicy: Always\n", "  pullPolicy: Always\n")]),
    ],
)
def test_what_one_side_changed_is_taken_as_it_is_written(ours: list[Any], theirs: list[Any]) -> None:
    assert merged(change(*ours), change(*theirs)) == change(*theirs, *ours)
    assert merged(change(*theirs), change(*ours)) == change(*theirs, *ours)


def test_a_new_key_comes_with_its_comment_behind_the_key_that_it_follows() -> None:
    ours = change(("replicas: 2\n", "mine: 1\nreplicas: 2\n"), ("image:\n", "image: # pinned\n"))
    theirs = change(("image:\n", "# about the new one\nnew:\n  key: [1, 2]\nimage:\n"))
    assert "replicas: 2\n# about the new one\nnew:\n  key: [1, 2]\nimage: # pinned\n" in merged(ours, theirs)


def test_a_new_first_key_stands_below_the_files_own_comment() -> None:
    theirs = change(("# -- how many\n", "first: 1\n\n# -- how many\n"))
    found = merged(change(("replicas: 2", "replicas: 3")), theirs)
    assert found.startswith("# Values of shop\n\nfirst: 1\n\n# -- how many\nreplicas: 3\n")


def test_a_new_key_is_indented_as_ours_is() -> None:
    base, theirs = "a:\n  b: 1\n  c: 2\n", "a:\n  b: 1\n  # why\n  n:\n    - x: |\n        text\n  c: 2\n"
    assert merged("a:\n    b: 5\n    c: 2\n", theirs, base) == (
        "a:\n    b: 5\n    # why\n    n:\n      - x: |\n          text\n    c: 2\n"
    )


def test_keys_and_items_that_theirs_removed_are_gone() -> None:
    theirs = change(('  - name: A\n    value: "1"\n', ""), ("# -- how many\nreplicas: 2\n", ""), ("- --two\n", ""))
    assert merged(change(("value: x", "value: y"), ("- --one", "- --uno")), theirs) == change(
        ('  - name: A\n    value: "1"\n', ""),
        ("# -- how many\nreplicas: 2\n", ""),
        ("- --two\n", ""),
        ("value: x", "value: y"),
        ("- --one", "- --uno"),
    )


def test_the_first_key_of_an_item_may_go_and_come() -> None:
    base = "l:\n  - a: 1\n    name: x\n    # about c\n    c: 3\n"
    theirs = "l:\n  - name: x\n    # about c\n    c: 3\n"
    assert merged(base.replace("c: 3", "c: 4"), theirs, base) == "l:\n  - name: x\n    # about c\n    c: 4\n"
    theirs = "l:\n  # new\n  - z: 0\n    a: 1\n    name: x\n    # about c\n    c: 3\n"
    assert merged(base.replace("c: 3", "c: 4"), theirs, base) == theirs.replace("c: 3", "c: 4")


def test_what_the_person_removed_stays_removed() -> None:
    found = merged(change(("- --two\n", ""), ("# -- how many\nreplicas: 2\n", "")), change(("- --one", "- --uno")))
    assert "--two" not in found
    assert "replicas" not in found
    assert "--uno" in found


def test_everything_below_a_key_may_go_from_both_sides() -> None:
    base = "a:\n  b: 1\n  c: 2\nd: 1\n"
    assert merged("a:\n  c: 2\nd: 1\n", "a:\n  b: 1\nd: 1\n", base) == "a: {}\nd: 1\n"


def test_brackets_with_the_same_places_are_merged_scalar_by_scalar() -> None:
    base = "r: {limits: {cpu: 1, memory: 2}, list: [a, 'b']}  # what\n"
    ours, theirs = base.replace("cpu: 1", "cpu:  5"), base.replace("'b'", '"c"')
    assert merged(ours, theirs, base) == 'r: {limits: {cpu:  5, memory: 2}, list: [a, "c"]}  # what\n'
    found = merge_yaml(base.encode(), base.replace("1", "3").encode(), base.replace("1", "4").encode())
    assert paths(found) == {"r": "changed"}


def test_the_same_key_with_two_values_is_the_only_conflict() -> None:
    ours = change(
        ('"1.0.0"', '"2.0.0"'), ("replicas: 2", "replicas: 3"), ("  repository: ghcr.io", "  repository: mine.io")
    )
    theirs = change(('"1.0.0"', '"1.1.0"'), ("- --two", "- --zwei"))
    found = merge_yaml(BASE.encode(), ours.encode(), theirs.encode())
    (conflict,) = found.conflicts
    assert (conflict.path, conflict.kind) == (("image", "tag"), "changed")
    assert (conflict.base, conflict.ours, conflict.theirs) == ('"1.0.0"', '"2.0.0"', '"1.1.0"')
    rest = change(
        ("replicas: 2", "replicas: 3"), ("  repository: ghcr.io", "  repository: mine.io"), ("- --two", "- --zwei")
    )
    assert found.ours.decode() == change(('"1.0.0"', '"2.0.0"'), text=rest)
    assert found.theirs.decode() == change(('"1.0.0"', '"1.1.0"'), text=rest)
    assert found.base.decode() == rest


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ([("replicas: 2", "replicas: 3")], [("# -- how many\nreplicas: 2\n", "")], {"replicas": "deleted by them"}),
        (
            [("replicas: 2", "replicas: 2 # why")],
            [("# -- how many\nreplicas: 2\n", "")],
            {"replicas": "deleted by them"},
        ),
        ([("# -- how many\nreplicas: 2\n", "")], [("replicas: 2", "replicas: 3")], {"replicas": "deleted by us"}),
        ([("args:", "new: 1\nargs:")], [("args:", "new: 2\nargs:")], {"new": "added"}),
        ([("- --one", "- --uno")], [("- --one", "- --eins")], {"args.0": "changed"}),
        ([("- --one\n", "")], [("- --one", "- --eins")], {"args.0": "deleted by us"}),
        ([("resources: {}", "resources: {a: 1}")], [("resources: {}", "resources: none")], {"resources": "changed"}),
        ([('value: "1"', 'value: "2"')], [('value: "1"', "value: 3")], {"env.A.value": "changed"}),
    ],
)
def test_conflicts(ours: list[Any], theirs: list[Any], expected: dict[str, str]) -> None:
    found = merge_yaml(BASE.encode(), change(*ours).encode(), change(*theirs).encode())
    assert paths(found) == expected
    assert found.ours.decode() == change(*ours)
    assert found.theirs.decode() == change(*theirs)


@pytest.mark.parametrize("mine", ["if a:\n    b\n    c", "if a:\n    b\n\nc", "if a:\n    b  \nc"])
def test_blanks_in_a_text_that_theirs_deletes_are_a_conflict(mine: str) -> None:
    """In a script they count: indented further, parted, or longer, it is another one."""
    base = "a: 1\nscript: |\n" + "".join(f"  {line}\n" for line in ("if a:", "    b", "c"))
    ours = "a: 1\nscript: |\n" + "".join(f"  {line}\n" if line else "\n" for line in mine.split("\n"))
    found = merge_yaml(base.encode(), ours.encode(), b"a: 2\n")
    assert paths(found) == {"script": "deleted by them"}
    assert found.ours.decode() == ours.replace("a: 1", "a: 2")


@pytest.mark.parametrize("mine", ["text: |   \n  x\n", "text: [a,\n    b]\n"])
def test_blanks_of_ours_stay_where_theirs_changed_nothing(mine: str) -> None:
    base = "a: 1\n" + mine.replace("|   ", "|").replace("\n    b", "\n  b")
    assert base != "a: 1\n" + mine
    assert merged("a: 1\n" + mine, base.replace("a: 1", "a: 2"), base) == "a: 2\n" + mine


@pytest.mark.parametrize(
    ("base", "mine", "theirs"),
    [
        ("a: |\n  x\n", "a: |  # mine\n  x\n", "a: |\n  y\n"),
        ("a: |\n  x\n", "a: |  # mine\n  x\n", "a: y\n"),
        ("a: [x,\n  y]\n", "a: [x,  # mine\n  y]\n", "a: [x,\n  y, z]\n"),
        ("a: {\n}\n", "a: {  # mine\n}\n", "a:\n  b: 1\n"),
        ("a:\n  - x\n", "a: [x  # mine\n  ]\n", "a:\n  - x\n  - y\n"),
    ],
)
def test_a_comment_of_ours_inside_a_value_is_not_lost(base: str, mine: str, theirs: str) -> None:
    found = merge_yaml(base.encode(), mine.encode(), theirs.encode())
    assert paths(found) == {"a": "changed"}
    assert (found.ours.decode(), found.theirs.decode()) == (mine, theirs)


def test_a_comment_of_ours_inside_brackets_stays_where_their_places_are_the_same() -> None:
    assert merged("a: [x,  # mine\n  y]\n", "a: [x,\n  z]\n", "a: [x,\n  y]\n") == "a: [x,  # mine\n  z]\n"


def test_files_that_both_added_are_merged_key_by_key() -> None:
    found = merge_yaml(b"", b"a: 1\nb: 2\n", b"a: 1\nb: 3\nc: 4\n")
    assert paths(found) == {"b": "added"}
    assert (found.base, found.ours, found.theirs) == (b"a: 1\nc: 4\n", b"a: 1\nb: 2\nc: 4\n", b"a: 1\nb: 3\nc: 4\n")


def test_line_ends_a_mark_and_a_missing_last_end_stay_as_ours_has_them() -> None:
    theirs = change(("- --two", "- --zwei")).encode()
    ours = b"\xef\xbb\xbf" + change(("replicas: 2", "replicas: 3")).replace("\n", "\r\n").encode().removesuffix(b"\r\n")
    found = merge_yaml(BASE.encode(), ours, theirs)
    assert found.ours == ours.replace(b"--two", b"--zwei")
    assert not found.conflicts


def test_documents_are_merged_one_by_one() -> None:
    base = "# head\n---\na: 1\n---  # second\nb: 1\n\n"
    assert merged(base.replace("a: 1", "a: 2"), base.replace("b: 1", "b: 2\nc: 3"), base) == (
        "# head\n---\na: 2\n---  # second\nb: 2\nc: 3\n\n"
    )


def test_anchors_that_nobody_changed_are_no_obstacle() -> None:
    base = "x: &x\n  a: 1\ny:\n  <<: *x\n  b: 2\nz: 1\n"
    ours, theirs = base.replace("z: 1", "z: 2"), base.replace("b: 2", "b: 3\n  c: *x")
    assert merged(ours, theirs, base) == theirs.replace("z: 1", "z: 2")
    with pytest.raises(CannotMergeError, match="anchors"):
        merge_yaml(base.encode(), ours.encode(), base.replace("a: 1", "a: 2").encode())


@pytest.mark.parametrize(
    "text",
    [
        b"a: 1\n{{- if .Values.a }}\nb: 1\n{{- end }}\n",
        b"caf\xe9: 1\n",
        b"a: 1\r\nb: 2\n",
        b"a: 1\na: 2\n",
        b"? [a]\n: 1\n",
        b"--- a\n",
        b"just text\n",
        b"{a: 1}\n",
        b"a: 1\n...\nb: 1\n",
        b"%YAML 1.1\n---\na: 1\n",
        b"a: 1\n---\nb: 1\n",
        b"\xff\xfea\0:\0",
    ],
)
def test_what_is_no_plain_yaml_is_refused(text: bytes) -> None:
    for sides in ((text, b"a: 2\n", b"a: 3\n"), (b"a: 2\n", text, b"a: 3\n"), (b"a: 2\n", b"a: 3\n", text)):
        with pytest.raises(CannotMergeError):
            merge_yaml(*sides)


GONE = Node(None)


class _Any:
    """Equal to everything: what a list is where both sides put something else in the place of an item."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


def three_ways(base: Node, ours: Node, theirs: Node, side: int) -> Any:
    """The merge of what is read, by the words of its definition; `side` decides conflicts."""
    b, o, t = (None if each is GONE else unordered(each.plain()) for each in (base, ours, theirs))
    if isinstance(o, dict) and isinstance(t, dict) and isinstance(b, dict | None):
        was, mine, other = (_below(each) for each in (base, ours, theirs))
        found = {
            key: three_ways(was.get(key, GONE), mine.get(key, GONE), other.get(key, GONE), side)
            for key in {**mine, **other}
        }
        return {key: value for key, value in found.items() if value is not None}
    if isinstance(b, set) and isinstance(o, set) and isinstance(t, set) and o != b != t:
        return _Any() if b - o - t else (o & t) | (o - b) | (t - b)
    if t == b:
        return o
    if o == b and (t is not None or text_of(Node({"k": ours})) == text_of(Node({"k": base}))):
        return t
    return o if o == t or side == 1 else t


def _below(node: Node) -> dict[str, Node]:
    if isinstance(node.value, list):
        return {each.value["name"].value: each for each in node.value}
    return node.value or {}


def unordered(value: Any) -> Any:
    """A value in which a list of named items is a map, and one of texts a set."""
    if isinstance(value, dict):
        return {key: unordered(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    return {item["name"]: unordered(item) for item in value} if isinstance(value[0], dict) else {*value}


@pytest.mark.parametrize("seed", range(0, 160, 40))
def test_random_edits_give_the_merge_of_what_is_read(seed: int) -> None:
    clean = 0
    for number in range(seed, seed + 40):
        maker = Maker(number)
        base = maker.tree()
        ours = maker.edited(base, 1 + number % 6)
        mine = maker.written
        theirs = maker.edited(base, 1 + number % 4)
        texts = [text_of(each).encode() for each in (base, ours, theirs)]
        found = merge_yaml(*texts)
        for side, text in ((1, found.ours), (2, found.theirs)):
            read = unordered(yaml.load(text, yaml.CSafeLoader))
            assert three_ways(base, ours, theirs, side) == read, f"seed {number}, side {side}"
        lost = [word for word in mine if word in texts[1].decode() and word not in found.ours.decode()]
        assert lost == [], f"seed {number}"
        clean += not found.conflicts
    assert clean > 10
