"""Charts named by where they are, rendered, explained and judged outside of a workspace."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files, write_files
from helpers.tools import HELM, need_helm, needs_helm
from helpers.workspaces.cli import ok, shunter
from shunter.core.charts.packed import PackedChart
from shunter.flows.release.named import any_chart, chart_named, packed_files
from shunter.flows.workspace.context import Context

SCHEMA = {"properties": {"size": {"type": "integer"}}}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A chart with a subchart as a folder and as an archive, in two folders, and a values file."""
    root = tmp_path.resolve()
    files = chart_files("web", schema=SCHEMA, extra={"values.yaml": "size: 1\nmode: a\n"})
    sub = chart_files("sub", extra={"values.yaml": "deep: 1\n"})
    files = {**files, **{f"charts/sub/{path}": state for path, state in sub.items()}}
    text = files["Chart.yaml"].data + b"dependencies:\n- {name: sub, version: 1.0.0, alias: low}\n"
    files["Chart.yaml"] = type(files["Chart.yaml"])(text)
    write_files(root / "web", files)
    (root / "out").mkdir()
    (root / "out" / "web-1.0.0.tgz").write_bytes(PackedChart.of_files(files, "web").packed().archive)
    (root / "v.yaml").write_text("# ours\nsize: 2\n")
    return root


PLACES = ("web", "web/", "./web", "out/web-1.0.0.tgz")


@pytest.mark.parametrize("place", PLACES)
def test_a_chart_is_found_where_it_is(place: str, root: Path) -> None:
    found = chart_named(Context(root, root, None), place)
    assert found is not None
    assert (found[0].chart.name, found[0].label) == ("web", place.strip("./"))


def test_what_is_no_chart_is_none(root: Path) -> None:
    for name in ("out", "v.yaml", "web/values.yaml", "gone", "gone.tgz", ""):
        assert chart_named(Context(root, root, None), name) is None
    here = chart_named(Context(root, root / "web" / "templates", None), "")
    assert here is not None
    assert packed_files(Context(root, root, None), "out/web-1.0.0.tgz")[1] == root / "out/web-1.0.0.tgz"


@needs_helm
@pytest.mark.parametrize("place", PLACES)
def test_it_is_rendered_as_helm_renders_it(place: str, root: Path) -> None:
    helm = [HELM, "template", "web", place, "-f", "v.yaml", "--set", "low.deep=3"]
    wanted = subprocess.run(helm, cwd=root, text=True, capture_output=True, check=True).stdout
    found = ok("render", place, "-f", "v.yaml", "--set", "low.deep=3", cwd=root)
    assert found.out == wanted
    low = ok("render", place, "low", cwd=root).out
    assert ("charts/low/" in low, "web/templates" in low) == (True, False)
    wrong = shunter("render", place, "sub", cwd=root)
    assert (wrong.code, "has no chart `sub`" in wrong.err, "its charts: low" in wrong.err) == (2, True, True)


def test_the_chart_around_is_rendered_without_a_name(root: Path) -> None:
    need_helm()
    assert ok("render", cwd=root / "web" / "charts").out == ok("render", "web", cwd=root).out
    assert "which environment?" in shunter("render", cwd=root).err
    assert "there is no environment `gone`" in shunter("render", "gone", cwd=root).err


@pytest.mark.parametrize("place", PLACES)
def test_its_values_are_explained(place: str, root: Path) -> None:
    found = json.loads(
        ok("values", "explain", place, "-f", "v.yaml", "--set-string", "mode=1", "-o", "json", cwd=root).out
    )
    rows = {row["key"]: row for row in found["keys"]}
    assert (rows["size"]["from"], rows["size"]["file"], rows["size"]["line"]) == ("-f", "v.yaml", 2)
    assert (rows["mode"]["from"], rows["mode"]["argument"], rows["mode"]["value"]) == ("--set-string", "mode=1", "1")
    assert rows["low.deep"]["file"].endswith("sub/values.yaml")


def test_an_archive_is_judged_as_it_is(root: Path) -> None:
    assert ok("validate", "out/web-1.0.0.tgz", "-f", "v.yaml", cwd=root).err == "1 chart checked: valid\n"
    (root / "v.yaml").write_text("size: x\n")
    wrong = shunter("validate", "out/web-1.0.0.tgz", "web", "-f", "v.yaml", cwd=root)
    assert (wrong.code, wrong.err.count("  --> v.yaml:1:7\n")) == (1, 1)  # one fault, whoever finds it
    own = shunter("validate", "out/web-1.0.0.tgz", "--set", "size=x", cwd=root)
    assert "  --> --set size=x\n" in own.err
    mend = shunter("validate", "--fix", "out/web-1.0.0.tgz", cwd=root)
    assert (mend.code, "cannot be mended: it is packed" in mend.err) == (2, True)
    (root / "out" / "bad.tgz").write_bytes(b"no archive")
    assert shunter("validate", "out/bad.tgz", cwd=root).code == 2


def test_a_place_is_found_without_a_look_at_all_that_lies_around(root: Path) -> None:
    """A file of ours that is broken, in a project that nobody asked for."""
    (root / "elsewhere").mkdir()
    (root / "elsewhere/.copier-answers.yml").write_text("a: [\n")
    assert any_chart(Context(root, root, None), "./web").label == "web"
    assert any_chart(Context(root, root, None), "out/web-1.0.0.tgz").label.endswith("web-1.0.0.tgz")
