"""Another language or archetype in shunter.yaml is an update like any other: the tree of a new workspace, and what a person wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import git
from helpers.workspaces.workspaces import copy, shared
from shunter.core.goyaml.edit import edit

CELLS = (
    ("python", "rest-api"),
    ("go", "rest-api"),
    ("typescript", "rest-api"),
    ("python", "worker"),
)
SERVICE, CHART = "services/orders", "charts/orders"


def made(cell: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new workspace whose service `orders` is of this language and archetype."""
    language, archetype = cell

    def make(folder: Path) -> None:
        orders = {"language": language, "archetype": archetype, "team": "alice"}
        said = {"services": {"orders": orders}, "environments": {"tst": {}}, "owners": {"alice": ["@acme/alice"]}}
        (folder / "said.yaml").write_text(yaml.safe_dump(said), "utf-8")
        ok("new", "shop", "--defaults", "--layout", "mono", "--data-file", str(folder / "said.yaml"), cwd=folder)

    name = f"{language}-{archetype}"
    return copy(shared(f"anew-{name}", make) / "shop", tmp_path_factory.mktemp(name) / "shop")


def files(root: Path) -> dict[str, bytes]:
    """What git tracks."""
    names = git(root, "ls-files", "-z").split("\0")
    return {name: (root / name).read_bytes() for name in names if name}


def moved(root: Path, cell: tuple[str, str]) -> None:
    """The service in another language, or of another archetype; committed and carried out."""
    file = root / "shunter.yaml"
    changes = [(("services", "orders", key), value) for key, value in zip(("language", "archetype"), cell, strict=True)]
    file.write_bytes(edit(file.read_bytes(), changes))
    git(root, "commit", "-qam", "another cell")
    ok("update", "--force", cwd=root)
    assert not git(root, "status", "--porcelain")


@pytest.mark.slow  # four workspaces, and as many updates
def test_a_service_that_nobody_touched_becomes_what_a_new_one_is(tmp_path_factory: pytest.TempPathFactory) -> None:
    """From each cell to the next, and back to the first."""
    root = made(CELLS[0], tmp_path_factory)
    for cell in (*CELLS[1:], CELLS[0]):
        moved(root, cell)
        assert files(root) == files(made(cell, tmp_path_factory)), cell
    ok("update", "--check", cwd=root)


def test_what_a_person_wrote_stays(tmp_path_factory: pytest.TempPathFactory) -> None:
    """New files, and those that were written once; what stands beside them follows."""
    root = made(CELLS[0], tmp_path_factory)
    theirs = {f"{SERVICE}/src/orders_service/items.py": b"# prices\n", f"{SERVICE}/notes.md": b"Ask Ann.\n"}
    theirs |= {f"{CHART}/values.yaml": (root / CHART / "values.yaml").read_bytes() + b"replicaCount: 2\n"}
    for path, data in theirs.items():
        (root / path).write_bytes(data)
    git(root, "add", "--all")
    git(root, "commit", "-qm", "ours")
    moved(root, CELLS[1])
    assert files(root) == files(made(CELLS[1], tmp_path_factory)) | theirs
