"""Versions, against Helm: what it loads, and in which order it lists."""

from __future__ import annotations

import json
import random
from pathlib import Path

import helm_python
import pytest

from helpers.charts.tiny_charts import chart_files, packed
from helpers.workspaces.http import served
from shunter.core.charts import versions
from shunter.model.errors import ShunterError

TRAPS = {
    "1.2": True,
    "v1.2.3": True,
    "1": True,
    "1.0.0-0012345": False,
    "1.0.0-sha.0012345": False,
    "1.0.0-g0012345": True,
    "1.0.0-0012345a": True,
    "1.0.0+0012345": True,
    "master-1": False,
    "1.0.0-feature_x": False,
    "1.0.0-feature/x": False,
    "01.0.0": True,
    "1.2.3.4": False,
    "1.0.0-": False,
    "1.0.0+": False,
    "1.0.0-99999999999999999999": True,
    "99999999999999999999.0.0": False,
    "": False,
    "V1.0.0": False,
    " 1.0.0": False,
    "1.0.0-\N{ARABIC-INDIC DIGIT ONE}": False,
}


def helm_loads(version: str) -> bool:
    try:
        helm_python.Chart.load_archive(packed(chart_files("app", version))).close()
    except (helm_python.HelmError, ShunterError):
        return False
    return True


@pytest.mark.parametrize(("text", "accepted"), TRAPS.items())
def test_trap(text: str, accepted: bool) -> None:
    assert (versions.parse(text) is not None) == accepted
    assert helm_loads(text) == accepted


def random_version(rng: random.Random) -> str:
    def part() -> str:
        return "".join(rng.choice("0019aZ-") for _ in range(rng.randint(1, 4)))

    text = ".".join(rng.choice(["0", "1", "10", "01", "7"]) for _ in range(rng.choice([1, 2, 3, 3, 3, 3, 4])))
    text = rng.choice(["", "", "", "v"]) + text
    text += rng.choice(["", "-" + ".".join(part() for _ in range(rng.randint(1, 3)))])
    return text + rng.choice(["", "", "+" + part(), "_x"])


def test_accepts_what_helm_accepts() -> None:
    rng = random.Random(20260102)
    texts = {random_version(rng) for _ in range(400)}
    wrong = [text for text in sorted(texts) if (versions.parse(text) is not None) != helm_loads(text)]
    assert wrong == []


def test_orders_as_helm_orders_an_index(tmp_path: Path) -> None:
    rng = random.Random(7)
    known = {text for text in (random_version(rng) for _ in range(600)) if versions.parse(text)}
    distinct = {versions.parse(text): text for text in sorted(known)}
    texts = list(distinct.values())
    rng.shuffle(texts)
    assert len(texts) > 100
    records = [{"apiVersion": "v2", "name": "app", "version": text, "urls": ["app.tgz"]} for text in texts]
    (tmp_path / "index.yaml").write_text(json.dumps({"apiVersion": "v1", "entries": {"app": records}}))
    with served(tmp_path) as url:
        listed = [item["version"] for item in helm_python.repo_index(url)["entries"]["app"]]
    assert versions.newest_first(texts) == listed


@pytest.mark.parametrize(
    "text", ["^1.0.0", "~1", ">=1.0.0-0", "1.x", "*", "1.2", "1.0.0 - 2.0.0", "1.0.0 || 2.0.0", "1"]
)
def test_a_range_is_no_pin(text: str) -> None:
    assert not versions.is_exact(text)
    with pytest.raises(ShunterError, match="which is a range and not one version") as caught:
        versions.require_exact(text, "chart orders")
    assert "1.2.0" in caught.value.hint


def test_a_leading_zero_has_its_own_hint() -> None:
    with pytest.raises(ShunterError, match="is no SemVer version") as caught:
        versions.require_exact("1.0.0-0012345", "chart orders")
    assert "g0012345" in caught.value.hint


@pytest.mark.parametrize("text", ["01.0.0", "1.00.0", "v1.0.01"])
def test_a_second_spelling_is_no_pin(text: str) -> None:
    assert helm_loads(text)
    assert not versions.is_exact(text)
    with pytest.raises(ShunterError, match="is no SemVer version"):
        versions.require_exact(text, "chart orders")


@pytest.mark.parametrize("text", ["1.0.0", "v1.2.3", "0.0.0-feature-x.12.g0012345", "1.4.0+mixed.00aa"])
def test_an_exact_version_is_a_pin(text: str) -> None:
    assert versions.require_exact(text, "chart orders").text == text


def test_what_is_no_version_sorts_last() -> None:
    assert versions.newest_first(["junk", "1.0.0", "1.0.0-rc.2", "1.0.0-rc.10", "2.0.0"]) == [
        "2.0.0",
        "1.0.0",
        "1.0.0-rc.10",
        "1.0.0-rc.2",
        "junk",
    ]


GOOD_LABELS = ["orders", "o-1", "a" * 63, "1a"]
BAD_LABELS = ["", "a" * 64, "-a", "a-", "Orders", "my_app", "a.b", "a\n", "\u00e9"]


def test_labels() -> None:
    assert [text for text in GOOD_LABELS + BAD_LABELS if versions.is_label(text)] == GOOD_LABELS


@pytest.mark.parametrize(("text", "marked"), [("1.0.0", "1.0.0+dirty"), ("1.0.0-rc.1+up4", "1.0.0-rc.1+up4.dirty")])
def test_a_version_can_be_marked_dirty(text: str, marked: str) -> None:
    assert versions.marked_dirty(text) == marked
    assert versions.require_exact(marked, "chart orders").text == marked
    assert [versions.is_dirty(version) for version in (text, marked, "1.0.0-dirty")] == [False, True, False]


@pytest.mark.parametrize(
    ("texts", "newest"),
    [
        (["1.0.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "latest"], "1.10.0"),
        (["1.0.0-rc.2", "1.0.0-rc.10"], "1.0.0-rc.10"),
        (["latest"], ""),
        ([], ""),
    ],
)
def test_the_newest_is_a_release_where_there_is_one(texts: list[str], newest: str) -> None:
    assert versions.newest_release(texts) == newest


def test_the_release_before_a_version() -> None:
    known = ("1.0.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "1.11.0+dirty", "latest")
    assert versions.release_before(known, "1.10.0") == "1.9.0"
    assert versions.release_before(known, "2.0.0-main.5.gabc") == "1.10.0"
    assert versions.release_before(known, "1.0.0") == versions.release_before((), "1.0.0") == ""


def test_a_pre_release_of_a_version() -> None:
    assert versions.is_prerelease_of("1.3.0-main.42.g1a2b3c4", "1.3.0")
    for text, release in (("1.3.0", "1.3.0"), ("1.3.1-rc.1", "1.3.0"), ("1.3.0-rc.1", "1.3.0-rc.2"), ("x", "1.3.0")):
        assert not versions.is_prerelease_of(text, release)
