"""Environments and charts judged: what is vendored, what is pinned, and what will be."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files, write_files
from helpers.workspaces.gitrepo import write
from helpers.workspaces.small import SCHEMA, small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.flows.release.release import release_of
from shunter.flows.trains.cut import Cut, cut
from shunter.flows.trains.promote import Promotion, promote
from shunter.flows.validation.judge import Validation, judge_chart, judged_release
from shunter.flows.workspace.context import Context, open_context
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind


@pytest.fixture
def small(tmp_path: Path) -> Context:
    made = shared("small", lambda folder: small_workspace(folder / "small")) / "small"
    return open_context(copy(made, tmp_path.resolve() / "small"))


def judged(context: Context, *, verify: bool = True, fix: bool = False) -> tuple[Finding, ...]:
    return judged_release(context, release_of(context, context.site("environment", "tst")), verify=verify, fix=fix)[0]


def depart(context: Context) -> None:
    cut(context, Cut("1.0.0"), dry_run=False, diff=False)
    promote(context, Promotion(["tst"], "1.0.0"), dry_run=False, diff=False)


def test_what_is_not_pinned_is_judged_against_the_workspaces_chart_as_a_lint(small: Context) -> None:
    write(small.root, {"envs/tst/values.yaml": "orders: {size: many}\n"})
    (finding,) = judged(small)
    assert (finding.kind, finding.span.path) == (Kind.LINT, "envs/tst/values.yaml")
    depart_values = "orders: {size: 1}\n"
    write(small.root, {"envs/tst/values.yaml": depart_values})
    assert judged(small) == ()


def test_what_is_pinned_is_a_verdict(small: Context) -> None:
    depart(small)
    assert judged(small) == ()
    write(small.root, {"envs/tst/values.yaml": "orders: {size: many}\n"})
    (finding,) = judged(small)
    assert (finding.kind, finding.key) == (Kind.VERDICT, ("orders", "size"))


def test_vendored_charts_are_compared_unless_they_were_just_verified(small: Context) -> None:
    depart(small)
    write(small.root, {"envs/tst/charts/web/templates/all.yaml": "a: 1\n"})
    assert {finding.span.path.startswith("envs/tst/charts/web") for finding in judged(small)} == {True}
    assert judged(small, verify=False) == ()


def test_a_verdict_may_be_kept_where_it_depends_on_the_environment_alone(small: Context) -> None:
    depart(small)
    release = release_of(small, small.site("environment", "tst"))
    assert judged_release(small, release) == ((), True)
    write(small.root, {"envs/pre/values.yaml": "web: {}\n"})
    assert judged_release(small, release_of(small, small.site("environment", "pre"))) == ((), False)


def test_a_fix_looks_for_the_line_that_leads_editors_to_the_schema(small: Context) -> None:
    assert judged(small) == ()
    assert [finding.span.path for finding in judged(small, fix=True)] == ["envs/tst/values.yaml"]


def test_each_run_has_its_own_findings(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    write_files(root / "web", chart_files("web", schema=SCHEMA, extra={"values.yaml": "size: own\n"}))
    write(root, {"good.yaml": "size: 1\n", "bad.yaml": "size: x\n"})
    context = Context(root, root, None)
    own, good, bad, mended = judge_chart(
        context, root / "web", [(), ("good.yaml",), ("bad.yaml",), ("bad.yaml", "good.yaml")], Validation()
    )
    assert [finding.span.path for finding in own] == ["web/values.yaml"]
    assert [finding.span.path for finding in bad] == ["bad.yaml"]
    assert good == mended == ()
    (found,) = judge_chart(context, root / "web", [("good.yaml",)], Validation(sets=["--set size=x"]))
    assert [finding.span.path for finding in found] == ["--set size=x"]


def test_many_runs_are_spread_and_come_in_their_order(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    write_files(root / "web", chart_files("web", schema=SCHEMA))
    write(root, {f"{number}.yaml": f"size: {'x' if number % 3 else 1}\n" for number in range(200)})
    found = judge_chart(
        Context(root, root, None), root / "web", [(f"{number}.yaml",) for number in range(200)], Validation()
    )
    assert [[finding.span.path for finding in each] for each in found] == [
        [f"{number}.yaml"] if number % 3 else [] for number in range(200)
    ]


def test_a_chart_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    needs = "dependencies:\n- {name: db, version: 1.0.0}\n"
    write(tmp_path, {"web/Chart.yaml": f"apiVersion: v2\nname: web\nversion: 1.0.0\n{needs}"})
    with pytest.raises(ShunterError, match=r"web needs chart db 1\.0\.0, and charts/ does not hold it") as error:
        judge_chart(Context(tmp_path.resolve(), tmp_path.resolve(), None), tmp_path / "web", [()], Validation())
    assert error.value.hint == "helm dependency build web"
