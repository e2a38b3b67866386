"""Files of Argo CD and Flux named to `validate`: the chart that they deploy is judged with their values."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files, write_files
from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git, write
from helpers.workspaces.http import served
from shunter.core.charts.packed import PackedChart

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
    text = APPLICATION.replace("[VALUEFILE]", f"[{file}]").replace("SIZE", size).replace("MORE", more)
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
    assert places(shunter("validate", "apps/app.yaml", cwd=root).err) == ["apps/app.yaml:12:40"]
    application(root, "gone.yaml")
    gone = shunter("validate", "apps/app.yaml", cwd=root)
    assert (gone.code, "there is no file charts/web/gone.yaml" in gone.err, "--> apps/app.yaml:9:20" in gone.err) == (
        1,
        True,
        True,
    )


@pytest.mark.parametrize("ours", ["valuesObject: {size: 1}", "values: '{size: 1}'", "values: |\n        {size: 1}"])
def test_what_follows_values_in_braces_is_no_mistake(ours: str, root: Path) -> None:
    text = APPLICATION.partition("      valueFiles")[0] + f"      {ours}\n      releaseName: x\n---\nkind: Other\n"
    (root / "apps" / "app.yaml").write_text(text)
    assert ok("validate", "apps/app.yaml", cwd=root).err == "1 chart checked: valid\n"


def test_a_text_in_quotes_is_never_mended(root: Path) -> None:
    text = APPLICATION.partition("      valueFiles")[0] + "      values: 'size: \"1\"'\n"
    (root / "apps" / "app.yaml").write_text(text)
    found = shunter("validate", "--fix", "apps/app.yaml", cwd=root)
    assert (found.code, places(found.err)) == (1, ["apps/app.yaml:9:15"])
    assert (root / "apps" / "app.yaml").read_text() == text


def test_an_error_of_yaml_stands_in_the_file_that_has_it(root: Path) -> None:
    application(root, size="[1")
    found = shunter("validate", "apps/app.yaml", cwd=root)
    assert (places(found.err), "the parser gave up here: apps/app.yaml:12:1" in found.err) == (
        ["apps/app.yaml:11:15"],
        True,
    )
    (root / "apps" / "map.yaml").write_text(MAP.replace("OWN", "[1"))
    (root / "apps" / "hr.yaml").write_text(
        RELEASE.replace("SIZE", "1").replace("KIND", "ConfigMap").replace("NAME", "defaults")
    )
    assert places(shunter("validate", "apps/hr.yaml", cwd=root).err) == ["apps/map.yaml:6:10"]


def test_a_release_is_judged_with_the_map_that_its_repository_holds(root: Path) -> None:
    def release(size: str = "1", kind: str = "ConfigMap", name: str = "defaults") -> None:
        text = RELEASE.replace("SIZE", size).replace("KIND", kind).replace("NAME", name)
        (root / "apps" / "hr.yaml").write_text(text)

    release(size="x")
    assert places(shunter("validate", "apps/hr.yaml", cwd=root).err) == ["apps/hr.yaml:8:11", "apps/map.yaml:6:10"]
    (root / "apps" / "map.yaml").write_text(MAP.replace("OWN", "3"))
    release()
    ok("validate", "apps/hr.yaml", cwd=root)
    (root / "apps" / "made.yaml").write_text("own: x\n")
    made = "kind: Kustomization\nconfigMapGenerator: [{name: generated, files: [values.yaml=made.yaml]}]\n"
    (root / "apps" / "kustomization.yaml").write_text(made)
    release(name="generated")
    assert places(shunter("validate", "apps/hr.yaml", cwd=root).err) == ["apps/made.yaml:1:6"]
    release(name="others", size="x")
    gone = shunter("validate", "apps/hr.yaml", cwd=root)
    assert (gone.code, "note[unjudged-values]: not judged: no ConfigMap `others`" in gone.err) == (1, True)
    assert places(gone.err) == ["apps/hr.yaml:5:25", "apps/hr.yaml:8:11"]
    release(name="others")
    release(kind="Secret", name="others")
    ok("validate", "apps/hr.yaml", cwd=root)


def test_what_is_not_there_is_said_in_its_place(root: Path) -> None:
    application(root)
    text = (root / "apps" / "app.yaml").read_text()
    (root / "apps" / "app.yaml").write_text(text.replace("charts/web", "charts/gone"))
    gone = shunter("validate", "apps/app.yaml", cwd=root)
    assert (gone.code, "charts/gone is no chart" in gone.err, "--> apps/app.yaml:7:11" in gone.err) == (1, True, True)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://github.com/other/thing", "note"),
        ("git@github.com:acme/gitops.git", "error"),
        ("ssh://git@github.com:22/Acme/gitops", "error"),
        ("https://mirror.example/x/gitops.git", "error"),
    ],
)
def test_the_chart_of_another_repository_is_elsewhere(url: str, found: str, root: Path) -> None:
    config = '[remote "origin"]\n\turl = https://github.com/acme/gitops.git\n'
    (root / ".git" / "HEAD").unlink()
    git(root, "init", "-q")
    with (root / ".git" / "config").open("a") as out:
        out.write(config)
    application(root, size='"1"')
    text = (root / "apps" / "app.yaml").read_text().replace("https://git.example/r", url)
    (root / "apps" / "app.yaml").write_text(text)
    judged = shunter("validate", "apps/app.yaml", cwd=root)
    assert (judged.code, f"{found}[" in judged.err, judged.err.count("-->")) == (found == "error", True, 1), judged.err
    (root / "apps" / "app.yaml").write_text(text.replace("charts/web", "charts/gone"))
    gone = shunter("validate", "apps/app.yaml", cwd=root)
    assert (gone.code, "mirror" in url or found == "note") == ((0, True) if "note[" in gone.err else (1, False))


def test_a_parameter_stands_in_its_line(root: Path) -> None:
    application(root)
    text = (root / "apps" / "app.yaml").read_text()
    (root / "apps" / "app.yaml").write_text(text.replace('value: "1"}', 'value: "1", forceString: true}'))
    found = shunter("validate", "apps/app.yaml", cwd=root)
    assert (places(found.err), "hint: remove `forceString: true`" in found.err) == (["apps/app.yaml:12:40"], True)
    (root / "apps" / "app.yaml").write_text(
        text.replace("{name: more,", "{name: more.password,").replace('"1"', "Zebra99")
    )
    assert "Zebra99" not in shunter("validate", "apps/app.yaml", cwd=root).err


@pytest.mark.parametrize("value", ["${SIZE}", '"${SIZE:=2}"', "1${SIZE}"])
def test_what_flux_fills_in_may_be_anything(value: str, root: Path) -> None:
    text = RELEASE.replace("SIZE\n", f"{value}\n").replace("  valuesFrom: [{kind: KIND, name: NAME}]\n", "")
    (root / "apps" / "hr.yaml").write_text(text)
    assert "not judged: what Flux puts in for `${SIZE}`" in ok("validate", "apps/hr.yaml", cwd=root).err
    schema = root / "charts" / "web" / "values.schema.json"
    as_numbers = schema.read_text()
    schema.write_text(as_numbers.replace("integer", "object"))
    assert shunter("validate", "apps/hr.yaml", cwd=root).code == value.startswith("1")
    schema.write_text(as_numbers)
    (root / "apps" / "hr.yaml").write_text(text.replace("${", "$${"))
    assert shunter("validate", "apps/hr.yaml", cwd=root).code == 1
    (root / "apps" / "hr.yaml").write_text(text.replace("size:", "sise:"))
    assert shunter("validate", "apps/hr.yaml", cwd=root).code == 1


def test_what_is_missing_keeps_nothing_else_from_being_judged(root: Path) -> None:
    application(root, "gone.yaml, https://r.invalid/v.yaml", size="x")
    text = (root / "apps" / "app.yaml").read_text()
    (root / "apps" / "app.yaml").write_text(f"{text}      fileParameters: [{{name: own, path: gone}}]\n")
    found = shunter("validate", "apps/app.yaml", cwd=root)
    assert places(found.err) == [f"apps/app.yaml:{at}" for at in ("7:11", "9:20", "11:15", "13:42")]
    assert "1 chart checked" in found.err


def test_a_folder_stands_for_the_objects_below_it(root: Path) -> None:
    application(root, "values-*.yaml", size="x")
    broken = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {a: [\n"
    template = {
        "charts/web/values-pro.yaml": "",
        "charts/web/templates/a.yaml": broken,
        "apps/made.yaml": f"{broken}{{{{ x }}}}\n",
    }
    write(
        root,
        {"apps/hr.yaml": broken, "apps/set.yaml": APPLICATION.replace("Application", "ApplicationSet"), **template},
    )
    for name, count in (("apps", 1), (".", 2)):
        found = shunter("validate", name, cwd=root)
        assert places(found.err) == [
            "apps/app.yaml:7:11",
            "apps/app.yaml:11:15",
            "apps/hr.yaml:3:11",
            "apps/set.yaml:2:7",
        ]
        assert f"{count} chart" in found.err
    for name in ("apps/hr.yaml", "apps/set.yaml"):
        assert len(places(shunter("validate", name, cwd=root).err)) == 1


def test_other_strays_stay_strays(root: Path) -> None:
    application(root, size="x")
    found = shunter("validate", "apps/map.yaml", "apps/app.yaml", cwd=root)
    assert (found.code, places(found.err)) == (1, ["apps/app.yaml:11:15", "apps/map.yaml"])
    skipped = (
        (root / "apps" / "app.yaml").read_text().replace("    helm:\n", "    helm:\n      skipSchemaValidation: true\n")
    )
    (root / "apps" / "app.yaml").write_text(skipped)
    ok("validate", "apps/app.yaml", cwd=root)


def test_nothing_outside_of_the_repository_is_read(root: Path) -> None:
    write(root.parent, {"own.yaml": "own: x\n", "out/Chart.yaml": "apiVersion: v2\nname: out\nversion: 1.0.0\n"})
    (root / "link.yaml").symlink_to("../own.yaml")
    for name in ("../../../own.yaml", "/../own.yaml", "/link.yaml", "$x/link.yaml"):
        application(root, name)
        found = shunter("validate", "apps/app.yaml", cwd=root)
        assert (found.code, "there is no file" in found.err, found.err.count("-->")) == (1, True, 1)
    application(root)
    text = (root / "apps" / "app.yaml").read_text()
    for changed in (
        text.replace("charts/web", "../out"),
        f"{text}      fileParameters: [{{name: own, path: ../own.yaml}}]\n",
        f"{text}      fileParameters: [{{name: own, path: gone}}]\n",
    ):
        (root / "apps" / "app.yaml").write_text(changed)
        found = shunter("validate", "apps/app.yaml", cwd=root)
        assert (found.code, found.err.count("error[stray-values]"), found.err.count("-->")) == (1, 1, 1)


def test_a_folder_of_manifests_is_no_chart_and_no_mistake(root: Path) -> None:
    write(root, {"plain/a.yaml": "kind: ConfigMap\n"})
    text = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {path: plain}}\n"
    (root / "apps" / "app.yaml").write_text(text)
    assert ok("validate", "apps/app.yaml", cwd=root).err == "0 charts checked: valid\n"
    (root / "apps" / "app.yaml").write_text(text.replace("path: plain", "path: plain, helm: {values: 'a: 1'}"))
    assert "plain is no chart in this repository" in shunter("validate", "apps/app.yaml", cwd=root).err


def test_a_way_of_naming_charts_that_is_not_followed_is_said(root: Path) -> None:
    text = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {chartRef: {kind: OCIRepository, name: web}}\n"
    )
    (root / "apps" / "hr.yaml").write_text(text)
    application(root, size="x")
    found = ok("validate", "apps/hr.yaml", cwd=root).err
    assert "not judged: no OCIRepository `web` is in this repository" in found
    source = "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: web}\nspec: {url: oci://r.invalid/web, ref: {tag: 1.0.0}}\n"
    (root / "apps" / "hr.yaml").write_text(text + source)
    found = ok("validate", "apps/hr.yaml", cwd=root).err
    assert ("the chart is at oci://r.invalid/web" in found, "hint: --fetch" in found) == (True, True)
    assert shunter("validate", "apps/hr.yaml", "apps/app.yaml", cwd=root).err.count("error[") == 1


def test_a_file_parameter_is_the_text_of_a_file(root: Path) -> None:
    application(root)
    text = (root / "apps" / "app.yaml").read_text()
    (root / "apps" / "own.txt").write_text("word")
    (root / "apps" / "app.yaml").write_text(f"{text}      fileParameters: [{{name: own, path: ../../apps/own.txt}}]\n")
    found = shunter("validate", "../apps/app.yaml", cwd=root / "charts")
    assert (found.code, places(found.err)) == (1, ["../apps/app.yaml:13:42"])


@pytest.mark.parametrize("by", ["Application", "HelmRelease"])
def test_a_registry_is_asked_only_where_somebody_says_so(by: str, root: Path) -> None:
    files = chart_files("web", "1.2.3", schema=SCHEMA, extra={"values-pro.yaml": "own: x\n"})
    chart = PackedChart.of_files(files, "web").packed()
    index = f"apiVersion: v1\nentries:\n  web:\n  - {{apiVersion: v2, name: web, version: 1.2.3, urls: [web-1.2.3.tgz], digest: {chart.digest.removeprefix('sha256:')}}}\n"
    write(root.parent / "served", {"index.yaml": index})
    (root.parent / "served" / "web-1.2.3.tgz").write_bytes(chart.archive)
    asked: list[str] = []
    with served(root.parent / "served", asked) as url:
        if by == "Application":
            application(root, size="x")
            text = (
                (root / "apps" / "app.yaml")
                .read_text()
                .replace("https://git.example/r", url)
                .replace("valueFiles: [],", "")
            )
            text = text.replace("path: charts/web", "chart: web\n    targetRevision: 1.2.3")
        else:
            text = RELEASE.replace("SIZE", "x").replace("KIND", "Secret").replace("GitRepository", "HelmRepository")
            text = text.replace("chart: ./charts/web", "chart: web, version: 1.2.3, valuesFiles: [values-pro.yaml]")
            text += f"---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {{name: r}}\nspec: {{url: {url}}}\n"
        (root / "apps" / "far.yaml").write_text(text)
        silent = shunter("validate", "apps/far.yaml", cwd=root)
        assert (silent.code, "hint: --fetch" in silent.err, asked) == (0, True, [])
        found = shunter("validate", "apps/far.yaml", "--fetch", cwd=root)
    assert [place for place in places(found.err) if place.startswith("apps/far.yaml:")], found.err
    assert ("web-1.2.3.tgz/values-pro.yaml:1:6" in places(found.err)) is (by == "HelmRelease")
    assert asked


APPS = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: {{ .Values.name }}}
spec:
  project: default
  destination: {server: https://cluster.example}
  source:
    repoURL: https://git.example/r
    path: {{ .Values.path }}
    helm:
      valueFiles: [/apps/values-a.yaml]
      valuesObject: {size: {{ .Values.size }}{{ with .Values.password }}, more: {password: {{ . }}}{{ end }}}
"""
RENDERED_RELEASE = (
    RELEASE.replace("KIND", "ConfigMap").replace("NAME", "defaults").replace("SIZE", "{{ .Values.size }}")
)


