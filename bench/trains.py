"""What a train costs: seconds of processor of each verb, and bytes of a record and its history.

`python bench/trains.py [APPS ...]`, by default 100 and 999 apps in one repository, published by `shunter package` once
and multiplied; with the chart of the library that is the most that is judged of one chart. `tst` has a history of 500
entries of four cars each. Every figure is the least of three runs of a `shunter` process, with all git processes that it
starts; its modules are compiled, as an installer leaves them, whatever the shell says. Limits are for 100 apps, at the
pace of the machine on which they were set (see pace.py); what has ten times the apps may take ten times as long, and a
fifth more.
"""

from __future__ import annotations

import io
import os
import re
import resource
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "generator")]

from bench.pace import Pace  # noqa: E402

from shunter.adapters.helm.registry import DirectoryRegistry  # noqa: E402
from shunter.core.charts.packed import PackedChart  # noqa: E402
from shunter.core.trains import entry as entries  # noqa: E402
from shunter.core.trains.state import Car, State, parse_state, render_state  # noqa: E402
from shunter.model.data import replace  # noqa: E402
from shunter.model.files import FileState  # noqa: E402

RUNS = 3
SECONDS = 1.0
GROWTH = 1.2
ENTRIES, CARS, BYTES = 500, 4, 1_000_000
WORKSPACE = """\
name: shop
services: {service-0: {archetype: rest-api}}
environments: {tst: {stage: develop}, pre: {stage: staging, promotes-from: tst}}
"""
VERBS = {
    "cut": "train cut 1.1.0",
    "promote": "promote 1.1.0 --to tst",
    "diff, versions": "diff tst pre --only versions",
    "diff, values": "diff tst pre --only values",
    "status": "status",
    "history": "history tst",
}
UNDONE = ("promote",)
"""Verbs whose commit is taken back after each run; that of `cut` stays after the last one."""


