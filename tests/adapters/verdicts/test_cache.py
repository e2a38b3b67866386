"""The cache of verdicts: whatever happens to it or to the files, the answer is the one of `--no-cache`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

import shunter as shunter_package
from helpers.workspaces import shop
from helpers.workspaces.cli import Result, ok, shunter
from helpers.workspaces.workspaces import make_example, shared
from shunter.adapters.verdicts.cache import NO_JUDGES, _modules
from shunter.core.rules.verdict import judge


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "verdicts"


@pytest.fixture
def mono(tmp_path: Path) -> Path:
    """A copy of the example workspace in one repository, without git."""
    root = shared("mono", lambda folder: make_example(folder, "mono")) / "shop"
    return shutil.copytree(root, tmp_path / "mono", ignore=shutil.ignore_patterns(".git"))


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """An umbrella of two aliases, and three values files of which one has a finding."""
    folder = tmp_path / "shop"
    for path, text in shop.files(condition=True).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    (folder / "envs").mkdir()
    for name in ("one", "two"):
        (folder / "envs" / f"{name}.yaml").write_text(shop.VALUES.format(name))
    (folder / "envs" / "bad.yaml").write_text(shop.VALUES.format("bad") + "  replicas: 3\n")
    return folder


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The values files that are judged anew, by the names of their layers."""
    seen: list[str] = []

    def counted(chart: object, layers: list[object], **more: object) -> object:
        seen.append(" ".join(layer.path for layer in layers))  # type: ignore[attr-defined]
        return judge(chart, layers, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("shunter.flows.validation.judge.judge", counted)
    return seen


def both(*arguments: str, cwd: Path) -> Result:
    """The result with the cache, which must be the one without."""
    cached, plain = shunter("validate", *arguments, cwd=cwd), shunter("validate", "--no-cache", *arguments, cwd=cwd)
    assert (cached.code, cached.out, cached.err) == (plain.code, plain.out, plain.err)
    return cached


def test_what_was_judged_is_not_judged_again(chart: Path, judged: list[str]) -> None:
    names = ["envs/one.yaml", "envs/two.yaml", "envs/bad.yaml"]
    first = shunter("validate", *names, cwd=chart)
    assert first.code == 1
    assert judged == names
    assert shunter("validate", *names, cwd=chart) == first
    ok("validate", "envs/two.yaml", cwd=chart)
    assert judged == names
    (chart / "envs" / "two.yaml").write_text(shop.VALUES.format("changed"))
    assert shunter("validate", *names, cwd=chart) == first
    assert judged == [*names, "envs/two.yaml"]


def test_seen_from_elsewhere_a_finding_has_another_path(chart: Path) -> None:
    assert "--> envs/bad.yaml:" in both("envs/bad.yaml", cwd=chart).err
    assert "--> shop/envs/bad.yaml:" in both("shop/envs/bad.yaml", cwd=chart.parent).err
    assert "--> bad.yaml:" in both("bad.yaml", cwd=chart / "envs").err.replace("../envs/", "")


@pytest.mark.parametrize(
    "path",
    ["Chart.yaml", "values.yaml", "charts/svc/Chart.yaml", "charts/svc/values.yaml", "charts/svc/values.schema.json"],
)
def test_everything_that_a_verdict_depends_on_is_looked_at(path: str, chart: Path) -> None:
    ok("validate", "envs/one.yaml", cwd=chart)
    (chart / path).write_text("][")
    assert both("envs/one.yaml", cwd=chart).code != 0


def test_a_schema_that_appears_counts(chart: Path) -> None:
    ok("validate", "envs/one.yaml", cwd=chart)
    (chart / "values.schema.json").write_text('{"required": ["owner"]}')
    assert "owner" in both("envs/one.yaml", cwd=chart).err
    (chart / "values.schema.json").unlink()
    (chart / ".helmignore").write_text("charts/*\n")
    both("envs/one.yaml", cwd=chart)


@pytest.mark.slow  # random edits, judged with and without the cache
def test_random_edits_never_find_an_old_answer(chart: Path) -> None:
    random = Random(11)
    names = [f"envs/{name}.yaml" for name in ("one", "two", "bad")]
    texts = {path: path.read_text() for path in sorted(chart.rglob("*")) if path.is_file()}
    codes = set()
    for _ in range(120):
        path = random.choice(sorted(texts))
        path.unlink(missing_ok=True)
        if random.random() < 0.9:
            path.write_text(random.choice([texts[path], shop.mutated(random, texts[path])]))
        asked = random.sample(names, random.randint(1, 3)) if random.random() < 0.9 else ["."]
        extra = random.choice([[], [], ["--set", "api.replicaCount=2"], ["-f", "envs/two.yaml"], ["--strict"]])
        codes.add(both(*asked, *extra, cwd=chart).code)
        if random.random() < 0.5:
            path.write_text(texts[path])
    assert {0, 1} <= codes


def test_an_environment_depends_on_all_of_its_files_and_on_the_workspace(mono: Path, judged: list[str]) -> None:
    (mono / "envs" / "tst" / "values.yaml").write_text("global: {}\n")
    ok("validate", "envs/tst/values.yaml", cwd=mono)
    judged.clear()
    ok("validate", "envs/tst/values.yaml", cwd=mono)
    assert judged == []
    edits = {
        "envs/tst/values.yaml": "unknown: [",
        "envs/tst/.copier-answers.yml": "values_files: [absent.yaml]",
        "shunter.yaml": "surprise: 1",
        "envs/tst/.shunter/train.yaml": "cars: 3",
    }
    for path, text in edits.items():
        before = (mono / path).read_text()
        (mono / path).write_text(before + text + "\n")
        assert both("envs/tst/values.yaml", cwd=mono).code != 0, path
        (mono / path).write_text(before)
        ok("validate", "envs/tst/values.yaml", cwd=mono)


def test_values_of_a_chart_that_is_not_pinned_follow_its_source(mono: Path) -> None:
    shutil.rmtree(mono / "envs" / "tst" / "charts")
    (mono / "envs" / "tst" / ".shunter" / "train.yaml").unlink()
    (mono / "envs" / "tst" / "Chart.yaml").write_text("apiVersion: v2\nname: tst\nversion: 1.0.0\n")
    (mono / "envs" / "tst" / "values.schema.json").unlink()
    both("envs/tst/values.yaml", cwd=mono)
    schema = mono / "charts" / "orders" / "values.schema.json"
    schema.write_text('{"required": ["owner"]}')
    assert "owner" in both("envs/tst/values.yaml", cwd=mono).err


def test_a_damaged_or_foreign_cache_is_a_miss(chart: Path, cache: Path) -> None:
    random = Random(3)
    names = ["envs/one.yaml", "envs/bad.yaml"]
    both(*names, cwd=chart)
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    for _ in range(60):
        at = random.randrange(len(whole))
        damaged = random.choice(
            [whole[:at], whole[at:], whole[:at] + bytes([random.randrange(256)]) + whole[at + 1 :], b"", b"\n" * at]
        )
        file.write_bytes(damaged)
        both(*names, cwd=chart)
    other = whole.replace(b"[]", b'[["type"]]')
    file.write_bytes(other)
    both(*names, cwd=chart)


def test_a_cache_that_is_no_folder_is_none(chart: Path, cache: Path) -> None:
    cache.parent.mkdir()
    cache.write_text("not a folder")
    for _ in range(2):
        assert both("envs/one.yaml", cwd=chart).code == 0
    assert cache.read_text() == "not a folder"
    cache.unlink()
    cache.mkdir()
    ok("validate", "envs/one.yaml", cwd=chart)
    (file,) = cache.iterdir()
    file.unlink()
    file.mkdir()
    assert both("envs/one.yaml", cwd=chart).code == 0


def test_without_a_cache_nothing_is_written(chart: Path, cache: Path) -> None:
    ok("validate", "--no-cache", "envs/one.yaml", cwd=chart)
    ok("validate", "--fix", "envs/one.yaml", cwd=chart)
    assert not cache.exists()


def test_links_and_devices_are_not_remembered(chart: Path, cache: Path) -> None:
    (chart / "charts" / "svc" / "values.yaml").rename(chart / "defaults.yaml")
    (chart / "charts" / "svc" / "values.yaml").symlink_to("../../defaults.yaml")
    both("envs/one.yaml", cwd=chart)
    assert not cache.exists()
    (chart / "envs" / "linked.yaml").symlink_to("one.yaml")
    (chart / "charts" / "svc" / "values.yaml").unlink()
    (chart / "defaults.yaml").rename(chart / "charts" / "svc" / "values.yaml")
    ok("validate", "envs/linked.yaml", cwd=chart)
    (chart / "envs" / "one.yaml").write_text("][")
    assert both("envs/linked.yaml", cwd=chart).code == 1


def test_a_file_that_changes_while_it_is_judged_is_not_remembered(chart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*arguments: object, **more: object) -> object:
        (chart / "envs" / "one.yaml").write_text("][")
        return judge(*arguments, **more)  # type: ignore[arg-type]

    good = (chart / "envs" / "one.yaml").read_text()
    with monkeypatch.context() as patch:
        patch.setattr("shunter.flows.validation.judge.judge", slow)
        ok("validate", "envs/one.yaml", cwd=chart)
    assert both("envs/one.yaml", cwd=chart).code == 1
    (chart / "envs" / "one.yaml").write_text(good)
    both("envs/one.yaml", cwd=chart)


def test_runs_side_by_side_share_one_cache(chart: Path, cache: Path) -> None:
    names = [f"envs/n{number}.yaml" for number in range(12)]
    for name in names:
        (chart / name).write_text(shop.VALUES.format(name))
    command = [sys.executable, "-m", "shunter", "validate", "-C", str(chart)]
    for _ in range(3):
        running = [
            subprocess.Popen([*command, *names[start : start + 6]], stderr=subprocess.PIPE, text=True)
            for start in (0, 2, 4, 6)
        ]
        assert {process.communicate()[1] for process in running} == {"1 chart checked: valid\n"}
    assert [path.name for path in cache.iterdir() if "." in path.name] == []
    assert all(both(name, cwd=chart).code == 0 for name in names)


def test_the_rooms_that_are_not_looked_at_judge_nothing() -> None:
    """In a checkout a verdict depends on the modules: on all that the judging flow can import."""
    code = "import sys, shunter.flows.validation.validate, shunter.flows.validation.deep; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    rooms = [f"shunter.{room.replace('/', '.')}" for room in NO_JUDGES]
    assert [name for name in done.stdout.split() if name.startswith(tuple(rooms))] == []
    package = Path(shunter_package.__file__).parent
    assert all((package / room).is_dir() for room in NO_JUDGES)
    looked_at = {line.partition(" ")[0] for line in _modules(str(package))}
    there = {str(path) for path in package.rglob("*.py")}
    assert looked_at == {
        path for path in there if not path.startswith(tuple(f"{package}/{room}/" for room in NO_JUDGES))
    }
