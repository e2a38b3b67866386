"""What services cost, by language: `python bench/services.py [requests|start] [LANGUAGE…]`; without a word both tables.

requests: metrics, log and traces, beside the same handler on the bare framework. Each language's REST API is generated and set up; then
three servers run: the framework alone, what we add, and that with one trace in twenty (to nowhere). They are asked in turn by `hey`, and
what counts is their processor time a request, as a ratio in each round.

start: the processor that each cell's container takes until it is ready, at the pace of pace.py. The images are built as a team's are, and run as
the chart says; of three starts the cheapest counts: other programs of the machine make each dearer, and none cheaper.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from bench.pace import Pace  # noqa: E402

from helpers.services.backing import backing  # noqa: E402
from helpers.services.cells import (  # noqa: E402
    CELLS,
    Cell,
    engineroom,
    free_port,
    generated,
    made,
    manifest,
    prepares,
    with_node,
)

ROUNDS, WARM, REQUESTS = 5, 2, 8000
KINDS = ("bare", "added", "traced")
START = {"python": 1.0, "typescript": 0.8, "go": 0.2}
"""Seconds of processor until /readyz, at most."""
TRACING = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1",
    "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
    "OTEL_TRACES_SAMPLER_ARG": "0.05",
}


@dataclass(frozen=True)
class Program:
    """A server of one of KINDS, its argument; it answers /hello on PORT. And what the others may cost, in times of the first.

    `builds` is what makes the program of its file, where it has to be made.
    """

    file: str
    command: tuple[str, ...]
    text: str
    limits: tuple[float, float]
    builds: tuple[str, ...] = ()


PROGRAMS = {
    "python": Program(
        "hello.py",
        (".venv/bin/python", "hello.py"),
        """
import os, sys
sys.path.insert(0, "src")
import uvicorn
from fastapi import FastAPI
from orders_service import app as service, settings, telemetry

found = settings.read()
if sys.argv[1] == "bare":
    served = app = FastAPI()
else:
    telemetry.configure(found.log_level, found.version)
    served = service.observed(found)
    app = served.app

@app.get("/hello")
async def hello() -> dict[str, str]:
    return {"hello": "world"}

uvicorn.run(served, host="127.0.0.1", port=int(os.environ["PORT"]), log_config=None, access_log=False)
""",
        (1.8, 3.2),
    ),
    "typescript": Program(
        "hello.ts",
        ("node", "hello.ts"),
        """
import Fastify from 'fastify'
import { Pool } from 'pg'

const schema = { response: { 200: { type: 'object', properties: { hello: { type: 'string' } } } } }
const kind = process.argv[2]
if (kind === 'traced') (await import('./platform/tracing.ts')).startTracing()
const settings = (await import('./src/settings.ts')).readSettings()
const ours = async () => (await import('./platform/app.ts')).createApp(settings, new Pool(), new AbortController().signal)
const app = kind === 'bare' ? Fastify() : await ours()
app.get('/hello', { schema }, async () => ({ hello: 'world' }))
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
""",
        (1.7, 2.8),
    ),
    "go": Program(
        "hello/main.go",
        ("hello/hello",),
        """
package main

