"""Users that forges vouch for. tests/flows/deploying has an API server that believes such tokens."""

from __future__ import annotations

from shunter.core.deployment.identity import authentication, issuer_of, user_of


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