@pytest.fixture
def apps(root: Path) -> Path:
    """The same repository with a chart `fleet` that renders the objects."""
    extra = {"values.yaml": "name: web\npath: charts/web\nsize: 1\n"}
    write_files(root / "fleet", chart_files("fleet", template=APPS, extra=extra))
    (root / "apps" / "values-a.yaml").write_text("own: 1\n")
    return root


def test_an_application_that_a_chart_renders_is_judged_at_its_template(apps: Path) -> None:
    need_helm()
    arguments = ("validate", "fleet", "--manifests", "--rule", "unknown-kind=off")
    ok(*arguments, cwd=apps)
    said = shunter(*arguments, "--set", "size=x", cwd=apps)
    assert said.code == 1
    assert places(said.err) == ["fleet/templates/all.yaml"]
    assert "error[type]: Application web: `size` must be an integer, not a string" in said.err
    assert "rendered: valuesObject: {size: x}" in said.err
    assert ok("validate", "fleet", "--set", "size=x", cwd=apps).code == 0, "only what is rendered is known"
    (apps / "apps" / "values-a.yaml").write_text("own: x\n")
    said = shunter(*arguments, cwd=apps)
    assert places(said.err) == ["apps/values-a.yaml:1:6"]
    assert "deployed by Application web, which fleet/templates/all.yaml renders" in said.err


