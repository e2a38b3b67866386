"""The hooks' manifest: fresh, readable by pre-commit's rules, and matching the files that it should."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from shunter.cli.hooks import HOOKS, Hook, render_hooks

ROOT = Path(__file__).resolve().parents[2]


def test_the_committed_manifest_is_what_the_catalogue_renders_to() -> None:
    assert (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8") == render_hooks(HOOKS)


def test_every_entry_survives_yaml() -> None:
    entries = yaml.safe_load(render_hooks(HOOKS))
    assert [(e["id"], e["name"], e["description"], e["entry"]) for e in entries] == [
        (h.id, h.name, h.description, h.entry) for h in HOOKS
    ]
    assert [e.get("files", "") for e in entries] == [h.files for h in HOOKS]
    assert [e["stages"] == ["manual"] for e in entries] == [h.manual for h in HOOKS]


def test_a_quote_in_a_text_is_escaped() -> None:
    (entry,) = yaml.safe_load(render_hooks([Hook("x", "it's", "a: b # c", "shunter x")]))
    assert (entry["name"], entry["description"]) == ("it's", "a: b # c")
    assert (entry["always_run"], entry["pass_filenames"]) == (True, False)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("envs/tst/values.yaml", True),
        ("envs/tst/common.yml", True),
        ("shop-tst/envs/tst/values.yaml", True),
        ("charts/orders/values.yaml", True),
        ("values-pro.yaml", True),
        ("envs/tst/Chart.yaml", True),
        ("charts/orders/Chart.yaml", True),
        ("envs/common.yaml", True),
        ("envs/stages/late.yaml", True),
        ("envs/tst/.copier-answers.yml", False),
        ("envs/tst/.shunter/train.yaml", False),
        ("envs/tst/charts/orders/values.yaml", False),
        ("charts/orders/charts/shop-library/values.yaml", False),
        ("charts/orders/values.schema.json", True),
        ("envs/tst/charts/orders/values.schema.json", False),
        ("charts/orders/MyChart.yaml", False),
        ("myvalues.yaml", False),
        ("charts/orders/ci/tls-values.yaml", True),
        ("values_pro.yaml", True),
    ],
)
def test_validate_gets_values_files_what_they_depend_on_and_no_others(path: str, wanted: bool) -> None:
    hook = next(hook for hook in HOOKS if hook.id == "shunter-validate")
    matches = bool(re.search(hook.files, path)) and not re.search(hook.exclude, path)
    assert matches is wanted
