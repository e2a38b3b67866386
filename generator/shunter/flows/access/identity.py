"""Deploying without a password: a kubeconfig that holds none, and the token that it asks for in a job."""

from __future__ import annotations

import json
from collections.abc import Sequence

from shunter.adapters.cluster.job import job_token
from shunter.adapters.system.regular import read_regular
from shunter.core.deployment.identity import credential, kubeconfig
from shunter.core.goyaml.plain import dump
from shunter.flows.deploying.targets import targets_of
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError
from shunter.model.findings import Report


def kubeconfig_of(context: Context, names: Sequence[str], server: str, authority: str, audience: str) -> Report:
    """The kubeconfig for jobs that deploy these environments to the API server at `server`.

    `authority` is a file with its certificate. Raises ShunterError for what is no address, or no certificate.
    """
    if not server.startswith("https://"):
        raise ShunterError(f"`{server}` is no API server's address", hint="--server https://HOST:PORT")
    pem = read_regular(str(context.start / authority)).decode("utf-8", "replace") if authority else ""
    if authority and "-----BEGIN CERTIFICATE-----" not in pem:
        raise ShunterError(
            f"{authority} holds no certificate", hint="it has to be in PEM: ca.crt, as kubeconfigs have it"
        )
    contexts = [(each.cluster or each.name, each.release.namespace) for each in targets_of(context, names)]
    value = kubeconfig(server, pem, contexts, audience)
    return Report(dump(value).decode(), value)


def token(audience: str) -> Report:
    """What a kubeconfig's program prints: the job's token, and until when it is good."""
    value = credential(job_token(audience))
    return Report(f"{json.dumps(value)}\n", value)
