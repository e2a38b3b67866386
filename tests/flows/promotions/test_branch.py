"""The branch of an environment: what it asks for, and that an equal request lets it be."""

from __future__ import annotations

import pytest

from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import git, write
from helpers.workspaces.promoted import Promoted
from helpers.workspaces.small import ANSWERS, WORKSPACE
from shunter.flows.promotions.automatic import replayed
from shunter.flows.promotions.branch import Kept, branch_of, is_current, is_still, kept_of
from shunter.flows.promotions.bring import How
from shunter.flows.promotions.derived import derived
from shunter.flows.workspace.context import open_context
from shunter.flows.workspace.projects import files_of
from shunter.model.data import replace


def kept(promoted: Promoted) -> Kept | None:
    """The branch of tst as the remote has it."""
    with derived(open_context(promoted.ours)) as there:
        site = there.context.site("environment", "tst")
        return kept_of(there.context, site, there.tips[site.root])


def still(promoted: Promoted) -> tuple[bool, bool]:
    """Whether the branch of tst stays for the same request, made later by another; and whether it is on the tip."""
    with derived(open_context(promoted.ours)) as there:
        site = there.context.site("environment", "tst")
        tip = there.tips[site.root]
        found = kept_of(there.context, site, tip)
        assert found
        assert found.entry
        assert not replayed(there.context, "tst", found.entry.why, How()).exit_code()
        after = files_of(there.context, site)
        assert after.record
        entry = after.entries[after.record.entry]
        entry = replace(entry, why=replace(entry.why, at="2030-01-01T00:00:00Z", by="another"))
        return is_still(tip, site, found, there.made_in(site.root), entry), is_current(tip, found)


@pytest.fixture
def asked(promoted: Promoted) -> Promoted:
    """A promotion to tst is open, where a values file is shared with pre."""
    files = "[../common.yaml, values.yaml]"
    promoted.moved(
        {
            "shunter.yaml": WORKSPACE.replace("  tst: {", f"  tst: {{values: {files}, "),
            "envs/tst/.copier-answers.yml": f"{ANSWERS.format('tst')}values_files: {files}\n",
            "envs/common.yaml": "{}\n",
        }
    )
    ok("promote", "1.0.0", "--to", "tst", "--pr", cwd=promoted.ours)
    return promoted


def test_it_is_there_until_it_is_merged(promoted: Promoted) -> None:
    assert branch_of("tst") == "promote/tst"
    assert kept(promoted) is None
    ok("promote", "1.0.0", "--to", "tst", "--pr", cwd=promoted.ours)
    found = kept(promoted)
    assert found
    assert (found.commit, found.merged) == (promoted.head("promote/tst"), False)
    promoted.merge("promote/tst")
    found = kept(promoted)
    assert found
    assert found.merged


def test_it_stays_as_long_as_nothing_of_its_environment_changes(asked: Promoted) -> None:
    assert still(asked) == (True, True)
    asked.moved({"README.md": "new\n", "envs/pre/values.yaml": "{}\n", "trains/notes.txt": "new\n"})
    assert still(asked) == (True, False)


@pytest.mark.parametrize("path", ["envs/tst/values.yaml", "envs/common.yaml", "envs/tst/templates/more.yaml"])
def test_what_its_environment_is_made_of_changes_it(path: str, asked: Promoted) -> None:
    asked.moved({path: "# changed\n"})
    assert still(asked) == (False, False)


def test_what_is_derived_otherwise_changes_it(asked: Promoted) -> None:
    """Such as by another release of shunter, from the same files."""
    made = asked.shown("promote/tst", "envs/tst/Chart.yaml")
    place = asked.cloned("older")
    git(place, "checkout", "-q", "promote/tst")
    write(place, {"envs/tst/Chart.yaml": f"{made}\n# as an older release wrote it\n"})
    git(place, "commit", "-q", "-a", "--amend", "--no-edit")
    git(place, "push", "-q", "--force", "origin", "promote/tst")
    asked.moved({"README.md": "new\n"})
    assert still(asked) == (False, False)
