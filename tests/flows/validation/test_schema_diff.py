"""A chart's next version: what it breaks is shown before it arrives, and explained when it is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git

OLD = {"replicas": {"type": "integer"}, "mode": {"enum": ["a", "b"]}, "port": {"type": "integer"}}
NEW = {"replicaCount": {"type": "integer"}, "mode": {"enum": ["a"]}, "port": {"type": "integer", "minimum": 1024}}
COMMON = {"global": {}, "enabled": {"type": "boolean"}}


def write_chart(root: Path, version: str, properties: dict[str, object], **more: object) -> None:
    folder = root / "legacy" / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    schema = {"additionalProperties": False, "properties": {**properties, **COMMON}, **more}
    (root / "legacy" / "values.schema.json").write_text(json.dumps(schema, indent=1), "utf-8")
    (root / "legacy" / "Chart.yaml").write_text(f"apiVersion: v2\nname: legacy\nversion: {version}\n", "utf-8")
    (folder / "a.yaml").write_text("# {{ .Values.replicas }}\n", "utf-8")
    git(root, "add", "legacy")
    git(root, "commit", "-q", "-m", f"legacy {version}")


@pytest.fixture
def pinned(railed: Path) -> Path:
    """The example with a chart that shunter did not make, 1.0.0 of it pinned in tst with values."""
    write_chart(railed, "1.0.0", OLD)
    ok("add", "service", "legacy", "--chart", "legacy", cwd=railed)
    ok("package", cwd=railed)
    ok("train", "cut", "1.1.0", cwd=railed)
    ok("promote", "1.1.0", "--to", "tst", cwd=railed)
    values = railed / "shop-tst" / "envs" / "tst" / "values.yaml"
    values.write_text(values.read_text("utf-8") + "legacy:\n  replicas: 3\n  mode: b\n  port: 8080\n", "utf-8")
    assert shunter("schema", "diff", "legacy", cwd=railed).out == (
        "legacy 1.0.0 -> 1.0.0: no breaking changes of the values schema\n"
    )
    write_chart(railed, "2.0.0", NEW, required=["token"])
    return railed


def test_changes_and_what_they_hit(pinned: Path) -> None:
    place = "shop-tst/envs/tst/values.yaml"
    first = (pinned / place).read_text("utf-8").splitlines().index("legacy:") + 1
    result = shunter("schema", "diff", "legacy", cwd=pinned)
    assert result.code == 1
    assert (
        result.out
        == f"""\
legacy 1.0.0 -> 2.0.0: 4 breaking changes of the values schema
  required   `token` is required now
             hits {place}:{first}:1
  renamed    `replicas` is now called `replicaCount`
             hits {place}:{first + 1}:3
  enum       `mode` may no longer be "b"
             hits {place}:{first + 2}:9
  limit      `port`: `minimum` is 1024, was not set
"""
    )
    ok("package", cwd=pinned)
    again = shunter("schema", "diff", "legacy", "1.0.0", "2.0.0", "-o", "json", cwd=pinned)
    (renamed,) = (change for change in json.loads(again.out) if change["kind"] == "renamed")
    assert renamed["hits"] == [{"path": place, "line": first + 1, "column": 3}]
    assert shunter("schema", "diff", "legacy", "2.0.0", cwd=pinned).code == 0


def test_a_refused_promotion_says_what_changed(pinned: Path) -> None:
    ok("package", cwd=pinned)
    ok("train", "cut", "1.2.0", cwd=pinned)
    refused = shunter("promote", "1.2.0", "--to", "tst", cwd=pinned)
    assert refused.code == 1
    for change in ("`replicas` is now called `replicaCount`", '`mode` may no longer be "b"', "`token` is required now"):
        assert f" = legacy 1.0.0 -> 2.0.0: {change}" in refused.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing"], "there is no service `nothing`"),
        (["orders", "9.9.9"], "orders 9.9.9"),
    ],
)
def test_what_is_not_there_is_named(arguments: list[str], message: str, example_on_rails: Path) -> None:
    result = shunter("schema", "diff", *arguments, cwd=example_on_rails)
    assert result.code == 2
    assert message in result.err
    assert "hint: " in result.err
