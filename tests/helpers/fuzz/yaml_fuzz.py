"""Random YAML: scalars that resolvers disagree about, and whole documents, right and wrong ones."""

from __future__ import annotations

from random import Random

_WORDS = (
    "y Y yes Yes YES yEs n N no No NO true True TRUE tRUE false False FALSE on On ON off Off OFF oFF ~ null Null NULL "
    "nUll . .. .5 .5e3 .5_0 ._5 .5_ .e3 .inf -.inf +.Inf .nan .NaN 0 00 -0 +0 -0.0 0777 0o777 0O17 010 08 09 08.5 0x1F "
    "0XfF 0x 0xg 0b101 0B11 0b2 0b-101 0b+1 -0b+1 -0b1 +0x1F -0777 1_000 1__0 _1 1_ 0x_1F 0_7 1e3 1E3 1e+3 1e-3 1e400 "
    "1e-400 1.10 1.0 1. 1.e3 -1.5 +.5 -.5 1.5.2 1:30 190:20:30 2024-01-01 2024-1-1 2001-12-14t21:59:43.10-05:00 "
    "2001-12-14 1000000 1234567890 9007199254740991 9007199254740992 9007199254740993 9223372036854775807 "
    "9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551615 18446744073709551616 "
    "12345678901234567890 0xFFFFFFFFFFFFFFFF 0x1FFFFFFFFFFFFFFFF 1e20 1e21 123456.789 = << a-b v1 -a 1a 0xZ +a --1 +-1 "
    "1-1 e3 E5 i inf Infinity nan -inf +inf NaN 0o 0o8 00.5 0.0001 0.00001 1_0.5 1_0e3"
)
WORDS = _WORDS.split()
_ALPHABET = "0123456789" * 3 + "+-._eExXoObB" * 2 + "abfyntTNYO~:=" + "/ #"


def scalar(random: Random) -> str:
    """A plain scalar, or something close to one."""
    if random.random() < 0.35:
        word = random.choice(WORDS)
        return word if random.random() < 0.6 else _mutated(random, word)
    return "".join(random.choice(_ALPHABET) for _ in range(random.randint(1, 8)))


def _mutated(random: Random, word: str) -> str:
    at = random.randrange(len(word) + 1)
    action = random.random()
    if action < 0.4:
        return word[:at] + random.choice(_ALPHABET) + word[at:]
    if action < 0.7:
        return word[:at] + word[at + 1 :]
    return word[:at] + random.choice(_ALPHABET) + word[at + 1 :]


def document(random: Random) -> bytes:
    """A small YAML file; Helm refuses about two in five."""
    lines = _block(random, 0, 0)
    if random.random() < 0.8:
        lines[:0] = ["a0: &a {p: 1, q: 2}", "b0: &b {q: 3, r: [4]}"]
    if random.random() < 0.07:
        lines.insert(
            random.randrange(len(lines) + 1), random.choice(["---", "--- # x", "...", "--- x", "%YAML 1.1", "---"])
        )
    text = "\n".join(lines) + random.choice(["\n", "", "\n\n"])
    data = text.encode("utf-8", "surrogatepass")
    if random.random() < 0.15:
        data = _broken(random, data)
    return b"\xef\xbb\xbf" + data if random.random() < 0.02 else data


_NOISE = (
    b"\t",
    b":",
    b"-",
    b"#",
    b"&a ",
    b"*a",
    b"!",
    b"'",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b"|",
    b">",
    b"\x00",
    b"\x85",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\r",
    b"\r\n",
    b"\n",
    b"%",
    b"@",
    b"`",
    b"?",
    b" ",
    b"\x07",
    b"\xff",
    b"\\",
    b"\xf0\x9f\x98\x80",
    b"---\n",
    b"...\n",
    b"\xef\xbb\xbf",
    b"\n\xef\xbb\xbf",
)


def _broken(random: Random, data: bytes) -> bytes:
    for _ in range(random.randint(1, 2)):
        at = random.randrange(len(data) + 1)
        drop = random.choice((0, 0, 1))
        data = data[:at] + random.choice(_NOISE) + data[at + drop :]
    return data


def _key(random: Random) -> str:
    roll = random.random()
    if roll < 0.7:
        return random.choice("abcdefg")
    if roll < 0.985:
        return scalar(random)
    return random.choice(['"1"', "'y'", "? a", "<<", '"<<"', "~", "[a]", "!!str 1", "!!int 5", "&k a"])


def _value(random: Random) -> str:
    roll = random.random()
    if roll < 0.6:
        return scalar(random)
    if roll < 0.7:
        return random.choice(["&a 1", "&b x", "*a", "*b", "&a {p: 1, q: 2}", "&b [1, 2]", "*a", "*a"])
    if roll < 0.8:
        return _flow(random, 0)
    return random.choice(
        [
            "",
            "''",
            '"a\\nb"',
            "'it''s'",
            '"\\x41\\u00e9"',
            '"\\/"',
            "!!str 5",
            "!!int '7'",
            "!!float 3",
            "!!bool on",
            "!!null ''",
            "!!binary aGk=",
            "!!binary /w==",
            "!!timestamp 2001-01-01",
            "!foo bar",
            "! 12",
            "! '12'",
            "!!int x",
            "|\n      a\n      b",
            ">-\n      a\n      b",
            "a\n      b",
            "'a\n\n      b'",
            "# c",
            "a #b",
            "a# b",
            "!!map {a: 1}",
            "!!set {a, b}",
            "!<tag:yaml.org,2002:int> 3",
            "|+\n      x\n\n",
            "a: b",
            "-",
            "- x",
            "? x",
        ]
    )


def _flow(random: Random, depth: int) -> str:
    if depth > 2 or random.random() < 0.4:
        return scalar(random).replace("#", "")
    items = [_flow(random, depth + 1) for _ in range(random.randint(0, 3))]
    if random.random() < 0.5:
        return "[" + ", ".join(items) + "]"
    joint = random.choice([": ", ": ", ":", " : "])
    return "{" + ", ".join(f"{_key(random)}{joint}{item}" for item in items) + "}"


def _block(random: Random, indent: int, depth: int) -> list[str]:
    pad = " " * indent
    lines: list[str] = []
    for _ in range(random.randint(1, 4)):
        key = _key(random)
        roll = random.random()
        if roll < 0.25 and depth < 3:
            anchor = random.choice(["", "", "", " &a", " &b"])
            lines += [f"{pad}{key}:{anchor}", *_block(random, indent + random.choice([2, 2, 2, 4]), depth + 1)]
        elif roll < 0.4:
            dash = pad + random.choice(["", "  "])
            lines += [f"{pad}{key}:", *(f"{dash}- {_value(random)}" for _ in range(random.randint(1, 3)))]
        elif roll < 0.45:
            lines.append(f"{pad}<<: {random.choice(['*a', '*b', '[*a, *b]', '{z: 1}', '[{y1: 1}, {y1: 2}]', '1'])}")
        else:
            lines.append(f"{pad}{key}: {_value(random)}")
    return lines
