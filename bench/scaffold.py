"""`shunter new --example --layout multi` beside as many `copier copy` commands: `python bench/scaffold.py [RUNS]`.

Ours is judged with an empty cache, as on its first day; with what that run cached, it is shown besides. Copier gets the
same template release, offline, through the git setting that `shunter templates redirect` prints, the same answers, and
`git init` with one commit where ours has them.
"""

from __future__ import annotations

import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

LIMIT = 0.8
PYTHON = sys.executable
ANSWERS = ".copier-answers.yml"


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout


def isolate(home: Path) -> None:
    """A home of our own: caches start empty, and git reads only what this benchmark sets."""
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "SHUNTER_CACHE_DIR", "COPIER_CACHE_DIR", "GIT_CONFIG_GLOBAL"):
        os.environ.pop(name, None)
    who = {f"GIT_{role}_{key}": "bench@localhost" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    os.environ.update(who, HOME=str(home), GIT_CONFIG_NOSYSTEM="1")


def ours(box: Path, cache: Path) -> float:
    os.environ["SHUNTER_CACHE_DIR"] = str(cache)
    start = time.perf_counter()
    run([PYTHON, "-m", "shunter", "new", "shop", "--example", "--defaults", "--layout", "multi"], box)
    return time.perf_counter() - start


def projects(workspace: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Folder and answers of every project, a repository's root before what is below it."""
    files = sorted(workspace.rglob(ANSWERS), key=lambda file: (len(file.parts), file))
    return [(file.parent.relative_to(workspace), yaml.safe_load(file.read_bytes())) for file in files]


def theirs(box: Path, wanted: list[tuple[Path, dict[str, Any]]], repositories: list[Path]) -> float:
    data = [box / f"answers-{number}.yml" for number in range(len(wanted))]
    for file, (_, answers) in zip(data, wanted, strict=True):
        file.write_text(yaml.safe_dump({key: value for key, value in answers.items() if key[0] != "_"}))
    start = time.perf_counter()
    for file, (folder, answers) in zip(data, wanted, strict=True):
        where = ["--vcs-ref", answers["_commit"], answers["_src_path"], str(box / "shop" / folder)]
        run(
            [PYTHON, "-m", "copier", "copy", "--defaults", "--overwrite", "--quiet", "--data-file", str(file), *where],
            box,
        )
    for repository in repositories:
        folder = box / "shop" / repository
        run(["git", "init", "--quiet", "--initial-branch", "main"], folder)
        run(["git", "add", "--all"], folder)
        run(["git", "commit", "--quiet", "--message", "start"], folder)
    return time.perf_counter() - start


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    times: dict[str, list[float]] = {"ours": [], "again": [], "theirs": []}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "home").mkdir()
        isolate(root / "home")
        redirect = run([PYTHON, "-m", "shunter", "templates", "redirect"], root)
        run(shlex.split(redirect.strip().splitlines()[-1]), root)
        for number in range(runs + 1):  # the first round only warms up the caches of both
            for side in times:
                (root / f"{side}-{number}").mkdir()
            for side in ("ours", "again"):
                times[side].append(ours(root / f"{side}-{number}", root / f"cache-{number}"))
            made = root / f"ours-{number}" / "shop"
            wanted = projects(made)
            repositories = sorted((file.parent.relative_to(made) for file in made.rglob(".git")), reverse=True)
            times["theirs"].append(theirs(root / f"theirs-{number}", wanted, repositories))
    return report(times, runs, len(wanted), len(repositories))


def report(times: dict[str, list[float]], runs: int, projects_made: int, repositories: int) -> int:
    medians = {side: statistics.median(found[1:]) for side, found in times.items()}
    ratio = medians["ours"] / medians["theirs"]
    names = {
        "ours": "shunter new --example --layout multi",
        "again": "the same with a filled cache",
        "theirs": f"{projects_made} x copier copy, {repositories} x git init + commit",
    }
    print(f"{'command':<46} {'median':>9} {'min':>9}    ({runs} runs each, interleaved)")
    for side, label in names.items():
        print(f"{label:<46} {medians[side]:>7.2f} s {min(times[side][1:]):>7.2f} s")
    print(f"{'ratio':<46} {ratio:>7.2f} x {'':>9}    (limit {LIMIT:g} x)")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
