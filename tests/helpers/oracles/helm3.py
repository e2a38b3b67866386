"""Helm 3 as an oracle: seeded cases, recorded answers, and the program in tests/helm3 that gives them."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from helpers.fuzz.umbrella_fuzz import umbrella
from helpers.fuzz.yaml_fuzz import document
from helpers.oracles.embedded_helm import METADATA, archive

PROGRAM = Path(__file__).resolve().parents[2] / "helm3"
RECORDINGS = PROGRAM / "recordings.json"
BUILT = PROGRAM / "helm3"
TEXTS = (
    "x: 1\n---\nx: 2\n",
    "--- a\n",
    "x: 1\n--- y\n",
    "---\nx: 1\n",
    "x: null\n",
    "x: {y: null}\n",
    "on: 1\n",
    "x: 0777\n",
    "x: 1.10\n",
    "- a\n",
    "x: &a [*a]\n",
    "%YAML 1.1\n---\nx: 1\n",
    "x: 1\n...\ny: [\n",
    "",
    "x: [a:, b]\n",
    "x: .inf\n",
)


@dataclass(frozen=True)
class Case:
    """A chart archive and the texts of the files passed with -f."""

    chart: bytes
    values: tuple[str, ...]

    def digest(self) -> str:
        """Identifies the case: what is in the archive, and the texts."""
        from shunter.core.charts.archive import content_digest, unpack

        return short([content_digest(unpack(self.chart)), *self.values])


def cases() -> Iterator[Case]:
    """The same cases on every machine."""
    bare = archive({"Chart.yaml": METADATA})
    yield from (Case(bare, (text,)) for text in TEXTS)
    random = Random(3)
    for _ in range(250):
        files, layers = umbrella(random)
        yield Case(archive(files), tuple(json.dumps(layer) for layer in layers))
    for _ in range(250):
        data = document(random)
        if b"\xff" not in data and not any(0x80 <= byte < 0xA0 for byte in data):
            yield Case(bare, (data.decode("utf-8", "replace"),))


def answers(program: Path, asked: Iterable[Case]) -> list[Any]:
    """What Helm 3 makes of the cases: values, or None where it refuses."""
    lines = [json.dumps({"chart": base64.b64encode(case.chart).decode(), "values": case.values}) for case in asked]
    done = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [None if "error" in answer else answer.get("values", {}) for answer in found]


def short(value: Any) -> str:
    """A digest of a JSON value; integral floats count as integers."""
    text = json.dumps(_plain(value), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def recorded() -> list[tuple[str, str]]:
    """The digests of the recorded cases and of Helm's answers."""
    return [tuple(pair) for pair in json.loads(RECORDINGS.read_text())["cases"]]


def record(program: Path) -> None:
    """Write the recordings anew."""
    asked: Sequence[Case] = list(cases())
    pairs = [[case.digest(), short(answer)] for case, answer in zip(asked, answers(program, asked), strict=True)]
    lines = ",\n".join(json.dumps(pair) for pair in pairs)
    RECORDINGS.write_text(f'{{"helm": "3.21.4", "cases": [\n{lines}\n]}}\n')
