"""The locked environment of requirements/ fits pyproject.toml, and every package in it is known by its content."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUN = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["helm"]]
GROUPS = PROJECT["dependency-groups"]
WANTED = {"run": [*RUN, *GROUPS["build"]], "dev": [*RUN, *GROUPS["build"], *GROUPS["dev"]]}


def locked(name: str) -> dict[str, str]:
    """Package to version."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    entries = re.findall(
        r"^([\w.-]+)==(\S+)(?: ;[^\\\n]*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.M
    )
    assert len(entries) == sum(not line.startswith(("#", " ")) for line in text.splitlines()), "each entry has hashes"
    return {canonicalize_name(package): version for package, version, _ in entries}


@pytest.mark.parametrize("name", WANTED)
def test_the_lock_has_what_the_project_wants(name: str) -> None:
    versions = locked(name)
    for text in WANTED[name]:
        wanted = Requirement(text)
        found = versions.get(canonicalize_name(wanted.name), "nothing")
        assert found in wanted.specifier, f"{name}.txt has {found} for `{text}`: run `make lock`"


def test_both_locks_agree() -> None:
    run, dev = locked("run"), locked("dev")
    assert run.items() <= dev.items()


def test_locks_name_no_registry() -> None:
    text = "".join((ROOT / "requirements" / f"{name}.txt").read_text("utf-8") for name in WANTED)
    assert [word for word in ("://", "--index", "--find-links") if word in text] == []


def test_the_project_gives_every_dependency_a_lowest_version() -> None:
    extras = chain.from_iterable(PROJECT["project"]["optional-dependencies"].values())
    for text in (*PROJECT["project"]["dependencies"], *extras):
        assert {part.operator for part in Requirement(text).specifier} & {">=", "=="}, text
