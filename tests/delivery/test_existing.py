"""Existing charts that are in a registry: judged there, added to a workspace, packaged, and in a train."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from helpers.charts.tiny_charts import chart, chart_files
from helpers.tools import HELM, needs_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.registries import Registry
from helpers.workspaces.workspaces import ONE_SERVICE
from shunter.adapters.oci.charts import OciCharts

pytestmark = [pytest.mark.registry, pytest.mark.usefixtures("impatient")]

SCHEMA = {"type": "object", "properties": {"replicas": {"type": "integer"}}}
VERSIONS = ("1.0.0", "1.1.0", "1.2.0-rc.1", "1.1.0+b2")


@pytest.fixture
def theirs(registry: Registry) -> str:
    """The place of a chart of somebody else, in several versions."""
    shelf = OciCharts(lambda _: f"oci://{registry.host}/theirs")
    for version in VERSIONS:
        extra = {"values.yaml": "replicas: one\n" if version == "1.0.0" else "replicas: 1\n"}
        made = chart(chart_files("search", version, schema=SCHEMA, extra=extra))
        shelf.upload(made)
        shelf.publish(made)
    return f"oci://{registry.host}/theirs/search"


def test_a_chart_is_judged_where_it_is(theirs: str, tmp_path: Path) -> None:
    assert "1 chart" in ok("validate", f"{theirs}:1.1.0", cwd=tmp_path).err
    said = shunter("validate", f"{theirs}:1.0.0", cwd=tmp_path)
    assert said.code == 1
    assert f"--> {theirs}:1.0.0/values.yaml:1:11" in said.err
    (tmp_path / "mine.yaml").write_text("replicas: two\n", "utf-8")
    said = shunter("validate", f"{theirs}:1.1.0+b2", "-f", "mine.yaml", cwd=tmp_path)
    assert said.code == 1
    assert "--> mine.yaml:1:11" in said.err
    digest = OciCharts(lambda _: theirs.rpartition("/")[0]).held("search", "1.1.0")
    assert digest is not None
    ok("validate", f"{theirs}@{digest.digests.manifest}", cwd=tmp_path)
    said = shunter("validate", theirs, "-f", "mine.yaml", cwd=tmp_path)
    assert "search 1.1.0+b2" in said.err, "the newest release"


@needs_helm
def test_a_chart_is_rendered_where_it_is_as_helm_renders_it(theirs: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("replicas: 2\n", "utf-8")
    asked = ("-f", "mine.yaml", "--set", "size=3")
    for place, version in ((f"{theirs}:1.1.0", "1.1.0"), (theirs, "1.1.0+b2")):
        command = [HELM, "template", "search", theirs, "--version", version, "--plain-http", *asked]
        said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        wanted = said[said.index("---\n") :]  # above it Helm says what it has pulled
        assert "kind: " in wanted
        for engine in ((), ("--helm", HELM)):
            assert ok("render", place, *asked, *engine, cwd=tmp_path).out == wanted


def test_a_value_of_a_chart_is_explained_where_it_is(theirs: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("size: 2\n", "utf-8")
    arguments = ("values", "explain", f"{theirs}:1.1.0", "-f", "mine.yaml", "--set", "db.password=hunter2long")
    rows = json.loads(ok(*arguments, "-o", "json", cwd=tmp_path).out)["keys"]
    assert [(row["key"], row["value"], row.get("file", row.get("argument"))) for row in rows] == [
        ("db.password", "***********", "db.password=***********"),
        ("replicas", 1, f"{theirs}:1.1.0/values.yaml"),
        ("size", 2, "mine.yaml"),
    ]
    assert f"{theirs}:1.1.0/values.yaml:1" in ok(*arguments, cwd=tmp_path).out


def test_its_versions_are_compared_where_they_are(theirs: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("replicas: two\n", "utf-8")
    said = shunter("upgrade-check", f"{theirs}@1.1.0", "--from", "1.1.0+b2", "-f", "mine.yaml", cwd=tmp_path)
    assert (said.code, said.err.splitlines()[-1]) == (1, "search 1.1.0+b2 -> 1.1.0: 1 refused by the schema")
    said = ok("upgrade-check", f"{theirs}@1.1.0", "--from", "1.0.0", cwd=tmp_path)
    assert "`replicas` is 1 by default now, was " in said.err
    said = shunter("upgrade-check", f"{theirs}@9.9.9", "--from", "1.0.0", cwd=tmp_path)
    assert (said.code, f"there is no {theirs}:9.9.9" in said.err) == (2, True)
    assert '"replicas"' in ok("schema", "infer", f"{theirs}:1.1.0", cwd=tmp_path).out


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("PLACE:9.9.9", "there is no PLACE:9.9.9"),
        ("PLACE@sha256:" + "0" * 64, "there is no PLACE@sha256:"),
        ("PLACEs", "there is no PLACEs:latest"),
        ("oci://nope", "names no chart"),
        ("PLACE:1.0.0 --fix", "cannot be mended"),
    ],
)
def test_one_error_with_a_hint(name: str, message: str, theirs: str, tmp_path: Path) -> None:
    said = shunter("validate", *name.replace("PLACE", theirs).split(), cwd=tmp_path)
    assert said.code == 2
    assert message.replace("PLACE", theirs) in said.err
    assert said.err.count("error: ") == said.err.count("hint: ") == 1


def test_a_service_with_a_chart_of_somebody_else(theirs: str, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(ONE_SERVICE.replace("LAYOUT", "mono"), "utf-8")
    ok("new", "shop", "--defaults", "--data-file", "values.yaml", cwd=tmp_path)
    root = tmp_path / "shop"
    said = shunter("add", "service", "search", "--chart", theirs, cwd=root)
    assert (said.code, f"`{theirs}` has no version" in said.err) == (2, True)
    before = (root / "shunter.yaml").read_bytes()
    for place, message in (
        (f"{theirs}:9.9.9", "is not in the registry"),
        ("oci://127.0.0.1:1/x/search:1.0.0", "cannot be"),
    ):
        said = shunter("add", "service", "search", "--chart", place, cwd=root)
        assert (said.code, message in said.err) == (2, True), said.err
    assert (root / "shunter.yaml").read_bytes() == before
    ok("add", "service", "search", "--chart", f"{theirs}:1.1.0+b2", cwd=root)
    above = theirs.rpartition("/")[0]
    service = yaml.safe_load((root / "shunter.yaml").read_text("utf-8"))["services"]["search"]
    assert service == {"chart": {"repository": above, "name": "search", "version": "1.1.0+b2"}}
    ok("package", "orders", cwd=root)
    ok("train", "cut", "1.0.0", cwd=root)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    car = yaml.safe_load((root / "trains/1.0.0.yaml").read_text("utf-8"))["cars"]["search"]
    held = OciCharts(lambda _: above).held("search", "1.1.0+b2")
    assert held is not None
    assert (car["digest"], car["manifest"], car["source"]) == (held.digests.archive, held.digests.manifest, above)
    ok("validate", cwd=root)
    ok("lock", "--check", cwd=root)
    said = shunter("upgrade-check", "search@1.0.0", cwd=root)
    assert said.err.endswith("tst: search 1.1.0+b2 -> 1.0.0: 1 refused by the schema, 1 with another default\n")
    ok("package", cwd=root)
    assert "it is cut already" in ok("train", "cut", "1.0.0", cwd=root).err
