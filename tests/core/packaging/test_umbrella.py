"""The umbrella chart's derived files, judged by the embedded Helm in a folder as a fresh clone would have it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import helm_python
import jsonschema
import pytest
import yaml

from helpers.charts.tiny_charts import (
    LIBRARY,
    chart,
    chart_files,
    environment,
    library_files,
    loose,
    write_files,
)
from helpers.steps import LINEAR, growth
from helpers.workspaces.http import served
from shunter.adapters.helm.engine import EmbeddedEngine
from shunter.adapters.helm.registry import DirectoryRegistry
from shunter.core.charts.pins import Pin
from shunter.core.packaging import publish, umbrella, vendoring
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree
from shunter.model.findings import Severity


def cars(*names: str, version: str = "1.0.0") -> dict[str, dict[str, FileState]]:
    return {name: chart_files(name, version, library=library_files()) for name in names}


def render(folder: Path, values: Any = None) -> dict[str, str]:
    with helm_python.Chart.load(folder) as chart:
        return {path: text for path, text in chart.render(values or {}, name="r").items() if text.strip()}


def lint_problems(folder: Path) -> list[str]:
    messages = EmbeddedEngine().lint(folder)
    return [message.text for message in messages if message.severity is not Severity.NOTE]


def test_helm_renders_lints_and_builds_a_fresh_clone(tmp_path: Path) -> None:
    files, spec, _ = environment(cars("orders", "cart") | {"shop-cart": chart_files("cart")})
    folder = write_files(tmp_path / "tst", files)
    before = render(folder)
    assert set(before) == {f"tst/charts/{alias}/templates/all.yaml" for alias in ("orders", "cart", "shop-cart")}
    assert lint_problems(folder) == []
    helm_python.dependency_build(folder)
    assert render(folder) == before
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert left == set(files)
    helm_python.dependency_update(folder)
    assert (folder / "Chart.lock").read_bytes() == files["Chart.lock"].data
    assert {item["status"] for item in helm_python.dependency_list(folder)} == {"unpacked"}
    assert spec.aliases() == ["cart", "orders", "shop-cart"]


def test_an_environment_without_apps_renders_nothing_and_lints_clean(tmp_path: Path) -> None:
    files, _, _ = environment({}, services=("orders",))
    folder = write_files(tmp_path, files)
    assert render(folder) == {}
    assert lint_problems(folder) == []
    helm_python.dependency_build(folder)
    assert EmbeddedEngine().render(chart(files), {}, release="r", namespace="n") == ""


def test_two_versions_of_a_chart_stand_side_by_side(tmp_path: Path) -> None:
    """With exact versions each alias gets its own; ranges would give either, at random."""
    both = {"new": chart_files("orders", "1.1.0"), "old": chart_files("orders", "1.0.0")}
    files, spec, pins = environment(both)
    folder = write_files(tmp_path, files)
    for _ in range(25):
        shown = {path.split("/")[2]: yaml.safe_load(text)["data"]["version"] for path, text in render(folder).items()}
        assert shown == {"new": "1.1.0", "old": "1.0.0"}
    helm_python.dependency_build(folder)
    assert lint_problems(folder) == []
    assert [item.repository for item in umbrella.dependencies(spec)] == ["", "", "file://charts/orders-1.0.0"]
    assert vendoring.verify_vendored(loose(files), pins, LIBRARY) == ()


def test_archives_over_http(tmp_path: Path) -> None:
    charts = cars("orders") | {"old": chart_files("orders", "0.9.0")}
    published = [chart(library_files()), *map(chart, charts.values())]
    publication = DirectoryRegistry(tmp_path / "registry").plan_publish(published)
    write_files(tmp_path / "registry", publication.edits)
    with served(tmp_path / "registry") as url:
        files, _, _ = environment(charts, repository=url)
        assert sorted(path for path in files if path.startswith("charts/")) == [
            "charts/orders-0.9.0.tgz",
            "charts/orders-1.0.0.tgz",
        ]
        folder = write_files(tmp_path / "tst", files)
        before = render(folder)
        assert len(before) == 2
        assert lint_problems(folder) == []
        shutil.rmtree(folder / "charts")
        helm_python.dependency_build(folder)
        assert render(folder) == before
        built = {f"charts/{path.name}": path.read_bytes() for path in (folder / "charts").iterdir()}
        assert built == {path: state.data for path, state in files.items() if path in built}
        helm_python.dependency_update(folder)
        assert (folder / "Chart.lock").read_bytes() == files["Chart.lock"].data


def test_a_third_party_chart_keeps_its_own_repository() -> None:
    _, spec, _ = environment(cars("orders"), repository="https://charts.example")
    other = replace(spec.cars["orders"], source="https://other.example")
    moved = replace(spec, cars={"orders": other})
    assert [item.repository for item in umbrella.dependencies(moved)] == ["https://other.example"]


def test_a_car_is_switched_by_its_own_key(tmp_path: Path) -> None:
    files, _, _ = environment(cars("orders", "cart"))
    folder = write_files(tmp_path, files)
    assert len(render(folder, {"orders": {"enabled": False}})) == 1


def test_what_the_small_schema_refuses(tmp_path: Path) -> None:
    files, _, _ = environment(cars("orders"), services=("cart",))
    folder = write_files(tmp_path, files)
    good = {"orders": {"enabled": True, "any": 1}, "cart": {"replicas": 3}, "global": {"x": 1}, "tags": {"back": True}}
    render(folder, good | {LIBRARY: {}})
    for bad in (
        {"ordres": {}},
        {"orders": {"enabled": "false"}},
        {"tags": {"back": "no"}},
        {"global": []},
        {"cart": 3},
    ):
        with pytest.raises(helm_python.HelmError):
            render(folder, bad)


def test_the_small_schema_is_small() -> None:
    names = [f"service-number-{number}" for number in range(100)]
    pins = {name: Pin(name, "1.0.0") for name in names}
    spec = umbrella.UmbrellaSpec("production", "1.0.0", LIBRARY, pins, names)
    assert len(umbrella.helm_schema(spec)) < 10_000
    jsonschema.Draft202012Validator.check_schema(json.loads(umbrella.helm_schema(spec)))


def test_the_full_schema_knows_every_app(tmp_path: Path) -> None:
    image = {"type": "object", "additionalProperties": False, "properties": {"tag": {"type": "string"}}}
    app = {
        "type": "object",
        "additionalProperties": False,
        "required": ["image"],
        "properties": {"image": {"$ref": "#/$defs/image"}, "enabled": {"type": "boolean"}, "global": {}, "commons": {}},
        "$defs": {"image": image},
    }
    charts = {name: chart_files(name, schema=app, library=library_files()) for name in ("orders", "cart")}
    files, _, _ = environment(charts, services=("auth",))
    schema = json.loads(files[umbrella.FULL_SCHEMA].data)
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    assert check.is_valid({"orders": {}, "auth": {"x": 1}, "global": {}, "tags": {"a": True}, "commons": {}})
    assert check.is_valid({"cart": {"image": {"tag": "1.0"}}})
    for bad in (
        {"orders": {"imagee": {}}},
        {"cart": {"image": {"tag": 1.1}}},
        {"cart": {"image": {"tg": ""}}},
        {"x": {}},
    ):
        assert not check.is_valid(bad)
    assert list(schema["$defs"]).count("image") == 1
    assert files[".helmignore"].data == b".shunter/\n"
    with helm_python.Chart.load(write_files(tmp_path, files)) as chart:
        assert not any(item["name"].startswith(".shunter") for item in chart.files)


def test_schemas_of_unpinned_services_are_taken_from_the_caller() -> None:
    _, spec, _ = environment({}, services=("orders",))
    schema = json.dumps({"type": "object", "additionalProperties": False}).encode()
    archives = {(LIBRARY, "1.0.0"): chart(library_files())}
    derived = umbrella.derive(spec, archives, MemoryTree({}), {"orders": schema})
    state = derived[umbrella.FULL_SCHEMA]
    assert state is not None
    full = json.loads(state.data)
    assert full["properties"]["orders"]["additionalProperties"] is False


def test_deriving_twice_changes_nothing_and_removes_what_is_stale() -> None:
    charts = cars("orders", "cart")
    files, spec, _ = environment(charts)
    archives = {(spec.library, "1.0.0"): chart(library_files())}
    archives |= {(name, "1.0.0"): chart(files) for name, files in charts.items()}
    again = umbrella.derive(spec, archives, MemoryTree(files))
    assert all(files[path] == state for path, state in again.items())
    fewer = replace(spec, cars={"orders": spec.cars["orders"]})
    derived = umbrella.derive(fewer, archives, MemoryTree(files))
    gone = {path for path, state in derived.items() if state is None}
    assert gone == {path for path in files if path.startswith("charts/cart/")}
    assert all(path not in derived for path in (".helmignore", "values.yaml", "templates/_umbrella.tpl"))


def test_chart_yaml_is_plain_and_in_order() -> None:
    _, spec, _ = environment({"web": chart_files("frontend", "1.10.0")})
    assert umbrella.chart_yaml(spec).decode() == (
        "# Derived by shunter from the environment's pins; `shunter lock` writes it again.\n"
        "apiVersion: v2\nname: tst\ndescription: Environment tst\ntype: application\nversion: 1.0.0\ndependencies:\n"
        '- name: commons\n  version: 0.0.0\n  repository: ""\n'
        '- name: frontend\n  version: 1.10.0\n  repository: ""\n  alias: web\n  condition: web.enabled\n'
    )


@pytest.mark.parametrize("alias", ["global", "tags", LIBRARY, "my_app", "Orders", "a.b", "-a"])
def test_an_alias_that_would_break_is_refused(alias: str) -> None:
    """Helm takes `my_app` and capitals, and renders names that Kubernetes refuses."""
    with pytest.raises(ShunterError, match=r"alias|may be called"):
        environment({alias: chart_files("orders")})


def test_helm_takes_an_alias_that_kubernetes_would_refuse(tmp_path: Path) -> None:
    """Why aliases are checked here: Helm renders the name `r-my_app`."""
    files, _, _ = environment({"web": chart_files("orders")})
    text = files["Chart.yaml"].data.replace(b"alias: web", b"alias: my_app").replace(b"web.enabled", b"my_app.enabled")
    files["Chart.yaml"] = FileState(text)
    del files["values.schema.json"]
    (text,) = render(write_files(tmp_path, files)).values()
    assert yaml.safe_load(text)["metadata"]["name"] == "r-my_app"


@pytest.mark.parametrize("version", ["^1.0.0", "1.2", "*", "1.0.0-0012345"])
def test_a_range_is_refused(version: str) -> None:
    spec = umbrella.UmbrellaSpec("tst", "1.0.0", LIBRARY, {"orders": Pin("orders", version)})
    with pytest.raises(ShunterError, match="chart orders"):
        umbrella.chart_yaml(spec)


def test_a_prerelease_is_pinned_exactly_though_no_range_finds_it(tmp_path: Path) -> None:
    files, _, _ = environment({"orders": chart_files("orders", "1.1.0-main.5.g0012345")})
    folder = write_files(tmp_path, files)
    helm_python.dependency_build(folder)
    assert len(render(folder)) == 1
    ranged = files["Chart.yaml"].data.replace(b"version: 1.1.0-main.5.g0012345", b'version: "^1.0.0"')
    write_files(folder, {"Chart.yaml": FileState(ranged), "Chart.lock": None})
    with pytest.raises(helm_python.HelmError):
        helm_python.dependency_update(folder)


VERSION = f'{{{{ include "{LIBRARY}.v1.version" . }}}}\n'


def built(name: str, version: str) -> dict[str, FileState]:
    return chart_files(name, library=library_files(version), template=VERSION)


def published(name: str, version: str) -> dict[str, FileState]:
    return dict(publish.published(loose(built(name, version)), LIBRARY).files)


@pytest.mark.parametrize("repository", ["", "https://charts.example"])
def test_every_app_renders_with_the_library_that_it_was_published_with(repository: str, tmp_path: Path) -> None:
    versions = {"a": "1.0.0", "b": "1.3.0", "c": "1.0.0", "d": "2.0.0"}
    files, _, pins = environment({name: published(name, v) for name, v in versions.items()}, repository=repository)
    folder = write_files(tmp_path, files)
    assert {path.split("/")[2]: text.strip() for path, text in render(folder).items()} == versions
    assert lint_problems(folder) == []
    assert vendoring.verify_vendored(loose(files), pins, LIBRARY) == ()
    libraries = [path for path in files if path.endswith(f"/_{LIBRARY}.tpl")]
    assert len(libraries) == (0 if repository else 3)


def test_chart_lock_is_the_same_with_another_library() -> None:
    locks = {environment({"a": published("a", version)})[0]["Chart.lock"].data[:200] for version in ("1.0.0", "1.3.0")}
    assert len({lock.partition(b"generated")[0] for lock in locks}) == 1


def test_ordinary_archives_clash_without_a_word(tmp_path: Path) -> None:
    """Why published charts have names of their own."""
    charts = {"a": built("a", "1.0.0"), "b": built("b", "2.0.0")}
    files, _, pins = environment(charts)
    assert {text.strip() for text in render(write_files(tmp_path, files)).values()} == {"1.0.0"}
    assert vendoring.verify_vendored(loose(files), pins, LIBRARY) == ()


def test_a_pin_without_an_archive_is_an_error() -> None:
    _, spec, _ = environment(cars("orders"))
    with pytest.raises(ShunterError, match=r"chart orders 1\.0\.0 is not in the registry"):
        umbrella.derive(spec, {(LIBRARY, "1.0.0"): chart(library_files())}, MemoryTree({}))


def test_each_car_gets_its_folder_without_a_look_at_all_others() -> None:
    def listed(cars: int) -> Callable[[], object]:
        pins = {f"app-{number}": Pin(f"app-{number}", "1.0.0") for number in range(cars)}
        return lambda: umbrella.dependencies(umbrella.UmbrellaSpec("tst", "1.0.0", LIBRARY, pins))

    assert growth(listed) < LINEAR
