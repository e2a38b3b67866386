"""One app moves to the library's next major, through the real commands; the others stay where they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.tools import need_helm
from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import git
from helpers.workspaces.transcript import refusals, untouched

LIBRARY = "shop-library"
CHART = "orders/charts/orders"
LIMIT = '"revisionHistoryLimit": 5'


def deployments(root: Path) -> dict[str, Any]:
    found = yaml.load_all(ok("render", "tst", cwd=root).out, yaml.CSafeLoader)
    return {item["metadata"]["name"]: item for item in found if item and item["kind"] == "Deployment"}


def rewritten(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text("utf-8")
    for old, new in changes:
        assert old in text, (file.name, old)
        text = text.replace(old, new)
    file.write_text(text, "utf-8")


def next_major(root: Path) -> None:
    """The library becomes 2.0.0: other names of defines, another default, a contract of its own with one more key."""
    library = root / "library"
    contract = library / "schema" / "values.v2.yaml"
    (library / "schema" / "values.v1.yaml").rename(contract)
    for old in list((library / "templates").iterdir()):
        template = old.rename(old.with_name(old.name.replace(".v1.", ".v2.")))
        rewritten(template, (f"{LIBRARY}.v1", f"{LIBRARY}.v2"))
    rewritten(library / "templates" / "_defaults.v2.tpl", (LIMIT, LIMIT.replace("5", "9")))
    rewritten(contract, ("\nproperties:\n", "\nproperties:\n  era: {description: Only here., type: string}\n"))
    rewritten(library / "Chart.yaml", ("version: 1.0.0", "version: 2.0.0"))
    git(library, "add", "-A", ".")
    git(library, "commit", "-q", "-m", "library 2.0.0")


def move(chart: Path) -> None:
    """An app chart follows."""
    for template in (chart / "templates").iterdir():
        rewritten(template, (f"{LIBRARY}.v1", f"{LIBRARY}.v2"))
    rewritten(chart / "Chart.yaml", ("version: 1.0.0", "version: 2.0.0"), ("version: 0.1.0", "version: 0.2.0"))
    git(chart, "add", "-A", ".")
    git(chart, "commit", "-q", "-m", "follow the library")


def test_an_app_moves_alone(railed: Path) -> None:
    need_helm()
    before = deployments(railed)
    next_major(railed)
    move(railed / CHART)
    ok("package", LIBRARY, "orders", cwd=railed)
    ok("train", "cut", "1.1.0", cwd=railed)
    ok("promote", "1.1.0", "--to", "tst", cwd=railed)
    ok("validate", "--strict", cwd=railed)
    ok("lock", "--check", cwd=railed)

    after = deployments(railed)
    moved = "shop-orders"
    assert {name for name in after if after[name] != before[name]} == {moved}
    assert (before[moved]["spec"]["revisionHistoryLimit"], after[moved]["spec"]["revisionHistoryLimit"]) == (5, 9)
    assert after[moved]["spec"]["template"] == before[moved]["spec"]["template"]

    for app, major, limit in (("orders", 2, 9), ("frontend", 1, 5)):
        data = json.loads(ok("values", "explain", app, "-e", "tst", "-o", "json", cwd=railed).out)
        [row] = [row for row in data["keys"] if row["key"] == "revisionHistoryLimit"]
        assert (row["value"], row["from"]) == (limit, "library default")
        assert row["file"].endswith(f".v{major}.tpl")


@pytest.mark.parametrize("app", ["orders", "frontend"])
def test_each_major_has_its_own_contract(app: str, railed: Path) -> None:
    next_major(railed)
    move(railed / CHART)
    ok("package", LIBRARY, "orders", cwd=railed)
    values = railed / app / "charts" / app / "values.yaml"
    values.write_text(values.read_text("utf-8") + "era: late\n", "utf-8")
    command = ("validate", values.relative_to(railed).as_posix())
    if app == "orders":
        ok(*command, cwd=railed)
    else:
        assert {block.rule for block in refusals(untouched(railed, *command))} == {"unknown-key"}
