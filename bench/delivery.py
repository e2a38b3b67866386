"""Charts to a registry and back, beside `helm push` and `helm pull` in a loop; and what a registry of many versions holds.

`python bench/delivery.py [CHARTS VERSIONS]`, by default 100 and 10, against a docker-registry of its own; helm is the one
that SHUNTER_TEST_HELM names, or that is on PATH. Pushes go to a place of their own each time, and nothing was fetched
before. Every figure is the least of two runs, taken in turn: on this machine, where registry and client share its
processors, and as if the registry were 10 ms away. What grows is measured in the registry's folder.

A registry with a file of passwords hashes the password at each request (bcrypt, by default of cost 5), and puts what it is given
on the disk (30 syncs for a chart): with either client, this is most of what one waits for where it is on this machine, and
its seconds of a processor are printed. So there is a light one too, which asks for no login and keeps all in
memory: what is left is mostly the clients' own time.
"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "generator"), str(ROOT / "tests")]

from helpers.workspaces.registries import Registry, running  # noqa: E402
from shunter.core.charts.artifact import artifact_of  # noqa: E402
from shunter.core.charts.packed import PackedChart  # noqa: E402
from shunter.model.files import FileState  # noqa: E402

WORKSPACE = "name: shop\nservices: {service-0: {archetype: rest-api}}\nenvironments: {tst: {stage: develop}}\n"
RUNS = 2
AWAY = 0.01
FASTER = 5.0
HASHING = 2.5
"""What is left of it for push where the registry's own work is most of it, and on the same processors."""
HELM = os.environ.get("SHUNTER_TEST_HELM") or shutil.which("helm") or ""


def run(arguments: str, cwd: Path) -> None:
    """One `shunter` process, which has to succeed."""
    env = os.environ | {"PYTHONPATH": str(ROOT / "generator")}
    command = [sys.executable, "-m", "shunter", *arguments.split()]
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"shunter {arguments[:200]}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def first_chart(folder: Path) -> Mapping[str, FileState]:
    """The files of an app chart as `shunter package` publishes it."""
    folder.mkdir()
    (folder / "data.yaml").write_text(WORKSPACE, "utf-8")
    run("new shop --defaults --data-file data.yaml", folder)
    run("package", folder / "shop")
    file = folder / "shop/.shunter/registry/service-0-0.1.0.tgz"
    return PackedChart(str(file), archive=file.read_bytes()).files


def archives(first: Mapping[str, FileState], count: int, version: str) -> list[PackedChart]:
    """Many charts like the first one, with names and a version of their own."""
    return [PackedChart.of_files(dict(like(first, f"service-{number}", version))).packed() for number in range(count)]


def like(first: Mapping[str, FileState], name: str, version: str) -> Iterator[tuple[str, FileState]]:
    for path, state in first.items():
        data = state.data.replace(b"service-0", name.encode())
        if path == "Chart.yaml":
            data = re.sub(rb"(?m)^version: .*$", f"version: {version}".encode(), data)
        yield path, FileState(data, state.mode)


def written(charts: Iterable[PackedChart], folder: Path) -> list[str]:
    """Put archives into a folder; the names of the files."""
    folder.mkdir()
    names = [f"{chart.name}-{chart.version}.tgz" for chart in charts]
    for chart, name in zip(charts, names, strict=True):
        (folder / name).write_bytes(chart.archive)
    return names


def helm(*arguments: str, cwd: Path) -> None:
    subprocess.run([HELM, *arguments, "--plain-http"], cwd=cwd, capture_output=True, check=True)


@contextmanager
def away(host: str, seconds: float) -> Iterator[str]:
    """A proxy before a server, to which every request takes so long; its host."""
    name, _, port = host.partition(":")

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((name, int(port))) as server:
                both, answered = [self.request, server], True
                while True:
                    for end in select.select(both, [], [])[0]:
                        data = end.recv(1 << 20)
                        if not data:
                            return
                        if end is self.request and answered:
                            time.sleep(seconds)
                        answered = end is server
                        (server if end is self.request else self.request).sendall(data)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads, block_on_close, request_queue_size = True, False, 64

    with Server(("127.0.0.1", 0), Handler) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{proxy.server_address[1]}"
        proxy.shutdown()


@dataclass(frozen=True)
class Taken:
    """Seconds of the wall clock, and of a processor by the registry."""

    wall: float
    registry: float


def timed(registry: Registry, work: Callable[..., None], *arguments: Any) -> Taken:
    busy, began = processor(registry.pid), time.perf_counter()
    work(*arguments)
    return Taken(time.perf_counter() - began, processor(registry.pid) - busy)


def processor(pid: int) -> float:
    """Seconds of a processor that a process has taken so far; 0 where no /proc tells."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pushed(names: Sequence[str], place: str, folder: Path) -> None:
    for name in names:
        helm("push", name, place, cwd=folder)


def pulled(charts: Sequence[PackedChart], place: str, folder: Path) -> None:
    for chart in charts:
        helm("pull", f"{place}/{chart.name}", "--version", chart.version, "-d", str(folder), cwd=folder)


def once(registry: Registry, charts: Sequence[PackedChart], folder: Path, names: Sequence[str]) -> dict[str, Taken]:
    """What each takes, ours and Helm's in turn, in places of their own; both fetch the same bytes."""
    with tempfile.TemporaryDirectory() as text:
        mine, its = Path(text, "mine"), Path(text, "its")
        its.mkdir()
        ours, theirs = (f"oci://{registry.host}/{time.time_ns()}{who}" for who in ("/ours", "/theirs"))
        shutil.rmtree(os.environ["SHUNTER_CACHE_DIR"], ignore_errors=True)
        places = " ".join(f"{ours}/{chart.name}:{chart.version}" for chart in charts)
        found = {"push": timed(registry, run, f"push {' '.join(names)} --to {ours}", folder)}
        found["helm push"] = timed(registry, pushed, names, theirs, folder)
        found["fetch"] = timed(registry, run, f"pull {places} -d {mine}", folder)
        found["helm pull"] = timed(registry, pulled, charts, theirs, its)
        if not contents(mine) == contents(its) == contents(folder):
            sys.exit("other bytes were fetched than were pushed")
    return found


