"""The registries that the other tests here need are there, and are real: tools of others read and write them."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files, packed
from helpers.tools import need_helm, require
from helpers.workspaces.registries import PASSWORD, USER, Registry

pytestmark = pytest.mark.registry


def test_it_wants_a_password(registry: Registry) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"http://{registry.host}/v2/")


def test_helm_writes_and_skopeo_reads(registry: Registry, login: Path, tmp_path: Path) -> None:
    need_helm()
    import helm_python

    archive = tmp_path / "fixture-1.0.0.tgz"
    archive.write_bytes(packed(chart_files("fixture")))
    with helm_python.RegistryClient(plain_http=True, credentials_file=login) as client:
        client.push(archive, registry.url, plain_http=True)
    assert registry.tags("charts/fixture") == ["1.0.0"]
    place = f"docker://{registry.host}/charts/fixture:1.0.0"
    command = [require("skopeo"), "inspect", "--raw", "--tls-verify=false", f"--creds={USER}:{PASSWORD}", place]
    manifest = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert manifest["config"]["mediaType"] == "application/vnd.cncf.helm.config.v1+json"


def test_a_folder_is_served(directory: tuple[Path, str]) -> None:
    folder, url = directory
    (folder / "index.yaml").write_bytes(b"here")
    with urllib.request.urlopen(f"{url}/index.yaml") as answer:
        assert answer.read() == b"here"
