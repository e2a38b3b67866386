"""rights."""

from __future__ import annotations

from shunter.cli.parse import Arguments
from shunter.cli.session import open_session
from shunter.flows.access import identity, rights
from shunter.flows.access import protect as protecting
from shunter.model.findings import Report


def show(arguments: Arguments) -> Report:
    """`shunter rights show`."""
    context, asked = open_session(arguments), arguments
    return rights.show(context, asked.environments, helm=asked.helm, oidc=asked.oidc, previews=asked.previews)


def check(arguments: Arguments) -> Report:
    """`shunter rights check`."""
    context, asked = open_session(arguments), arguments
    return rights.check(context, asked.environments, cluster=asked.context, helm=asked.helm, previews=asked.previews)


def issuer(arguments: Arguments) -> Report:
    """`shunter rights issuer`."""
    return rights.issuer(open_session(arguments), arguments.environments, arguments.audience)


def kubeconfig(arguments: Arguments) -> Report:
    """`shunter rights kubeconfig`."""
    context, asked = open_session(arguments), arguments
    return identity.kubeconfig_of(context, asked.environments, asked.server or "", asked.authority, asked.audience)


def token(arguments: Arguments) -> Report:
    """`shunter rights token`."""
    return identity.token(arguments.audience)


def protect(arguments: Arguments) -> Report:
    """`shunter rights protect`."""
    return protecting.protect(open_session(arguments))
