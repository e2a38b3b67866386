"""`calls` of shunter.yaml reaches charts and code, and stays right when services come, go and are renamed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.workspaces import copy, digest, shared
from shunter.core.goyaml.edit import edit

TEXT = """\
services:
  orders: {archetype: rest-api, language: go, team: alice}
  users: {archetype: rest-api, team: bob}
environments: {tst: {}}
"""
CHECKS = ("validate", "lock --check", "update --check")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace of two services that know nothing of each other."""

    def make(folder: Path) -> None:
        (folder / "values.yaml").write_text(TEXT, "utf-8")
        ok("new", "shop", "--defaults", "--layout", "multi", "--data-file", "values.yaml", cwd=folder)

    return copy(shared("calls", make) / "shop", tmp_path / "shop")


def call(root: Path, *calls: str) -> None:
    """Let orders call these services, and carry it out."""
    change(root, ("services", "orders", "calls"), [*calls] or None)


def change(root: Path, path: tuple[str, ...], value: Any) -> None:
    """Another value in shunter.yaml, committed and carried out."""
    file = root / "shunter.yaml"
    file.write_bytes(edit(file.read_bytes(), [(path, value)]))
    git(root, "commit", "-qam", "a change")
    ok("update", cwd=root)


def chart(root: Path, name: str) -> str:
    return (root / name / f"charts/{name}/templates/app.yaml").read_text("utf-8")


def settings(root: Path, name: str = "orders") -> str:
    return (root / name / f"services/{name}/platform/calls.go").read_text("utf-8")


def policy(root: Path, name: str) -> Any:
    values = root / "on.yaml"
    values.write_text("global: {networkPolicy: {enabled: true}}\n", "utf-8")
    out = ok("render", "tst", name, "-f", "on.yaml", cwd=root).out
    return next(each["spec"] for each in yaml.safe_load_all(out) if each and each["kind"] == "NetworkPolicy")


def test_a_workspace_without_calls_stays_as_it_is(root: Path) -> None:
    before = digest(root)
    ok("update", "--check", cwd=root)
    ok("update", cwd=root)
    assert digest(root) == before
    for name in ("orders", "users"):
        assert chart(root, name) == '{{ include "shop-library.v1.app" . }}\n'
        assert "call" not in (root / name / f"charts/{name}/.copier-answers.yml").read_text("utf-8")


def test_calls_come_and_go_with_shunter_yaml(root: Path) -> None:
    before = {name: (chart(root, name), settings(root)) for name in ("orders", "users")}
    call(root, "users")
    assert '"variables": ["USERS_URL"]' in chart(root, "orders")
    assert '"from": ["orders"]' in chart(root, "users")
    assert 'env:"USERS_URL" envDefault:"http://users:8080"' in settings(root)
    for check in CHECKS:
        ok(*check.split(), cwd=root)
    call(root)
    assert {name: (chart(root, name), settings(root)) for name in before} == before
    assert "call" not in (root / "orders/charts/orders/.copier-answers.yml").read_text("utf-8")


def test_a_new_service_says_whom_it_calls(root: Path) -> None:
    ok("add", "service", "web", "--archetype", "worker", "--language", "python", "--calls", "orders,users", cwd=root)
    text = (root / "web/services/web/src/web_service/calls.py").read_text("utf-8")
    assert '    orders_url: AnyUrl = AnyUrl("http://orders:8080")\n    users_url: AnyUrl' in text
    assert '"from": ["web"]' in chart(root, "orders")
    assert yaml.safe_load((root / "shunter.yaml").read_text("utf-8"))["services"]["web"]["calls"] == ["orders", "users"]
    before = digest(root)
    said = shunter("add", "service", "two", "--calls", "user", cwd=root)
    assert (said.code, digest(root)) == (2, before)
    assert "`two` calls `user`, which is no service" in said.err
    assert "did you mean `users`?" in said.err


def test_who_is_called_is_removed_only_with_the_callers_known(root: Path) -> None:
    call(root, "users")
    said = shunter("remove", "service", "users", cwd=root)
    assert said.code == 2
    assert "service `users` is called by orders" in said.err
    said = ok("remove", "service", "users", "--force", cwd=root)
    assert "orders calls users no more: does its code know?" in said.err
    assert "calls" not in yaml.safe_load((root / "shunter.yaml").read_text("utf-8"))["services"]["orders"]
    assert "USERS_URL" not in chart(root, "orders") + settings(root)
    ok("update", "--check", cwd=root)


