"""`--set`, against Helm's own parser."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path
from typing import Any

import helm_python as helm
import pytest

from shunter.core.goyaml.document import merge_maps, of_mapping
from shunter.core.values.strvals import in_helms_order, parse_set, set_layers
from shunter.model.errors import ShunterError

KEYS = (
    "a",
    "b.c",
    "d[0]",
    "d[1].e",
    "f\\.g",
    "h[0][1]",
    "a.b",
    "d[0].x",
    "h[0].y",
    "d[+1]",
    "d[0][0",
    "l[0].",
    "[0]",
    "d[]",
)
VALUES = (
    "1",
    "01",
    "-3",
    "+4",
    "1.5",
    "true",
    "FALSE",
    "null",
    "x\\,y",
    "",
    "{p,q}",
    "{}",
    "{1,true,z}",
    "99999999999999999999",
    "-01",
    "x\\",
    "fal\u017fe",
    "0",
)
BASES = ("", "a=1,", "b.c=1,b.d=2,", "d[0].x=1,d[1].e=2,d[1].f=3,", "h[0][0]=1,h[1].k=x,", "d[0]=0,h[0]=,", "a.b=null,")


def outcome(parse: Any, text: str) -> Any:
    try:
        return parse(text)
    except (helm.HelmError, ShunterError):
        return "refused"


def test_agrees_with_helm_on_random_expressions() -> None:
    chance = random.Random(7)
    for _ in range(4000):
        pairs = [f"{chance.choice(KEYS)}={chance.choice(VALUES)}" for _ in range(chance.randint(1, 4))]
        text = ",".join(pairs)
        assert outcome(parse_set, text) == outcome(helm.parse_set_string, text), text


RELATIVES = {
    "--set-string": helm.parse_set_string_values,
    "--set-json": helm.parse_set_json,
    "--set-literal": helm.parse_set_literal,
}
MORE_KEYS = (*KEYS, "a,b", "x\\=y", ".a", "a..b")
MORE_VALUES = (
    *VALUES, '"s"', "[1,2]", '{"a":{"b":1.5}}', " 3 ", "1 2", '"a', '{"a":1} x', "NaN", "-0", "1e400", "1e308",
    "12345678901234567890", "9007199254740993", "a=b", "\t", "nul", '"\\ud800"', "[[[]]]", '{"a":1,"a":2}',
)  # fmt: skip


@pytest.mark.parametrize("flag", RELATIVES)
def test_relatives_agree_with_helm_on_random_expressions(flag: str) -> None:
    chance = random.Random(9)
    for _ in range(3000):
        pairs = [f"{chance.choice(MORE_KEYS)}={chance.choice(MORE_VALUES)}" for _ in range(chance.randint(1, 3))]
        text = chance.choice((",", ", ", " ,")).join(pairs)
        assert outcome(partial(parse_set, flag=flag), text) == as_floats(outcome(RELATIVES[flag], text)), text


def as_floats(value: Any) -> Any:
    """The value with what Go printed of a large float64, digits and all, as that float."""
    if isinstance(value, dict):
        return {key: as_floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_floats(item) for item in value]
    return float(value) if isinstance(value, int) and abs(value) >= 2**53 else value


def test_a_file_is_read_as_helm_reads_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x: 1,2\n")
    (tmp_path / "b,c").write_text("")
    for names in ("{0}/a", "{0}/b\\,c", "{{{0}/a,{0}/a}}", "{0}/a,z[1]={0}/a", "{0}/gone", ""):
        text = f"k={names.format(tmp_path)}"
        read = partial(parse_set, flag="--set-file", read=lambda name: read_text(Path(name)))
        assert outcome(read, text) == outcome(helm.parse_set_file, text), text


def read_text(path: Path) -> str:
    if not path.is_file():
        raise ShunterError(f"no file {path}")
    return path.read_text()


def test_a_json_object_sets_many_keys() -> None:
    file = of_mapping({"a": {"b": 1, "c": 2}, "l": [1]}, "values.yaml")
    (layer,) = set_layers([file], ['--set-json  {"a": {"b": null, "d": [1.5]}, "n": 12345678901234567890} '])
    assert layer.value == {"a": {"b": None, "d": [1.5]}, "n": 12345678901234567890.0}
    for text in ('{"a": 1', "{}x", '{"a": NaN}', '{"a": 1e400}'):
        with pytest.raises(ShunterError, match="--set-json "):
            parse_set(text, flag="--set-json")


def test_flags_are_laid_in_helms_order() -> None:
    given = {flag: [f"{flag[2:]}={number}" for number in (1, 2)] for flag in ("--set-literal", "--set", "--set-json")}
    assert [text.split("=")[0] for text in in_helms_order(given)] == [
        f"{flag} {flag[2:]}" for flag in ("--set-json", "--set", "--set-literal") for _ in (1, 2)
    ]


def test_agrees_with_helm_on_what_files_said_before() -> None:
    chance = random.Random(8)

    def over_a_file(base: str, text: str) -> Any:
        document = of_mapping(parse_set(base), "values.yaml")
        merged = document.value or {}
        for layer in set_layers([document], [f"--set {text}"]):
            merged = merge_maps(merged, layer.value or {})
        return merged

    for _ in range(4000):
        base = chance.choice(BASES)
        text = ",".join(f"{chance.choice(KEYS)}={chance.choice(VALUES)}" for _ in range(chance.randint(1, 2)))
        ours = outcome(lambda text, base=base: over_a_file(base, text), text)
        assert ours == outcome(helm.parse_set_string, base + text), (base, text)


def test_an_item_of_a_list_is_set_in_the_list_of_the_files_and_of_the_arguments_before() -> None:
    file = of_mapping({"hosts": [{"name": "a", "port": 1}, {"name": "b", "port": 2}]}, "values.yaml")
    first, second = set_layers([file], ["--set hosts[1].port=3", "--set hosts[0].tls=true"])
    assert first.value == {"hosts": [{"name": "a", "port": 1}, {"name": "b", "port": 3}]}
    assert second.value == {"hosts": [{"name": "a", "port": 1, "tls": True}, {"name": "b", "port": 3}]}
    assert (first.path, second.path) == ("--set hosts[1].port=3", "--set hosts[0].tls=true")


@pytest.mark.parametrize("text", ["a", "a,b=1", "a={x", "a[x]=1", "a[99999999]=1", "a..b=1", "a=1,a.b=2", "a[0]x=1"])
def test_refuses_what_helm_refuses(text: str) -> None:
    assert outcome(helm.parse_set_string, text) == "refused"
    with pytest.raises(ShunterError, match="--set"):
        parse_set(text)


def test_lays_values_into_a_base() -> None:
    assert parse_set("a.b=1,l[1]=y", {"a": {"c": 2}, "l": ["x", "z"]}) == {"a": {"b": 1, "c": 2}, "l": ["x", "y"]}
