"""What a forge says of a job that deploys, and how an API server is told to believe it (OpenID Connect)."""

from __future__ import annotations

from typing import Any, Final

GITHUB, GITLAB = "github", "gitlab"
_ISSUERS: Final = {GITHUB: "https://token.actions.githubusercontent.com", GITLAB: ""}


def issuer_of(forge: str, web: str) -> str:
    """Who signs the tokens of a forge's jobs; `web` is the address of its web server. Empty for other forges."""
    return _ISSUERS[forge] or web if forge in _ISSUERS else ""


def user_of(forge: str, path: str, environment: str) -> str:
    """The user that a job is which runs for an environment, in the repository at this path; empty for other forges."""
    said = {GITHUB: f"repo:{path}:environment:{environment}", GITLAB: f"project:{path}:environment:{environment}"}
    return f"{forge}:{said[forge]}" if forge in said else ""


def authentication(forge: str, issuer: str, audience: str, authority: str = "") -> dict[str, Any]:
    """The API server's configuration (`--authentication-config`) that makes a job's token such a user.

    A token that names no environment is nobody. `authority` is the issuer's certificate (PEM), if it is a private one.
    """
    environment = "claims.?environment.orValue('')"
    if forge == GITHUB:
        name = f"'{GITHUB}:repo:' + claims.repository + ':environment:' + {environment}"
    else:
        name = f"'{GITLAB}:project:' + claims.project_path + ':environment:' + {environment}"
    whom: dict[str, Any] = {"url": issuer, "audiences": [audience]}
    if authority:
        whom["certificateAuthority"] = authority
    return {
        "apiVersion": "apiserver.config.k8s.io/v1beta1",
        "kind": "AuthenticationConfiguration",
        "jwt": [
            {
                "issuer": whom,
                "claimValidationRules": [
                    {"expression": f"{environment} != ''", "message": "the job runs for no environment"}
                ],
                "claimMappings": {"username": {"expression": name}},
            }
        ],
    }
