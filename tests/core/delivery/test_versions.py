"""The version map: the table of each style, and what holds for every ref there is."""

from __future__ import annotations

import itertools
import random
import re

import helm_python
import pytest

from helpers.charts.tiny_charts import chart_files, packed
from shunter.core.charts.versions import parse
from shunter.core.delivery.event import Event
from shunter.core.delivery.style import PRESETS, Branches, Style
from shunter.core.delivery.versions import Build, Published, named_by, needs_build, published
from shunter.model.errors import ShunterError

COMMIT = "0123456789abcdef0123456789abcdef01234567"
BUILD = Build(COMMIT, 7)
OTHER = "release-x-h5c730c2a"  # sha256 of release/x
SEMVER = re.compile(  # https://semver.org, the suggested regular expression
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z.-]+)?",
    re.ASCII,
)
DOCKER = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}", re.ASCII)  # distribution/reference
STYLES = {
    **PRESETS,
    "custom": Style(
        (
            Branches("main", "chart", "main", moving=("edge",)),
            Branches("release/*", "branch", "rc"),
            Branches("wip/*", "chart", "wip", publish=False),
            Branches("*", "none", "abcdefghijkl"),
        ),
        publish_pull_requests=True,
        moving=("latest", "{major}", "{major}.{minor}"),
    ),
}


def of(style: str, kind: str, name: str, declared: str | None = "1.3.0", build: Build = BUILD) -> Published:
    return published(Event(kind, name), STYLES[style], "orders", declared, build)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("style", "kind", "name", "expected"),
    [
        ("trunk", "tag", "orders-v1.3.0", (True, "1.3.0", "1.3.0")),
        ("trunk", "tag", "v1.3.0", (True, "1.3.0", "1.3.0")),
        ("trunk", "tag", "v1.3.0-rc.1", (True, "1.3.0-rc.1", "1.3.0-rc.1")),
        ("trunk", "tag", "v1.3.0+b7", (True, "1.3.0_b7", "1.3.0+b7")),
        ("trunk", "branch", "main", (True, "main-7-g0123456", "1.3.0-main.7.g0123456")),
        ("trunk", "branch", "other", (False, "branch-other-7-g0123456", "0.0.0-branch-other.7.g0123456")),
        ("trunk", "pull-request", "12", (False, "pr-12-7-g0123456", "0.0.0-pr-12.7.g0123456")),
        ("git-flow", "branch", "develop", (True, "develop-7-g0123456", "1.3.0-develop.7.g0123456")),
        ("git-flow", "branch", "release/1.4", (True, "1.4.0-rc.7.g0123456", "1.4.0-rc.7.g0123456")),
        ("git-flow", "branch", "release/2", (True, "2.0.0-rc.7.g0123456", "2.0.0-rc.7.g0123456")),
        ("git-flow", "branch", "release/v02.1", (True, "2.1.0-rc.7.g0123456", "2.1.0-rc.7.g0123456")),
        ("git-flow", "branch", "hotfix/1.3.1", (True, "1.3.1-hotfix.7.g0123456", "1.3.1-hotfix.7.g0123456")),
        ("git-flow", "branch", "feature/x", (True, "feature-x-7-g0123456", "0.0.0-feature-x.7.g0123456")),
        ("git-flow", "branch", "release/x", (False, f"branch-{OTHER}-7-g0123456", f"0.0.0-branch-{OTHER}.7.g0123456")),
        ("git-flow", "branch", "main", (False, "branch-main-7-g0123456", "0.0.0-branch-main.7.g0123456")),
        ("custom", "branch", "wip/a", (False, "wip-a-7-g0123456", "1.3.0-wip-a.7.g0123456")),
        ("custom", "pull-request", "12", (True, "pr-12-7-g0123456", "0.0.0-pr-12.7.g0123456")),
    ],
)
def test_an_event_gives_one_version(style: str, kind: str, name: str, expected: tuple[bool, str, str]) -> None:
    found = of(style, kind, name)
    assert (found.publish, found.image, found.chart) == expected
    assert found.moving == ()


