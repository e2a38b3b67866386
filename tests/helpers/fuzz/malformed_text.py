"""Texts that are broken: YAML, schemas, chart definitions, and the files of shunter's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

MEGABYTE = 1_000_000
MOST: int | None = None
"""Of lines, levels or repetitions; None: as many as it takes to overwhelm a careless reader."""
WORKSPACE = b"""\
name: shop
layout: mono
services:
  orders: {archetype: rest-api, team: alice}
environments:
  tst: {stage: develop}
  pre: {stage: staging, promotes-from: tst}
"""
_ODD = (
    *(
        "null",
        "~",
        "true",
        "3",
        "1.5",
        "-1",
        "''",
        '""',
        "[]",
        "{}",
        "[1]",
        "{a: 1}",
        "[[]]",
        "[{}]",
        "x",
        "'a b'",
        "1e400",
    ),
    *(
        ".inf",
        "!!binary x",
        "!x y",
        "&a [*a]",
        "../..",
        "/",
        ".",
        "a/b",
        "{{ x }}",
        "0777",
        "2024-01-01",
        "- 1",
        "\t",
        "|",
    ),
)


def _size(random: Random, *sizes: int) -> int:
    return min(random.choice(sizes), MOST or max(sizes))


def yaml_text(random: Random, good: bytes) -> tuple[str, bytes]:
    """A values file with something wrong, and what it is."""
    kind = random.choice(list(_YAML))
    return kind, _YAML[kind](random, good)


def _mutated(random: Random, good: bytes) -> bytes:
    data = bytearray(good)
    noise = (
        b"\0",
        b"\t",
        b"\x85",
        b"\xe2\x80\xa8",
        b"\xff",
        b"\xed\xa0\x80",
        b"&a ",
        b"*a",
        b"<<: ",
        b"---\n",
        b"...\n",
    )
    noise += (
        b"'",
        b'"',
        b"[",
        b"{",
        b"]",
        b"}",
        b": ",
        b"? ",
        b"- ",
        b"|\n",
        b">-\n",
        b"%",
        b"@",
        b"!",
        b"!!",
        b"#",
        b"\r",
    )
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(data) + 1)
        end = min(len(data), at + _size(random, 0, 0, 0, 1, 3, 20))
        data[at:end] = random.choice((*noise, bytes([random.randrange(256)])))
    return bytes(data)


def _laughs(random: Random, good: bytes) -> bytes:
    width, depth = random.choice(((9, 9), (2, 40), (50, 4), (1, 300)))
    more = (f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * width)}]" for number in range(1, depth))
    lines = ["a0: &a0 [lol, lol]", *more]
    return "\n".join(lines).encode() + b"\n" + good


def _merges(random: Random, good: bytes) -> bytes:
    width, depth = random.choice(((9, 9), (2, 30), (100, 3)))
    lines = ["a0: &a0 {x: 1, y: {z: 1}}"]
    for number in range(1, depth):
        body = "".join(f"\n  k{index}: {{<<: *a{number - 1}, o: {index}}}" for index in range(width))
        lines.append(f"a{number}: &a{number}\n  <<: [{', '.join([f'*a{number - 1}'] * width)}]{body}")
    return "\n".join(lines).encode() + b"\n" + good


def _repeated(random: Random, good: bytes) -> bytes:
    line = random.choice(
        ("a: on\n", "on: 1\n", "k: 010\n", "a: 1.10\n", "replicas: x\n", "api: null\n", "? - a\n: 1\n")
    )
    return line.encode() * _size(random, 50, 3000, 200_000)


def _distinct(random: Random, good: bytes) -> bytes:
    form = random.choice(
        ("k{0}: 1\n", "k{0}: on\n", "0{0}: x\n", "k{0}: &a{0} x\n", "k{0}: {{a: 01}}\n", "api{0}: {{}}\n")
    )
    return "".join(form.format(number) for number in range(_size(random, 50, 3000, 100_000))).encode()


def _unknown(random: Random, good: bytes) -> bytes:
    count = _size(random, 50, 2000, 30_000)
    return good + "".join(f"  unknown{number}: {number}\n" for number in range(count)).encode()


def _deep(opened: str, closed: str = "") -> Callable[[Random, bytes], bytes]:
    def make(random: Random, good: bytes) -> bytes:
        depth = _size(random, 90, 150, 199, 201, 1000, 10_000, 400_000)
        return f"a: {opened * depth}1{closed * depth}\n".encode() + good

    return make


def _deep_block(random: Random, good: bytes) -> bytes:
    depth = _size(random, 90, 199, 201, 1000, 3000)
    return good + b"deep:\n" + b"".join(b" " * (number + 1) + b"a:\n" for number in range(depth))


def _cycle(random: Random, good: bytes) -> bytes:
    return good + random.choice(
        (b"a: &a [*a]\n", b"a: &a {b: *a}\n", b"a: &a {<<: *a}\n", b"a: &a\n  b: &b\n    c: [*a, *b]\n", b"&a : *a\n")
    )


_YAML: dict[str, Callable[[Random, bytes], bytes]] = {
    **{f"mutated-{number}": _mutated for number in range(12)},
    "truncated": lambda random, good: good[: random.randrange(len(good))],
    "truncated-utf8": lambda random, good: good + "ä: 日本".encode()[:-1],
    "noise": lambda random, good: random.randbytes(random.randrange(3000)),
    "elf": lambda random, good: b"\x7fELF\x02\x01\x01" + bytes(500) + random.randbytes(500),
    "empty": lambda random, good: random.choice((b"", b"\n", b" ", b"# c", b"---", b"...", b"\xef\xbb\xbf", b"---\n---\n")),
    "nul": lambda random, good: good.replace(b"x/y", random.choice((b"x\0y", b"\0"))),
    "bom": lambda random, good: random.choice((b"\xef\xbb\xbf" + good, good + b"\xef\xbb\xbf", b"\xef\xbb\xbf" * 3 + good)),
    "utf16": lambda random, good: good.decode().encode(random.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"))),
    "latin-1": lambda random, good: good + "é: ü\n".encode("latin-1"),
    "tabs": lambda random, good: good.replace(b"  ", b"\t"),
    "returns": lambda random, good: good.replace(b"\n", random.choice((b"\r", b"\r\n", b"\n\r", b"\x0c", b"\x85"))),
    "laughs": _laughs,
    "merges": _merges,
    "cycle": _cycle,
    "deep-list": _deep("[", "]"),
    "deep-open-list": _deep("["),
    "deep-map": _deep("{a: ", "}"),
    "deep-open-map": _deep("{"),
    "deep-dashes": _deep("- "),
    "deep-question": _deep("? "),
    "deep-block": _deep_block,
    "deep-mixed": _deep("[{a: [", "]}]"),
    "long-key": lambda random, good: good + b"k" * _size(random, 1023, 1024, 1025, MEGABYTE) + b": 1\n",
    "long-line": lambda random, good: good + b"k: " + b"v " * _size(random, 1000, MEGABYTE) + b"\n",
    "long-number": lambda random, good: good + b"n: " + b"9" * _size(random, 400, 5000, MEGABYTE) + b"\n",
    "long-float": lambda random, good: good + b"n: 1." + b"1" * _size(random, 400, MEGABYTE) + b"e-9999999\n",
    "long-quote": lambda random, good: good + b'q: "' + b"\\x41" * _size(random, 10, 300_000),
    "documents": lambda random, good: b"---\na: 1\n" * _size(random, 2, 100, 20_000),
    "separators": lambda random, good: good + random.choice((b"--- x\n", b"---\tx\n", b"---#\n", b"--- |\n a\n", b"--- {a: 1}\n")),
    "directive": lambda random, good: random.choice((b"%YAML 1.1\n---\n", b"%TAG ! x\n---\n", b"%FOO\n", b"%\n")) + good,
    "tags": lambda random, good: good + b"t: " + random.choice(
        (b"!!python/object:os.system x", b"!!int x", b"!!binary @@", b"!<x> y", b"! a", b"!!set {a}", b"!!float []", b"!!map 3")
    ),
    "root": lambda random, good: random.choice((b"- a\n", b"x\n", b"3\n", b"[]", b"null", b"'", b"|", b"? a", b"{}}", b"*a")),
    "keys": lambda random, good: good + random.choice((b"? [a]\n: 1\n", b"~: 1\n", b"{a: 1}: 2\n", b"1e400: 1\n", b".nan: 1\n")),
    "repeated": _repeated,
    "distinct": _distinct,
    "unknown": _unknown,
    "too-large": lambda random, good: good + b"# " + b"x" * random.choice((5 * 2**20, 6 * 2**20)),
    "almost-too-large": lambda random, good: (good + b"# " + b"x" * 5 * 2**20)[: 5 * 2**20],
    "dense": lambda random, good: random.choice((b"d: [%s]\n", b"d: {x: [%s]}\n")) % (random.choice((b"1,", b"{},", b"{a},", b"[],"))
        * _size(random, 1000, 1_200_000)),
    "dense-block": lambda random, good: b"d:\n" + random.choice((b"- \n", b"-\n", b"- a\n", b"- - - -\n")) * _size(random, 1000, 1_000_000),
    "key-count": lambda random, good: b"".join(b"k%d: 1\n" % n for n in range(_size(random, 1000, 400_000))),
    "aliases": lambda random, good: b"a: &a {x: 1}\nb:\n" + random.choice((b"- *a\n", b"- {<<: *a}\n")) * _size(random, 1000, 100_000),
    "merge-list": lambda random, good: b"a: &a {x: 1}\nb: {<<: [" + b"*a," * _size(random, 1000, 100_000) + b"]}\n",
    "anchor-count": lambda random, good: b"".join(b"k%d: &a%d {x: *a%d}\n" % (n + 1, n + 1, n) if n else b"k1: &a1 {}\n"
        for n in range(_size(random, 150, 190, 210, 30_000))),
    "huge-number": lambda random, good: good + b"api: {replicaCount: " + random.choice((
        *(b"0x" + b"f" * _size(random, 300, MEGABYTE), b"0b" + b"1" * _size(random, 1100, MEGABYTE), b"1_" * _size(random, 300, MEGABYTE)),
        *(b"1e999999999", b"-1E-999999999", b".1e400", b"1:" + b"59:" * 500 + b"1", b"0o" + b"7" * 5000, b"-" * 9000, b"+.inf", b"1e+" + b"9" * 9000),
    )) + b"}\n",
    "surrogates": lambda random, good: random.choice((b'api:\n  debug: "\\ud800"\n  "\\udfff": 1\n', b"a: \xed\xa0\x80\n", b'"\\ud83d\\ude00": 1\n')),
    "control": lambda random, good: random.choice((b'api:\n  debug: "\\0\\e[31m"\n  "\\0\\e": 1\n', b"a: \x1b[31m\n", "a: \u202e[\n".encode(),
        'api: {debug: "\u202e\u2066", "\u200b": \u2028}\n'.encode(), b"a: \x07\n", b'api: {"a\\nb\\r": 1}\n')),
    "many-returns": lambda random, good: random.choice((b"\r", b"\r\n", b"a: 1\r\n", b"a: 1\n\r")) * _size(random, 100, MEGABYTE),
    "separator-count": lambda random, good: random.choice((b"---\n", b"---\n# c\n", b"---\r\n")) * _size(random, 100, 700_000),
    "smart": lambda random, good: "api:\n\u00a0 debug: \u201con\u201d\n\u3000x: 1\n".encode(),
    "secrets": lambda random, good: b"".join(b"k%d: {password: s3cr3t%d}\n" % (n, n) for n in range(_size(random, 10, 60_000))),
    "sops": lambda random, good: random.choice((b"sops: &a {x: *a}\n", b"k: ENC[AES256_GCM,data:" + b"x" * 99_999 + b",type:int]\nsops: {mac: x}\n",
        b"a: ENC[\nsops: []\n", b"".join(b"k%d: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n" % n for n in range(_size(random, 9, 60_000))))),
    "anchors": lambda random, good: "".join(f"a{number}: &x{number} *x{number - 1}\n" for number in range(99)).encode(),
    "comments": lambda random, good: b"#" * MEGABYTE + b"\n" + b" # c\n" * 50_000 + good,
    "folded": lambda random, good: good + b"f: >\n" + b"  a\n\n" * _size(random, 10, 100_000),
}  # fmt: skip


def schema_text(random: Random, good: bytes) -> tuple[str, bytes]:
    """A values schema with something wrong, and what it is."""
    kind = random.choice(list(_SCHEMAS))
    made = _SCHEMAS[kind](random, good)
    return kind, made if isinstance(made, bytes) else json.dumps(made).encode()


def _spoilt(random: Random, good: bytes) -> Any:
    """A schema whose keywords have values of the wrong kind."""
    document = json.loads(good)
    odd = (
        None,
        True,
        3,
        -1,
        1.5,
        "x",
        "",
        [],
        {},
        [1],
        [{}],
        {"a": 1},
        "#",
        "#/x",
        1e308,
        [None],
        {"$ref": "#"},
        "^(",
        ["a", "a"],
    )
    nodes = [document]
    for node in nodes:
        nodes += [item for item in node.values() if isinstance(item, dict)]
    words = ("type properties required items enum const pattern format minimum maxLength allOf anyOf oneOf not if then else $ref "
             "$id $schema $defs definitions dependencies additionalProperties patternProperties propertyNames contains $anchor "
             "unevaluatedProperties uniqueItems multipleOf deprecated $dynamicRef $vocabulary id")  # fmt: skip
    for _ in range(random.randint(1, 3)):
        node = random.choice(nodes)
        node[random.choice([*words.split(), *node])] = random.choice(odd)
    return document


def _nested(keyword: str) -> Callable[[Random, bytes], bytes]:
    def make(random: Random, good: bytes) -> bytes:
        depth = _size(random, 50, 150, 900, 5000, 100_000)
        opened = {"allOf": '{"allOf":[', "not": '{"not":', "properties": '{"properties":{"api":', "items": '{"items":'}[
            keyword
        ]
        closed = {"allOf": "]}", "not": "}", "properties": "}}", "items": "}"}[keyword]
        return f"{opened * depth}{{}}{closed * depth}".encode()

    return make


def _references(random: Random, good: bytes) -> Any:
    reference = random.choice((
        *("#", "#/", "#/$defs/a", "#/absent", "#absent", "#/properties/a%2", "#/%", "other.json", "/etc/passwd", "file:///etc/passwd"),
        *("http://127.0.0.1:1/x.json", "https://example.invalid/x", "urn:x:y", "ftp://x/y", "", " ", "::", "http://[", "#/~2", "\udcff"),
    ))  # fmt: skip
    return {
        "$ref": reference,
        "properties": {"api": {"$ref": reference}},
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
    }


def _reference_laughs(random: Random) -> Any:
    """A few references that unfold to more checks than a machine can do."""
    width, depth = random.choice(((2, 30), (3, 20), (2, 10), (9, 9)))
    keyword = random.choice(("allOf", "anyOf", "oneOf"))
    last = random.choice(({"type": "string"}, {"type": "object"}, {}))
    levels = {f"d{n}": {keyword: [{"$ref": f"#/$defs/d{n - 1}"}] * width} for n in range(1, depth + 1)}
    return {"$ref": f"#/$defs/d{depth}", "$defs": {"d0": last, **levels}}


def _recursive(random: Random, good: bytes) -> Any:
    step = random.choice(
        ({"$ref": "#"}, {"allOf": [{"$ref": "#"}]}, {"anyOf": [{"$ref": "#/$defs/t"}]}, {"$dynamicRef": "#n"})
    )
    tree = {"$dynamicAnchor": "n", "additionalProperties": step, "items": step, "propertyNames": step}
    return {"$defs": {"t": tree}, **random.choice(({"$ref": "#/$defs/t"}, step, tree))}


_SCHEMAS: dict[str, Callable[[Random, bytes], Any]] = {
    **{f"spoilt-{number}": _spoilt for number in range(8)},
    **{f"mutated-{number}": _mutated for number in range(4)},
    "truncated": lambda random, good: good[: random.randrange(len(good))],
    "empty": lambda random, good: random.choice((b"", b" ", b"\n", b"null", b"true", b"false", b"3", b'"x"', b"[]", b"{}", b"{}{}")),
    "noise": lambda random, good: random.randbytes(500),
    "encoding": lambda random, good: random.choice((b"\xef\xbb\xbf" + good, good.decode().encode("utf-16"), b"\xff\xfe" + good)),
    "nul": lambda random, good: good.replace(b"object", b"obj\0ect"),
    "surrogate": lambda random, good: b'{"description": "\\ud800", "pattern": "\\udfff", "enum": ["\\ud800"]}',
    "constants": lambda random, good: b'{"minimum": ' + random.choice((b"NaN", b"Infinity", b"-Infinity", b"1e999", b"1" * 5000)) + b"}",
    "nested-allOf": _nested("allOf"),
    "nested-not": _nested("not"),
    "nested-properties": _nested("properties"),
    "nested-items": _nested("items"),
    "brackets": lambda random, good: b"[" * _size(random, 100, 2000, 200_000),
    "references": _references,
    "recursive": _recursive,
    "drafts": lambda random, good: {"$schema": random.choice((
        *("", "draft-07", "http://json-schema.org/draft-03/schema#", "https://json-schema.org/draft/next/schema", 3, None, [], "urn:x"),
        *("http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-06/schema", "file:///x", "http://[", "#"),
    ))},
    "patterns": lambda random, good: {"additionalProperties": {"type": "object"}, "patternProperties": {random.choice((
        *("(", "[", "(?=x)", "(?<a>x)\\1", "(a+)+$", "a{100000}", "(a{1000}){1000}", "\\Z", "\\p{Foo}", "\udcff", "*", "(?P<n", "[z-a]"),
        *("(" * 5000 + ")" * 5000, "x" * 100_000, "\0", "^(([a-z])+.)+[A-Z]([a-z])+$"),
    )): False}},
    "large-enum": lambda random, good: {"properties": {"api": {"enum": list(range(_size(random, 10, 200_000)))}}},
    "large": lambda random, good: {"properties": {f"k{n}": {"type": "string", "pattern": f"^{n}"} for n in range(20_000)}},
    "too-large": lambda random, good: b" " * 6 * 2**20 + good,
    "refuses-all": lambda random, good: random.choice((False, {"not": {}}, {"enum": []}, {"type": []}, {"oneOf": []}, {"allOf": [False]})),
    "reference-laughs": lambda random, good: _reference_laughs(random),
    "reference-tree": lambda random, good: {"$ref": "#/$defs/t", "$defs": {"t": {random.choice(("anyOf", "allOf", "oneOf")): [
        {"additionalProperties": {"$ref": "#/$defs/t"}, "items": {"$ref": "#/$defs/t"}, "maxProperties": n} for n in (9, 8)]}}},
    "deep-value": lambda random, good: b'{"' + random.choice((b"default", b"const", b"enum", b"x-y")) + b'": ' + b"[" * (n := _size(random, 100, 900, 3000))
        + b"]" * n + b"}",
    "deep-open": lambda random, good: b'{"a":' * _size(random, 100, 900, 500_000),
    "numbers": lambda random, good: {"properties": {"api": {"minProperties": random.choice((10**30, -3, 1.5, 1e300)), "maxProperties": 10**400},
        "a": {"multipleOf": random.choice((0, -1, 1e-308, 5e-324))}}},
    "many-properties": lambda random, good: {"additionalProperties": False, "properties": {f"k{n}": {} for n in range(_size(random, 100, 200_000))}},
    "many-branches": lambda random, good: {random.choice(("oneOf", "anyOf")): [{"required": [f"k{n}"]} for n in range(_size(random, 100, 50_000))]},
    "unique": lambda random, good: {"additionalProperties": {"type": "object"}, "uniqueItems": True, "items": {"uniqueItems": True}},
    "many-required": lambda random, good: {"required": [f"k{n}" for n in range(_size(random, 50, 20_000))]},
    "dead-ids": lambda random, good: {"$id": random.choice(("", "#", "http://[", "x y", 3, "urn:", "../x")), "properties": {"a": {"$id": "#a"}}},
}  # fmt: skip


def chart_text(random: Random) -> bytes:
    """A Chart.yaml with fields of the wrong kind."""
    fields = {"apiVersion": "v2", "name": "shop", "version": "1.0.0", "type": "application", "appVersion": '"1"'}
    for _ in range(random.randint(0, 2)):
        fields[random.choice([*fields, "kubeVersion", "dependencies", "annotations", "deprecated"])] = random.choice(
            _ODD
        )
    for _ in range(random.randint(0, 2)):
        fields.pop(random.choice(list(fields)), None)
    lines = [f"{name}: {value}" for name, value in fields.items()]
    entries = [_entry(random) for _ in range(_size(random, 0, 1, 2, 5, 300))]
    return "\n".join([*lines, "dependencies:" if entries else "", *entries, ""]).encode("utf-8", "surrogatepass")


def _entry(random: Random) -> str:
    fields = {"name": "svc", "version": "1.2.0", "repository": "''", "alias": random.choice(("api", "web", "b"))}
    fields |= {"condition": "api.enabled", "tags": "[x]", "import-values": "[data, {child: a, parent: b}]"}
    ranges = (
        "^1",
        ">=0",
        "1.x || 2",
        "*",
        "~1.2",
        "1.2.0 - 2",
        "a",
        "1" * 300,
        ">=" * 200,
        "x.y.z",
        ">1 <2",
        "= 1.2.0",
        "''",
    )
    imports = ("[null]", "[[]]", "[{child: 1}]", "[{child: a.b.., parent: ..}]", "{a: 1}", "[{}]", "[api]", "[global]")
    more = {
        "version": ranges,
        "import-values": imports,
        "condition": ("a..b", ".", ",", "a,b,,", "'a b'", "global", "api"),
    }
    for _ in range(random.randint(0, 3)):
        name = random.choice(list(fields))
        fields[name] = random.choice((*more.get(name, ()), *_ODD))
        if random.random() < 0.3:
            del fields[name]
    if random.random() < 0.1:
        return f"- {random.choice(_ODD)}"
    return "- " + "\n  ".join(f"{name}: {value}" for name, value in fields.items())


def template_text(random: Random) -> tuple[str, bytes]:
    """A chart template, or another file that nobody parses as YAML, with something wrong."""
    kinds: dict[str, Callable[[], bytes]] = {
        "noise": lambda: random.randbytes(random.randrange(3000)),
        "open": lambda: random.choice((b"{{", b"{{ if", b"{{ end }}", b"{{/*", b'{{ "', b"{{ `", b"{{ $ := ", b"}}", b"{{- with .Values", b"{{ .Values..a }}")),
        "nul": lambda: b"{{ .Values.a }}\0{{ \0 }}",
        "encoding": lambda: random.choice((b"\xff\xfe{{", "{{ .Values.ä }}".encode("utf-16"), b"\xef\xbb\xbf{{ .Values.a }}", b"{{ .Values.\xff }}")),
        "deep-parens": lambda: b"{{ " + b"(" * (n := _size(random, 50, 500, 50_000)) + b".Values.a" + b")" * n + b" }}",
        "deep-blocks": lambda: b"{{ if .Values.a }}" * (n := _size(random, 50, 500, 50_000)) + b"{{ end }}" * n,
        "long-path": lambda: b"{{ .Values" + b".a" * _size(random, 50, 5000, 500_000) + b" }}",
        "long-pipe": lambda: b"{{ .Values.a" + b" | quote" * _size(random, 50, 5000, 100_000) + b" }}",
        "many": lambda: b"{{ .Values.a }}{{ $x := .Values }}{{ $x.b }}" * _size(random, 50, 20_000),
        "recursion": lambda: b'{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}{{ include "a" .Values }}{{ end }}{{ include "a" . }}',
        "laughs": lambda: b"".join(b'{{ define "d%d" }}%s{{ end }}' % (n, (b'{{ include "d%d" . }}' % (n - 1)) * 3) for n in range(1, 40))
        + b'{{ define "d0" }}{{ .Values.a }}{{ end }}{{ include "d39" . }}',
        "mutated": lambda: _mutated(random, b'{{- range $k, $v := .Values.api }}\n{{ $k }}: {{ $v | toYaml | nindent 2 }}\n{{- end }}\n{{ include "x" . }}'),
        "lock": lambda: b"dependencies:\n- &a {name: *a}\ndigest: " + b"x" * _size(random, 10, 6_000_000),
    }  # fmt: skip
    kind = random.choice(list(kinds))
    return kind, kinds[kind]()


def ignore_text(random: Random) -> bytes:
    """A .helmignore with something wrong."""
    return random.choice((
        *(b"**", b"[", b"[z-a]", b"[]", b"\\", b"!", b"!*", b"*", b"/", b"//", b"a/**/b", b"\xff\xfe", b"\0", b"[^", b"[!a]", b"#", b"charts/"),
        *(b"*" * 3000, b"x" * 100_000, b"a*" * 40 + b"b", b"values*\n" * 20_000, b"!values.yaml\n", b"Chart.yaml\n"),
    ))  # fmt: skip


def own_text(random: Random, good: bytes) -> tuple[str, bytes]:
    """A file of shunter's own with something wrong, and what it is."""
    if random.random() < 0.4:
        return yaml_text(random, good)
    lines = good.decode().splitlines()
    odd = (
        "name",
        "kind",
        "values_files",
        "helm",
        "cars",
        "library",
        "train",
        "history",
        "services",
        "layout",
        "rules",
        "owners",
    )
    for _ in range(random.randint(1, 3)):
        if random.random() < 0.6:
            index = random.randrange(len(lines))
            key = lines[index].partition(":")[0]
            lines[index] = f"{key}: {random.choice(_ODD)}"
        else:
            lines.append(
                f"{random.choice(odd)}: {random.choice((*_ODD, '[../x.yaml]', '[1, null]', '{orders: {chart: {path: /}}}'))}"
            )
    return "fields", "\n".join([*lines, ""]).encode("utf-8", "surrogatepass")
