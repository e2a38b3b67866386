"""Back to what was well: the cluster remembers which entry of the history that was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.clusters.cluster import Cluster
from helpers.workspaces.cli import ok, shunter


def entries(root: Path) -> list[str]:
    """The entries of tst's history, the oldest first."""
    found = json.loads(ok("history", "tst", "-o", "json", cwd=root).out)
    rows = found["entries"] if isinstance(found, dict) else found
    return [str(row["entry"]) for row in sorted(rows, key=lambda row: str(row["at"]))]


@pytest.mark.slow  # the example is deployed twice
def test_a_rollback_goes_to_the_last_entry_that_got_well(alone: Cluster, railed: Path) -> None:
    none = shunter("rollback", "tst", "--healthy", cwd=railed)
    assert (none.code, "has no revision of another entry of tst that was healthy" in none.err) == (1, True)
    ok("deploy", "tst", "--timeout", "4m", cwd=railed)
    (first,) = entries(railed)
    (secret,) = alone.get("secrets", "-n", "shop-tst", "-l", "owner=helm")["items"]
    assert secret["metadata"]["labels"]["shunter-entry"] == first

    ok("package", "orders", "--version", "0.2.0", cwd=railed)
    ok("train", "cut", "1.1.0", cwd=railed)
    ok("promote", "1.1.0", "--to", "tst", cwd=railed)
    second = next(name for name in entries(railed) if name != first)
    back = ok("rollback", "tst", "--healthy", cwd=railed)  # the second was never deployed
    assert "orders" in back.out
    record = (railed / "shop-tst/envs/tst/.shunter/train.yaml").read_text("utf-8")
    assert "orders 0.2.0" not in record
    assert second
    assert shunter("rollback", "tst", "--healthy", "--to", second, cwd=railed).code == 2
