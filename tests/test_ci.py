"""What .ci/run promises: sections within budgets of CPU time, and Go programs that are built once."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import git, make_repo

ROOT = Path(__file__).parents[1]
CI = ROOT / ".ci"
IDLE_CORES, SECONDS = 2, 3600


def rows(text: str) -> dict[str, tuple[int, int]]:
    """Budget and measured CPU seconds of each section."""
    found = [re.split(r" *[|] *", line) for line in text.splitlines() if not line.startswith("#")]
    return {name: (int(budget), int(measured)) for name, budget, measured in found}


BUDGETS = rows((CI / "budgets").read_text("utf-8"))
ALTERNATIVES = {"make test", "git from source"}
"""Sections of variants, which have neither the slow tests nor coverage."""


def test_every_section_has_a_budget_and_every_budget_a_section() -> None:
    sections = re.findall(r'^ *section "(.+)"$', (CI / "run").read_text("utf-8"), re.MULTILINE)
    assert sorted(sections) == sorted(BUDGETS)


@pytest.mark.parametrize("name", BUDGETS)
def test_a_budget_has_headroom_and_no_more_than_that(name: str) -> None:
    budget, measured = BUDGETS[name]
    assert max(1.5 * measured, 20) <= budget <= max(3 * measured, 20)


def test_all_sections_together_stay_below_an_hour() -> None:
    assert sum(budget for name, (budget, _) in BUDGETS.items() if name not in ALTERNATIVES) <= IDLE_CORES * SECONDS


def run(script: str, folder: Path, budgets: str, loop: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "budgets").write_text(budgets, "utf-8")
    loop = loop or "loop_turns=1 loop_reference=100"
    head = f"set -euo pipefail; started=0; box={folder}; budgets={folder}/budgets; {loop}; source {CI}/sections\n"
    return subprocess.run(["bash", "-c", head + script], capture_output=True, text=True, check=False)


def test_benchmarks_know_a_machine_by_the_same_loop() -> None:
    pace = runpy.run_path(str(ROOT / "bench" / "pace.py"))
    text = (CI / "sections").read_text("utf-8")
    assert f'"${{loop_turns:={pace["TURNS"]}}}" "${{loop_reference:={round(pace["REFERENCE"] * 100)}}}"' in text


SPEND = "(ulimit -t 1; while :; do :; done) || true"
"""A CPU second of a child, which the kernel then ends."""


def test_a_section_above_its_budget_fails_the_run_at_its_end(tmp_path: Path) -> None:
    script = f'section "dear"; {SPEND}; section "cheap"; sleep 1; finish_run'
    done = run(script, tmp_path, "# a table\ndear  | 0 | 0\ncheap | 0 | 0\n")
    assert (done.returncode, done.stderr.count("error: "), done.stderr.count("hint: ")) == (1, 1, 1)
    assert "dear took 1 CPU s, 1 above its budget" in done.stderr
    assert "--- cheap: 0 CPU s, budget 0" in done.stdout
    done = run(script, tmp_path, "dear | 9 | 1\ncheap | 0 | 0\n")
    assert (done.returncode, "error: " in done.stderr) == (0, False)


def test_budgets_grow_with_the_cost_of_a_loop_that_each_section_is_followed_by(tmp_path: Path) -> None:
    """As on a machine that is slower than the one that the budgets were measured on; a faster one shortens none."""
    slow = "loop_turns=200000 loop_reference=1"
    done = run(f'section "dear"; {SPEND}; finish_run', tmp_path, "dear | 1 | 0\n", slow)
    assert done.returncode == 0, done.stderr
    (budget,) = re.findall(r"--- dear: [12] CPU s, budget (\d+) ", done.stdout)
    assert int(budget) > 3
    done = run(f'section "dear"; {SPEND}; finish_run', tmp_path, "dear | 0 | 0\n", slow)
    assert done.returncode == 1


def test_the_loop_is_in_no_section(tmp_path: Path) -> None:
    """Each loop costs whole seconds, and the sections nothing."""
    done = run(
        'section "a"; section "b"; section "c"; finish_run',
        tmp_path,
        "a | 0 | 0\nb | 0 | 0\nc | 0 | 0\n",
        "loop_turns=400000",
    )
    assert re.findall(r"--- (.): 0 CPU s", done.stdout) == ["a", "b", "c"], done.stdout


def test_a_section_without_a_budget_is_refused(tmp_path: Path) -> None:
    done = run('section "new"', tmp_path, "old | 1 | 1\n")
    assert (done.returncode, done.stderr) == (2, f"error: {tmp_path}/budgets has no budget for `new`\n")


GO = """#!/bin/sh
echo "$@" >>"$LOG"
case $1 in
version) echo "go version go9" ;;
build) cp main.go "$3" && chmod +x "$3" ;;
mod) ;;
install) printf '#!/bin/sh\necho installed\n' >"$GOBIN/tool" && chmod +x "$GOBIN/tool" ;;
esac
"""


def test_go_programs_are_built_once_and_anew_when_their_sources_change(tmp_path: Path) -> None:
    """With a `go` that only copies: the real one would compile its library into the empty home of the tests."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/go").write_text(GO, "utf-8")
    (tmp_path / "bin/go").chmod(0o755)
    source = tmp_path / "program"
    source.mkdir()
    variables = {
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(tmp_path / "c"),
        "LOG": str(tmp_path / "log"),
    }

    def built(what: str) -> str:
        done = subprocess.run(
            [CI / "go-tool", what], env=os.environ | variables, capture_output=True, text=True, check=True
        )
        path = done.stdout.strip()
        assert path.startswith(f"{tmp_path}/c/shunter-ci/")
        return path + subprocess.run([path], capture_output=True, text=True, check=True).stdout

    found = []
    for text in ("one", "one", "two"):
        (source / "main.go").write_text(f"#!/bin/sh\necho {text}\n", "utf-8")
        found += [built(str(source)), built("example.com/cmd/tool@v1.0.0")]
    assert found[0] == found[2] != found[4]
    assert found[1] == found[3] == found[5]
    asked = (tmp_path / "log").read_text("utf-8").splitlines()
    assert [line.split()[0] for line in asked if line != "version"] == ["build", "install", "build"]


def test_flux_is_built_once_with_the_kinds_that_it_knows(tmp_path: Path) -> None:
    """From repositories with the tags that the script names."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/go").write_text(GO, "utf-8")
    (tmp_path / "bin/go").chmod(0o755)
    versions = dict(re.findall(r"(\w+-controller)@(v[0-9.]+)", (CI / "flux").read_text("utf-8")))
    for name, version in versions.items():
        files = {"main.go": f"#!/bin/sh\necho {name}\n", f"config/crd/bases/{name}.yaml": "kind: X\n"}
        git(make_repo(tmp_path / "theirs" / name, {**files}), "tag", version)
    variables = {
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(tmp_path / "c"),
        "LOG": str(tmp_path / "log"),
        "SHUNTER_CI_FLUX_SOURCE": f"file://{tmp_path}/theirs",
    }
    command = [CI / "flux"]
    env = os.environ | variables
    once, again = (subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout for _ in "ab")
    assert once == again
    found = {path.name for path in Path(once.strip()).iterdir()}
    assert found == {*versions, *(f"{name}.yaml" for name in versions)}
    asked = (tmp_path / "log").read_text("utf-8").splitlines()
    assert [line.split()[0] for line in asked].count("build") == len(versions) == 2
