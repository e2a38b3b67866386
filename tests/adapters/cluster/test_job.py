"""The token of a job: asked for as GitHub has it, or given as GitLab does. An issuer on this machine stands for the forge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.clusters.issuer import Issuer, issuing
from shunter.adapters.cluster.job import job_token
from shunter.model.errors import ShunterError

GITHUB = "ACTIONS_ID_TOKEN_REQUEST"


@pytest.fixture
def issuer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    for name in (f"{GITHUB}_URL", f"{GITHUB}_TOKEN", "SHUNTER_ID_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with issuing(tmp_path / "issuer") as found:
        monkeypatch.setenv("SSL_CERT_FILE", str(found.folder / "tls.crt"))
        yield found


def test_github_makes_one_for_who_asks(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    issuer.jobs["key"] = {"repository": "acme/shop"}
    monkeypatch.setenv(f"{GITHUB}_URL", f"{issuer.url}/job?api-version=2.0")
    monkeypatch.setenv(f"{GITHUB}_TOKEN", "key")
    assert job_token("shunter").count(".") == 2
    monkeypatch.setenv(f"{GITHUB}_TOKEN", "another")
    with pytest.raises(ShunterError, match="the forge gives this job no token") as caught:
        job_token("shunter")
    assert caught.value.notes == ("forge: HTTP status 404",)
    monkeypatch.setenv(f"{GITHUB}_TOKEN", "half\nkey")
    with pytest.raises(ShunterError, match="characters that no token has") as caught:
        job_token("shunter")
    assert "half" not in str(caught.value)


def test_gitlab_s_is_there(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNTER_ID_TOKEN", "a.b.c\n")
    assert job_token("shunter") == "a.b.c"


def test_elsewhere_there_is_none(issuer: Issuer) -> None:
    with pytest.raises(ShunterError, match="no forge vouches for this job") as caught:
        job_token("k8s")
    assert "id_tokens: {SHUNTER_ID_TOKEN: {aud: k8s}}" in caught.value.hint
