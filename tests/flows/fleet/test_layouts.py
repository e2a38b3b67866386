"""Every layout goes the whole way, and what it renders does not depend on it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from helpers.services.cells import CELLS
from helpers.tools import agree, need_helm
from helpers.workspaces.cli import ok
from helpers.workspaces.pairs import MODES, ROWS, Row, found_on, missing, values
from helpers.workspaces.workspaces import MONOLITHS, NINE, digest

KUBERNETES = ("1.33", "1.35", "1.37")


def whole_way(root: Path) -> str:
    ok("package", cwd=root)
    ok("train", "cut", "1.0.0", cwd=root)
    ok("promote", "1.0.0", "--to", "tst", cwd=root)
    ok("promote", "--from", "tst", "--to", "pre", cwd=root)
    ok("validate", "--strict", cwd=root)
    ok("lint", "--strict", cwd=root)
    return ok("render", "tst", cwd=root).out + ok("render", "pre", cwd=root).out


def deployed(row: Row) -> str:
    """A name for what a row deploys: its archetypes, which of them have code that needs something, and bare routes."""
    needy = {cell for cell in CELLS if cell.agreed["needs"]}
    marks = {("none", "api-gateway"): "-routes", **{(cell.language, cell.archetype): "+" for cell in needy}}
    return "-".join(kind + marks.get((lang, kind), "") for kind, lang in row.services.items())


def assert_nothing_changes(root: Path) -> None:
    before = digest(root)
    for command in (["package"], ["train", "cut", "1.0.0"], ["promote", "1.0.0", "--to", "tst"], ["lock"], ["update"]):
        ok(*command, cwd=root)
    assert digest(root) == before
    ok("lock", "--check", cwd=root)
    ok("update", "--check", cwd=root)


def test_the_table_of_workspaces_covers_what_users_choose() -> None:
    assert len({deployed(row) for row in ROWS}) < len(ROWS) / 2, "rows that are compared with others"
    assert missing(ROWS) == set()
    assert missing(ROWS[1:])
    assert {row.layout for row in ROWS} == {*NINE, *MONOLITHS}


@pytest.mark.slow  # a workspace for each row of the table; test_samples renders two layouts
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_of_the_table_goes_the_whole_way(row: Row, tmp_path: Path) -> None:
    need_helm()
    (tmp_path / "shunter.yaml").write_text(row.text, "utf-8")
    ok("new", "shop", "--defaults", "--data-file", str(tmp_path / "shunter.yaml"), cwd=tmp_path)
    root = tmp_path / "shop"
    chosen = {frozenset(each for each in found if each[0] not in MODES) for found in values(row)}
    assert found_on(root) == chosen
    assert yaml.safe_load((root / "shunter.yaml").read_text("utf-8"))["layout"] == yaml.safe_load(row.layout)
    manifests = whole_way(root)
    assert manifests.count("\nkind: ") > 10
    agree(f"{deployed(row)}.yaml", manifests)  # neither layout nor CI changes what is deployed
    assert_nothing_changes(root)


def test_the_manifests_are_valid_for_kubernetes(example_on_rails: Path) -> None:
    need_helm()
    import kubernetes_validate

    text = ok("render", "tst", cwd=example_on_rails).out
    documents = [document for document in yaml.safe_load_all(text) if document]
    routes = [each for each in documents if each["apiVersion"].startswith("gateway.networking.k8s.io/")]
    assert {each["kind"] for each in routes} == {"HTTPRoute"}  # not Kubernetes' own
    documents = [each for each in documents if each not in routes]
    assert len(documents) > 10
    for version in KUBERNETES:
        for document in documents:
            kubernetes_validate.validate(document, version, strict=True)
