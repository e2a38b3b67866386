"""What a new version keeps of the release before it, from the folder to a train, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.charts.tiny_charts import chart_files
from helpers.workspaces.cli import ok
from helpers.workspaces.gitrepo import commit_all
from helpers.workspaces.small import small_workspace
from helpers.workspaces.workspaces import copy, shared
from shunter.core.charts.index import Index, IndexEntry
from shunter.core.packaging.images import parse_pin
from shunter.flows.packaging.elsewhere import Elsewhere
from shunter.flows.packaging.kept import Kept, last_release, told
from shunter.flows.workspace.archives import open_archives
from shunter.flows.workspace.context import open_context

PIN = f"ghcr.io/acme/web:0.2.0@sha256:{'1' * 64}"
TEMPLATE = "image: {{ .Values.image.repository }}@{{ .Values.image.digest }}\n"


def web(version: str, app: str = "0.1.0") -> dict[str, str | bytes | None]:
    values = {"values.yaml": "image: {repository: ghcr.io/acme/web}\n"}
    files = chart_files("web", version, app_version=app, template=TEMPLATE, extra=values)
    return {f"third/web/{path}": state.data for path, state in files.items()}


def _released(folder: Path) -> None:
    context = small_workspace(folder / "small")
    commit_all(context.root, web("2.0.0"))
    ok("package", "web", "--app-version", "0.2.0", "--image", PIN, cwd=context.root)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The small workspace with web 2.0.0, as CI has published it: an appVersion and an image that the chart has not."""
    return copy(shared("small-pinned", _released) / "small", tmp_path.resolve() / "small")


def test_what_was_stamped_is_no_change_of_the_chart(root: Path) -> None:
    assert "not-packaged" not in ok("train", "cut", "1.0.0", cwd=root).err
    assert "3 of 3: already in the registry" in ok("package", cwd=root).err


def test_a_chart_that_changes_keeps_its_image(root: Path) -> None:
    commit_all(root, web("2.0.1"))
    said = ok("package", cwd=root).err
    assert f"web 2.0.1 keeps the image of web 2.0.0, as no --image was said: {PIN}" in said
    found = open_archives(open_context(root)).fetch("web", "2.0.1")
    assert (found.metadata["appVersion"], found.metadata["annotations"]["shunter/images"]) == ("0.2.0", f"image={PIN}")
    assert "3 of 3: already in the registry" in ok("package", cwd=root).err


def test_an_app_version_of_its_own_keeps_none_and_that_is_told(root: Path) -> None:
    commit_all(root, web("2.1.0", "0.3.0"))
    said = ok("package", cwd=root).err
    assert "web 2.1.0 pins no image, and web 2.0.0 did: its appVersion is 0.3.0 now; --image" in said


def test_the_newest_release_before_is_looked_for_in_both_registries() -> None:
    versions = ("1.0.0", "1.1.0", "1.2.0-rc.1", "1.9.0+dirty", "2.0.0")
    index = Index(tuple(IndexEntry("web", version, "", (), {"version": version}) for version in versions))
    assert last_release(("web", "1.5.0"), index, Elsewhere()) == ("1.1.0", {"version": "1.1.0"})
    assert last_release(("web", "1.0.0"), index, Elsewhere()) is None
    assert last_release(("cart", "1.0.0"), index, Elsewhere()) is None


def test_many_that_keep_theirs_are_one_line() -> None:
    pin = parse_pin(f"image={PIN}")
    found = [*told(Kept((f"a{number}", "1.0.1"), "1.0.0", (pin,)) for number in range(9))]
    assert len(found) == 1
    assert found[0].startswith("9 charts keep the images of their last releases")
