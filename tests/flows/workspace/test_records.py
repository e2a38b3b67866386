"""The train records of all environments, whether they are checked out or not."""

from __future__ import annotations

from pathlib import Path

from helpers.charts.tiny_charts import chart_files, environment, write_files
from helpers.workspaces import own_files
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.records import records

WORKSPACE = (
    "name: shop\nlayout: multi\nservices: {}\nenvironments:\n  tst: {}\n  pre: {promotes-from: tst}\n  pro: {}\n"
)


def test_every_environment_has_its_record_or_none(tmp_path: Path) -> None:
    files, _, pins = environment({"orders": chart_files("orders")})
    for name in ("tst", "pro"):  # pro is a folder with files, and no checkout
        write_files(tmp_path / f"shop-{name}/envs/{name}", files)
    for name in ("tst", "pre"):
        (tmp_path / f"shop-{name}/.git").mkdir(parents=True)
    context = Context(tmp_path, tmp_path, own_files.workspace(WORKSPACE))
    found = records(context)
    assert found["tst"] is not None
    assert (found["tst"].pins, found["pre"], found["pro"]) == (pins, None, None)
    assert list(records(context)) == ["tst", "pre", "pro"]