import (
	"context"
	"io"
	"net/http"
	"os"

	"service/platform"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"hello": "world"}`)
	})
	if os.Args[1] == "bare" {
		panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), mux))
	}
	os.Args = os.Args[:1]
	platform.Main(map[string]func(context.Context, platform.Settings) error{
		"": func(ctx context.Context, s platform.Settings) error { return platform.Serve(ctx, s, mux, nil) },
	})
}
""",
        (1.4, 2.3),
        ("go", "build", "-o", "hello/hello", "./hello"),
    ),
}


@contextmanager
def serving(folder: Path, program: Program, kind: str) -> Iterator[tuple[int, int]]:
    """A server's process id and port."""
    port = free_port()
    variables = {"PORT": str(port), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    environment = os.environ | with_node() | variables | (TRACING if kind == "traced" else {})
    name = program.command[0]
    executable = str(folder / name) if "/" in name else shutil.which(name, path=environment["PATH"]) or name
    command = [executable, *program.command[1:], kind]
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            while not answers(port):
                assert process.poll() is None, f"{' '.join(command)} has ended"
                time.sleep(0.1)
            yield process.pid, port
        finally:
            process.kill()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/hello", timeout=10) as answer:
            return bool(answer.read())
    except OSError:
        return False


def microseconds(process: int, port: int) -> float:
    """Processor time that one request takes of a server."""
    before = used(process)
    command = ["hey", "-n", str(REQUESTS), "-c", "16", f"http://127.0.0.1:{port}/hello"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (used(process) - before) / REQUESTS * 1e6


def used(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(folder: Path, program: Program) -> Mapping[str, list[float]]:
    with ExitStack() as stack:
        servers = {kind: stack.enter_context(serving(folder, program, kind)) for kind in KINDS}
        rounds = [{kind: microseconds(*server) for kind, server in servers.items()} for _ in range(WARM + ROUNDS)]
    return {kind: [each[kind] for each in rounds[WARM:]] for kind in KINDS}


def requests(languages: Sequence[str]) -> int:
    """Print the table; how many limits were missed."""
    missed = 0
    print(f"{'language':<12}{'server':<10}{'microseconds':>14}{'ratio':>8}    ({ROUNDS} rounds, interleaved)")
    for language in languages:
        program = PROGRAMS[language]
        with tempfile.TemporaryDirectory() as place:
            folder = generated(Cell(language, "rest-api"), Path(place) / "orders")
            made(folder, "setup")
            (folder / program.file).parent.mkdir(exist_ok=True)
            (folder / program.file).write_text(program.text, "utf-8")
            if program.builds:
                subprocess.run(program.builds, cwd=folder, check=True)
            found = measured(folder, program)
        for kind, limit in zip(KINDS, (1.0, *program.limits), strict=True):
            ratio = statistics.median(mine / bare for mine, bare in zip(found[kind], found["bare"], strict=True))
            missed += ratio > limit
            told = f"{language:<12}{kind:<10}{statistics.median(found[kind]):>14.0f}{ratio:>8.2f}"
            print(f"{told}    (limit {limit:g} x)" if kind != "bare" else told)
    return missed


def started(cell: Cell, place: Path) -> list[float]:
    """Seconds of processor that three starts take."""
    folder = generated(cell, place / "orders")
    pod = manifest(cell, free_port(), place / "chart")
    spent = []
    with engineroom(cell.language, place / "containers") as room, backing(cell, folder) as secrets:
        room.build(folder, "localhost/shop/orders:0.1.0")
        for _ in pod.get("initContainers", ()):
            with room.running(prepares(pod), secrets) as once:
                assert once.wait() == 0, once.logs()
        for _ in range(3):
            with room.running(pod, secrets) as container:
                container.ready()
                spent.append(container.processor())
    return spent


def start(languages: Sequence[str]) -> int:
    """Print the table; how many limits were missed."""
    missed = 0
    print(f"{'language':<12}{'archetype':<14}{'seconds':>8}    (of processor until ready, the least of 3)")
    for cell in CELLS:
        if cell.language in languages and cell.agreed["serves"]:
            with tempfile.TemporaryDirectory() as place, Pace() as pace:
                here = min(started(cell, Path(place)))
            least, limit = here / pace.factor, START[cell.language]
            missed += least > limit
            print(f"{cell.language:<12}{cell.archetype:<14}{least:>8.2f}    (limit {limit:g} s; here {here:.2f} s)")
    return missed


def main() -> int:
    tables = {"requests": requests, "start": start}
    chosen = [word for word in sys.argv[1:] if word in tables] or list(tables)
    languages = [word for word in sys.argv[1:] if word not in tables] or list(PROGRAMS)
    if "requests" in chosen and not shutil.which("hey"):
        print("error: no `hey`\nhint: apt-get install hey", file=sys.stderr)
        return 77
    try:
        missed = [tables[name](languages) for name in chosen]
    except pytest.skip.Exception as lacking:
        print(f"error: {lacking}", file=sys.stderr)
        return 77
    return 1 if any(missed) else 0


if __name__ == "__main__":
    sys.exit(main())
