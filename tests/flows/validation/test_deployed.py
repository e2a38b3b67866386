"""Files of Argo CD and Flux named to `validate`: the chart that they deploy is judged with their values."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files, write_files
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import write

SCHEMA = {"properties": {key: {"type": "integer"} for key in ("size", "more", "own")}, "additionalProperties": False}
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  source:
    repoURL: https://git.example/r
    path: charts/web
    helm:
      valueFiles: [VALUEFILE]
      values: |
        size: SIZE
      parameters: [{name: more, value: "MORE"}]
"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web}
spec:
  chart: {spec: {chart: ./charts/web, sourceRef: {kind: GitRepository, name: r}}}
  valuesFrom: [{kind: KIND, name: NAME}]
  values:
    size: SIZE
"""
MAP = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: defaults}\ndata:\n  values.yaml: |\n    own: OWN\n    more: 1\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a chart, and a folder of objects beside it."""
    root = tmp_path / "r"
    write(root, {".git/HEAD": "", "apps/values-a.yaml": "own: x\n", "apps/map.yaml": MAP.replace("OWN", "x")})
    write_files(root / "charts" / "web", chart_files("web", schema=SCHEMA, extra={"values-pro.yaml": "own: x\n"}))
    return root


def application(root: Path, file: str = "", size: str = "1", more: str = "1") -> None:
    text = APPLICATION.replace("VALUEFILE", file).replace("SIZE", size).replace("MORE", more)
    (root / "apps" / "app.yaml").write_text(text)


def places(text: str) -> list[str]:
    return [line.removeprefix("  --> ") for line in text.splitlines() if line.startswith("  -->")]


@pytest.mark.parametrize("cwd", [".", "apps", "charts/web"])
def test_an_application_is_judged_with_the_chart_at_its_path(cwd: str, root: Path) -> None:
    name = {".": "apps/app.yaml", "apps": "app.yaml", "charts/web": "../../apps/app.yaml"}[cwd]
    application(root)
    assert ok("validate", name, cwd=root / cwd).err == "1 chart checked: valid\n"
    application(root, size="x")
    assert places(shunter("validate", name, cwd=root / cwd).err) == [f"{name}:11:15"]
    ok("validate", name, "--set", "size=2", cwd=root / cwd)


def test_its_layers_lie_over_each_other_as_argo_lays_them(root: Path) -> None:
    for file, place in (
        ("values-pro.yaml", "charts/web/values-pro.yaml:1:6"),
        ("$x/apps/values-a.yaml", "apps/values-a.yaml:1:6"),
    ):
        application(root, file)
        assert places(shunter("validate", "apps/app.yaml", cwd=root).err) == [place]
    application(root, more="x")
    assert places(shunter("validate", "apps/app.yaml", cwd=root).err) == ["--set more=x"]
    application(root, "gone.yaml")
    gone = shunter("validate", "apps/app.yaml", cwd=root)
    assert (gone.code, "there is no file charts/web/gone.yaml" in gone.err, "--> apps/app.yaml:9:20" in gone.err) == (
        2,
        True,
        True,
    )


def test_a_release_is_judged_with_the_map_that_its_repository_holds(root: Path) -> None:
    def release(size: str = "1", kind: str = "ConfigMap", name: str = "defaults") -> None:
        text = RELEASE.replace("SIZE", size).replace("KIND", kind).replace("NAME", name)
        (root / "apps" / "hr.yaml").write_text(text)

    release(size="x")
    assert places(shunter("validate", "apps/hr.yaml", cwd=root).err) == ["apps/hr.yaml:8:11", "apps/map.yaml:6:10"]
    (root / "apps" / "map.yaml").write_text(MAP.replace("OWN", "3"))
    release()
    ok("validate", "apps/hr.yaml", cwd=root)
    release(name="others")
    gone = shunter("validate", "apps/hr.yaml", cwd=root)
    assert (gone.code, "no ConfigMap `others`" in gone.err) == (2, True)
    release(kind="Secret", name="others")
    ok("validate", "apps/hr.yaml", cwd=root)


def test_what_is_not_there_is_said_in_its_place(root: Path) -> None:
    application(root)
    text = (root / "apps" / "app.yaml").read_text()
    (root / "apps" / "app.yaml").write_text(text.replace("charts/web", "charts/gone"))
    gone = shunter("validate", "apps/app.yaml", cwd=root)
    assert (gone.code, "charts/gone is no chart" in gone.err, "--> apps/app.yaml:7:11" in gone.err) == (2, True, True)


def test_other_strays_stay_strays(root: Path) -> None:
    application(root, size="x")
    found = shunter("validate", "apps/map.yaml", "apps/app.yaml", cwd=root)
    assert (found.code, places(found.err)) == (1, ["apps/app.yaml:11:15", "apps/map.yaml"])
    skipped = (
        (root / "apps" / "app.yaml").read_text().replace("    helm:\n", "    helm:\n      skipSchemaValidation: true\n")
    )
    (root / "apps" / "app.yaml").write_text(skipped)
    ok("validate", "apps/app.yaml", cwd=root)
