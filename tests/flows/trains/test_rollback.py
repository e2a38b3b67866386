"""Every state of an environment can be returned to, whole or car by car, and a rollback says what it does not do."""

from __future__ import annotations

import pytest

from helpers.workspaces.gitrepo import commit_all, git, snapshot
from shunter.core.trains.entry import Why, advance
from shunter.core.trains.plan import Asked
from shunter.core.trains.state import Base, Hold, State, cars_hash
from shunter.flows.packaging.derive import record_files
from shunter.flows.trains.hold import hold
from shunter.flows.trains.promote import Promotion, promote
from shunter.flows.trains.rollback import Return, rollback
from shunter.flows.trains.status import history
from shunter.flows.workspace.context import Context, open_context
from shunter.flows.workspace.records import records
from shunter.model.errors import ShunterError
from shunter.model.findings import Report

ORDERS = "envs/tst/values.yaml"


def back(context: Context, to: str = "", **more: object) -> Report:
    return rollback(context, Return("tst", to, **more), dry_run=False, diff=False)  # type: ignore[arg-type]


def arrive(context: Context, train: str, *only: str) -> str:
    """The entry of a promotion to tst."""
    promote(context, Promotion(["tst"], train, said=Asked(only)), dry_run=False, diff=False)
    return state(context).entry


def state(context: Context) -> State:
    found = records(context)["tst"]
    assert found is not None
    return found


def version(context: Context, alias: str = "orders") -> str:
    return state(context).pins[alias].version


def test_the_default_is_what_came_before_and_never_what_was_just_left(shop: Context) -> None:
    first = arrive(shop, "1.0.0")
    before = git(shop.root, "rev-parse", "HEAD")
    arrive(shop, "1.1.0")
    report = back(shop)
    assert (version(shop), state(shop).train) == ("1.0.0", "1.0.0")
    assert report.notices == (
        "what the cluster keeps does not roll back: CRDs, volumes, what hooks and migrations did",
    )
    assert git(shop.root, "log", "-1", "--format=%s") == "Roll tst back to 1.0.0"
    changed = git(shop.root, "diff", "--name-only", before, "HEAD", "--", "envs/tst").splitlines()
    assert all(path.startswith(("envs/tst/.shunter/train.yaml", "envs/tst/.shunter/history/")) for path in changed)
    with pytest.raises(ShunterError, match="nothing came before what is current"):
        back(shop)
    assert state(shop).entry != first


def test_a_partial_state_can_be_returned_to_and_so_can_a_train(shop: Context) -> None:
    partial = arrive(shop, "1.0.0", "web")
    arrive(shop, "1.0.0")
    arrive(shop, "1.1.0")
    back(shop, partial)
    assert list(state(shop).cars) == ["web"]
    back(shop, "1.1.0")
    assert state(shop).train == "1.1.0"
    with pytest.raises(ShunterError, match=r"no entry or train `7\.7\.7`"):
        back(shop, "7.7.7")


def test_one_car_goes_back_alone(shop: Context) -> None:
    arrive(shop, "1.0.0")
    arrive(shop, "1.1.0")
    back(shop, only=("orders",))
    assert (version(shop), version(shop, "web"), state(shop).base) == ("1.0.0", "1.0.0", state(shop).base)
    with pytest.raises(ShunterError, match="nothing of `web` came before"):
        back(shop, only=("web",))
    with pytest.raises(ShunterError, match="there is no car `nope`") as caught:
        back(shop, only=("nope",))
    assert caught.value.hint == "cars: orders, web"


def with_new_name(context: Context, old: str, new: str) -> Context:
    """The workspace as `rename service` leaves its names and the record of tst."""
    record, root = state(context), context.root
    cars = {new if alias == old else alias: car for alias, car in record.cars.items()}
    base = Base(record.train, cars_hash({alias: car.pin for alias, car in cars.items()}))
    now, entry = advance(record, cars, base, Why("rename", "2026-11-29T00:00:00Z"))
    assert entry is not None
    written = {f"envs/tst/{path}": file.data.decode() for path, file in record_files(now, [entry]).items() if file}
    workspace = (root / "shunter.yaml").read_text("utf-8").replace(f"{old}: {{", f"{new}: {{formerly: [{old}], ")
    answers = (root / "envs/tst/.copier-answers.yml").read_text("utf-8").replace(f"[{old},", f"[{new},")
    commit_all(root, {**written, "shunter.yaml": workspace, "envs/tst/.copier-answers.yml": answers})
    return open_context(root)


