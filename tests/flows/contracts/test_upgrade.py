"""`shunter upgrade-check`: what another version does, for a service's environments and for any chart with values."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from helpers.charts.tiny_charts import chart_files
from helpers.oracles.embedded_helm import archive
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.http import served
from helpers.workspaces.small import publish, small_workspace
from shunter.flows.workspace.context import open_context
from shunter.model.files import FileState

TEMPLATE = "templates/x.yaml"


def version(number: str, template: str, values: str) -> dict[str, FileState]:
    files = chart_files("orders", number, template=None)
    return {**files, TEMPLATE: FileState(template.encode()), "values.yaml": FileState(values.encode())}


OLD = version("1.0.0", "# {{ .Values.size }}{{ .Values.port }}\n", "size: 1\nport: 80\n")
NEW = version("2.0.0", "# {{ .Values.scale }}{{ .Values.port }}\n", "scale: 1\nport: 8080\n")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with both versions in its registry; pre has values for orders, and tst none."""
    root = tmp_path / "shop"
    context = small_workspace(root)
    publish(context, OLD | {"Chart.yaml": FileState(OLD["Chart.yaml"].data.replace(b"1.0.0", b"1.5.0"))})
    publish(open_context(root), NEW)
    (root / "envs/pre/values.yaml").write_text("orders:\n  size: 2\n  enabled: true\n", "utf-8")
    return root


def test_the_environments_of_a_service_are_asked(workspace: Path) -> None:
    result = shunter("upgrade-check", "orders@2.0.0", "--from", "1.5.0", cwd=workspace)
    assert result.code == 1
    assert (
        result.err
        == """\
note[changed-default]: `orders.port` is 8080 by default now, was 80, and nothing sets it
  --> envs/pre/values.yaml:1:1
  |
1 | orders:
  | ^^^^^^
hint: set it to 80 to keep the old one
error[dropped-key]: orders 2.0.0 does not read `orders.size` any more
  --> envs/pre/values.yaml:2:3
  |
2 |   size: 2
  |   ^^^^
  = orders 1.5.0 reads it: orders-1.5.0.tgz/templates/x.yaml:1
hint: delete it, or look into the chart's notes on the upgrade
pre: orders 1.5.0 -> 2.0.0: 1 not read any more, 1 with another default
"""
    )
    assert shunter("upgrade-check", "orders@1.5.0", "--from", "1.5.0", cwd=workspace).code == 0
    only = ok("upgrade-check", "orders@2.0.0", "--from", "1.5.0", "-e", "tst", cwd=workspace)
    assert only.err == "no environment has orders, or values for it\n"


def test_levels_and_formats_are_those_of_all_findings(workspace: Path) -> None:
    asked = ("upgrade-check", "orders@2.0.0", "--from", "1.5.0", "--rule", "dropped-key=warning")
    found = json.loads(ok(*asked, "--rule", "changed-default=off", "-o", "json", cwd=workspace).out)
    assert [(each["rule"], each["severity"]) for each in found["findings"]] == [("dropped-key", "warning")]
    jsonschema.Draft202012Validator(json.loads(ok("schema", "show", "findings", cwd=workspace).out)).validate(found)
    assert shunter(*asked, "--strict", cwd=workspace).code == 1


def test_without_a_word_the_pinned_version_is_the_old_one(workspace: Path) -> None:
    ok("train", "cut", "1.0.0", "--car", "orders=1.5.0", cwd=workspace)
    ok("promote", "1.0.0", "--to", "tst", cwd=workspace)
    result = shunter("upgrade-check", "orders@2.0.0", "-e", "tst", cwd=workspace)
    assert (result.code, result.err.splitlines()[-1]) == (0, "tst: orders 1.5.0 -> 2.0.0: 1 with another default")


def test_a_chart_of_somebody_elses_repository_is_fetched_there(workspace: Path) -> None:
    shutil.move(workspace / ".shunter/registry", workspace.parent / "served")
    with served(workspace.parent / "served") as url:
        file = workspace / "shunter.yaml"
        third = f"{{repository: '{url}', name: orders, version: 1.5.0}}"
        file.write_text(file.read_text("utf-8").replace("{path: third/orders}", third), "utf-8")
        result = shunter("upgrade-check", "orders@2.0.0", cwd=workspace)
    last = "pre: orders 1.5.0 -> 2.0.0: 1 not read any more, 1 with another default"
    assert (result.code, result.err.splitlines()[-1]) == (1, last)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Two versions of a chart without a workspace: a folder and an archive, and values."""
    for path, state in OLD.items():
        file = tmp_path / "web" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(state.data)
    (tmp_path / "new.tgz").write_bytes(archive({path: state.data for path, state in NEW.items()}, "orders"))
    (tmp_path / "v.yaml").write_text("size: 3\n", "utf-8")
    return tmp_path


def test_outside_of_a_workspace_places_are_compared(outside: Path) -> None:
    result = shunter("upgrade-check", "web@new.tgz", "-f", "v.yaml", cwd=outside)
    assert result.code == 1
    assert "  --> v.yaml:1:1\n" in result.err
    assert result.err.endswith("orders 1.0.0 -> 2.0.0: 1 not read any more, 1 with another default\n")
    again = shunter("upgrade-check", "new.tgz@web", "--from", "new.tgz", "-f", "v.yaml", cwd=outside)
    assert (again.code, again.err.splitlines()[-1]) == (0, "orders 2.0.0 -> 1.0.0: 1 with another default")


def test_the_last_line_has_the_doubt_of_the_messages(outside: Path) -> None:
    for number in ("1", "2"):
        lost = version(f"{number}.0.0", "# {{ toYaml .Values }}\n", f"a{number}: 1\n")
        (outside / f"{number}.tgz").write_bytes(archive({path: state.data for path, state in lost.items()}, "orders"))
    (outside / "v.yaml").write_text("a1: 3\n", "utf-8")
    result = shunter("upgrade-check", "1.tgz@2.tgz", "-f", "v.yaml", cwd=outside)
    assert (result.code, result.err.splitlines()[-1]) == (0, "orders 1.0.0 -> 2.0.0: 1 perhaps not read any more")


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("web",), "`web` names no new version", "CHART@NEW"),
        (("none@new.tgz",), "from which version of none?", "--from OLD"),
        (("web@2.0.0",), "there is no chart at 2.0.0", "oci://HOST/NAME:VERSION"),
        (("oci://127.0.0.1:1/web@2.0.0",), "from which version of oci://127.0.0.1:1/web?", "--from OLD"),
        (("web@new.tgz", "-f", "none.yaml"), "there is no file none.yaml", "-f takes a values file"),
    ],
)
def test_what_is_missing_is_named(arguments: tuple[str, ...], message: str, hint: str, outside: Path) -> None:
    result = shunter("upgrade-check", *arguments, cwd=outside)
    assert (result.code, result.err.splitlines()[0]) == (2, f"error: {message}")
    assert hint in result.err
