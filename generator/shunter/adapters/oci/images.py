"""Images in OCI registries: whether they are there, each asked once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shunter.adapters.oci import charts
from shunter.adapters.oci.client import MANIFEST, Client
from shunter.adapters.system.threads import at_once
from shunter.core.charts.image import Image
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError

KINDS = (
    MANIFEST,
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
"""An image is a manifest, or a list of them for several processors: a registry hides what is not asked for."""


@dataclass(frozen=True)
class OciImages:
    """What registries have. `plain`: hosts without TLS; `own`: the environment's login is for these registries."""

    plain: frozenset[str] = frozenset()
    own: bool = False
    _clients: dict[str, Client] = field(default_factory=dict)
    _found: dict[Image, str | None] = field(default_factory=dict)

    def digests(self, images: Iterable[Image]) -> Mapping[Image, str | None]:
        """The digest that each image's digest or tag leads to; None where its registry has none such.

        They are asked for at once, but the first of each registry before the rest: one that is not there is waited for
        once. Raises ShunterError where a registry does not say.
        """
        wanted = [*dict.fromkeys(images)]
        left = [image for image in wanted if image not in self._found]
        first = [*{image.host: image for image in reversed(left)}.values()]
        for part in (first, [image for image in left if image not in first]):
            for image, found in zip(part, at_once(self._digest, part), strict=True):
                if isinstance(found, ShunterError):
                    raise found
                self._found[image] = found
        return {image: self._found[image] for image in wanted}

    def _digest(self, image: Image) -> str | None:
        return self._client(image.host).head(image.path, image.reference, accept=", ".join(KINDS))

    def _client(self, host: str) -> Client:
        if host not in self._clients:
            plain = host in self.plain
            made = Client(host, plain=plain, own=self.own, transport=charts.transport())
            self._clients.setdefault(host, made)
        return self._clients[host]
