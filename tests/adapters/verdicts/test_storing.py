"""Verdicts written down: findings come back as they went in, what is damaged is none, and the cache stays small."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from helpers.oracles.embedded_helm import archive
from helpers.workspaces import shop
from helpers.workspaces.cli import ok
from shunter.adapters.verdicts import storing
from shunter.adapters.verdicts.cache import Verdicts
from shunter.adapters.verdicts.entries import body_of, entries_in, key_of
from shunter.adapters.verdicts.storing import findings_in, packed
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import read
from shunter.core.rules.verdict import judge
from shunter.model.findings import Finding


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "verdicts"


def findings(random: Random) -> tuple[Finding, ...]:
    text = shop.mutated(random, shop.VALUES).encode()
    return judge(load_archive(archive(shop.files()), "s.tgz"), [read(text, "é.yaml")])


KEY = key_of("1.0.0", "4", [("a", b"1"), ("b", b"2")])


def unpacked(key: str, entry: bytes) -> tuple[Finding, ...] | None:
    body = body_of(key, entry)
    return None if body is None else findings_in(body)


def test_findings_come_back_as_they_went_in() -> None:
    random = Random(4)
    seen = 0
    for _ in range(200):
        found = findings(random)
        seen += len(found)
        assert unpacked(KEY, packed(KEY, found)) == found
    assert seen > 100
    assert unpacked(KEY, packed(KEY, ())) == ()


def test_a_damaged_or_foreign_entry_is_none() -> None:
    random = Random(5)
    entry = packed(KEY, next(found for found in iter(lambda: findings(random), None) if found))
    other = key_of("1.0.0", "3", [("a", b"1"), ("b", b"2")])
    assert unpacked(other, entry) is None
    for damaged in (b"", b"\n", b"[]", entry[:-1], entry + b" ", entry.replace(b"yaml", b"yamk", 1), b"\x00" * 99):
        assert unpacked(KEY, damaged) is None
    for _ in range(300):
        at = random.randrange(len(entry))
        flipped = entry[:at] + bytes([entry[at] ^ (1 << random.randrange(8))]) + entry[at + 1 :]
        assert unpacked(KEY, flipped) is None


def test_it_stays_small(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "_MOST_ENTRIES", 5)
    monkeypatch.setattr(storing, "_MOST_FILES", 8)
    for number in range(30):
        folder = tmp_path / f"chart{number}"
        folder.mkdir()
        (folder / "Chart.yaml").write_text("apiVersion: v2\nname: a\nversion: 1.0.0\n")
        for name in range(12 if number == 29 else 1):
            (folder / f"v{name}.yaml").write_text(f"a: {name}\n")
            ok("validate", f"v{name}.yaml", cwd=folder)
    files = sorted(cache.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert 4 <= len(files) <= 8
    assert max(len(entries_in(path.read_bytes())) for path in files) == 5
    verdicts = Verdicts()
    newest = (str(tmp_path / "chart29"), False, (str(tmp_path / "chart29" / "v11.yaml"),))
    asked = (("v11.yaml", b""), ("shunter.yaml", b""), ("start", b"."))
    assert verdicts.find((*newest, asked)) == ()
    assert cache.stat().st_mode & 0o077 == 0