def run(arguments: str, cwd: Path, *, code: int = 0) -> float:
    """Seconds of processor of one command and of all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "shunter", *arguments.split()]
    env = os.environ | {"PYTHONPATH": str(ROOT / "generator")}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode not in (0, code):
        sys.exit(f"shunter {arguments}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def commit(root: Path, what: str) -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", what)
    return git(root, "rev-parse", "HEAD")


def make(folder: Path, apps: int) -> Path:
    """A workspace with that many apps, all published; `tst` and `pre` run train 1.0.0."""
    folder.mkdir()
    (folder / "data.yaml").write_text(WORKSPACE, "utf-8")
    run("new shop --defaults --data-file data.yaml", folder)
    shop = folder / "shop"
    run("package", shop)
    multiply(shop, apps)
    for command in ("train cut 1.0.0", "promote 1.0.0 --to tst", "promote --from tst --to pre"):
        run(command, shop)
    return shop


def multiply(shop: Path, apps: int) -> None:
    """As many services as wanted, each like the one that is there."""
    names = [f"service-{number}" for number in range(apps)]
    for folder in ("charts", "services"):
        first = {
            path.relative_to(shop / folder / names[0]): path.read_bytes() for path in files(shop / folder / names[0])
        }
        for name in names[1:]:
            for path, data in first.items():
                file = shop / folder / name / str(path).replace(names[0], name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data.replace(names[0].encode(), name.encode()))
    text = (shop / "shunter.yaml").read_text("utf-8")
    services = "".join(f"  {name}: {{archetype: rest-api}}\n" for name in names)
    (shop / "shunter.yaml").write_text(re.sub(r"services:.*\n(  .*\n)*", f"services:\n{services}", text), "utf-8")
    for answers in shop.glob("envs/*/.copier-answers.yml"):
        listed = "".join(f"- {name}\n" for name in names)
        answers.write_text(answers.read_text("utf-8").replace("- service-0\n", listed), "utf-8")
    publish(shop, names[1:], "0.1.0")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def publish(shop: Path, names: list[str], version: str) -> None:
    """Put these apps into the registry, as the first one is published, and commit."""
    folder = shop / ".shunter/registry"
    for name in names:
        file = shop / f"charts/{name}/Chart.yaml"
        file.write_text(re.sub(r"(?m)^version: .*$", f"version: {version}", file.read_text("utf-8")), "utf-8")
    revision = commit(shop, f"version {version}")
    first = dict(unpacked(folder / "service-0-0.1.0.tgz"))
    charts = [PackedChart.of_files(dict(like(first, name, version, revision))).packed() for name in names]
    for path, state in DirectoryRegistry(folder).plan_publish(charts).edits.items():
        (folder / path).write_bytes(state.data)
    commit(shop, f"publish {version}")


def unpacked(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as found:
        for member in found:
            data = found.extractfile(member)
            if data is not None:
                yield member.name.partition("/")[2], data.read()


def like(first: dict[str, bytes], name: str, version: str, revision: str) -> Iterator[tuple[str, FileState]]:
    for path, data in first.items():
        text = data.replace(b"service-0", name.encode())
        if path == "Chart.yaml":
            text = re.sub(rb"(?m)^version: .*$", f"version: {version}".encode(), text)
            text = re.sub(rb"(?m)^(.*image\.revision: ).*$", rb"\g<1>" + revision.encode(), text)
        yield path, FileState(text)


def remember(shop: Path) -> int:
    """Give `tst` its history: cars go up and come down again. Returns the bytes of the record and the history."""
    folder = shop / "envs/tst"
    file = folder / ".shunter/train.yaml"
    state = start = parse_state(file.read_bytes(), str(file), (ROOT / "schemas/record.schema.json").read_bytes())
    aliases = [*start.cars]
    there = len([*(folder / entries.FOLDER).iterdir()])
    for number in range((ENTRIES - there) // 2 * 2):
        moved = [aliases[(number // 2 * CARS + place) % len(aliases)] for place in range(CARS)]
        up = number % 2 == 0
        cars = {alias: newer(car, number) if up else car for alias, car in start.cars.items() if alias in moved}
        at = f"2027-01-{number // 24 + 1:02}T{number % 24:02}:00:00Z"
        allowed = {} if up else dict.fromkeys(moved, "--allow-downgrade")
        why = entries.Why("promote", at, by="R One <r1@example.org>", text="INC-77", only=tuple(moved), allowed=allowed)
        state = written(folder, state, {**state.cars, **cars}, why)
    file.write_bytes(render_state(state))
    commit(shop, "history")
    return sum(path.stat().st_size for path in [file, *(folder / entries.FOLDER).iterdir()])


def newer(car: Car, number: int) -> Car:
    return replace(car, pin=replace(car.pin, version=f"0.1.{number + 1}", digest=f"sha256:{number:064x}"))


def written(folder: Path, state: State, cars: dict[str, Car], why: entries.Why) -> State:
    now, entry = entries.advance(state, cars, state.base, why)
    assert entry is not None
    path = folder / entries.path_of(entry.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(entries.render_entry(entry))
    return now


def measure(shop: Path) -> dict[str, tuple[float, float]]:
    """The least seconds of processor of each verb: here, and at the limits' pace."""
    found = {}
    for verb, arguments in VERBS.items():
        seconds = []
        with Pace() as pace:
            for number in range(RUNS):
                seconds.append(run(arguments, shop, code=1 if verb.startswith("diff") else 0))
                if verb in UNDONE or (verb == "cut" and number < RUNS - 1):
                    git(shop, "reset", "--quiet", "--hard", "HEAD~1")
        found[verb] = (min(seconds), min(seconds) / pace.factor)
    return found


def main() -> None:
    counts = [int(text) for text in sys.argv[1:]] or [100, 999]
    identity = {f"GIT_{who}_{key}": "b@example.org" for who in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    missed = False
    with tempfile.TemporaryDirectory() as box:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.update(identity, HOME=box, SHUNTER_CACHE_DIR=f"{box}/cache", PYTHONPYCACHEPREFIX=f"{box}/compiled")
        before: dict[str, tuple[float, float]] = {}
        for count in counts:
            shop = make(Path(box, str(count)), count)
            size = remember(shop)
            publish(shop, [f"service-{number}" for number in range(1, CARS + 1)], "0.2.0")
            found = measure(shop)
            for verb, (here, seconds) in found.items():
                limit = SECONDS if count == 100 else before[verb][1] * count / 100 * GROWTH if before else 0.0
                missed |= bool(limit) and seconds > limit
                told = f"  (limit {limit:.2f} s{', missed' if seconds > limit else ''})" if limit else ""
                print(f"{count:5} apps  {verb:16} {seconds:7.2f} s, here {here:.2f} s{told}", flush=True)
            missed |= count == 100 and size > BYTES
            print(
                f"{count:5} apps  record and {ENTRIES} entries: {size:,} bytes"
                + (f" (limit {BYTES:,})" if count == 100 else "")
            )
            before = found if count == 100 else before
    sys.exit(missed)


if __name__ == "__main__":
    main()
