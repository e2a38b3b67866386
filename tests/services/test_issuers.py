"""The charts that docs/services.md names as issuers, rendered with its values: services ask where the issuer really is."""

from __future__ import annotations

import base64
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from helpers.tools import need_helm
from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import git

DOCS = (Path(__file__).parents[2] / "docs/services.md").read_text("utf-8")
CHARTS = os.environ.get("SHUNTER_TEST_CHARTS", "")
VALUES = "envs/tst/values.yaml"
ISSUERS = {"dex": "dex", "keycloak": "keycloakx"}
"""Providers, and the charts that the docs name for them."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not CHARTS, reason="no SHUNTER_TEST_CHARTS: a folder with the charts dex and keycloakx, unpacked"
    ),
]


@pytest.fixture(scope="module", params=ISSUERS)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a REST API and the issuer. Slow: a train to its environment."""
    need_helm()
    chart = ISSUERS[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    ok("new", "shop", "--defaults", "--layout", "mono", cwd=folder)
    root = folder / "shop"
    shutil.copytree(Path(CHARTS) / chart, root / "others" / chart)
    git(root, "add", "others")
    git(root, "commit", "-q", "-m", "chart: as its authors publish it")
    ok("add", "service", "orders", "--archetype", "rest-api", "--language", "go", cwd=root)
    ok("add", "service", "auth", "--provider", request.param, "--chart", f"others/{chart}", cwd=root)
    ok("package", cwd=root)
    ok("train", "cut", "1.0.0", cwd=root)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    return root


def rendered(root: Path) -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all(ok("render", "tst", cwd=root).out) if each]


def settings(found: list[dict[str, Any]]) -> dict[str, str]:
    """What the service is told of tokens."""
    [pod] = [
        each["spec"]["template"]["spec"]
        for each in found
        if each["metadata"]["name"].endswith("orders") and each["kind"] == "Deployment"
    ]
    return {each["name"]: each["value"] for each in pod["containers"][0]["env"] if each["name"].startswith("AUTH_")}


def documented(key: str) -> dict[str, Any]:
    """The values of the docs that have this key among those of the issuer's chart."""
    found: list[dict[str, Any]] = [
        values
        for block in re.findall(r"^```yaml\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
        if key in (values := yaml.safe_load(block)).get("auth", ())
    ]
    [only] = found
    return only


def test_without_values_keys_are_asked_of_a_service_that_is_there(shop: Path) -> None:
    found = rendered(shop)
    told = settings(found)
    assert told["AUTH_JWKS_URL"].startswith(told["AUTH_ISSUER"])
    url = urlsplit(told["AUTH_JWKS_URL"])
    [ports] = [
        each["spec"]["ports"]
        for each in found
        if each["kind"] == "Service" and each["metadata"]["name"] == url.hostname
    ]
    assert (url.port or 80) in {each["port"] for each in ports}


def test_the_values_of_the_docs_do_what_they_say(shop: Path) -> None:
    dex = (shop / "others/dex").is_dir()
    values = documented("config" if dex else "command")
    chart = yaml.safe_load((next((shop / "others").iterdir()) / "Chart.yaml").read_text("utf-8"))
    assert f"--chart {chart['name']}@{chart['version']} " in DOCS
    before = (shop / VALUES).read_text("utf-8")
    (shop / VALUES).write_text(f"{before.rstrip()}\n{yaml.safe_dump(values)}", "utf-8")
    try:
        assert "unused-key" not in ok("lint", cwd=shop).err
        found = rendered(shop)
    finally:
        (shop / VALUES).write_text(before, "utf-8")
    told = settings(found)
    assert told["AUTH_AUDIENCE"] == "orders"
    (_dex if dex else _keycloak)(found, told)


def _dex(found: list[dict[str, Any]], told: Mapping[str, str]) -> None:
    [secret] = [each for each in found if each["kind"] == "Secret" and "config.yaml" in each.get("data", ())]
    config = yaml.safe_load(base64.b64decode(secret["data"]["config.yaml"]))
    assert told["AUTH_ISSUER"] == config["issuer"]
    assert told["AUTH_JWKS_URL"] == f"{config['issuer']}/keys"
    assert [client["id"] for client in config["staticClients"]] == [told["AUTH_AUDIENCE"]]
    assert config["connectors"]
    [ingress] = [each for each in found if each["kind"] == "Ingress"]
    [rule] = ingress["spec"]["rules"]
    assert f"https://{rule['host']}{rule['http']['paths'][0]['path']}" == config["issuer"]


def _keycloak(found: list[dict[str, Any]], told: Mapping[str, str]) -> None:
    [[container]] = [each["spec"]["template"]["spec"]["containers"] for each in found if each["kind"] == "StatefulSet"]
    env = {each["name"]: each.get("value") for each in container["env"]}
    [hostname] = [each.removeprefix("--hostname=") for each in container["command"] if each.startswith("--hostname=")]
    assert told["AUTH_ISSUER"] == f"{hostname}/realms/shop"
    assert told["AUTH_JWKS_URL"] == f"{told['AUTH_ISSUER']}/protocol/openid-connect/certs"
    assert hostname.endswith(env["KC_HTTP_RELATIVE_PATH"])
    assert env["KC_PROXY_HEADERS"] == "xforwarded"
    assert container["envFrom"] == [{"secretRef": {"name": "keycloak-admin"}}]
    [route] = [each for each in found if each["kind"] == "HTTPRoute"]
    [rule] = route["spec"]["rules"]
    assert f"https://{route['spec']['hostnames'][0]}{rule['matches'][0]['path']['value']}" == f"{hostname}/"