def test_tags_move_only_where_the_style_says() -> None:
    assert of("custom", "branch", "main").moving == ("edge",)
    assert of("custom", "tag", "v1.3.0").moving == ("latest", "1", "1.3")
    assert of("custom", "tag", "v1.3.0-rc.1").moving == ()


@pytest.mark.parametrize(
    ("released", "moving"),
    [
        (["1.3.0", "1.2.9", "2.0.0-rc.1", "x"], ("latest", "1", "1.3")),
        (["1.3.1"], ()),
        (["1.10.0"], ("1.3",)),
        (["2.0.0"], ("1", "1.3")),
    ],
)
def test_a_release_of_an_older_line_takes_no_tag_from_a_newer_one(released: list[str], moving: tuple[str, ...]) -> None:
    style = STYLES["custom"]
    found = published(Event("tag", "orders-v1.3.0"), style, "orders", "1.3.0", Build("0" * 40, 0), released)
    assert found.moving == moving
    assert found.image == "1.3.0"


@pytest.mark.parametrize("declared", ["1.3.0", "v1.3.0", "1.3", "1.3.0-alpha", "1.3.0+x"])
def test_a_build_goes_before_the_version_that_the_chart_declares(declared: str) -> None:
    assert of("trunk", "branch", "main", declared).chart == "1.3.0-main.7.g0123456"


@pytest.mark.parametrize(
    ("kind", "name", "declared", "message", "hint"),
    [
        ("tag", "v1.2.3", "1.3.0", "does not match", "shunter bump orders --to 1.2.3"),
        ("tag", "orders-v1.2.3", "1.3.0", "does not match", "tag it orders-v1.3.0"),
        ("tag", "v1.3.0", "1.3.0-rc.1", "does not match", "shunter bump"),
        ("tag", "v1.3.0-rc.2", "1.3.0-rc.1", "does not match", "shunter bump"),
        ("tag", "v1.3", "1.3.0", "no exact version", "all three numbers"),
        ("tag", "v01.3.0", "1.3.0", "no exact version", "starts with 0"),
        ("tag", "v1.3.0-", "1.3.0", "no exact version", "all three numbers"),
        ("tag", "web-v1.3.0", "1.3.0", "is none of orders", "orders-v1.2.3"),
        ("tag", "nightly", "1.3.0", "is none of orders", "orders-v1.2.3"),
        ("tag", "v1.3.0", "one", "which is none", "X.Y.Z"),
        ("branch", "develop", "one", "which is none", "X.Y.Z"),
        ("tag", f"v1.3.0-{'a' * 130}", "1.3.0", "more than 128", "shorten"),
    ],
)
def test_what_has_no_version_is_refused(kind: str, name: str, declared: str, message: str, hint: str) -> None:
    with pytest.raises(ShunterError, match=message) as caught:
        of("git-flow", kind, name, declared)
    assert hint in caught.value.hint


def test_a_service_without_a_chart_is_held_to_none() -> None:
    assert of("trunk", "tag", "v9.9.9", None).image == "9.9.9"
    assert of("trunk", "branch", "main", None).image == "main-7-g0123456"


def test_a_tag_is_that_of_one_project_or_of_all() -> None:
    names = ("my", "my-vault", "web")
    assert named_by("v1.2.3", names) == names
    assert named_by("my-vault-v1.2.3-dev.1", names) == ("my-vault",)
    assert named_by("my-v1.2.3-v2", names) == ("my",)
    assert named_by("other-v1.2.3", names) == ()
    assert named_by("vault", names) == ()
    assert named_by("v2-v1.0.0", ("web", "v2")) == ("v2",)


def test_a_tag_needs_no_build() -> None:
    assert not needs_build(Event("tag", "v1.0.0"))
    assert needs_build(Event("branch", "main"))


# What holds for every ref

WORDS = [
    "main",
    "feature",
    "release",
    "x",
    "X",
    "0",
    "007",
    "1.3",
    "-",
    "--",
    "_",
    "g0123456",
    "ünï",
    "日本",
    "🚀",
    "h1",
    "a b",
]


