"""Who calls whom, in charts: URLs that lead to a Service which is there, and policies that let these pairs through alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from helpers.charts.charts import LIBRARY, app_chart, objects, render, render_project, umbrella, write
from helpers.oracles import kubernetes
from shunter.core.workspace.file import parse_workspace
from shunter.core.workspace.layout import plan_repositories
from shunter.flows.workspace.own_files import schema_of

WORKSPACE = """\
name: shop
library: {name: commons}
services:
  web: {archetype: frontend, language: none, calls: [orders, people]}
  gate: {archetype: api-gateway, language: go, calls: [orders]}
  edge: {archetype: api-gateway, language: none, calls: [people, site]}
  site: {archetype: frontend, language: none}
  orders: {archetype: rest-api, calls: [people, orders-db, queue]}
  people: {archetype: rest-api, port: 9000, calls: [orders], formerly: [users], known-as: users}
  mail: {archetype: worker, calls: [queue]}
  night: {archetype: cron, calls: [orders]}
  orders-db: {archetype: database}
  queue: {archetype: broker}
  alone: {archetype: rest-api}
  metrics: {archetype: monitoring, calls: [orders, alone]}
environments: {}
"""
RENAMED = {"people": {"nameOverride": "users"}}
ON = {"global": {"networkPolicy": {"enabled": True}}}
GATEWAYS = ({"gateway.networking.k8s.io/gateway-name": "edge"}, {"app.kubernetes.io/name": "traefik"})
PROMETHEUS = {"app.kubernetes.io/name": "prometheus"}
STRANGER = {"app.kubernetes.io/name": "orders", "app.kubernetes.io/instance": "other"}
Objects = list[dict[str, Any]]


def workspace(text: str = WORKSPACE) -> Any:
    return parse_workspace(text.encode(), "shunter.yaml", schema_of("workspace"), release="0.1.0", source="s")


def charts(text: str = WORKSPACE) -> dict[str, dict[str, str]]:
    """The app charts of a workspace, by their names."""
    found = {}
    for project in (each for spec in plan_repositories(workspace(text)) for each in spec.projects):
        if project.kind == "app":
            made = render_project("app", project.answers)
            found[project.name] = app_chart(project.answers["archetype"], project.name) | made
    return found


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with all of them, as published."""
    return write(umbrella(charts()), tmp_path_factory.mktemp("shop"))


def rendered(environment: Path, values: Mapping[str, Any] = ON) -> Objects:
    return [*objects(render(environment, {**RENAMED, **values}, release="shop"))]


def matches(labels: Mapping[str, str], selector: Mapping[str, Any]) -> bool:
    """Whether a label selector selects what has these labels: an empty one selects all."""
    for each in selector.get("matchExpressions", ()):
        value = labels.get(each["key"])
        if not {"Exists": value is not None, "In": value in each.get("values", ())}[each["operator"]]:
            return False
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def admits(peers: Sequence[Mapping[str, Any]] | None, labels: Mapping[str, str], namespace: str) -> bool:
    """Whether one of the peers of a rule is a pod with these labels, in this namespace. Without peers all are."""
    return not peers or any(
        (matches({"kubernetes.io/metadata.name": namespace}, peer["namespaceSelector"]) if "namespaceSelector" in peer else namespace == "shop")
        and matches(labels, peer.get("podSelector", {}))
        for peer in peers
    )  # fmt: skip