def measure(registry: Registry, charts: Sequence[PackedChart], folder: Path) -> dict[str, tuple[Taken, Taken]]:
    """What each takes at least, ours and Helm's; the archives are in that folder."""
    names = [f"{chart.name}-{chart.version}.tgz" for chart in charts]
    runs = [once(registry, charts, folder, names) for _ in range(RUNS)]
    least = {name: min((each[name] for each in runs), key=lambda taken: taken.wall) for name in runs[0]}
    return {name: (least[name], least[other]) for name, other in (("push", "helm push"), ("fetch", "helm pull"))}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def blobs(registry: Registry) -> int:
    """Bytes of all that the registry holds, each content once; what it notes beside them aside."""
    return sum(file.stat().st_size for file in (registry.data / "docker/registry/v2/blobs").rglob("data"))


def growth(box: Path, first: Mapping[str, FileState], count: int, versions: int) -> bool:
    """Print what a registry grows by with each version of all charts; whether that is its content and nothing else."""
    (box / "large").mkdir()
    good, seen = True, set[str]()
    with running(box / "large") as registry:
        login(box, registry)
        for number in range(versions):
            charts = archives(first, count, f"1.{number}.0")
            names = written(charts, box / f"version{number}")
            before = blobs(registry)
            new = content(charts, seen)
            command = f"push {' '.join(names)} --to oci://{registry.host}/charts"
            run(command, box / f"version{number}")
            grown = blobs(registry) - before
            good &= grown == new
            run(command, box / f"version{number}")
            good &= blobs(registry) == before + grown
        total = sum(file.stat().st_size for file in registry.data.rglob("*") if file.is_file())
        print(f"{versions} versions of {count} charts: {blobs(registry):,} bytes of content, {total:,} bytes in files")
        print(f"the last version: {grown:,} bytes, which are {new:,} bytes of new content; pushed again: 0")
    return good


def content(charts: Iterable[PackedChart], seen: set[str]) -> int:
    """Bytes of archives, configs and manifests that are not `seen` yet."""
    found = 0
    for chart in charts:
        made = artifact_of(chart)
        for digest, data in ((chart.digest, chart.archive), (made.digest, made.manifest), ("", made.config)):
            if (key := digest or data.decode()) not in seen:
                seen.add(key)
                found += len(data)
    return found


def login(box: Path, *registries: Registry) -> None:
    auths = [registry.login()["auths"] for registry in registries]
    (box / "login.json").write_text(
        json.dumps({"auths": {host: each[host] for each in auths for host in each}}), "utf-8"
    )


def beside_helm(box: Path, charts: Sequence[PackedChart]) -> bool:
    """Print what is taken here and away; whether the limits are kept."""
    written(charts, box / "archives")
    for name in ("passwords", "open"):
        (box / name).mkdir()
    with (
        running(box / "passwords") as registry,
        running(box / "open", {}, memory=True) as light,
        away(registry.host, AWAY) as far,
    ):
        places = {
            "here, passwords": registry,
            "here, light": light,
            f"{AWAY * 1000:.0f} ms away, passwords": replace(registry, host=far),
        }
        login(box, *places.values())
        kept = [compared(box, charts, place, where) for where, place in places.items()]
    return all(kept)


def compared(box: Path, charts: Sequence[PackedChart], place: Registry, where: str) -> bool:
    """Print both verbs beside Helm's at one place; whether the limits are kept."""
    good = True
    for verb, (ours, theirs) in measure(place, charts, box / "archives").items():
        limit = HASHING if (verb, where) == ("push", "here, passwords") else FASTER
        good &= theirs.wall >= limit * ours.wall
        print(
            f"{verb:5} {len(charts)} charts, {where:21}: {ours.wall:6.2f} s, helm in a loop {theirs.wall:6.2f} s:"
            f" {theirs.wall / ours.wall:4.1f} x  (limit {limit:.1f} x);"
            f" of it the registry's processor {ours.registry:5.2f} and {theirs.registry:5.2f} s",
            flush=True,
        )
    return good


def main() -> None:
    count, versions = map(int, sys.argv[1:] or ("100", "10"))
    lacking = [name for name in ("docker-registry", "htpasswd") if not shutil.which(name)]
    if lacking or not HELM:
        print(f"error: no {', '.join(lacking) or 'helm'}", file=sys.stderr)
        print("hint: apt-get install docker-registry apache2-utils; name helm in SHUNTER_TEST_HELM", file=sys.stderr)
        sys.exit(77)
    identity = {f"GIT_{who}_{key}": "b@example.org" for who in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    with tempfile.TemporaryDirectory() as text:
        box = Path(text)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.update(identity, HOME=text, SHUNTER_CACHE_DIR=f"{box}/cache", PYTHONPYCACHEPREFIX=f"{box}/compiled")
        os.environ["HELM_REGISTRY_CONFIG"] = f"{box}/login.json"
        first = first_chart(box / "first")
        good = beside_helm(box, archives(first, count, "1.0.0"))
        good &= growth(box, first, count, versions)
    sys.exit(not good)


if __name__ == "__main__":
    main()
