"""Users that forges vouch for. tests/flows/deploying has an API server that believes such tokens."""

from __future__ import annotations

import base64
import json

import pytest

from shunter.core.deployment.identity import authentication, credential, issuer_of, kubeconfig, user_of


def test_a_job_is_called_after_its_repository_and_environment() -> None:
    assert user_of("github", "acme/shop", "tst") == "github:repo:acme/shop:environment:tst"
    assert user_of("gitlab", "acme/group/shop", "tst") == "gitlab:project:acme/group/shop:environment:tst"
    assert user_of("gitea", "acme/shop", "tst") == ""


def test_github_has_one_issuer_and_gitlab_is_its_own() -> None:
    assert issuer_of("github", "https://github.com") == "https://token.actions.githubusercontent.com"
    assert issuer_of("gitlab", "https://gitlab.acme.example") == "https://gitlab.acme.example"
    assert issuer_of("gitea", "https://codeberg.org") == ""


def test_a_private_issuer_brings_its_certificate() -> None:
    whom = authentication("gitlab", "https://gitlab.acme.example", "shunter", "PEM")["jwt"][0]["issuer"]
    assert whom == {"url": "https://gitlab.acme.example", "audiences": ["shunter"], "certificateAuthority": "PEM"}


@pytest.mark.parametrize("said", ["", "a", "a.b.c", "a.e30.c", "a.W10.c", f"a.{base64.b64encode(b'5').decode()}.c"])
def test_a_token_that_says_no_end_has_none(said: str) -> None:
    assert credential(said)["status"] == {"token": said}


@pytest.mark.parametrize("more", ["", "x", "xx"])
def test_a_credential_ends_with_its_token(more: str) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1_800_000_000, "more": more}).encode()).decode().rstrip("=")
    found = credential(f"head.{claims}.signature")
    assert (found["kind"], found["status"]["expirationTimestamp"]) == ("ExecCredential", "2027-01-15T08:00:00Z")


def test_a_kubeconfig_without_a_secret() -> None:
    found = kubeconfig("https://k:6443", "PEM", [("one", "shop-tst"), ("two", "shop-pro")], "k8s")
    assert [each["name"] for each in found["contexts"]] == ["one", "two"]
    assert found["current-context"] == "one"
    (user,) = found["users"]
    assert user["user"].keys() == {"exec"}
    assert user["user"]["exec"]["args"] == ["rights", "token", "--audience", "k8s"]
