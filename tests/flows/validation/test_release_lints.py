"""Lint looks at an environment as one release."""

from __future__ import annotations

from pathlib import Path

from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from shunter.core.rules.catalogue import RULES

UMBRELLA = """\
apiVersion: v2
name: shop
version: 1.0.0
dependencies:
- {name: one, version: 1.0.0, repository: ""}
- {name: two, version: 1.0.0, repository: ""}
"""


def test_a_foreign_umbrella_whose_charts_get_in_each_others_way(tmp_path: Path) -> None:
    need_helm()
    (tmp_path / "shop" / "templates").mkdir(parents=True)
    (tmp_path / "shop" / "Chart.yaml").write_text(UMBRELLA, "utf-8")
    for name in ("one", "two"):
        folder = tmp_path / "shop" / "charts" / name / "templates"
        folder.mkdir(parents=True)
        (folder.parent / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n", "utf-8")
        (folder / "_names.tpl").write_text('{{ define "names.full" }}' + name + "{{ end }}\n", "utf-8")
        (folder / "a.yaml").write_text(
            'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "names.full" . }}\n', "utf-8"
        )
    result = shunter("lint", "shop", cwd=tmp_path)
    assert result.code == 1
    assert "error[define-collision]: one 1.0.0 replaces `names.full` of two 1.0.0" in result.err
    assert "--> shop/charts/two/templates/_names.tpl:1:1" in result.err
    assert "error[duplicate-object]: charts one and two both render ConfigMap one in namespace default" in result.err
    assert "--> shop/charts/two/templates/a.yaml" in result.err


def test_a_generated_environment_has_neither(example_on_rails: Path) -> None:
    printed = ok("lint", "--strict", cwd=example_on_rails).err
    assert not any(f"[{rule}]" in printed for rule in RULES)
