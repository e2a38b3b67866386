"""Who deploys: accounts with just the rights that `rights show` prints, and releases that somebody left locked."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpers.clusters.cluster import Cluster
from helpers.clusters.environments import Deployed
from helpers.workspaces.cli import ok


def kubeconfig_with(cluster: Cluster, token: str, file: Path) -> Path:
    """The cluster's kubeconfig for who has this token."""
    value = json.loads(cluster.kubeconfig().read_text("utf-8"))
    value["users"] = [{"name": "who", "user": {"token": token}}]
    file.write_text(json.dumps(value), "utf-8")
    return file


def account_of(env: Deployed, *options: str, without: tuple[str, str] = ("", "")) -> Path:
    """The kubeconfig of the account that `rights show` makes for an environment, without one right: (resource, verb)."""
    text = ok("rights", "show", env.name, *options, "-o", "json", cwd=env.root).out
    cluster, shown = env.cluster, json.loads(text)
    for each in shown["objects"]:
        cluster.apply(taken(each, *without) if each["kind"] == "Role" else each)
    account = next(each["metadata"] for each in shown["objects"] if each["kind"] == "ServiceAccount")
    token = cluster.kubectl("create", "token", account["name"], "-n", account["namespace"]).strip()
    return kubeconfig_with(cluster, token, env.root / f"{env.name}.kubeconfig")


def taken(role: Mapping[str, Any], resource: str, verb: str) -> dict[str, Any]:
    """A Role without a verb on a resource."""
    rules = []
    for rule in role["rules"]:
        for name in rule["resources"]:
            verbs = [each for each in rule["verbs"] if (name, each) != (resource, verb)]
            rules += [{**rule, "resources": [name], "verbs": verbs}] if verbs else []
    return {**role, "rules": rules}


def lock(env: Deployed) -> None:
    """Leave the newest revision as a helm does that was killed while it waited."""
    name = f"sh.helm.release.v1.shop.v{env.history()[-1][0]}"
    packed = base64.b64decode(base64.b64decode(env.get("secret", name)["data"]["release"]))
    release = json.loads(gzip.decompress(packed))
    release["info"]["status"] = "pending-upgrade"
    data = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(release).encode()))).decode()
    change = {"metadata": {"labels": {"status": "pending-upgrade"}}, "data": {"release": data}}
    env.kubectl("patch", "secret", name, "--type=merge", "-p", json.dumps(change))
