"""Copier itself as the oracle of renders: a folder of files rendered in this process, without git, and read back."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from helpers.workspaces.gitrepo import git
from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree, write_file
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
) -> Updated:
    """What `copier update` makes of a project with the files `ours`, from a release with files `old` to `new`.

    The template has no questions, and its files are copied as they are. The answers file is left out.
    """
    import copier

    template, project = folder / "template", folder / "project"
    for number, files in enumerate((old, new), 1):
        if number == 2:
            git(template, "rm", "-r", "-q", ".")
        _lay(template / "t", files)
        (template / "copier.yml").write_text(f"_subdirectory: t\n_skip_if_exists: {json.dumps(once)}\n")
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
