"""A person's work: one verb after the other in a workspace where much is under way and more is done while it runs.

`PYTHONPATH=generator:tests python bench/dirt.py [RUNS] [SEED]`, by default 300 runs. Nothing of it may be lost, and
what a verb says it commits is what git shows; the first run where that is not so ends the bench, and names its seed.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    runs, seed = (int(sys.argv[at]) if len(sys.argv) > at else default for at, default in ((1, 300), (2, 1000)))
    sys.path.insert(0, str(ROOT / "tests"))
    identity = {f"GIT_{who}_{key}": "b@example.org" for who in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    from helpers.fuzz.dirt import one_run
    from helpers.workspaces.cli import ok
    from helpers.workspaces.workspaces import make_example

    with tempfile.TemporaryDirectory() as box:
        os.environ.update(identity, HOME=box, SHUNTER_CACHE_DIR=f"{box}/cache")
        root = make_example(Path(box))
        for command in ("package", "train cut 1.0.0", "promote 1.0.0 --to tst"):
            ok(*command.split(), cwd=root)
        codes = Counter[int]()
        for number in range(seed, seed + runs):
            work = Path(box, "work")
            codes[one_run(number, root, work).code] += 1
            shutil.rmtree(work)
    ends = ", ".join(f"{count} x exit {code}" for code, count in sorted(codes.items()))
    print(f"{runs} verbs, seeds {seed} to {seed + runs - 1}: {ends}; nothing lost")


if __name__ == "__main__":
    main()
