"""Random schemas of every draft, with every keyword, right and broken ones; values for them; patterns; formatted text."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

DRAFTS = {
    4: "http://json-schema.org/draft-04/schema#",
    6: "http://json-schema.org/draft-06/schema#",
    7: "http://json-schema.org/draft-07/schema#",
    2019: "https://json-schema.org/draft/2019-09/schema",
    2020: "https://json-schema.org/draft/2020-12/schema",
}
KEYS = ("a", "b", "c", "a b", "\u00e4", "0", "")
TEXTS = (
    "", "a", "b", "abc", "a\nb", "\u00e4", "\U0001f600", "2020-01-01", "10.0.0.1", "::1", "x@y.z", "http://a/b", "1.0",
    "A", "aaaa", "foo.bar", "e\u0301", "P1D", "12:00:00Z", "/a/b", "a\n", " ", "\u212a", "\u017f", "1",
)  # fmt: skip
NUMBERS = (0, 1, -1, 1.0, 1.5, 0.1, 0.3, 2, 3, 10, 1e3, 1e20, 1e300, 0.01, 4.35, 19.99, 1e-8, 100, 2**53, 0.0075)
TYPES = ("null", "boolean", "object", "array", "number", "string", "integer")
PATTERNS = (
    r"^a", r"a$", r"^[a-z]+$", r"\d", r"\w+$", r"^.$", r"^\s*$", r"\p{L}", r"[[:alpha:]]", r"^(?i)a|b$", r"(?i:A)",
    r"a{2,3}", r"\Aa\z", r"^\S+$", r"^[^/]+$", r"(a)\1", r"(?=a)", r"(?!a)", r"a\Z", r"\/", r"[\w.-]+", r"(?P<n>a)",
    r"(?<n>a)", r"\x41", r"\u0041", r"\cA", r"[a-\d]", r"\-", r"a**", r"(?#c)a", r"{", r"a{,2}", r"a{1001}", r"a{02}",
    r"\Q.\E", r"\pL", r"\p{Greek}", r"\p{Letter}", r"[\p{L}&&[a]]", r"\h", r"\_", r"]", r"}", r"[]a]", r"[^]]",
    r"[a-z&&b]", r"(?s).", r"(?m)^a$", r"(?x)a b", r"(?U)a+", r"\C", r"\R", r"\0", r"\101", r"[\b]", r"\p{^L}",
    r"[^\d\D]", r"(?>a)", "\u00e9", "[\U0001f600]", r"\x{1F600}", r"a{2}{3}", r"^*", r"|", r"()", r"[a--b]", r"[a||b]",
    r"[a~~b]", r"#", r"\<", r"\%", "\\\u00e9", r"(a{500}){3}", r"(?i)(?-i)a", r"a(?i)+", r"[[:^digit:]a]", r"\8", r"(",
    r")", r"[", r"[z-a]", r"\p{Foo}", r"(?-)", r"x*?", r"x{2,1}", r"(?U)a+?b", r"(?m)\Aa\z", r"[[:foo:]]", "\\",
)  # fmt: skip
FORMATTED = {
    "date": ("2024-02-29", "2023-02-29", "0000-01-01", "2024-1-1"),
    "time": ("12:00:00Z", "12:00:00.5+01:00", "23:59:60Z", "00:59:60+01:00", "+1:00:00Z", "12:00:00+0100", "12:00:00.Z"),
    "date-time": ("2024-01-01T12:00:00Z", "2024-01-01t12:00:00z", "2024-01-01 12:00:00Z", "2024-01-01T12:00:00"),
    "email": ("a@b", "a..b@c", '"a b"@c', "a@[1.2.3.4]", "a@[IPv6:::1]", "a@-b", '"@c', "\u00e9@b", "a@b@c"),
    "hostname": ("a.b", "a.", "a..b", "-a", "a_b", "x" * 64, "xn--a", ""),
    "ipv4": ("1.2.3.4", "01.2.3.4", "+1.2.3.4", "256.1.1.1", "1.2.3", "-0.1.1.1"),
    "ipv6": ("::1", "fe80::1%eth0", "::ffff:1.2.3.4", "1:2:3:4:5:6:7", "12345::", "1.2.3.4", "::01.2.3.4"),
    "uri": (
        "http://a:80/b?c#d", "a", "//a", "mailto:x", "http://[::1]:80", "http://a:1:2", "x://a:1:2", "http://a b", ":a",
        "http://a/%zz", "http://%41", "http://u u@h", "1a:b", "///a", "http://[1.2.3.4]", "http://a[b]", "*", "a:b:c",
        "http://[fe80::1%25en0]", "http://a^b", "x:", "http://a?%zz", "http://a#%zz", "\\a", "a\x00b", "http://\u00e9",
    ),
    "uri-template": ("http://a/{b}", "{", "/{a}/{b}", "{a{b}}", "/%7Ba", "/}{", "/{/a}", "/{a}%7B", "x:{", "http://{a}"),
    "json-pointer": ("", "/a~0", "a", "/~2", "/~"),
    "relative-json-pointer": ("0", "01", "0#", "1/a", "#", "-1"),
    "uuid": ("123e4567-e89b-12d3-a456-426614174000", "{123e4567-e89b-12d3-a456-426614174000}", "g"),
    "duration": ("P1D", "P1W", "PT", "P1Y2M3DT4H5M6S", "P1M1Y", "P1.5D", "P1W1D", "P", "PT1S1M"),
    "period": ("P1D/2024-01-01T12:00:00Z", "2024-01-01T12:00:00Z/P1D", "P1D/P1D", "/"),
    "semver": ("1.2.3", "1.2", "01.2.3", "1.2.3-01", "1.2.3-0a+b.01", "1.2.3+", "v1.2.3", "1.2.3-a..b"),
    "regex": ("a", "(", "(?=a)", "a{,2}"),
    "idn-email": ("x", "a@b"),
    "idn-hostname": ("::", "a"),
    "color": ("x",),
}  # fmt: skip
FORMATTED |= {"iri": FORMATTED["uri"], "uri-reference": FORMATTED["uri"], "iri-reference": FORMATTED["uri"]}
_NOISE = "0123456789aZz.:-+/~%#?@[]{}\"'\\ TPYMDHSW\u00e9\n\t_"


def formatted(random: Random, name: str) -> str:
    """Text that is nearly of a format, or of another one."""
    text = random.choice(FORMATTED[name if random.random() < 0.9 else random.choice(list(FORMATTED))])
    for _ in range(random.choice((0, 1, 1, 2))):
        at, action = random.randrange(len(text) + 1), random.random()
        text = text[:at] + (random.choice(_NOISE) if action < 0.7 else "") + text[at + (action > 0.4) :]
    return text


def pattern(random: Random) -> str:
    """Some parts of patterns in a row: Go refuses more than half."""
    return "".join(random.choice(PATTERNS) for _ in range(random.choice((1, 2, 2, 3))))


def value(random: Random, depth: int = 0) -> Any:
    """A JSON value."""
    roll = random.random()
    if depth < 3 and roll < 0.3:
        return {random.choice(KEYS): value(random, depth + 1) for _ in range(random.randint(0, 4))}
    if depth < 3 and roll < 0.45:
        return [value(random, depth + 1) for _ in range(random.randint(0, 4))]
    return random.choice(TEXTS if roll < 0.7 else NUMBERS if roll < 0.9 else (None, True, False))


def values(random: Random) -> dict[str, Any]:
    """A chart's values."""
    found = value(random) if random.random() < 0.3 else {"v": value(random), "w": value(random)}
    return found if isinstance(found, dict) else {"v": found}


