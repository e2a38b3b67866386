"""Archives: the same bytes every time, loaded by Helm, and safe to unpack."""

from __future__ import annotations

import contextlib
import gzip
import io
import random
import tarfile
from pathlib import Path

import helm_python
import pytest

from helpers.charts.tiny_charts import archived, chart_files, library_files, loose, packed, tarred, write_files
from shunter.core.charts import archive, deflate
from shunter.model.errors import ShunterError
from shunter.model.files import EXECUTABLE, SYMLINK, FileState


def handmade(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def member(
    name: str, data: bytes = b"x", kind: bytes = tarfile.REGTYPE, link: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info, data


CHART_YAML = member("app/Chart.yaml", b"apiVersion: v2\nname: app\nversion: 1.0.0\n")


def random_chart(rng: random.Random) -> dict[str, FileState]:
    files = chart_files("app", "1.2.3", library=library_files())
    for number in range(rng.randint(0, 8)):
        folder = rng.choice(["", "files/", "templates/", f"files/{'deep/' * 30}", "files/ä ö/"])
        data = rng.randbytes(rng.randint(0, 3000)) if folder == "files/" else b"# \xc3\xa4\n"
        files[f"{folder}f{number}.txt"] = FileState(data, rng.choice(["100644", "100755"]))
    return dict(rng.sample(sorted(files.items()), len(files)))


def test_packing_is_reproducible_and_unpacks_to_itself() -> None:
    rng = random.Random(3)
    for _ in range(40):
        files = random_chart(rng)
        data = packed(files)
        assert packed(dict(sorted(files.items()))) == data
        again = archive.unpack(data)
        assert again == files
        assert packed(again) == data
        assert archive.content_digest(again) == archive.content_digest(files)


def test_helm_loads_and_renders_what_we_pack(tmp_path: Path) -> None:
    files = chart_files("app", "1.2.3", library=library_files(), extra={"files/a.txt": "data"})
    data = packed(files)
    folder = write_files(tmp_path / "app", files)
    (tmp_path / "app-1.2.3.tgz").write_bytes(data)
    with helm_python.Chart.load_archive(data) as ours, helm_python.Chart.load(folder) as loose:
        assert ours.metadata == loose.metadata
        assert ours.files == loose.files
        assert ours.dependencies == loose.dependencies
        assert ours.render({}, name="r") == loose.render({}, name="r")
    assert archive.digest(data) == helm_python.digest(tmp_path / "app-1.2.3.tgz")


def test_helm_reads_whatever_is_compressed() -> None:
    """Go's decoder is not zlib's, and stops at what zlib would take."""
    rng = random.Random(8)
    for _ in range(40):
        letters = [chr(letter) for letter in range(1, rng.choice([2, 3, 20, 256]))]
        texts = {f"files/{n}": "".join(rng.choices(letters, k=rng.choice([0, 1, 40, 5000]))) for n in range(4)}
        with helm_python.Chart.load_archive(packed(chart_files("app", extra=texts))) as chart:
            assert {file["name"]: file["data"] for file in chart.files} == texts


def test_what_charts_share_is_the_same_bytes_in_each_archive() -> None:
    """So git stores one published version beside the next in little more than what differs."""
    shared = {"templates/_big.tpl": "".join(f"{{{{/* {number} */}}}}\n" for number in range(2000))}
    one, other = (packed(chart_files(name, extra=shared)) for name in ("app", "web"))
    part = deflate.blocks(shared["templates/_big.tpl"].encode(), 16 * 1024)
    assert one != other
    assert part in one
    assert part in other
    assert len(one) < len(part) + 500


def test_an_archive_that_is_not_compressed_holds_the_same() -> None:
    files = random_chart(random.Random(4))
    plain, small = loose(files).packed(compressed=False).archive, packed(files)
    assert gzip.decompress(plain) == gzip.decompress(small)
    assert len(plain) > 3 * len(small)


def test_the_beginning_of_a_file_that_is_not_small_is_stored() -> None:
    """That spares Helm most of what it takes to inflate a chart; the rest repeats the beginning."""
    text = "".join(f"{{{{/* {number} */}}}}\n" for number in range(9000))
    data = packed(chart_files("app", extra={"files/small": text[:4000], "files/large": text}))
    assert text[: 16 * 1024].encode() in data
    assert text[: 16 * 1024 + 1].encode() not in data
    assert data.count(text[:200].encode()) == 1
    assert len(data) < 16 * 1024 + len(text) / 4


def test_many_small_files_are_compressed_in_parts() -> None:
    """What is searched for repetitions stays short, however many files there are."""
    files = chart_files("app", extra={f"files/{number}": "x" * 900 for number in range(200)})
    data = packed(files)
    assert archive.unpack(data) == files
    assert data.count(b"\0\0\xff\xff") > 200 * 1536 // (40 * 1024)
    assert len(data) < 200 * 60


def test_we_unpack_what_helm_packs(tmp_path: Path) -> None:
    files = chart_files("app", "1.2.3", library=library_files(), extra={"files/a.txt": "data", "LICENSE": "none"})
    path = helm_python.package(write_files(tmp_path / "app", files), destination=tmp_path)
    unpacked = archive.unpack(Path(path).read_bytes())
    assert set(unpacked) == set(files)
    same = {name for name in files if not name.endswith("Chart.yaml")}
    assert {name: unpacked[name] for name in same} == {name: files[name] for name in same}
    assert packed(unpacked) == packed(archive.unpack(packed(unpacked)))


def test_the_helmignore_drops_files_and_the_content_digest_does_not_change_afterwards() -> None:
    files = chart_files("app", extra={".helmignore": "*.bak\ndrafts/\n", "a.bak": "x", "drafts/b": "x", "c": "x"})
    unpacked = archive.unpack(packed(files))
    assert sorted(unpacked) == [".helmignore", "Chart.yaml", "c", "templates/all.yaml"]
    assert archived(packed(files)).content == archive.content_digest(unpacked)


def test_the_date_of_entries_is_given() -> None:
    data = loose(chart_files("app")).packed(mtime=1_700_000_000).archive
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        entries = [(entry.mtime, entry.uid, entry.gid, entry.uname, entry.name) for entry in tar]
    assert entries[0] == (1_700_000_000, 0, 0, "", "app/Chart.yaml")
    assert {entry[:4] for entry in entries} == {(1_700_000_000, 0, 0, "")}
    assert data[4:8] == b"\0\0\0\0"


@pytest.mark.parametrize(
    "name",
    ["app/../../etc/passwd", "/app/x", "app/a/../../../x", "app\\..\\..\\x", "C:/x", "app/c:/x", "Chart.yaml", ".."],
)
def test_a_path_that_leaves_the_chart_is_refused(name: str) -> None:
    with pytest.raises(ShunterError, match="leaves the chart"):
        archive.unpack(handmade(CHART_YAML, member(name)))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(kind: bytes) -> None:
    with pytest.raises(ShunterError, match="which is a link or a device"):
        archive.unpack(handmade(CHART_YAML, member("app/x", b"", kind, "/etc/passwd")))


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(ShunterError, match="larger than Helm loads"):
        archive.unpack(handmade(CHART_YAML, member("app/x", b"\0" * (archive.LARGEST_FILE + 1))))
    bomb = gzip.compress(b"\0" * (archive.LARGEST_CHART + 1), 1)
    with pytest.raises(ShunterError, match="larger than Helm unpacks"):
        archive.unpack(bomb)


@pytest.mark.parametrize(
    "data", [b"", b"junk", packed(chart_files("app"))[:-30], gzip.compress(b"junk" * 500, mtime=0)]
)
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(ShunterError, match=r"orders\.tgz"):
        archive.unpack(data, "orders.tgz")


def test_an_archive_without_a_chart_is_refused() -> None:
    with pytest.raises(ShunterError, match=r"no Chart\.yaml in its top folder"):
        archive.unpack(handmade(member("app/sub/Chart.yaml")))


def test_random_bytes_never_give_a_traceback() -> None:
    rng, good = random.Random(5), packed(chart_files("app"))
    for _ in range(300):
        broken = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            broken[rng.randrange(10, len(broken))] = rng.randrange(256)
        with contextlib.suppress(ShunterError):
            _ = archived(bytes(broken)).pin


def test_packing_refuses_links() -> None:
    with pytest.raises(ShunterError, match="symbolic link"):
        packed(chart_files("app") | {"x": FileState(b"/etc/passwd", SYMLINK)})


def test_the_content_digest_sees_every_change() -> None:
    base = {"a": FileState(b"12"), "b": FileState(b"3")}
    others = [
        {"a": FileState(b"1"), "b": FileState(b"23")},
        {"a": FileState(b"12", EXECUTABLE), "b": FileState(b"3")},
        {"a": FileState(b"12"), "c": FileState(b"3")},
        {"a": FileState(b"12")},
        {"a1": FileState(b"2"), "b": FileState(b"3")},
    ]
    assert len({archive.content_digest(files) for files in [base, *others]}) == 1 + len(others)


def test_a_pin_has_everything_from_the_archive() -> None:
    files = chart_files("orders", "1.5.0", app_version="2.0")
    pin = archived(packed(files)).pin
    assert (pin.name, pin.version, pin.app_version) == ("orders", "1.5.0", "2.0")
    assert (pin.digest, pin.content) == (archive.digest(packed(files)), archive.content_digest(files))


@pytest.mark.parametrize(
    "text",
    ["1.10", "1.0", "1e6", "010", "08", "yes", "2026-01-02", "12345678", "12345678.9", "1e-7", "~", '"1.10"', "v2"],
)
def test_the_app_version_is_what_helm_reads(text: str) -> None:
    chart_yaml = f"apiVersion: v2\nname: app\nversion: 1.0.0\nappVersion: {text}\n".encode()
    data = packed({"Chart.yaml": FileState(chart_yaml)})
    with helm_python.Chart.load_archive(data) as chart:
        assert archived(data).pin.app_version == chart.metadata.get("appVersion", "")


def test_an_app_without_its_library_is_not_packed() -> None:
    """`helm dependency update` of an umbrella would pack it so, and only the render fails."""
    whole = chart_files("orders", library=library_files())
    unbuilt = {path: state for path, state in whole.items() if not path.startswith("charts/")}
    with pytest.raises(ShunterError, match=r"orders depends on commons 1\.0\.0"):
        packed(unbuilt)
    umbrella = chart_files("tst") | {f"charts/orders/{path}": state for path, state in unbuilt.items()}
    with pytest.raises(ShunterError, match=r"orders depends on commons 1\.0\.0"):
        packed(umbrella)
    archived = chart_files("tst") | {"charts/orders-1.0.0.tgz": FileState(tarred(unbuilt))}
    with pytest.raises(ShunterError, match=r"orders depends on commons 1\.0\.0"):
        packed(archived)


def test_helms_dependency_update_packs_an_unbuilt_app_and_we_see_it(tmp_path: Path) -> None:
    unbuilt = chart_files("orders", template='{{ include "commons.v1.version" . }}', library=library_files())
    write_files(tmp_path / "orders", {path: state for path, state in unbuilt.items() if not path.startswith("charts/")})
    entry = b"{name: orders, version: 1.0.0, repository: file://../orders}"
    chart_yaml = b"apiVersion: v2\nname: tst\nversion: 1.0.0\ndependencies:\n- " + entry + b"\n"
    folder = write_files(tmp_path / "tst", {"Chart.yaml": FileState(chart_yaml)})
    helm_python.dependency_update(folder)
    assert [item["status"] for item in helm_python.dependency_list(folder)] == ["ok"]
    with helm_python.Chart.load(folder) as chart, pytest.raises(helm_python.HelmError):
        chart.render({})
    files = {path.relative_to(folder).as_posix(): FileState(path.read_bytes()) for path in folder.rglob("*.*")}
    with pytest.raises(ShunterError, match=r"orders depends on commons 1\.0\.0"):
        loose(files).require_complete()
