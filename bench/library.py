"""What an app of the library costs: lines of chart, and CPU of rendering an umbrella, beside `helm create`.

`python bench/library.py [RUNS] [CHECKOUT]`. Ours is a REST API of nine objects: Deployment, Service, Ingress, autoscaler, account,
disruption budget, ConfigMap, ServiceMonitor and a migration hook. The first peer is what `helm create` makes, as it is:
four objects. The second makes ours: five of them from `helm create`'s templates, four from bench/helm-create/. The apps
are what `shunter package` publishes.

With another checkout of shunter, ours is measured beside what that one publishes and vendors instead: 100 apps that were
published with one library and with five, unpacked and as archives, all in turn: `python bench/library.py 15 ../before`.
"""

from __future__ import annotations

import gc
import operator
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

os.environ["GOMAXPROCS"] = "1"  # several threads of Go spend processor on waiting for each other: a tenth, now and then
import helm_python

ROOT = Path(__file__).resolve().parents[1]
MAKE, TIME = "--make", "--time"
OURS = Path(sys.argv[3]) if sys.argv[1:2] == [MAKE] else ROOT
sys.path[:0] = [str(OURS / "generator"), str(OURS / "tests")]

from helpers.charts.charts import (  # noqa: E402
    LIBRARY,
    app_chart,
    environment_helmignore,
    library_chart,
    published_chart,
    umbrella,
    write,
)
from shunter.core.charts.packed import PackedChart  # noqa: E402
from shunter.model.files import FileState  # noqa: E402

COUNTS = (1, 10, 50, 100, 200)
EXTRA = ROOT / "bench" / "helm-create"
BEFORE = {"unpacked-1": 1.03, "unpacked-5": 1.1, "archives-1": 1.03, "archives-5": 1.1}
"""How the apps lie there and with how many libraries: the most that ours may take, to the other checkout's."""
OWN = ("Chart.yaml", "values.yaml", "templates/app.yaml", "templates/NOTES.txt")
REST_API = """\
archetype: rest-api
image: {repository: ghcr.io/acme/orders}
service: {port: 8080}
config: {LOG_LEVEL: info}
envFrom:
  database: {secretRef: {name: orders-database}}
resources:
  requests: {cpu: 100m, memory: 128Mi}
ingress:
  enabled: true
  hosts: [{host: orders.example.com}]
autoscaling: {enabled: true, minReplicas: 2, maxReplicas: 5, targetCPUUtilizationPercentage: 80}
metrics: {serviceMonitor: {enabled: true}}
jobs:
  migrate: {hook: [pre-install, pre-upgrade], command: [orders, migrate]}
"""
# The same as values of `helm create`'s chart; what it has no template for stands in bench/helm-create/.
THEIRS = """
image: {repository: ghcr.io/acme/orders}
config: {LOG_LEVEL: info}
podSecurityContext: {runAsNonRoot: true, fsGroupChangePolicy: OnRootMismatch, seccompProfile: {type: RuntimeDefault}}
securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
ingress: {enabled: true, className: "", annotations: {}, hosts: [{host: orders.example.com, paths: [{path: /, pathType: Prefix}]}], tls: []}
autoscaling: {enabled: true, minReplicas: 2, maxReplicas: 5, targetCPUUtilizationPercentage: 80}
podDisruptionBudget: {enabled: true, maxUnavailable: 1}
metrics: {serviceMonitor: {enabled: true, interval: 30s}}
migration: {enabled: true, command: [orders, migrate]}
"""


def ours(name: str, schema: bool) -> dict[str, str]:
    return {**app_chart("rest-api", name, schema=schema), "values.yaml": REST_API}


def created(folder: Path) -> dict[str, str]:
    """What `helm create` makes."""
    helm_python.Chart.create("created", str(folder)).close()
    chart = folder / "created"
    return {path.relative_to(chart).as_posix(): path.read_text() for path in chart.rglob("*") if path.is_file()}


