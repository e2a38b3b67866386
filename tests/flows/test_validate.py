"""`validate` on any chart, with files, `-f`, `--set` and `--fix`."""

from __future__ import annotations

import json
import os
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


ODD = {
    "a pipe": os.mkfifo,
    "a folder": os.mkdir,
    "a symbolic link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a symbolic link that leads nowhere": lambda path: path.symlink_to(path),
    "5,242,881 bytes": lambda path: _make_large(path, 5 * 2**20 + 1),
    "3,221,225,472 bytes": lambda path: _make_large(path, 3 << 30),
}


def _make_large(path: Path, size: int) -> None:
    path.touch()
    os.truncate(path, size)


@pytest.mark.parametrize("what", ODD)
@pytest.mark.parametrize("name", ["values.yaml", "values.schema.json", ".helmignore"])
def test_what_is_no_file_of_a_chart_is_a_finding(name: str, what: str, chart: Path) -> None:
    (chart / name).unlink(missing_ok=True)
    ODD[what](chart / name)
    for _ in range(2):  # the second time from the cache, if it was kept
        found = shunter("validate", ".", cwd=chart)
        assert found.code == 1
        assert what in found.err
        assert f"--> {name}\nhint: " in found.err


@pytest.mark.parametrize("what", ODD)
def test_a_named_file_that_is_none_is_said_to_be_none(what: str, chart: Path) -> None:
    ODD[what](chart / "values-x.yaml")
    for words in (["values-x.yaml"], [".", "-f", "values-x.yaml"]):
        found = shunter("validate", *words, cwd=chart)
        assert found.code in (1, 2)
        assert "values-x.yaml" in found.err
        assert "\nhint: " in found.err


def test_a_link_out_of_the_chart_is_said_not_to_be_followed(chart: Path) -> None:
    (chart / "values.yaml").rename(chart.parent / "common.yaml")
    (chart / "values.yaml").symlink_to("../common.yaml")
    found = shunter("validate", ".", cwd=chart)
    assert (found.code, "[not-a-file]" in found.err) == (1, True)


def test_a_values_file_does_not_steer_the_terminal(chart: Path) -> None:
    (chart / "ci" / "bad.yaml").write_text('tag: "\\e[31m\\u202e"\n"\\e[2J": "\\ud800"\n')
    found = shunter("validate", "ci/bad.yaml", cwd=chart)
    assert found.code == 1
    assert not set(found.err) & {"\x1b", "\u202e"}


@pytest.mark.parametrize("form", ["json", "sarif", "github", "junit"])
def test_a_name_of_any_bytes_can_be_reported(form: str, chart: Path) -> None:
    name = os.fsdecode(b"values-\xff.yaml")
    (chart / name).write_text("replicas: x\n")
    found = shunter("validate", name, "-o", form, cwd=chart)
    assert (found.code, found.err) == (1, "")
    assert found.out.encode()
