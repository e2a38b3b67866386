"""The names of container images, `ghcr.io/acme/orders:1.5.0@sha256:...`, as container engines read them."""

from __future__ import annotations

import re
from typing import Final

from shunter.model.data import dataclass

_HUB: Final = "docker.io"
_STEP: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST: Final = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?"
_NAME: Final = re.compile(
    rf"(?P<repository>(?:{_HOST}/)?{_STEP}(?:/{_STEP})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


@dataclass(frozen=True, slots=True)
class Image:
    """One image: its repository as it is written, and the tag and the digest that may stand behind it."""

    repository: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return self.repository + tag + (f"@{self.digest}" if self.digest else "")

    @property
    def host(self) -> str:
        """The registry; Docker Hub where none is named."""
        return self._parts[0]

    @property
    def path(self) -> str:
        """The repository in its registry: `library/nats` for what Docker Hub calls `nats`."""
        return self._parts[1]

    @property
    def _parts(self) -> tuple[str, str]:
        first, slash, rest = self.repository.partition("/")
        if not (slash and is_host(first)):
            first, rest = _HUB, self.repository
        return first.lower(), f"library/{rest}" if first.lower() == _HUB and "/" not in rest else rest

    @property
    def reference(self) -> str:
        """What a registry is asked for: the digest, or else the tag; an image without either is the latest one."""
        return self.digest or self.tag or "latest"

    def is_of(self, other: Image) -> bool:
        """Whether both are in one repository, however it is written."""
        return self._parts == other._parts

    def is_below(self, prefix: str) -> bool:
        """Whether `prefix`, such as `ghcr.io/acme`, is the registry, or a folder in it, that the image is in."""
        if not prefix:
            return False
        host, path = Image(f"{prefix.rstrip('/')}/-")._parts
        return self.host == host and self.path.startswith(path.removesuffix("-"))


def is_host(text: str) -> bool:
    """Whether the first part of a repository is that of a registry, as container engines decide."""
    return "." in text or ":" in text or text == "localhost"


def parse_image(text: str) -> Image | None:
    """The image of that name; None for what is none."""
    found = _NAME.fullmatch(text)
    if found is None or len(text) > 512:
        return None
    return Image(found["repository"], found["tag"] or "", found["digest"] or "")
