"""A workspace whose own files are broken: commands say all that is wrong and do nothing; validate and lint report it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml

from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.transcript import blocks, problems, refusals, untouched
from helpers.workspaces.workspaces import copy

SCHEMAS = Path(__file__).resolve().parents[3] / "schemas"
TST = "shop-tst/envs/tst"


@pytest.fixture(scope="module")
def still(example_on_rails: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with train 1.0.0 in tst, for commands that write nothing. Tests put back what they change."""
    return copy(example_on_rails, tmp_path_factory.mktemp("still") / "shop")


@pytest.fixture
def broken(still: Path, request: pytest.FixtureRequest) -> Callable[..., None]:
    """Replaces texts in a file of the workspace; the file is as it was when the test is done."""

    def change(path: str, *changes: tuple[str, str]) -> None:
        file = still / path
        text = right = file.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        file.write_text(text, "utf-8")
        request.addfinalizer(lambda: file.write_text(right, "utf-8"))

    return change


WORKSPACE = (
    ("ci: github", "ci: jenkins"),
    ("    team: edge", "    taem: edge"),
    ("promotes-from: tst", "promotes-from: tset"),
)
EXPECTED = ["enum", "unknown-key", "unknown-name"]


@pytest.mark.parametrize(
    "command", ["status", "lock --check", "train list", "render tst", "promote --from tst --to pre"]
)
def test_a_command_names_all_problems_of_shunter_yaml(command: str, still: Path, broken: Callable[..., None]) -> None:
    broken("shunter.yaml", *WORKSPACE)
    assert [block.rule for block in problems(untouched(still, *command.split()))] == EXPECTED


@pytest.mark.parametrize("command", ["status", "validate", "lint"])
def test_json_lists_the_problems(command: str, still: Path, broken: Callable[..., None]) -> None:
    broken("shunter.yaml", *WORKSPACE)
    result = untouched(still, command, "-o", "json")
    assert result.code == (2 if command == "status" else 1)
    found = json.loads(result.out)
    jsonschema.Draft202012Validator(json.loads((SCHEMAS / "findings.schema.json").read_text())).validate(found)
    assert [finding["rule"] for finding in found["findings"]] == EXPECTED
    lines = (still / "shunter.yaml").read_text("utf-8").splitlines()
    wrong = [lines[f["span"]["line"] - 1][f["span"]["column"] - 1 : f["span"]["end"] - 1] for f in found["findings"]]
    assert wrong == ["jenkins", "taem", "tset"]


def test_validate_and_lint_answer_no(still: Path, broken: Callable[..., None]) -> None:
    broken("shunter.yaml", *WORKSPACE)
    for command in ("validate", "lint"):
        assert [block.rule for block in refusals(untouched(still, command))] == EXPECTED
    result = shunter("validate", cwd=still / TST)
    assert blocks(result.err)[0].place.startswith("../../../shunter.yaml:")
    assert "next: shunter validate --fix" in result.err


NAMED = {
    "shunter.yaml": ("ci: github", "ci: jenkins", "enum"),
    "trains/1.0.0.yaml": ("version: 1.0.0", "version: 1.0.1", "train-file-name"),
    ".copier-answers.yml": ("kind: workspace", "kind: worksapce", "enum"),
    ".shunter/applied.yaml": ("ci: github", "ci: jenkins", "enum"),
    "orders/services/orders/.copier-answers.yml": ("port: 8080", "port: eighty", "type"),
}


@pytest.mark.parametrize("command", ["validate", "lint"])
def test_a_file_of_ours_that_is_named_is_judged_as_what_it_is(
    command: str, still: Path, broken: Callable[..., None]
) -> None:
    for path, (old, new, rule) in NAMED.items():
        assert ok(command, path, cwd=still).err.endswith(f"{path} checked: valid\n")
        broken(path, (old, new))
        found = [(block.rule, block.place.partition(":")[0]) for block in refusals(untouched(still, command, path))]
        edited = [("train-changed", path)] if path.startswith("trains/") else []
        assert sorted(found) == sorted([(rule, path), *edited])
        (still / path).write_text((still / path).read_text("utf-8").replace(new, old, 1), "utf-8")


def test_files_of_ours_are_judged_together_with_charts(still: Path, broken: Callable[..., None]) -> None:
    values = f"{TST}/values.yaml"
    both = ok("validate", values, "trains/1.0.0.yaml", ".copier-answers.yml", cwd=still).err
    assert both == "1 chart, trains/1.0.0.yaml, .copier-answers.yml checked: valid\n"
    broken("trains/1.0.0.yaml", ("cars:", "carz:"))
    result = shunter("validate", "../../../trains/1.0.0.yaml", "values.yaml", cwd=still / TST)
    assert "1 chart, ../../../trains/1.0.0.yaml checked: " in result.err
    assert blocks(result.err)[0].place.startswith("../../../trains/1.0.0.yaml:")
    fixed = shunter("validate", "--fix", "trains/1.0.0.yaml", cwd=still)
    assert fixed.err.endswith("trains/1.0.0.yaml checked: valid\n"), fixed.err


def test_answers_and_records_in_a_chart_are_judged_with_it(still: Path, broken: Callable[..., None]) -> None:
    for name in (".copier-answers.yml", ".shunter/train.yaml"):
        assert ok("validate", f"{TST}/{name}", cwd=still).err == "1 chart checked: valid\n"
    broken(f"{TST}/.shunter/train.yaml", ("train: 1.0.0", "train: latest"))
    result = shunter("validate", f"{TST}/.shunter/train.yaml", cwd=still)
    assert [block.rule for block in blocks(result.err)] == ["pattern"]
    assert result.err.endswith("1 chart checked: 1 finding\n")


