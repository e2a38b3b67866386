"""Conflicts that are left of a values file that a template and a person changed: git's merge of lines, and ours of keys.

`PYTHONPATH=generator:tests python bench/yaml_merge.py [TRIALS] [SEED]`, by default 150 trials a row. Both sides change random
scalars of a file with 42 keys; the last row has random files, and edits that add, remove and comment, too. At 3+3 ours
leaves at least 40 % fewer files in conflict, and where git merges a file, the bytes are git's.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VALUES = """\
# Values of orders
replicaCount: 2
image:
  repository: registry.example/acme/orders
  tag: 1.4.2
  pullPolicy: IfNotPresent
nameOverride: orders
service:
  type: ClusterIP
  port: 80
  targetPort: 8080
ingress:
  enabled: true
  className: nginx
  host: orders.example
  path: /
  tls: orders-tls
# What it may use
resources:
  requests:
    cpu: 100m
    memory: 128Mi
  limits:
    cpu: 500m
    memory: 256Mi
autoscaling:
  enabled: false
  minReplicas: 2
  maxReplicas: 10
  targetCPU: 80
livenessProbe:
  path: /live
  period: 10
  timeout: 2
readinessProbe:
  path: /ready
  period: 5
  timeout: 2
env:
  LOG_LEVEL: info
  DATABASE: orders-db
  CACHE: redis
  QUEUE: rabbit
  REGION: eu
  TIMEOUT: 30
persistence:
  enabled: true
  size: 10Gi
  class: fast
metrics:
  enabled: true
  port: 9090
security:
  user: 1000
  group: 1000
  readOnly: true
strategy: RollingUpdate
"""
_SCALAR = re.compile(r"^( *[A-Za-z_]+: )(\S.*)$", re.MULTILINE)
KEYS = len(_SCALAR.findall(VALUES))
FEWER = 0.4


def edited(rng: random.Random, edits: int) -> str:
    """The values file with so many other scalars."""
    chosen = {*rng.sample(range(KEYS), edits)}
    numbers = iter(range(KEYS))
    return _SCALAR.sub(
        lambda found: f"{found[1]}v{rng.randrange(10**9)}" if next(numbers) in chosen else found[0], VALUES
    )


def scalars(trials: int, edits: int, seed: int) -> Iterator[list[bytes]]:
    """Base, ours and theirs of each trial."""
    for number in range(trials):
        rng = random.Random(seed + number)
        yield [text.encode() for text in (VALUES, edited(rng, edits), edited(rng, edits))]


def anything(trials: int, seed: int) -> Iterator[list[bytes]]:
    """Base, ours and theirs of random files with edits of every kind, three on each side."""
    from helpers.fuzz.yaml_sides import Maker, text_of

    for number in range(seed, seed + trials):
        maker = Maker(number)
        base = maker.tree()
        yield [text_of(each).encode() for each in (base, maker.edited(base, 3), maker.edited(base, 3))]


def by_lines(folder: Path, sides: list[bytes]) -> tuple[bytes, bool]:
    """git's merge, and whether it has conflicts."""
    for name, data in zip(("base", "ours", "theirs"), sides, strict=True):
        (folder / name).write_bytes(data)
    done = subprocess.run(["git", "merge-file", "-p", "ours", "base", "theirs"], cwd=folder, capture_output=True)
    return done.stdout, done.returncode != 0


def row(name: str, trials: list[list[bytes]], box: Path) -> bool:
    """Print a row; whether it keeps the limits."""
    from shunter.core.trees.yaml_merge import merge_yaml

    lines = keys = clean = same = 0
    spent = 0.0
    for three in trials:
        text, conflict = by_lines(box, three)
        start = time.process_time()
        found = merge_yaml(*three)
        spent += time.process_time() - start
        lines += conflict
        keys += conflict and bool(found.conflicts)
        clean += not conflict
        same += not conflict and not found.conflicts and found.ours == text
    fewer = 1 - keys / lines if lines else 0.0
    shares = f"{lines / len(trials):6.0%} {keys / len(trials):6.0%} {fewer:6.0%}"
    print(f"{name:16} {shares} {f'{same}/{clean}':>11} {1000 * spent / len(trials):10.1f}")
    return (same == clean or "any" in name) and (fewer >= FEWER or not name.startswith("3+3"))


def main() -> int:
    """Print the table; 1 where a limit is missed."""
    trials, seed = (int(sys.argv[at]) if len(sys.argv) > at else default for at, default in ((1, 150), (2, 0)))
    sys.path[:0] = [str(ROOT / "generator"), str(ROOT / "tests")]
    rows = {f"{edits}+{edits} scalars": [*scalars(trials, edits, seed)] for edits in (1, 2, 3, 5)}
    rows["3+3 of any kind"] = [*anything(trials, seed)]
    print(f"files in conflict, of {trials} with {KEYS} keys; seeds {seed} to {seed + trials - 1}")
    print(f"{'edits':16} {'lines':>6} {'keys':>6} {'fewer':>6} {'same bytes':>11} {'ms a file':>10}")
    with tempfile.TemporaryDirectory() as box:
        kept = [row(name, sides, Path(box)) for name, sides in rows.items()]
    print(f"limits {'kept' if all(kept) else 'missed'}: {FEWER:.0%} fewer at 3+3, git's bytes where it has no conflict")
    return not all(kept)


if __name__ == "__main__":
    sys.exit(main())
