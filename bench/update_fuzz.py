"""Random repositories updated by us and by Copier itself: `python bench/update_fuzz.py [REPOSITORIES [FIRST]]`, by default 2,000.

Each is of a random template with two releases, and a person has worked in it at random; FIRST is the first seed. Where
`--merge copier` and Copier differ, one of Copier's own losses is why, and neither way of merging loses a line.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "generator")]
_AT_ONCE = 20


def isolate(home: Path) -> None:
    """A home of our own, and a name for commits."""
    who = {f"GIT_{role}_{key}": "bench@localhost" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    places = {name: str(home / name) for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "COPIER_CACHE_DIR")}
    os.environ.update(who, HOME=str(home), GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull, **places)


def compared(first: int, folder: Path, found: Counter[str]) -> list[str]:
    """What is wrong with the repositories of some seeds; the rest is counted."""
    from helpers.oracles import updates

    made = [each for seed in range(first, first + _AT_ONCE) if (each := updates.case(seed, folder / str(seed)))]
    wrong = []
    for each, (ours, conflicts) in zip(made, updates.by_us(made, "ours"), strict=True):
        theirs = updates.by_copier(each)
        found["repositories"] += 1
        found["with conflicts"] += bool(ours.stages)
        found.update(updates.loss(each, path) for path in updates.differing(ours, theirs))
        told = [*updates.unexplained(each, ours, theirs), *updates.lost(each, ours, conflicts)]
        wrong += [f"seed {each.seed}, copier: {line}" for line in told]
    for each, (ours, conflicts) in zip(made, updates.by_us(made, "safe"), strict=True):
        wrong += [f"seed {each.seed}, safe: {line}" for line in updates.lost(each, ours, conflicts)]
    return wrong


def main() -> int:
    from shunter.model.errors import ShunterError

    count, first = (int(sys.argv[at]) if len(sys.argv) > at else default for at, default in ((1, 2000), (2, 100_000)))
    found, wrong, started = Counter[str](), 0, time.process_time()
    with tempfile.TemporaryDirectory() as name:
        isolate(Path(name))
        for seed in range(first, first + count, _AT_ONCE):
            try:
                told = compared(seed, Path(name, "work"), found)
            except ShunterError as error:
                told = [f"seeds {seed} to {seed + _AT_ONCE - 1}, refused: {error}"]
            print("up to seed", seed + _AT_ONCE, "of", first + count, file=sys.stderr, flush=True)
            print(*told, sep="\n", end="\n" if told else "", flush=True)
            wrong += len(told)
            shutil.rmtree(Path(name, "work"))
    from helpers.oracles.updates import LOSSES

    print(f"{found['repositories']:>8,} repositories, {found['with conflicts']:,} of them left with conflicts")
    for name, text in LOSSES.items():
        print(f"{found[name]:>8,} files differ: {text}")
    print(f"{wrong:>8,} differences that nothing explains, or lines that are lost (limit 0)")
    print(f"{time.process_time() - started:>8,.0f} s of processor, without git")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
