"""A chart in an OCI registry: manifest and config byte for byte as Helm makes them, tags, and names of places.

The same archive gives the same manifest on every machine: `helm push` of a file that is dated 1970 does too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from shunter.core.charts import archive, gojson
from shunter.core.charts.lock import GENERATED
from shunter.core.charts.metadata import sanitized
from shunter.core.charts.packed import PackedChart
from shunter.core.charts.pins import OCI
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

_CONFIG: Final = "application/vnd.cncf.helm.config.v1+json"
_LAYER: Final = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
_LAYERS: Final = (_LAYER, "application/tar+gzip")
_FIELDS: Final = (
    *(
        "name",
        "home",
        "sources",
        "version",
        "description",
        "keywords",
        "maintainers",
        "icon",
        "apiVersion",
        "condition",
    ),
    *("tags", "appVersion", "deprecated", "annotations", "kubeVersion", "dependencies", "type"),
)
"""The order of Helm's `Metadata`; what it does not sanitize is in `_AS_IT_IS`."""
_AS_IT_IS: Final = frozenset(("version", "apiVersion", "type", "annotations", "deprecated"))
_DEPENDENCY: Final = ("name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias")
_MAINTAINER: Final = ("name", "email", "url")
_IMAGE: Final = "org.opencontainers.image."
_OURS: Final = (f"{_IMAGE}title", f"{_IMAGE}version")
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_LONGEST_TAG: Final = 128
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?|\[[0-9a-f:.]+\](?::[0-9]{1,5})?", re.I)
_STEP: Final = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Artifact:
    """What stands for a chart in a registry. `digest` is that of the manifest."""

    config: bytes
    manifest: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Layer:
    """Where a manifest says that the archive is: its digest and its size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Place:
    """`oci://host/repository`, and the tag or the digest that may stand behind it."""

    host: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def url(self) -> str:
        """The place without tag and digest."""
        return f"{OCI}{self.host}/{self.repository}"

    @property
    def named(self) -> str:
        """The place with its digest or its tag, as errors and people call it."""
        return f"{self.url}@{self.digest}" if self.digest else f"{self.url}:{self.tag}"

    @property
    def name(self) -> str:
        """The last step of the repository: what the chart there is called."""
        return self.repository.rpartition("/")[2]

    def below(self, name: str) -> Place:
        """The place of a chart of that name, where charts are kept here.

        Raises ShunterError where no repository can be called so.
        """
        if not _STEP.fullmatch(name):
            hint = "small letters and digits, and . _ - between them: that is what a registry takes"
            raise ShunterError(f"`{name}` is no name for a chart in a registry", hint=hint)
        return Place(self.host, f"{self.repository}/{name}".lstrip("/"))


def artifact_of(chart: PackedChart) -> Artifact:
    """Config and manifest of a chart that has its archive.

    Raises ShunterError for a version that is too long for a tag.
    """
    tag_of(chart.version)
    config = gojson.dumps(_metadata(chart.metadata)).encode()
    value = {
        "schemaVersion": 2,
        "config": _descriptor(_CONFIG, config),
        "layers": [_descriptor(_LAYER, chart.archive)],
        "annotations": gojson.in_order(_annotations(chart.metadata)),
    }
    manifest = gojson.dumps(value).encode()
    return Artifact(config, manifest, archive.digest(manifest))


def _descriptor(kind: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": kind, "digest": archive.digest(data), "size": len(data)}


def _metadata(fields: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: _field(name, fields.get(name)) for name in _FIELDS}
    return {name: value for name, value in made.items() if value}


def _field(name: str, value: Any) -> Any:
    if name == "dependencies":
        return [_dependency(item) for item in value or ()]
    if name == "maintainers":
        return [_texts(item, _MAINTAINER) for item in value or ()]
    if name == "annotations":
        return gojson.in_order({key: text or "" for key, text in (value or {}).items()})
    return value if name in _AS_IT_IS else _clean(value)


def _clean(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return sanitized(value) if isinstance(value, str) else value


def _texts(item: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: found for name in names if (found := _clean(item.get(name)))}


def _dependency(item: Mapping[str, Any]) -> dict[str, Any]:
    always = {"name": sanitized(item.get("name") or ""), "repository": sanitized(item.get("repository") or "")}
    made: dict[str, Any] = {}
    for name in _DEPENDENCY:
        value = item.get(name)
        if name in always:
            made[name] = always[name]
        elif value:
            made[name] = gojson.in_order(value) if name == "import-values" else _clean(value)
    if "alias" in made:
        made["alias"] = item["alias"]
    return made


def _annotations(fields: Mapping[str, Any]) -> dict[str, str]:
    """The manifest's annotations, as Helm's `generateOCIAnnotations` has them, with a time that says nothing."""
    people = (_texts(item, _MAINTAINER) for item in fields.get("maintainers") or ())
    authors = [each.get("name", "") + (f" ({each['email']})" if "email" in each else "") for each in people]
    sources = _clean(fields.get("sources") or ())
    said = {
        "description": _clean(fields.get("description") or ""),
        "title": sanitized(fields["name"]),
        "version": fields["version"],
        "url": _clean(fields.get("home") or ""),
        "created": GENERATED,
        "source": sources[0] if sources else "",
        "authors": ", ".join(authors),
    }
    found = {_IMAGE + name: str(text) for name, text in said.items() if str(text).strip()}
    own = {name: text or "" for name, text in (fields.get("annotations") or {}).items() if name not in _OURS}
    return found | own


def parse_manifest(data: bytes, place: str) -> Layer:
    """Where the chart's archive is, by a manifest of whoever pushed it; `place` names it in errors.

    Raises ShunterError where it is no manifest, or one of something else than a chart.
    """
    try:
        found = json.loads(data)
        layers = [item for item in found["layers"] if item["mediaType"] in _LAYERS]
        digest, size = str(layers[0]["digest"]).lower(), int(layers[0]["size"])
        sound = found["config"]["mediaType"] == _CONFIG and _DIGEST.fullmatch(digest) is not None
    except (ValueError, LookupError, TypeError, RecursionError):
        sound = False
    if not sound:
        raise ShunterError(f"{place} is no chart", hint="an image, perhaps: check the name")
    if size <= 0:
        raise ShunterError(f"{place} names an archive of {size} bytes", hint="push the chart again, or ask who did")
    if size > archive.LARGEST_CHART:
        raise ShunterError(f"{place} is larger than Helm loads ({archive.LARGEST_CHART:,} bytes)")
    return Layer(digest, size)


def tag_of(version: str) -> str:
    """The tag of a version: a tag has no `+`. Raises ShunterError where that is none, or too long for one."""
    tag = version.replace("+", "_")
    if len(tag) > _LONGEST_TAG:
        hint = f"{_LONGEST_TAG} characters at most"
        raise ShunterError(f"`{version}` is too long for a tag of a registry", hint=hint)
    if not _TAG.fullmatch(tag):
        raise ShunterError(f"`{sanitized(version)}` is no tag of a registry", hint="letters, digits, and . _ -")
    return tag


def version_of(tag: str) -> str:
    """The version of a tag, the inverse of `tag_of`."""
    return tag.replace("_", "+")


def without_login(url: str) -> str:
    """A URL, or a place in a registry, as it may be shown: without the user and the password before its host."""
    scheme, slashes, rest = url.rpartition("://")
    first, slash, path = rest.partition("/")
    _, login, host = first.rpartition("@")
    if not login or host.startswith("sha256:"):
        return url
    return f"{scheme}{slashes}{host}{slash}{path}"


def parse_place(url: str) -> Place:
    """The place that `oci://HOST/REPOSITORY`, with `:TAG` or `@sha256:...` or both behind it, names.

    Raises ShunterError for anything else.
    """
    _, login, host = url.removeprefix(OCI).partition("/")[0].rpartition("@")
    if login and not _DIGEST.fullmatch(host):
        hint = "logins are kept elsewhere: shunter registry login HOST"
        raise ShunterError(f"`{without_login(url)}` was given with a login in it", hint=hint)
    rest, at, digest = url.removeprefix(OCI).partition("@")
    host, _, path = rest.partition("/")
    repository, colon, tag = path.partition(":")
    tag = tag.replace("+", "_")
    steps = repository.rstrip("/").split("/") if repository else ()
    known = url.startswith(OCI) and _HOST.fullmatch(host) and all(map(_STEP.fullmatch, steps))
    exact = (not colon or (repository and _TAG.fullmatch(tag))) and (
        not at or (repository and _DIGEST.fullmatch(digest))
    )
    if not (known and exact):
        hint = "oci://HOST/REPOSITORY in lower case, then :VERSION or @sha256:..."
        raise ShunterError(f"`{url}` is no place in a registry", hint=hint)
    return Place(host.lower(), repository.rstrip("/"), tag, digest)
