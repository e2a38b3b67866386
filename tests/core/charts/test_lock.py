"""Chart.lock, byte for byte against the embedded Helm's `dependency update`."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import helm_python
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.charts.tiny_charts import NOW, chart, chart_files, write_files
from helpers.workspaces.http import served
from shunter.core.charts import index, lock
from shunter.core.charts.pins import Dependency
from shunter.model.files import FileState

PRINTS = st.characters(codec="utf-8", exclude_categories=("C", "Z"), max_codepoint=0x2FFF)
TEXT = st.text(PRINTS | st.sampled_from("<>& \t\n\r\u00a0\u2003\u2028\u2029\u200b\u00ad"), max_size=8)


def chart_with(dependencies: list[Dependency], folder: Path) -> Path:
    """An umbrella on disk; what has no repository is there unpacked."""
    records = []
    for item in dependencies:
        record = {"name": item.name, "version": item.version, "repository": item.repository}
        optional = {"alias": item.alias, "condition": item.condition, "tags": list(item.tags)}
        optional["import-values"] = list(item.import_values)
        records.append(record | {key: value for key, value in optional.items() if value})
        if not item.repository:
            write_files(folder / "charts" / item.name, chart_files(item.name, item.version))
    files = chart_files("umbrella", extra={"values.yaml": ""})
    write_files(folder, files)
    value = {"apiVersion": "v2", "name": "umbrella", "version": "1.0.0", "dependencies": records}
    (folder / "Chart.yaml").write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return folder


def helms_lock(folder: Path) -> bytes:
    helm_python.dependency_update(folder)
    return (folder / "Chart.lock").read_bytes()


def random_dependencies(rng: random.Random) -> list[Dependency]:
    names = [
        "orders",
        "a",
        "yes",
        "y",
        "null",
        "1",
        "1e3",
        "0x1f",
        "on-call",
        "0777",
        "1.5",
        "2026-01-02",
        "No",
        "Off",
        "1_0",
        "1.5e3",
        ".5",
        "0b1",
        "0o7",
        "2026-1-2",
        "1.",
        "_",
        "a=b",
        "o_o",
    ]
    versions = ["1.0.0", "v1.2.3", "1.0.0-rc.1", "1.0.0-main.4.g0e1", "0.0.0+1e3", "1.4.0+mixed.12345678"]
    found = []
    for name in rng.sample(names, rng.randint(1, 5)):
        tags = tuple(rng.sample(["back&end", "<b>", "\u2028", "ünï", "a"], rng.randint(0, 2)))
        imports: tuple[Any, ...] = tuple(rng.sample(["defaults", "x.y"], rng.randint(0, 1)))
        imports += ({"parent": "<\u2028>", "child": "b&"},) * rng.randint(0, 1)
        alias = rng.choice(["", f"alias-{len(found)}"])
        condition = rng.choice(["", f"{name}.enabled", "a.b,c.d"])
        found.append(Dependency(name, rng.choice(versions), "", alias, condition, tags, imports))
    return found


def test_equal_to_helm_for_unpacked_charts(tmp_path: Path) -> None:
    rng = random.Random(17)
    for number in range(150):
        dependencies = random_dependencies(rng)
        theirs = helms_lock(chart_with(dependencies, tmp_path / str(number)))
        generated = yaml.load(theirs, yaml.BaseLoader)["generated"]
        assert lock.render_lock(dependencies, generated) == theirs


def test_equal_to_helm_over_http_and_through_an_alias(tmp_path: Path) -> None:
    charts = [chart(chart_files("orders", version)) for version in ("1.0.0", "1.1.0")]
    entries = []
    for made in charts:
        pin = made.pin
        name = f"{pin.name}-{pin.version}.tgz"
        write_files(tmp_path / "repository", {name: FileState(made.archive)})
        entries.append(index.IndexEntry(pin.name, pin.version, pin.digest, (name,), {"apiVersion": "v2"}))
    rendered = index.render_index(index.add(index.Index(), entries))
    write_files(tmp_path / "repository", {"index.yaml": FileState(rendered)})
    with served(tmp_path / "repository") as url:
        for number, suffix in enumerate(["", "/", "/./"]):
            repository = url + suffix
            dependencies = [
                Dependency("orders", "1.1.0", repository, condition="orders.enabled"),
                Dependency("orders", "1.0.0", repository, "old", "old.enabled"),
            ]
            folder = chart_with(dependencies, tmp_path / f"umbrella-{number}")
            theirs = helms_lock(folder)
            generated = yaml.load(theirs, yaml.BaseLoader)["generated"]
            assert lock.render_lock(dependencies, generated) == theirs
            helm_python.dependency_build(folder)
            assert sorted(path.name for path in (folder / "charts").iterdir()) == [
                "orders-1.0.0.tgz",
                "orders-1.1.0.tgz",
            ]


@pytest.mark.slow  # Helm builds each chart's dependencies
@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=2))
def test_helm_accepts_our_digest_whatever_the_text(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]
) -> None:
    dependencies = [
        Dependency(f"app{number}", "1.0.0", "", "", condition, (tag,) if tag else ())
        for number, (condition, tag) in enumerate(pairs)
    ]
    folder = chart_with(dependencies, tmp_path_factory.mktemp("umbrella"))
    (folder / "Chart.lock").write_bytes(lock.render_lock(dependencies, NOW))
    helm_python.dependency_build(folder)


def test_editing_only_the_condition_makes_helm_refuse_the_old_lock(tmp_path: Path) -> None:
    before = [Dependency("orders", "1.0.0", "", "", "orders.enabled")]
    after = [Dependency("orders", "1.0.0", "", "", "global.orders")]
    folder = chart_with(after, tmp_path)
    (folder / "Chart.lock").write_bytes(lock.render_lock(before, NOW))
    with pytest.raises(helm_python.HelmError, match="out of sync"):
        helm_python.dependency_build(folder)
    (folder / "Chart.lock").write_bytes(lock.render_lock(after, NOW))
    helm_python.dependency_build(folder)


def test_a_stamp_of_helm_is_kept_while_nothing_else_changes() -> None:
    one, two = [Dependency("a", "1.0.0")], [Dependency("a", "1.0.1")]
    stamped = FileState(lock.render_lock(one, NOW))
    assert lock.chart_lock(one, stamped) == stamped
    assert lock.chart_lock(two, stamped) == lock.chart_lock(two, None)
    assert lock.chart_lock(two, None).data.endswith(f'generated: "{lock.GENERATED}"\n'.encode())
    reconditioned = [Dependency("a", "1.0.0", condition="a.enabled")]
    assert lock.chart_lock(reconditioned, stamped) == lock.chart_lock(reconditioned, None)


@pytest.mark.parametrize("old", [b"", b"[", b"<<<<<<< ours\n", b"digest: 1\n", b"generated: 5\n"])
def test_a_broken_lock_is_written_anew(old: bytes) -> None:
    dependencies = [Dependency("a", "1.0.0")]
    assert lock.chart_lock(dependencies, FileState(old)) == lock.chart_lock(dependencies, None)


def test_a_lock_with_line_ends_of_windows_is_written_anew() -> None:
    dependencies = [Dependency("a", "1.0.0")]
    windows = lock.render_lock(dependencies, NOW).replace(b"\n", b"\r\n")
    assert lock.chart_lock(dependencies, FileState(windows)) == lock.chart_lock(dependencies, None)


@pytest.mark.parametrize(
    ("nanoseconds", "shown"),
    [(0, "1970-01-02T00:00:00Z"), (120_000_000, "1970-01-02T00:00:00.12Z"), (1, "1970-01-02T00:00:00.000000001Z")],
)
def test_times_are_written_as_go_writes_them(nanoseconds: int, shown: str) -> None:
    assert lock.format_time(86400, nanoseconds) == shown


def test_no_dependencies() -> None:
    assert lock.render_lock([], NOW).startswith(b"dependencies: []\n")
