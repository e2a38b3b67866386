"""`values explain`: what an app is rendered with, and the line that says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.transcript import error
from helpers.workspaces.workspaces import copy

TST = "shop-tst/envs/tst"


def keys(root: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    """The rows of the answer as JSON, by key."""
    data = json.loads(ok("values", "explain", *arguments, "-o", "json", cwd=root).out)
    return {row["key"]: row for row in data["keys"]}


def place(row: dict[str, Any]) -> tuple[str, str, int]:
    return row["from"], row["file"], row["line"]


def test_each_source_is_named_with_its_place(example_on_rails: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.yaml"
    more.write_text("# more\norders:\n  podLabels: {tier: web}\n")
    found = keys(example_on_rails, "orders", "-e", "tst", "-f", str(more), "--set", "orders.replicaCount=4")
    assert place(found["env.LOG_LEVEL"])[:2] == ("environment", f"{TST}/values.yaml")
    assert place(found["image.repository"])[:2] == ("app", f"{TST}/charts/orders/values.yaml")
    whose, library, _ = place(found["securityContext.readOnlyRootFilesystem"])
    assert whose == "library default"
    assert library.startswith(f"{TST}/charts/shop-library/templates/shop-library/")
    assert library.endswith("/_shop-library.v1.tpl")
    assert place(found["readinessProbe.path"])[:2] == ("archetype rest-api", library)
    assert place(found["podLabels.tier"]) == ("-f", str(more), 3)
    assert found["replicaCount"] == {
        "key": "replicaCount", "value": 4, "from": "--set", "argument": "orders.replicaCount=4",
    }  # fmt: skip
    for row in found.values():
        if "file" in row and row["from"] != "-f":
            line = (example_on_rails / row["file"]).read_text("utf-8").splitlines()[row["line"] - 1]
            assert row["key"].rpartition(".")[2] in line, row


def test_the_table_and_yaml_say_the_same(example_on_rails: Path) -> None:
    arguments = ("values", "explain", "orders", "-e", "tst", "--set", "orders.livenessProbe=null")
    lines = ok(*arguments, cwd=example_on_rails).out.splitlines()
    data = yaml.safe_load(ok(*arguments, "-o", "yaml", cwd=example_on_rails).out)
    assert lines[0].split() == ["KEY", "VALUE", "FROM"]
    assert [line.split()[0] for line in lines[1:]] == [row["key"] for row in data["keys"]]
    table = {line.split()[0]: " ".join(line.split()[1:]) for line in lines}
    assert table["livenessProbe"] == "null (removed) --set orders.livenessProbe=null"
    assert table["env.LOG_LEVEL"] == f'"debug" environment {TST}/values.yaml:6'
    assert data["values"]["livenessProbe"] is None
    secret = {"secretKeyRef": {"name": "orders-database", "key": "url"}}
    assert data["values"]["env"] == {"LOG_LEVEL": "debug", "DATABASE_URL": secret}
    assert (data["app"], data["environment"]) == ("orders", "tst")


def test_a_chart_alone_has_its_library_below_it(example_on_rails: Path) -> None:
    found = keys(example_on_rails, "orders")
    assert place(found["archetype"]) == ("app", "orders/charts/orders/values.yaml", 1)
    assert found["kind"]["file"] == "orders/charts/orders/charts/shop-library/templates/_defaults.v1.tpl"
    assert "env.LOG_LEVEL" not in found


def test_before_the_first_train_the_chart_of_the_workspace_counts(example_on_rails: Path) -> None:
    result = ok("values", "explain", "orders", "-e", "pre", "-o", "json", cwd=example_on_rails)
    found = {row["key"]: row for row in json.loads(result.out)["keys"]}
    assert place(found["archetype"]) == ("app", "orders/charts/orders/values.yaml", 1)
    assert found["kind"]["file"].startswith("orders/charts/orders/charts/shop-library/")
    assert any(row["from"] == "environment" for row in found.values())
    assert "pre does not pin orders yet" in result.err


def test_an_app_that_is_switched_off_is_explained_all_the_same(example_on_rails: Path) -> None:
    arguments = ("values", "explain", "orders", "-e", "tst", "--set", "orders.enabled=false")
    result = ok(*arguments, cwd=example_on_rails)
    assert "orders is switched off in tst" in result.err
    assert "image.repository" in result.out


def test_an_environment_explains_alone(example_on_rails: Path, tmp_path: Path) -> None:
    alone = copy(example_on_rails / "shop-tst", tmp_path / "tst")
    found = keys(alone / "envs/tst", "orders", "-e", "tst")
    assert place(found["env.LOG_LEVEL"]) == ("environment", "values.yaml", 6)
    assert (
        error(shunter("values", "explain", "nothing", "-e", "tst", cwd=alone)).message == "tst pins no chart `nothing`"
    )


def test_an_existing_chart_has_no_library(railed: Path) -> None:
    chart = railed / "legacy"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: legacy\nversion: 1.0.0\n")
    (chart / "values.yaml").write_text("replicas: 2\nimage:\n  tag: a\n")
    ok("add", "service", "legacy", "--chart", "legacy", cwd=railed)
    with (railed / TST / "values.yaml").open("a") as values:
        values.write("\nlegacy:\n  image: {tag: b}\n")
    for environment in ([], ["-e", "tst"]):
        found = keys(railed, "legacy", *environment)
        assert place(found["replicas"]) == ("app", "legacy/values.yaml", 1)
        assert found["image.tag"]["value"] == ("b" if environment else "a")


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["nothing"], "there is no chart `nothing`", "known: "),
        (["orders", "-e", "nowhere"], "there is no environment `nowhere`", "known: "),
        (["orders", "-e", "tst", "-f", "absent.yaml"], "there is no file", "-f takes a values file"),
        (["orders", "-e", "tst", "--set", "orders"], "key `orders` has no value", "such as --set"),
        (["orders", "-e", "tst", "--set", "orders=1"], "`orders` must be a map", "shunter validate"),
        (["orders", "-e", "tst", "--set", "orders.archetype=rest"], "has no archetype `rest`", "correct `archetype:`"),
    ],
)
def test_bad_input(example_on_rails: Path, arguments: list[str], message: str, hint: str) -> None:
    block = error(shunter("values", "explain", *arguments, cwd=example_on_rails))
    assert message in block.message
    assert hint in block.hint


def test_a_broken_file_is_named_and_so_is_a_chart_that_is_gone(railed: Path) -> None:
    values = railed / TST / "values.yaml"
    text = values.read_text("utf-8")
    values.write_text(text + "a: [\n", "utf-8")
    result = shunter("values", "explain", "orders", "-e", "tst", cwd=railed)
    assert result.code == 2
    assert f"--> {TST}/values.yaml:" in result.err
    values.write_text(text, "utf-8")
    shutil.rmtree(railed / TST / "charts" / "orders")
    gone = error(shunter("values", "explain", "orders", "-e", "tst", cwd=railed))
    assert gone.hint == "shunter lock"


SECRETIVE = """\
db: {password: hunter2long, passwordKey: url}
automountServiceAccountToken: false
env:
- {name: API_TOKEN, value: hunter3long}
- {name: LOG_LEVEL, value: debug}
extra: {name: API_TOKEN, value: hunter4long}
url: postgres://app:hunter5long@db/x
token: changeme
sealed: {token: "ENC[AES256_GCM,data:x,type:str]"}
"""


@pytest.fixture
def secretive(tmp_path: Path) -> Path:
    """A folder with the chart `web`, whose values hold passwords."""
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    (tmp_path / "web" / "values.yaml").write_text(SECRETIVE)
    return tmp_path


@pytest.mark.parametrize("form", ["table", "json", "yaml"])
def test_secrets_are_masked_and_shown_only_when_asked_for(form: str, secretive: Path) -> None:
    (secretive / "more.yaml").write_text("admin: {secretKey: hunter6long9}\n")
    sets = ("--set", "root.password=hunter7long,a=b", "--set-string", "root.apiKey=hunter8long")
    arguments = ("values", "explain", "web", "-f", "more.yaml", *sets, "-o", form)
    masked = ok(*arguments, cwd=secretive)
    assert "hunter" not in masked.out + masked.err
    shown = ok(*arguments, "--show-secrets", cwd=secretive)
    assert {f"hunter{number}long" for number in range(2, 9) if f"hunter{number}long" not in shown.out} == set()


def test_what_is_masked_keeps_its_row_and_all_else_its_value(secretive: Path) -> None:
    found = keys(secretive, "web", "--set", "root.password=hunter7long,a=b")
    assert place(found["db.password"]) == ("app", "web/values.yaml", 1)
    assert {key: row["value"] for key, row in found.items()} == {
        "a": "b",
        "automountServiceAccountToken": False,
        "db.password": "***********",
        "db.passwordKey": "url",
        "env": [{"name": "API_TOKEN", "value": "***********"}, {"name": "LOG_LEVEL", "value": "debug"}],
        "extra.name": "API_TOKEN",
        "extra.value": "***********",
        "root.password": "***********",
        "sealed.token": "ENC[AES256_GCM,data:x,type:str]",
        "token": "changeme",
        "url": "postgres://***************@db/x",
    }
    assert found["a"]["argument"] == found["root.password"]["argument"] == "root.password=***********,a=b"
