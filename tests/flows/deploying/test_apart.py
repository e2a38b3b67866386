"""What a preview is called, and where it is to stand: no cluster is asked for that."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.clusters.cluster import Cluster
from helpers.clusters.environments import make_environment
from helpers.workspaces.small import small_workspace
from shunter.flows.deploying.apart import Apart, no_preview, preview_of
from shunter.flows.deploying.targets import target_to_end, targets_of
from shunter.flows.workspace.context import open_context
from shunter.model.errors import ShunterError


def test_a_preview_is_called_after_its_request(tmp_path: Path) -> None:
    make_environment(tmp_path, Cluster(tmp_path), "shop-tst")
    context, file = open_context(tmp_path), tmp_path / "envs/tst/preview.yaml"
    report = no_preview(context, ())
    assert report is not None
    assert "there is no envs/tst/preview.yaml" in report.outcomes[0].detail
    file.write_text("web: {note: preview}\n", "utf-8")
    assert no_preview(context, ("tst",)) is None
    found = preview_of(context, ("tst",), "12", Apart())
    assert found == Apart("shop-12", "shop-tst-preview", (str(file),), "shop-tst-preview-12", "12")
    [target] = targets_of(context, ("tst",), apart=found)
    release = target.release
    assert (release.name, release.namespace, target.alone) == ("shop-12", found.namespace, found.alone)
    assert (target.words, Apart("other", "there").words) == (" --preview 12", " --release other --namespace there")
    assert release.values["web"]["note"] == "preview"
    assert target.in_namespace(target.alone).release.namespace == "shop-tst-preview-12"


def test_who_names_a_namespace_gets_no_other(tmp_path: Path) -> None:
    make_environment(tmp_path, Cluster(tmp_path), "shop-tst")
    found = preview_of(open_context(tmp_path), (), "feature-x", Apart(namespace="previews", values=("more.yaml",)))
    assert (found.release, found.namespace, found.alone) == ("shop-feature-x", "previews", "")
    assert [Path(name).name for name in found.values] == ["preview.yaml", "more.yaml"]


def test_it_is_of_one_environment(tmp_path: Path) -> None:
    context = small_workspace(tmp_path / "shop")
    with pytest.raises(ShunterError, match="a preview is one of one environment"):
        preview_of(context, ("tst", "pre"), "12", Apart())
    with pytest.raises(ShunterError, match="one release apart is taken away at a time"):
        target_to_end(context, ("tst", "pre"), "", Apart("other"))
    assert target_to_end(context, ("tst",), "there", Apart("other")).cluster == "there"
