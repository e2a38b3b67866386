"""`shunter update` of a fleet beside `copier update` of its projects: `python bench/update.py [REPOSITORIES [SAMPLE]]`.

With a sample of 0 nothing is measured but our own phases, commits, signatures, hooks and memory. More than 100
repositories, such as `1000 0`, are only measured beside 100 in the same run: phases and memory.

All figures are seconds of processor, of children too; limits in seconds grow by what pace.py says. Every
environment has a repository of its own, in which people have done what they do: nothing, edits, edits of what the release changes, deletions, renames, binary files, CRLF, modes.
Copier updates a sample of them; a loop over all takes as much longer as there are more projects. What `--merge copier`
has written there must be what Copier has, byte by byte, markers and stages too. The commit phase, measured inside of
`update`, stands beside a loop of `git add` and `git commit` over the same files, plain and with an SSH signature: all
four in turn, several rounds, and medians are told. The hooks are those of each repository's own
.pre-commit-config.yaml that run shunter, without pre-commit around them.
"""

from __future__ import annotations

import json
import os
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "generator")]

from bench.pace import Pace  # noqa: E402

from helpers.charts.releases import NEXT, next_release, substitute  # noqa: E402

MERGED, COMMAND, IN_PROCESS, COMMIT, PLAN = 2.6, 100, 60, 1.3, 1 / 3
FEW, GROWTH = 100, 12
"""Repositories that the limits are for, and how much longer ten times as many may take."""
ROUNDS = 3
"""How often the commit phase and the loop of git are measured in turn: one figure alone may be half as much again."""
HOOKS, MEMORY = 0.3, 300
"""Seconds of processor of all our hooks in a repository; megabytes that `update` takes at most."""
PYTHON = sys.executable
LOOP = """
import json, sys, warnings
warnings.simplefilter("ignore")
import copier
for folder, data in json.load(sys.stdin):
    copier.run_update(folder, data, vcs_ref=sys.argv[1], defaults=True, overwrite=True, quiet=True)
"""
CLOCK = """
import resource, sys
from shunter.adapters.git import apply
from shunter.cli.main import main
seconds = 0.0
def used():
    return sum(each.ru_utime + each.ru_stime for each in map(resource.getrusage, (0, -1)))
def timed(work):
    def inner(*arguments, **named):
        global seconds
        before = used()
        try:
            return work(*arguments, **named)
        finally:
            seconds += used() - before
    return inner
apply.announce, apply._Run._commit = timed(apply.announce), timed(apply._Run._commit)
main(["update", "--quiet"])
print()
print(seconds, resource.getrusage(0).ru_maxrss / 1024)
"""


def run(
    command: list[str], folder: Path, text: str = "", package: Path | None = None, ok: tuple[int, ...] = (0,)
) -> tuple[str, float]:
    """What a command prints, and the seconds of processor that it takes."""
    env = os.environ | ({"PYTHONPATH": str(package / "generator")} if package else {})
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, input=text, env=env, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in ok:
        raise SystemExit(f"{shlex.join(command)} in {folder}: {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def isolate(home: Path) -> None:
    """A home of our own: caches start empty, and git reads only what this benchmark sets."""
    ours = ("SHUNTER_CACHE_DIR", "COPIER_CACHE_DIR", "GIT_CONFIG_GLOBAL", "PYTHONDONTWRITEBYTECODE")
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", *ours):
        os.environ.pop(name, None)
    who = {f"GIT_{role}_{key}": "bench@localhost" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    os.environ.update(who, HOME=str(home), GIT_CONFIG_NOSYSTEM="1", PYTHONWARNINGS="ignore")


def conflict(root: Path, project: Path) -> None:
    substitute(root / "README.md", "\n## Commands\n", "\n## Our commands\n")


def edit(root: Path, project: Path) -> None:
    for file in (root / "README.md", project / "README.md"):
        substitute(file, "# ", "# The ")


def crlf(root: Path, project: Path) -> None:
    file = root / "README.md"  # a conflict: those of the root are left to the end, see `projects`
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))


def nothing(root: Path, project: Path) -> None:
    pass


def delete(root: Path, project: Path) -> None:
    (root / "renovate.json").unlink()


