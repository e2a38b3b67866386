"""Remembered verdicts: what goes in comes out, and nothing else does."""

from __future__ import annotations

import os
import subprocess
import sys

from shunter.adapters.verdicts.entries import body_of, entries_in, head_of, key_of


def run(code: str) -> str:
    """What a fresh Python prints."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip()


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


def test_an_entry_is_found_by_its_key_and_only_whole() -> None:
    keys = [key_of("1", "4", [(name, b"")]) for name in "abc"]
    data = b"\n".join(head_of(key, b"[]") + b"\n[]" for key in keys)
    entries = entries_in(data)
    assert {key: body_of(key, entries[key.encode()]) for key in keys} == dict.fromkeys(keys, b"[]")
    assert body_of(keys[0], entries[keys[1].encode()]) is None
    assert all(
        body_of(keys[2], found.get(keys[2].encode(), b"")) is None for found in map(entries_in, (data[:-1], b""))
    )


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
