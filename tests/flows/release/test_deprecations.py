"""Of an API that Helm's lint takes it need not be asked again."""

from __future__ import annotations

import pytest

from helpers.tools import need_helm
from shunter.adapters.helm.engine import engine
from shunter.flows.release.deprecations import current_left_out

GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
OLD = "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\n"
LEFT_OUT = GOOD.replace("v1", '""')
CASES = {
    "one": (GOOD, LEFT_OUT),
    "one that is deprecated": (OLD, OLD),
    "both": (f"{GOOD}---\n{OLD}", f"{LEFT_OUT}---\n{OLD}"),
    "none of Kubernetes": ("apiVersion: x/v1\nkind: A\n", 'apiVersion: ""\nkind: A\n'),
    "a selector is another question": ("apiVersion: apps/v1\nkind: Deployment\n", 'apiVersion: ""\nkind: Deployment\n'),
    "a second kind": (GOOD + "kind: Ingress\n", GOOD + "kind: Ingress\n"),
    "a second kind in quotes": (GOOD + '"kind": A\n', GOOD + '"kind": A\n'),
    "another order": ("kind: ConfigMap\napiVersion: v1\n", "kind: ConfigMap\napiVersion: v1\n"),
    "no object": ("a: b\n", "a: b\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_only_what_is_current_is_left_out(name: str) -> None:
    need_helm()
    text, wanted = CASES[name]
    assert current_left_out(text, engine()) == wanted
