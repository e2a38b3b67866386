"""What a forge says of a job that deploys, and how an API server is told to believe it (OpenID Connect)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

_CREDENTIAL: Final = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential"}
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


def kubeconfig(server: str, authority: str, contexts: Sequence[tuple[str, str]], audience: str) -> dict[str, Any]:
    """A kubeconfig without a secret: who uses it is whom the forge vouches for. `contexts` are names and namespaces."""
    cluster: dict[str, Any] = {"server": server}
    if authority:
        cluster["certificate-authority-data"] = base64.b64encode(authority.encode()).decode()
    program = {
        "apiVersion": _CREDENTIAL["apiVersion"],
        "command": "shunter",
        "args": ["rights", "token", "--audience", audience],
        "interactiveMode": "Never",
    }
    where = {name: {"cluster": "cluster", "user": "job", "namespace": namespace} for name, namespace in contexts}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": contexts[0][0],
        "clusters": [{"name": "cluster", "cluster": cluster}],
        "contexts": [{"name": name, "context": each} for name, each in where.items()],
        "users": [{"name": "job", "user": {"exec": program}}],
    }


def credential(token: str) -> dict[str, Any]:
    """A token as client programs take it from another program; with its end, after which they ask for another one."""
    status = {"token": token}
    if until := _end_of(token):
        status["expirationTimestamp"] = until
    return {**_CREDENTIAL, "status": status}


def _end_of(token: str) -> str:
    """When a token ends, as it says itself; empty where it does not."""
    claims = token.split(".")[1:2]
    try:
        end = json.loads(base64.urlsafe_b64decode(claims[0] + "=="))["exp"]
        return datetime.fromtimestamp(int(end), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (IndexError, ValueError, KeyError, TypeError, OverflowError, OSError):
        return ""
