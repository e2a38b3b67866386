"""What a release weighs in its Secret, and what of it is heavy."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from shunter.core.kube.objects import objects_of
from shunter.core.rules.release_size import CLOSE, Kept, stored_size, stray_files, too_large
from shunter.model.findings import Severity

HEAVY = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x, annotations: {{{}}}}}\ndata: {{a: '{}'}}\n"


def kept(files: Mapping[str, bytes], text: str = "", annotations: str = "", **values: Any) -> Kept:
    documents = [("tst/charts/web/templates/a.yaml", HEAVY.format(annotations, text))] if text else []
    return Kept(files, {"name": "tst"}, {}, values, {}, documents, list(objects_of(documents)))


@pytest.mark.parametrize(
    ("size", "severity"), [(500_000, None), (600_000, Severity.WARNING), (800_000, Severity.ERROR)]
)
def test_a_release_is_told_to_be_large_before_kubernetes_refuses_it(size: int, severity: Severity | None) -> None:
    """Packed and in base64, what does not compress takes four bytes for three."""
    files = {"big.bin": Random(1).randbytes(size), "Chart.yaml": b"name: x", "charts/a/b.bin": b""}
    found = list(too_large(kept(files)))
    assert [finding.severity for finding in found] == ([severity] if severity else [])
    assert all(finding.message.startswith("Helm keeps at least ") for finding in found)
    assert all(finding.hint == "name big.bin in .helmignore" for finding in found)
    assert all(finding.notes[0].endswith("bytes alone: big.bin") for finding in found)


def test_what_is_rendered_counts_and_what_compresses_does_not() -> None:
    (found,) = too_large(kept({}, Random(1).randbytes(720_000).hex()))
    assert (found.span.path, found.hint) == ("Chart.yaml", "make the heaviest smaller, or split the release")
    assert found.notes[0].endswith("bytes alone: ConfigMap x (tst/charts/web/templates)")
    assert "at least" not in found.message
    assert not list(too_large(kept({"big.txt": b"x" * 4_000_000}, "z" * 4_000_000, a="y" * 4_000_000)))


def test_a_hook_counts_once_and_so_does_the_schema() -> None:
    text = Random(1).randbytes(30_000).hex()
    plain, hook = stored_size(kept({}, text)), stored_size(kept({}, text, "helm.sh/hook: pre-install"))
    assert 0 < hook - plain < 400
    assert stored_size(kept({"values.schema.json": text.encode()})) < CLOSE
    assert stored_size(kept({"values.yaml": text.encode()})) < 1_000, "kept as values, not as a file"


def test_files_that_nobody_meant_to_ship_are_found() -> None:
    files = {"dump.sql": b"x" * 3_000_000, "a.yaml": b"x", "charts/web/big": b"x" * 2_000_000}
    assert stray_files(files) == [("dump.sql", 3_000_000)]
