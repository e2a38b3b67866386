"""A real API server, asked: kinds by discovery, tries that change nothing, and what it refuses."""

from __future__ import annotations

import pytest

from helpers.clusters.cluster import Cluster
from shunter.adapters.cluster.kubeconfig import access_of
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