class Pods:
    """The pods of a rendering, and what its policies say of two of them, as Kubernetes has it: rules only add."""

    def __init__(self, found: Objects) -> None:
        self.policies = [each["spec"] for each in found if each["kind"] == "NetworkPolicy"]
        self.templates = {name: template for each in found for name, template in self._of(each)}
        self.services = {each["metadata"]["name"]: each["spec"] for each in found if each["kind"] == "Service"}

    @staticmethod
    def _of(each: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        spec = each.get("spec", {}).get("jobTemplate", each).get("spec", {})
        if "template" in spec and each["kind"] in ("Deployment", "StatefulSet", "CronJob"):
            name = spec["template"]["spec"]["containers"][0]["name"]
            if name != "backup":
                yield name, spec["template"]

    def labels(self, name: str) -> dict[str, str]:
        labels: dict[str, str] = self.templates[name]["metadata"]["labels"]
        return labels

    def env(self, name: str) -> dict[str, str]:
        variables = self.templates[name]["spec"]["containers"][0].get("env", ())
        return {each["name"]: each["value"] for each in variables if "value" in each}

    def port(self, name: str) -> dict[str, Any]:
        """The port of the main container that its Service leads to."""
        ports: list[dict[str, Any]] = self.templates[name]["spec"]["containers"][0]["ports"]
        return next(port for port in ports if port["name"] in ("http", "nats"))

    def _applying(self, labels: Mapping[str, str], way: str) -> list[dict[str, Any]]:
        found = (policy for policy in self.policies if matches(labels, policy["podSelector"]))
        return [policy for policy in found if way in policy["policyTypes"]]

    def lets_in(self, labels: Mapping[str, str], name: str, port: Mapping[str, Any], namespace: str = "shop") -> bool:
        policies = self._applying(self.labels(name), "Ingress")
        rules = [rule for policy in policies for rule in policy.get("ingress", ())]
        return not policies or any(
            admits(rule.get("from"), labels, namespace) and _has_port(rule, port) for rule in rules
        )

    def lets_out(self, name: str, labels: Mapping[str, str], port: Mapping[str, Any], namespace: str = "shop") -> bool:
        policies = self._applying(self.labels(name), "Egress")
        rules = [rule for policy in policies for rule in policy.get("egress", ())]
        return not policies or any(
            admits(rule.get("to"), labels, namespace) and _has_port(rule, port) for rule in rules
        )

    def may_call(self, caller: str, called: str) -> bool:
        port = self.port(called)
        return self.lets_out(caller, self.labels(called), port) and self.lets_in(self.labels(caller), called, port)


def _has_port(rule: Mapping[str, Any], port: Mapping[str, Any]) -> bool:
    wanted = [each["port"] for each in rule.get("ports", ()) if each.get("protocol", "TCP") == port["protocol"]]
    return "ports" not in rule or port["name"] in wanted or port["containerPort"] in wanted


def test_every_declared_pair_is_let_through_and_no_other(environment: Path) -> None:
    pods = Pods(rendered(environment))
    calls = {each.name: set(each.calls) for each in workspace().services}
    served = [name for name in pods.templates if workspace().service(name).can_be_called]
    assert len(served) == 9
    for caller in pods.templates:
        for called in served:
            # Whatever calls itself may: replicas of a database find each other.
            expected = called in calls[caller] or called == caller
            assert pods.may_call(caller, called) is expected, (caller, called)
    for called in served:
        assert not pods.lets_in(STRANGER, called, pods.port(called)), called
        assert not pods.lets_in(pods.labels("web"), called, pods.port(called), namespace="other"), called


def test_gateways_reach_what_is_routed_and_scrapers_reach_all_ports_of_metrics(environment: Path) -> None:
    pods = Pods(rendered(environment))
    for name in pods.templates:
        if name == "night":  # it listens to nobody
            continue
        port = pods.templates[name]["spec"]["containers"][0]["ports"][0]
        assert pods.lets_in(PROMETHEUS, name, port, namespace="monitoring"), name
        for gateway in GATEWAYS:
            assert pods.lets_in(gateway, name, port, namespace="edge") is (name in ("people", "site", "web", "gate")), (
                name
            )


def test_an_environment_names_its_gateways_and_scrapers(environment: Path) -> None:
    ours = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ours"}}}
    named = {"networkPolicy": {"enabled": True, "gateways": [ours], "scrapers": []}}
    pods = Pods(rendered(environment, {"global": named}))
    port = pods.port("people")
    assert pods.lets_in({}, "people", port, namespace="ours")
    assert not pods.lets_in({}, "orders", pods.port("orders"), namespace="ours")
    for labels in (*GATEWAYS, PROMETHEUS):
        assert not pods.lets_in(labels, "people", port, namespace="edge")


def test_urls_lead_to_services_that_are_there(environment: Path) -> None:
    pods = Pods(rendered(environment))
    seen = {}
    for caller in pods.templates:
        for variable, url in pods.env(caller).items():
            if variable.endswith("_URL") and variable != "NATS_URL":
                scheme, _, place = url.partition("://")
                host, _, port = place.partition(":")
                assert scheme == ("nats" if variable == "QUEUE_URL" else "http")
                assert int(port) in [each["port"] for each in pods.services[host]["ports"]], url
                seen[caller, variable] = host
    assert seen["orders", "PEOPLE_URL"] == seen["orders", "USERS_URL"] == "shop-users"
    assert seen["night", "ORDERS_URL"] == "shop-orders"
    expected = sum(len(each.calls) + ("people" in each.calls) for each in workspace().services if each.name != "edge")
    assert len(seen) == expected


def test_what_values_say_counts_more(environment: Path) -> None:
    own = {"env": {"PEOPLE_URL": "https://people.example", "BILLING": "https://pay.example:8443/x"}}
    values = {"orders": own, "alone": {"networkPolicy": {"enabled": False}}}
    pods = Pods(rendered(environment, ON | values))
    assert pods.env("orders")["PEOPLE_URL"] == "https://people.example"
    for number, out in ((443, True), (8443, True), (5432, True), (4222, False), (53, True), (25, False), (80, False)):
        port = {"name": "", "containerPort": number, "protocol": "TCP"}
        assert pods.lets_out("orders", {"any": "one"}, port, namespace="elsewhere") is out, number
    assert pods.lets_in(STRANGER, "alone", pods.port("alone"))
    more = {
        "moreIngress": [{"from": [{"podSelector": {"matchLabels": STRANGER}}]}],
        "moreEgress": [{"ports": [{"port": 25}]}],
    }
    pods = Pods(rendered(environment, ON | {"orders": {"networkPolicy": more}}))
    assert pods.lets_in(STRANGER, "orders", pods.port("orders"))
    assert pods.lets_out("orders", {}, {"name": "", "containerPort": 25, "protocol": "TCP"}, namespace="elsewhere")
    assert pods.may_call("orders", "people")
    whole = {"networkPolicy": {"ingress": [], "egress": []}}
    pods = Pods(rendered(environment, ON | {"orders": whole}))
    assert not any(pods.may_call("orders", each) or pods.may_call(each, "orders") for each in ("people", "web"))


def test_who_says_nothing_of_calls_has_what_there_was(tmp_path: Path) -> None:
    without = re.sub(r", calls: \[[^]]*\]", "", WORKSPACE)
    for name, chart in charts(without).items():
        kind = "routes" if name == "edge" else "app"
        assert chart["templates/app.yaml"] == f'{{{{ include "{LIBRARY}.v1.{kind}" . }}}}\n', name
    folder = write(umbrella(charts(without)), tmp_path / "umbrella")
    assert not Pods(rendered(folder, {})).policies
    assert not any("_URL" in name for name in Pods(rendered(folder, {})).env("people"))
    enabled = {"alone": {"networkPolicy": {"enabled": True}}}
    [policy] = Pods(rendered(folder, enabled)).policies
    assert (policy["policyTypes"], policy["ingress"]) == (
        ["Ingress"],
        [{"ports": [{"port": "http", "protocol": "TCP"}]}],
    )


def test_policies_are_off_until_somebody_wants_them(environment: Path) -> None:
    assert not Pods(rendered(environment, {})).policies
    own = {"orders": {"networkPolicy": {"enabled": True}}}
    pods = Pods(rendered(environment, own))
    [policy] = pods.policies
    assert matches(pods.labels("orders"), policy["podSelector"])
    assert pods.may_call("web", "orders") and not pods.may_call("mail", "orders")  # noqa: PT018 (one pair of facts)


def test_kubernetes_takes_the_policies(environment: Path) -> None:
    for each in rendered(environment):
        if each["kind"] == "NetworkPolicy":
            assert not [*kubernetes.problems(each)], each


ISSUER = "  auth: {chart: {repository: 'https://charts.example', name: dex, version: 1.0.0}, provider: dex}\n"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, ("http://shop-auth:5556/dex", "orders", "http://shop-auth:5556/dex/keys")),
        ({"issuer": "https://id.example/"}, ("https://id.example/", "orders", "https://id.example/keys")),
        (
            {"issuer": "https://id.example", "keys": "http://id:1/k", "audience": "shop"},
            ("https://id.example", "shop", "http://id:1/k"),
        ),
    ],
)
def test_rest_apis_know_whose_tokens_count(
    said: dict[str, str], expected: tuple[str, str, str], tmp_path: Path
) -> None:
    found = charts(WORKSPACE.replace("services:\n", f"services:\n{ISSUER}"))
    folder = write(umbrella({name: found[name] for name in ("orders", "mail")}), tmp_path / "umbrella")
    values = {"global": {"tokens": said, "networkPolicy": {"enabled": True}}}
    pods = Pods([*objects(render(folder, values, release="shop"))])
    env = pods.env("orders")
    assert (env["AUTH_ISSUER"], env["AUTH_AUDIENCE"], env["AUTH_JWKS_URL"]) == expected
    assert "AUTH_ISSUER" not in pods.env("mail")
    number = int(re.findall(r":(\d+)/", expected[2])[0]) if re.search(r":\d", expected[2]) else 443
    assert pods.lets_out("orders", {}, {"name": "", "containerPort": number, "protocol": "TCP"}, namespace="elsewhere")
    own = {"orders": {"env": {"AUTH_JWKS_URL": "http://mine/keys"}}}
    assert Pods([*objects(render(folder, own, release="shop"))]).env("orders")["AUTH_JWKS_URL"] == "http://mine/keys"


