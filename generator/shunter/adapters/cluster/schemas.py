"""Schemas of Kubernetes versions, as the package kubernetes-validate bundles them, and of custom resources on disk."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from shunter.core.kube.catalogue import Catalogue, Gvk
from shunter.model.errors import ShunterError

_FOLDER = re.compile(r"v(\d+\.\d+)\.\d+-local-strict")
_EXTRA = "pip install 'shunter[manifests]'"
NEWEST = 3
"""So many minor versions does Kubernetes maintain at a time."""


def catalogues(asked: Sequence[str]) -> tuple[tuple[str, ...], tuple[Catalogue, ...]]:
    """The versions that are meant (the newest ones where none is asked for), and the catalogues of all versions.

    The oldest first. Raises ShunterError where the schemas are not installed or a version is not among them.
    """
    folders = _folders()
    known = sorted(folders, key=_number)
    versions = tuple(sorted({_minor(version) for version in asked}, key=_number)) or tuple(known[-NEWEST:])
    for version in versions:
        if version not in folders:
            raise ShunterError(
                f"there are no schemas of Kubernetes {version}",
                hint=f"known: {known[0]} to {known[-1]}; or update them",
            )
    return versions, tuple(_load(version, folders[version]) for version in known)


def _folders() -> dict[str, Path]:
    spec = find_spec("kubernetes_validate")
    if spec is None or not spec.submodule_search_locations:
        raise ShunterError("the schemas of Kubernetes are not installed", hint=_EXTRA)
    root = Path(spec.submodule_search_locations[0]) / "kubernetes-json-schema"
    return {match[1]: folder for folder in root.iterdir() if (match := _FOLDER.fullmatch(folder.name))}


def _load(version: str, folder: Path) -> Catalogue:
    document = json.loads((folder / "_definitions.json").read_bytes())
    return Catalogue(version, document["$defs"])


def _minor(version: str) -> str:
    match = re.fullmatch(r"v?(\d+\.\d+)(?:\.\d+)?", version.strip())
    if match is None:
        raise ShunterError(f"`{version}` is no version of Kubernetes", hint="write versions such as 1.33,1.35")
    return match[1]


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def folder_of_schemas(folder: Path) -> Callable[[Gvk], Any]:
    """What looks a custom resource's schema up in `<group>/<kind>_<version>.json` below `folder`."""
    if not folder.is_dir():
        raise ShunterError(
            f"there is no folder {folder}", hint="--crds takes a folder of <group>/<kind>_<version>.json"
        )

    def lookup(gvk: Gvk) -> Any:
        if not re.fullmatch(r"[a-z0-9.-]+", gvk.group) or not re.fullmatch(r"[A-Za-z0-9]+", gvk.kind + gvk.version):
            return None
        file = folder / gvk.group / f"{gvk.kind.lower()}_{gvk.version}.json"
        if not file.is_file():
            return None
        try:
            return json.loads(file.read_bytes())
        except ValueError as error:
            raise ShunterError(f"{file} is no JSON: {error}", hint="fetch it again") from error

    return lookup
