"""What a schema is asked about: a chart's values and a file of ours are explained alike, and each in its own words."""

from __future__ import annotations

import json
from typing import Any

from shunter.core.charts.load import load_chart
from shunter.core.goyaml.document import read
from shunter.core.rules.errors.blame import findings
from shunter.core.rules.judged import ChartValues, FileValues, Judged
from shunter.core.schema.compile import compile_schema
from shunter.core.values.coalesce import coalesce
from shunter.model.files import FileState, MemoryTree
from shunter.model.findings import Finding

SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "additionalProperties": False,
    "required": ["tag"],
    "properties": {"tag": {"type": "string", "pattern": "^[a-z]+$", "patternErrorMessage": "not a word"}},
}


def chart_values(text: str) -> ChartValues:
    files = {"Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n", "values.schema.json": json.dumps(SCHEMA)}
    chart = load_chart(MemoryTree({path: FileState(data.encode()) for path, data in files.items()}))
    coalesced = coalesce(chart, [read(text.encode(), "v.yaml")])
    return ChartValues(coalesced, coalesced.slices[0])


def file_values(text: str) -> FileValues:
    return FileValues(read(text.encode(), "v.yaml"), "a file", "file.schema.json", ("shunter writes it",))


def explained(judged: Judged) -> list[Finding]:
    return list(findings(judged, compile_schema(json.dumps(SCHEMA).encode())))


def test_both_have_the_same_findings_in_the_same_places() -> None:
    for text in ("tag: 1\n", "tag: A1\n", "tga: a\n", "tag: a\nx: 1\ny: 2\n", "tag: [a]\n", "a: 1\n"):
        ours, theirs = explained(file_values(text)), explained(chart_values(text))
        assert [(f.rule, f.span, f.key, f.fix) for f in ours] == [(f.rule, f.span, f.key, f.fix) for f in theirs]
        assert ours


def test_each_names_whose_keys_they_are_and_which_schema_says_so() -> None:
    [ours], [theirs] = explained(file_values("tga: a\n")), explained(chart_values("tga: a\n"))
    assert ours.message == "`tga` is not a key of a file"
    assert theirs.message == "`tga` is not a key of chart web 1.0.0"
    assert ours.notes[-2:] == ("schema: file.schema.json#", "shunter writes it")
    assert theirs.notes[-1] == "schema: web 1.0.0, values.schema.json#"


def test_only_values_are_nulled_for_helm_and_encrypted_with_sops() -> None:
    null = explained(file_values("tag:\n"))[0]
    assert null.hint == "set it to a string, or drop the key"
    secret = "tag: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\n"
    assert [finding.rule for finding in explained(file_values(secret))] == ["pattern"]
    assert explained(chart_values(secret)) == []


def test_a_pattern_has_words_of_its_own() -> None:
    assert explained(file_values("tag: A\n"))[0].message == '`tag` is "A": not a word'
