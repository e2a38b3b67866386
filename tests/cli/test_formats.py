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
from shunter.core.rules.verdict import judge
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
