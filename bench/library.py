"""What an app of the library costs: lines of chart, and CPU of rendering an umbrella, beside `helm create`.

`python bench/library.py [RUNS]`. Both charts make the same REST API: Deployment, Service, Ingress, autoscaler, account,
disruption budget, ConfigMap, ServiceMonitor and a migration hook; `helm create` has no template for the last four.
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

from helpers.charts import LIBRARY, app_chart, environment_helmignore, umbrella, write  # noqa: E402

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


def theirs(folder: Path) -> dict[str, str]:
    """`helm create`, four templates more, and its values with ours in place of the defaults."""
    helm_python.Chart.create("created", str(folder)).close()
    chart = folder / "created"
    files = {path.relative_to(chart).as_posix(): path.read_text() for path in chart.rglob("*") if path.is_file()}
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
        created = theirs(folder)
        size = lines(ours("orders", schema=True))
        print(f"lines of one REST API: {size} (limit 40), of twenty: {20 * size} (limit 800)")
        total = sum(len(text.splitlines()) for text in created.values())
        print(f"of `helm create` with four templates for the rest: {total}")
        print(f"schema of one app: {len(ours('orders', schema=True)['values.schema.json'])} bytes (limit 12000)\n")
        return size > 40 or measure(folder, created, runs)


def measure(folder: Path, created: dict[str, str], runs: int) -> int:
    print(f"{'apps':>5} {'helm create':>12} {'ours':>9} {'':>6} {'no schemas':>11}      CPU seconds, best of {runs}")
    found: dict[int, list[float]] = {}
    for count in COUNTS:
        names = [f"app{number:03}" for number in range(count)]
        renamed = [created["Chart.yaml"].replace("name: created", f"name: {app}") for app in names]
        base = {app: {**created, "Chart.yaml": metadata} for app, metadata in zip(names, renamed, strict=True)}
        peer = train(folder / f"peer{count}", base, library=False)
        full = train(folder / f"full{count}", {app: ours(app, schema=True) for app in names}, library=True)
        bare = train(folder / f"bare{count}", {app: ours(app, schema=False) for app in names}, library=True)
        found[count] = cpu_seconds([peer, full, bare], runs)
        one, two, three = found[count]
        print(f"{count:>5} {one:>12.3f} {two:>9.3f} {two / one:>4.1f} x {three:>11.3f} {three / one:>4.1f} x")
    one, two, three = found[100]
    growth = found[200][1] / two
    print(f"\nat 100 apps {two / one:.2f} x with schemas (limit 4), {three / one:.2f} x without (limit 2)")
    print(f"200 apps take {growth:.2f} x of 100 (limit 2.4)")
    return int(two > 4 * one or three > 2 * one or growth > 2.4)


if __name__ == "__main__":
    sys.exit(main())