def extended(files: dict[str, str]) -> dict[str, str]:
    """`helm create`'s chart with four templates more, and its values with ours in place of the defaults."""
    files = dict(files)
    files.update({f"templates/{path.name}": path.read_text() for path in sorted(EXTRA.glob("*.yaml"))})
    values = {**yaml.safe_load(files["values.yaml"]), **yaml.safe_load(THEIRS)}
    return {**files, "values.yaml": yaml.safe_dump(values, sort_keys=False)}


def cpu_seconds(folders: list[Path], runs: int) -> list[float]:
    """The least CPU time of loading and rendering each chart; in turns, so that all see the same machine."""
    best = [float("inf")] * len(folders)
    for _ in range(runs):
        for number, folder in enumerate(folders):
            gc.collect()
            start = time.process_time()
            with helm_python.Chart.load(str(folder)) as chart:
                rendered = chart.render({}, name="tst", namespace="shop")
            best[number] = min(best[number], time.process_time() - start)
            assert any("kind: Deployment" in text for text in rendered.values())
    return best


def apart(folders: list[Path], runs: int) -> list[list[float]]:
    """The same of each run, each in a process of its own: what was rendered before decides when Go's collector runs."""
    found: list[list[float]] = [[] for _ in folders]
    for _ in range(runs):
        for number, folder in enumerate(folders):
            command = [sys.executable, __file__, TIME, str(folder)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found[number].append(float(done.stdout))
    return found


def lines(chart: dict[str, str]) -> int:
    return sum(len(chart[name].splitlines()) for name in OWN)


def train(folder: Path, charts: dict[str, dict[str, str]], library: bool) -> Path:
    """An umbrella chart as an environment holds it, with its .helmignore; without the library for the peer."""
    files = umbrella(charts)
    files[".helmignore"] = environment_helmignore()
    if not library:
        metadata = yaml.safe_load(files["Chart.yaml"])
        metadata["dependencies"] = metadata["dependencies"][1:]
        files = {path: text for path, text in files.items() if not path.startswith(f"charts/{LIBRARY}/")}
        files["Chart.yaml"] = yaml.safe_dump(metadata)
    return write(files, folder)


def built_with(chart: dict[str, str], minor: int) -> dict[str, str]:
    """The app's chart with a newer minor version of the library, which has a template more."""
    version = f"1.{minor}.0"
    files = {
        **chart,
        f"charts/{LIBRARY}/templates/_minor.v1.tpl": f'{{{{ define "{LIBRARY}.v1.minor" }}}}{minor}{{{{ end }}}}',
    }
    app, library = (yaml.safe_load(files[path]) for path in ("Chart.yaml", f"charts/{LIBRARY}/Chart.yaml"))
    app["dependencies"][0]["version"] = library["version"] = version
    return files | {"Chart.yaml": yaml.safe_dump(app), f"charts/{LIBRARY}/Chart.yaml": yaml.safe_dump(library)}


def archive(chart: dict[str, str]) -> bytes:
    return (
        PackedChart.of_files({path: FileState(text.encode("utf-8", "surrogateescape")) for path, text in chart.items()})
        .packed()
        .archive
    )


def as_archives(folder: Path, charts: dict[str, dict[str, str]]) -> Path:
    """The environment as it is where the registry is a server: archives in `charts/`."""
    files = umbrella(charts)
    carried = (
        f"charts/{LIBRARY}/Chart.yaml" in files and yaml.safe_load(files[f"charts/{LIBRARY}/Chart.yaml"])["version"]
    )
    write({path: text for path, text in files.items() if not path.startswith("charts/")}, folder)
    packed = {name: published_chart(chart) for name, chart in charts.items()}
    if carried == yaml.safe_load(library_chart()["Chart.yaml"])["version"]:  # until 0.0.0 carried those of all apps
        packed[LIBRARY] = library_chart()
    else:
        metadata = yaml.safe_load(files["Chart.yaml"])
        metadata["dependencies"] = metadata["dependencies"][1:]
        write({"Chart.yaml": yaml.safe_dump(metadata, sort_keys=False)}, folder)
    (folder / "charts").mkdir()
    for name, chart in packed.items():
        version = yaml.safe_load(chart["Chart.yaml"])["version"]
        (folder / "charts" / f"{name}-{version}.tgz").write_bytes(archive(chart))
    write({".helmignore": environment_helmignore()}, folder)
    return folder


def make(folder: Path) -> None:
    """100 apps in each of the ways of BEFORE, as the checkout that is imported publishes them."""
    for libraries in (1, 5):
        apps = {f"app{n:03}": built_with(ours(f"app{n:03}", schema=True), n % libraries) for n in range(100)}
        train(folder / f"unpacked-{libraries}", apps, library=True)
        as_archives(folder / f"archives-{libraries}", apps)


def against(checkout: Path, folder: Path, runs: int) -> bool:
    for place, root in (("ours", ROOT), ("before", checkout)):
        subprocess.run([sys.executable, __file__, MAKE, str(folder / place), str(root)], check=True)
    found = apart([folder / place / way for way in BEFORE for place in ("ours", "before")], runs)
    print(
        f"CPU seconds of rendering 100 apps, best of {runs}, in turn with {checkout.name}; median of the pairs' ratios"
    )
    missed = False
    for (way, limit), mine, before in zip(BEFORE.items(), found[::2], found[1::2], strict=True):
        best, pairs = min(mine) / min(before), statistics.median(map(operator.truediv, mine, before))
        print(f"{way:>12} {min(mine):>9.3f} {min(before):>9.3f} {best:>7.2f} x {pairs:>7.2f} x (limit {limit})")
        missed |= best > limit
    return missed


def main() -> int:
    if sys.argv[1:2] == [MAKE]:
        make(Path(sys.argv[2]))
        return 0
    if sys.argv[1:2] == [TIME]:
        helm_python.disable_logging()
        print(cpu_seconds([Path(sys.argv[2])], 1)[0])
        return 0
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    helm_python.disable_logging()
    if len(sys.argv) > 2:
        with tempfile.TemporaryDirectory() as name:
            return int(against(Path(sys.argv[2]).resolve(), Path(name), runs))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = created(folder)
        size = lines(ours("orders", schema=True))
        print(f"lines of one REST API: {size} (limit 40), of twenty: {20 * size} (limit 800)")
        total = sum(len(text.splitlines()) for text in extended(bare).values())
        print(f"of `helm create` with four templates for the rest: {total}")
        schema = len(ours("orders", schema=True)["values.schema.json"])
        print(f"schema of one app: {schema} bytes (limit 12000)\n")
        return int(measure(folder, bare, runs) or size > 40 or schema > 12_000)


def peer(files: dict[str, str], names: list[str]) -> dict[str, dict[str, str]]:
    metadata = files["Chart.yaml"]
    return {name: {**files, "Chart.yaml": metadata.replace("name: created", f"name: {name}")} for name in names}


def measure(folder: Path, bare: dict[str, str], runs: int) -> bool:
    print(f"CPU seconds, best of {runs}; x is the ratio to `helm create` as it is, to the same objects")
    print(f"{'apps':>5} {'helm create':>12} {'same objects':>13} {'ours':>9} {'':>14} {'no schemas':>11}")
    found: dict[int, list[float]] = {}
    for count in COUNTS:
        names = [f"app{number:03}" for number in range(count)]
        charts = {
            "bare": (peer(bare, names), False),
            "same": (peer(extended(bare), names), False),
            "full": ({app: ours(app, schema=True) for app in names}, True),
            "open": ({app: ours(app, schema=False) for app in names}, True),
        }
        folders = [train(folder / f"{kind}{count}", apps, library) for kind, (apps, library) in charts.items()]
        one, same, full, open_ = found[count] = cpu_seconds(folders, runs)
        ratios = [f"{value / one:.1f} x, {value / same:.1f} x" for value in (full, open_)]
        print(f"{count:>5} {one:>12.3f} {same:>13.3f} {full:>9.3f} {ratios[0]:>14} {open_:>11.3f} {ratios[1]:>14}")
    one, _, full, open_ = found[100]
    growth = found[200][2] / full
    print(f"\nat 100 apps {full / one:.2f} x with schemas (limit 4), {open_ / one:.2f} x without (limit 2)")
    print(f"200 apps take {growth:.2f} x of 100 (limit 2.4)")
    return full > 4 * one or open_ > 2 * one or growth > 2.4


if __name__ == "__main__":
    sys.exit(main())
