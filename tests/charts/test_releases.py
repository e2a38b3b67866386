"""Against the releases before: public defines stay, and a newer library restarts nobody's pods."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.charts.charts import ARCHETYPES, LIBRARY, ROOT
from helpers.oracles import compatibility
from helpers.oracles.compatibility import Files, Release
from shunter.adapters.templates.history import append_release, ensure_history

SOME = ("rest-api", "cron", "database")


@pytest.fixture(scope="module")
def now() -> Release:
    return compatibility.current()


@pytest.fixture(scope="module")
def history() -> Path:
    """Our templates' history, the working tree as its newest release."""
    return ensure_history()


def doctored(library: Files, old: str, new: str) -> Files:
    [path] = [path for path, text in library.items() if path.startswith("templates/") and old in text]
    return {**library, path: library[path].replace(old, new)}


def test_the_list_of_public_defines_is_fresh(now: Release) -> None:
    assert compatibility.removed(now.library) == [], "public defines go with a new major only"
    assert compatibility.listed() == sorted(compatibility.public_defines(now.library)), (
        "run `python -m helpers.oracles.compatibility` in tests/"
    )


def test_no_public_define_goes_since_the_last_release(now: Release) -> None:
    before = compatibility.previous()
    kept = compatibility.public_defines(before.library) if before else set()
    assert kept <= compatibility.public_defines(now.library)


def test_the_last_release_keeps_its_pods(now: Release, history: Path) -> None:
    before = compatibility.previous()
    if before is None:
        libraries = [compatibility.released_library(history, release) for release in compatibility.older(history)]
        ours = compatibility.version(now.library)
        alike = [library for library in libraries if compatibility.version(library).major == ours.major]
        assert all(library == now.library for library in alike)
    else:
        assert compatibility.changes(before, now.library) == []


def test_a_library_that_changes_gets_a_new_version(now: Release, history: Path) -> None:
    for release in compatibility.older(history):
        library = compatibility.released_library(history, release)
        assert library == now.library or compatibility.version(library) != compatibility.version(now.library)


@pytest.mark.slow  # every release of the library is rendered
def test_a_library_does_not_change_by_itself(now: Release) -> None:
    assert compatibility.changes(now, now.library) == []


def test_a_new_label_of_the_pods_is_found_in_every_workload(now: Release) -> None:
    head = f'{{{{- define "{LIBRARY}.v1._podLabels" -}}}}\n'
    found = compatibility.changes(now, doctored(now.library, head, f"{head}shift: night\n"), SOME)
    assert "rest-api.default: Deployment/shop-rest-api: pod template changes" in found
    assert "rest-api.production: Job/shop-rest-api-migrate: pod template changes" in found
    assert "cron.staging: CronJob/shop-cron: pod template changes" in found
    assert "database.production: StatefulSet/shop-database: pod template changes" in found


@pytest.mark.parametrize(
    ("old", "new", "archetypes", "line"),
    [
        ('"path": "/livez"', '"path": "/healthz"', ["rest-api"],
         "rest-api.default: Deployment/shop-rest-api: pod template changes"),
        ('"podManagementPolicy": "Parallel"', '"podManagementPolicy": "OrderedReady"', ["database"],
         "database.default: StatefulSet/shop-database: podManagementPolicy changes"),
        ("kind: CronJob", "kind: Cronjob", ["cron"], "cron.default: CronJob/shop-cron is gone"),
    ],
)  # fmt: skip
def test_what_restarts_or_breaks_is_found(now: Release, old: str, new: str, archetypes: list[str], line: str) -> None:
    assert line in compatibility.changes(now, doctored(now.library, old, new), archetypes)


def test_a_new_object_is_welcome(now: Release) -> None:
    head = f'{{{{- define "{LIBRARY}.v1.app" -}}}}\n'
    more = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: more\n---\n"
    assert compatibility.changes(now, doctored(now.library, head, head + more), SOME) == []


def test_a_public_define_that_goes_is_found(now: Release) -> None:
    without = doctored(now.library, f'define "{LIBRARY}.v1.labels"', f'define "{LIBRARY}.v1._common"')
    assert compatibility.removed(without) == ["<library>.v1.labels"]
    private = doctored(now.library, f'define "{LIBRARY}.v1._podLabels"', f'define "{LIBRARY}.v1._podTags"')
    assert compatibility.removed(private) == []


@pytest.fixture
def data_root(tmp_path: Path) -> Path:
    """Our templates with a history of their own, which holds no release yet."""
    root = tmp_path / "data"
    shutil.copytree(ROOT / "templates", root / "templates")
    shutil.copy(ROOT / "copier.yml", root)
    (root / "history").mkdir()
    (root / "history" / "templates.fast-import").write_text("# releases\n")
    return root


def edited(root: Path, path: str, change: Callable[[str], str]) -> None:
    file = root / "templates" / path
    text = file.read_text("utf-8")
    assert change(text) != text
    file.write_text(change(text), "utf-8")


@pytest.mark.slow  # two whole histories of templates are made
def test_the_release_before_comes_out_of_the_history(data_root: Path, now: Release) -> None:
    def library_version(wanted: str) -> None:
        edited(data_root, "_library/version.jinja", lambda text: re.sub(r'"[0-9.]+"', f'"{wanted}"', text))

    edited(
        data_root,
        "library/templates/_podmetadata.v1.tpl.jinja",
        lambda text: text.replace("{{ .selectorLabels }}\n", "{{ .selectorLabels }}\nera: first\n"),
    )
    library_version("1.4.0")
    append_release("0.0.1", data_root)
    library_version("2.0.0")
    append_release("0.0.2", data_root)
    library_version("1.5.0")
    history = ensure_history(data_root, "0.0.3")
    assert compatibility.older(history) == ["0.0.2", "0.0.1"]
    latest = compatibility.released_library(history, "0.0.3")
    before = compatibility.previous(history, latest)
    assert before is not None
    assert compatibility.version(before.library).text == "1.4.0", "2.0.0 is another major"
    assert before.apps.keys() == set(ARCHETYPES)
    assert compatibility.changes(before, latest, ["worker"]) == []
    later = compatibility.changes(before, now.library, ["worker"])
    assert later[0] == "worker.default: Deployment/shop-worker: pod template changes"
