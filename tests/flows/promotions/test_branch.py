"""The branch of an environment: what it asks for, and that an equal request lets it be."""

from __future__ import annotations

from helpers.workspaces.cli import ok
from helpers.workspaces.promoted import Promoted
from shunter.flows.promotions.branch import Kept, branch_of, is_still, kept_of
from shunter.flows.promotions.derived import derived
from shunter.flows.workspace.context import open_context
from shunter.model.data import replace


def kept(promoted: Promoted, *, strict: bool) -> tuple[Kept | None, bool]:
    """The branch of tst, and whether it stays for an equal request that somebody else makes later."""
    with derived(open_context(promoted.ours)) as there:
        site = there.context.site("environment", "tst")
        tip = there.tips[site.root]
        found = kept_of(there.context, site, tip)
        if found is None or found.entry is None:
            return found, False
        again = replace(found.entry, why=replace(found.entry.why, at="2030-01-01T00:00:00Z", by="another"))
        return found, is_still(tip, site, found, again, strict=strict)


def test_it_stays_as_long_as_nothing_of_its_environment_changes(promoted: Promoted) -> None:
    assert branch_of("tst") == "promote/tst"
    assert kept(promoted, strict=False) == (None, False)
    ok("promote", "1.0.0", "--to", "tst", "--pr", cwd=promoted.ours)
    found, still = kept(promoted, strict=True)
    assert found
    assert (found.commit, found.merged, still) == (promoted.head("promote/tst"), False, True)
    promoted.moved({"README.md": "new\n"})
    assert [kept(promoted, strict=strict)[1] for strict in (False, True)] == [True, False]
    promoted.moved({"envs/tst/values.yaml": "orders: {size: 2}\n"})
    assert not kept(promoted, strict=False)[1]
    promoted.merge("promote/tst")
    found, _ = kept(promoted, strict=False)
    assert found
    assert found.merged
