"""Charts of others: our verdict beside Helm's, and what our lints say of them, by rule.

    python bench/public.py [FOLDER ...] [--helm PATH] [--show RULE]

Every chart below the folders (default: the structures in tests/charts/public) is judged with its own values, as it is. The
charts work, so a finding that nobody there would act on is a false alarm; `--show` prints a rule's findings, to judge
them by hand. Exits 1 where a verdict differs from that of `helm template`, or a rule at the level of an error is not
`helm lint`'s own and speaks of more than one chart in twenty. Helm is the binary that `--helm` or SHUNTER_TEST_HELM
names, or that is on PATH; without any, the embedded one. One chart alone is no rate.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STRUCTURES = Path(__file__).parents[1] / "tests" / "charts" / "public"
ALARMING = 1 / 20
COMMAND = [sys.executable, "-m", "shunter"]
EMBEDDED = "import sys, helm_python\nwith helm_python.Chart.load(sys.argv[1]) as chart: chart.render({})"
REFUSALS = ("don't meet the specifications", "cannot load values", "not valid against", "unable to parse")
"""What Helm says where it refuses values or a schema, and not a template."""


def charts_below(folder: Path) -> Iterator[Path]:
    """The charts in a folder, but for those that are part of another one."""
    found = {file.parent for file in folder.rglob("Chart.yaml")}
    yield from sorted(chart for chart in found if found.isdisjoint(chart.parents))


def findings(verb: str, chart: Path) -> list[dict[str, Any]]:
    done = subprocess.run([*COMMAND, verb, str(chart), "-o", "json"], capture_output=True, text=True)
    if done.returncode > 1:
        print(f"    {chart}: {done.stderr.strip().splitlines()[-1:]}")
        return []
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def helm_refuses(helm: str, chart: Path) -> bool:
    command = [helm, "template", "r"] if helm else [sys.executable, "-c", EMBEDDED]
    done = subprocess.run([*command, str(chart)], capture_output=True, text=True)
    return done.returncode != 0 and any(words in done.stderr for words in REFUSALS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folders", nargs="*", type=Path, default=[STRUCTURES])
    parser.add_argument("--helm", default=os.environ.get("SHUNTER_TEST_HELM") or shutil.which("helm") or "")
    parser.add_argument("--show", default="")
    asked = parser.parse_args()
    charts = [chart for folder in asked.folders for chart in charts_below(folder)]
    if not charts:
        parser.error("there is no chart below these folders")
    started, differing = time.monotonic(), []
    by_rule: dict[tuple[str, str], dict[Path, int]] = defaultdict(lambda: defaultdict(int))
    for chart in charts:
        judged = findings("validate", chart)
        ours = any(finding["kind"] == "verdict" for finding in judged)
        if ours != helm_refuses(asked.helm, chart):
            differing.append(f"    {chart}: we {'refuse' if ours else 'accept'} it, Helm does not")
        seen = {json.dumps(finding, sort_keys=True): finding for finding in (*judged, *findings("lint", chart))}
        for finding in seen.values():
            if finding["kind"] == "lint":
                by_rule[finding["rule"], finding["severity"]][chart] += 1
            if finding["rule"] == asked.show:
                span = finding["span"]
                print(f"    {span['path']}:{span['line']}:{span['column']} {finding['message']}")
    return report(len(charts), by_rule, differing, time.monotonic() - started)


def report(count: int, by_rule: dict[tuple[str, str], dict[Path, int]], differing: list[str], took: float) -> int:
    print(f"{count:,} charts, {len(differing)} verdicts that differ from Helm's, {took:.0f} s")
    print(*differing, sep="\n", end="\n" if differing else "")
    print(f"{'rule':<28} {'severity':<9} {'findings':>8} {'charts':>7} {'share':>7}")
    loud = False
    for (rule, severity), places in sorted(by_rule.items()):
        share = len(places) / max(count, 1)
        loud = loud or (severity == "error" and rule != "helm-lint" and len(places) > max(1, count * ALARMING))
        print(f"{rule:<28} {severity:<9} {sum(places.values()):>8,} {len(places):>7,} {share:>6.1%}")
    return int(loud or bool(differing))


if __name__ == "__main__":
    sys.exit(main())
