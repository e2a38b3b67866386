"""An environment's apps as charts of their own: together they are what it renders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from helpers.clusters.cluster import Cluster
from helpers.clusters.environments import HOOK, NAMED, WEB, make_environment
from shunter.adapters.helm.engine import EmbeddedEngine, is_embedded
from shunter.core.kube.objects import objects_of
from shunter.flows.release.parts import parts_of
from shunter.flows.release.release import release_of
from shunter.flows.release.render import documents
from shunter.flows.workspace.context import open_context


@pytest.mark.skipif(not is_embedded(), reason="needs the embedded Helm")
def test_together_they_are_what_the_environment_renders(tmp_path: Path) -> None:
    """With hooks, names after the release, braces, a chart in a chart, and what the umbrella itself has."""
    make_environment(tmp_path, Cluster(tmp_path), "shop-tst", by_app=True, web=f"{WEB}---\n{HOOK}", other=NAMED)
    own = tmp_path / "envs/tst/templates/own.yaml"
    own.parent.mkdir(exist_ok=True)
    own.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n", "utf-8")
    context = open_context(tmp_path)
    release = release_of(context, context.site("environment", "tst"))
    text = release.render(EmbeddedEngine())
    parts = parts_of(release, text)
    assert [each.app for each in parts] == ["", "other", "web"]
    found = []
    for part in parts:
        rendered = EmbeddedEngine().render(part.archive, part.values, release="any", namespace="shop-tst")
        found += [each.value for each in objects_of(documents(rendered))]
    wanted = [each.value for each in objects_of(documents(text))]
    key = lambda value: json.dumps(value, sort_keys=True)  # noqa: E731
    assert sorted(found, key=key) == sorted(wanted, key=key)
    chart = yaml.safe_load(parts[2].archive.files["Chart.yaml"].data)
    assert (chart["name"], chart["version"], parts[2].values) == ("web", "1.0.0", {})
