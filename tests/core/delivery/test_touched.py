"""What a change touches, by folders and by dependencies."""

from __future__ import annotations

import pytest

from shunter.core.delivery.touched import CHART, CODE, ENVIRONMENT, Place, touched

PLACES = (
    Place(CHART, "commons", "library"),
    Place(CODE, "orders", "services/orders"),
    Place(CHART, "orders", "charts/orders"),
    Place(CODE, "web", "services/web"),
    Place(CHART, "web", "charts/web"),
    Place(CHART, "store", "charts/store"),
    Place(ENVIRONMENT, "tst", "envs/tst", ("envs/common.yaml", "envs/tst/values.yaml")),
    Place(ENVIRONMENT, "pre", "envs/pre", ("envs/common.yaml", "envs/pre/values.yaml")),
)
DEPENDS = {"orders": {"commons"}, "store": {"commons"}, "web": {"store"}, "commons": set[str]()}


def names(*paths: str, depends: dict[str, set[str]] | None = None) -> tuple[tuple[str, ...], ...]:
    found = touched([(PLACES, paths)], depends or {})
    return found.services, found.charts, found.environments


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("README.md", ((), (), ())),
        ("services/README.md", ((), (), ())),
        ("services/orders2/x", ((), (), ())),
        ("services/orders/x", (("orders",), ("orders",), ())),
        ("charts/orders/values.yaml", (("orders",), ("orders",), ())),
        ("charts/store/templates/x", ((), ("store",), ())),
        ("envs/tst/values.yaml", ((), (), ("tst",))),
        ("envs/tst/.shunter/train.yaml", ((), (), ("tst",))),
        ("envs/common.yaml", ((), (), ("tst", "pre"))),
        ("envs/other.yaml", ((), (), ())),
    ],
)
def test_a_path_touches_what_it_belongs_to(path: str, expected: tuple[tuple[str, ...], ...]) -> None:
    assert names(path) == expected


def test_dependents_are_touched_however_far() -> None:
    assert names("library/x", depends=DEPENDS) == (("orders", "web"), ("commons", "orders", "web", "store"), ())
    assert names("charts/store/x", depends=DEPENDS) == (("web",), ("web", "store"), ())


def test_a_circle_ends() -> None:
    assert names("charts/store/x", depends={"store": {"web"}, "web": {"store"}})[1] == ("web", "store")


def test_a_path_belongs_to_the_innermost_folder() -> None:
    places = (Place(CHART, "outer", "third"), Place(CHART, "inner", "third/inner"))
    assert touched([(places, ("third/inner/x",))], {}).charts == ("inner",)


def test_code_and_charts_in_two_repositories_are_no_pair() -> None:
    code, charts = (Place(CODE, "orders", "services/orders"),), (Place(CHART, "orders", "charts/orders"),)
    assert touched([(code, ("services/orders/x",)), (charts, ())], {}).charts == ()
    assert touched([(code, ()), (charts, ("charts/orders/x",))], {}).services == ()


def test_a_library_reaches_charts_in_other_repositories() -> None:
    library, charts = (Place(CHART, "commons", "library"),), (Place(CHART, "orders", "charts/orders"),)
    assert touched([(library, ("library/x",)), (charts, ())], DEPENDS).charts == ("commons", "orders")
