"""The environment: only what a template owns or a person writes once."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from helpers.workspaces.copier_templates import Render, files_of
from helpers.workspaces.template_answers import projects

TST = next(project for project in projects() if project.name == "tst").answers


@pytest.fixture(scope="module")
def folder(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment `tst`."""
    return render(TST, tmp_path_factory.mktemp("tst"))


def test_nothing_that_shunter_derives_is_in_the_template(folder: Path) -> None:
    assert sorted(files_of(folder)) == [
        ".copier-answers.yml",
        ".helmignore",
        "README.md",
        "common.yaml",
        "templates/_umbrella.tpl",
        "values.yaml",
    ]


def test_values_files_set_nothing_and_point_editors_at_their_schema(folder: Path) -> None:
    for name in ("common.yaml", "values.yaml"):
        text = (folder / name).read_text(encoding="utf-8")
        assert text.startswith("# yaml-language-server: $schema=.shunter/values.full.schema.json\n")
        assert yaml.safe_load(text) is None


def test_the_last_values_file_has_an_example_for_every_service(folder: Path) -> None:
    lines = (folder / "values.yaml").read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if not line)
    uncommented = "\n".join(line.removeprefix("# ") for line in lines[start:])
    assert list(yaml.safe_load(uncommented)) == TST["services"]
    assert TST["services"][0] not in (folder / "common.yaml").read_text(encoding="utf-8")


def test_helm_leaves_out_what_is_not_the_charts(folder: Path) -> None:
    ignored = (folder / ".helmignore").read_text(encoding="utf-8").splitlines()
    assert {".shunter/", "README.md", ".copier-answers.yml", "common.yaml"} <= set(ignored)
    assert "values.yaml" not in ignored


def test_a_values_file_that_ends_in_yml_is_a_persons_too(render: Render, tmp_path: Path) -> None:
    answers = {**TST, "values_files": ["only.yml"]}
    folder = render(answers, tmp_path)
    (folder / "only.yml").write_text("mine: true\n", encoding="utf-8")
    (folder / ".copier-answers.yml").write_text("broken: true\n", encoding="utf-8")
    render(answers, folder)
    assert (folder / "only.yml").read_text(encoding="utf-8") == "mine: true\n"
    assert "kind: environment" in (folder / ".copier-answers.yml").read_text(encoding="utf-8")
