"""An API server: objects read, and tried on its side. What it refuses comes as one error that says what is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from shunter.adapters.cluster.credentials import tls_of, with_credentials
from shunter.adapters.cluster.kubeconfig import Access
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError

if TYPE_CHECKING:
    from urllib3 import PoolManager

_TIMEOUT: Final = 30.0
_AGAIN: Final = 10
_APPLY: Final = "application/apply-patch+yaml"
_STRATEGIC: Final = "application/strategic-merge-patch+json"
"""Lists by their keys; only for kinds that the server itself has."""
_MERGE: Final = "application/merge-patch+json"
_JSON: Final = "application/json"
_VALIDATING: Final = (1, 27)
"""The release of Kubernetes that validates fields for certain; in some before it, that is still a gate."""
_METADATA: Final = f"{_JSON};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_OTHERS: Final = "somebody else is at work: look, and run this again"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered: a status of HTTP, and an object or a `Status`."""

    status: int
    value: Mapping[str, Any]

    @property
    def message(self) -> str:
        """What it says is wrong."""
        return str(self.value.get("message") or f"HTTP status {self.status}")

    @property
    def is_unknown_field(self) -> bool:
        """Whether what was applied has a field that its kind does not have; servers call that an error of their own."""
        return self.status >= 400 and "field not declared in schema" in self.message

    @property
    def causes(self) -> tuple[Mapping[str, Any], ...]:
        """What is wrong, one by one."""
        return tuple((self.value.get("details") or {}).get("causes") or ())


@dataclass(frozen=True, slots=True)
class Resource:
    """How the server calls a kind in paths, and whether its objects stand in namespaces."""

    path: str
    namespaced: bool


