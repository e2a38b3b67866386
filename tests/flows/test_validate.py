"""`validate` on any chart, with files, `-f`, `--set` and `--fix`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.cli import ok, shunter

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"replicas": {"type": "integer"}, "tag": {"type": "string"}, "global": {}},
}


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """A chart that shunter did not make, with two further values files."""
    folder = tmp_path / "web"
    (folder / "templates").mkdir(parents=True)
    (folder / "ci").mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text("replicas: 1\ntag: '1'\n")
    (folder / "values.schema.json").write_text(json.dumps(SCHEMA))
    (folder / "templates" / "a.yaml").write_text("a: {{ .Values.tag }}\n")
    (folder / "ci" / "good.yaml").write_text("replicas: 2\n")
    (folder / "ci" / "bad.yaml").write_text("# comment\nreplicas: '2'   # kept\ntag: 1.10\n")
    return folder


@pytest.mark.parametrize("named", [".", "web", "web/values.yaml", "web/values.schema.json", "web/templates/a.yaml"])
def test_any_chart_is_judged_as_it_is(named: str, chart: Path) -> None:
    cwd = chart if named == "." else chart.parent
    assert ok("validate", named, cwd=cwd).err == "1 chart checked: valid\n"


def test_each_values_file_is_judged_alone(chart: Path) -> None:
    (chart / "ci" / "other.yaml").write_text("replicas: x\n")
    found = shunter("validate", "web/ci/bad.yaml", "web/ci/good.yaml", "web/ci/other.yaml", cwd=chart.parent)
    assert found.code == 1
    places = [line.split()[1] for line in found.err.splitlines() if line.startswith("  -->")]
    assert places == ["web/ci/bad.yaml:2:11", "web/ci/bad.yaml:3:6", "web/ci/other.yaml:1:11"]


def test_f_and_set_are_layers(chart: Path) -> None:
    assert shunter("validate", "web", "-f", "web/ci/bad.yaml", cwd=chart.parent).code == 1
    ok("validate", "web", "-f", "web/ci/bad.yaml", "--set", "replicas=2,tag=x", cwd=chart.parent)
    wrong = shunter("validate", "web", "--set", "replicas=many", cwd=chart.parent)
    assert wrong.code == 1
    assert "--set replicas=many" in wrong.err


def test_a_dependency_in_another_version_is_judged_as_helm_takes_it(chart: Path) -> None:
    sub = chart / "charts" / "db"
    sub.mkdir(parents=True)
    (sub / "Chart.yaml").write_text("apiVersion: v2\nname: db\nversion: 1.0.0\n")
    (chart / "values.schema.json").unlink()
    with (chart / "Chart.yaml").open("a") as file:
        file.write("dependencies:\n- {name: db, version: ^2, alias: store}\n")
    found = shunter("validate", "web", cwd=chart.parent)
    message = "charts/ has `db` 1.0.0, not `^2`: Helm renders it, without alias, condition and tags"
    assert (found.code, found.err.splitlines()[0]) == (1, f"error[missing-dependency]: {message}")
    (sub / "Chart.yaml").write_text("apiVersion: v2\nname: other\nversion: 1.0.0\n")
    assert shunter("validate", "web", cwd=chart.parent).code == 2


def test_fix_keeps_every_other_byte(chart: Path) -> None:
    fixed = shunter("validate", "--fix", "web/ci/bad.yaml", cwd=chart.parent)
    assert fixed.code == 0, fixed.err
    assert (chart / "ci" / "bad.yaml").read_text() == '# comment\nreplicas: 2   # kept\ntag: "1.10"\n'


@pytest.mark.parametrize(
    ("form", "start"), [("json", "{"), ("sarif", "{"), ("github", "::error file=web/ci/bad.yaml"), ("junit", "<?xml")]
)
def test_findings_come_in_the_form_asked_for(form: str, start: str, chart: Path) -> None:
    found = shunter("validate", "-o", form, "web/ci/bad.yaml", cwd=chart.parent)
    assert found.code == 1
    assert found.out.startswith(start)
    assert found.err == ""


def test_what_belongs_to_no_chart_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "lonely.yaml").write_text("a: 1\n")
    for name, message in (("lonely.yaml", "belongs to no chart"), ("absent.yaml", "there is no file")):
        found = shunter("validate", name, cwd=tmp_path)
        assert (found.code, found.out) == (2, "")
        assert message in found.err


def test_sections_of_unpinned_services_are_judged_against_their_source(shop: Path) -> None:
    values = shop / "shop-tst/envs/tst/values.yaml"
    values.write_text(values.read_text() + "auth:\n  replicaCount: many\n", "utf-8")
    found = shunter("validate", "-e", "tst", cwd=shop)
    assert found.code == 1
    assert "unpinned: judged against the chart of auth as it is in the workspace" in found.err
    ok("validate", "-e", "pre", cwd=shop)
