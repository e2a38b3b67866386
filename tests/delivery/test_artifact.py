"""Helm makes of an archive what we make of it, to the byte; and other tools take it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.charts.tiny_charts import archived, packed
from helpers.tools import HELM, need_helm, needs_helm, require
from helpers.workspaces.registries import PASSWORD, USER, Registry
from shunter.adapters.oci.client import Client
from shunter.core.charts.artifact import artifact_of, parse_manifest, tag_of
from shunter.core.charts.packed import PackedChart
from shunter.model.files import FileState

pytestmark = pytest.mark.registry

CHARTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "all": {
        "home": "https://example.org/<b>?a=1&c",
        "sources": ["https://git.example/a", "https://git.example/b"],
        "description": 'Ends "quoted", é, \u2028 and\ttab\x7f',
        "keywords": ["a", "", "b\u00a0c"],
        "maintainers": [
            {"name": "Ann", "email": "ann@example.org"},
            {"name": "Bob", "url": "https://b"},
            {"email": "c"},
        ],
        "icon": "https://example.org/i.svg",
        "condition": "x.enabled",
        "tags": "t",
        "appVersion": 1.10,
        "deprecated": True,
        "annotations": {"z": "1", "a": "<&>", "org.opencontainers.image.revision": "0" * 40, "empty": ""},
        "kubeVersion": ">=1.28.0-0",
        "type": "library",
    },
    "overrides": {
        "annotations": {
            "org.opencontainers.image.title": "no",
            "org.opencontainers.image.version": "no",
            "org.opencontainers.image.source": "https://yes",
            "org.opencontainers.image.created": "yes",
        },
        "sources": ["https://git.example/a"],
        "deprecated": False,
        "maintainers": [],
        "description": "   ",
    },
    "dependencies": {
        "dependencies": [
            {"name": "a", "version": "1.0.0", "repository": "", "alias": "b", "condition": "b.enabled", "tags": ["x"]},
            {
                "name": "c",
                "version": "1.0.0",
                "repository": "oci://r/c",
                "import-values": ["x", {"parent": "p", "child": "c"}],
            },
            {"name": "d", "version": "1.0.0", "enabled": True},
        ]
    },
}


def made(name: str, fields: dict[str, Any], version: str) -> PackedChart:
    text = yaml.safe_dump({"apiVersion": "v2", "name": name, "version": version, **fields}, allow_unicode=True)
    files = {"Chart.yaml": FileState(text.encode())}
    for item in fields.get("dependencies", ()):
        inner = f"apiVersion: v2\nname: {item['name']}\nversion: 1.0.0\n"
        files[f"charts/{item['name']}/Chart.yaml"] = FileState(inner.encode())
    return archived(packed(files))


@pytest.fixture
def helm_push(registry: Registry, login: Path, tmp_path: Path) -> Callable[[PackedChart], str]:
    """The embedded Helm's push of a chart whose file is dated 1970; the digest of the manifest."""
    need_helm()
    import helm_python

    def push(chart: PackedChart) -> str:
        file = tmp_path / f"{chart.name}.tgz"
        file.write_bytes(chart.archive)
        os.utime(file, (0, 0))
        with helm_python.RegistryClient(plain_http=True, credentials_file=login) as client:
            client.push(file, registry.url, plain_http=True)
            found: str = client.resolve(f"{registry.url}/{chart.name}:{tag_of(chart.version)}")["digest"]
        return found

    return push


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("version", ["1.0.0", "1.2.3-rc.1+b.7"])
def test_helm_pushes_the_same_manifest(
    name: str, version: str, registry: Registry, login: Path, helm_push: Callable[[PackedChart], str]
) -> None:
    chart = made(f"made-{name}", CHARTS[name], version)
    theirs = helm_push(chart)
    stored = Client(registry.host).manifest(f"charts/made-{name}", tag_of(version))
    assert stored is not None
    ours = artifact_of(chart)
    config = json.loads(stored.data)["config"]["digest"]
    assert Client(registry.host).blob(f"charts/made-{name}", config, 10_000) == ours.config
    assert json.loads(stored.data) == json.loads(ours.manifest)
    assert (stored.data, stored.digest, theirs) == (ours.manifest, ours.digest, ours.digest)
    assert parse_manifest(stored.data, "").digest == chart.digest


@pytest.fixture
def ours(registry: Registry, login: Path) -> PackedChart:
    """A chart with everything, which our client has pushed."""
    chart = made("ours", {**CHARTS["all"], "type": "application"}, "2.0.0+b7")
    artifact, client = artifact_of(chart), Client(registry.host)
    for data in (chart.archive, artifact.config):
        client.upload("charts/ours", data)
    client.put_manifest("charts/ours", tag_of(chart.version), artifact.manifest)
    return chart


def test_skopeo_reads_ours(ours: PackedChart, registry: Registry) -> None:
    place = f"docker://{registry.host}/charts/ours:2.0.0_b7"
    options = ["--tls-verify=false", f"--creds={USER}:{PASSWORD}"]
    done = subprocess.run([require("skopeo"), "inspect", "--raw", *options, place], capture_output=True, check=True)
    assert done.stdout == artifact_of(ours).manifest


def test_the_embedded_helm_pulls_ours(ours: PackedChart, registry: Registry, login: Path, tmp_path: Path) -> None:
    need_helm()
    import helm_python

    with helm_python.RegistryClient(plain_http=True, credentials_file=login) as client:
        client.pull(f"{registry.url}/ours", version="2.0.0+b7", destination=tmp_path, plain_http=True)
        assert client.resolve(f"{registry.url}/ours:2.0.0_b7")["digest"] == artifact_of(ours).digest
    assert (tmp_path / "ours-2.0.0+b7.tgz").read_bytes() == ours.archive


@needs_helm
def test_helm_pulls_ours(ours: PackedChart, registry: Registry, login: Path, tmp_path: Path) -> None:
    command = [HELM, "pull", f"{registry.url}/ours", "--version", "2.0.0+b7", "--plain-http", "-d", str(tmp_path)]
    subprocess.run(command, capture_output=True, check=True)
    assert (tmp_path / "ours-2.0.0+b7.tgz").read_bytes() == ours.archive
