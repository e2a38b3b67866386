"""A train is a base with what the registry has of newer charts; what goes down or away needs a word, once."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.charts.tiny_charts import chart_files, pinned
from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import commit_all, git, snapshot, write
from helpers.workspaces.small import WORKSPACE, orders, publish
from shunter.core.charts.pins import Pin
from shunter.core.trains.cut import Said
from shunter.core.trains.plan import Asked
from shunter.flows.trains import cut as cutting
from shunter.flows.trains.cut import Cut
from shunter.flows.trains.promote import Promotion, promote
from shunter.flows.workspace.context import Context, open_context
from shunter.flows.workspace.trains import trains_of
from shunter.model.errors import ShunterError
from shunter.model.findings import Report, Severity, Status


def cut(context: Context, version: str = "", *, dry_run: bool = False, **asked: Any) -> Report:
    """A cut; what is no field of `Cut` is one of `Said`."""
    own = {name: asked.pop(name) for name in ("bump", "hotfix", "source", "line") if name in asked}
    said = Said(**asked, hotfix=bool(own.get("hotfix")))
    return cutting.cut(open_context(context.root), Cut(version, **own, said=said), dry_run=dry_run, diff=False)


def cars(context: Context, version: str) -> dict[str, str]:
    return {alias: pin.version for alias, pin in trains_of(open_context(context.root)).find(version).cars.items()}


def rules(report: Report) -> list[tuple[str, str]]:
    return [(finding.rule, finding.hint) for finding in report.findings if finding.severity is Severity.ERROR]


def with_services(context: Context, old: str, new: str) -> None:
    assert old in WORKSPACE
    commit_all(context.root, {"shunter.yaml": WORKSPACE.replace(old, new)})


def test_the_first_train_pins_what_the_registry_holds(small: Context) -> None:
    report = cut(small, "1.0.0")
    assert (report.next_step, report.product) == ("shunter promote 1.0.0 --to tst", "train 1.0.0: 2 cars\n")
    train = trains_of(small).find("1.0.0")
    assert list(train.cars) == ["orders", "web"]
    assert train.cars["orders"] == pinned(orders())
    assert git(small.root, "show", "--format=%s", "--name-only").split("\n\n") == [
        "Cut train 1.0.0",
        "trains/1.0.0.yaml",
    ]


def test_the_same_again_is_nothing_and_other_cars_are_refused(small: Context) -> None:
    cut(small, "1.0.0")
    before = snapshot(small.root)
    assert [outcome.status for outcome in cut(small, "1.0.0").outcomes] == [Status.NOOP]
    assert rules(cut(small, "1.0.0", drops=("web",)))[0][0] == "train-exists"
    assert snapshot(small.root) == before


def test_newer_charts_are_laid_over_the_newest_train_and_the_difference_is_told(small: Context) -> None:
    cut(small, "1.0.0")
    publish(small, orders("1.1.0"), "third/orders")
    publish(small, chart_files("web", "9.0.0-rc.1"))
    report = cut(small, "1.1.0")
    assert report.product == "train 1.1.0, from train 1.0.0:\n  orders 1.0.0 → 1.1.0\n"
    moves = [{"app": "orders", "was": "1.0.0", "now": "1.1.0", "order": "up", "word": ""}]
    assert report.data == {"train": "1.1.0", "line": "", "base": "1.0.0", "moves": moves}
    assert git(small.root, "log", "-1", "--format=%b").splitlines() == report.product.splitlines()
    train = trains_of(open_context(small.root)).find("1.1.0")
    assert (train.base, train.cars["orders"]) == ("1.0.0", pinned(orders("1.1.0")))
    assert [outcome.status for outcome in cut(small, "1.1.0").outcomes] == [Status.NOOP]


def test_what_is_not_published_is_told_and_the_train_has_what_is(small: Context) -> None:
    write(small.root, {"third/orders/values.yaml": "size: 2\n"})
    write(small.root, {f"third/web/{name}": state.data for name, state in chart_files("web", "2.0.0").items()})
    report = cut(small, "1.0.0")
    assert [(f.rule, f.severity, f.message, f.span.path) for f in report.findings] == [
        (
            "not-packaged",
            Severity.WARNING,
            "third/orders has changed since orders 1.0.0 was packaged",
            "third/orders/Chart.yaml",
        ),
        ("not-packaged", Severity.WARNING, "web 2.0.0 is not published", "third/web/Chart.yaml"),
    ]
    assert report.exit_code() == 0
    assert cars(small, "1.0.0") == {"orders": "1.0.0", "web": "1.0.0"}


def test_a_workspace_may_refuse_a_train_without_what_is_not_published(small: Context) -> None:
    with_services(small, "layout: mono", "layout: mono\nrules: {not-packaged: error}")
    write(small.root, {"third/orders/values.yaml": "size: 2\n"})
    assert rules(cut(small, "1.0.0")) == [
        ("not-packaged", "raise `version` in its Chart.yaml, then `shunter package orders`")
    ]
    assert trains_of(small).all == ()


def test_a_chart_that_cannot_be_packaged_keeps_no_train_back(small: Context) -> None:
    write(
        small.root,
        {"third/web/Chart.yaml": "name: web\nversion: 1.0.0\ndependencies: [{name: lost, version: 1.0.0}]\n"},
    )
    report = cut(small, "1.0.0", cars={"web": "1.0.0"})
    [finding] = report.findings
    assert (finding.rule, finding.severity) == ("not-packaged", Severity.WARNING)
    assert "cannot be packaged" in finding.message


def test_only_is_the_base_plus_some(small: Context) -> None:
    cut(small, "1.0.0")
    publish(small, orders("1.1.0"), "third/orders")
    publish(small, chart_files("web", "1.1.0"), "third/web")
    cut(small, "1.1.0", only=("web",))
    assert cars(small, "1.1.0") == {"orders": "1.0.0", "web": "1.1.0"}


def test_a_car_that_would_go_down_needs_a_word_that_the_train_keeps(small: Context) -> None:
    publish(small, orders("1.1.0"), "third/orders")
    cut(small, "1.0.0")
    assert rules(cut(small, "1.1.0", cars={"orders": "1.0.0"})) == [("car-down", "--lower orders")]
    report = cut(small, "1.1.0", cars={"orders": "1.0.0"}, lower=("orders",))
    assert report.product.splitlines()[1:] == ["  orders 1.1.0 → 1.0.0 DOWN (--lower)"]
    assert trains_of(small).find("1.1.0").lower == {"orders": "1.1.0"}


def test_a_service_that_is_gone_is_dropped_or_replaced(small: Context) -> None:
    cut(small, "1.0.0")
    with_services(small, "  web: {chart: {path: third/web}}\n", "  site: {chart: {path: third/web}}\n")
    gone = ("service-gone", "--drop web, or --replace web=NEW")
    assert rules(cut(small, "1.1.0")) == [gone]
    cut(small, "1.1.0", drops=("web",))
    cut(small, "1.2.0", source="1.0.0", replaces={"web": "site"})
    dropped, replaced = (trains_of(open_context(small.root)).find(version) for version in ("1.1.0", "1.2.0"))
    assert (list(dropped.cars), dropped.drops) == (["orders", "site"], ("web",))
    assert (list(replaced.cars), replaced.replaces, replaced.base) == (["orders", "site"], {"web": "site"}, "1.0.0")


def test_another_chart_under_one_alias_is_refused_unless_the_service_was_renamed(small: Context) -> None:
    cut(small, "1.0.0")
    publish(small, chart_files("site"), "third/site")
    with_services(small, "third/web", "third/site")
    assert rules(cut(small, "1.1.0")) == [("car-replaced", "--replace web=web")]
    with_services(small, "  web: {chart: {path: third/web}}", "  site: {chart: {path: third/site}, formerly: [web]}")
    report = cut(small, "1.1.0")
    assert report.product.splitlines()[1:] == ["  site web 1.0.0 → site 1.0.0 replaced (shunter.yaml: formerly web)"]
    assert trains_of(open_context(small.root)).find("1.1.0").replaces == {"site": "site"}


def test_a_new_service_is_refused_while_it_has_no_release(small: Context) -> None:
    with_services(small, "services:\n", "services:\n  cart: {archetype: rest-api}\n")
    assert rules(cut(small, "1.0.0")) == [("not-published", "shunter package cart")]
    with_services(small, "services:\n", "services:\n  cart: {chart: {path: third/cart}}\n")
    write(small.root, {f"third/cart/{name}": state.data for name, state in chart_files("cart", "0.2.0").items()})
    publish(small, chart_files("cart", "0.2.0-main.9.gabc"))
    publish(small, chart_files("cart", "0.2.0-main.10.gabd"))
    hint = "shunter train cut 1.0.0 --car cart=0.2.0-main.10.gabd"
    assert rules(cut(small, "1.0.0")) == [("not-published", hint)]
    report = cut(small, "1.0.0", cars={"cart": "0.2.0-main.10.gabd"})
    [finding] = report.findings
    assert finding.message == "cart 0.2.0 is not published, and its builds are pre-releases"
    assert "--car cart=0.2.0-main.10.gabd\nfor the release: shunter package cart" in finding.hint
    assert cars(small, "1.0.0")["cart"] == "0.2.0-main.10.gabd"


def test_where_ci_publishes_a_tag_is_what_publishes(small: Context) -> None:
    """The registry is asked by nobody: the train's own charts are in the folder."""
    add = "services:\n  cart: {archetype: rest-api}\n"
    text = WORKSPACE.replace("services:\n", add) + "registries: {charts: {push: 'oci://ghcr.io/acme/charts'}}\n"
    commit_all(small.root, {"shunter.yaml": text})
    hint = "git tag cart-vVERSION && git push origin HEAD cart-vVERSION"
    assert rules(cut(small, "1.0.0")) == [("not-published", hint)]


