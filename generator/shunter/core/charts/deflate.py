"""Deflate (RFC 1951) whose output depends on the input alone: the encoder is here, and no library's.

zlib, zlib-ng and their releases compress one text to different bytes, so a digest of what they give would differ
between machines. What comes out of here is read by every decoder. It must not change either: archives that are
published again have to be the same bytes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from heapq import heapify, heappop, heappush
from itertools import accumulate, groupby
from typing import Final

END: Final = b"\x01\x00\x00\xff\xff"
"""The last block of a stream: an empty one."""
_WINDOW: Final = 32_768
_LONGEST: Final = 258
_KEY: Final = 4  # shorter repetitions than this are not looked for
_TRIES: Final = 16  # how many earlier places are compared
_GOOD: Final = 32  # a repetition this long is taken at once; of a longer one only so many bytes are kept for later
_STORED: Final = 0xFFFF
_END_OF_BLOCK: Final = 256
_FIRST_LENGTH: Final = 257
# Extra bits of each symbol, and where its range begins (RFC 1951, 3.2.5); the longest length has one of its own.
_LENGTH_BITS: Final = (*[0] * 8, *(bits for bits in range(1, 6) for _ in range(4)), 0)
_LENGTH_BASES: Final = (*accumulate((1 << bits for bits in _LENGTH_BITS[:27]), initial=3), _LONGEST)
_DISTANCE_BITS: Final = (0, 0, *(bits for bits in range(14) for _ in range(2)))
_DISTANCE_BASES: Final = tuple(accumulate((1 << bits for bits in _DISTANCE_BITS[:-1]), initial=1))
_ORDER: Final = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
_LONGEST_CODE, _LONGEST_CODE_OF_LENGTHS = 15, 7

Token = int | tuple[int, int]
"""A byte, or a repetition: how many bytes, and from how many bytes before."""


def blocks(data: bytes, plain: int = 0) -> bytes:
    """The blocks of `data`, none of them the last, from one border of a byte to another.

    The first `plain` bytes are stored, and what is behind them may repeat them. So what was made of several texts can
    be put one after another, with `END` behind it.
    """
    if plain >= len(data):
        return stored(data)
    compressed = stored(data[:plain]) + _byte_border(_compressed([*tokens(data, plain)]))
    return compressed if len(compressed) < len(data) else stored(data)


def stored(data: bytes) -> bytes:
    """`data` as blocks that are not compressed, like those of `blocks`."""
    parts = [data[start : start + _STORED] for start in range(0, len(data), _STORED)]
    return b"".join(
        b"\x00" + len(part).to_bytes(2, "little") + (len(part) ^ _STORED).to_bytes(2, "little") + part for part in parts
    )


def tokens(data: bytes, start: int = 0) -> Iterator[Token]:
    """The bytes of `data` from `start` on, and in their place repetitions of what stands before."""
    places = _Places(data)
    places.keep(0, start)
    at = start
    while at < len(data):
        length, distance = places.longest(at)
        places.keep(at, at + 1)
        while distance and length < _GOOD:  # a longer one that starts one byte later is worth a byte
            later, further = places.longest(at + 1)
            if later <= length:
                break
            yield data[at]
            at, length, distance = at + 1, later, further
            places.keep(at, at + 1)
        if distance:
            yield length, distance
            places.keep(at + 1, at + min(length, _GOOD))
            at += length
        else:
            yield data[at]
            at += 1


class _Places:
    """Where the first bytes of what is to come stand before: the last place, and for each the one before it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.last: dict[bytes, int] = {}
        self.before: dict[int, int] = {}

    def keep(self, start: int, end: int) -> None:
        data, last, before = self.data, self.last, self.before
        for at in range(start, end):
            key = data[at : at + _KEY]
            if key in last:
                before[at] = last[key]
            last[key] = at

    def longest(self, at: int) -> tuple[int, int]:
        """Length and distance of the longest repetition that starts here, the nearest of equal ones; or two zeros."""
        data, before = self.data, self.before
        ahead = data[at : at + _LONGEST]
        length, distance = _KEY - 1, 0
        place = self.last.get(ahead[:_KEY], -1) if len(ahead) >= _KEY else -1
        tries, farthest = _TRIES, max(0, at - _WINDOW)
        while tries and place >= farthest:
            if data[place + length] == data[at + length]:
                found = _equal(ahead, data[place : place + len(ahead)])
                if found > length:
                    length, distance = found, at - place
                    if length == len(ahead):
                        break
            place = before.get(place, -1)
            tries -= 1
        return (length, distance) if distance else (0, 0)


def _equal(one: bytes, other: bytes) -> int:
    """How many bytes are equal from the first one on."""
    different = int.from_bytes(one, "little") ^ int.from_bytes(other, "little")
    return ((different & -different).bit_length() - 1) >> 3 if different else len(one)


def _compressed(found: Sequence[Token]) -> str:
    """One block with codes of its own (3.2.7), as the bits of the stream."""
    literals, distances = _counted(found)
    lengths = _code_lengths(literals, _LONGEST_CODE)
    of_distances = _code_lengths(distances or Counter([0]), _LONGEST_CODE)  # PKZIP wants one, used or not
    head = _head(_listed(lengths, _FIRST_LENGTH), _listed(of_distances, 1))
    return "".join(("001", head, *_bits(found, _codes(lengths), _codes(of_distances))))


