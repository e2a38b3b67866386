"""Charts on which shunter and Helm once disagreed, or a finding misled: the verdict is Helm's, and the finding stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.charts.charts import ROOT
from helpers.tools import need_helm
from helpers.workspaces.cli import shunter
from shunter.adapters.helm.engine import engine
from shunter.flows.release.release import Release
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import files_in
from shunter.model.errors import ShunterError
from shunter.model.findings import Severity

CASES = ROOT / "tests/charts/cases"
STRICTER = {"dedent-drops-rest"}
"""Helm reads half of the file and says nothing."""
LIBRARY = {"library-unused"}
"""A library chart has no verdict of its own: Helm installs none."""
EXPECTED: dict[str, tuple[list[str], list[str]]] = {
    # what `validate` finds, and what `lint` finds: rule, place
    "closed-lint": (["schema-unknown-keyword values.schema.json:1"], []),
    "closed-umb": (["unknown-key charts/g/values.schema.json:1"], []),
    "ctrl-behind-end": (["yaml-encoding values.yaml:3"], []),
    "d76_unknown_key_of_subchart": ([], []),
    "dedent-drops-rest": (["ignored-document values.yaml:2"], ["ignored-document values.yaml:2"]),
    "fix-stuck": ([], []),
    "flow-mask": (["plaintext-secret values.yaml:1", "type values.yaml:1"], []),
    "h10392_global_closed_schema": (["unknown-key charts/gate/values.schema.json:1"], []),
    "h9696_global_null": (["enum values.yaml:3"], []),
    "library-unused": ([], []),
    "lint-namespace": ([], []),
    "lint-severity": ([], []),
    "mask-eats-message": (
        ["boolean-key values.yaml:8", "plaintext-secret values.yaml:6", "plaintext-secret values.yaml:7", "trailing-zero values.yaml:8"],
        [],
    ),
    "null-default-required": (["missing-key values.yaml:4"], []),
    "s-anchor-self-ref": (["constraint values.yaml:1"], []),
    "s-draft4-defs": (["schema-broken values.schema.json:1"], []),
    "s-dynref-in-additionalItems": ([], []),
    "s-empty-enum": (["schema-broken values.schema.json:1"], []),
    "s-if-dangling-ref": (["schema-broken values.schema.json:1"], []),
}  # fmt: skip


def found(folder: Path, *command: str) -> tuple[int, list[str], str]:
    result = shunter(*command, "-o", "json", cwd=folder)
    findings = json.loads(result.out)["findings"]
    places = sorted(f"{item['rule']} {item['span']['path']}:{item['span']['line']}" for item in findings)
    return result.code, places, result.out


def test_every_case_is_here() -> None:
    assert {path.name for path in CASES.iterdir()} == {*EXPECTED, "one-stray-stops-all"}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_verdict_is_helms(name: str) -> None:
    need_helm()
    folder = CASES / name
    code, places, _ = found(folder, "validate", ".")
    assert places == EXPECTED[name][0]
    release = Release(files_in(Context(folder, folder, None), folder))
    try:
        release.render(engine())
        taken = True
    except ShunterError:
        taken = False
    assert (code == 0) == ((taken or name in LIBRARY) and name not in STRICTER)


@pytest.mark.parametrize("name", EXPECTED)
def test_lint_fails_where_helm_lint_does(name: str) -> None:
    need_helm()
    code, places, _ = found(CASES / name, "lint", ".")
    said = engine().lint(CASES / name)
    errors = any(message.severity is Severity.ERROR for message in said)
    assert code == int(errors or name in STRICTER)
    assert {*EXPECTED[name][1]} <= {*places}


@pytest.mark.parametrize(
    ("name", "file", "places"),
    [
        ("d76_unknown_key_of_subchart", "o.yaml", ["unknown-alias o.yaml:3"]),
        ("d76_unknown_key_of_subchart", "p.yaml", []),
        ("dedent-drops-rest", "o.yaml", ["ignored-document o.yaml:2", "ignored-document values.yaml:2"]),
        ("h9696_global_null", "o.yaml", ["enum values.yaml:3"]),
        ("null-default-required", "o.yaml", ["null-value o.yaml:1"]),
    ],
)
def test_values_that_are_passed_have_their_finding(name: str, file: str, places: list[str]) -> None:
    assert found(CASES / name, "validate", ".", "-f", file)[1] == places


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_a_secret_hides_its_own_letters_only(form: str) -> None:
    flow = shunter("validate", ".", "-o", form, cwd=CASES / "flow-mask")
    assert "must be an integer" in flow.out + flow.err
    assert "password: in," not in flow.out + flow.err
    eaten = shunter("validate", ".", "-o", form, cwd=CASES / "mask-eats-message")
    assert "looks like a secret in plain text" in eaten.out + eaten.err
    assert "the 0 is lost" in eaten.out + eaten.err
    assert "apiKey: warning" not in eaten.out + eaten.err


def test_one_stray_file_stops_nothing() -> None:
    code, places, _ = found(CASES / "one-stray-stops-all", "validate", "deploy/values.yaml", "chart/values.yaml")
    assert code == 1
    assert places == ["stray-values deploy/values.yaml:0", "type chart/values.yaml:1"]