def test_the_version_follows_from_what_changes_and_without_a_change_there_is_none(small: Context) -> None:
    assert cut(small, bump=True).data["train"] == "1.0.0"
    before = snapshot(small.root)
    [outcome] = cut(small, bump=True).outcomes
    assert (outcome.status, outcome.detail) == (Status.NOOP, "nothing differs from train 1.0.0")
    assert snapshot(small.root) == before
    publish(small, orders("1.1.0"), "third/orders")
    assert cut(small, bump=True).data["train"] == "1.1.0"
    publish(small, orders("1.1.1"), "third/orders")
    assert cut(small, bump=True).data["train"] == "1.1.1"
    assert cut(small, bump=True, drops=("web",)).data["train"] == "2.0.0"


def test_a_hotfix_is_the_next_patch_of_an_old_train_with_one_car_changed(small: Context) -> None:
    cut(small, "1.0.0")
    publish(small, orders("1.1.0"), "third/orders")
    cut(small, "1.1.0")
    publish(small, orders("1.0.1"))
    publish(small, chart_files("web", "3.0.0"), "third/web")
    report = cut(small, hotfix="1.0.0", cars={"orders": "1.0.1"})
    assert report.product == "train 1.0.1, from train 1.0.0:\n  orders 1.0.0 → 1.0.1\n"
    assert cars(small, "1.0.1") == {"orders": "1.0.1", "web": "1.0.0"}
    assert report.next_step == "shunter status", "nobody runs train 1.0.0"
    with pytest.raises(ShunterError, match=r"is a train already: 1\.0\.1") as caught:
        cut(small, hotfix="1.0.0", cars={"orders": "1.0.1"})
    command = caught.value.hint.rpartition("shunter ")[2]
    assert command == "train cut 1.0.2 --from 1.0.0 --car orders=1.0.1 --only orders"
    ok(*command.split(), cwd=small.root)
    assert cars(small, "1.0.2") == {"orders": "1.0.1", "web": "1.0.0"}
    with pytest.raises(ShunterError, match=r"nothing differs from train 1\.1\.0"):
        cut(small, hotfix="1.1.0")


