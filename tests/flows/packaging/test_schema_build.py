"""`schema build`: a committed schema that is stale fails, and an app's own keys count everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.transcript import error, refusals, untouched

CHART = "orders/charts/orders"
VALUES = "shop-tst/envs/tst/values.yaml"
EXTRA = """\
x-features: [rbac]
properties:
  currency: {description: Of every price., enum: [EUR, CHF]}
required: [currency]
"""
Change = Callable[[Path], object]


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    git(file.parent, "add", file.name)


def edited_by_hand(root: Path) -> None:
    replaced(root / CHART / "values.schema.json", '"maximum":65535', '"maximum":65536')


def own_keys(root: Path) -> None:
    (root / CHART / "values.extra.schema.yaml").write_text(EXTRA, "utf-8")
    git(root / CHART, "add", ".")


def newer_library(root: Path) -> None:
    replaced(root / "library" / "Chart.yaml", "version: 1.0.0", "version: 1.1.0")
    replaced(root / "library" / "schema" / "values.v1.yaml", "maximum: 65535", "maximum: 32767")
    git(root, "commit", "-q", "-m", "library 1.1.0")
    ok("package", "shop-library", cwd=root)
    replaced(root / CHART / "Chart.yaml", "version: 1.0.0", "version: 1.1.0")


@pytest.mark.parametrize("change", [edited_by_hand, own_keys, newer_library])
def test_a_stale_schema_fails_the_check_and_is_built(change: Change, shop: Path) -> None:
    ok("schema", "build", "--check", cwd=shop)
    before = (shop / CHART / "values.schema.json").read_bytes()
    change(shop)
    result = untouched(shop, "schema", "build", "--check")
    assert result.code == 1
    assert "orders" in result.err
    assert "next: shunter schema build" in result.err
    assert untouched(shop, "schema", "build", "frontend", "--check").code == 0
    ok("schema", "build", cwd=shop)
    ok("schema", "build", "--check", cwd=shop)
    after = (shop / CHART / "values.schema.json").read_bytes()
    assert (after == before) == (change is edited_by_hand)


def test_the_commit_hook_fails_too(shop: Path) -> None:
    edited_by_hand(shop)
    config = yaml.safe_load((shop / "orders/.pre-commit-config.yaml").read_text("utf-8"))
    hooks = {hook["id"]: hook["entry"] for repo in config["repos"] for hook in repo["hooks"]}
    command = hooks["shunter-lock-check"].split()
    assert command[0] == "shunter"
    assert shunter(*command[1:], cwd=shop / "orders").code == 1


def test_own_keys_are_judged_rendered_and_known_to_editors(railed: Path) -> None:
    need_helm()
    own_keys(railed)
    replaced(railed / CHART / "Chart.yaml", "version: 0.1.0", "version: 0.2.0")
    with (railed / CHART / "values.yaml").open("a") as values:
        values.write('currency: EUR\nconfig: {CURRENCY: "{{ .Values.currency }}"}\n')
    assert refusals_of(railed, "validate", f"{CHART}/values.yaml") == {"unknown-key"}, "the schema is not built yet"
    ok("schema", "build", "orders", cwd=railed)
    ok("validate", cwd=railed)
    git(railed / CHART, "commit", "-q", "-a", "-m", "orders 0.2.0")
    for command in (["package", "orders"], ["train", "cut", "1.1.0"], ["promote", "1.1.0", "--to", "tst"]):
        ok(*command, cwd=railed)

    text = (railed / VALUES).read_text("utf-8")
    (railed / VALUES).write_text(
        text.replace("orders:\n", "orders:\n  currency: CHF\n  rbac: {rules: [{resources: [pods], verbs: [get]}]}\n"),
        "utf-8",
    )
    ok("validate", cwd=railed)
    manifests = ok("render", "tst", "orders", cwd=railed).out
    assert re.search(r'"?CURRENCY"?: "?CHF', manifests)
    assert "\nkind: Role\n" in manifests

    (railed / VALUES).write_text(text.replace("orders:\n", "orders:\n  currency: USD\n"), "utf-8")
    [block] = refusals(untouched(railed, "validate", "-e", "tst"))
    assert (block.rule, block.place) == ("enum", f"{VALUES}:5:13")
    assert any("/currency" in note for note in error(shunter("render", "tst", cwd=railed)).notes), "Helm refuses it too"
    editors = json.loads((railed / "shop-tst/envs/tst/.shunter/values.full.schema.json").read_text("utf-8"))
    assert editors["properties"]["orders"]["properties"]["currency"]["description"] == "Of every price."
    assert editors["properties"]["orders"]["properties"]["replicaCount"]["default"] == 1
    assert '"currency"' not in json.dumps(editors["properties"]["frontend"])


def refusals_of(root: Path, *command: str) -> set[str]:
    return {block.rule for block in refusals(shunter(*command, cwd=root))}


def test_a_feature_that_nobody_asked_for_is_no_key(shop: Path) -> None:
    with (shop / CHART / "values.yaml").open("a") as values:
        values.write("rbac: {rules: []}\n")
    assert refusals_of(shop, "validate", f"{CHART}/values.yaml") == {"unknown-key"}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("properties: [\n", ":1:13", "this is no YAML"),
        ("proprties: {}\n", ":1:12", "`proprties` is no part"),
        ("properties: {image: {type: string}}\n", "", "redefines `image`"),
        ("x-features: [rbacs]\n", "", "no feature `rbacs`"),
    ],
)
@pytest.mark.parametrize("command", ["schema build", "lock", "package"])
def test_a_broken_own_schema_stops_what_compiles_it(
    command: str, text: str, place: str, message: str, still: Path
) -> None:
    file = still / CHART / "values.extra.schema.yaml"
    file.write_text(text, "utf-8")
    block = error(untouched(still, *command.split()))
    file.unlink()
    assert block.place == f"{CHART}/values.extra.schema.yaml{place}"
    assert message in block.message


@pytest.fixture(scope="module")
def still(example_on_rails: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace for commands that write nothing. Tests put back what they change."""
    from helpers.workspaces.workspaces import copy

    return copy(example_on_rails, tmp_path_factory.mktemp("still") / "shop")
