"""Validation beside its peers: `python bench/validate.py [--quick]`.

1,000 values files for one chart with a large schema. Peers: `check-jsonschema`, PyYAML's CSafeLoader (reading
only) and the embedded Helm (reading and judging, in process). Exit code 1 where a limit is missed.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from shunter.core.charts import load_chart
from shunter.core.reader import read
from shunter.core.verdict import judge
from shunter.model.files import FileState, MemoryTree

FOLDER = Path(sys.executable).parent
OURS = [str(FOLDER / "shunter")] if (FOLDER / "shunter").exists() else [sys.executable, "-m", "shunter"]
PEER = str(FOLDER / "check-jsonschema")
CHART = "apiVersion: v2\nname: app\nversion: 1.0.0\n"
LIMITS = {1: 3.0, 10: 3.0, 100: 6.0, 1000: 8.0}


def schema() -> dict[str, Any]:
    """About 80 KB: 40 sections, each a closed object with a container's usual keys."""
    resources = {"type": "object", "additionalProperties": {"type": "string", "pattern": "^[0-9.]+(m|Ki|Mi|Gi)?$"}}
    container = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "image": {"type": "object", "properties": {"repository": {"type": "string"}, "tag": {"type": "string"}}},
            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            "env": {"type": "object", "additionalProperties": {"type": ["string", "boolean", "number"]}},
            "resources": {"type": "object", "properties": {"limits": resources, "requests": resources}},
            **{f"option{n}": {"type": "string", "description": "one of many " * 6} for n in range(12)},
        },
    }
    sections = {f"section{n}": container for n in range(40)}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": False,
        "properties": {**sections, "global": {"type": "object"}},
    }


def values(index: int) -> str:
    """A values file of about 3.5 KB."""
    lines = [f"# file {index}"]
    for number in range(8):
        lines += [
            f"section{(index + number) % 40}:",
            "  image:",
            f"    repository: registry.example.org/team/app-{index}",
            f'    tag: "1.{number}.{index}"',
            f"  port: {8000 + number}",
            "  env:",
            *(f"    VARIABLE_{n}: value-{n}-{index}" for n in range(6)),
            "    DEBUG: true",
            "  resources:",
            "    limits: {cpu: 500m, memory: 256Mi}",
            "    requests: {cpu: 100m, memory: 128Mi}",
            "  option1: a plain sentence without quotes",
            "  option2: 'another one, quoted'",
        ]
    return "\n".join(lines) + "\n"


def cpu(
    command: Sequence[str], runs: int, cwd: Path, environment: dict[str, str] | None = None, forget: str = ""
) -> float:
    """The least CPU seconds of several runs of a command; the folder `forget` is deleted before each."""
    found = []
    for _ in range(runs):
        if forget:
            shutil.rmtree(forget, ignore_errors=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def in_process(action: Callable[[], object], runs: int = 3) -> float:
    """The least CPU seconds of an action in this process."""
    found = []
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return min(found)


class Table:
    """Rows printed as they come; remembers whether a limit was missed."""

    def __init__(self) -> None:
        self.missed = False

    def row(
        self, name: str, value: str, ratio: float | None = None, limit: float | None = None, *, least: bool = False
    ) -> None:
        good = ratio is None or limit is None or (ratio >= limit if least else ratio <= limit)
        self.missed = self.missed or not good
        sign = "" if limit is None else f"limit {'>=' if least else '<='} {limit:g} {'' if good else '  MISSED'}"
        print(f"{name:<46}{value:>12}{'' if ratio is None else f'{ratio:9.2f} x'}   {sign}", flush=True)


def commands(table: Table, folder: Path, names: list[str], runs: int) -> None:
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    empty = cpu([sys.executable, "-c", "pass"], runs * 2, folder, usual)
    table.row("python -c pass", f"{empty * 1000:.1f} ms")
    emptied = str(folder / "no-cache")
    fresh = {**usual, "SHUNTER_CACHE_DIR": emptied}
    cold = cpu([*OURS, "validate", names[0]], runs, folder, fresh, emptied)
    table.row("shunter validate, 1 file, cold / pass", f"{cold * 1000:.1f} ms", cold / empty, 9)
    kept = {**usual, "SHUNTER_CACHE_DIR": str(folder / "cache")}
    hit = cpu([*OURS, "validate", names[0]], runs + 1, folder, kept)
    table.row("shunter validate, 1 file, seen before / pass", f"{hit * 1000:.1f} ms", hit / empty, 2.5)
    for count, limit in LIMITS.items():
        if count > len(names):
            continue
        rounds = 1 if count > 100 else runs
        ours = cpu([*OURS, "validate", *names[:count]], rounds, folder, fresh, emptied)
        peer = cpu([PEER, "--schemafile", "values.schema.json", *names[:count]], rounds, folder, usual)
        text = f"{ours * 1000:.0f} ms"
        table.row(f"check-jsonschema / shunter, {count} files", text, peer / ours, limit, least=True)


def readings(table: Table, folder: Path, names: list[str]) -> None:
    data = [(folder / name).read_bytes() for name in names]
    tree = MemoryTree({path.name: FileState(path.read_bytes()) for path in folder.iterdir() if path.is_file()})
    chart = load_chart(tree)

    def ours(texts: list[bytes]) -> None:
        for text in texts:
            assert judge(chart, [read(text, "v.yaml")]) == ()

    def loader() -> None:
        for text in data:
            yaml.load(text, yaml.CSafeLoader)

    ratios = []
    for _ in range(3):  # interleaved, so that both see the same machine
        mine, theirs = in_process(lambda: ours(data), 1), in_process(loader, 1)
        ratios.append((mine / theirs, mine))
    ratio, mine = statistics.median(ratios)
    table.row(f"read and judge / CSafeLoader, {len(data)} files", f"{mine * 1000:.0f} ms", ratio, 0.8)
    half = in_process(lambda: ours(data[: len(data) // 2]))
    whole = in_process(lambda: ours(data))
    table.row("twice the files", f"{whole * 1000:.0f} ms", whole / half, 2.4)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table.row("peak memory of this process", f"{peak:.0f} MB", peak / 200, 1.0)


def helm(table: Table, folder: Path, names: list[str]) -> None:
    try:
        import helm_python
    except ImportError:
        table.row("embedded Helm: not installed", "")
        return
    with helm_python.Chart.load(folder) as chart:
        parsed = [yaml.load((folder / name).read_bytes(), yaml.CSafeLoader) for name in names[:20]]
        seconds = in_process(lambda: [chart.render(found) for found in parsed])
    table.row("embedded Helm, one render, read already", f"{seconds / len(parsed) * 1000:.1f} ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 files")
    count = 100 if parser.parse_args().quick else 1000
    folder = Path(tempfile.mkdtemp(prefix="shunter-bench-"))
    try:
        (folder / "Chart.yaml").write_text(CHART)
        (folder / "values.schema.json").write_text(json.dumps(schema()))
        names = [f"values-{index}.yaml" for index in range(count)]
        for index, name in enumerate(names):
            (folder / name).write_text(values(index))
        size = (folder / "values.schema.json").stat().st_size
        print(f"{count} files of about {len(values(0)):,} bytes, schema of {size:,} bytes; CPU seconds")
        table = Table()
        readings(table, folder, names)
        helm(table, folder, names)
        commands(table, folder, names, 5)
    finally:
        shutil.rmtree(folder)
    return int(table.missed)


if __name__ == "__main__":
    sys.exit(main())
