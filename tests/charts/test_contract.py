"""The values contract by mutation: every documented key works, and a key that is wrong in any way is refused."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python
import jsonschema_rs
import pytest

from helpers.charts import scenarios
from helpers.charts.charts import objects, schema_source, write
from helpers.charts.scenarios import Scenario, Visit, changed
from helpers.oracles import kubernetes

SCENARIOS = scenarios.load()
CANDIDATES: tuple[Any, ...] = (7.5, "wrong", ["wrong"], {"wrong": 1}, True)
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list}


class Umbrella:
    """The scenario's umbrella chart, loaded once, and the compiled schema beside it."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        self.chart = helm_python.Chart.load(str(write(scenarios.chart(scenario), folder / "umbrella")))
        self.app = helm_python.Chart.load(str(write(scenarios.app(scenario), folder / "app")))
        self.validator = jsonschema_rs.validator_for(json.loads(scenarios.compiled(scenario)))
        self.archetype = scenario.archetype

    def render(self, values: Any) -> dict[str, str]:
        return self.chart.render({"orders": values}, name="tst", namespace="shop")

    def render_app(self, values: Any) -> dict[str, str]:
        """The app alone and without its schema, which takes a third of the time."""
        return self.app.render(values, name="tst", namespace="shop")

    def accepts(self, values: Any) -> bool:
        return bool(self.validator.is_valid({"global": {}, "archetype": self.archetype, **values}))


@pytest.fixture(scope="module")
def umbrellas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Umbrella]]:
    helm_python.disable_logging()
    loaded = {item.name: Umbrella(item, tmp_path_factory.mktemp(item.name)) for item in SCENARIOS}
    yield loaded
    for umbrella in loaded.values():
        umbrella.chart.close()
        umbrella.app.close()


def every_key(once: bool = False) -> Iterator[tuple[Scenario, Visit]]:
    """Each visit of each scenario; `once` leaves out further visits of the same documented key."""
    seen: set[tuple[str, str]] = set()
    for scenario in SCENARIOS:
        for visit in scenarios.visits(scenario.values):
            if not once or (visit.owner, visit.key) not in seen:
                seen.add((visit.owner, visit.key))
                yield scenario, visit


def test_the_scenarios_set_every_documented_key() -> None:
    set_keys = {(visit.owner, visit.key) for _, visit in every_key()}
    assert scenarios.documented() - set_keys == {("", "archetype")}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_documented_key_is_accepted_and_makes_valid_objects(
    scenario: Scenario, umbrellas: dict[str, Umbrella]
) -> None:
    umbrella = umbrellas[scenario.name]
    assert umbrella.accepts(scenario.values)
    found = list(objects(umbrella.render(scenario.values)))
    assert found
    for item in found:
        if not kubernetes.is_custom(item):
            kubernetes.check(item)


def test_custom_resources_fit_their_projects_own_schemas(umbrellas: dict[str, Umbrella]) -> None:
    kinds = set()
    for scenario in SCENARIOS:
        for item in filter(kubernetes.is_custom, objects(umbrellas[scenario.name].render(scenario.values))):
            kubernetes.check(item)
            kinds.add(item["kind"])
    expected = (
        "ExternalSecret GRPCRoute HTTPRoute PodMonitor PrometheusRule SealedSecret SecretProviderClass ServiceMonitor"
    )
    assert kinds == {*expected.split(), "VerticalPodAutoscaler"}


@pytest.mark.slow  # renders each archetype once for each of some hundred keys
def test_no_documented_key_is_dead(umbrellas: dict[str, Umbrella]) -> None:
    whole = {item.name: umbrellas[item.name].render_app(item.values) for item in SCENARIOS}
    dead = []
    for scenario, visit in every_key(once=True):
        without = changed(scenario.values, visit.path, lambda holder, key=visit.key: holder.pop(key))
        try:
            if umbrellas[scenario.name].render_app(without) == whole[scenario.name]:
                dead.append((scenario.name, visit.path))
        except helm_python.HelmError:
            continue
    assert dead == []


@pytest.mark.slow  # each key is misspelt and judged by Helm
def test_a_misspelt_key_is_refused_by_helm_in_the_umbrella(umbrellas: dict[str, Umbrella]) -> None:
    for scenario, visit in every_key(once=True):

        def misspell(holder: Any, key: str = visit.key) -> None:
            holder[key + "Q"] = holder.pop(key)

        values = changed(scenario.values, visit.path, misspell)
        with pytest.raises(helm_python.HelmError, match=rf"additional properties '{visit.key}Q' not allowed"):
            umbrellas[scenario.name].render(values)


