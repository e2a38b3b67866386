"""What Argo CD and Flux render of an object, by a helm binary: with what they are known to hand to Helm, and nothing of ours."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from helpers.tools import HELM


def documents(text: str) -> Counter[str]:
    """The documents of a stream, in whatever order."""
    return Counter(part.strip() for part in f"\n{text}".split("\n---\n") if part.strip())


def by_argo(root: Path, found: Mapping[str, Any], folder: Path) -> str:
    """An Application: `helm template` of its path, with its values files and, above them, its values."""
    source = found["spec"]["source"]
    helm = source["helm"]
    files = [str(root / name.lstrip("/")) for name in helm["valueFiles"]]
    if "valuesObject" in helm:
        own = folder / f"{found['metadata']['name']}.yaml"
        own.write_text(yaml.safe_dump(helm["valuesObject"]), "utf-8")
        files.append(str(own))
    return _template(root / source["path"], helm["releaseName"], found["spec"]["destination"]["namespace"], files)


def by_flux(root: Path, found: Mapping[str, Any], folder: Path) -> str:
    """A HelmRelease: its values files, merged, take the place of the chart's own values; that is what Helm gets."""
    chart = found["spec"]["chart"]["spec"]
    copy = folder / found["metadata"]["name"]
    shutil.copytree(root / chart["chart"], copy)
    merged: dict[str, Any] = {}
    for name in chart["valuesFiles"]:
        merged = _merged(merged, yaml.safe_load((root / name).read_text("utf-8")) or {})
    (copy / "values.yaml").write_text(yaml.safe_dump(merged), "utf-8")
    return _template(copy, found["spec"]["releaseName"], found["spec"]["targetNamespace"], [])


def _template(chart: Path, release: str, namespace: str, files: list[str]) -> str:
    values = [option for name in files for option in ("--values", name)]
    command = [HELM, "template", release, str(chart), "--namespace", namespace, "--include-crds", *values]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _merged(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: _merged(below.get(key), value) for key, value in above.items()}}