def rename(root: Path, project: Path) -> None:
    (root / ".editorconfig").rename(root / "editorconfig.txt")


def binary(root: Path, project: Path) -> None:
    (root / "logo.bin").write_bytes(bytes(range(256)))


def mode(root: Path, project: Path) -> None:
    (root / "README.md").chmod(0o755)


EDITS = (nothing, edit, conflict, delete, rename, binary, crlf, mode)


def make(box: Path, count: int) -> tuple[Path, Path]:
    """A workspace with `count` edited repositories of environments, and the package of the next release."""
    package = next_release(box / "package")
    with (package / "templates/environment/README.md.jinja").open("a", encoding="utf-8") as readme:
        readme.write("\nRelease two.\n")
    run([PYTHON, "-m", "compileall", "-q", "generator"], package)  # as an installer does, for Copier too
    wanted = {"services": {"orders": {"archetype": "rest-api"}}, "environments": {f"e{n:04}": {} for n in range(count)}}
    (box / "wanted.yaml").write_text(yaml.safe_dump(wanted))
    run([PYTHON, "-m", "shunter", "new", "shop", "--defaults", "--layout", "multi", "--data-file", "wanted.yaml"], box)
    for number in range(count):
        root = box / f"shop/shop-e{number:04}"
        EDITS[number % len(EDITS)](root, root / f"envs/e{number:04}")
        run(["git", "add", "--all"], root)
        run(["git", "commit", "--quiet", "--allow-empty", "--message", "ours"], root)
    return box / "shop", package


def fresh(shop: Path) -> Path:
    """The workspace as it was made; to git a copied file is a changed one, until it has looked at it again."""
    target = shop.with_name("copy")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(shop, target, symlinks=True)
    for root in roots(target):
        run(["git", "update-index", "-q", "--refresh"], root, ok=(0, 1))  # 1: what is not committed stays so
    return target


def roots(shop: Path) -> list[Path]:
    """The repositories of a workspace, its own first."""
    return [shop, *sorted(file.parent for file in shop.glob("*/.git"))]


def update(shop: Path, package: Path, *options: str) -> tuple[Path, float]:
    copy = fresh(shop)
    return copy, run([PYTHON, "-m", "shunter", "update", *options], copy, package=package, ok=(0, 1))[1]


def commits(shop: Path, package: Path, rounds: int) -> dict[str, float]:
    """The commit phase of an update, and a loop of `git add` and `git commit` over the same files; our megabytes.

    Both plain and signed, each round all four: medians of the seconds, and of the ratios of the rounds.
    """
    written = update(shop, package, "--no-commit")[0].rename(shop.with_name("written"))
    clean = [root for root in roots(written) if not run(["git", "ls-files", "--unmerged"], root)[0]]
    for root in clean:
        run(["git", "reset", "--quiet"], root)
    places = [str(written.with_name("copy") / root.relative_to(written)) for root in clean]
    loop = f"for root in {shlex.join(places)}; do cd $root && git add --all && git commit -q -m x; done"
    found: dict[str, list[float]] = {}
    for number in range(2 * rounds):
        kind = "signed " if number % 2 else ""
        run(["git", "config", "--global", "commit.gpgSign", str(bool(kind)).lower()], shop)
        said = run([PYTHON, "-c", CLOCK], fresh(shop), package=package)[0].splitlines()[-1]
        ours, memory = map(float, said.split())
        git = run(["sh", "-c", loop], fresh(written))[1]
        seen = {f"{kind}commits": ours, f"{kind}loop of git": git, f"{kind}ratio": ours / git, "memory": memory}
        for name, value in seen.items():
            found.setdefault(name, []).append(value)
    run(["git", "config", "--global", "commit.gpgSign", "false"], shop)
    return {name: statistics.median(values) for name, values in found.items()}


def prepare_signing(home: Path) -> None:
    """A key, with which git signs where `commit.gpgSign` says so."""
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(home / "key")], home)
    chosen = {"gpg.format": "ssh", "user.signingKey": str(home / "key")}
    for name, value in chosen.items():
        run(["git", "config", "--global", name, value], home)


