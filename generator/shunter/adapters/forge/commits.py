"""Commits that a forge makes by its API, and signs with a key that it alone has."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from shunter.adapters.forge.clients import NO_ANSWER, Client
from shunter.adapters.forge.place import GITEA, GITHUB, GITLAB
from shunter.adapters.forge.requests import part, repository_of
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError

_MUTATION: Final = """\
mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }"""


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that a commit writes: its `data`, None where it takes it away; `was` is the blob before, empty if new."""

    path: str
    data: bytes | None
    was: str = ""

    @property
    def operation(self) -> str:
        """What becomes of the file, as GitLab and Gitea call it."""
        return "delete" if self.data is None else "update" if self.was else "create"

    @property
    def content(self) -> str:
        """The new data, as all forges want it."""
        return base64.b64encode(self.data or b"").decode()


@dataclass(frozen=True, slots=True)
class Draft:
    """A commit that is to be made on `branch`, which is at the commit `parent`."""

    branch: str
    parent: str
    message: str
    changes: Sequence[FileChange]


def commit_on(client: Client, draft: Draft) -> str:
    """Let the forge make a commit; its name. A `ShunterError` with the words of the forge where it does not."""
    path, document, answered = _WAYS[client.kind](client, draft)
    answer = client.ask("POST", path, document)
    made = part(answer.document, answered)
    if answer.problem or not isinstance(made, str):
        place = f"{client.place.web}/{client.place.path}"
        hint = f"see what `{client.command[0]}` may do there: its login has to be one that may write"
        raise ShunterError(f"{place}: no commit: {answer.problem or NO_ANSWER}", hint=hint)
    return made


_Way = tuple[str, Mapping[str, Any], str]
"""Where a commit is asked for, with which document, and where its name is in the answer."""


def _github(client: Client, draft: Draft) -> _Way:
    headline, _, body = draft.message.partition("\n")
    asked = {
        "branch": {"repositoryNameWithOwner": client.place.path, "branchName": draft.branch},
        "expectedHeadOid": draft.parent,
        "message": {"headline": headline, "body": body.strip()},
        "fileChanges": {
            "additions": [
                {"path": each.path, "contents": each.content} for each in draft.changes if each.data is not None
            ],
            "deletions": [{"path": each.path} for each in draft.changes if each.data is None],
        },
    }
    document = {"query": _MUTATION, "variables": {"input": asked}}
    return "graphql", document, "data.createCommitOnBranch.commit.oid"


def _gitea(client: Client, draft: Draft) -> _Way:
    files = [
        {
            "operation": each.operation,
            "path": each.path,
            **({} if each.data is None else {"content": each.content}),
            **({"sha": each.was} if each.was else {}),
        }
        for each in draft.changes
    ]
    return (
        f"{repository_of(client)}/contents",
        {"branch": draft.branch, "message": draft.message, "files": files},
        "commit.sha",
    )


def _gitlab(client: Client, draft: Draft) -> _Way:
    actions = [
        {
            "action": each.operation,
            "file_path": each.path,
            **({} if each.data is None else {"content": each.content, "encoding": "base64"}),
        }
        for each in draft.changes
    ]
    document = {"branch": draft.branch, "commit_message": draft.message, "actions": actions}
    return f"{repository_of(client)}/repository/commits", document, "id"


_WAYS: Final[Mapping[str, Callable[[Client, Draft], _Way]]] = {GITHUB: _github, GITEA: _gitea, GITLAB: _gitlab}
