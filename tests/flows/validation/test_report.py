"""The report of findings: in order, each once, at the workspace's levels, without secrets."""

from __future__ import annotations

from pathlib import Path

from helpers.workspaces.gitrepo import write
from shunter.flows.validation.report import levelled, report_of, without_secrets
from shunter.flows.workspace.context import Context, open_context
from shunter.model.findings import Finding, Kind, Severity, Span


def at(path: str, line: int = 1, rule: str = "drift", text: str = "") -> Finding:
    return Finding(rule, "m", Span(path, line, 1, 2, text), Kind.LINT)


def test_findings_come_once_in_order_as_seen_from_the_start(tmp_path: Path) -> None:
    context = Context(tmp_path, tmp_path / "envs", None)
    found = [at("b", 2), at("../envs/b", 2), at("b", 10), at("a", 9, "z"), at("a", 9, "c")]
    report = report_of(context, found, 3)
    assert [(f.span.path, f.span.line, f.rule) for f in report.findings] == [
        ("a", 9, "c"),
        ("a", 9, "z"),
        ("b", 2, "drift"),
        ("b", 10, "drift"),
    ]
    assert report.notices == ("3 charts checked: 4 findings",)
    assert report_of(context, [], 1).notices == ("1 chart checked: valid",)


def test_a_workspace_chooses_levels(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"shunter.yaml": "name: shop\nservices: {}\nenvironments: {}\nrules: {drift: off, unused-key: note}\n"},
    )
    context = open_context(tmp_path)
    report = report_of(context, [at("a"), at("b", rule="unused-key")], 1)
    assert [(f.rule, f.severity) for f in report.findings] == [("unused-key", Severity.NOTE)]
    alone = Context(tmp_path, tmp_path, None)
    assert list(levelled(alone, [at("a")])) == [at("a")]


def test_no_secret_leaves(tmp_path: Path) -> None:
    finding = at("v.yaml", text="password: hunter22")
    for shown in (without_secrets([finding]), report_of(Context(tmp_path, tmp_path, None), [finding], 1).findings):
        assert len(shown) == 1
        assert "hunter22" not in repr(shown)
    assert without_secrets([]) == ()
