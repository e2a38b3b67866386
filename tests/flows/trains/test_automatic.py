"""A pipeline's cut: what the registry has against the newest train, as often as it is asked."""

from __future__ import annotations

import threading

import pytest

from helpers.charts.tiny_charts import chart_files
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git, snapshot
from helpers.workspaces.small import WORKSPACE, orders, publish
from shunter.flows.trains.cut import Cut, cut
from shunter.flows.workspace.context import Context, open_context
from shunter.flows.workspace.trains import trains_of
from shunter.model.findings import Report, Status


def automatic(context: Context) -> Report:
    return cut(open_context(context.root), Cut(automatic=True), dry_run=False, diff=False)


def versions(context: Context) -> list[str]:
    return [*trains_of(open_context(context.root)).versions]


def cars(context: Context, version: str) -> dict[str, str]:
    return {alias: pin.version for alias, pin in trains_of(open_context(context.root)).find(version).cars.items()}


def test_nothing_new_is_one_line_and_no_commit(shop: Context) -> None:
    before = snapshot(shop.root)
    done = shunter("train", "cut", "--auto", cwd=shop.root)
    assert (done.code, done.out) == (0, "")
    assert "nothing is newer than train 1.1.0" in done.err
    assert snapshot(shop.root) == before


def test_a_build_of_the_main_branch_makes_a_train_once(shop: Context) -> None:
    publish(shop, orders("1.2.0-main.7.gabc1234"))
    publish(shop, orders("3.0.0-feature-x.9.gabc1234"))
    report = automatic(shop)
    assert report.product == "train 1.2.0-main.1, from train 1.1.0:\n  orders 1.1.0 → 1.2.0-main.7.gabc1234\n"
    assert cars(shop, "1.2.0-main.1") == {"orders": "1.2.0-main.7.gabc1234", "web": "1.0.0"}
    head = git(shop.root, "rev-parse", "HEAD")
    assert [outcome.status for outcome in automatic(shop).outcomes] == [Status.NOOP]
    assert git(shop.root, "rev-parse", "HEAD") == head
    publish(shop, orders("1.2.0"))
    assert automatic(shop).data["train"] == "1.2.0-main.2"


def test_a_person_s_cut_goes_on_from_what_a_person_cut(shop: Context) -> None:
    publish(shop, orders("1.2.0-main.7.gabc1234"))
    automatic(shop)
    publish(shop, chart_files("web", "1.0.1"))
    ok("train", "cut", "--bump", cwd=shop.root)
    assert cars(shop, "1.1.1") == {"orders": "1.1.0", "web": "1.0.1"}


def test_a_service_without_anything_is_left_out_and_told(small: Context) -> None:
    services = "  web: {chart: {path: third/web}}\n"
    text = WORKSPACE.replace(services, f"{services}  news: {{chart: {{path: third/news}}}}\n")
    folder = {f"third/news/{name}": state.data for name, state in chart_files("news").items()}
    commit_all(small.root, {"shunter.yaml": text, **folder})
    report = automatic(small)
    assert report.notices[0] == "news has published nothing yet, and is left out"
    assert [*cars(small, "1.0.0-main.1")] == ["orders", "web"]


def test_what_is_yanked_does_not_come_again(shop: Context) -> None:
    publish(shop, orders("1.2.0-main.7.gabc1234"))
    automatic(shop)
    ok("train", "yank", "1.2.0-main.1", "--why", "loses orders", cwd=shop.root)
    assert automatic(shop).outcomes[0].detail == "nothing is newer than train 1.1.0"
    publish(shop, orders("1.2.0-main.8.gabc1234"))
    assert automatic(shop).data["train"] == "1.2.0-main.2"


def test_what_goes_away_is_refused_until_a_person_says_it(shop: Context) -> None:
    commit_all(shop.root, {"shunter.yaml": WORKSPACE.replace("  web: {chart: {path: third/web}}\n", "")})
    refused = shunter("train", "cut", "--auto", cwd=shop.root)
    assert (refused.code, "service-gone" in refused.err + refused.out) == (1, True)
    ok("train", "cut", "--auto", "--drop", "web", cwd=shop.root)
    publish(shop, orders("1.3.0"))
    automatic(shop)
    last = trains_of(open_context(shop.root)).find("2.0.0-main.2")
    assert (last.drops, [*last.cars]) == (("web",), ["orders"])


def test_builds_below_a_release_are_told(shop: Context) -> None:
    """Else a pipeline is green for ever, and nothing comes."""
    publish(shop, orders("1.1.0-main.9.gabc"))
    said = ok("train", "cut", "--auto", cwd=shop.root).err
    assert "nothing is newer" in said
    assert "orders 1.1.0-main.9.gabc comes before the release 1.1.0" in said
    assert "shunter bump orders --minor" in said
    publish(shop, orders("1.2.0-main.10.gabc"))
    assert "comes before" not in ok("train", "cut", "--auto", cwd=shop.root).err


def test_old_ones_go_that_nothing_names(shop: Context) -> None:
    commit_all(shop.root, {"shunter.yaml": f"{WORKSPACE}trains: {{keep: 2}}\n"})
    for number in range(1, 6):
        publish(shop, orders(f"1.2.0-main.{number}.gabc"))
        automatic(shop)
        if number == 2:
            ok("promote", "1.2.0-main.2", "--to", "tst", cwd=shop.root)
    assert versions(shop) == ["1.0.0", "1.1.0", "1.2.0-main.2", "1.2.0-main.4", "1.2.0-main.5"]
    assert "  no more: 1.2.0-main.3" in git(shop.root, "log", "-1", "--format=%b")
    ok("promote", "1.2.0-main.5", "--to", "tst", cwd=shop.root)
    ok("rollback", "tst", cwd=shop.root)
    ok("lint", cwd=shop.root)


@pytest.mark.parametrize("asked", [["1.5.0", "--auto"], ["--auto", "--bump"], ["--auto", "--from", "1.0.0"]])
def test_what_does_not_go_together_is_told(shop: Context, asked: list[str]) -> None:
    assert shunter("train", "cut", *asked, cwd=shop.root).code == 2


def test_two_at_once_make_one_train(shop: Context) -> None:
    publish(shop, orders("1.2.0"))
    reports: list[Report] = []
    threads = [threading.Thread(target=lambda: reports.append(automatic(shop))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.outcomes[0].status for report in reports) == [Status.DONE, Status.NOOP, Status.NOOP]
    assert versions(shop) == ["1.0.0", "1.1.0", "1.2.0-main.1"]
