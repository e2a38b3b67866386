"""Every file that shunter writes fits the schema that it publishes for it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from helpers.workspaces.cli import ok, shunter

SCHEMAS = Path(__file__).parents[3] / "schemas"
PATTERNS = {
    "workspace": "shunter.yaml",
    "train": "trains/*.yaml",
    "record": "*/envs/*/.shunter/train.yaml",
    "answers": "**/.copier-answers.yml",
}


@pytest.mark.parametrize("name", PATTERNS)
def test_files_fit_their_schema(name: str, example_on_rails: Path) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    files = list(example_on_rails.glob(PATTERNS[name]))
    assert files
    for file in files:
        jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(file.read_text("utf-8")))


def test_schemas_are_shown(example_on_rails: Path) -> None:
    for name in ("workspace", "train", "record", "answers", "findings", "orders"):
        assert json.loads(ok("schema", "show", name, cwd=example_on_rails).out)["properties"]
    assert shunter("schema", "show", "nothing", cwd=example_on_rails).code == 2


def test_the_modeline_names_a_schema_that_is_there(example_on_rails: Path) -> None:
    first = (example_on_rails / "shunter.yaml").read_text("utf-8").splitlines()[0]
    named = example_on_rails / first.partition("$schema=")[2]
    assert json.loads(named.read_text("utf-8")) == json.loads((SCHEMAS / "workspace.schema.json").read_text("utf-8"))
    for environment in ("tst", "pre", "pro"):
        values = example_on_rails / f"shop-{environment}/envs/{environment}/values.yaml"
        named = values.parent / values.read_text("utf-8").splitlines()[0].partition("$schema=")[2]
        jsonschema.Draft202012Validator.check_schema(json.loads(named.read_text("utf-8")))
