"""The hooks of a repository that holds everything: `python bench/hook.py [SERVICES] [ENVIRONMENTS]`, by default 100 and 10.

A train of all services is in every environment. The hooks are those of the generated `.pre-commit-config.yaml`, with the
files that pre-commit hands them, run without pre-commit around them: whole with nothing remembered, as
`pre-commit run --all-files` does; after an edit of one chart; and once more without any edit. What counts is processor
time, of a hook with all that it starts, at the pace of the limits' machine (see pace.py); of the latter two the least of
three rounds.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.disk import DEFAULT, make  # noqa: E402
from bench.pace import Pace  # noqa: E402

WHOLE = {"shunter lint": 6.0, "shunter lock --check": 3.0}
CHANGED, SEEN = 1.0, 0.3
"""Seconds of processor at the limits' pace, for 100 services and 10 environments."""
ROUNDS = 3
Hook = dict[str, str]


def hooks_of(root: Path) -> list[Hook]:
    """The hooks that run shunter."""
    config = yaml.safe_load((root / ".pre-commit-config.yaml").read_text("utf-8"))
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]
    return [hook for hook in hooks if hook["entry"].startswith("shunter ")]


def processor(root: Path, hook: Hook, files: Sequence[str]) -> float:
    """The seconds that a hook takes for these files; it has to pass."""
    matching = [file for file in files if "files" in hook and re.search(hook["files"], file)]
    if "files" in hook and not matching:
        return 0.0
    command = [sys.executable, "-m", *shlex.split(hook["entry"]), *matching]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=root, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"{hook['entry']}: {process.returncode}\n{said.read()}")
    return used.ru_utime + used.ru_stime


def edited(root: Path, number: int) -> list[str]:
    """Add a value to one chart; the files that changed."""
    file = f"charts/service-{number}/values.yaml"
    with (root / file).open("a", encoding="utf-8") as values:
        values.write("replicaCount: 3\n" if number % 2 else "# Edited.\n")
    subprocess.run(["git", "add", file], cwd=root, check=True)
    return [file]


def main() -> int:
    services, environments = (int(text) for text in (sys.argv[1:] + DEFAULT[len(sys.argv) - 1 :])[:2])
    identity = {f"GIT_{who}_{key}": "b@example.org" for who in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    missed = False

    def row(name: str, seconds: Sequence[float], factor: float, limit: float = 0) -> None:
        nonlocal missed
        total = sum(seconds) / factor
        missed = missed or bool(limit and total > limit)
        goal = f"<= {limit:g} s {'MISSED' if total > limit else 'holds'}" if limit else ""
        here = " + ".join(f"{part:.2f}" for part in seconds)
        print(f"{name:<38}{total:>8.2f} s   here {here:<24}{goal}".rstrip(), flush=True)

    with tempfile.TemporaryDirectory() as box:
        os.environ.update(identity, HOME=box, SHUNTER_CACHE_DIR=f"{box}/cache", PYTHONPATH=str(ROOT / "generator"))
        root = make(Path(box), services, environments)
        hooks = hooks_of(root)
        listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True)
        shutil.rmtree(f"{box}/cache/verdicts", ignore_errors=True)
        for hook in hooks:
            with Pace() as pace:
                seconds = processor(root, hook, listed.stdout.splitlines())
            row(f"whole, cold: {hook['entry']}", [seconds], pace.factor, WHOLE.get(hook["entry"], 0))
        rounds = []
        with Pace() as pace:
            for number in range(ROUNDS):
                files = edited(root, number)
                rounds.append([[processor(root, hook, files) for hook in hooks] for _ in ("changed", "seen before")])
        row("one chart changed", min((first for first, _ in rounds), key=sum), pace.factor, CHANGED)
        row("seen before", min((second for _, second in rounds), key=sum), pace.factor, SEEN)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
