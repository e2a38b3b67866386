"""A chart as one value: the same facts from an archive and from a folder, each worked out once."""

from __future__ import annotations

from collections import Counter

import helm_python
import pytest

from helpers.charts.tiny_charts import archived, chart, chart_files, library_files, loose, packed, tarred
from shunter.core.charts import archive, contents
from shunter.core.charts.packed import PackedChart
from shunter.model.errors import ShunterError
from shunter.model.files import FileState, MemoryTree

FILES = chart_files("orders", "1.5.0", app_version="2.0", library=library_files())


def test_a_folder_and_its_archive_are_the_same_chart_but_for_the_digest() -> None:
    data = packed(FILES)
    folder, found, both = loose(FILES), archived(data), chart(FILES)
    assert folder.files == found.files == both.files
    assert folder.key == found.key == ("orders", "1.5.0")
    assert folder.metadata == found.metadata
    assert folder.content == found.content == archive.content_digest(FILES)
    assert (folder.digest, found.digest, both.pin) == ("", archive.digest(data), found.pin)
    assert [item.name for item in folder.dependencies] == ["commons"]


def test_nothing_is_worked_out_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()
    for name in ("unpack", "digest", "content_digest"):
        original = getattr(archive, name)
        monkeypatch.setattr(archive, name, lambda *a, name=name, to=original: (counts.update([name]), to(*a))[1])
    contents.forget()
    found = archived(packed(FILES))
    counts.clear()
    for _ in range(3):
        assert found.pin.digest == found.digest
        assert found.pin.content == found.content
        found.require_complete()
    assert counts == {"unpack": 1, "digest": 1, "content_digest": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "there is no envs/tst/Chart.yaml"),
        (b"name: a\n", "envs/tst/Chart.yaml has no `version`"),
        (b"version: 1.0.0\n", "envs/tst/Chart.yaml has no `name`"),
        (b"name: a\nversion: 1.0.0\ndependencies: {}\n", "`dependencies` must be a list of maps, not a map"),
        (b"<<<<<<< ours\nname: a\n=======\n", "this is no YAML"),
    ],
)
def test_what_helm_refuses_is_an_error_that_names_the_place(text: bytes | None, message: str) -> None:
    files = {} if text is None else {"Chart.yaml": FileState(text)}
    with pytest.raises(ShunterError) as caught:
        PackedChart("envs/tst", MemoryTree(files)).require_readable()
    assert message in caught.value.message
    assert caught.value.hint
    if text is not None and "has no" not in message:
        assert caught.value.span is not None
        assert caught.value.span.path == "envs/tst/Chart.yaml"


@pytest.mark.parametrize("version", ["1.10", "1e3", "0x10", "'2.0.0'"])
def test_the_version_is_what_helm_reads(version: str) -> None:
    data = tarred({"Chart.yaml": FileState(f"apiVersion: v2\nname: app\nversion: {version}\n".encode())})
    with helm_python.Chart.load_archive(data) as loaded:
        assert archived(data).version == loaded.metadata["version"]


def test_charts_inside_are_found_as_helm_finds_them() -> None:
    inside = {f"charts/a/{path}": state for path, state in chart_files("a").items()}
    inside |= {"charts/b-2.0.0.tgz": FileState(packed(chart_files("b", "2.0.0"))), "charts/notes.txt": FileState(b"")}
    found = loose(chart_files("top") | inside).subcharts
    assert {path: sub.key for path, sub in found.items()} == {
        "charts/a": ("a", "1.0.0"),
        "charts/b-2.0.0.tgz": ("b", "2.0.0"),
    }
    assert [sub.digest != "" for _, sub in sorted(found.items())] == [False, True]
