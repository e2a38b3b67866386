"""An app chart as it is published: it renders alone what it rendered with its dependency, and an umbrella's library wins."""

from __future__ import annotations

from pathlib import Path

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
from helpers.charts.tiny_charts import chart_files, library_files
from shunter.adapters.helm.engine import EmbeddedEngine
from shunter.core.charts import archive
from shunter.core.packaging.publish import ANNOTATION, compiled_library, published
from shunter.model.files import FileState
from shunter.model.findings import Severity


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


def test_an_umbrellas_own_library_wins_over_what_is_compiled_in(tmp_path: Path) -> None:
    files = umbrella({"aaa": app_chart("rest-api", "aaa")})
    path = f"charts/{LIBRARY}/templates/_{LIBRARY}.v1.tpl"
    entry = f'define "{LIBRARY}.v1.app" -}}}}'
    assert entry in files[path]
    files[path] = files[path].replace(entry, f"{entry}\n# from the umbrella")
    rendered = render(write({path: text for path, text in files.items() if path != ".helmignore"}, tmp_path))
    assert rendered["shop/charts/aaa/templates/app.yaml"].lstrip().startswith("# from the umbrella")


def test_the_chart_says_which_library_it_holds_and_keeps_every_other_byte() -> None:
    source = {path: FileState(text.encode()) for path, text in app_chart("rest-api").items()}
    comment = b"# mine\n"
    source["Chart.yaml"] = FileState(comment + source["Chart.yaml"].data)
    found = published(source, LIBRARY)
    metadata = yaml.safe_load(found["Chart.yaml"].data)
    assert metadata["annotations"] == {ANNOTATION: f"{LIBRARY} 1.0.0"}
    assert compiled_library(metadata) == (LIBRARY, "1.0.0")
    assert "dependencies" not in metadata
    head, _, _ = source["Chart.yaml"].data.partition(b"dependencies:")
    assert found["Chart.yaml"].data.startswith(head)
    same = {path for path in found if path in source and found[path] == source[path]}
    assert same == {path for path in source if not path.startswith("charts/") and path != "Chart.yaml"}
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
    archive.require_complete(found)


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


def test_a_chart_without_the_library_stays_as_it_is() -> None:
    files = chart_files("orders")
    assert published(files, LIBRARY) == files
    assert published(chart_files("orders", library=library_files()), "another") == chart_files(
        "orders", library=library_files()
    )
    assert compiled_library({"annotations": ["odd"]}) == ("", "")
    assert compiled_library(yaml.safe_load(library_chart()["Chart.yaml"])) == ("", "")
