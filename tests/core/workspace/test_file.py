"""shunter.yaml: what it means, and what is wrong with it, each in its place."""

from __future__ import annotations

import pytest

from helpers.workspaces.own_files import problems
from helpers.workspaces.own_files import workspace as parse
from shunter.core.charts.artifact import parse_place
from shunter.core.charts.image import parse_image
from shunter.core.workspace.layout import charts_url, image_name
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding

BASE = """\
name: shop
layout: multi
services:
  orders: {archetype: rest-api, team: alice}
  orders-db: {archetype: database}
environments:
  tst: {}
  pre: {promotes-from: tst}
"""


def refused(text: str) -> Finding:
    [finding] = problems("workspace", text.encode())
    return finding


def test_defaults_are_filled_in() -> None:
    workspace = parse(BASE)
    orders, database = workspace.services
    assert (orders.language, orders.port) == ("python", 8080)
    assert (database.language, database.port) == ("", 5432)
    assert workspace.environments[0].namespace == "shop-tst"
    assert workspace.environments[1].values == ("values.yaml",)
    assert workspace.library == "shop-library"
    assert workspace.templates_release == "0.1.0"


def test_an_integer_says_the_helm_version_too() -> None:
    assert parse(BASE + "  pro: {helm: 3}\n").environments[2].helm == "3"


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        (BASE + "laout: mono\n", (9, 1), "`laout` is not a key", "did you mean `layout`?"),
        (BASE.replace("team: alice", "taem: alice"), (4, 33), "`services.orders.taem` is not a key", "`team`"),
        (BASE.replace("name: shop", "name: Shop"), (1, 7), '`name` is "Shop": not a DNS label', "lower-case letters"),
        (
            BASE.replace("  orders:", "  Orders_1:"),
            (4, 3),
            "`services.Orders_1` cannot be called so: not a DNS label",
            "lower-case letters",
        ),
        (BASE.replace("  orders-db", "  orders"), (5, 3), "orders", ""),
        (BASE.replace("name: shop", "name: 7"), (1, 7), "`name`", ""),
        (BASE.replace("  tst: {}", "  tst: {promotes-from: pre}"), (7, 24), "a circle: ", "remove one"),
        (
            BASE.replace("promotes-from: tst", "promotes-from: tts"),
            (8, 24),
            "`tts`, which is no environment",
            "did you mean `tst`?",
        ),
        (
            BASE.replace("archetype: rest-api", "chart: {path: a}, port: 1"),
            (4, 36),
            "`services.orders.port` is not allowed",
            "existing",
        ),
        (
            BASE.replace("archetype: rest-api, ", ""),
            (4, 11),
            "`services.orders.archetype` is required",
            "add `archetype:`",
        ),
        (BASE.replace("  orders:", "  global:"), (4, 3), "cannot be called `global`", "rename"),
        (BASE.replace("name: shop", "name: orders"), (4, 3), "would have the name of the workspace", "rename"),
        ("name: [\n", (1, 7), "", ""),
    ],
)
def test_a_problem_has_its_place(text: str, place: tuple[int, int], message: str, hint: str) -> None:
    error = refused(text)
    assert (error.span.path, error.span.line, error.span.column) == ("shunter.yaml", *place)
    assert message in error.message
    assert hint in error.hint
    assert error.hint


def test_a_monolith_has_one_service_with_code() -> None:
    text = BASE.replace("layout: multi", "layout: {code: monolith}")
    parse(text)
    more = text.replace("environments:", "  cart: {archetype: rest-api}\nenvironments:")
    assert "this workspace has 2" in refused(more).message


def test_an_existing_chart_is_a_path_or_an_exact_version() -> None:
    chart = "{repository: 'https://c.example', name: redis, version: %s}"
    text = "name: a\nservices:\n  redis: {chart: " + chart + "}\nenvironments: {}\n"
    chart = parse(text % "1.2.3").services[0].chart
    assert chart is not None
    assert (chart.name, chart.version) == ("redis", "1.2.3")
    assert "not one exact version" in refused(text % "'^1.2.0'").message


def test_a_rule_is_off_with_or_without_quotes() -> None:
    rules = parse(BASE + "rules: {drift: off, unused-key: 'off', big-number: note}\n").rules
    assert rules == {"drift": "off", "unused-key": "off", "big-number": "note"}


@pytest.mark.parametrize(
    ("rules", "message", "hint"),
    [
        ("unused-keys: off", "there is no rule `unused-keys`", "did you mean `unused-key`?"),
        ("unknown-key: off", "`unknown-key` is refused, whatever level it has here", "only lints"),
    ],
)
def test_a_level_is_for_a_rule_that_can_have_one(rules: str, message: str, hint: str) -> None:
    error = refused(BASE + f"rules:\n  {rules}\n")
    assert error.message == message
    assert hint in error.hint
    assert (error.span.line, error.span.column) == (10, 3)


