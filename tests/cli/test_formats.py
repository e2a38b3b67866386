"""Findings for machines, each format against its own schema or grammar."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import jsonschema
import pytest

from helpers.oracles.embedded_helm import archive
from helpers.oracles.outside_data import outside_data
from helpers.workspaces import shop
from shunter.cli import formats
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import read
from shunter.core.rules.fixes import fixed
from shunter.core.rules.verdict import judge
from shunter.core.rules.yaml_lints import yaml_lints
from shunter.model.findings import Finding, Kind, Severity, Span

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
ODD = 'a <b> & "c": 100%, é\n😀 \x07'


def findings() -> tuple[Finding, ...]:
    """Real findings, with fixes and related places, and odd ones."""
    text = shop.VALUES.replace("replicaCount: 3", "replicaCount: '3'\n  replicaCount: 1000000").replace('"1.0"', "1.10")
    odd = (
        Finding("not-in-catalogue", ODD, Span("päth with space.yaml", 3, 2, 2, ODD), Kind.LINT, Severity.NOTE),
        Finding("drift", ODD, Span("whole.yaml"), Kind.LINT, Severity.WARNING, notes=(ODD,), hint=ODD),
    )
    chart = load_archive(archive(shop.files()), "shop.tgz")
    return (*judge(chart, [read(text.encode(), "envs/pro.yaml")]), *odd)


def test_there_is_something_to_render() -> None:
    found = findings()
    assert any(finding.fix for finding in found)
    assert any(finding.related for finding in found)
    assert {finding.severity for finding in found} == set(Severity)


def test_json_fits_its_published_schema() -> None:
    schema = json.loads((SCHEMAS / "findings.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    value = json.loads(formats.as_json(findings()))
    jsonschema.validate(value, schema)
    assert len(value["findings"]) == len(findings())


def test_sarif_fits_the_standards_schema() -> None:
    schema = json.loads(outside_data("sarif-schema-2.1.0.json").read_text())
    for found in (findings(), ()):
        log = json.loads(formats.sarif(found))
        jsonschema.Draft4Validator(schema).validate(log)
        assert len(log["runs"][0]["results"]) == len(found)


def test_sarif_names_rule_place_and_fix() -> None:
    (run,) = json.loads(formats.sarif(findings()))["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    result = next(result for result in run["results"] if result["ruleId"] == "unquoted-string")
    assert rules[result["ruleIndex"]] == "unquoted-string"
    assert result["message"]["text"].endswith(
        "\nschema: svc 1.2.0 (alias api), values.schema.json#/properties/image/properties/tag"
    )
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "envs/pro.yaml"
    assert (place["region"]["startLine"], place["region"]["startColumn"], place["region"]["endColumn"]) == (7, 10, 14)
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"]["text"] == '"1.10"'


def test_junit_is_well_formed_and_counts_errors_as_failures() -> None:
    root = ElementTree.fromstring(formats.junit(findings()))
    errors = [finding for finding in findings() if finding.severity is Severity.ERROR]
    assert root.get("tests") == str(len(findings()))
    assert root.get("failures") == str(len(errors)) == str(len(root.findall(".//failure")))
    assert {suite.get("name") for suite in root} == {finding.span.path for finding in findings()}


def test_github_annotations_are_one_line_each_and_escaped() -> None:
    lines = formats.github(findings()).splitlines()
    assert len(lines) == len(findings())
    assert lines[-1].startswith('::warning file=whole.yaml,title=drift::a <b> & "c": 100%25, é%0A😀')
    assert any(
        line.startswith("::error file=envs/pro.yaml,line=7,col=10,endColumn=14,title=unquoted-string::")
        for line in lines
    )


@pytest.mark.parametrize("form", ["json", "sarif", "github", "junit"])
def test_the_same_findings_give_the_same_bytes(form: str) -> None:
    assert formats.render(findings(), form) == formats.render(findings(), form)
    assert "\\u" not in formats.render(findings()[:-2], form)


def judged(data: bytes) -> tuple[Finding, ...]:
    return judge(load_archive(archive(shop.files()), "shop.tgz"), [read(data, "v.yaml")])


COMMENTED = """\
# a file with everything: é
api:   # the API
  replicasCount: 3
  image:
  repository:   x/y   # keep
  tag: 1.10
  # a comment between
  pullPolicy: ifNotPresent
  debug: on   # really
  service: {port: "80"} # inline
web:
  replicaCount: '2'
  debug: "off"
"""

AFTER = """\
# a file with everything: é
api:   # the API
  replicaCount: 3
  image:
    repository:   x/y   # keep
    tag: "1.10"
    # a comment between
    pullPolicy: IfNotPresent
  debug: "on"   # really
  service: {port: 80} # inline
web:
  replicaCount: 2
  debug: "off"
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_fixes_change_what_is_wrong_and_nothing_else(line_end: str, bom: bytes) -> None:
    data = bom + COMMENTED.replace("\n", line_end).encode()
    for _ in range(3):
        data, applied = fixed(data, judged(data), "v.yaml")
    assert applied == ()
    assert judged(data) == ()
    assert data == bom + AFTER.replace("\n", line_end).encode()


def test_a_key_is_not_renamed_to_one_that_is_there() -> None:
    data = b"api:\n  replicaCount: 1\n  replicasCount: 2\n"
    assert [finding.rule for finding in judged(data)] == ["unknown-key"]
    assert fixed(data, judged(data), "v.yaml") == (data, ())


def test_a_lints_fix_keeps_what_helm_reads() -> None:
    data = b"on: 1\n0777: a\na: 1.10\nb: off\nc: [y, 'y']\nd: 08\ne: {f: 1, f: 2}\n"
    document = read(data, "v.yaml")
    after, applied = fixed(data, yaml_lints(document), "v.yaml")
    assert [finding.rule for finding in applied] == ["yaml-1.1-boolean"] * 2
    assert read(after, "v.yaml").value == document.value
    assert after != data


def test_a_fix_for_another_text_or_file_is_left_out() -> None:
    data = b"api:\n  debug: on\n"
    found = judged(data)
    assert fixed(b"api:\n  debug:  on\n", found, "v.yaml") == (b"api:\n  debug:  on\n", ())
    assert fixed(data, found, "other.yaml") == (data, ())
    assert fixed(data, found, "v.yaml")[0] == b'api:\n  debug: "on"\n'
