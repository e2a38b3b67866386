"""Copier itself as the oracle of renders: a folder of files rendered in this process, without git, and read back."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from helpers.workspaces.gitrepo import git, make_repo
from shunter.adapters.git.conflicts import conflict_state
from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree, write_file
from shunter.adapters.templates.copier_merge import merge_as_copier
from shunter.adapters.templates.merge import Asked, MergeProject
from shunter.model.files import FileState


def copied(template: Path, answers: Mapping[str, Any], target: Path) -> dict[str, FileState]:
    """What `copier copy --defaults` makes of the template in a folder: path to file. Copier's own errors."""
    import copier
    from plumbum import local

    with warnings.catch_warnings(), local.env(PATH=os.devnull):
        warnings.simplefilter("ignore")
        settings = copier.Settings()
        copier.run_copy(
            str(template), target, data=dict(answers), settings=settings, defaults=True, overwrite=True, quiet=True
        )
    tree = DiskTree(target)
    return {path: state for path in tree.paths() if (state := tree.get(path)) is not None}


class Updated(NamedTuple):
    """A repository after an update: its files, and mode and object of the stages of conflicts, by path and stage."""

    files: Mapping[str, FileState]
    stages: Mapping[tuple[str, int], tuple[str, str]]


def updated(
    old: Mapping[str, FileState],
    ours: Mapping[str, FileState],
    new: Mapping[str, FileState],
    folder: Path,
    once: tuple[str, ...] = (),
    prepare: Callable[[Path], object] = str,
) -> Updated:
    """What `copier update` makes of a project with the files `ours`, from a release with files `old` to `new`.

    The template has no questions, and its files are copied as they are. The answers file is left out. `prepare` does
    something to the project, after its commit.
    """
    import copier

    template, project = folder / "template", folder / "project"
    for number, files in enumerate((old, new), 1):
        if number == 2:
            git(template, "rm", "-r", "-q", ".")
        _lay(template / "t", files)
        head = f"_subdirectory: t\n_preserve_symlinks: true\n_skip_if_exists: {json.dumps(once)}\n"
        (template / "copier.yml").write_text(head)
        answers = "[[ _copier_answers | to_nice_yaml ]]".replace("[[", "{{").replace("]]", "}}")
        (template / "t" / "{{ _copier_conf.answers_file }}.jinja").write_text(answers)
        if number == 1:
            Repository.init(template)
        git(template, "add", "-A")
        git(template, "commit", "-q", "-m", str(number))
        git(template, "tag", f"v{number}.0.0")
    Repository.init(project)
    _lay(project, ours)
    (project / ".copier-answers.yml").write_text(f"_commit: v1.0.0\n_src_path: {template}\n")
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "ours")
    prepare(project)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copier.run_update(
            project, settings=copier.Settings(), defaults=True, overwrite=True, quiet=True, vcs_ref="v2.0.0"
        )
    tree = DiskTree(project)
    files = {path: state for path in tree.paths() if (state := tree.get(path)) is not None}
    files.pop(".copier-answers.yml")
    listed = (line.split("\t") for line in git(project, "-c", "core.quotepath=off", "ls-files", "-u").splitlines())
    stages = {(path, int(about.split()[2])): (about.split()[0], about.split()[1]) for about, path in listed}
    return Updated(files, stages)


def _lay(folder: Path, files: Mapping[str, FileState]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path, state in files.items():
        write_file(folder / path, state)


def ours_updated(
    old: Mapping[str, FileState],
    ours: Mapping[str, FileState],
    new: Mapping[str, FileState],
    root: Path,
    once: tuple[str, ...] = (),
) -> Updated:
    """What `--merge copier` makes of a repository: its files, and the index stages of conflicts."""
    make_repo(root, {})
    for path, state in ours.items():
        write_file(root / path, state)
    git(root, "add", "--force", "--all")
    git(root, "commit", "-q", "--allow-empty", "-m", "ours")
    changes, conflicts = merge_as_copier([Asked(root, [MergeProject(".", old, new, once)])])[0]
    shown = {each.path: conflict_state(each) for each in conflicts}
    files = {path: state for path, state in {**ours, **changes, **shown}.items() if state is not None}
    stages = {
        (each.path, stage): (state.mode, state.object_id())
        for each in conflicts
        for stage, state in ((1, each.base), (2, each.ours), (3, each.theirs))
        if state
    }
    return Updated(files, stages)


def both(
    old: Mapping[str, FileState],
    ours: Mapping[str, FileState],
    new: Mapping[str, FileState],
    folder: Path,
    once: tuple[str, ...] = (),
) -> tuple[Updated, Updated]:
    theirs = updated(old, ours, new, folder / "copier", once)
    return ours_updated(old, ours, new, folder / "ours", once), theirs


def text(content: str | bytes) -> FileState:
    return FileState(content if isinstance(content, bytes) else content.encode())
