"""What a project's answers file records, and when that is out of date."""

from __future__ import annotations

import pytest

from shunter.core.workspace.answers import Recorded
from shunter.core.workspace.model import Project
from shunter.flows.workspace.recorded import outdated, recorded
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree

PATH = "envs/tst/.copier-answers.yml"
ANSWERS = b"_src_path: https://t.invalid/t.git\n_commit: v1.2.0\nkind: environment\nname: tst\n"


def test_answers_are_read_below_the_projects_folder() -> None:
    found = recorded(MemoryTree({PATH: FileState(ANSWERS)}), "envs/tst")
    assert found == Recorded("https://t.invalid/t.git", "v1.2.0", {"kind": "environment", "name": "tst"})
    assert recorded(MemoryTree({PATH: FileState(ANSWERS)}), "envs/pre") is None


def test_an_error_names_the_file_below_its_repository() -> None:
    with pytest.raises(ShunterError) as error:
        recorded(MemoryTree({PATH: FileState(b"a: [\n")}), "envs/tst", "shop-tst")
    assert {finding.span.path for finding in error.value.findings} == {f"shop-tst/{PATH}"}


@pytest.mark.parametrize(
    ("was", "expected"),
    [
        (Recorded("s", "v1.0.0", {"name": "tst", "helm": "4", "own": "kept"}), False),
        (Recorded("s", "v1.0.0", {"name": "tst", "helm": "3"}), True),
        (Recorded("s", "v1.0.0", {"name": "tst"}), True),
        (Recorded("s", "1.0.0", {"name": "tst", "helm": "4"}), True),
        (Recorded("other", "v1.0.0", {"name": "tst", "helm": "4"}), True),
        (None, True),
    ],
)
def test_source_release_and_every_wanted_answer_have_to_agree(was: Recorded | None, expected: bool) -> None:
    project = Project("environment", "tst", "envs/tst", {"name": "tst", "helm": "4"})
    assert outdated(project, was, "s", "1.0.0") is expected
