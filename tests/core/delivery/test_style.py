"""Development styles: presets, and the map that stands in shunter.yaml."""

from __future__ import annotations

import pytest

from shunter.core.delivery.style import OTHER, PRESETS, Branches, Style, style_of


@pytest.mark.parametrize(
    ("match", "branch", "rest"),
    [
        ("main", "main", ""),
        ("main", "main2", None),
        ("main", "x/main", None),
        ("feature/*", "feature/x", "x"),
        ("feature/*", "feature/x/y", "x/y"),
        ("feature/*", "feature/", None),
        ("feature/*", "feature", None),
        ("*", "anything/at all", "anything/at all"),
    ],
)
def test_a_pattern_is_a_name_or_all_below_a_prefix(match: str, branch: str, rest: str | None) -> None:
    assert Branches(match, "none", "x").rest(branch) == rest


def test_the_first_pattern_counts_and_what_none_matches_is_not_published() -> None:
    style = Style((Branches("fix/now", "chart", "now"), Branches("fix/*", "none", "fix")))
    assert style.branch("fix/now")[0].label == "now"
    assert [style.branch("fix/later")[0].label, style.branch("fix/later")[1]] == ["fix", "later"]
    assert style.branch("else") == (OTHER, "else")
    assert not OTHER.publish


@pytest.mark.parametrize(
    ("branch", "rest"), [("release/1.3", "1.3"), ("release/v2", "v2"), ("release/x", None), ("release/1.2.3.4", None)]
)
def test_where_the_branch_names_the_version_others_do_not_match(branch: str, rest: str | None) -> None:
    assert Branches("release/*", "branch", "rc").rest(branch) == rest
    assert Branches(branch, "branch", "rc").rest(branch) is None


def test_a_branch_has_a_name() -> None:
    with pytest.raises(ValueError, match="without a name"):
        PRESETS["trunk"].branch("")


@pytest.mark.parametrize("name", PRESETS)
def test_labels_of_a_preset_are_its_own_and_what_the_schema_takes(name: str) -> None:
    labels = [branches.label for branches in PRESETS[name].branches]
    assert len({*labels, OTHER.label, "pr"}) == len(labels) + 2
    assert all(label.isalpha() and label.islower() and len(label) <= 12 for label in labels)


def test_a_map_of_ones_own() -> None:
    branches = [
        {"match": "main", "label": "main", "moving": ["edge"]},
        {"match": "x/*", "label": "x", "publish": False},
    ]
    style = style_of("custom", {"branches": branches, "publish-pull-requests": True, "moving": ["latest"]})
    assert style == Style(
        (Branches("main", "chart", "main", moving=("edge",)), Branches("x/*", "chart", "x", publish=False)),
        publish_pull_requests=True,
        moving=("latest",),
    )


@pytest.mark.parametrize(("development", "preset"), [("trunk", "trunk"), ("git-flow", "git-flow"), ("", "trunk")])
def test_a_preset_needs_no_map(development: str, preset: str) -> None:
    assert style_of(development, None) is PRESETS[preset]
