"""Programs that a test needs beyond git and Python."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

import pytest

NO_HELM = "needs the embedded Helm (the extra `helm`)"
HELM = os.environ.get("SHUNTER_TEST_HELM", shutil.which("helm") or "")
HELM_3 = os.environ.get("SHUNTER_TEST_HELM_3", "")
SOPS = os.environ.get("SHUNTER_TEST_SOPS") or shutil.which("sops") or ""
GITEA = os.environ.get("SHUNTER_TEST_GITEA", "")
GLAB = os.environ.get("SHUNTER_TEST_GLAB") or shutil.which("glab") or ""
TEA = os.environ.get("SHUNTER_TEST_TEA", "")
CLUSTER = os.environ.get("SHUNTER_TEST_CLUSTER", "")
KWOK = os.environ.get("SHUNTER_TEST_KWOK", "")
FLUX = os.environ.get("SHUNTER_TEST_FLUX", "")
NO_CLUSTER = "no cluster: name the programs of tests/cluster and kwok in SHUNTER_TEST_CLUSTER and SHUNTER_TEST_KWOK"
needs_sops = pytest.mark.skipif(
    not (SOPS and shutil.which("age-keygen")),
    reason="no sops binary, or no age: put both on PATH, or name sops in SHUNTER_TEST_SOPS",
)
needs_helm = pytest.mark.skipif(not HELM, reason="no helm binary: put one on PATH, or name it in SHUNTER_TEST_HELM")
needs_gitea = pytest.mark.skipif(not GITEA, reason="no Gitea: name it in SHUNTER_TEST_GITEA, as `make delivery` does")
needs_glab = pytest.mark.skipif(not GLAB, reason="no glab: put it on PATH, or name it in SHUNTER_TEST_GLAB")
needs_tea = pytest.mark.skipif(not TEA, reason="no tea: name it in SHUNTER_TEST_TEA")
needs_flux = pytest.mark.skipif(not FLUX, reason="no SHUNTER_TEST_FLUX: the folder that `.ci/flux` prints")
needs_helm_3 = pytest.mark.skipif(not HELM_3, reason="no helm binary of Helm 3: name it in SHUNTER_TEST_HELM_3")


def require(tool: str, reason: str = "") -> str:
    """The path of `tool`, or a skip with a reason; in .ci/run, which installs everything, that is a failure."""
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"needs `{tool}`{': ' + reason if reason else ''}")
    return found


def need_helm() -> None:
    """Skip where the embedded Helm is not installed."""
    pytest.importorskip("helm_python", reason=NO_HELM)


def agree(name: str, text: str) -> None:
    """`text` must be what every earlier caller gave under `name`, in whichever worker of this run."""
    file = Path(os.environ["SHUNTER_TEST_FOLDER"]) / name
    mine = file.with_name(f"{name}.{os.getpid()}")
    mine.write_text(text, "utf-8")
    with contextlib.suppress(FileExistsError):
        os.link(mine, file)
    mine.unlink()  # else the next call of this worker would write into the linked file
    assert text == file.read_text("utf-8")
