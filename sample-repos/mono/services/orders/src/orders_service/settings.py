"""Settings, from environment variables and nothing else: each field is the variable of its name in capitals."""

from __future__ import annotations

import sys
from typing import Literal

from pydantic import Field, PostgresDsn, ValidationError

from orders_service.calls import Calls
from orders_service.tokens import Tokens


class Settings(Calls, Tokens):
    host: str = "0.0.0.0"
    port: int = Field(8080, ge=0, le=65535)
    shutdown_seconds: float = Field(22, gt=0)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    version: str = "dev"
    database_url: PostgresDsn = Field(repr=False)
    otel_exporter_otlp_endpoint: str = ""


def read() -> Settings:
    """The settings, or all that is wrong with them on stderr and exit code 2."""
    try:
        return Settings()
    except ValidationError as error:
        for each in error.errors(include_input=False, include_url=False):
            print(f"error: {str(each['loc'][0]).upper()}: {each['msg']}", file=sys.stderr)
        raise SystemExit(2) from None