def test_lines_follow_one_another_apart(small: Context) -> None:
    cut(small, "1.0.0")
    publish(small, orders("1.1.0"), "third/orders")
    cut(small, "10.0.0", line="acme", source="1.0.0")
    publish(small, orders("1.2.0"), "third/orders")
    report = cut(small, "10.1.0", line="acme")
    assert report.product.splitlines()[0] == "train 10.1.0 of the line acme, from train 10.0.0:"
    assert report.next_step == "shunter status", "no environment takes this line"
    assert cut(small, "1.1.0").data["base"] == "1.0.0"
    assert rules(cut(small, "10.1.0")) == [("train-exists", "a train never changes: cut a new version")]


def test_a_yanked_train_is_no_base_but_where_it_is_named(small: Context) -> None:
    cut(small, "1.0.0")
    publish(small, orders("1.1.0"), "third/orders")
    cut(small, "1.1.0")
    commit_all(small.root, {"trains/yanked/1.1.0.yaml": "version: 1.1.0\nwhy: loses orders\n"})
    named = {"orders": "1.1.0"}
    assert cut(small, "1.2.0", cars=named, dry_run=True).data["base"] == "1.0.0"
    report = cut(small, "1.2.0", source="1.1.0", cars=named, dry_run=True)
    assert (report.data["base"], report.notices[:1]) == (
        "1.1.0",
        ("train 1.1.0 is yanked (loses orders), and this one has its cars",),
    )


