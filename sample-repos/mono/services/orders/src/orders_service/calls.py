"""Services that are called, as shunter.yaml has them: each field is the variable of its name in capitals."""

from __future__ import annotations

from pydantic_settings import BaseSettings


class Calls(BaseSettings):
    """The template keeps these up to date, and the chart says where they are."""
