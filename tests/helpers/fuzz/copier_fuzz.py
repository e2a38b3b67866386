"""Random Copier templates with random answers: what a template author may write, by seed, as files of a folder."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

SQUARE = {
    "variable_start_string": "[[",
    "variable_end_string": "]]",
    "block_start_string": "[%",
    "block_end_string": "%]",
    "comment_start_string": "[#",
    "comment_end_string": "#]",
}
LISTS = ("[a, b, c]", "[]", "[x: 1, {y: [2, 3]}]", "{k: v, n: null}", "[3, 1, 2]")
WORDS = (
    "alpha",
    "Beta-2",
    "ünï",
    "a b",
    "007",
    "",
    "no",
    "x/y",
    "it's",
    'say "hi"',
    "null",
    "1.50",
    "- dash",
    "two\nlines",
)
# `{n}` is a name, `{m}` another, `{l}` one of a list; braces of Jinja are written square.
BODIES = (
    "plain\n",
    "no end",
    "crlf\r\n[[ {n} ]]\r\nend\r\n",
    "[[ {n} ]]-[[ {m} ]]\n",
    "[% if {n} %]\nyes [[ {m} ]]\n[% else %]\nno\n[% endif %]\n",
    "[% for each in {l} %]\n  * [[ each ]] [[ loop.index ]]\n[% endfor %]\nafter\n",
    "[[ {l} | to_nice_yaml ]][[ {l} | tojson ]]\n",
    "[[ {l} | to_json ]] [[ {n} | upper | replace('A', {m} | string) ]]\n",
    "[# a comment [[ {n} ]] #]kept [% raw %][[ raw ]] [% endraw %]\n",
    "[% set made = {n} ~ '-' ~ {m} %][[ made ]]\n",
    "[% macro tell(x, y='d') %]<[[ x ]] [[ y ]]>[% endmacro %][[ tell({n}) ]][[ tell({m}, {n}) ]]\n",
    "[% include 'parts/one.txt' %]\n",
    "[% include 'parts/' ~ pick ~ '.txt' %]\n",
    "[% for each in {l} %][% include 'parts/two.txt' %][% endfor %]",
    "[% include ['parts/gone.txt', 'parts/one.txt'] %][% include 'gone' ignore missing %]\n",
    "[% import 'parts/tools.txt' as tools with context %][[ tools.show({n}) ]]\n",
    "[% from 'parts/tools.txt' import show %][[ show({m}) ]]\n",
    "[[ _copier_answers | to_nice_yaml -]]\n",
    "[[ _copier_answers.pick ]] [[ _copier_conf.answers_file ]] [[ _src_path | length > 0 ]]\n",
    "[[ gone ]][[ gone | default('none') ]] [[ {n} is defined ]] [[ gone is defined ]]\n",
    "[% set ns = namespace(n=0) %][% for each in {l} %][% set ns.n = ns.n + 1 %][% endfor %][[ ns.n ]]\n",
    "[% set found = [] %][% for each in {l} %][% set _ = found.append(each) %][% endfor %][[ found ]]\n",
    "[[ {n} | regex_replace('[aeiou]', '_') ]] [[ {n} | hash('sha1') ]] [[ {n} | quote ]]\n",
    "[[ pathjoin('a', {n} | replace('..', '') | replace('//', '/'), 'c') ]]\n",
    "[[ 7 * 6 ]] [[ 1 == 1.0 ]] [[ 'a' ~ 1 ]] [[ {l} | length ]]\n",
    "    [% if {n} %]indented[% endif %]\n\n\n",
)
PARTS: Mapping[str, str] = {
    "parts/one.txt": "one sees [[ pick ]]\n",
    "parts/two.txt": "[[ each ]] of [[ pick ]];",
    "parts/tools.txt": "[% macro show(x) %]([[ x ]] [[ pick ]])[% endmacro %]",
}
NAMES = (
    "plain.txt",
    "[[ {n} ]].txt",
    "[% if {n} %]some[% endif %].cfg",
    "[% if {n} %]some.cfg[% endif %]",
    "dir/[[ pick ]]/deep.txt",
    "[[ {n} ]]/inside.txt",
    "[% yield item from {l} %][[ item ]][% endyield %]/looped.txt",
    "[% yield item from picks %][[ item ]].txt[% endyield %]",
    ".hidden",
    "dotted.name.txt",
)
EXCLUDES = (
    "*.cfg",
    "/dir",
    "[% if {n} %]/plain*[% endif %]",
    "!keep.txt",
    "dir/**/deep*",
    "[% if pick == 'one' %]\n*.md\n/other/\n[% endif %]",
    "looped.txt",
)


class Made(NamedTuple):
    """A template's files, and the answers that are given."""

    files: dict[str, bytes]
    data: dict[str, Any]


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names: list[str] = []
        self.lists = ["picks"]

    def text(self, pattern: str) -> str:
        scalars = [*self.names, "pick"]
        chosen = {
            "n": self.random.choice(scalars),
            "m": self.random.choice(scalars),
            "l": self.random.choice(self.lists),
        }
        for key, value in chosen.items():
            pattern = pattern.replace("{" + key + "}", value)
        return pattern

    def default(self, kind: str) -> Any:
        pick = self.random.choice
        makers: dict[str, Callable[[], Any]] = {
            "str": lambda: pick([*WORDS, self.text("[[ {n} ]]-x"), 5, True]),
            "int": lambda: pick([0, 8080, "17", self.text("[[ {n} | string | length ]]")]),
            "float": lambda: pick([0.5, "2.50", 3]),
            "bool": lambda: pick([True, False, "yes", "off", self.text("[[ {n} == {m} ]]")]),
            "yaml": lambda: pick([*LISTS, "5", "text", self.text("{a: [[ pick ]]}")]),
            "json": lambda: pick(['{"a": [1, null]}', "[]", "3"]),
            "path": lambda: pick(["a/b", "."]),
            "": lambda: pick([5, "word", [1, 2], None, False, 1.5]),
        }
        return makers[kind]()

    def question(self, number: int) -> tuple[str, Any]:
        name, pick = f"q{number}", self.random.choice
        kind = pick(["str", "str", "int", "float", "bool", "yaml", "yaml", "json", "path", ""])
        details: dict[str, Any] = {"default": self.default(kind)}
        if kind:
            details["type"] = kind
        if self.random.random() < 0.4:
            details["when"] = pick([True, False, "no", self.text("[[ {n} == {m} ]]"), self.text("[[ {n} ]]")])
        if self.random.random() < 0.15:
            details["secret"] = True
        if self.random.random() < 0.15:
            details["validator"] = self.text("[% if {n} == 'never ever' %]wrong[% endif %]")
        if self.random.random() < 0.1:
            details["ask"] = pick([False, self.text("[[ {n} == {m} ]]")])
        if kind == "yaml" and details["default"] in LISTS[:3]:
            self.lists.append(name)
        self.names.append(name)
        return name, details if kind else details["default"]

    def answer(self, details: Any) -> Any:
        kind = details.get("type", "") if isinstance(details, dict) else ""
        given: dict[str, list[Any]] = {
            "int": [1, "22"],
            "float": [1.25],
            "bool": [True, "no"],
            "yaml": [["p", "q"], "[r]"],
            "json": ["[4]"],
        }
        return self.random.choice(given.get(kind, ["given", "ü", 12]))


