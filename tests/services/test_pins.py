"""`make pins`: the digests of what tags are in a real registry get into templates/cells.yaml, and from there into Dockerfiles."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from helpers.services.cells import LANGUAGES, ROOT
from helpers.tools import require
from helpers.workspaces.registries import push_image, running
from shunter.adapters.templates.history import template_files
from shunter.core.templates.engine import Engine
from shunter.model.files import FileState, MemoryTree

HUB = "docker.io"
CELLS = "templates/cells.yaml"


def images(languages: Mapping[str, Any]) -> dict[str, str]:
    """Digests by the names of images."""
    return {image["name"]: image["digest"] for each in languages.values() for image in each["images"].values()}


def pins(root: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the script of `make pins` in a copy of what it reads and writes."""
    for path in ("tests/refresh_pins.py", CELLS):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, root / path)
    program = str(root / "tests/refresh_pins.py")
    return subprocess.run(
        [sys.executable, program], env=os.environ | {"HOME": str(home)}, capture_output=True, text=True, check=False
    )


def stands_in(home: Path, host: str) -> None:
    """Whoever has this home asks `host` instead of Docker's registry."""
    folder = home / ".config/containers"
    folder.mkdir(parents=True)
    text = f'[[registry]]\nprefix = "{HUB}"\nlocation = "{host}"\ninsecure = true\n'
    (folder / "registries.conf").write_text(text, "utf-8")


def test_tags_become_digests_of_all_platforms(tmp_path: Path) -> None:
    """Of the index, not of one platform's image: a Dockerfile is built on any."""
    require("skopeo")
    with running(tmp_path, auth={}) as registry:
        wanted = {}
        for name in images(LANGUAGES):
            repository, _, tag = name.removeprefix(f"{HUB}/").partition(":")
            wanted[name] = push_image(registry.host, repository, tag, name, index=True)
        stands_in(tmp_path / "home", registry.host)
        done = pins(tmp_path / "checkout", tmp_path / "home")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "checkout" / CELLS).read_text("utf-8")
    assert images(yaml.safe_load(text)["languages"]) == wanted
    files = {**template_files(ROOT), CELLS: FileState(text.encode())}
    for language in LANGUAGES:
        answers = {"kind": "service", "name": "orders", "archetype": "rest-api", "language": language}
        dockerfile = Engine(MemoryTree(files), "here", "v1").render(answers)["Dockerfile"].data.decode()
        [(name, _)] = images({language: LANGUAGES[language]}).items()
        assert f"ARG BASE={name}@{wanted[name]}\n" in dockerfile


def test_without_an_answer_nothing_is_written(tmp_path: Path) -> None:
    require("skopeo")
    with running(tmp_path, auth={}) as registry:
        stands_in(tmp_path / "home", registry.host)
        done = pins(tmp_path / "checkout", tmp_path / "home")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "manifest unknown" in done.stderr
    assert (tmp_path / "checkout" / CELLS).read_bytes() == (ROOT / CELLS).read_bytes()