def test_every_misspelt_key_is_refused(umbrellas: dict[str, Umbrella]) -> None:
    for scenario, visit in every_key():
        values = changed(scenario.values, visit.path, lambda holder, key=visit.key: holder.update({key + "X": 1}))
        assert not umbrellas[scenario.name].accepts(values), (scenario.name, visit.path)


def test_every_key_of_a_wrong_type_is_refused(umbrellas: dict[str, Umbrella]) -> None:
    helms = 0
    for number, (scenario, visit) in enumerate(every_key()):
        wrong = wrong_value(visit)
        values = changed(
            scenario.values, visit.path, lambda holder, key=visit.key, bad=wrong: holder.update({key: bad})
        )
        assert not umbrellas[scenario.name].accepts(values), (scenario.name, visit.path, wrong)
        if number % 8 == 0:
            helms += 1
            with pytest.raises(helm_python.HelmError):
                umbrellas[scenario.name].render(values)
    assert helms > 30


def test_a_key_nested_one_level_too_deep_is_refused(umbrellas: dict[str, Umbrella]) -> None:
    for scenario, visit in every_key():
        if not is_free(visit.schema):
            deeper = {visit.key: {visit.key: visit.value}}
            values = changed(scenario.values, visit.path, lambda holder, more=deeper: holder.update(more))
            assert not umbrellas[scenario.name].accepts(values), (scenario.name, visit.path)


def test_a_key_nested_one_level_too_high_is_refused_unless_it_is_known_there(umbrellas: dict[str, Umbrella]) -> None:
    known = scenarios.documented() | {("", "enabled")}
    moved = 0
    for scenario, visit in every_key():
        if len(visit.path) < 2 or isinstance(visit.path[-2], int):
            continue

        def lift(holder: Any, visit: Visit = visit) -> None:
            holder[visit.key] = holder[visit.path[-2]].pop(visit.key)

        umbrella = umbrellas[scenario.name]
        values = changed(scenario.values, visit.path[:-1], lift)
        above = next((item.owner for item in scenarios.visits(scenario.values) if item.path == visit.path[:-1]), None)
        if above is not None and (above, visit.key) not in known:
            moved += 1
            assert not umbrella.accepts(values), (scenario.name, visit.path)
    assert moved > 100


def definition(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref", "")
    if reference == "#":
        return {"type": "object", "properties": {"x": {}}}
    return {**schema_source()["$defs"].get(reference.removeprefix("#/$defs/"), {}), **schema}


def wrong_value(visit: Visit) -> Any:
    found = definition(visit.schema)
    if "type" not in found:
        return {"wrong": 1}
    kinds = [found["type"]] if isinstance(found["type"], str) else found["type"]
    allowed: tuple[Any, ...] = tuple(TYPES[kind] for kind in kinds if kind != "null")
    fits = [bad for bad in CANDIDATES if not isinstance(bad, allowed) and not ("integer" in kinds and bad is True)]
    return fits[0]


def is_free(schema: dict[str, Any]) -> bool:
    """Whether the key holds a map or list whose entries may be anything of some type."""
    found = definition(schema)
    return bool(found.get("x-free")) or ("type" not in found and "enum" not in found)


REFUSALS = re.compile(r"is missing|needs a schedule|needs the port's number")


@pytest.mark.slow  # each default is taken away and rendered by Helm
def test_taking_defaults_away_breaks_no_template(umbrellas: dict[str, Umbrella]) -> None:
    chance = random.Random(5)
    rendered = 0
    for _ in range(120):
        scenario = chance.choice(SCENARIOS)
        keys = list(scenarios.visits(scenario.values))
        values = scenario.values
        for visit in sorted(chance.sample(keys, 3), key=lambda visit: -len(visit.path)):
            values = changed(values, visit.path, lambda holder, key=visit.key: holder.update({key: None}))
        umbrella = umbrellas[scenario.name]
        if umbrella.accepts(values):
            try:
                rendered += len(list(objects(umbrella.render_app(values)))) > 0
            except helm_python.HelmError as error:
                if not REFUSALS.search(str(error)):
                    raise
    assert rendered > 40
