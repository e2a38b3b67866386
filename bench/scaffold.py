"""`shunter new` beside `copier copy` commands, and `add service` into few and many: `python bench/scaffold.py [SAMPLE]`.

All figures are seconds of processor, of children too; a limit in seconds is at the pace of pace.py. Copier gets the
same template release, offline, through the git setting that `shunter templates redirect` prints, and the same answers. It renders a sample of the projects; a loop over
all takes as much longer as there are more. What it makes must be what `new` has written, byte by byte, but for what
shunter derives itself.
"""

from __future__ import annotations

import os
import resource
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from bench.pace import Pace  # noqa: E402

FASTER, MANY_TO_FEW, SECONDS = 15, 2, 8
PYTHON = sys.executable
ANSWERS = ".copier-answers.yml"
DERIVED = {("environment", ".helmignore")}
SHAPES = ("rest-api", "api-gateway", "frontend", "auth", "worker", "cron", "database", "search", "broker", "monitoring")


def run(command: list[str], folder: Path) -> tuple[str, float]:
    """What a command prints, and the seconds of processor that it takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def isolate(home: Path) -> None:
    """A home of our own: caches start empty, and git reads only what this benchmark sets."""
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "SHUNTER_CACHE_DIR", "COPIER_CACHE_DIR", "GIT_CONFIG_GLOBAL"):
        os.environ.pop(name, None)
    who = {f"GIT_{role}_{key}": "bench@localhost" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    os.environ.update(who, HOME=str(home), GIT_CONFIG_NOSYSTEM="1")


def new(box: Path, name: str, layout: str, services: int, environments: int) -> float:
    """Make a workspace; seconds."""
    made: dict[str, Any] = {
        "services": {f"s{n:03}": {"archetype": SHAPES[n % len(SHAPES)]} for n in range(services)},
        "environments": {f"e{n}": {"promotes-from": f"e{n - 1}"} if n else {} for n in range(environments)},
    }
    file = box / f"{name}.yaml"
    file.write_text(yaml.safe_dump(made, sort_keys=False))
    command = ["new", name, "--defaults", "--layout", layout, "--data-file", str(file)]
    return run([PYTHON, "-m", "shunter", *command], box)[1]


def projects(workspace: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Folder and answers of every project, a repository's root before what is below it."""
    files = sorted(workspace.rglob(ANSWERS), key=lambda file: (len(file.parts), file))
    return [(file.parent, yaml.safe_load(file.read_bytes())) for file in files]


def copied(box: Path, number: int, answers: dict[str, Any]) -> tuple[Path, float]:
    """What `copier copy` makes of these answers, and the seconds that it takes."""
    data, target = box / f"answers-{number}.yml", box / f"copied-{number}"
    data.write_text(yaml.safe_dump({key: value for key, value in answers.items() if key[0] != "_"}))
    where = ["--vcs-ref", answers["_commit"], answers["_src_path"], str(target)]
    command = ["copy", "--defaults", "--overwrite", "--quiet", "--data-file", str(data), *where]
    return target, run([PYTHON, "-m", "copier", *command], box)[1]


def differing(made: Path, ours: Path, kind: str) -> list[str]:
    """The files that Copier made and that are not in our project as they are there."""
    names = [file.relative_to(made) for file in made.rglob("*") if file.is_file()]
    return [
        str(ours / name)
        for name in names
        if (kind, str(name)) not in DERIVED and (ours / name).read_bytes() != (made / name).read_bytes()
    ]


def against_copier(box: Path, sample: int) -> tuple[bool, list[str]]:
    """50 repositories beside the loop over their projects."""
    seconds = new(box, "fifty", "multi", 46, 3)
    repositories = len(list((box / "fifty").glob("*/.git"))) + 1
    found = projects(box / "fifty")
    chosen = found[:: max(1, len(found) // sample)]
    made = [
        (*copied(box, number, answers), *project) for number, project in enumerate(chosen) for answers in [project[1]]
    ]
    wrong = [path for copy, _, ours, answers in made for path in differing(copy, ours, answers["kind"])]
    loop = sum(each[1] for each in made) / len(made) * len(found)
    lines = [
        f"{f'shunter new, {repositories} repositories, {len(found)} projects':<58} {seconds:>8.2f} s",
        f"{f'as many copier copy (of {len(made)} measured; no git init, no commit)':<58} {loop:>8.2f} s",
        f"{'ratio':<58} {loop / seconds:>8.1f} x   (limit {FASTER} x)",
        f"{'files that differ':<58} {len(wrong):>8}",
        *wrong[:10],
    ]
    return loop / seconds >= FASTER and not wrong, lines


def few_and_many(box: Path) -> tuple[bool, list[str]]:
    """`add service` into 5 and 100 services, and `new` of 100 services with 10 environments."""
    new(box, "few", "mono", 5, 3)
    with Pace() as pace:
        here = new(box, "large", "mono", 100, 10)
    large = here / pace.factor
    few, many = (run([PYTHON, "-m", "shunter", "add", "service", "extra"], box / name)[1] for name in ("few", "large"))
    lines = [
        f"{'shunter add service, into 5':<58} {few:>8.2f} s",
        f"{'shunter add service, into 100':<58} {many:>8.2f} s",
        f"{'ratio':<58} {many / few:>8.2f} x   (limit {MANY_TO_FEW} x)",
        f"{'shunter new, 100 services, 10 environments':<58} {large:>8.2f} s   (limit {SECONDS} s; here {here:.2f} s)",
    ]
    return many / few <= MANY_TO_FEW and large <= SECONDS, lines


def main() -> int:
    sample = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as name:
        box = Path(name)
        (box / "home").mkdir()
        isolate(box / "home")
        redirect = run([PYTHON, "-m", "shunter", "templates", "redirect"], box)[0]
        run(shlex.split(redirect.strip().splitlines()[-1]), box)
        copies, sizes = against_copier(box, sample), few_and_many(box)
    print("\n".join([*copies[1], *sizes[1]]))
    return 0 if copies[0] and sizes[0] else 1


if __name__ == "__main__":
    sys.exit(main())
