"""Deflate of our own: every decoder reads it, equal texts give equal bytes, today and in any later release."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import tarfile
import zlib
from pathlib import Path
from random import Random

import pytest

from helpers.charts.charts import library_chart
from helpers.tools import require
from shunter.core.charts.deflate import END, blocks, stored, tokens

WORDS = ("apiVersion: v1\n", "kind: ", "Deployment", "{{ .Values.image }}", "  - name: ", "\n", "a", "ä", "\0" * 300)


def inflated(data: bytes) -> bytes:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = inflate.decompress(data)
    assert inflate.eof
    assert inflate.unused_data == b""
    return plain


def random_text(rng: Random) -> bytes:
    size = rng.choice([1, 3, 9, 70, 400, 6000])
    if rng.random() < 0.5:
        return "".join(rng.choice(WORDS) for _ in range(rng.randrange(size + 1))).encode()[: 40 * size]
    letters = rng.choice([1, 2, 5, 60, 256])
    return bytes(rng.randrange(letters) for _ in range(rng.randrange(size + 1)))


def fibonacci(most: int) -> bytes:
    """Bytes so unevenly frequent that Huffman's codes are as many bits long as there are different ones."""
    counts = [1, 1]
    while sum(counts) < most:
        counts.append(counts[-1] + counts[-2])
    rng = Random(7)
    data = [byte for byte, count in enumerate(counts) for _ in range(count)]
    rng.shuffle(data)
    return bytes(data)


@pytest.mark.parametrize("seed", range(8))
def test_zlib_reads_what_is_written_and_parts_can_be_joined(seed: int) -> None:
    rng = Random(seed)
    for _ in range(40):
        parts = [random_text(rng) for _ in range(rng.randint(1, 4))]
        made = [rng.choice((blocks, stored))(part) for part in parts]
        made += [blocks(part, rng.randrange(len(part) + 2)) for part in parts]
        assert inflated(b"".join(made) + END) == b"".join(parts + parts), seed


def test_what_is_behind_a_stored_beginning_may_repeat_it() -> None:
    beginning = Random(2).randbytes(3000)
    data = beginning + beginning[100:]
    made = blocks(data, len(beginning))
    assert inflated(made + END) == data
    assert beginning in made
    assert len(made) < len(beginning) + 150
    assert blocks(data, len(data)) == blocks(data, len(data) + 1) == stored(data)


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 257, 258, 259, 260, 32_767, 32_768, 32_769, 65_535, 65_536, 200_000])
def test_lengths_and_distances_at_their_limits(size: int) -> None:
    noise = Random(size).randbytes(50)
    for data in (b"a" * size, noise + bytes(size) + noise, Random(1).randbytes(size)):
        assert inflated(blocks(data) + END) == data
        assert len(blocks(data)) <= len(stored(data))


def test_repetitions_reach_as_far_as_the_format_allows() -> None:
    # Nothing in between repeats, so the only repetition is from end to end.
    between = Random(3).randbytes(32_768 - 9)
    found = [token for token in tokens(b"reachable" + between + b"reachable") if not isinstance(token, int)]
    assert (9, 32_768) in found
    found = [token for token in tokens(b"reachable" + between + b"!reachable") if not isinstance(token, int)]
    assert all(length < 9 for length, _ in found)


def test_codes_are_no_longer_than_the_format_allows() -> None:
    data = fibonacci(60_000)
    assert len(set(data)) > 16
    assert inflated(blocks(data) + END) == data
    # The code of the code's lengths has a limit of its own: 19 symbols, and as uneven as they come.
    rng = Random(5)
    for _ in range(60):
        sizes = rng.choices(range(256), weights=[2.0 ** -(byte % rng.randint(2, 18)) for byte in range(256)], k=3000)
        assert inflated(blocks(bytes(sizes)) + END) == bytes(sizes)


def test_the_bytes_never_change() -> None:
    """What was published has to come out again, byte by byte, so that its digest does."""
    assert blocks(b"kind: Deployment\n" * 9).hex() == PLAIN
    total = hashlib.sha256()
    rng = Random(11)
    for _ in range(60):
        total.update(blocks(random_text(rng)))
    assert total.hexdigest() == RANDOM
    assert blocks(b"kind: Deployment\n" * 9, 17).hex() == BEHIND


def test_it_is_about_as_small_as_zlibs() -> None:
    for path, text in library_chart().items():
        if len(text) > 4000:
            assert len(blocks(text.encode())) <= 1.06 * len(zlib.compress(text.encode(), 6)), path


@pytest.mark.parametrize("command", [["gzip", "-dc"], ["tar", "-xzOf", "-"]], ids=["gzip", "tar"])
def test_the_usual_programs_read_it(command: list[str], tmp_path: Path) -> None:
    program = require(command[0])
    text = "".join(library_chart().values()).encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        entry = tarfile.TarInfo("text")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
    plain = buffer.getvalue()
    tail = zlib.crc32(plain).to_bytes(4, "little") + len(plain).to_bytes(4, "little")
    made = b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + blocks(plain[:9999]) + blocks(plain[9999:]) + END + tail
    done = subprocess.run([program, *command[1:]], input=made, capture_output=True, check=True, cwd=tmp_path)
    assert done.stdout == (plain if command[0] == "gzip" else text)
    assert gzip.decompress(made) == plain


PLAIN = "ccc8a11500200804d0ee14ce6176142ff8808340617bd6a07ef97c675f847a19986b0a34000000ffff"
RANDOM = "eb3f735da5372d42534b3c57bc990e4fb3e356291d7c05bd2a79305f6a9c206e"
BEHIND = "001100eeff6b696e643a204465706c6f796d656e740accc8a10000000000207feb34ba2d000000ffff"