def test_code_finds_a_renamed_service_by_both_names_where_it_runs(root: Path) -> None:
    call(root, "users")
    ok("package", cwd=root)
    ok("train", "cut", "1.0.0", cwd=root)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    ok("rename", "service", "users", "people", cwd=root)
    services = yaml.safe_load((root / "shunter.yaml").read_text("utf-8"))["services"]
    assert (services["orders"]["calls"], services["people"]["known-as"]) == (["people"], "users")
    assert '{"name": "users", "port": 8080, "scheme": "http", "variables": ["PEOPLE_URL", "USERS_URL"]}' in chart(
        root, "orders"
    )
    assert "PeopleURL" in settings(root)
    assert "UsersURL" in settings(root)
    for check in CHECKS:
        ok(*check.split(), cwd=root)
    # The caller's name in the called one's policy follows, too.
    ok("rename", "service", "orders", "sales", cwd=root)
    assert '"from": ["orders"]' in chart(root, "people")
    assert not git(root / "people", "status", "--porcelain")
    [_, rule] = policy(root, "people")["ingress"]
    assert rule["from"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "orders"


def test_a_port_that_changes_reaches_service_and_callers(root: Path) -> None:
    call(root, "users")
    change(root, ("services", "users", "port"), 9000)
    assert yaml.safe_load((root / "users/charts/users/values.yaml").read_text("utf-8"))["service"]["port"] == 9000
    assert '"port": 9000' in chart(root, "orders")


def test_a_gateway_without_a_language_has_no_code(root: Path) -> None:
    ok("add", "service", "edge", "--archetype", "api-gateway", "--calls", "orders", cwd=root)
    place = next(root.glob("*/charts/edge/templates/app.yaml"))
    assert '{{ include "shop-library.v1.routes" . }}' in place.read_text("utf-8")
    assert '"from": [],\n  "routed": true' in chart(root, "orders")
    for check in ("validate", "lint", "lock --check", "update --check"):
        ok(*check.split(), cwd=root)


def test_no_template_makes_an_issuer(root: Path) -> None:
    """An image of one's own has a chart of ours; code for it nobody gets, whichever language is named."""
    for more in ((), ("--language", "python"), ("--language", "go")):
        said = shunter("add", "service", "tokens", "--archetype", "auth", *more, cwd=root)
        assert said.code == 2
        assert "no template makes an issuer of tokens" in said.err
        assert "add service tokens --provider dex" in said.err
    ok("add", "service", "tokens", "--archetype", "auth", "--language", "none", cwd=root)
    assert list(root.glob("*/charts/tokens/values.yaml"))
    assert not list(root.glob("**/services/tokens"))
    file = root / "shunter.yaml"
    file.write_bytes(edit(file.read_bytes(), [(("services", "tokens", "language"), "python")]))
    said = shunter("update", cwd=root)
    assert said.code == 2
    assert "`language` is none here" in said.err


def test_an_issuer_reaches_every_rest_api_and_what_a_team_wrote_stays(root: Path, tmp_path: Path) -> None:
    (root / "dex/templates").mkdir(parents=True)
    (root / "dex/Chart.yaml").write_text("apiVersion: v2\nname: dex\nversion: 1.0.0\n", "utf-8")
    (root / "dex/templates/a.yaml").write_text("", "utf-8")
    git(root, "add", "dex")
    git(root, "commit", "-qm", "dex")
    code = root / "users/services/users"
    before = (code / "src/users_service/app.py").read_bytes()
    ok("add", "service", "auth", "--provider", "dex", "--chart", "dex", cwd=root)
    assert "pyjwt==" in (code / "requirements.txt").read_text("utf-8")
    assert (code / "tests/test_tokens.py").is_file()
    assert (code / "src/users_service/app.py").read_bytes() == before
    for name in ("orders", "users"):
        assert '"host": "auth", "url": "http://{host}:5556/dex", "keys": "/keys"' in chart(root, name)
    ok("update", "--check", cwd=root)
    said = shunter("add", "service", "mine", "--provider", "keycloak", cwd=root)
    assert said.code == 2
    assert "provider" in said.err
    ok("remove", "service", "auth", cwd=root)
    assert "pyjwt" not in (code / "requirements.txt").read_text("utf-8")
    assert not (code / "tests/test_tokens.py").exists()
