"""Schemas with copies of remote ones, for which Helm, which fetches them, is the oracle; and schemas skipped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.tools import need_helm
from helpers.workspaces import shop
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import write
from helpers.workspaces.http import served_by
from helpers.workspaces.registries import answering
from shunter.adapters.helm.engine import EmbeddedEngine
from shunter.core.charts.packed import PackedChart
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

CHART = "apiVersion: v2\nname: c\nversion: 1.0.0\n"
REMOTE = json.dumps({"definitions": {"port": {"type": "integer"}, "name": {"$ref": "more.json#/definitions/n"}}})
MORE = json.dumps({"definitions": {"n": {"minLength": 3}}})


def refused(files: dict[str, str], values: dict[str, object]) -> bool:
    chart = PackedChart.of_files({path: FileState(text.encode()) for path, text in files.items()}, "c").packed()
    try:
        EmbeddedEngine().render(chart, values, release="c", namespace="default")
    except ShunterError:
        return True
    return False


@pytest.mark.parametrize(
    ("values", "wrong"), [({"p": 1}, 0), ({"p": "x"}, 1), ({"q": "abc"}, 0), ({"q": "a"}, 1), ({"p": "x", "q": "a"}, 2)]
)
def test_copies_say_what_helm_fetches(values: dict[str, object], wrong: int, tmp_path: Path) -> None:
    need_helm()
    texts = {"/s/k.json": REMOTE, "/s/more.json": MORE}
    with served_by(answering(lambda server, _: (200, {}, texts[server.path].encode()))) as url:
        references = {
            key: {"$ref": f"{url}/s/k.json#/definitions/{name}"} for key, name in (("p", "port"), ("q", "name"))
        }
        schema = json.dumps({"properties": references}, indent=1)
        files = {"Chart.yaml": CHART, "values.schema.json": schema}
        assert refused(files, values) is bool(wrong)
    host = url.removeprefix("http://")
    write(tmp_path, {f"c/{path}": text for path, text in files.items()})
    write(tmp_path, {f"copies/{host}{path}": text for path, text in texts.items()})
    (tmp_path / "c" / "v.yaml").write_text(json.dumps(values))
    blind = shunter("validate", "c/v.yaml", cwd=tmp_path)
    assert (blind.code, blind.err.count("[remote-schema]")) == (1, 1)  # one finding for a document, not for a reference
    assert "2 references" in blind.err
    seen = shunter("validate", "c/v.yaml", "--schema-cache", "copies", cwd=tmp_path)
    assert (seen.code, seen.err.count("-->"), seen.err.count("[remote-schema]")) == (int(wrong > 0), wrong, 0)


def test_the_folder_must_be_there_and_is_not_left(tmp_path: Path) -> None:
    schema = json.dumps(
        {"properties": {"a": {"$ref": "https://x.example/../../secret"}, "b": {"$ref": "https://x.example/s"}}}
    )
    write(tmp_path, {"c/Chart.yaml": CHART, "c/values.schema.json": schema, "secret": '{"type": "null"}', "k/y": ""})
    write(tmp_path, {"c/values.yaml": "a: 1\nb: 1\n", "k/x.example/s.json": '{"type": "integer"}'})
    missing = shunter("validate", "c", "--schema-cache", "nowhere", cwd=tmp_path)
    assert (missing.code, "there is no folder nowhere" in missing.err) == (2, True)
    found = shunter("validate", "c", "--schema-cache", "k", cwd=tmp_path)
    assert (found.code, found.err.count("[remote-schema]"), "secret` from the network" in found.err) == (1, 1, True)


def test_a_schema_is_skipped_by_its_charts_name_or_alias(tmp_path: Path) -> None:
    write(tmp_path, shop.files(root_schema=True))
    (tmp_path / "v.yaml").write_text("api: {replicaCount: x}\nweb: {replicaCount: x}\nother: 1\n")
    assert shunter("validate", "v.yaml", cwd=tmp_path).err.count("  -->") == 3
    for name in ("svc", "api"):  # both aliases are one chart
        one = shunter("validate", "v.yaml", "--skip-schema", name, cwd=tmp_path)
        assert (one.code, one.err.count("  -->"), "`other`" in one.err) == (1, 1, True)
    both = ok("validate", "v.yaml", "--skip-schema", "svc", "--skip-schema", "shop", cwd=tmp_path)
    assert both.err == "1 chart checked: valid\n"
    assert shunter("validate", "v.yaml", cwd=tmp_path).code == 1  # nothing of it was remembered
    wrong = shunter("validate", "v.yaml", "--skip-schema", "scv", cwd=tmp_path)
    assert (wrong.code, "did you mean `svc`?" in wrong.err) == (2, True)
