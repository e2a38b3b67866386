"""What arrives in an environment, by which way, and what is refused before anything is written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence

import pytest

from helpers.charts.tiny_charts import chart_files, library_files
from helpers.workspaces.gitrepo import commit_all, git, snapshot, write
from helpers.workspaces.small import orders, publish
from shunter.core.trains.plan import ALL, Asked
from shunter.core.trains.state import Hold, State
from shunter.flows.trains import promote as promotion
from shunter.flows.trains.hold import hold
from shunter.flows.trains.promote import Promotion, apply_plan
from shunter.flows.trains.rollback import Return, rollback
from shunter.flows.trains.status import history
from shunter.flows.workspace.context import Context, open_context
from shunter.flows.workspace.records import records
from shunter.model.errors import ShunterError
from shunter.model.files import FileState
from shunter.model.findings import Report, Status


def promote(context: Context, to: str, train: str = "", *, dry_run: bool = False, **more: object) -> Report:
    """A promotion; `more` is what is said of cars, `source`, and `why`."""
    given = {name: more.pop(name) for name in ("source", "why") if name in more}
    asked = Promotion(to.split(","), train, said=Asked(**more), **given)  # type: ignore[arg-type]
    return promotion.promote(context, asked, dry_run=dry_run, diff=False)


def runs(context: Context, name: str) -> State:
    record = records(context)[name]
    assert record is not None
    return record


def versions(context: Context, name: str) -> dict[str, str]:
    return {alias: pin.version for alias, pin in runs(context, name).pins.items()}


def told(context: Context, name: str) -> list[tuple[str, str, str]]:
    return [(row["verb"], row["train"], row["from"]) for row in history(context, name).data]


def rules(report: Report) -> list[str]:
    return [finding.rule for finding in report.all_findings()]


def with_environments(context: Context, text: str) -> Context:
    """The workspace with another end of shunter.yaml, and the files of tst for each environment that is new."""
    head = (context.root / "shunter.yaml").read_text("utf-8").partition("environments:")[0]
    commit_all(context.root, {"shunter.yaml": f"{head}{text}"})
    found = open_context(context.root)
    for environment in found.require_workspace().environments:
        folder = context.root / "envs" / environment.name
        if not folder.exists():
            shutil.copytree(context.root / "envs/pre", folder)
            answers = (folder / ".copier-answers.yml").read_text("utf-8")
            write(folder, {".copier-answers.yml": answers.replace("name: pre", f"name: {environment.name}")})
            commit_all(context.root, {})
    return found


def test_a_train_arrives_once(shop: Context) -> None:
    report = promote(shop, "tst", "1.0.0")
    assert [(outcome.unit, outcome.status) for outcome in report.outcomes] == [("tst", Status.DONE)]
    assert (report.next_step, report.product) == (
        "shunter promote --from tst --to pre",
        "orders 1.0.0 new\nweb 1.0.0 new\n",
    )
    assert runs(shop, "tst").train == "1.0.0"
    assert git(shop.root, "log", "-1", "--format=%B").splitlines() == [
        "Promote 1.0.0 to tst",
        "",
        "orders 1.0.0 new",
        "web 1.0.0 new",
    ]
    again = promote(shop, "tst", "1.0.0")
    assert [(outcome.status, outcome.detail) for outcome in again.outcomes] == [(Status.NOOP, "tst runs 1.0.0 already")]
    assert told(shop, "tst") == [("promote", "1.0.0", "")]


def test_the_entry_says_who_with_which_values_and_what_was_found(shop: Context) -> None:
    promote(shop, "tst", "1.0.0", why="the first one")
    state = runs(shop, "tst")
    text = (shop.root / f"envs/tst/.shunter/history/{state.entry}.yaml").read_text("utf-8")
    assert f"values.yaml: {git(shop.root, 'rev-parse', 'HEAD:envs/tst/values.yaml')}" in text
    assert f'by: "{git(shop.root, "log", "-1", "--format=%an <%ae>")}"' in text
    assert "why: the first one" in text
    assert "shunter:" in text


def test_a_dry_run_writes_nothing(shop: Context) -> None:
    before = snapshot(shop.root)
    assert [o.status for o in promote(shop, "tst", "1.0.0", dry_run=True).outcomes] == [Status.PLANNED]
    assert snapshot(shop.root) == before


def test_a_stage_is_skipped_by_force_with_a_reason_alone_and_that_is_recorded(shop: Context) -> None:
    assert rules(promote(shop, "pre", "1.0.0")) == ["stage-skipped", "stage-skipped"]
    with pytest.raises(ShunterError, match="--force needs a reason"):
        promote(shop, "pre", "1.0.0", force=True)
    assert told(shop, "pre") == []
    promote(shop, "pre", "1.0.0", force=True, why="INC-77")
    (row,) = history(shop, "pre").data
    assert (row["forced"], row["why"]) == (["stage-skipped"], "INC-77")


def test_the_gate_is_per_car_and_a_rollback_withdraws_a_pin(shop: Context) -> None:
    promote(shop, "tst", "1.0.0")
    promote(shop, "tst", "1.1.0")
    promote(shop, "pre", "1.0.0")
    rollback(shop, Return("tst"), dry_run=False, diff=False)
    assert rules(promote(shop, "pre", "1.1.0")) == ["car-rolled-back"]
    promote(shop, "tst", "1.1.0")
    promote(shop, "pre", source="tst")
    assert runs(shop, "pre").train == "1.1.0"


def test_a_part_is_explained_and_the_last_part_makes_a_train(shop: Context) -> None:
    promote(shop, "tst", "1.0.0")
    promote(shop, "tst", "1.1.0", without=("orders",))
    assert (versions(shop, "tst")["orders"], runs(shop, "tst").train) == ("1.0.0", "1.0.0")
    promote(shop, "tst", "1.1.0", only=("orders",))
    assert runs(shop, "tst").train == "1.1.0"


def test_one_car_of_a_train_is_no_train(shop: Context) -> None:
    promote(shop, "tst", "1.0.0", only=("web",))
    found = runs(shop, "tst")
    assert (found.train, list(found.cars), found.version[:11]) == ("", ["web"], "0.0.0+cars.")
    assert git(shop.root, "log", "-1", "--format=%s") == "Promote web of 1.0.0 to tst"
    with pytest.raises(ShunterError, match="--only names no car"):
        promote(shop, "tst", "1.0.0", only=("",))


def test_down_and_away_need_a_word_that_the_history_keeps(shop: Context) -> None:
    promote(shop, "tst", "1.1.0")
    (found,) = promote(shop, "tst", "1.0.0").findings
    assert (found.rule, found.message, found.hint) == (
        "car-down",
        "tst: orders would go down: 1.1.0 → 1.0.0",
        "--allow-downgrade orders",
    )
    promote(shop, "tst", "1.0.0", downgrade=frozenset({ALL}))
    assert history(shop, "tst").data[-1]["allowed"] == {"orders": "--allow-downgrade"}


def test_a_held_car_stays_and_is_told(shop: Context) -> None:
    promote(shop, "tst", "1.0.0")
    hold(shop, "tst", "orders", Hold("INC-77"), dry_run=False, diff=False)
    report = promote(shop, "tst", "1.1.0")
    assert "orders 1.0.0 stays, 1.1.0 would come: held: INC-77" in report.product
    assert versions(shop, "tst")["orders"] == "1.0.0"


def test_an_environment_may_go_down_and_has_the_services_that_it_declares(shop: Context) -> None:
    found = with_environments(
        shop, "environments: {tst: {may-go-down: true}, pre: {promotes-from: tst, services: [web]}}\n"
    )
    promote(found, "tst", "1.1.0")
    promote(found, "tst", "1.0.0")
    promote(found, "pre", source="tst")
    assert (versions(found, "tst")["orders"], versions(found, "pre")) == ("1.0.0", {"web": "1.0.0"})
    assert runs(found, "pre").train == "1.0.0", "whole, as far as it is declared"


def test_an_environment_takes_trains_of_its_line(shop: Context) -> None:
    found = with_environments(shop, "environments: {tst: {line: acme}, pre: {}}\n")
    assert set(rules(promote(found, "tst", "1.0.0"))) == {"other-line"}
    assert promote(found, "pre", "1.0.0").exit_code() == 0
    assert set(rules(promote(found, "tst", source="pre"))) == {"other-line"}, "pre is on no route to it"


def test_a_yanked_train_is_refused(shop: Context) -> None:
    commit_all(shop.root, {"trains/yanked/1.1.0.yaml": "version: 1.1.0\nwhy: loses orders\n"})
    (found,) = promote(shop, "tst", "1.1.0", only=("orders",)).findings
    assert (found.rule, "loses orders" in found.message) == ("train-yanked", True)


def test_all_of_a_wave_are_judged_before_one_is_written(shop: Context) -> None:
    found = with_environments(
        shop, "environments: {tst: {}, de: {promotes-from: tst}, at: {promotes-from: tst}, ch: {promotes-from: at}}\n"
    )
    promote(found, "tst", "1.0.0")
    before = snapshot(found.root)
    refused = promote(found, "de,ch", source="tst")
    assert (set(rules(refused)), refused.outcomes) == ({"stage-skipped"}, ())
    assert refused.notices == ("nothing was written for de, ch",)
    assert snapshot(found.root) == before
    report = promote(found, "de,at", source="tst")
    assert [(outcome.unit, outcome.status) for outcome in report.outcomes] == [("de", Status.DONE), ("at", Status.DONE)]
    assert "de: orders 1.0.0 new\n" in report.product
    assert git(found.root, "log", "-2", "--format=%s").split("\n") == ["Promote 1.0.0 to at", "Promote 1.0.0 to de"]


def test_a_group_is_a_wave_for_each_and_stops_at_the_first_that_is_refused(shop: Context) -> None:
    found = with_environments(
        shop,
        "environments: {tst: {}, de: {promotes-from: tst}, at: {promotes-from: tst}, ch: {promotes-from: tst}}\n"
        "groups: {eu: [de, at, ch]}\n",
    )
    promote(found, "tst", "1.0.0")
    commit_all(found.root, {"envs/at/values.yaml": "orders: {size: many}\n"})
    report = promote(found, "group:eu", source="tst")
    assert [outcome.unit for outcome in report.outcomes] == ["de"]
    assert report.notices[-1] == "nothing was written for at, ch"
    assert (report.exit_code(), [found.span.path for found in report.findings]) == (1, ["envs/at/values.yaml"])


def test_a_dry_run_of_waves_is_what_the_real_run_does(shop: Context) -> None:
    found = with_environments(
        shop,
        "environments: {tst: {stage: develop}, pre: {stage: staging, promotes-from: tst}, "
        "pro: {stage: production, promotes-from: pre}}\n",
    )
    before = snapshot(found.root)
    stages = "stage:develop,stage:staging,pro"
    assert rules(promote(found, stages, "1.0.0", dry_run=True)) == ["stage-skipped"] * 2, "pro is the first wave"
    stages = "stage:develop,stage:staging,stage:production"
    shown = promote(found, stages, "1.0.0", dry_run=True)
    assert (shown.exit_code(), [outcome.status for outcome in shown.outcomes]) == (0, [Status.PLANNED] * 3)
    assert [plan["environment"] for plan in shown.data] == ["tst", "pre", "pro"]
    assert snapshot(found.root) == before
    data = json.dumps(shown.data).encode()
    done = apply_plan(found, data, "plan.json", "", dry_run=False, diff=False)
    assert (done.exit_code(), done.product) == (0, shown.product)
    shown = promote(found, stages, "1.1.0", dry_run=True)
    assert promote(found, stages, "1.1.0").product == shown.product


def test_a_car_that_stays_is_told_where_nothing_moves(shop: Context) -> None:
    promote(shop, "tst", "1.0.0")
    (outcome,) = promote(shop, "tst", "1.1.0", without=("orders",)).outcomes
    assert (outcome.status, outcome.detail) == (
        Status.NOOP,
        "nothing moves in tst: orders stays, left out by --except",
    )
    (outcome,) = promote(shop, "tst", "1.1.0", only=("web",)).outcomes
    assert outcome.detail == "tst runs web of 1.1.0 already"
    hold(shop, "tst", "orders", Hold("INC-77"), dry_run=False, diff=False)
    for report in (promote(shop, "tst", "1.1.0", only=("orders",)), promote(shop, "tst", "1.1.0", dry_run=True)):
        assert report.outcomes[0].detail == "nothing moves in tst: orders stays, held: INC-77"
    with pytest.raises(ShunterError, match="--only and --except both name orders"):
        promote(shop, "tst", "1.1.0", only=("orders",), without=("orders",))


def test_all_that_speaks_against_a_car_is_told_at_once(shop: Context) -> None:
    promote(shop, "pre", "1.1.0", force=True, why="INC-77")
    commit_all(shop.root, {"trains/yanked/1.0.0.yaml": "version: 1.0.0\nwhy: loses orders\n"})
    assert rules(promote(shop, "pre", "1.0.0", only=("orders",))) == ["train-yanked", "stage-skipped", "car-down"]
    assert rules(promote(shop, "pre", "1.0.0", only=("orders",), force=True, why="INC-77")) == ["car-down"]
    word = frozenset({"orders"})
    promote(shop, "pre", "1.0.0", only=("orders",), force=True, why="INC-77", downgrade=word)
    assert history(shop, "pre").data[-1]["forced"] == ["stage-skipped", "train-yanked"]


@pytest.mark.parametrize("flag", ["downgrade", "remove"])
def test_a_word_for_a_car_that_nobody_knows_is_refused(flag: str, shop: Context) -> None:
    with pytest.raises(ShunterError, match=f"no car `ordersx`, which --allow-{flag} names") as caught:
        promote(shop, "tst", "1.0.0", **{flag: frozenset({"ordersx"})})  # type: ignore[arg-type]
    assert caught.value.hint == "cars: orders, web"


def test_a_plan_is_judged_without_a_persons_values_where_that_is_said(shop: Context) -> None:
    shown = json.dumps(promote(shop, "tst", "1.0.0", dry_run=True).data).encode()
    (shop.root / "envs/tst/values.yaml").write_text("orders: {size: many}\n", "utf-8")
    assert apply_plan(shop, shown, "plan.json", "", dry_run=True, diff=False).findings
    report = apply_plan(shop, shown, "plan.json", "", dry_run=False, diff=False, values=False)
    assert [outcome.status for outcome in report.outcomes] == [Status.DONE]


def test_a_plan_that_was_shown_is_done_unchanged(shop: Context) -> None:
    promote(shop, "tst", "1.0.0")
    shown = promote(shop, "tst", "1.1.0", dry_run=True).data
    data = json.dumps({"version": 1, "data": shown}).encode()
    report = apply_plan(shop, data, "plan.json", "", dry_run=False, diff=False)
    assert [outcome.status for outcome in report.outcomes] == [Status.DONE]
    assert runs(shop, "tst").train == "1.1.0"
    with pytest.raises(ShunterError, match="tst has changed since the plan was made"):
        apply_plan(shop, data, "plan.json", "", dry_run=False, diff=False)
    with pytest.raises(ShunterError, match=r"x\.json is no plan"):
        apply_plan(shop, b"[]", "x.json", "", dry_run=False, diff=False)


def test_a_plan_is_asked_again_at_the_gate(shop: Context) -> None:
    promote(shop, "tst", "1.0.0")
    promote(shop, "tst", "1.1.0")
    shown = json.dumps(promote(shop, "pre", source="tst", dry_run=True).data).encode()
    rollback(shop, Return("tst"), dry_run=False, diff=False)
    (found,) = apply_plan(shop, shown, "plan.json", "", dry_run=False, diff=False).findings
    assert (found.rule, found.hint) == (
        "car-rolled-back",
        "promote it to tst first, or make the plan again with --force --why REASON",
    )


def test_a_record_that_no_history_explains_is_no_source_and_no_target(shop: Context) -> None:
    promote(shop, "tst", "1.0.0")
    path = shop.root / "envs/tst/.shunter/train.yaml"
    text = path.read_text("utf-8").replace("train: 1.0.0", "train: 7.7.7")
    commit_all(shop.root, {"envs/tst/.shunter/train.yaml": text})
    for target, asked in (("pre", ("", "tst")), ("tst", ("1.1.0", ""))):
        assert "record-mismatch" in rules(promote(shop, target, asked[0], source=asked[1])), target


def test_values_that_do_not_fit_are_refused(shop: Context) -> None:
    commit_all(shop.root, {"envs/tst/values.yaml": "orders:\n  size: many\n"})
    before = snapshot(shop.root)
    report = promote(shop, "tst", "1.0.0")
    assert (report.answer, report.outcomes) == (False, ())
    assert [finding.span.path for finding in report.findings] == ["envs/tst/values.yaml"]
    assert snapshot(shop.root) == before


def test_another_chart_under_the_same_version_is_refused(shop: Context) -> None:
    shutil.rmtree(shop.root / ".shunter/registry")
    for files in (library_files(), chart_files("web"), {**orders(), "values.yaml": FileState(b"size: 2\n")}):
        publish(shop, files)
    (finding,) = promote(shop, "tst", "1.0.0").findings
    assert (finding.rule, finding.message.split()[:2]) == ("digest-mismatch", ["orders", "1.0.0"])
    assert told(shop, "tst") == []


@pytest.mark.parametrize(
    ("to", "asked", "message"),
    [
        ("tst", {"train": "9.0.0"}, "there is no train `9.0.0`"),
        ("pro", {"train": "1.0.0"}, "there is no environment `pro`"),
        ("pre", {"source": "tst"}, "tst runs no train yet"),
        ("tst", {"train": "1.0.0", "only": ("gone",)}, "there is no car `gone`"),
    ],
)
def test_what_is_not_there_is_named(to: str, asked: dict[str, Sequence[str]], message: str, shop: Context) -> None:
    with pytest.raises(ShunterError, match=message):
        promote(shop, to, **asked)  # type: ignore[arg-type]


def test_a_plan_is_asked_its_line_again(shop: Context) -> None:
    """Somebody gives the environment to a client between the plan and its day."""
    shown = json.dumps(promote(shop, "tst", "1.0.0", dry_run=True).data).encode()
    text = (shop.root / "shunter.yaml").read_text("utf-8").replace("tst: {stage: develop}", "tst: {line: acme}")
    commit_all(shop.root, {"shunter.yaml": text})
    (found,) = apply_plan(open_context(shop.root), shown, "plan.json", "", dry_run=False, diff=False).findings
    assert (found.rule, found.hint) == (
        "other-line",
        "promote a train of the line acme, or make the plan again with --force --why REASON",
    )