def test_without_an_issuer_nobody_asks_for_tokens(environment: Path) -> None:
    assert not any(name.startswith("AUTH_") for name in Pods(rendered(environment)).env("orders"))


def test_a_gateway_without_code_is_a_route_for_each_service_and_nothing_else(environment: Path) -> None:
    found = rendered(environment, {})
    own = [each for each in found if each["metadata"]["labels"]["app.kubernetes.io/name"] == "edge"]
    assert [(each["kind"], each["metadata"]["name"]) for each in own] == [
        ("HTTPRoute", "shop-edge-users"),
        ("HTTPRoute", "shop-edge-site"),
    ]
    services = {each["metadata"]["name"]: each["spec"]["ports"] for each in found if each["kind"] == "Service"}
    paths = {}
    for each in own:
        kubernetes.check(each)
        assert each["spec"]["hostnames"] == ["edge.example.com"]
        assert each["spec"]["parentRefs"] == [{"name": "gateway"}]
        for rule in each["spec"]["rules"]:
            [backend] = rule["backendRefs"]
            assert backend["port"] in [port["port"] for port in services[backend["name"]]]
            paths[rule["matches"][0]["path"]["value"]] = backend["name"], len(rule.get("filters", ()))
    assert paths == {"/api/people": ("shop-users", 2), "/api/users": ("shop-users", 2), "/": ("shop-site", 0)}
    with pytest.raises(Exception, match=r"httpRoute\.parentRefs is missing"):
        rendered(environment, {"edge": {"httpRoute": {"parentRefs": []}}})
