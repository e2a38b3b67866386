"""What a cluster has against what is wanted."""

from __future__ import annotations

from helpers.clusters.environments import Deployed
from helpers.workspaces.cli import Result, shunter


def compared(env: Deployed, *options: str) -> Result:
    return shunter("diff", "tst", "--cluster", *options, cwd=env.root)


def test_no_noise_and_each_field_with_its_owner(tst: Deployed) -> None:
    missing = compared(tst)
    assert (missing.code, missing.out) == (1, f"tst: shop in {tst.namespace} on here is not deployed\n")
    tst.deployed()
    tst.kubectl("annotate", "deployment", "web", "note=theirs")
    tst.kubectl("label", "configmap", "web", "more=x")
    same = compared(tst)
    assert (same.code, same.out) == (0, "")
    tst.kubectl("set", "image", "deployment/web", "web=x/web:hot")
    tst.kubectl("delete", "configmap", "web")
    found = compared(tst)
    assert found.code == 1
    assert f"tst: shop in {tst.namespace} on here\n" in found.out
    assert "  missing ConfigMap web\n" in found.out
    assert 'spec.template.spec.containers[web].image: "x/web:hot" -> "x/web:one" (by kubectl-set, since 20' in found.out
    assert len(found.out.splitlines()) == 4


def test_a_newer_pin_is_told_as_well(tst: Deployed) -> None:
    tst.deployed()
    tst.values({"web": {"note": "b"}})
    found = compared(tst)
    assert found.code == 1
    assert '  differs ConfigMap web\n          data.note: "a" -> "b"\n' in found.out


def test_other_things_to_compare_with_make_no_sense(tst: Deployed) -> None:
    assert compared(tst, "--only", "values").code == 2
