"""What lies in `charts/` is what was pinned, or it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import helm_python
import pytest

from helpers.charts.tiny_charts import (
    LIBRARY,
    chart,
    chart_files,
    environment,
    library_files,
    loose,
    packed,
    write_files,
)
from helpers.steps import LINEAR, Compared, growth
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import Pin
from shunter.core.packaging import publish, umbrella, vendoring
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree, SubTree
from shunter.model.findings import Finding

CARS = {"orders": chart_files("orders", library=library_files()), "cart": chart_files("cart")}


def rules(findings: Iterable[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


@pytest.mark.parametrize("repository", ["", "https://charts.example"])
def test_what_was_derived_is_sound(repository: str) -> None:
    files, _, pins = environment(CARS, repository=repository)
    assert vendoring.verify_vendored(loose(files), pins, LIBRARY) == ()
    nested = MemoryTree({f"envs/tst/{path}": state for path, state in files.items()})
    assert (
        vendoring.verify_vendored(PackedChart("envs/tst", SubTree(nested, "envs/tst")), pins, LIBRARY, "envs/tst") == ()
    )


def test_an_edited_copy_is_found_where_helm_says_nothing(tmp_path: Path) -> None:
    files, _, pins = environment(CARS)
    files["charts/orders/templates/all.yaml"] = FileState(b"apiVersion: v1\nkind: Secret\n")
    with helm_python.Chart.load(write_files(tmp_path, files)) as loaded:
        assert "Secret" in loaded.render({})["tst/charts/orders/templates/all.yaml"]
    (finding,) = vendoring.verify_vendored(loose(files), pins, LIBRARY, "envs/tst")
    assert (finding.rule, finding.span.path) == ("digest-mismatch", "envs/tst/charts/orders")
    assert "not the chart that was pinned" in finding.message


def test_another_archive_of_the_same_version_is_found(tmp_path: Path) -> None:
    files, _, pins = environment(CARS, repository="https://charts.example")
    other = packed(chart_files("cart", extra={"files/x": "changed at the same version"}))
    files["charts/cart-1.0.0.tgz"] = FileState(other)
    with helm_python.Chart.load(write_files(tmp_path, files)) as loaded:
        assert len(loaded.render({})) == 2
    (finding,) = vendoring.verify_vendored(loose(files), pins, LIBRARY)
    assert (finding.rule, finding.span.path) == ("digest-mismatch", "charts/cart-1.0.0.tgz")


@pytest.mark.parametrize("lost", ["orders", "cart"])
def test_an_absent_chart_is_an_error_where_helm_renders_on(lost: str, tmp_path: Path) -> None:
    files, _, pins = environment(CARS)
    fewer = {path: state for path, state in files.items() if not path.startswith(f"charts/{lost}/")}
    with helm_python.Chart.load(write_files(tmp_path, fewer)) as loaded:
        assert len(loaded.render({})) < 2
    with pytest.raises(
        ShunterError, match=f"chart {lost} 1.0.0 is pinned, but envs/tst/charts does not hold it"
    ) as caught:
        vendoring.verify_vendored(loose(fewer), pins, LIBRARY, "envs/tst")
    assert caught.value.exit_code == 2


def test_another_version_in_the_folder_is_an_absent_chart() -> None:
    files, _, pins = environment(CARS)
    changed = dict(pins) | {"cart": replace(pins["cart"], version="1.0.1")}
    with pytest.raises(ShunterError, match=r"chart cart 1\.0\.1 is pinned"):
        vendoring.verify_vendored(loose(files), changed, LIBRARY)


def test_a_chart_that_nobody_pinned_is_found_since_helm_renders_it(tmp_path: Path) -> None:
    files, _, pins = environment(CARS)
    files |= {f"charts/extra/{path}": state for path, state in chart_files("extra").items()}
    files["charts/stray-1.0.0.tgz"] = FileState(packed(chart_files("stray")))
    del files["values.schema.json"]
    with helm_python.Chart.load(write_files(tmp_path, files)) as loaded:
        rendered = loaded.render({})
    assert {"tst/charts/extra/templates/all.yaml", "tst/charts/stray/templates/all.yaml"} <= set(rendered)
    findings = vendoring.verify_vendored(loose(files), pins, LIBRARY)
    assert [(finding.rule, finding.span.path) for finding in findings] == [
        ("chart-not-pinned", "charts/extra"),
        ("chart-not-pinned", "charts/stray-1.0.0.tgz"),
    ]


def test_what_helm_skips_is_skipped(tmp_path: Path) -> None:
    files, _, pins = environment(CARS)
    files |= {"charts/.cache/x": FileState(b""), "charts/_old/Chart.yaml": FileState(b"")}
    with helm_python.Chart.load(write_files(tmp_path, files)) as loaded:
        assert len(loaded.dependencies) == 3
    assert vendoring.verify_vendored(loose(files), pins, LIBRARY) == ()


def test_the_archive_that_dependency_build_leaves_is_not_the_pinned_one(tmp_path: Path) -> None:
    both = {"new": chart_files("orders", "1.1.0"), "old": chart_files("orders", "1.0.0")}
    files, spec, pins = environment(both)
    folder = write_files(tmp_path, files)
    helm_python.dependency_build(folder)
    made = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.tgz")}
    assert list(made) == ["charts/orders-1.0.0.tgz"]
    after = files | {path: FileState(file.read_bytes()) for path, file in made.items()}
    (finding,) = vendoring.verify_vendored(loose(after), pins, LIBRARY)
    assert (finding.rule, finding.span.path) == ("digest-mismatch", "charts/orders-1.0.0.tgz")
    archives = {found.key: found for found in map(chart, (library_files(), *both.values()))}
    derived = umbrella.derive(spec, archives, MemoryTree(after))
    assert [path for path, state in derived.items() if state is None] == ["charts/orders-1.0.0.tgz"]


def published(name: str, version: str = "1.0.0") -> dict[str, FileState]:
    template = f'{{{{ include "{LIBRARY}.v1.version" . }}}}'
    source = chart_files(name, library=library_files(version), template=template)
    return dict(publish.published(loose(source), LIBRARY).files)


def test_each_library_lies_in_one_place_and_every_app_is_what_was_pinned() -> None:
    cars = {"a": published("a"), "b": published("b"), "c": published("c", "1.1.0"), "cart": chart_files("cart")}
    files, _, pins = environment(cars)
    carried = sorted(path for path in files if path.startswith(f"charts/{LIBRARY}/"))
    assert [path.rpartition("/")[2] for path in carried] == ["Chart.yaml", f"_{LIBRARY}.tpl", f"_{LIBRARY}.tpl"]
    assert not any(path.startswith("charts/a/templates/commons/") for path in files)
    assert vendoring.verify_vendored(loose(files), pins, LIBRARY) == ()
    whole = vendoring.assembled(loose(files))
    assert {copy.name: copy.content for copy in whole.values() if copy.name in cars} == {
        alias: loose(car).content for alias, car in cars.items()
    }


def test_a_library_that_was_changed_is_found_at_the_apps_and_where_it_lies() -> None:
    files, _, pins = environment({"a": published("a")})
    path = next(path for path in files if path.endswith(f"/_{LIBRARY}.tpl"))
    edited = {**files, path: FileState(files[path].data + b"{{/* mine */}}")}
    found = vendoring.verify_vendored(loose(edited), pins, LIBRARY)
    assert [(finding.rule, finding.span.path) for finding in found] == [("digest-mismatch", "charts/a")]
    more = {**files, f"charts/{LIBRARY}/templates/_more.tpl": FileState(b"")}
    found = vendoring.verify_vendored(loose(more), pins, LIBRARY)
    assert [(finding.rule, finding.span.path) for finding in found] == [("digest-mismatch", f"charts/{LIBRARY}")]


def test_an_absent_library_is_an_error() -> None:
    files, _, pins = environment({"a": published("a")})
    fewer = {path: state for path, state in files.items() if not path.startswith(f"charts/{LIBRARY}/")}
    with pytest.raises(ShunterError, match=f"charts/a lies without {LIBRARY}"):
        vendoring.verify_vendored(loose(fewer), pins, LIBRARY)


def test_what_two_apps_hold_differently_stays_with_the_second() -> None:
    car, other = published("a"), published("b")
    path = next(path for path in other if path.endswith(f"/_{LIBRARY}.tpl"))
    other[path] = FileState(b"{{/* by hand */}}")
    files, _, pins = environment({"a": car, "b": other})
    assert files[f"charts/b/{path}"] == other[path]
    assert vendoring.verify_vendored(loose(files), pins, LIBRARY) == ()


def test_folders_are_the_charts_names_where_they_can_be() -> None:
    _, spec, _ = environment(
        {"b": chart_files("orders", "2.0.0"), "a": chart_files("orders"), "c": chart_files("orders")}
    )
    assert vendoring.folders(spec.pins()) == {
        ("orders", "1.0.0"): "orders",
        ("orders", "2.0.0"): "orders-2.0.0",
    }


def test_names_of_folders_are_not_compared_with_all_others() -> None:
    pins = [Pin(Compared(f"app-{number}"), "1.0.0") for number in range(100)]
    Compared.times = 0
    assert len(vendoring.folders(pins)) == 100
    assert Compared.times < 3 * len(pins)


def test_a_copy_is_verified_without_a_look_at_all_others() -> None:
    def verified(cars: int) -> Callable[[], object]:
        charts = {f"app-{number}": chart_files(f"app-{number}", library=library_files()) for number in range(cars)}
        files, _, pins = environment(charts)
        return lambda: vendoring.verify_vendored(loose(files), pins, LIBRARY)

    assert growth(verified) < LINEAR