def test_a_version_that_a_yanked_train_has_is_taken(small: Context) -> None:
    cut(small, "1.0.0")
    publish(small, orders("1.1.0"), "third/orders")
    assert cut(small, bump=True).data["train"] == "1.1.0"
    commit_all(small.root, {"trains/yanked/1.1.0.yaml": "version: 1.1.0\nwhy: loses orders\n"})
    before = snapshot(small.root)
    assert [rule for rule, _ in rules(cut(small, bump=True))] == ["train-yanked"], "the same cars once more"
    assert snapshot(small.root) == before
    publish(small, orders("1.2.0"), "third/orders")
    assert cut(small, bump=True).data["train"] == "1.1.1"
    assert cars(small, "1.1.1")["orders"] == "1.2.0"


def test_a_bump_never_lands_on_a_train_that_exists(small: Context) -> None:
    cut(small, "1.0.0")
    publish(small, orders("1.1.0"), "third/orders")
    cut(small, "1.1.0")
    report = cut(small, bump=True, source="1.0.0")
    assert (report.data["train"], [each.status for each in report.outcomes]) == ("1.1.1", [Status.DONE])


def test_a_bump_from_an_environment_counts_what_differs_from_its_train(small: Context) -> None:
    cut(small, "1.0.0")
    promote(small, Promotion(["tst"], "1.0.0"), dry_run=False, diff=False)
    assert [each.detail for each in cut(small, bump=True, source="tst").outcomes] == [
        "nothing differs from train 1.0.0"
    ]
    publish(small, chart_files("web", "1.0.1"), "third/web")
    publish(small, orders("1.1.0"), "third/orders")
    cut(small, "1.5.0")
    promote(small, Promotion(["tst"], "1.5.0", said=Asked(only=("web",))), dry_run=False, diff=False)
    report = cut(small, bump=True, source="tst", only=("web",))
    assert (report.data["train"], [each.status for each in report.outcomes]) == ("1.0.1", [Status.DONE])
    assert cars(small, "1.0.1") == {"orders": "1.0.0", "web": "1.0.1"}


def test_what_only_yanked_trains_have_is_in_no_new_train_unless_it_is_named(small: Context) -> None:
    cut(small, "1.0.0")
    publish(small, orders("1.1.0"), "third/orders")
    cut(small, "1.1.0")
    promote(small, Promotion(["tst"], "1.1.0"), dry_run=False, diff=False)
    commit_all(small.root, {"trains/yanked/1.1.0.yaml": "version: 1.1.0\nwhy: loses orders\n"})
    for asked in ({"source": "tst"}, {"source": "1.1.0"}, {}, {"only": ("orders",)}):
        report = cut(small, "1.3.0", **asked)
        assert [(finding.rule, finding.message) for finding in report.findings] == [
            ("train-yanked", "orders 1.1.0 is of train 1.1.0, which is yanked: loses orders")
        ]
    assert cars(small, "1.0.0")["web"] == "1.0.0", "a good train has it"
    assert cut(small, "1.3.0", source="tst", cars={"orders": "1.1.0"}).exit_code() == 0


