"""Lint: which charts a name stands for, and what only a whole workspace is asked."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files, library_files, write_files
from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import write
from helpers.workspaces.small import orders, publish, small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.flows.trains.cut import Cut, cut
from shunter.flows.validation.lint import lint
from shunter.flows.workspace.context import Context, open_context
from shunter.model.errors import ShunterError
from shunter.model.files import FileState


@pytest.fixture(autouse=True)
def _helm() -> None:
    need_helm()


@pytest.fixture
def small(tmp_path: Path) -> Context:
    made = shared("small", lambda folder: small_workspace(folder / "small")) / "small"
    return open_context(copy(made, tmp_path.resolve() / "small"))


@pytest.fixture
def alone(tmp_path: Path) -> Context:
    """Two charts in no workspace, one of them with a key that YAML reads as a boolean."""
    root = tmp_path.resolve()
    template = "a: {{ .Values.known | quote }}\n"
    for name in ("one", "two"):
        write_files(root / name, chart_files(name, template=template, extra={"values.yaml": "known: 1\n"}))
    write(root, {"one/values-pro.yaml": "known: 1\ndead: 1\n"})
    return Context(root, root, None)


def found(context: Context, *paths: str) -> set[tuple[str, str]]:
    """Rules and places of what was found, without Helm's own remarks and what a small workspace lacks."""
    report = lint(context, paths)
    return {(f.rule, f.span.path) for f in report.findings if f.rule not in ("helm-lint", "drift", "missing-modeline")}


def test_a_values_file_is_linted_as_if_it_were_passed(alone: Context) -> None:
    assert found(alone, "one") == found(alone) == set()
    assert found(alone, "one/values-pro.yaml") == {("unused-key", "one/values-pro.yaml")}
    write(alone.root, {"two/values.yaml": "known: 1\ngone: 1\n"})
    assert found(alone) == found(alone, "two") == {("unused-key", "two/values.yaml")}
    assert found(alone, "one") == set()


def test_a_name_that_is_in_no_chart_is_refused(alone: Context) -> None:
    with pytest.raises(ShunterError, match="elsewhere is in no chart"):
        lint(alone, ["elsewhere"])


def test_an_image_tag_belongs_to_the_chart(small: Context) -> None:
    write(
        small.root,
        {
            "envs/tst/values.yaml": 'orders:\n  image: {tag: "1.0"}\n',
            "envs/pre/values.yaml": "orders: {image: {tag: null, digest: ''}}\nweb: {image: text}\n",
        },
    )
    told = ("image-tag-in-environment", "envs/tst/values.yaml")
    assert [item for item in found(small) if item[0] == told[0]] == [told]
    write(small.root, {"envs/tst/values.yaml": f"orders:\n  image: {{digest: 'sha256:{'a' * 64}'}}\n"})
    assert [item for item in found(small) if item[0] == told[0]] == [told]


def test_a_tag_alone_moves_no_image_that_is_pinned(small: Context) -> None:
    """By Helm, on the template that generated charts have: a digest wins over a tag."""
    need_helm()
    image = 'image: "{{ .Values.image.repository }}{{ with .Values.image.digest }}@{{ . }}{{ else }}:{{ .Values.image.tag }}{{ end }}"\n'
    digest = f"sha256:{'a' * 64}"
    values = {"values.yaml": f"image: {{repository: x/web, digest: '{digest}'}}\n"}
    publish(small, chart_files("web", "1.1.0", template=image, extra=values), "third/web")
    cut(small, Cut("1.0.0"), dry_run=False, diff=False)
    ok("promote", "1.0.0", "--to", "tst", cwd=small.root)
    for text, runs, message in (
        ("tag: '9'", f"x/web@{digest}", "has no effect"),
        ("tag: '9', digest: ''", "x/web:9", "moves the chart and not the image"),
    ):
        write(small.root, {"envs/tst/values.yaml": f"web:\n  image: {{{text}}}\n"})
        assert f'image: "{runs}"' in ok("render", "tst", cwd=small.root).out
        found = [each for each in lint(small, ["envs/tst"]).findings if each.rule == "image-tag-in-environment"]
        assert [message in each.message for each in found] == [True]


def test_a_train_whose_chart_is_another_one_now_is_found_where_nothing_is_named(small: Context) -> None:
    cut(small, Cut("1.0.0"), dry_run=False, diff=False)
    shutil.rmtree(small.root / ".shunter/registry")
    for files in (library_files(), {**orders(), "values.yaml": FileState(b"size: 2\n")}):  # web is gone: not asked
        publish(small, files)
    assert ("digest-mismatch", "trains/1.0.0.yaml") in found(small)
    assert len([item for item in found(small) if item[0] == "digest-mismatch"]) == 1
    assert not [item for item in found(small, "envs/tst") if item[0] == "digest-mismatch"]


def test_a_workspace_says_what_drifts_unless_a_path_is_named(small: Context) -> None:
    assert "drift" in {finding.rule for finding in lint(small, ()).findings}
    assert "drift" not in {finding.rule for finding in lint(small, ["envs/tst"]).findings}


def unfolding(levels: int) -> str:
    """A schema of few lines that asks for 2 ** levels checks of one value."""
    definitions: dict[str, object] = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(levels)}
    definitions[f"d{levels}"] = {}
    draft = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps({"$schema": draft, "$defs": definitions, "properties": {"known": {"$ref": "#/$defs/d0"}}})


def test_what_helm_would_not_come_back_from_is_not_given_to_it(alone: Context) -> None:
    write(alone.root, {"one/values.schema.json": unfolding(34)})
    assert ("schema-too-complex", "one/values.schema.json") in found(alone, "one")
    said = shunter("validate", "one", "--manifests", cwd=alone.root).err
    assert "schema-too-complex" in said
    assert "nothing was rendered" in said


@pytest.mark.parametrize("name", ["values.yaml", "templates/a.yaml"])
def test_a_pipe_is_not_given_to_helm(name: str, alone: Context) -> None:
    (alone.root / "one" / name).unlink(missing_ok=True)
    (alone.root / "one/templates").mkdir(exist_ok=True)
    os.mkfifo(alone.root / "one" / name)
    assert ("chart-broken", f"one/{name}") in found(alone, "one")