@pytest.mark.parametrize("command", ["validate", "lint", f"validate {TST}/values.yaml"])
def test_a_key_that_is_set_twice_is_no_matter_of_helm(command: str, still: Path, broken: Callable[..., None]) -> None:
    broken("shunter.yaml", ("name: shop", "name: shop\nname: shop"))
    result = untouched(still, *command.split())
    (block,) = refusals(result)
    assert (block.rule, "Helm" in result.err) == ("duplicate-key", False)
    assert "is already set on line" in block.message
    assert result.err.endswith("shunter.yaml checked: 1 finding\n")


def test_what_is_certain_is_fixed_and_the_rest_is_named(still: Path, broken: Callable[..., None]) -> None:
    broken("shunter.yaml", *WORKSPACE)
    result = shunter("validate", "--fix", cwd=still / TST)
    assert result.code == 1
    assert [block.rule for block in blocks(result.err)] == ["enum", "unknown-name"]
    assert "done  ../../../shunter.yaml  fixed: unknown-key" in result.err
    assert "    team: edge" in (still / "shunter.yaml").read_text("utf-8")


def test_a_fix_of_every_file_at_once(railed: Path) -> None:
    right = {}
    for path, old, new in (
        ("shunter.yaml", "    archetype: frontend", "    archetyp: frontend"),
        (f"{TST}/.shunter/train.yaml", "library:", "libary:"),
        (f"{TST}/.copier-answers.yml", "values_files:\n- values.yaml", "values_files:\n- values.yaml\nport: '80'"),
    ):
        file = railed / path
        right[file] = file.read_bytes()
        assert old in right[file].decode(), right[file].decode()
        file.write_bytes(right[file].replace(old.encode(), new.encode(), 1))
    result = ok("validate", "--fix", cwd=railed)
    for path in right:
        assert f"done  {path.relative_to(railed)}  fixed: " in result.err
    answers = railed / TST / ".copier-answers.yml"
    answers.write_bytes(answers.read_bytes().replace(b"port: 80\n", b""))
    assert {path: path.read_bytes() for path in right} == right


def test_every_environment_is_judged_although_one_is_broken(still: Path, broken: Callable[..., None]) -> None:
    broken(f"{TST}/.shunter/train.yaml", ("train: 1.0.0", "train: latest"), ("    appVersion: ", "    appVersoin: "))
    broken(f"{TST}/.copier-answers.yml", ("kind: environment", "kind: enviroment"))
    values = still / "shop-pre/envs/pre/values.yaml"
    broken("shop-pre/envs/pre/values.yaml", (values.read_text("utf-8"), "orders:\n  replicaCount: many\n"))
    found = refusals(untouched(still, "validate"))
    places = [(block.rule, block.place.rpartition(":")[0].rpartition(":")[0]) for block in found]
    assert ("enum", f"{TST}/.copier-answers.yml") in places
    assert ("pattern", f"{TST}/.shunter/train.yaml") in places
    assert ("unknown-key", f"{TST}/.shunter/train.yaml") in places
    assert any("shunter writes this file: restore it from git" in block.notes for block in found)
    assert [block.rule for block in refusals(untouched(still, "lint", TST))] == ["enum", "pattern", "unknown-key"]


def test_lint_judges_trains_records_and_answers_of_all_projects(still: Path, broken: Callable[..., None]) -> None:
    broken("trains/1.0.0.yaml", ("version: 1.0.0", "version: 1.0.1"), ("cars:", "carz:"))
    broken("orders/services/orders/.copier-answers.yml", ("port: 8080", "port: eighty"))
    broken(f"{TST}/.shunter/train.yaml", ("entry:", "entri:"))
    found = {(block.rule, block.place.partition(":")[0]) for block in refusals(untouched(still, "lint"))}
    assert found >= {
        ("train-file-name", "trains/1.0.0.yaml"),
        ("unknown-key", "trains/1.0.0.yaml"),
        ("type", "orders/services/orders/.copier-answers.yml"),
        ("unknown-key", f"{TST}/.shunter/train.yaml"),
    }
    assert not any(rule == "drift" for rule, _ in found)
    assert [block.rule for block in problems(untouched(still, "train", "show", "1.0.0"))] == [
        "train-file-name",
        "unknown-key",
    ]


def test_schemas_are_shown_while_shunter_yaml_is_broken(still: Path, broken: Callable[..., None]) -> None:
    broken("shunter.yaml", ("name: shop", "name: [\n"))
    for name in ("workspace", "train", "record", "answers"):
        assert json.loads(ok("schema", "show", name, cwd=still).out)["properties"]


def test_the_answers_of_another_template_stop_nothing(tmp_path: Path) -> None:
    """A repository that somebody made with Copier, from a template that is none of ours and has no releases."""
    chart = tmp_path / "deploy"
    chart.mkdir()
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: a\nversion: 1.0.0\n")
    (chart / "values.yaml").write_text("port: 80\n")
    for folder in (tmp_path, chart):
        (folder / ".copier-answers.yml").write_text(
            yaml.safe_dump({"_src_path": "../template", "kind": "site", "port": "x"})
        )
    assert "1 chart checked: valid" in ok("validate", cwd=tmp_path).err
    assert "1 chart checked" in ok("validate", "deploy/values.yaml", cwd=tmp_path).err