ROUTES = """\
  hot: {services: [orders-db]}
  pro: {promotes-from: [pre, hot], promotes-from-all: true, line: acme, may-go-down: true, services: []}
groups: {late: [pre, pro]}
"""


def test_an_environment_says_what_may_come_in() -> None:
    workspace = parse(BASE + ROUTES)
    tst, pre, hot, pro = workspace.environments
    assert (tst.promotes_from, pre.promotes_from, pro.promotes_from) == ((), ("tst",), ("pre", "hot"))
    assert (tst.promotes_from_all, tst.line, tst.may_go_down, tst.services) == (False, "", False, None)
    assert (pro.promotes_from_all, pro.line, pro.may_go_down, pro.services) == (True, "acme", True, ())
    assert [service for service in ("orders", "orders-db") if hot.declares(service)] == ["orders-db"]
    assert tst.declares("orders")
    assert not pro.declares("orders")
    assert workspace.groups == {"late": ("pre", "pro")}


@pytest.mark.parametrize(
    ("old", "new", "place", "message", "hint"),
    [
        ("[pre, hot]", "[pre, hto]", (10, 30), "`pro` promotes from `hto`, which is no environment", "`hot`?"),
        ("[orders-db]", "[order-db]", (9, 20), "`hot` has `order-db`, which is no service", "`orders-db`?"),
        (
            "[pre, pro]",
            "[pre, pri]",
            (11, 22),
            "the group `late` has `pri`, which is no environment",
            "one of: tst, pre",
        ),
        ("[pre, hot]", "[pre, pro]", (10, 30), "the promotion order is a circle: pro → pro", "remove one"),
        ("[pre, hot]", "[]", (10, 24), "`environments.pro.promotes-from`", ""),
        ("[pre, hot]", "{pre: hot}", (10, 24), "must be a list or a string", ""),
        ("[pre, hot]", "[hot, hot]", (10, 24), "`environments.pro.promotes-from`", ""),
        ("line: acme", "line: Acme", (10, 67), "not a DNS label", ""),
        ("may-go-down: true", "may-go-down: maybe", (10, 86), "must be a boolean", ""),
        ("groups: {late: [pre, pro]}", "groups: {late: pre}", (11, 16), "`groups.late` must be a list", ""),
    ],
)
def test_what_may_come_in_is_judged(old: str, new: str, place: tuple[int, int], message: str, hint: str) -> None:
    assert old in ROUTES
    error = refused(BASE + ROUTES.replace(old, new))
    assert message in error.message
    assert (error.span.line, error.span.column) == place
    assert hint in error.hint


OCI = ["oci://h", "oci://H.example:5000/a/b__c.d-e/", "oci://[::1]:5000/x", "oci://h/{repository}/x-{service}"]
NO_OCI = [
    *("oci://", "oci:///x", "oci://h//x", "oci://h/X", "oci://h/x?a=b", "oci://h:a/x", "oci://127.0.0.1:{service}/x"),
    *("oci://bob:pw@h/x", "oci://h/x:{service}", "oci://h/{nope}", "oci://h/x:1", "oci://h/-x", "ghcr.io/acme"),
]
IMAGES = ["acme", "ghcr.io/acme", "localhost:5000/{service}", "H.example/{repository}/x_y"]
NO_IMAGES = ["", "https://ghcr.io/acme", "oci://h/x", "ghcr.io/Acme", "h/x/", "h/{nope}", "h/x:1", "bob@h/x", "h//x"]


@pytest.mark.parametrize("key", ["charts: '{}'", "charts: {{push: '{}'}}", "charts: {{url: '{}'}}"])
def test_charts_are_kept_where_a_registry_can_keep_them(key: str) -> None:
    for url in OCI:
        assert problems("workspace", f"{BASE}registries: {{{key.format(url)}}}\n".encode()) == (), url
        assert parse_place(charts_url(parse(BASE), url, "orders")).host
    for url in NO_OCI:
        found = refused(f"{BASE}registries: {{{key.format(url)}}}\n")
        assert (found.rule, "oci://HOST/FOLDER" in found.message, found.span.line) == ("pattern", True, 9), url
        with pytest.raises(ShunterError):  # what the registry's client refuses later, or a chart's place would be wrong
            parse_place(f"{url.replace('{service}', 'a')}/orders")


def test_images_are_kept_where_a_registry_can_keep_them() -> None:
    for place in IMAGES:
        workspace = parse(f"{BASE}registries: {{images: '{place}'}}\n")
        assert parse_image(image_name(workspace, workspace.services[0])), place
    for place in NO_IMAGES:
        assert refused(f"{BASE}registries: {{images: '{place}'}}\n").rule == "pattern", place
