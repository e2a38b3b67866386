"""What differs between an environment and another one, or a train laid over it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers.charts.sealed import key_in, seal
from helpers.tools import SOPS, need_helm, needs_sops
from helpers.workspaces.cli import shunter
from helpers.workspaces.gitrepo import snapshot, write
from shunter.adapters.system.sops import PROGRAM
from shunter.flows.trains.compare import diff, with_train
from shunter.flows.trains.promote import Promotion, promote
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.trains import trains_of
from shunter.model.errors import ShunterError


@pytest.fixture
def arrived(shop: Context) -> Context:
    """Train 1.0.0 in both environments."""
    for target in ("tst", "pre"):
        promote(shop, Promotion([target], "1.0.0"), dry_run=False, diff=False)
    return shop


def test_a_train_is_laid_over_and_nothing_is_written(arrived: Context) -> None:
    before = snapshot(arrived.root)
    report = diff(arrived, "tst", "1.1.0", "versions", "")
    assert report.answer is False
    assert report.product.startswith("--- tst versions\n+++ 1.1.0 versions\n")
    assert "-orders: 1.0.0\n+orders: 1.1.0 (7)\n" in report.product
    release = with_train(arrived, arrived.site("environment", "tst"), trains_of(arrived).find("1.1.0"))
    assert {subchart.name: subchart.version for subchart in release.chart.subcharts}["orders"] == "1.1.0"
    assert snapshot(arrived.root) == before


def test_what_is_equal_is_no_difference(arrived: Context) -> None:
    report = diff(arrived, "pre", "", "versions", "")
    assert (report.product, report.answer) == ("", True)


def test_values_are_compared_file_by_file_and_called_by_their_environment(arrived: Context) -> None:
    write(arrived.root, {"envs/pre/values.yaml": "orders:\n  size: 2\n"})
    report = diff(arrived, "pre", "", "values", "")
    assert report.product.startswith("--- pre/values.yaml\n+++ tst/values.yaml\n")
    assert "-  size: 2\n" in report.product


def test_manifests_are_compared_object_by_object(arrived: Context) -> None:
    need_helm()
    report = diff(arrived, "tst", "1.1.0", "manifests", "")
    assert report.product.count("--- tst/") == 1
    assert '-  version: "1.0.0"\n+  version: "1.1.0"\n' in report.product


@needs_sops
def test_secrets_have_names_in_a_difference(arrived: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_helm()
    (tmp_path / "keys").mkdir()
    key, recipient = key_in(tmp_path / "keys")
    monkeypatch.setenv(PROGRAM, SOPS)
    monkeypatch.setenv("SOPS_AGE_KEY_FILE", str(key))
    for name, secret in (("tst", "hunter2long"), ("pre", "other-secret")):
        file = arrived.root / f"envs/{name}/values.yaml"
        file.write_text(f"orders:\n  password: {secret}\n  same: equal-secret\n")
        seal(file, recipient)
        judged = shunter("validate", "-e", name, cwd=arrived.root)
        assert (judged.code, judged.err.count("-->"), "encrypted-values" in judged.err) == (0, 1, True)
    report = diff(arrived, "pre", "", "", "")
    assert not any(secret in report.product for secret in ("hunter2long", "other-secret", "equal-secret"))
    lines = [line for line in report.product.splitlines() if "<secret " in line]
    old, new = (re.findall(r"<secret \w+>", line) for line in lines)
    assert (old[0] != new[0], old[1]) == (True, new[1])


def test_the_first_environment_has_nothing_to_be_compared_with(arrived: Context) -> None:
    with pytest.raises(ShunterError, match="tst promotes from nowhere"):
        diff(arrived, "tst", "", "", "")
    with pytest.raises(ShunterError, match="there is no train `gone`"):
        diff(arrived, "tst", "gone", "", "")


def test_what_is_not_what_was_pinned_is_not_compared(arrived: Context) -> None:
    write(arrived.root, {"envs/pre/charts/web/templates/all.yaml": "other: 1\n"})
    report = diff(arrived, "pre", "", "", "")
    assert report.product == ""
    assert {finding.span.path.split("/")[1] for finding in report.findings} == {"pre"}
