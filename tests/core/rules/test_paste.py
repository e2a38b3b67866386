"""What is missing and what is obsolete, ready to paste."""

from __future__ import annotations

from helpers.charts.judged import judged
from helpers.oracles.embedded_helm import archive
from helpers.workspaces import shop
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import read
from shunter.core.rules.paste import REQUIRED_HERE, paste_ready
from shunter.core.rules.verdict import judge
from shunter.model.findings import Finding, Span


def test_missing_and_obsolete_keys_are_ready_to_paste() -> None:
    schema = {
        "additionalProperties": False,
        "required": ["image", "port", "on"],
        "properties": {
            "image": {"required": ["tag"], "properties": {"tag": {"type": "string", "description": "the version"}}},
            "port": {"type": "integer", "minimum": 1, "maximum": 9},
            "on": {"enum": ["a", "b"]},
        },
    }
    text = paste_ready(judged(schema, "image: {}\nold: 1\nolder:\n  x: 1\n"))
    assert (
        text
        == """\
# add to v.yaml:
"on":  # one of "a", "b"
port:  # an integer from 1 to 9
image:
  tag:  # a string: the version
# obsolete in v.yaml:
#   old  # line 2
#   older  # line 3
"""
    )
    added = read(text.encode(), "x").value
    assert added == {"on": None, "port": None, "image": {"tag": None}}


def test_nothing_to_paste_is_nothing() -> None:
    assert paste_ready(judged({}, "a: 1")) == ""
    chart = load_archive(archive(shop.files()), "s.tgz")
    assert paste_ready(judge(chart, [read(b"api: {replicaCount: x}", "v.yaml")])) == ""


def test_each_file_has_its_own_block_and_a_list_its_dashes() -> None:
    found = [
        Finding("missing-key", "m", Span("a.yaml", 1), key=("l", 0, "x"), notes=("wanted: a string",)),
        Finding("unknown-key", "m", Span("b.yaml", 0), key=("a.b", "tga"), notes=(f"`tag` {REQUIRED_HERE}",)),
        Finding("missing-key", "m", Span("a.yaml", 9), key=("l", 0), notes=("wanted: a map",)),
        Finding("type", "m", Span("c.yaml", 1), key=("n",)),
    ]
    assert paste_ready(found) == (
        "# add to a.yaml:\nl:\n  -\n    x:  # a string\n"
        '\n# add to b.yaml:\n"a.b":\n  tag:  # a value\n# obsolete in b.yaml:\n#   ["a.b"].tga\n'
    )