def test_a_hotfix_that_would_lower_is_not_next(small: Context) -> None:
    """Its base came whole, and then a car went on alone."""
    cut(small, "1.0.0")
    promote(small, Promotion(["tst"], "1.0.0"), dry_run=False, diff=False)
    publish(small, orders("1.1.0"), "third/orders")
    cut(small, "1.1.0")
    promote(small, Promotion(["tst"], "1.1.0"), dry_run=False, diff=False)
    publish(small, orders("1.0.1"))
    assert cut(small, hotfix="1.0.0", cars={"orders": "1.0.1"}).next_step == "shunter status"


def test_a_hotfix_is_for_who_runs_the_train(small: Context) -> None:
    cut(small, "1.0.0")
    for target in ("tst", "pre"):
        promote(small, Promotion([target], "1.0.0"), dry_run=False, diff=False)
    publish(small, orders("1.1.0"), "third/orders")
    cut(small, "1.1.0")
    promote(small, Promotion(["tst"], "1.1.0"), dry_run=False, diff=False)
    publish(small, orders("1.0.1"))
    assert cut(small, hotfix="1.0.0", cars={"orders": "1.0.1"}).next_step == (
        "shunter promote 1.0.1 --to pre --force --why REASON"
    )


def test_what_an_environment_runs_can_be_a_base(small: Context) -> None:
    cut(small, "1.0.0")
    promote(small, Promotion(["tst"], "1.0.0"), dry_run=False, diff=False)
    publish(small, orders("1.1.0"), "third/orders")
    publish(small, chart_files("web", "1.1.0"), "third/web")
    cut(small, "1.1.0")
    report = cut(small, "1.0.1", source="tst", only=("web",))
    assert report.product.splitlines() == ["train 1.0.1, from what tst runs:", "  web 1.0.0 → 1.1.0"]
    assert trains_of(open_context(small.root)).find("1.0.1").base == "1.0.0"


def test_an_archive_that_became_another_one_is_refused_whatever_is_said(small: Context) -> None:
    cut(small, "1.0.0")
    index = small.root / ".shunter/registry/index.yaml"
    digest = pinned(orders()).digest.removeprefix("sha256:")
    index.write_text(index.read_text("utf-8").replace(digest, "a" * 64), "utf-8")
    assert [rule for rule, _ in rules(cut(small, "1.1.0"))] == ["version-rewritten"]


@pytest.mark.parametrize(
    ("version", "asked", "message"),
    [
        ("1.0", {}, "1.0"),
        ("1.0.0+b", {}, "no build metadata"),
        ("v1.0.0", {}, "no `v`"),
        ("1.0.0", {"only": ("gone",)}, "there is no car `gone`"),
        ("1.0.0", {"cars": {"gone": "1.0.0"}}, "there is no car `gone`"),
        ("1.0.0", {"drops": ("gone",)}, "there is no car `gone`"),
        ("1.0.0", {"source": "0.9.0"}, "there is no train `0.9.0`"),
        ("1.0.0", {"source": "tst"}, "tst runs nothing yet"),
    ],
)
def test_what_is_not_there_is_named(version: str, asked: dict[str, Any], message: str, small: Context) -> None:
    with pytest.raises(ShunterError, match=message):
        cut(small, version, **asked)
    assert trains_of(small).all == ()


def test_a_train_comes_after_its_base(small: Context) -> None:
    cut(small, "1.4.0")
    with pytest.raises(ShunterError, match=r"train 1\.3\.0 does not come after train 1\.4\.0") as error:
        cut(small, "1.3.0", source="1.4.0")
    assert error.value.hint == "a version above 1.4.0, or --bump"


def test_a_third_partys_chart_has_the_version_of_the_workspace_file(small: Context) -> None:
    redis = "{chart: {repository: 'https://charts.example', name: redis, version: %s}}"
    publish(small, chart_files("redis", "18.0.1"))
    publish(small, chart_files("redis", "19.0.0"))
    with_services(small, "services:\n", f"services:\n  cache: {redis % '18.0.1'}\n")
    cut(small, "1.0.0")
    held = pinned(chart_files("redis", "18.0.1"))
    cache = trains_of(open_context(small.root)).find("1.0.0").cars["cache"]
    assert cache == Pin("redis", "18.0.1", held.app_version, held.digest, held.content, "https://charts.example")
    with_services(small, "services:\n", f"services:\n  cache: {redis % '19.0.0'}\n")
    cut(small, "1.1.0")
    assert cars(small, "1.1.0")["cache"] == "19.0.0"
