"""Settings: everything that differs between environments, read once from environment variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


class SettingsError(Exception):
    """An environment variable has a value that the service cannot use."""


@dataclass(frozen=True)
class Settings:
    """The variables are the names below, in upper case."""

    host: str = "0.0.0.0"
    port: int = 8080
    log_level: str = "INFO"
    drain_delay: float = 1.0
    """Seconds between `/readyz` saying no and the end of accepting, so that load balancers notice."""
    shutdown_timeout: float = 20.0
    """Seconds that requests in flight get to finish. With the chart's preStop pause it must fit the grace period."""
    version: str = "dev"
    revision: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """All variables, for the settings of your own code."""

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Settings:
        """Settings from environment variables; what is not set keeps its default."""

        def value(name: str, convert: Callable[[str], T], default: T) -> T:
            text = variables.get(name, "")
            try:
                return convert(text) if text else default
            except ValueError:
                raise SettingsError(f"{name} must be a number, not {text!r}") from None

        return cls(
            host=value("HOST", str, cls.host),
            port=value("PORT", int, cls.port),
            log_level=value("LOG_LEVEL", str.upper, cls.log_level),
            drain_delay=value("DRAIN_DELAY", float, cls.drain_delay),
            shutdown_timeout=value("SHUTDOWN_TIMEOUT", float, cls.shutdown_timeout),
            version=value("VERSION", str, cls.version),
            revision=value("REVISION", str, cls.revision),
            variables=dict(variables),
        )
