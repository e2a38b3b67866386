"""The example workspace's values: what its people would have written into each environment's file."""

from __future__ import annotations

from collections.abc import Mapping

from shunter.core.workspace.layout import environment_folder

_HEAD = """\
# yaml-language-server: $schema=.shunter/values.full.schema.json
# Values of {name}, one section per service. Versions do not stand here: trains move them.
"""
_SMALL = """\
orders:
  env:
    LOG_LEVEL: debug

orders-db:
  replicaCount: 1
"""
_MEDIUM = """\
frontend:
  replicaCount: 2

orders:
  replicaCount: 2
"""
_LARGE = """\
api-gateway:
  httpRoute:
    hostnames: [shop.example.com]

frontend:
  replicaCount: 3

catalog:
  replicaCount: 2

orders:
  autoscaling:
    enabled: true
    minReplicas: 3
    maxReplicas: 12
"""
_TEXTS = {"tst": _SMALL, "pre": _MEDIUM, "pro": _LARGE}


def example_values() -> Mapping[str, bytes]:
    """The example's values files, by their path in their repository."""
    return {
        f"{environment_folder(name)}/values.yaml": f"{_HEAD.format(name=name)}\n{text}".encode()
        for name, text in _TEXTS.items()
    }
