"""What somebody asks to be put into archives: one chart's versions, and images."""

from __future__ import annotations

import pytest

from shunter.core.packaging.stamp import Stamped
from shunter.flows.packaging.stamp import Stamp, stamp_of, stamped
from shunter.flows.workspace.archives import packed_for_publishing
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree


def test_an_image_that_is_said_twice_is_one() -> None:
    one = f"ghcr.io/acme/orders@sha256:{'1' * 64}"
    assert [str(pin) for pin in stamp_of("", "", [one, one]).images] == [one]


def test_a_stamp_keeps_every_other_byte() -> None:
    text = b"# ours\nname: web   # kept\nversion: 1.0.0 # moves\n"
    files = ProjectFiles(MemoryTree({"Chart.yaml": FileState(text)}), "web")
    found = stamped(files, Stamp("2.0.0-rc.1")).tree.get("Chart.yaml")
    assert found is not None
    assert found.data == text.replace(b"1.0.0", b"2.0.0-rc.1")
    put = stamped(files, Stamp("2.0.0", "1.10"))
    assert (put.packed.version, put.stamped) == ("2.0.0", Stamped("1.10"))
    assert packed_for_publishing(put).metadata["appVersion"] == "1.10"
    assert stamped(files, Stamp()) is files
    with pytest.raises(ShunterError, match="--version"):
        stamped(files, Stamp("^2"))
