"""Names of kinds in paths: those that a real API server tells."""

from __future__ import annotations

import json

from helpers.clusters.cluster import Cluster
from shunter.core.kube.resources import is_of_the_cluster, resource_of


def test_every_kind_of_a_real_server_is_called_so(cluster: Cluster) -> None:
    groups = json.loads(cluster.kubectl("get", "--raw", "/apis"))["groups"]
    places = ["/api/v1", *(f"/apis/{each['preferredVersion']['groupVersion']}" for each in groups)]
    known = {}
    for place in places:
        for each in json.loads(cluster.kubectl("get", "--raw", place))["resources"]:
            if "/" not in each["name"] and {"get", "create"} <= {*each["verbs"]}:
                known[each["kind"]] = (each["name"], not each["namespaced"])
    assert len(known) > 50
    assert {kind: (resource_of(kind), is_of_the_cluster(kind)) for kind in known} == known


def test_kinds_of_others() -> None:
    assert resource_of("Gateway") == "gateways"
    assert resource_of("HTTPRoute") == "httproutes"
    assert resource_of("Certificate") == "certificates"
    assert is_of_the_cluster("ClusterIssuer")