@dataclass(frozen=True)
class Server:
    """The server that `access` leads to. Threads may share it."""

    access: Access
    _known: dict[str, dict[str, Resource]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """How a person calls it: its context, else its address."""
        return self.access.context or self.access.server

    @cached_property
    def version(self) -> tuple[int, int]:
        """Its release of Kubernetes, such as (1, 34); (0, 0) where it does not say. Raises ShunterError as `found`."""
        answer = self.ask("GET", "/version")
        if answer.status != 200:
            raise self.refusal(answer)
        found = re.match(r"(\d+)\.(\d+)", f"{answer.value.get('major')}.{answer.value.get('minor')}")
        return (int(found[1]), int(found[2])) if found else (0, 0)

    @property
    def validates(self) -> bool:
        """Whether it refuses fields that a kind does not have, where it is asked to."""
        return self.version >= _VALIDATING

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        form: str = "",
        wanted: str = _JSON,
        **query: str,
    ) -> Answer:
        """One request, whatever is answered. Raises ShunterError where nothing is, or nobody is let in.

        `form` is the media type of the body, `wanted` that of the answer.
        """
        import urllib3

        url = f"{self.access.server}{path}{'?' + urlencode(query) if query else ''}"
        headers = {"Accept": wanted, "User-Agent": "shunter", **self._who}
        if body is not None:
            headers["Content-Type"] = form or _JSON
        data = None if body is None else json.dumps(body).encode()
        try:
            found = self._pool.request(method, url, body=data, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise self._unreachable(error) from error
        if found.status == 401:
            hint = "log in again: the kubeconfig's token or certificate is not taken"
            raise ShunterError(f"{self.label} does not know who you are", hint=hint)
        try:
            value = json.loads(found.data)
        except ValueError:
            value = {"message": found.data.decode("utf-8", "replace").strip()[:200]}
        return Answer(found.status, value if isinstance(value, dict) else {})

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> Mapping[str, Any] | None:
        """An object; None where there is none. Raises ShunterError where it may not be read."""
        resource = self.resource(api_version, kind)
        if resource is None:
            return None
        answer = self.ask("GET", self._place(resource, namespace, name))
        return answer.value if self.found(answer) else None

    def listed(
        self, api_version: str, kind: str, namespace: str, *, whole: bool = True, **query: str
    ) -> list[Mapping[str, Any]]:
        """The objects of a kind in a namespace, or their metadata. Raises ShunterError where they may not be listed."""
        resource = self.resource(api_version, kind)
        assert resource is not None
        wanted = _JSON if whole else _METADATA
        answer = self.ask("GET", self._place(resource, namespace), None, "", wanted, **query)
        self.found(answer)
        items = answer.value.get("items") or ()
        return [{"apiVersion": api_version, "kind": kind, **item} for item in items]

    def try_apply(self, value: Mapping[str, Any], namespace: str, manager: str, *, force: bool) -> Answer:
        """What applying an object on the server's side would come to; nothing is changed.

        A kind that the server does not have is answered by 404.
        """
        resource = self._resource_of(value)
        if resource is None:
            return Answer(404, {"message": f"the server has no {value.get('kind')} of {value.get('apiVersion')}"})
        said = {"fieldManager": manager, "force": str(force).lower()}
        place = self._place(resource, namespace, str(value["metadata"]["name"]))
        return self.ask("PATCH", place, value, _APPLY, dryRun="All", **said)

    def try_merge(self, value: Mapping[str, Any], namespace: str, *, is_there: bool) -> Answer:
        """What making an object, or patching it by what a client has merged, would come to; nothing is changed.

        Of fields that its kind does not have, the server leaves these out. The server has the kind.
        """
        resource = self._resource_of(value)
        assert resource is not None
        if not is_there:
            return self.ask("POST", self._place(resource, namespace), value, dryRun="All")
        place = self._place(resource, namespace, str(value["metadata"]["name"]))
        answer = self.ask("PATCH", place, value, _STRATEGIC, dryRun="All")
        return self.ask("PATCH", place, value, _MERGE, dryRun="All") if answer.status == 415 else answer

    def _resource_of(self, value: Mapping[str, Any]) -> Resource | None:
        return self.resource(str(value.get("apiVersion")), str(value.get("kind")))

    def patch(self, api_version: str, kind: str, namespace: str, name: str, change: Mapping[str, Any]) -> None:
        """Change an object by a merge patch. Raises ShunterError where the server does not."""
        resource = self.resource(api_version, kind)
        assert resource is not None
        answer = self.ask("PATCH", self._place(resource, namespace, name), change, _MERGE)
        if answer.status == 409:
            raise ShunterError(f"{kind} {name} has changed meanwhile", hint=_OTHERS)
        if not self.found(answer):
            raise ShunterError(f"{kind} {name} is gone", hint=_OTHERS)

    def found(self, answer: Answer) -> bool:
        """Whether an answer has what was asked for. Raises ShunterError for any other one but `not found`."""
        if answer.status < 300:
            return True
        if answer.status == 404:
            return False
        raise self.refusal(answer)

    def refusal(self, answer: Answer) -> ShunterError:
        """The error for an answer that is none."""
        if answer.status == 403:
            hint = "ask who runs the cluster for that right, in a Role of the namespace"
            return ShunterError(f"{self.label}: {answer.message}", hint=hint)
        return ShunterError(f"{self.label}: {answer.message}", hint="see what the server says")

    def resource(self, api_version: str, kind: str) -> Resource | None:
        """How the server calls a kind; None where it has none, which is asked anew: somebody may make it meanwhile."""
        if kind not in self._known.get(api_version, {}):
            root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
            answer = self.ask("GET", root)
            listed = answer.value.get("resources") or () if self.found(answer) else ()
            self._known[api_version] = {
                each["kind"]: Resource(f"{root}|{each['name']}", bool(each["namespaced"]))
                for each in listed
                if "/" not in each["name"]
            }
        return self._known[api_version].get(kind)

    def _place(self, resource: Resource, namespace: str, name: str = "") -> str:
        root, _, plural = resource.path.partition("|")
        inside = f"/namespaces/{quote(namespace, '')}" if resource.namespaced else ""
        return f"{root}{inside}/{plural}{'/' + quote(name, '') if name else ''}"

    @cached_property
    def _given(self) -> Access:
        return with_credentials(self.access)

    @property
    def _who(self) -> dict[str, str]:
        import urllib3

        given = self._given
        if given.token:
            return {"Authorization": f"Bearer {given.token}"}
        return urllib3.make_headers(basic_auth=":".join(given.user)) if given.user else {}

    @cached_property
    def _pool(self) -> PoolManager:
        import urllib3

        given = self._given
        # A server that is busy, or begins to store a new kind, says when to ask again, and client-go does so.
        again = urllib3.Retry(
            _AGAIN, connect=0, read=0, redirect=False, other=0, allowed_methods=None, raise_on_status=False
        )
        kept: dict[str, Any] = {"maxsize": 8, "timeout": _TIMEOUT, "retries": again}
        if urlsplit(given.server).scheme == "https":
            kept["ssl_context"] = tls_of(given)
            if given.tls_name:
                kept |= {"server_hostname": given.tls_name, "assert_hostname": given.tls_name}
        return urllib3.ProxyManager(given.proxy, **kept) if given.proxy else urllib3.PoolManager(**kept)

    def _unreachable(self, error: Exception) -> ShunterError:
        reason = getattr(error, "reason", None) or error
        text = str(reason).rpartition(">: ")[2] or str(reason)
        return ShunterError(
            f"{self.label} cannot be reached at {self.access.server}",
            hint="check the network, the VPN and the kubeconfig: kubectl version",
            notes=(f"server: {text}",),
        )