def test_a_rename_is_no_change_that_a_rollback_takes_back(shop: Context) -> None:
    arrive(shop, "1.0.0")
    arrive(shop, "1.1.0")
    renamed = with_new_name(shop, "orders", "sales")
    assert [row["verb"] for row in history(renamed, "tst", "sales").data] == ["promote", "promote", "rename"]
    asked = Promotion(["pre"], "1.0.0")
    assert not promote(renamed, asked, dry_run=True, diff=False).findings, "it ran in tst under the former name"
    report = back(renamed, only=("sales",))
    assert report.product == "sales 1.1.0 → 1.0.0 DOWN\n"
    assert (version(renamed, "sales"), state(renamed).train) == ("1.0.0", "1.0.0")
    with pytest.raises(ShunterError, match="nothing came before"):
        back(renamed)


def test_a_held_car_stays_unless_it_is_named(shop: Context) -> None:
    arrive(shop, "1.0.0")
    arrive(shop, "1.1.0")
    hold(shop, "tst", "orders", Hold("INC-77"), dry_run=False, diff=False)
    report = back(shop)
    assert "orders 1.1.0 stays" in report.product
    assert report.outcomes[0].detail == "nothing moves in tst: orders stays, held: INC-77"
    notices = back(shop, only=("orders",)).notices
    assert version(shop) == "1.0.0"
    assert notices[0] == "orders is held (INC-77), and moves since --only names it; it stays held"


def test_an_archive_that_is_lost_is_named_before_anything_changes(shop: Context) -> None:
    arrive(shop, "1.0.0")
    arrive(shop, "1.1.0")
    commit_all(shop.root, {".shunter/registry/orders-1.0.0.tgz": None})
    before = snapshot(shop.root)
    with pytest.raises(ShunterError, match=r"the registry does not give orders 1\.0\.0"):
        back(shop)
    assert snapshot(shop.root) == before


def test_findings_refuse_it_until_somebody_says_why(shop: Context) -> None:
    arrive(shop, "1.0.0")
    arrive(shop, "1.1.0")
    commit_all(shop.root, {ORDERS: "orders: {size: many}\n"})
    assert back(shop).findings
    with pytest.raises(ShunterError, match="--force needs a reason"):
        back(shop, force=True)
    assert version(shop) == "1.1.0"
    back(shop, force=True, why="the shop is down")
    assert version(shop) == "1.0.0"
    assert "Why: the shop is down" in git(shop.root, "log", "-1", "--format=%B")


def test_the_values_of_then_come_back_where_that_is_asked_for(shop: Context) -> None:
    commit_all(shop.root, {ORDERS: "orders: {size: 1}\n"})
    arrive(shop, "1.0.0")
    commit_all(shop.root, {ORDERS: "orders: {size: 2}\n"})
    arrive(shop, "1.1.0")
    (shop.root / ORDERS).write_text("orders: {size: 3}\n", "utf-8")
    with pytest.raises(ShunterError, match=f"{ORDERS} is not committed"):
        back(shop, old_values=True)
    git(shop.root, "checkout", "--", ORDERS)
    back(shop, old_values=True)
    assert (shop.root / ORDERS).read_text("utf-8") == "orders: {size: 1}\n"
    assert git(shop.root, "status", "--porcelain") == ""


def test_values_behind_a_filter_come_back_as_a_person_reads_them(shop: Context) -> None:
    for step, program in (("clean", "tr 12 56"), ("smudge", "tr 56 12")):
        git(shop.root, "config", f"filter.swap.{step}", program)
    commit_all(shop.root, {".gitattributes": "envs/tst/values.yaml filter=swap\n", ORDERS: "orders: {size: 1}\n"})
    arrive(shop, "1.0.0")
    commit_all(shop.root, {ORDERS: "orders: {size: 2}\n"})
    arrive(shop, "1.1.0")
    back(shop, old_values=True)
    assert (shop.root / ORDERS).read_text("utf-8") == "orders: {size: 1}\n"
    assert git(shop.root, "show", f"HEAD:{ORDERS}") == "orders: {size: 5}"
    assert git(shop.root, "status", "--porcelain") == ""
