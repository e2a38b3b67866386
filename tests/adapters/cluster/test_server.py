"""A real API server, asked: kinds by discovery, tries that change nothing, and what it refuses."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler

import pytest

from helpers.clusters.cluster import Cluster
from helpers.workspaces.http import served_by
from shunter.adapters.cluster.kubeconfig import Access, access_of
from shunter.adapters.cluster.server import Resource, Server
from shunter.model.errors import ShunterError


@pytest.fixture
def server(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig()))
    return Server(access_of())


def config_map(**data: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": data}


def test_kinds_are_known_by_discovery(server: Server) -> None:
    assert server.resource("apps/v1", "Deployment") == Resource("/apis/apps/v1|deployments", True)
    assert server.resource("v1", "Node") == Resource("/api/v1|nodes", False)
    assert server.resource("v1", "Nothing") is None
    assert server.resource("x.example/v1", "Nothing") is None
    assert server.get("v1", "Node", "", "node-0") is not None


def test_it_says_which_release_it_is(server: Server) -> None:
    assert server.version >= (1, 33)
    assert server.validates


def test_what_a_kind_does_not_have_is_left_out_of_what_a_client_merges(
    server: Server, cluster: Cluster, namespace: str
) -> None:
    wrong = {**config_map(a="1"), "more": "x"}
    answer = server.try_apply(wrong, namespace, "helm", force=True)
    assert (answer.is_unknown_field, answer.message.partition(": ")[2]) == (True, ".more: field not declared in schema")
    assert server.try_merge(wrong, namespace, is_there=False).value["data"] == {"a": "1"}
    cluster.apply({**config_map(b="2"), "metadata": {"name": "x", "namespace": namespace}}, "them")
    merged = server.try_merge(wrong, namespace, is_there=True)
    assert (merged.value["data"], "more" in merged.value) == ({"a": "1", "b": "2"}, False)
    assert server.get("v1", "ConfigMap", namespace, "x")["data"] == {"b": "2"}  # type: ignore[index]


def test_a_try_changes_nothing_and_names_who_stands_in_the_way(
    server: Server, cluster: Cluster, namespace: str
) -> None:
    assert server.try_apply(config_map(a="1"), namespace, "helm", force=False).value["data"] == {"a": "1"}
    assert server.get("v1", "ConfigMap", namespace, "x") is None
    cluster.apply({**config_map(a="2"), "metadata": {"name": "x", "namespace": namespace}}, "them")
    answer = server.try_apply(config_map(a="1"), namespace, "helm", force=False)
    assert (answer.status, [each["field"] for each in answer.causes]) == (409, [".data.a"])
    assert server.try_apply(config_map(a="1"), namespace, "helm", force=True).status == 200
    assert server.get("v1", "ConfigMap", namespace, "x")["data"] == {"a": "2"}  # type: ignore[index]
    assert server.try_apply({**config_map(), "kind": "Nothing"}, namespace, "helm", force=True).status == 404


def test_a_patch_of_an_older_object_is_refused(server: Server, cluster: Cluster, namespace: str) -> None:
    cluster.apply({**config_map(a="2"), "metadata": {"name": "x", "namespace": namespace}}, "them")
    server.patch("v1", "ConfigMap", namespace, "x", {"data": {"a": "3"}})
    assert [
        each["data"]["a"] for each in server.listed("v1", "ConfigMap", namespace, fieldSelector="metadata.name=x")
    ] == ["3"]
    with pytest.raises(ShunterError, match="has changed meanwhile"):
        server.patch("v1", "ConfigMap", namespace, "x", {"metadata": {"resourceVersion": "1"}})
    with pytest.raises(ShunterError, match="is gone"):
        server.patch("v1", "ConfigMap", namespace, "y", {})


BUSY = {"kind": "Status", "message": "storage is (re)initializing", "code": 429}


@pytest.mark.parametrize(("refused", "status"), [(2, 200), (99, 429)])
def test_a_busy_server_is_asked_again_when_it_says_so(refused: int, status: int) -> None:
    """As an API server answers for a kind that was made a moment ago."""
    asked = []

    class Busy(BaseHTTPRequestHandler):
        def do_PATCH(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            busy = len(asked) <= refused
            body = json.dumps(BUSY if busy else {"kind": "ConfigMap"}).encode()
            self.send_response(429 if busy else 200)
            if busy:
                self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with served_by(Busy) as url:
        answer = Server(Access(url)).ask("PATCH", "/api/v1/x", {"a": 1})
    assert answer.status == status
    assert (answer.value["kind"], {*asked}) == ("ConfigMap" if status == 200 else "Status", {b'{"a": 1}'})
    assert len(asked) == min(refused, 10) + 1
