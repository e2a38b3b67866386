"""A minor or a patch of the library restarts nobody and takes no define away; majors live side by side."""

from __future__ import annotations

from pathlib import Path

import helm_python
import pytest

from helpers import released
from helpers.charts import LIBRARY, app_chart, objects, render, umbrella, write

helm_python.disable_logging()
NOW = released.current()


@pytest.fixture(scope="module")
def fixed_now() -> released.Fixed:
    """What must not change, with today's library."""
    return released.fixed_parts(NOW)


@pytest.mark.parametrize("minor", released.kept())
def test_no_pod_template_differs_from_an_earlier_minor_s(minor: str, fixed_now: released.Fixed) -> None:
    then = released.fixed_parts(released.kept()[minor])
    assert [key for key in then if fixed_now.get(key) != then[key]] == []


@pytest.mark.parametrize("minor", released.kept())
def test_every_public_define_of_an_earlier_minor_is_still_there(minor: str) -> None:
    then = released.public_defines(released.kept()[minor])
    assert then - released.public_defines(NOW) == set()
    assert {f"{LIBRARY}.v1.app", f"{LIBRARY}.v1.fullname", f"{LIBRARY}.v1.labels"} <= then


def test_a_changed_default_and_a_lost_define_are_noticed(fixed_now: released.Fixed) -> None:
    assert '"terminationGracePeriodSeconds": 30' in NOW
    changed = released.fixed_parts(
        NOW.replace('"terminationGracePeriodSeconds": 30', '"terminationGracePeriodSeconds": 31')
    )
    assert {key[0] for key in changed if changed[key] != fixed_now.get(key)} >= {"rest-api", "cron"}
    lost = released.public_defines(NOW.replace(f'define "{LIBRARY}.v1.labels"', f'define "{LIBRARY}.v1.label"'))
    assert released.public_defines(NOW) - lost == {f"{LIBRARY}.v1.labels"}


def test_two_majors_live_in_one_umbrella(tmp_path: Path) -> None:
    following = {}
    for path, text in app_chart("rest-api", "cart").items():
        new = text.replace(f"{LIBRARY}.v1", f"{LIBRARY}.v2").replace(
            '"revisionHistoryLimit": 5', '"revisionHistoryLimit": 9'
        )
        following[path.replace(f"charts/{LIBRARY}/", "charts/next/").replace(".v1.tpl", ".v2.tpl")] = new
    for path in ("Chart.yaml", "charts/next/Chart.yaml", "values.schema.json"):
        following[path] = following[path].replace(f"name: {LIBRARY}", "name: next").replace(f'"{LIBRARY}"', '"next"')
    chart = write(umbrella({"orders": app_chart("rest-api", "orders"), "cart": following}), tmp_path)
    found = {item["metadata"]["name"]: item["spec"] for item in objects(render(chart)) if item["kind"] == "Deployment"}
    assert {name: spec["revisionHistoryLimit"] for name, spec in found.items()} == {"tst-orders": 5, "tst-cart": 9}
