"""Dependencies and pins of charts as data."""

from __future__ import annotations

from typing import Any, Final

from shunter.model.data import dataclass

OCI = "oci://"
"""What the URL of a registry of containers begins with, in place of that of a chart repository."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of Chart.yaml's `dependencies`."""

    name: str
    version: str
    repository: str = ""
    alias: str = ""
    condition: str = ""
    tags: tuple[str, ...] = ()
    import_values: tuple[Any, ...] = ()

    @property
    def key(self) -> str:
        """The name under which the parent's values address this dependency."""
        return self.alias or self.name


@dataclass(frozen=True, slots=True)
class Digests:
    """By which a chart is asked for: those of its archive, and of the manifest in an OCI registry; empty is unknown."""

    archive: str = ""
    manifest: str = ""


UNKNOWN: Final = Digests()


@dataclass(frozen=True, slots=True)
class Pin:
    """One chart at one exact version. Digests are `sha256:` and 64 hex digits.

    `digest` is of the archive's bytes, `content` of the unpacked files (see `core.charts.archive.content_digest`),
    so that an unpacked copy can be verified too, and `manifest` of what an OCI registry has under that version.
    `source` is where a third-party chart came from. The archive says of itself: `revision`, the commit that it was made
    of, and `library`, name, version and hash of what it renders with.
    """

    name: str
    version: str
    app_version: str = ""
    digest: str = ""
    content: str = ""
    source: str = ""
    revision: str = ""
    library: str = ""
    manifest: str = ""

    @property
    def digests(self) -> Digests:
        """By which the chart is asked for."""
        return Digests(self.digest, self.manifest)
