"""An app chart as it is published: it renders what it rendered with its dependency, alone and in any umbrella."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import helm_python
import pytest
import yaml

from helpers.charts.charts import (
    ARCHETYPES,
    LIBRARY,
    app_chart,
    library_chart,
    published_chart,
    render,
    umbrella,
    write,
)
from helpers.charts.tiny_charts import chart_files, library_files, loose
from shunter.adapters.helm.engine import EmbeddedEngine
from shunter.core.charts import packed
from shunter.core.packaging import publish
from shunter.core.packaging.publish import compiled_library
from shunter.model.files import FileState
from shunter.model.findings import Severity


def published(files: Mapping[str, FileState], library: str) -> Mapping[str, FileState]:
    return publish.published(loose(files), library).files


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_it_renders_alone_what_the_chart_with_its_dependency_renders(archetype: str, tmp_path: Path) -> None:
    chart = app_chart(archetype)
    alone = published_chart(chart)
    assert not any(path.startswith("charts/") for path in alone)
    with_dependency = render(write(chart, tmp_path / "source"))
    assert render(write(alone, tmp_path / "published")) == with_dependency
    assert len(with_dependency) > 0


def test_helm_has_nothing_to_say_about_it(tmp_path: Path) -> None:
    folder = write(published_chart(app_chart("rest-api")), tmp_path / "rest-api")
    messages = EmbeddedEngine().lint(folder)
    assert [message for message in messages if message.severity is not Severity.NOTE] == []


def test_an_umbrellas_other_library_changes_nothing(tmp_path: Path) -> None:
    files = umbrella({"aaa": app_chart("rest-api", "aaa")})
    expected = render(write(files, tmp_path / "same"))["shop/charts/aaa/templates/app.yaml"]
    other = {path: text.replace("app.kubernetes.io", "example.com") for path, text in library_chart().items()}
    other |= {f"charts/{LIBRARY}/{path}": text for path, text in other.items() if path.startswith("templates/")}
    files = {**files, **{path: text for path, text in other.items() if path.startswith("charts/")}}
    assert render(write(files, tmp_path / "other"))["shop/charts/aaa/templates/app.yaml"] == expected


def test_the_chart_says_which_library_it_holds_and_keeps_every_other_byte() -> None:
    source = {path: FileState(text.encode()) for path, text in app_chart("rest-api").items()}
    comment = b"# mine\n"
    source["Chart.yaml"] = FileState(comment + source["Chart.yaml"].data)
    found = published(source, LIBRARY)
    metadata = yaml.safe_load(found["Chart.yaml"].data)
    assert re.fullmatch(rf"{LIBRARY} 1\.0\.0 [0-9a-f]{{12}}", metadata["annotations"][packed.LIBRARY])
    assert compiled_library(metadata) == (LIBRARY, "1.0.0")
    assert compiled_library({"annotations": {packed.LIBRARY: f"{LIBRARY} 1.0.0"}}) == (LIBRARY, "1.0.0")
    assert "dependencies" not in metadata
    head, _, _ = source["Chart.yaml"].data.partition(b"dependencies:")
    assert found["Chart.yaml"].data.startswith(head)
    same = {path for path in found if path in source and found[path] == source[path]}
    changed = {"Chart.yaml", "templates/NOTES.txt", "templates/app.yaml"}
    assert same == {path for path in source if not path.startswith("charts/")} - changed
    assert published(source, LIBRARY) == found
    assert published(found, LIBRARY) == found


def test_other_dependencies_stay() -> None:
    files = chart_files("orders", library=library_files())
    text = files["Chart.yaml"].data + b'- name: redis\n  version: 1.0.0\n  repository: ""\n'
    cache = {f"charts/redis/{path}": state for path, state in chart_files("redis").items()}
    found = published({**files, **cache, "Chart.yaml": FileState(text)}, LIBRARY)
    assert yaml.safe_load(found["Chart.yaml"].data)["dependencies"] == [
        {"name": "redis", "version": "1.0.0", "repository": ""}
    ]
    assert set(cache) <= set(found)
    assert not any(path.startswith(f"charts/{LIBRARY}/") for path in found)
    loose(found).require_complete()


def compiled(**templates: str) -> dict[str, str]:
    """What stands below `templates/` in a published chart whose library has these template files."""
    library = {path: state for path, state in library_files().items() if not path.startswith("templates/")}
    library |= {f"templates/{name}": FileState(text.encode()) for name, text in templates.items()}
    found = published(chart_files("orders", library=library), LIBRARY)
    folder = f"templates/{LIBRARY}/"
    marked = {path.removeprefix(folder): state.data for path, state in found.items() if path.startswith(folder)}
    (mark,) = {path.partition("/")[0] for path in marked}
    return {path.partition("/")[2]: data.decode().replace(f"@{mark}", "") for path, data in marked.items()}


def test_the_sources_of_a_major_become_one_file() -> None:
    one, two, other = ('{{define "%s"}}{{end}}' % name for name in ("one", "two", "other"))  # noqa: UP031
    found = compiled(**{"_b.v1.tpl": two, "_a.v1.tpl": one + "\n", "_a.v2.tpl": other, "_mine.tpl": "{{/* mine */}}"})
    assert found == {f"_{LIBRARY}.v1.tpl": f"{one}\n{two}\n", f"_{LIBRARY}.v2.tpl": other, "_mine.tpl": ""}


def test_sources_that_define_a_name_twice_stay_apart(tmp_path: Path) -> None:
    """Helm refuses one file that defines a name twice, and of two files takes the first."""
    files = {"_a.v1.tpl": '{{define "x"}}a{{end}}\n', "_b.v1.tpl": "{{define `x`}}b{{end}}\n"}
    assert compiled(**files) == files
    chart = {"Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n", "templates/x.yaml": 'x: {{ include "x" . }}\n'}
    apart = {f"templates/{LIBRARY}/{name}": text for name, text in files.items()}
    assert render(write(chart | apart, tmp_path / "apart"))["x/templates/x.yaml"] == "x: a\n"
    with pytest.raises(helm_python.HelmError, match="multiple definition"):
        render(write({**chart, "templates/_whole.tpl": "".join(files.values())}, tmp_path / "whole"))


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"values.yaml": "replicas: 1\n"}, id="values"),
        pytest.param({"crds/a.yaml": "kind: CustomResourceDefinition\n"}, id="custom-resources"),
        pytest.param({"templates/a.yaml": "kind: ConfigMap\n"}, id="a-template-of-its-own"),
    ],
)
def test_a_library_that_holds_more_than_named_templates_stays_a_dependency(more: dict[str, str]) -> None:
    library = library_files() | {path: FileState(text.encode()) for path, text in more.items()}
    files = chart_files("orders", library=library)
    assert published(files, LIBRARY) == files


def test_a_chart_with_another_that_calls_the_library_stays_as_it_is() -> None:
    files = chart_files("orders", library=library_files())
    text = files["Chart.yaml"].data + b'- name: redis\n  version: 1.0.0\n  repository: ""\n'
    inner = chart_files("redis", template='{{ include "commons.v1.version" . }}')
    files |= {"Chart.yaml": FileState(text), **{f"charts/redis/{path}": state for path, state in inner.items()}}
    assert published(files, LIBRARY) == files


def test_a_chart_without_the_library_stays_as_it_is() -> None:
    files = chart_files("orders")
    assert published(files, LIBRARY) == files
    assert published(chart_files("orders", library=library_files()), "another") == chart_files(
        "orders", library=library_files()
    )
    assert compiled_library({"annotations": ["odd"]}) == ("", "")
    assert compiled_library(yaml.safe_load(library_chart()["Chart.yaml"])) == ("", "")
