"""Nobody needs shunter to use what it wrote: a plain `helm` takes each chart of a fresh clone of each repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from helpers.tools import HELM, HELM_3, needs_helm, needs_helm_3
from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import git
from helpers.workspaces.workspaces import make_example, shared

# All in one repository, each chart in one of its own with its code or without, and charts of one repository.
LAYOUTS = {
    "mono": "mono",
    "multi": "multi",
    "own-charts": "{code: mono, charts: multi, envs: mono}",
    "one-of-charts": "{code: multi, charts: mono, envs: multi}",
}
BINARIES = [pytest.param(HELM, marks=needs_helm, id="helm4"), pytest.param(HELM_3, marks=needs_helm_3, id="helm3")]
COMMANDS = ("dependency build .", "lint --strict .", "template shop .", "package --destination {box} .")
OF_A_LIBRARY = (*COMMANDS[:2], COMMANDS[3])


def on_rails(name: str) -> Path:
    """The example in that layout: one app with a newer library than the others, in each environment."""

    def make(folder: Path) -> None:
        root = make_example(folder, LAYOUTS[name])
        ok("package", cwd=root)
        library = root / "library" / "Chart.yaml"
        library.write_text(library.read_text("utf-8").replace("version: 1.0.0", "version: 1.1.0"), "utf-8")
        defines = root / "library" / "templates" / "_more.v1.tpl"
        defines.write_text('{{- define "shop-library.v1.more" -}}more{{- end -}}\n', "utf-8")
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", "a newer library")
        ok("package", "shop-library", cwd=root)
        ok("bump", "orders", "--library", "1.1.0", cwd=root)
        ok("package", cwd=root)
        ok("train", "cut", "1.0.0", cwd=root)
        for environment in ("tst", "pre", "pro"):
            ok("promote", "1.0.0", "--to", environment, cwd=root)

    return shared(f"plain-{name}", make) / "shop"


def charts(clone: Path) -> list[Path]:
    """The folders of a repository's charts, without the charts in them."""
    folders = [(clone / path).parent for path in git(clone, "ls-files", "*Chart.yaml").split("\n") if path]
    return [folder for folder in folders if not any(above in folder.parents for above in folders)]


@pytest.mark.slow
@pytest.mark.parametrize("binary", BINARIES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_plain_binary_takes_every_fresh_clone(layout: str, binary: str, tmp_path: Path) -> None:
    """Slow: a workspace is made, and four commands are run for each of its nine charts."""
    root = on_rails(layout)
    place = {f"HELM_{name}_HOME": str(tmp_path / name) for name in ("CACHE", "CONFIG", "DATA")}
    found = 0
    for number, folder in enumerate(sorted(path.parent for path in root.rglob(".git"))):
        clone = tmp_path / f"clone-{number}"
        git(tmp_path, "clone", "--quiet", str(folder), str(clone))
        for chart in charts(clone):
            found += 1
            kind = yaml.safe_load((chart / "Chart.yaml").read_bytes()).get("type")
            for command in OF_A_LIBRARY if kind == "library" else COMMANDS:
                arguments = command.format(box=tmp_path / "packed").split()
                done = subprocess.run(
                    [binary, *arguments], cwd=chart, env=os.environ | place, capture_output=True, text=True, check=False
                )
                where = f"{layout}: helm {command} in {chart.relative_to(tmp_path)}"
                assert done.returncode == 0, f"{where}\n{done.stdout}{done.stderr}"
        assert git(clone, "status", "--porcelain") == "", f"{layout}: {folder}"
    assert found == 9
    libraries = root.rglob("charts/shop-library/templates/shop-library/1.*")
    assert len({path.name for path in libraries}) == 2
