"""What an app of the library costs: lines of chart, and CPU of rendering an umbrella, beside `helm create`.

`python bench/library.py [RUNS]`. Ours is a REST API of nine objects: Deployment, Service, Ingress, autoscaler, account,
disruption budget, ConfigMap, ServiceMonitor and a migration hook. The first peer is what `helm create` makes, as it is:
four objects. The second makes ours: five of them from `helm create`'s templates, four from bench/helm-create/. The apps
are what `shunter package` publishes.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path

import helm_python
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "generator"), str(ROOT / "tests")]

from helpers.charts.charts import LIBRARY, app_chart, environment_helmignore, umbrella, write  # noqa: E402

COUNTS = (1, 10, 50, 100, 200)
EXTRA = ROOT / "bench" / "helm-create"
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


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    helm_python.disable_logging()
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
