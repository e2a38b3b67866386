"""The size of Helm's release Secret, beside what a real Helm keeps of the same release."""

from __future__ import annotations

import base64
import gzip
import json
import os
import subprocess
from pathlib import Path

import pytest

from helpers.charts.many_apps import of_one_app
from shunter.adapters.helm.engine import engine
from shunter.core.rules.release_size import stored_size
from shunter.flows.release.release import Release, release_of
from shunter.flows.release.stored import kept_of
from shunter.flows.workspace.context import open_context
from shunter.flows.workspace.projects import files_in

HELM = os.environ.get("SHUNTER_TEST_HELM", "")


def helms_size(helm: str, release: Release, chart: Path) -> int:
    """The bytes that Helm's Secret would hold: what `helm install` would store, packed as Helm packs it."""
    files = [word for layer in release.layers for word in ("-f", str(chart / layer.path))]
    name = ("install", release.name or release.chart.name, str(chart), "--namespace", release.namespace)
    command = [helm, *name, *files, "--dry-run=client", "-o", "json"]
    said = subprocess.run(command, capture_output=True, check=True).stdout.strip()
    assert json.loads(said)["chart"]["metadata"]["name"] == release.chart.name
    return len(base64.b64encode(gzip.compress(said, 9)))


def predicted(release: Release) -> int:
    return stored_size(kept_of(release, release.render(engine())))


@pytest.mark.skipif(not HELM, reason="SHUNTER_TEST_HELM names no helm binary")
def test_the_secret_of_an_environment_is_foretold_within_two_percent(railed: Path) -> None:
    context = open_context(railed)
    site = context.site("environment", "tst")
    release = release_of(context, site)
    real = helms_size(HELM, release, site.path)
    assert abs(predicted(release) / real - 1) < 0.02, (predicted(release), real)


@pytest.mark.skipif(not HELM, reason="SHUNTER_TEST_HELM names no helm binary")
@pytest.mark.parametrize("count", [1, 100])
def test_so_is_that_of_one_app_and_of_a_hundred(tmp_path: Path, example_on_rails: Path, count: int) -> None:
    chart = of_one_app(tmp_path, example_on_rails / "shop-tst/envs/tst", count)
    release = Release(files_in(open_context(chart), chart))
    real = helms_size(HELM, release, chart)
    assert abs(predicted(release) / real - 1) < 0.02, (predicted(release), real)
