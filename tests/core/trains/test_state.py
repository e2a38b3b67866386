"""Records in format 2: what is written reads back, and the hash says what they run."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from helpers.fuzz.histories import car, cars
from helpers.workspaces.own_files import schema
from shunter.core.charts.pins import Pin
from shunter.core.trains.state import (
    Base,
    Car,
    Hold,
    State,
    car_of_brief,
    cars_hash,
    parse_state,
    render_state,
)
from shunter.model.data import replace
from shunter.model.errors import ShunterError

PATH = "envs/pro/.shunter/train.yaml"
MANIFEST = f"sha256:{'3' * 64}"
ENTRY = "20261128T171600Z-5f0c2a91"
SHOP = cars({"orders": "1.5.0", "web": "2.0.0"}, "1.4.0")
STATE = State(SHOP, ENTRY, Base("1.4.0", cars_hash({alias: found.pin for alias, found in SHOP.items()})))


def read(data: bytes) -> State:
    return parse_state(data, PATH, schema("record"))


@pytest.mark.parametrize(
    "state",
    [
        State(),
        STATE,
        replace(STATE, cars={**SHOP, "web": car("web", "1.10.0", hold=Hold("on: hold # 1", "2026-12-24"))}),
        State({"db": Car(Pin("postgresql", "16.1.0+up4.5", source="https://charts.example"))}),
        replace(STATE, cars={"orders": replace(SHOP["orders"], pin=replace(SHOP["orders"].pin, manifest=MANIFEST))}),
    ],
)
def test_a_record_reads_back(state: State) -> None:
    data = render_state(state)
    assert read(data) == replace(state, written=state.hash)
    assert render_state(replace(state, cars=dict(reversed([*state.cars.items()])))) == data


def test_the_hash_is_of_what_runs_and_not_of_what_follows_from_it() -> None:
    def with_car(**changes: Any) -> str:
        return replace(STATE, cars={**SHOP, "orders": replace(SHOP["orders"], **changes)}).hash

    same = replace(SHOP["orders"].pin, library="other 1.0.0 00", revision="", manifest=MANIFEST)
    assert with_car(pin=same) == STATE.hash
    assert replace(STATE, entry="").hash == STATE.hash
    others = [
        with_car(train="1.3.0"),
        with_car(hold=Hold("INC-77")),
        with_car(pin=replace(SHOP["orders"].pin, version="1.5.1")),
        replace(STATE, base=None).hash,
        replace(STATE, cars={"orders": SHOP["orders"]}).hash,
    ]
    assert len({STATE.hash, *others}) == 6


@pytest.mark.parametrize("base", [None, Base('1.4.0+"é"', "sha256:0")])
def test_the_hash_is_that_of_one_json_text_in_order_of_aliases(base: Base | None) -> None:
    held = car("web", "1.10.0", hold=Hold('"on" \\ hold: é\n', "2026-12-24"))
    found = State({"web": held, "db-2": Car(Pin("db", "1.0.0")), "db": SHOP["orders"]}, base=base)
    said = {
        alias: [each.pin.name, each.pin.version, each.pin.digest, each.train]
        + ([each.hold.why, each.hold.until] if each.hold else [])
        for alias, each in found.cars.items()
    }
    value = {"base": [base.train, base.cars] if base else [], "cars": said}
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert found.hash == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    assert replace(found, cars={**found.cars, "web": replace(held, hold=None)}).hash != found.hash


@pytest.mark.parametrize("found", [SHOP["orders"], Car(Pin("db", "1.0.0")), Car(Pin("db", "1.0.0"), train="1.4.0")])
def test_a_brief_keeps_what_the_digest_does_not_imply(found: Car) -> None:
    pin = Pin(found.pin.name, found.pin.version, digest=found.pin.digest)
    assert car_of_brief(found.brief()) == Car(pin, train=found.train)


def test_a_hold_ends_with_its_last_day() -> None:
    assert not Hold("INC-77", "2026-12-24").expired("2026-12-24")
    assert Hold("INC-77", "2026-12-24").expired("2026-12-25")
    assert not Hold("INC-77").expired("2999-01-01")


def test_the_umbrella_is_called_after_the_train_or_after_what_deviates_from_it() -> None:
    hotfixed = replace(STATE, cars={**SHOP, "orders": car("orders", "1.5.1", "1.4.1")})
    assert STATE.version == "1.4.0"
    assert hotfixed.version.startswith("1.4.0+cars.")
    held = replace(STATE, cars={**SHOP, "orders": replace(SHOP["orders"], hold=Hold("INC-77"))})
    assert held.version == "1.4.0"
    assert State().version == "0.0.0"
    assert State(SHOP).version.startswith("0.0.0+cars.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"orders 1.5.0", b"orders ~1.5"),
        (b"orders 1.5.0", b"orders"),
        (b"format: 2", b"format: 3"),
        (b"train: 1.4.0", b"train: latest"),
        (ENTRY.encode(), b"yesterday"),
    ],
)
def test_what_a_hand_broke_is_refused(old: bytes, new: bytes) -> None:
    data = render_state(STATE)
    assert old in data
    with pytest.raises(ShunterError) as caught:
        read(data.replace(old, new))
    assert caught.value.findings
