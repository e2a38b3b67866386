"""Random workspaces: trains are promoted, rolled back and held in them at random, and what trains promise holds.

`PYTHONPATH=generator:tests python bench/promotions.py [WORKSPACES] [SEED]`, by default 100, of 20 verbs each. A promotion
that is rolled back leaves cars, derived files and what Helm renders as they were. The first seed where something does
not hold ends the bench, and is named.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERBS = 20


def main() -> None:
    runs, seed = (int(sys.argv[at]) if len(sys.argv) > at else default for at, default in ((1, 100), (2, 1000)))
    sys.path.insert(0, str(ROOT / "tests"))
    identity = {f"GIT_{who}_{key}": "b@example.org" for who in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    from helpers.fuzz.promotions import one_run

    done = Counter[str]()
    with tempfile.TemporaryDirectory() as box:
        os.environ.update(identity, HOME=box, SHUNTER_CACHE_DIR=f"{box}/cache")
        for number in range(seed, seed + runs):
            work = Path(box).resolve() / "work/shop"
            try:
                done += one_run(number, work, verbs=VERBS)
            except Exception as error:
                error.add_note(f"seed {number}")
                raise
            shutil.rmtree(work)
    ends = ", ".join(f"{count} x {what}" for what, count in sorted(done.items()))
    print(f"{runs} workspaces, seeds {seed} to {seed + runs - 1}: {ends}; all held")


if __name__ == "__main__":
    main()