def random_name(rng: random.Random) -> str:
    """The name of a branch as git may have it, and worse."""
    prefix = rng.choice(["", "", "feature/", "wip/", "Feature/", "release-", "hotfix-", "fix/", "release/"])
    if rng.random() < 0.1:
        return prefix + rng.choice("abZ09é") * rng.randint(1, 200)
    return prefix + rng.choice(["", "/", "-"]).join(rng.choice(WORDS) for _ in range(rng.randint(1, 12)))[:200]


SEED = 20_261_129
NAMES = sorted({random_name(random.Random(SEED + number)) for number in range(5_600)} | {*map(str, range(50))})[:5_000]


def spelt_out(name: str) -> str:
    """The version that a release branch is named by: `release/1.3` and `release/1.3.0` are one release."""
    found = re.fullmatch(r"release/v?(\d+)(?:\.(\d+))?(?:\.(\d+))?", name, re.ASCII)
    return ".".join(str(int(number or 0)) for number in found.groups()) if found else ""


def test_there_are_enough_names() -> None:
    assert len(NAMES) == 5_000, SEED


@pytest.mark.parametrize("style", STYLES)
def test_every_ref_has_valid_versions_that_no_other_has(style: str) -> None:
    taken: dict[str, str] = {}
    for name in NAMES:
        found = of(style, "branch", name)
        assert SEMVER.fullmatch(found.chart), (SEED, name, found)
        assert parse(found.chart), (SEED, name, found)
        assert DOCKER.fullmatch(found.image), (SEED, name, found)
        assert len(found.image) <= 63, (SEED, name, found)  # appVersion becomes a label's value
        assert len(found.chart) <= 128, (SEED, name, found)
        for text in (found.image, found.chart):
            other = taken.setdefault(text, name)
            assert other == name or (spelt_out(other) == spelt_out(name) != ""), (SEED, name, other, text)
    for number in range(50):
        found = of(style, "pull-request", str(number))
        assert not {found.image, found.chart} & taken.keys(), (SEED, number)


@pytest.mark.parametrize("style", STYLES)
def test_builds_of_a_ref_are_in_order(style: str) -> None:
    rng = random.Random(SEED)
    for name in rng.sample(NAMES, 200):
        numbers = sorted(rng.sample(range(1, 100_000), 5))
        builds = [Build(f"{rng.getrandbits(160):040x}", number) for number in numbers]
        found = [of(style, "branch", name, build=build) for build in builds]
        assert all(parse(a.chart) < parse(b.chart) for a, b in itertools.pairwise(found)), (SEED, name)  # type: ignore[operator]
        assert [int(one.image.split("-")[-2]) for one in found if "." not in one.image] in (numbers, []), (SEED, name)


def test_every_tag_is_its_version_or_refused() -> None:
    given = 0
    for name in (*NAMES, *(f"v{name}" for name in NAMES), *(f"orders-v1.3.0-{name}" for name in NAMES)):
        try:
            found = of("custom", "tag", name)
        except ShunterError:
            continue
        given += 1
        assert found.chart == name.removeprefix("orders-").removeprefix("v"), (SEED, name)
        assert SEMVER.fullmatch(found.chart), (SEED, name)
        assert all(DOCKER.fullmatch(tag) for tag in (found.image, *found.moving)), (SEED, name)
    assert given > 100, (SEED, given)


def test_commits_that_read_as_numbers_are_none() -> None:
    rng = random.Random(SEED)
    for name in rng.sample(NAMES, 50):
        for commit in ("0" * 40, "0012345" + "0" * 33, "1234567" * 6):
            assert SEMVER.fullmatch(of("git-flow", "branch", name, build=Build(commit, 0)).chart), (SEED, name)


def test_helm_takes_them() -> None:
    rng = random.Random(SEED)
    for name in [*rng.sample(NAMES, 40), "release/1.3"]:
        for style in STYLES:
            helm_python.Chart.load_archive(packed(chart_files("app", of(style, "branch", name).chart))).close()
