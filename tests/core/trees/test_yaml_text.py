"""Files are written as they came, whatever their line ends."""

from __future__ import annotations

import pytest

from shunter.core.trees.yaml_read import CannotMergeError
from shunter.core.trees.yaml_text import laid_out


@pytest.mark.parametrize(
    "data", [b"", b"a: 1\n", b"a: 1", b"a: 1\r\nb: 2\r\n", b"a: 1\r\nb: 2", b"\xef\xbb\xbfa: 1\r\n"]
)
def test_a_file_is_written_as_it_came(data: bytes) -> None:
    layout, text = laid_out(data)
    assert "\r" not in text
    assert not text or text.endswith("\n")
    assert layout.laid(text) == data


@pytest.mark.parametrize("data", [b"a: 1\r\nb: 2\n", b"caf\xe9: 1\n", b"\xff\xfea\0"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(CannotMergeError):
        laid_out(data)
