"""Remembered verdicts: what goes in comes out, and nothing else does."""

from __future__ import annotations

import os
import subprocess
import sys
from random import Random

from helpers.oracles.embedded_helm import archive
from helpers.workspaces import shop
from shunter.adapters.verdicts.entries import key_of, packed, unpacked
from shunter.core.charts.load import load_archive
from shunter.core.goyaml.document import read
from shunter.core.rules.verdict import judge
from shunter.model.findings import Finding


def run(code: str) -> str:
    """What a fresh Python prints."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip()


def findings(random: Random) -> tuple[Finding, ...]:
    text = shop.mutated(random, shop.VALUES).encode()
    return judge(load_archive(archive(shop.files()), "s.tgz"), [read(text, "é.yaml")])


KEY = key_of("1.0.0", "4", [("a", b"1"), ("b", b"2")])


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


def test_everything_that_matters_is_in_the_key() -> None:
    base = ("1.0.0", "4", [("a", b"1"), ("b", b"2")])
    keys = {
        key_of(*base),
        key_of("1.0.1", "4", base[2]),
        key_of("1.0.0", "3", base[2]),
        key_of("1.0.0", "4", [("b", b"2"), ("a", b"1")]),
        key_of("1.0.0", "4", [("a", b"12"), ("b", b"")]),
        key_of("1.0.0", "4", [("a", b"1"), ("b2", b"")]),
        key_of("1.0.0", "4", [("a1", b""), ("b", b"2")]),
        key_of("1.0.0", "4", [("a", b"1")]),
    }
    assert len(keys) == 8


def test_the_room_of_verdicts_starts_light() -> None:
    heavy = (
        "copier",
        "jsonschema",
        "rich",
        "click",
        "typer",
        "ruamel",
        "jinja2",
        "tarfile",
        "subprocess",
        "difflib",
        "asyncio",
    )
    found = f"[name for name in {heavy!r} if name in sys.modules and name not in there]"
    code = f"import sys; there = set(sys.modules); import shunter.core.rules.verdict; print({found})"
    done = run(code)
    assert done == "[]"
    heavy = ("yaml", "jsonschema_rs", "dataclasses")
    found = f"[name for name in {heavy!r} if name in sys.modules and name not in there]"
    code = f"import sys; there = set(sys.modules); import shunter.adapters.verdicts.entries; print({found})"
    done = run(code)
    assert done == "[]"


def test_judging_opens_no_socket_and_no_file() -> None:
    code = (
        "import sys\n"
        "from helpers.workspaces import shop\n"
        "from helpers.oracles.embedded_helm import archive\n"
        "from shunter.core.charts.load import load_archive\n"
        "from shunter.core.goyaml.document import read\n"
        "from shunter.core.rules.verdict import judge\n"
        "files = shop.files()\n"
        "files['charts/svc/values.schema.json'] = '{\"$ref\": \"https://schemas.example/x.json\"}'\n"
        "chart, seen = load_archive(archive(files), 's.tgz'), []\n"
        "judge(chart, [read(b'api: {a: 1}', 'v.yaml')])\n"
        "sys.addaudithook(lambda event, arguments: seen.append(event) if event.startswith('socket') else None)\n"
        "print([finding.rule for finding in judge(chart, [read(b'api: {b: 1}', 'v.yaml')])], seen)\n"
    )
    done = run(code)
    assert done == "['remote-schema'] []"