def schema(random: Random) -> dict[str, Any]:
    """A schema; about one in fifteen is broken."""
    draft = random.choice(list(DRAFTS))
    store = "$defs" if draft >= 2019 else "definitions"
    references: tuple[str, ...] = (f"#/{store}/d0", f"#/{store}/d1", "#") if random.random() < 0.5 else ()
    if references and random.random() < 0.4:
        references += ("#anchor", "sub.json", "sub.json#/properties/a", "#/properties/v")
    maker = _Maker(random, draft, references)
    found: dict[str, Any] = maker.schema(0)
    if random.random() < 0.7:
        found = {"properties": {"v": maker.schema(1)}, **(found if random.random() < 0.3 else {})}
    if references:
        found[store] = {"d0": maker.schema(2), "d1": maker.schema(2)}
        maker.name(found, found[store])
    if draft != 2020 or random.random() < 0.5:
        found["$schema"] = DRAFTS[draft]
    return found


_T = TypeVar("_T")
Part = Callable[[], _T]


class _Maker:
    def __init__(self, random: Random, draft: int, references: tuple[str, ...]) -> None:
        self.random = random
        self.draft = draft
        self.references = references
        self.size: Callable[[], int | float] = lambda: random.choice((0, 1, 2, 3, 2.0))

    def schema(self, depth: int) -> Any:
        if depth > 0 and self.draft > 4 and self.random.random() < 0.06:
            return self.random.choice((True, False))
        made: dict[str, Any] = {}
        for _ in range(self.random.choice((1, 1, 2, 2, 3, 4)) if depth < 4 else 0):
            made |= self.keyword(depth + 1)
        return made

    def name(self, root: dict[str, Any], below: dict[str, Any]) -> None:
        """Names for the schemas that references ask for."""
        identity = "id" if self.draft == 4 else "$id"
        for target in [schema for schema in below.values() if isinstance(schema, dict)]:
            roll = self.random.random()
            if roll < 0.3:
                target.update({"$anchor": "anchor"} if self.draft >= 2019 else {identity: "#anchor"})
            elif roll < 0.6:
                target[identity] = "sub.json"
            elif roll < 0.8 and self.draft == 2020:
                target["$dynamicAnchor"] = "meta"
        if self.random.random() < 0.15:
            root[identity] = self.random.choice(("root.json", "urn:x:y", "file:///a/b.json"))

    def keyword(self, depth: int) -> dict[str, Any]:
        random, below = self.random, lambda: self.schema(depth)
        groups = [self._plain, self._plain, self._objects, self._objects, self._arrays, self._logic, self._references]
        return random.choice(groups)(below)

    def _plain(self, _below: Callable[[], Any]) -> dict[str, Any]:
        random = self.random
        return self.one(
            lambda: {"type": random.choice(TYPES)},
            lambda: {"type": random.sample(TYPES, random.randint(1, 3))},
            lambda: {"enum": [value(random, 1) for _ in range(random.randint(1, 4))]},
            lambda: {"const": value(random, 1)},
            lambda: {"pattern": random.choice(PATTERNS)},
            lambda: {"format": random.choice(list(FORMATTED))},
            lambda: {random.choice(("minimum", "maximum")): random.choice(NUMBERS)},
            lambda: {"multipleOf": random.choice((1, 2, 0.1, 0.01, 0.5, 3, 1e-8, 1.0, 7, 0.3, 1e20, 0.0075))},
            lambda: {random.choice(("minLength", "maxLength")): self.size()},
            lambda: (
                {"exclusiveMinimum": True, "minimum": random.choice(NUMBERS)}
                if self.draft == 4
                else {"exclusiveMaximum": random.choice(NUMBERS)}
            ),
            lambda: random.choice(
                ({"title": "t"}, {"default": 1}, {"x-foo": 1}, {"nullable": True}, {"readOnly": True})
            ),
        )

    def _objects(self, below: Callable[[], Any]) -> dict[str, Any]:
        random = self.random
        new: tuple[Part[dict[str, Any]], ...] = (
            lambda: {"dependentRequired": {random.choice(KEYS): [random.choice(KEYS)]}},
            lambda: {"dependentSchemas": {random.choice(KEYS): below()}},
            lambda: {"unevaluatedProperties": self.one(lambda: False, lambda: False, below)},
        )
        return self.one(
            lambda: {"properties": {random.choice(KEYS): below() for _ in range(random.randint(1, 3))}},
            lambda: {"required": random.sample(KEYS, random.randint(self.draft == 4, 2))},
            lambda: {"additionalProperties": self.one(lambda: False, below, lambda: True)},
            lambda: {"patternProperties": {random.choice((*PATTERNS, "^a", "b", ".", "^$", "^.{2}")): below()}},
            lambda: {"propertyNames": below()},
            lambda: {random.choice(("minProperties", "maxProperties")): self.size()},
            lambda: {"dependencies": {random.choice(KEYS): self.one(below, lambda: [random.choice(KEYS)])}},
            *(new if self.draft >= 2019 else ()),
        )

    def _arrays(self, below: Callable[[], Any]) -> dict[str, Any]:
        random = self.random
        new: tuple[Part[dict[str, Any]], ...] = (
            lambda: {"contains": below(), random.choice(("minContains", "maxContains")): self.size()},
            lambda: {"unevaluatedItems": self.one(lambda: False, below)},
            lambda: {"prefixItems": [below()]} if self.draft == 2020 else {},
        )
        return self.one(
            lambda: {"items": below()},
            lambda: {"items": [below(), below()]} if self.draft < 2020 else {"items": below()},
            lambda: {"additionalItems": below()},
            lambda: {"contains": below()},
            lambda: {random.choice(("minItems", "maxItems")): self.size()},
            lambda: {"uniqueItems": True},
            *(new if self.draft >= 2019 else ()),
        )

    def _logic(self, below: Callable[[], Any]) -> dict[str, Any]:
        random = self.random
        return self.one(
            lambda: {random.choice(("allOf", "anyOf", "oneOf")): [below() for _ in range(random.randint(1, 3))]},
            lambda: {"not": below()},
            lambda: {"if": below(), "then": below(), "else": below()},
            lambda: {random.choice(("then", "else")): below()},
            lambda: {"contentEncoding": "base64", "contentMediaType": "application/json", "contentSchema": below()},
        )

    def one(self, *parts: Part[_T]) -> _T:
        """One of the parts, the only one that is made."""
        return self.random.choice(parts)()

    def _references(self, _below: Callable[[], Any]) -> dict[str, Any]:
        if not self.references:
            return {}
        if self.draft == 2019 and self.random.random() < 0.2:
            return {"$recursiveRef": "#"}
        if self.draft == 2020 and self.random.random() < 0.2:
            return {"$dynamicRef": self.random.choice(("#meta", "#/$defs/d0", "#"))}
        return {"$ref": self.random.choice(self.references)}
