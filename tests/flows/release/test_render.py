"""A stream of manifests taken apart: by source, by service, into files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers.charts.tiny_charts import archived, chart_files, environment, write_files
from helpers.oracles.embedded_helm import archive
from helpers.tools import need_helm
from helpers.workspaces.cli import shunter
from helpers.workspaces.gitrepo import disk
from shunter.adapters.helm.engine import EmbeddedEngine
from shunter.adapters.system.files import DiskTree
from shunter.flows.release.release import Release
from shunter.flows.release.render import documents, only_services, verify, write_documents
from shunter.flows.workspace.projects import RECORD_FILE, ProjectFiles
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

TEMPLATE = "kind: A\nx: |\n  ---\n---\nkind: B\n"
FILES = {
    "Chart.yaml": "apiVersion: v2\nname: tst\nversion: 1.0.0\ndependencies:\n- {name: svc, version: 1.0.0, alias: api}\n- {name: svc, version: 1.0.0}\n",
    "charts/svc/Chart.yaml": "apiVersion: v2\nname: svc\nversion: 1.0.0\n",
    "charts/svc/templates/a.yaml": TEMPLATE,
    "templates/own.yaml": "kind: Z\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def text() -> str:
    return EmbeddedEngine().render(archived(archive(FILES, "tst")), {}, release="tst", namespace="x", kube_version=None)


def test_every_document_has_its_source(text: str) -> None:
    api, svc = (f"tst/charts/{name}/templates/a.yaml" for name in ("api", "svc"))
    found = documents(text)
    assert [source for source, _ in found] == [api, svc, api, svc, "tst/templates/own.yaml"]
    assert "x: |\n  ---\n" in found[0][1]
    assert "".join(f"---\n{body}" for _, body in found) == text.replace("\n\n---", "\n---")
    assert documents("") == documents("# no source\nkind: A\n") == []


def test_a_service_is_known_by_its_alias(text: str) -> None:
    shown = only_services(text, ["api"])
    assert [source.split("/")[2] for source, _ in documents(shown)] == ["api", "api"]
    assert only_services(text, ["tst", "own.yaml"]) == only_services(text, ["templates"]) == ""


def test_files_are_written_by_their_templates(text: str, tmp_path: Path) -> None:
    paths = write_documents(text, tmp_path)
    found = {path: data.decode() for path, (_, data) in disk(tmp_path).items()}
    assert set(paths) == set(found)
    assert found["tst/charts/api/templates/a.yaml"].count("\nkind: ") == 2
    assert "".join(sorted(found.values())).count("# Source: ") == text.count("# Source: ")


def test_a_vendored_file_that_is_not_what_was_pinned_is_found(tmp_path: Path) -> None:
    files, _, _ = environment({"orders": chart_files("orders")})
    answers = FileState(b"_src_path: x\n_commit: v1\nkind: environment\nname: tst\nlibrary: commons\n")
    tree = DiskTree(write_files(tmp_path, {**files, ".copier-answers.yml": answers}))

    def release() -> Release:
        return Release(ProjectFiles(tree, "envs/tst"))

    assert verify(release()) == ()
    path = "charts/orders/templates/all.yaml"
    write_files(tmp_path, {path: FileState(b"changed\n")})
    found = verify(release())
    assert found
    assert all(finding.span.path.startswith("envs/tst/") for finding in found)
    (tmp_path / RECORD_FILE).unlink()
    with pytest.raises(ShunterError, match="envs/tst has no train record"):
        verify(release())


def test_the_error_of_a_template_names_the_app_its_library_and_the_persons_file(
    example_on_rails: Path, tmp_path: Path
) -> None:
    need_helm()
    values = tmp_path / "more.yaml"
    values.write_text("orders: {env: {NAME: '{{ include \"shop-library.v1.nothing\" . }}'}}\n", "utf-8")
    failed = shunter("render", "tst", "-f", str(values), cwd=example_on_rails)
    assert failed.code != 0
    first, *rest = failed.err.splitlines()
    assert re.match(r'error: Helm: .*no template "shop-library\.v1@1\.0\.0-[0-9a-f]{12}\.nothing"', first)
    app = "charts/orders/templates/app.yaml"
    source = (example_on_rails / "shop-tst/envs/tst" / app).read_text("utf-8").splitlines()
    [line] = [n for n, text in enumerate(source, 1) if "include" in text]
    assert f"tst/{app}:{line}:3" in rest[0]
