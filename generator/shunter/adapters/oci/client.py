"""One registry by its distribution API: what it holds, and putting something there, the manifest last."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from urllib.parse import urlencode, urljoin, urlsplit

from shunter.adapters.oci.authorization import LATER, Authorization, json_of
from shunter.adapters.oci.credentials import Login
from shunter.adapters.oci.transport import DONE, Answer, InterruptionError, Transport, is_loopback, joined, origin
from shunter.core.charts import archive
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_ACCEPT = ", ".join((MANIFEST, "application/vnd.docker.distribution.manifest.v2+json"))
_LARGEST_MANIFEST = 4 * 1024 * 1024
_LARGEST_ERROR = 64 * 1024
_LARGEST_PAGE = 16 * 1024 * 1024
_MOST_TAGS = 100_000
_PAGE = 1000
_FEW = 128 * 1024
_FINAL = (401, 403, 413, 429)
_BYTES = {"Content-Type": "application/octet-stream"}
_HOSTS = {"docker.io": "registry-1.docker.io", "index.docker.io": "registry-1.docker.io"}
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NEXT = re.compile(r'<([^>]*)>\s*;\s*rel="?next"?')


@dataclass(frozen=True, slots=True)
class Stored:
    """A manifest as a registry holds it; `digest` is of `data`."""

    data: bytes
    digest: str


@dataclass(frozen=True)
class Client:
    """A registry at `host` (with its port). `plain`: without TLS, as this machine's own registries always are.

    `own` says that it is the workspace's, so that the environment's login is for it, and `pushes` that something is to
    be pushed, so that the right to do so is asked for at once. Threads may share one client.
    """

    host: str
    plain: bool = False
    own: bool = False
    pushes: bool = False
    transport: Transport = field(default_factory=Transport)
    login: Login | None = None

    @cached_property
    def base(self) -> str:
        """The URL of the registry."""
        name = urlsplit(f"//{self.host}").hostname or ""
        scheme = "http" if self.plain or is_loopback(name) else "https"
        return f"{scheme}://{_HOSTS.get(self.host, self.host)}"

    @cached_property
    def _who(self) -> Authorization:
        return Authorization(self.host, self.base, self.transport, own=self.own, login=self.login)

    def ping(self) -> None:
        """Raise ShunterError where there is no registry, or it does not know who asks."""
        self._require(self._ask("GET", "/v2/", ""), "")

    def head(self, repository: str, reference: str, *, accept: str = _ACCEPT) -> str | None:
        """The digest of the manifest that a tag or digest leads to; None where there is none.

        `accept` are the kinds of manifests that count. Raises ShunterError where the registry does not say.
        """
        answer = self._ask("HEAD", _manifest(repository, reference), repository, accept=accept)
        if answer.status == 404:
            return None
        self._require_manifest(answer, repository)
        found = answer.headers.get("docker-content-digest", "").lower()
        if _DIGEST.fullmatch(found):
            return found
        stored = self.manifest(repository, reference, accept=accept)
        return stored.digest if stored else None

    def manifest(self, repository: str, reference: str, *, accept: str = _ACCEPT) -> Stored | None:
        """The manifest that a tag or digest leads to; None where there is none.

        Raises ShunterError where it has not the digest that it was asked for by.
        """
        path = _manifest(repository, reference)
        answer = self._ask("GET", path, repository, accept=accept, largest=_LARGEST_MANIFEST)
        if answer.status == 404:
            return None
        self._require_manifest(answer, repository)
        found = archive.digest(answer.data)
        said = answer.headers.get("docker-content-digest", found).lower()
        wanted = reference if _DIGEST.fullmatch(reference) else said
        if wanted.startswith("sha256:") and found != wanted:
            raise _other_bytes(f"{self.host}/{repository}", wanted, found)
        return Stored(answer.data, found)

    def has_blob(self, repository: str, digest: str) -> bool:
        """Whether the repository holds these bytes."""
        answer = self._ask("HEAD", _blob(repository, digest), repository)
        if answer.status == 404:
            return False
        self._require(answer, repository)
        return True

    def blob(self, repository: str, digest: str, largest: int) -> bytes:
        """The bytes with this digest. Raises ShunterError where there are none, other ones, or more than `largest`."""
        answer = self._ask("GET", _blob(repository, digest), repository, largest=largest)
        self._require(answer, repository)
        if (found := archive.digest(answer.data)) != digest:
            raise _other_bytes(f"{self.host}/{repository}", digest, found)
        return answer.data

    def upload(self, repository: str, data: bytes) -> str:
        """Put bytes into a repository, unless they are there; their digest. Nobody sees them without a manifest.

        Whether few bytes are there is not asked before the first attempt: that would take as long as putting them. An
        upload that broke has no state that one could rely on, so each attempt begins anew.
        """
        digest = archive.digest(data)
        known = iter((len(data) <= _FEW,))

        def attempt() -> Answer:
            if not next(known, False):
                there = self._ask("HEAD", _blob(repository, digest), repository, once=True)
                if there.status != 404:
                    return there
            return self._uploaded(repository, digest, data)

        self._require(self.transport.repeated(attempt), repository)
        return digest

    def _uploaded(self, repository: str, digest: str, data: bytes) -> Answer:
        """One attempt, in two requests: few registries take bytes in the first one, and none says so before."""
        begun = self._ask("POST", f"/v2/{repository}/blobs/uploads/", repository, body=b"", push=True, once=True)
        if begun.status >= 300:
            return begun
        place = joined(begun.url, begun.headers.get("location", ""))
        if origin(place)[0] not in (origin(self.base)[0], "https"):
            raise ShunterError(f"{self.host} wants an upload to a place that is not encrypted")
        place += ("&" if "?" in place else "?") + urlencode({"digest": digest})
        answer = self._ask("PUT", place, repository, body=data, push=True, once=True, more=_BYTES)
        return self._written(answer, repository)

    def _written(self, answer: Answer, repository: str) -> Answer:
        """The answer to a write. Raises InterruptionError where the same may do a moment later.

        Registries lose uploads, and are confused for a moment by somebody else who writes the same bytes: then
        docker-registry says that a digest is not the right one.
        """
        if 400 <= answer.status < 500 and answer.status not in _FINAL:
            refused = self._refusal(answer, repository)
            raise InterruptionError(refused.message, hint=refused.hint)
        return answer

    def put_manifest(
        self, repository: str, tag: str, data: bytes, *, there: Callable[[], bool] = bool, kind: str = MANIFEST
    ) -> str:
        """Put a manifest of this kind under a tag, in place of what it led to; the digest of the manifest.

        `there` is asked before each attempt whether that is done already. It may raise: between two attempts somebody
        else may have come in, whom the next one would write over.
        """
        path, more = _manifest(repository, tag), {"Content-Type": kind}

        def attempt() -> Answer:
            if there():
                return DONE
            answer = self._ask("PUT", path, repository, body=data, push=True, once=True, more=more)
            return self._written(answer, repository)

        self._require(self.transport.repeated(attempt), repository)
        return archive.digest(data)

    def tags(self, repository: str) -> list[str]:
        """Every tag of a repository; none where there is no such repository."""
        found: dict[str, None] = {}
        place = f"{self.base}/v2/{repository}/tags/list?n={_PAGE}"
        seen = set()
        while place and place not in seen:
            seen.add(place)
            answer = self._ask("GET", place, repository, largest=_LARGEST_PAGE)
            if answer.status == 404:
                break
            self._require(answer, repository)
            listed, before = json_of(answer, self.host).get("tags"), len(found)
            found |= dict.fromkeys(map(str, listed)) if isinstance(listed, list) else {}
            if len(found) > _MOST_TAGS:
                told = f"{self.host}/{repository} has more than {_MOST_TAGS:,} tags"
                raise ShunterError(told, hint="name a version, or have old ones removed")
            more = _NEXT.search(answer.headers.get("link", ""))
            # A page without a tag that is new leads nowhere, whatever it says.
            place = joined(answer.url, more[1]) if more and len(found) > before else ""
            if place and origin(place) != origin(self.base):
                raise ShunterError(f"{self.host} lists its tags at another host: {urlsplit(place).netloc}")
        return list(found)

    def _ask(
        self,
        method: str,
        place: str,
        repository: str,
        *,
        accept: str = "",
        body: bytes | None = None,
        largest: int = _LARGEST_ERROR,
        push: bool = False,
        once: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask with what is known of who we are; where that does not do, find out what the registry wants, and again."""
        url = urljoin(self.base, place)
        headers = ({"Accept": accept} if accept else {}) | dict(more or {})
        push = push or self.pushes
        known = self._who.known(repository, push=push) if origin(url) == origin(self.base) else ""
        said = {"Authorization": known} if known else {}
        answer = self.transport.send(method, url, headers | said, body=body, largest=largest, once=once)
        if answer.status != 401 or origin(answer.url) != origin(self.base):
            return answer
        authorization = self._who.asked(answer, repository, push=push)
        if not authorization or authorization == known:
            return answer
        again = headers | {"Authorization": authorization}
        return self.transport.send(method, url, again, body=body, largest=largest, once=once)

    def _require(self, answer: Answer, repository: str) -> None:
        if not 200 <= answer.status < 300:
            raise self._refusal(answer, repository)

    def _require_manifest(self, answer: Answer, repository: str) -> None:
        """Raise ShunterError for what is no manifest: many a server has a page for whatever it is asked for."""
        self._require(answer, repository)
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind.startswith("text/"):
            told = f"{self.host} is no registry: it has a page ({kind}) in place of a manifest"
            raise ShunterError(told, hint="check its name and port")

    def _refusal(self, answer: Answer, repository: str) -> ShunterError:
        place = f"{self.host}/{repository}" if repository else self.host
        said = _complaint(answer)
        if answer.status in (401, 403):
            known = self._who.login_of(repository)
            what = f"{place} refuses the login of {known.user or 'its token'}" if known else f"{place} wants a login"
            again = f"shunter registry login {self.host}"
            return ShunterError(f"{what} ({answer.status}{said})", hint=again, exit_code=2)
        hint = "check the name of the repository"
        if answer.status >= 500 or answer.status == 429:
            hint = LATER
        elif answer.status == 413:
            hint = "it takes nothing that large: ask who runs the registry, or make the chart smaller"
        return ShunterError(f"{place} answered {answer.status}{said}", hint=hint)


def _blob(repository: str, digest: str) -> str:
    return f"/v2/{repository}/blobs/{digest}"


def _manifest(repository: str, reference: str) -> str:
    return f"/v2/{repository}/manifests/{reference}"


def _complaint(answer: Answer) -> str:
    """What the registry itself says is wrong, on one line."""
    try:
        first = json.loads(answer.data)["errors"][0]
        said = str(first.get("message") or first.get("code") or "")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ""
    line = " ".join(said.split())[:200]
    return f": {line}" if line else ""


def _other_bytes(place: str, wanted: str, found: str) -> ShunterError:
    return ShunterError(
        f"{place} gives other bytes than those it was asked for",
        hint="do not use them: ask who runs the registry",
        notes=(f"wanted: {wanted}", f"found: {found}"),
        exit_code=1,
        rule="digest-mismatch",
    )
