"""Fidelity: our reading, our coalesced values and our verdicts against the embedded Helm's, on random input.

    PYTHONPATH=generator:tests python bench/fidelity.py [--scalars N] [--documents N] [--umbrellas N] [--verdicts N] [--schemas N]

Prints one table; exits 1 if anything disagrees. The test suite runs a slice of the same with fixed seeds. Each row is made by
a process of its own: where Helm takes that with it, the row says in which case.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from helpers.fuzz import schema_fuzz
from helpers.fuzz.umbrella_fuzz import umbrella
from helpers.fuzz.yaml_fuzz import document, scalar
from helpers.oracles.agreement import reading_agrees, schema_agrees, umbrella_values, verdict_agrees
from helpers.oracles.embedded_helm import METADATA, SHOW_VALUES, archive
from helpers.workspaces import shop
from shunter.core.charts.load import load_archive

DISAGREES = 3
Outcome = tuple[bool, bool, Any]
"""Whether Helm and we agree, whether Helm refused, and the input."""


def scalars(random: Random) -> Outcome:
    text = f"x: {scalar(random)}\n{scalar(random)}: 1\n".encode()
    return *reading_agrees(text), text


def documents(random: Random) -> Outcome:
    text = document(random)
    return *reading_agrees(text), text


def umbrellas(random: Random) -> Outcome:
    files, layers = umbrella(random)
    theirs, ours = umbrella_values(files, layers)
    if theirs != ours:  # Helm shares nested maps between siblings, and loads them in random order
        again = [umbrella_values(files, layers)[0] for _ in range(20)]
        return ours in again, theirs is None, (json.dumps(files), layers)
    return True, theirs is None, None


def verdicts(random: Random) -> Outcome:
    condition, root = random.random() < 0.5, random.random() < 0.5
    data = archive(shop.files(condition=condition, root_schema=root))
    text = shop.mutated(random, shop.VALUES.format(random.random())).encode()
    return *verdict_agrees(data, load_archive(data, "shop.tgz"), text), text


def schemas(random: Random) -> Outcome:
    made, passed = schema_fuzz.schema(random), schema_fuzz.values(random)
    files: dict[str, bytes | str] = {
        "Chart.yaml": METADATA,
        "templates/show.yaml": SHOW_VALUES,
        "values.schema.json": json.dumps(made),
    }
    data = archive(files)
    return *schema_agrees(data, load_archive(data, "c.tgz"), passed), (made, passed)


def measured(name: str, check: Callable[[Random], Outcome], count: int, seed: int, at: int) -> Iterator[str]:
    """The row of one check, and what disagrees below it; the file `at` always has the number of the case."""
    random, started = Random(seed), time.monotonic()
    wrong, refused = [], 0
    for number in range(count):
        os.pwrite(at, f"{number}\n".encode(), 0)
        agrees, was_refused, what = check(random)
        refused += was_refused
        if not agrees:
            wrong.append(what)
    yield f"{name:<12}{count:>10,}{refused:>12,}{len(wrong):>14,}{time.monotonic() - started:>10.1f} s"
    yield from (f"    {what!r}" for what in wrong[:20])


def apart(name: str, count: int, seed: int) -> bool:
    """Print the row of one check from a process of its own; whether all agrees."""
    with tempfile.NamedTemporaryFile() as at, tempfile.TemporaryFile("w+", errors="replace") as said:
        command = [sys.executable, __file__, f"--{name}", str(count), "--seed", str(seed), "--row", name, at.name]
        code = subprocess.run(command, stderr=said, check=False).returncode
        if code not in (0, DISAGREES):
            said.seek(0)
            lines = [line.strip() for line in said if line.strip()]
            why = next((line for line in lines if line.startswith(("fatal error:", "panic:"))), lines[-1:])
            number = at.read().decode().strip()
            print(f"{name}: the process ended with {code} in case {number} of seed {seed}: {why}", flush=True)
    return code == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    sizes = {"scalars": 300_000, "documents": 20_000, "umbrellas": 6_000, "verdicts": 20_000, "schemas": 50_000}
    for name, count in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=count, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--row", nargs=2, help=argparse.SUPPRESS)
    asked = vars(parser.parse_args())
    seed, row = asked.pop("seed"), asked.pop("row")
    if row is None:
        print(f"{'what':<12}{'compared':>10}{'Helm says no':>12}{'disagreements':>14}{'time':>12}", flush=True)
        agreed = [apart(name, count, seed) for name, count in asked.items() if count]
        return int(not all(agreed))
    checks = {"scalars": scalars, "documents": documents, "umbrellas": umbrellas, "verdicts": verdicts}
    checks["schemas"] = schemas
    lines = [*measured(row[0], checks[row[0]], asked[row[0]], seed, os.open(row[1], os.O_WRONLY))]
    print(*lines, sep="\n")
    return DISAGREES if lines[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