def hooks(box: Path, shop: Path, package: Path) -> float:
    """Seconds of processor of all our hooks in a repository, on average over those that an update commits to."""
    copy, times = fresh(shop), box / "times"
    for place in [copy / ".git", *copy.glob("*/.git")]:
        config = yaml.safe_load((place.parent / ".pre-commit-config.yaml").read_text("utf-8"))
        known = [hook for repository in config["repos"] for hook in repository["hooks"]]
        entries = [hook["entry"] for hook in known if hook.get("always_run") and hook["entry"].startswith("shunter ")]
        lines = [f"{shlex.quote(PYTHON)} -m {entry} || exit 1" for entry in entries]
        hook = place / "hooks/pre-commit"
        hook.write_text("\n".join(["#!/bin/sh", *lines, f"times >> {shlex.quote(str(times))}", ""]))
        hook.chmod(0o755)
    run([PYTHON, "-m", "shunter", "update", "--quiet"], copy, package=package, ok=(1,))
    lines = times.read_text().splitlines()[1::2]  # those between are of the shell itself
    taken = [word.removesuffix("s").split("m") for line in lines for word in line.split()]
    return sum(60 * int(minutes) + float(seconds) for minutes, seconds in taken) / len(lines)


def projects(root: Path) -> list[Path]:
    """The root last: its conflicts keep Copier from updating anything else in the repository."""
    return sorted((file.parent for file in root.rglob(".copier-answers.yml")), key=lambda folder: -len(folder.parts))


def by_copier(copy: Path, sample: list[str], answers: dict[str, str], *, in_process: bool) -> float:
    """Copier's update of every project of the sample, with a commit between two of one repository."""
    seconds = 0.0
    for name in sample:
        for folder in projects(copy / name):
            data = answers if folder == copy / name else {}
            if in_process:
                asked = json.dumps([[str(folder), data]])
                seconds += run([PYTHON, "-c", LOOP, f"v{NEXT}"], folder, asked)[1] - IMPORT[0]
            else:
                given = [part for key, value in data.items() for part in ("--data", f"{key}={value}")]
                command = ["update", "--defaults", "--quiet", "--vcs-ref", f"v{NEXT}", *given]
                seconds += run([PYTHON, "-m", "copier", *command], folder)[1]
            if not run(["git", "ls-files", "--unmerged"], folder)[0]:
                run(["sh", "-c", "git add -A && git commit -q --allow-empty -m x"], copy / name)
    return seconds


IMPORT = [0.0]


def shown(root: Path) -> dict[str, object]:
    """Files with their modes, and the stages of conflicts, but for what shunter derives itself."""
    names = run(["git", "ls-files", "-z", "--cached", "--others"], root)[0].split("\0")
    found: dict[str, object] = {}
    for name in filter(None, names):
        file = root / name
        if (
            file.is_file()
            and "/.shunter/" not in name
            and not name.endswith((".copier-answers.yml", ".schema.json", "/.helmignore"))
        ):
            found[name] = (file.stat().st_mode & 0o100, file.read_bytes())
    found["stages"] = run(["git", "ls-files", "--unmerged"], root)[0]
    return found


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FEW
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    if count > FEW:
        return grown(inside(lambda box: phases(*make(box, FEW))), inside(lambda box: phases(*make(box, count))), count)
    return report(inside(lambda box: measured(box, *make(box, count), count, size)), count, size)