def test_what_a_rendered_application_lacks_is_said_at_its_template(apps: Path) -> None:
    need_helm()
    arguments = ("validate", "fleet", "--manifests", "--rule", "unknown-kind=off")
    said = shunter(*arguments, "--set", "path=charts/gone", cwd=apps)
    assert (said.code, places(said.err)) == (1, ["fleet/templates/all.yaml"])
    assert "error[stray-values]: Application web: charts/gone is no chart in this repository" in said.err
    said = shunter(*arguments, "--set", "password=hunter2long", cwd=apps)
    assert (said.code, "`more` must be an integer" in said.err) == (1, True)
    assert "rendered: valuesObject: {size: 1, more: {password: ***********}}" in said.err
    assert "hunter2" not in said.err


def test_a_release_that_a_chart_renders_is_judged_with_the_map_beside_it(apps: Path) -> None:
    need_helm()
    (apps / "apps" / "map.yaml").unlink()
    template = f"{RENDERED_RELEASE}---\n{MAP.replace('OWN', '{{ .Values.own }}')}"
    write_files(apps / "fleet", chart_files("fleet", template=template, extra={"values.yaml": "size: 1\nown: 1\n"}))
    arguments = ("validate", "fleet", "--manifests", "--rule", "unknown-kind=off")
    ok(*arguments, cwd=apps)
    for key, message in (("size", "HelmRelease web: `size`"), ("own", "HelmRelease web: `own`")):
        said = shunter(*arguments, "--set", f"{key}=x", cwd=apps)
        assert (said.code, places(said.err)) == (1, ["fleet/templates/all.yaml"]), said.err
        assert f"error[type]: {message} must be an integer" in said.err
