"""One chart with one list of values: what Helm makes of the files, and what belongs to an environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files, environment, write_files
from helpers.tools import NO_HELM
from helpers.workspaces.gitrepo import write
from shunter.adapters.helm.engine import engine
from shunter.core.goyaml.document import read
from shunter.flows.release.release import Release, release_of, releases_of_chart
from shunter.flows.workspace.context import Context, Site
from shunter.flows.workspace.projects import ANSWERS_FILE, ProjectFiles
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree

CHART = ProjectFiles(
    MemoryTree(chart_files("web", schema={"type": "object"}, extra={"values.yaml": "a: own\n"})), "charts/web"
)
ANSWERS = "_src_path: x\n_commit: v1\nkind: environment\nname: tst\nworkspace: shop\nnamespace: shop-tst\n"


def test_later_files_win_and_a_null_removes() -> None:
    layers = [read(b"a: {b: 1, c: 2}\nd: [1]\n", "x.yaml"), read(b"a: {b: 3, c: null}\nd: [2]\n", "y.yaml")]
    assert Release(CHART, layers).values == {"a": {"b": 3, "c": None}, "d": [2]}


def test_a_file_that_helm_cannot_read_is_named_below_the_chart() -> None:
    release = Release(CHART, [read(b"a: [\n", "x.yaml")])
    with pytest.raises(ShunterError) as error:
        _ = release.values
    assert error.value.span is not None
    assert error.value.span.path == "charts/web/x.yaml"


def test_what_helm_would_not_come_back_from_is_not_rendered() -> None:
    pytest.importorskip("helm_python", reason=NO_HELM)
    definitions: dict[str, object] = {f"d{n}": {"allOf": [{"$ref": f"#/definitions/d{n + 1}"}] * 2} for n in range(34)}
    schema = {"definitions": {**definitions, "d34": {}}, "properties": {"a": {"$ref": "#/definitions/d0"}}}
    extra = {"values.yaml": "a: own\n"}
    release = Release(ProjectFiles(MemoryTree(chart_files("web", schema=schema, extra=extra)), "charts/web"))
    with pytest.raises(ShunterError) as error:
        release.render(engine())
    assert error.value.rule == "schema-too-complex"
    assert release.render(engine(), release.unchecked)


def test_without_values_the_charts_own_are_passed_once_more() -> None:
    release = Release(CHART)
    assert release.values == {}
    assert release.with_values().values == {"a": "own"}
    given = release.with_layers([read(b"a: 1\n", "x.yaml")])
    assert given.with_values() is given
    assert given.files is release.files


def test_a_chart_without_schemas_is_another_archive() -> None:
    release = Release(CHART)
    assert set(release.archive.files) - set(release.unchecked.files) == {"values.schema.json"}


def test_what_is_switched_off_has_values_among_everything() -> None:
    files, _, _ = environment({"web": chart_files("web", extra={"values.yaml": "a: own\n"})})
    release = Release(ProjectFiles(MemoryTree(files), "."), [read(b"web: {enabled: false, a: 1}\n", "values.yaml")])
    assert len(release.coalesced.everything.slices) == len(release.coalesced.slices) + 1


def test_helm_gets_the_releases_name_its_namespace_and_values() -> None:
    pytest.importorskip("helm_python", reason=NO_HELM)
    from shunter.adapters.helm.engine import EmbeddedEngine

    text = "x: {{ .Release.Name }}/{{ .Release.Namespace }}/{{ .Values.a }}\n"
    shown = ProjectFiles(MemoryTree(chart_files("web", template=text)), "web")
    layers = [read(b"a: 1\n", "x.yaml")]
    engine = EmbeddedEngine()
    assert "x: web/default/1\n" in Release(shown, layers).render(engine)
    assert "x: shop/tst/2\n" in Release(shown, layers, "shop", "tst").render(engine, values={"a": 2})


def test_an_environment_is_released_under_its_workspaces_name(tmp_path: Path) -> None:
    files, _, _ = environment({"web": chart_files("web")})
    root = tmp_path.resolve()
    write_files(root / "envs/tst", {**files, ANSWERS_FILE: FileState(ANSWERS.encode())})
    write(root, {"envs/tst/values.yaml": "web: {a: 1}\n", "more.yaml": "web: {a: 2, b: 3}\n"})
    context, site = Context(root, root, None), Site("environment", "tst", root, "envs/tst", "shop")
    release = release_of(context, site, ["more.yaml"], ["--set web.b=4"])
    assert (release.name, release.namespace, release.label) == ("shop", "shop-tst", "envs/tst")
    assert release.is_environment
    assert [layer.path for layer in release.layers[:2]] == ["values.yaml", "../../more.yaml"]
    assert release.values == {"web": {"a": 2, "b": 4}}
    other = release.files.with_changes({"values.yaml": FileState(b"web: {a: 9}\n")})
    assert release_of(context, site, of=other).values == {"web": {"a": 9}}
    write(root, {"envs/tst/values.yaml": None})
    with pytest.raises(ShunterError, match=r"envs/tst/values\.yaml is missing"):
        release_of(context, site)


def test_releases_of_one_chart_share_its_files(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    write_files(root / "web", chart_files("web"))
    write(root, {"a.yaml": "a: 1\n", "b.yaml": "a: 2\n"})
    found = releases_of_chart(
        Context(root, root, None), root / "web", [(), ("a.yaml",), ("a.yaml", "b.yaml")], ["--set c=1"]
    )
    assert [release.values for release in found] == [{"c": 1}, {"a": 1, "c": 1}, {"a": 2, "c": 1}]
    assert len({id(release.files) for release in found}) == 1
    assert [(release.name, release.namespace, release.is_environment) for release in found] == [
        ("", "default", False)
    ] * 3