def inside(measure: Callable[[Path], dict[str, float]]) -> dict[str, float]:
    """What is measured in a folder and a home of its own."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "home").mkdir()
        isolate(Path(name) / "home")
        return measure(Path(name))


def phases(shop: Path, package: Path) -> dict[str, float]:
    found = {"plan": update(shop, package, "--plan")[1], "write": update(shop, package, "--no-commit")[1]}
    said, found["whole"] = run([PYTHON, "-c", CLOCK], fresh(shop), package=package)
    return found | {"memory": float(said.split()[-1])}


def grown(few: dict[str, float], many: dict[str, float], count: int) -> int:
    """Print what more repositories take beside 100."""
    limit = GROWTH * count / FEW / 10
    labels = {"plan": "--plan", "write": "--no-commit", "whole": "with commits"}
    missed = many["memory"] > MEMORY
    for name, label in labels.items():
        ratio = many[name] / few[name]
        missed |= ratio > limit
        times = f"{few[name]:>9.2f} s {many[name]:>9.2f} s {ratio:>7.2f} x"
        print(f"{f'shunter update {label}, {FEW} and {count}':<58} {times} (limit {limit:.3g} x)")
    print(f"{'memory':<58} {few['memory']:>9.0f} MB {many['memory']:>8.0f} MB          (limit {MEMORY} MB)")
    return 1 if missed else 0


def measured(box: Path, shop: Path, package: Path, count: int, size: int) -> dict[str, float]:
    redirect = run([PYTHON, "-m", "shunter", "templates", "redirect"], box, package=package)[0]
    run(shlex.split(redirect.strip().splitlines()[-1]), box)
    with Pace() as pace:
        found = {"plan": update(shop, package, "--plan")[1], "merge": update(shop, package, "--dry-run")[1]}
        found["write"] = update(shop, package, "--no-commit")[1]
    found["whole"] = update(shop, package)[1]
    prepare_signing(box / "home")
    found |= commits(shop, package, ROUNDS)
    with Pace() as beside:
        found["hooks"] = hooks(box, shop, package)
    found |= {"pace": pace.factor, "pace of hooks": beside.factor}
    if size:
        found |= beside_copier(box, shop, package, count, size)
    return found


def beside_copier(box: Path, shop: Path, package: Path, count: int, size: int) -> dict[str, float]:
    found: dict[str, float] = {}
    ours, found["as copier"] = update(shop, package, "--no-commit", "--merge", "copier")
    ours = ours.rename(box / "ours")
    sample = [f"shop-e{number:04}" for number in range(min(size, count))]
    answers = {"tools_version": NEXT}
    IMPORT[0] = run([PYTHON, "-c", "import copier"], box)[1]
    copy = fresh(shop)
    found["loop"] = by_copier(copy, sample, answers, in_process=False) / len(sample) * count
    wrong = [f"{name}/{path}" for name in sample for path in _differing(shown(ours / name), shown(copy / name))]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    found["files that differ"] = len(wrong)
    found["in process"] = by_copier(fresh(shop), sample, answers, in_process=True) / len(sample) * count
    return found


def _differing(ours: dict[str, object], theirs: dict[str, object]) -> list[str]:
    return sorted(path for path in {*ours, *theirs} if ours.get(path) != theirs.get(path))


def report(found: dict[str, float], count: int, size: int) -> int:
    limit, slow = MERGED * count / 100 * found["pace"], found["pace of hooks"]
    rows: list[tuple[str, float, str, float | None]] = [
        ("shunter update --plan", found["plan"], "s", limit * PLAN),
        ("shunter update --dry-run: plan, render, merge", found["merge"], "s", None),
        ("shunter update --no-commit: and write", found["write"], "s", limit),
        ("shunter update: and commit", found["whole"], "s", None),
        ("  of it the commit phase", found["commits"], "s", None),
        (f"the commit phase, to a loop of git, median of {ROUNDS} rounds", found["ratio"], "x", COMMIT),
        ("the commit phase, signed", found["signed commits"], "s", None),
        (f"signed, to a signed loop of git, median of {ROUNDS} rounds", found["signed ratio"], "x", COMMIT),
        ("our hooks, in one repository", found["hooks"], "s", HOOKS * slow),
        ("memory of update", found["memory"], "MB", MEMORY),
    ]
    if size:
        rows += [
            ("shunter update --no-commit --merge copier", found["as copier"], "s", None),
            (f"copier update, a loop over all (of {size} measured)", found["loop"], "s", None),
            ("run_update in one process, over all", found["in process"], "s", None),
            ("the loop of commands, to ours", found["loop"] / found["as copier"], "x", -COMMAND),
            ("run_update, to ours", found["in process"] / found["as copier"], "x", -IN_PROCESS),
            ("files that differ from Copier's", found["files that differ"], "", 0),
        ]
    missed = 0
    for label, value, unit, most in rows:
        wrong = most is not None and (value < -most if most < 0 else value > most)
        missed += wrong
        told = "" if most is None else f"(limit {abs(most):.3g} {unit}{', missed' if wrong else ''})"
        print(f"{label:<58} {value:>9.2f} {unit:<2} {told}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
