"""A template set with its releases, and updates tried in repositories that are thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shunter.adapters.git.conflicts import conflict_state
from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree, write_file
from shunter.adapters.system.regular import is_checkout
from shunter.adapters.templates.copier_merge import merge_as_copier
from shunter.adapters.templates.history import STREAM, template_files
from shunter.adapters.templates.merge import Asked, MergeProject, merge_repositories
from shunter.core.trees import fast_import
from shunter.core.trees.fast_import import Signature
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import Conflict, FileState

Files = Mapping[str, FileState]
_NOBODY = Signature("shunter", "shunter@localhost", 0)
_TAGS = "+refs/tags/v*:refs/tags/v*"


@dataclass(frozen=True, slots=True)
class TemplateSet:
    """A bare repository with the releases of a template set, each a tag `v<release>`, and the files of its folder."""

    bare: Path
    tags: tuple[str, ...]
    files: Files

    def holds(self, release: str) -> bool:
        """Whether a release is what the folder has."""
        entries = Repository(self.bare).tree(f"refs/tags/v{release}").entries()
        ours = {path: entry for path, entry in entries.items() if path == "copier.yml" or path.startswith("templates/")}
        return ours == {path: (state.mode, state.object_id()) for path, state in self.files.items()}

    def file(self, release: str, path: str) -> bytes | None:
        """What a file of a release holds; None where the release has none."""
        state = Repository(self.bare).tree(f"refs/tags/v{release}").get(path)
        return state.data if state else None

    def add(self, release: str) -> None:
        """Make what the folder has a release of its own."""
        laid = fast_import.commit("refs/heads/tested", _NOBODY, release, self.files)
        Repository(self.bare).import_stream(laid + fast_import.tag(f"v{release}", ":1"))


@contextmanager
def template_set(folder: Path) -> Iterator[TemplateSet]:
    """The template set in `folder`, with its tags, as long as it is needed. Raises ShunterError where there is none."""
    if not (folder / "copier.yml").is_file():
        raise ShunterError(f"{folder} holds no copier.yml", hint="name the folder of a template set")
    with tempfile.TemporaryDirectory(prefix="shunter-", ignore_cleanup_errors=True) as scratch:
        bare = Repository.init(Path(scratch) / "templates.git", bare=True)
        if (folder / STREAM).is_file():
            bare.import_stream((folder / STREAM).read_bytes())
        elif is_checkout(folder):
            bare.git("fetch", "--quiet", "--no-write-fetch-head", str(folder), _TAGS)
        tags = bare.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/tags/v*").text.split()
        yield TemplateSet(bare.root, tuple(tags), template_files(folder))


def tried(
    ours: Files, old: Files, new: Files, once: tuple[str, ...], *, as_copier: bool = False
) -> tuple[Files, tuple[Conflict, ...]]:
    """What an update makes of a project with the files `ours`, conflicts as a person sees them, and these.

    `once` are patterns of the files that are written once; with `as_copier` they are merged as `copier update` does it.
    """
    merge = merge_as_copier if as_copier else merge_repositories
    with tempfile.TemporaryDirectory(prefix="shunter-", ignore_cleanup_errors=True) as scratch:
        repository = Repository.init(Path(scratch))
        for path, state in ours.items():
            write_file(repository.root / path, state)
        repository.git("add", "--force", "--all")
        [(changes, conflicts)] = merge([Asked(repository.root, [MergeProject(".", old, new, once)])])
        tree = DiskTree(repository.root)
        before = {path: each for path in tree.paths() if (each := tree.get(path)) is not None}
    shown = {conflict.path: conflict_state(conflict) for conflict in conflicts}
    return {path: state for path, state in {**before, **changes, **shown}.items() if state is not None}, conflicts
