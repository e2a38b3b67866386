"""Kubernetes' own verdicts on pod templates: the Go program in tests/pss, and the record of what it says.

`python -m helpers.charts.pod_security` in tests/ (with generator/ on the path, and Go) judges the golden manifests anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from helpers.charts import golden

SOURCE = Path(__file__).parents[2] / "pss"
RECORD = Path(__file__).parents[2] / "charts" / "pod_security.json"
VERSIONS = ["v1.25", "v1.33", "v1.34", "v1.35", "v1.36", "v1.37", "latest"]
AGAIN = "run `python -m helpers.charts.pod_security` in tests/"
_TEMPLATES = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}


def build(folder: Path) -> Path:
    """Build the program with the Go modules that go.sum pins; the Go caches are the user's own."""
    target = folder / "pss"
    environment = {**os.environ, "HOME": pwd.getpwuid(os.getuid()).pw_dir}
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        environment.pop(name, None)
    subprocess.run(["go", "build", "-mod=readonly", "-o", str(target), "."], cwd=SOURCE, env=environment, check=True)
    return target


def verdicts(program: Path, manifest: str, level: str = "restricted") -> list[dict[str, Any]]:
    """One verdict for each pod template of the manifest and each version of the standard."""
    done = subprocess.run([program, level], input=manifest.encode(), capture_output=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr.decode())
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def pods(manifest: list[dict[str, Any]]) -> list[str]:
    """The objects of a manifest that have a pod template, as `kind/name`."""
    return [f"{item['kind']}/{item['metadata']['name']}" for item in manifest if item["kind"] in _TEMPLATES]


def key(name: str) -> str:
    """The SHA-256 of a golden manifest."""
    return hashlib.sha256((golden.FOLDER / name).read_bytes()).hexdigest()


def judged(program: Path) -> dict[str, Any]:
    """The record as it is to be: by SHA-256, the manifest's name and the versions that admit each of its pods."""
    record = {}
    for path in sorted(golden.FOLDER.glob("*.yaml")):
        allowed: dict[str, list[str]] = {}
        for verdict in verdicts(program, path.read_text(encoding="utf-8")):
            admitting = allowed.setdefault(f"{verdict['kind']}/{verdict['name']}", [])
            if verdict["allowed"]:
                admitting.append(verdict["version"])
        record[key(path.name)] = {"manifest": path.name, "restricted": allowed}
    return dict(sorted(record.items(), key=lambda item: str(item[1]["manifest"])))


def recorded() -> dict[str, Any]:
    """The record as it is."""
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Build the program, judge every golden manifest and write the record."""
    with tempfile.TemporaryDirectory() as folder:
        record = judged(build(Path(folder)))
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(entry)}" for key, entry in record.items())
    RECORD.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
