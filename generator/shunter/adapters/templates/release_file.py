"""One file of a template release, as it is in the templates' repository."""

from __future__ import annotations

import tempfile
from pathlib import Path

from shunter.adapters.git.repository import Repository
from shunter.adapters.templates import bounds
from shunter.adapters.templates.source import git_url


def release_file(source: str, release: str, bare: Path | None, path: str) -> bytes | None:
    """What `path` holds in release `release` (without `v`) at `source`; None where the release has no such file.

    `bare` is a local repository that stands for the source. A `ShunterError` where git cannot read it.
    """
    tag = f"refs/tags/v{release}"
    if bare is not None:
        return _content(Repository(bare), tag, path)
    with tempfile.TemporaryDirectory(prefix="shunter-", ignore_cleanup_errors=True) as folder:
        copy = Repository.init(Path(folder), bare=True)
        what = f"release {release} of the templates"
        bounds.fetch(copy, source, git_url(source), "--depth=1", f"+{tag}:{tag}", what=what)
        bounds.refuse_unbounded(copy, f"{tag}^{{commit}}", source, trust=True)
        return _content(copy, tag, path)


def _content(repository: Repository, tag: str, path: str) -> bytes | None:
    found = repository.try_git("cat-file", "blob", f"{tag}:{path}")
    return None if found.returncode else found.stdout
