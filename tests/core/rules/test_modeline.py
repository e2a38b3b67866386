"""The line that names editors the schema of an environment's values: written, checked, mended."""

from __future__ import annotations

import pytest

from shunter.core.goyaml.document import read
from shunter.core.packaging.umbrella import FULL_SCHEMA
from shunter.core.rules.fixes import fixed
from shunter.core.rules.modeline import modelines
from shunter.model.files import FileState, MemoryTree

TREE = MemoryTree({FULL_SCHEMA: FileState(b"{}"), "other.json": FileState(b"{}")})
LINE = "# yaml-language-server: $schema="

CASES = [
    ("a: 1\n", f"{LINE}{FULL_SCHEMA}\na: 1\n"),
    ("# text\r\na: 1\r\n", f"{LINE}{FULL_SCHEMA}\r\n# text\r\na: 1\r\n"),
    ("", f"{LINE}{FULL_SCHEMA}\n"),
    ("\ufeffa: 1\n", f"\ufeff{LINE}{FULL_SCHEMA}\na: 1\n"),
    (f"# text\n{LINE}gone.json\na: 1\n", f"# text\n{LINE}{FULL_SCHEMA}\na: 1\n"),
    (f"{LINE}{FULL_SCHEMA}\na: 1\n", ""),
    (f"{LINE}other.json\na: 1\n", ""),
    (f"{LINE}https://schemas.example/values.json\na: 1\n", ""),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_the_line_is_missed_and_written(text: str, wanted: str) -> None:
    found = list(modelines(read(text.encode(), "values.yaml"), TREE))
    assert [finding.rule for finding in found] == (["editor-schema"] if wanted else [])
    assert fixed(text.encode(), found, "values.yaml")[0].decode() == (wanted or text)


def test_nothing_comes_to_stand_before_a_document_that_helm_3_would_lose() -> None:
    (finding,) = modelines(read(b"---\na: 1\n", "values.yaml"), TREE)
    assert finding.fix == ()


def test_no_line_is_asked_for_where_it_would_lead_nowhere() -> None:
    assert list(modelines(read(b"a: 1\n", "values.yaml"), MemoryTree({}))) == []
    encrypted = b"a: ENC[AES256_GCM,data:x=,type:str]\nsops: {mac: x, lastmodified: y}\n"
    assert list(modelines(read(encrypted, "values.yaml"), TREE)) == []


def test_a_file_in_a_folder_names_the_schema_from_there() -> None:
    (finding,) = modelines(read(b"a: 1\n", "more/values.yaml"), TREE)
    assert finding.hint == f"begin it with: {LINE}../{FULL_SCHEMA}"
