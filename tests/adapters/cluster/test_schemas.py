"""Schemas of Kubernetes versions, and of custom resources in a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shunter.adapters.cluster import schemas
from shunter.adapters.cluster.schemas import NEWEST, catalogues, folder_of_schemas
from shunter.core.kube.catalogue import Gvk
from shunter.model.errors import ShunterError


def test_the_newest_versions_are_meant_where_none_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "_load", lambda version, _: version)
    ask: Any = catalogues  # with the loading taken away, a version stands for its catalogue
    versions, known = ask([])
    assert versions == known[-NEWEST:]
    assert list(known) == sorted(known, key=lambda text: tuple(map(int, text.split("."))))
    assert ask([" v1.33.2 ", "1.31", "1.33"])[0] == ("1.31", "1.33")
    assert ask(["1.33"])[1] == known


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("1.2", "there are no schemas of Kubernetes 1.2"),
        ("latest", "`latest` is no version"),
        ("1.33.x", "is no version"),
    ],
)
def test_what_is_no_known_version_is_refused(version: str, message: str) -> None:
    with pytest.raises(ShunterError, match=message) as caught:
        catalogues([version])
    assert "1.33" in caught.value.hint or "known: " in caught.value.hint


def test_a_catalogue_has_its_kinds() -> None:
    folder = schemas._folders()["1.33"]
    assert Gvk("apps", "v1", "Deployment") in schemas._load("1.33", folder).kinds


def test_without_the_package_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "find_spec", lambda _: None)
    with pytest.raises(ShunterError, match="not installed") as caught:
        catalogues([])
    assert "shunter[manifests]" in caught.value.hint


def test_a_custom_resource_is_looked_up_by_group_kind_and_version(tmp_path: Path) -> None:
    (tmp_path / "acme.example").mkdir()
    (tmp_path / "acme.example" / "thing_v1.json").write_text(json.dumps({"type": "object"}))
    (tmp_path / "acme.example" / "bad_v1.json").write_text("{")
    (tmp_path / "secret_v1.json").write_text("{}")
    lookup = folder_of_schemas(tmp_path)
    assert lookup(Gvk("acme.example", "v1", "Thing")) == {"type": "object"}
    for gvk in (
        ("acme.example", "v2", "Thing"),
        ("..", "v1", "x/../secret"),
        ("acme.example", "v1/../x", "Thing"),
        ("", "v1", "Secret"),
    ):
        assert lookup(Gvk(*gvk)) is None
    with pytest.raises(ShunterError, match=r"bad_v1\.json is no JSON"):
        lookup(Gvk("acme.example", "v1", "Bad"))
    with pytest.raises(ShunterError, match="there is no folder"):
        folder_of_schemas(tmp_path / "gone")
