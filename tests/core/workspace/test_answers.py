"""Answers, three ways."""

from __future__ import annotations

import pytest

from shunter.core.workspace.answers import merge_answers, read_answers
from shunter.model.errors import ShunterError


@pytest.mark.parametrize(
    ("recorded", "desired", "applied", "port", "kept"),
    [
        (1, 1, 1, 1, ()),
        (1, 2, 1, 2, ()),
        (2, 1, 1, 2, ("port",)),
        (2, 3, 1, 2, ("port",)),
        (2, 2, 1, 2, ()),
        (1, 2, None, 2, ()),
    ],
)
def test_what_was_changed_in_a_repository_stays(
    recorded: int, desired: int, applied: int | None, port: int, kept: tuple[str, ...]
) -> None:
    base = None if applied is None else {"port": applied}
    wanted = merge_answers({"port": recorded, "asked": "x"}, {"port": desired}, base)
    assert wanted.answers == {"port": port, "asked": "x"}
    assert wanted.kept == kept


def test_a_new_key_of_the_workspace_is_taken() -> None:
    assert merge_answers({}, {"port": 1}, {}).answers == {"port": 1}


def test_answers_files_are_read_without_copiers_own_keys() -> None:
    assert read_answers(b"_commit: v1.0.0\n_src_path: u\nkind: app\n") == ("u", "v1.0.0", {"kind": "app"})
    for broken in (b"kind: app\n", b"[", b"\xff", b"_commit: 1\n_src_path: u\n"):
        with pytest.raises(ShunterError, match="answers file"):
            read_answers(broken)
