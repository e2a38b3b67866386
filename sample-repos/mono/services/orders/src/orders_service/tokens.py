"""Tokens: with AUTH_JWKS_URL, requests need one that the issuer's keys have signed. The template's, kept up to date."""

from __future__ import annotations

from typing import Any

from pydantic import field_validator
from pydantic_settings import BaseSettings


class Tokens(BaseSettings):
    """Nobody issues tokens: `provider` in shunter.yaml says who does, and brings what verifies them."""

    auth_jwks_url: str = ""

    @field_validator("auth_jwks_url")
    @classmethod
    def unset(cls, value: str) -> str:
        if value:
            raise ValueError("needs an issuer in shunter.yaml (`provider`): nothing here verifies tokens")
        return value


def needed(_: Tokens) -> list[Any]:
    """What each request depends on."""
    return []