def _counted(found: Iterable[Token]) -> tuple[Counter[int], Counter[int]]:
    counted = Counter(found)
    literals, distances = Counter({_END_OF_BLOCK: 1}), Counter[int]()
    for token, count in counted.items():
        if isinstance(token, int):
            literals[token] += count
        else:
            literals[_FIRST_LENGTH + _length(token[0])[0]] += count
            distances[_distance(token[1])[0]] += count
    return literals, distances


def _bits(found: Iterable[Token], literals: dict[int, str], distances: dict[int, str]) -> Iterator[str]:
    for token in found:
        if isinstance(token, int):
            yield literals[token]
        else:
            symbol, extra = _length(token[0])
            yield literals[_FIRST_LENGTH + symbol] + extra
            symbol, extra = _distance(token[1])
            yield distances[symbol] + extra
    yield literals[_END_OF_BLOCK]


@cache
def _length(length: int) -> tuple[int, str]:
    """The symbol of a length, from 0, and its extra bits."""
    symbol = bisect_right(_LENGTH_BASES, length) - 1
    return symbol, _number(length - _LENGTH_BASES[symbol], _LENGTH_BITS[symbol])


@cache
def _distance(distance: int) -> tuple[int, str]:
    symbol = bisect_right(_DISTANCE_BASES, distance) - 1
    return symbol, _number(distance - _DISTANCE_BASES[symbol], _DISTANCE_BITS[symbol])


def _number(value: int, bits: int) -> str:
    """A number as it stands in the stream: the lowest bit first."""
    return f"{value:0{bits}b}"[::-1] if bits else ""


def _code_lengths(counted: Counter[int], longest: int) -> dict[int, int]:
    """The bits of each symbol's Huffman code; where one would be too long, by counts that differ less."""
    counts = dict(counted)
    while True:
        lengths = _huffman(counts)
        if max(lengths.values()) <= longest:
            return lengths
        counts = {symbol: (count + 1) // 2 for symbol, count in counts.items()}


def _huffman(counts: dict[int, int]) -> dict[int, int]:
    if len(counts) == 1:
        return dict.fromkeys(counts, 1)
    lengths = dict.fromkeys(counts, 0)
    heap: list[tuple[int, int, tuple[int, ...]]] = [(count, symbol, (symbol,)) for symbol, count in counts.items()]
    heapify(heap)
    while len(heap) > 1:
        one, other = heappop(heap), heappop(heap)
        both = one[2] + other[2]
        for symbol in both:
            lengths[symbol] += 1
        heappush(heap, (one[0] + other[0], min(one[1], other[1]), both))
    return lengths


def _codes(lengths: dict[int, int]) -> dict[int, str]:
    """The canonical codes of these lengths (3.2.2)."""
    codes, code, before = {}, 0, 0
    for length, symbol in sorted((length, symbol) for symbol, length in lengths.items()):
        code <<= length - before
        codes[symbol], before = f"{code:0{length}b}", length
        code += 1
    return codes


def _listed(lengths: dict[int, int], least: int) -> list[int]:
    return [lengths.get(symbol, 0) for symbol in range(max(least, max(lengths) + 1))]


def _head(literals: list[int], distances: list[int]) -> str:
    """The lengths of both codes, which are themselves in a code."""
    symbols = [*_run_lengths([*literals, *distances])]
    lengths = _code_lengths(Counter(symbol for symbol, _ in symbols), _LONGEST_CODE_OF_LENGTHS)
    if len(lengths) == 1:  # decoders refuse this code if it is not complete
        lengths |= {next(symbol for symbol in _ORDER if symbol not in lengths): 1}
    codes = _codes(lengths)
    listed = [lengths.get(symbol, 0) for symbol in _ORDER]
    while listed[-1] == 0 and len(listed) > 4:
        del listed[-1]
    counts = _number(len(literals) - 257, 5) + _number(len(distances) - 1, 5) + _number(len(listed) - 4, 4)
    return counts + "".join(_number(length, 3) for length in listed) + "".join(codes[s] + extra for s, extra in symbols)


def _run_lengths(lengths: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Each length, or how often it is repeated: symbols and their extra bits."""
    for length, run in groupby(lengths):
        left = len([*run])
        if length:
            yield length, ""
            left -= 1
        while left > 2:
            most, symbol, bits = _repeated(length, left)
            yield symbol, _number(most - (11 if symbol == 18 else 3), bits)
            left -= most
        yield from [(length, "")] * left


def _repeated(length: int, left: int) -> tuple[int, int, int]:
    """How many of `left` equal lengths one symbol stands for, that symbol, and how many extra bits it has."""
    if length:
        return min(left, 6), 16, 2
    return (min(left, 138), 18, 7) if left > 10 else (left, 17, 3)


def _byte_border(bits: str) -> bytes:
    """The bits as bytes, the first one the lowest, with an empty stored block behind them: it ends on a border."""
    bits += "000"
    return int(bits[::-1], 2).to_bytes((len(bits) + 7) // 8, "little") + b"\x00\x00\xff\xff"