def make(seed: int, questions: int = 12, files: int = 14) -> Made:
    """A template with its answers; equal seeds give equal ones."""
    maker = _Maker(seed)
    config: dict[str, Any] = {
        "pick": {
            "type": "str",
            "choices": maker.random.choice(
                [["one", "two"], {"First": "one", "Second": "two"}, [["1st", "one"], ["2nd", "two"]], "[ one, two ]"]
            ),
        },
        "picks": {"type": "yaml", "default": "[one, two]"},
    }
    config["pick"]["default"] = maker.random.choice(["one", "two"])
    config |= dict(maker.question(number) for number in range(questions))
    data = {
        name: maker.answer(details)
        for name, details in config.items()
        if name[0] == "q" and maker.random.random() < 0.3
    }
    data |= maker.random.choice([{}, {"pick": "two"}, {"stranger": "x", "picks": ["l", "m"]}])
    options = {"keep_trailing_newline": maker.random.random() < 0.8} | {
        key: True for key in ("trim_blocks", "lstrip_blocks") if maker.random.random() < 0.3
    }
    config["_envops"] = SQUARE | options
    folder = maker.random.choice(["", "template", "kinds/[[ pick ]]"])
    if folder:
        config["_subdirectory"] = folder
    if maker.random.random() < 0.6:
        more = ["copier.yml", "parts"] if not folder else []
        config["_exclude"] = [*more, *(maker.text(pattern) for pattern in maker.random.sample(EXCLUDES, 3))]
    if maker.random.random() < 0.2:
        config["_answers_file"] = maker.random.choice([".my-answers.yml", "[[ pick ]].answers.yml"])
    made = {path: text.encode() for path, text in PARTS.items()}
    made["copier.yml"] = json.dumps(config).encode()
    places = ["kinds/one", "kinds/two"] if "[[" in folder else [folder]
    for place in places:
        prefix = f"{place}/" if place else ""
        made[prefix + "[[ _copier_conf.answers_file ]].jinja"] = b"# mine\n[[ _copier_answers | to_nice_yaml -]]\n"
        made[prefix + "raw.bin"] = b"\xff\x00[[ raw ]]\r\n"
        for number in range(files):
            name, body = maker.text(maker.random.choice(NAMES)), maker.text(maker.random.choice(BODIES))
            steps = name.rsplit("/", 1)
            suffix = ".jinja" if maker.random.random() < 0.85 else ""
            made[f"{prefix}{'/'.join([*steps[:-1], f'{number}-'])}{steps[-1]}{suffix}"] = body.encode()
    return Made(made, data)
