"""Lints on what values say: secrets in plain text, keys that their chart calls deprecated, nulls over defaults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from shunter.core.goyaml.document import Document, KeyPath, value_at
from shunter.core.schema.compile import compile_schema, references_of
from shunter.core.schema.references import References
from shunter.core.values.coalesce import Coalesced, Slice
from shunter.core.values.layering import GLOBAL, table_at
from shunter.core.values.sops import has_marks, is_encrypted
from shunter.model.findings import Finding, Kind, Severity
from shunter.model.wording import dotted, type_of, with_article

_SECRET_KEY: Final = re.compile(
    r"(?:^|[a-z0-9_.-])(?:pass(?:word|wd|phrase)|secret|token|api[_-]?key|private[_-]?key|access[_-]?key"
    r"|secret[_-]?key|connection[_-]?string)$",
    re.IGNORECASE,
)
_REFERENCE_KEY: Final = re.compile(
    r"(?:existing|name|ref|key|pull)[_-]?secrets?$|initial[_-]?cluster[_-]?token$", re.IGNORECASE
)
_PLACEHOLDER: Final = re.compile(
    r"\s*$|[<$%{]|.*\{\{|(?:ref|secretref|vault|ssm|sops|env|file)[+:]|x{3,}$|[*.]{3,}$"
    r"|(?:change|replace|fill|set|insert|enter)[-_ ]?(?:me|this|it|in|here)(?![a-z])|your[-_ ]"
    r"|(?:todo|tbd|fixme|redacted|placeholder|example|dummy|none|null|n/a|optional|disabled)(?![a-z0-9])"
    r"|-----BEGIN [A-Z ]*-----[\s.]*-----END",
    re.IGNORECASE,
)
_LETTERS: Final = re.compile(r"[a-z]+(?:[-_ .][a-z]+)*", re.IGNORECASE)
_DESCRIBING: Final = re.compile(
    r"(?:my|your|some|test|sample|fake|demo)[a-z]*(?:pass(?:word|wd|phrase)?|token|secret|key)"
)
_GENERIC: Final = frozenset(("pass", "password", "passwd", "passphrase", "token", "secret", "apikey", "key"))
_SHOWN: Final = re.compile(
    r"\s*|~|<[^<>]*>|\$\{[^{}]*\}|\$\([^()]*\)|(?:change|replace|fill|set|insert|enter)[-_ ]?(?:me|this|it|in|here)"
    r"|todo|tbd|fixme|redacted|placeholder|example|dummy|none|null|n/a|optional|disabled|x{3,}|[*.]{3,}"
    r"|(?:ref|secretref|vault|ssm)[+:]\S*",
    re.IGNORECASE,
)
"""What may be shown of a secret: a placeholder that is the whole value, a reference to where the secret is."""
_MARK: Final = re.compile(r"&\S+|!(?!!)\S+")
_PASSWORD: Final = re.compile(r"pass(?:word|wd|phrase)$", re.IGNORECASE)
_SHORTEST_NUMBER: Final = 1_000
"""A number that is a password: below, it is rather a switch, a length or a count."""
_NO_SECRET: Final = re.compile(r"/[\w./-]+$|[a-z][a-z0-9+.-]*://[^\s@]*$|[\w.-]+/[\w./-]+:[\w.-]+$")
"""A path, an address without a password, an image: what tokens and secrets are read from."""
SECRET_VALUE: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?![\s.]*-----END)"
    r"|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bglpat-[A-Za-z0-9_-]{20}\b"
    r"|\bxox[abpr]-[A-Za-z0-9-]{10,}|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*"
    r"|(?<=://)[^\s/:@\"'$<{%]*:[^\s/:@\"'$<{%*][^\s/@\"']*(?=@)"
)
_NAMING: Final = re.compile(r"(?:^|[a-z0-9_-])(?:secret[_-]?key|secret)$", re.IGNORECASE)
_OWN_SECRET: Final = re.compile(
    r"(?:api|app|auth|client|consumer|cookie|encryption|hmac|jwt|master|session|shared|signing|webhook)[_-]?secret$",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"(?:[a-z]+[0-9]*|[0-9]{1,4})(?:[-.](?:[a-z]+[0-9]*|[0-9]{1,4}))+")
_RANDOM: Final = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])\S{12,}")


def reshaped(part: Slice, document: Document) -> Iterator[Finding]:
    """Maps in a values file over what is none in the chart's own values, and the other way round.

    Helm drops what the chart has there, and at most warns in its log (`Not a table`).
    """
    table = table_at(document.value or {}, part.path)
    for path in _reshaped(table or {}, part.chart.values.value or {}):
        own: KeyPath = (*part.path, *path)
        default = _at(part.chart.values.value, path)
        message = f"`{dotted(own)}` replaces {_shape(default)} of chart {part.name}, which Helm drops"
        related = (("the default", part.chart.values.span(path)),)
        hint = "write a map" if isinstance(default, dict) else f"write {_shape(default)}, not a map"
        value, key = document.span(own), document.span(own, of="key")
        span = key if key.line < value.line else value
        yield Finding("not-a-table", message, span, Kind.LINT, Severity.WARNING, own, (), related, hint)


def _shape(value: Any) -> str:
    return with_article(type_of(value))


def _reshaped(values: dict[str, Any], defaults: dict[str, Any]) -> Iterator[KeyPath]:
    for key in values.keys() & defaults.keys():
        value, default = values[key], defaults[key]
        both = isinstance(value, dict) and isinstance(default, dict)
        if both:
            yield from ((key, *path) for path in _reshaped(value, default))
        elif _is_reshaped(value, default):
            yield (key,)


def _is_reshaped(value: Any, default: Any) -> bool:
    """Whether one of two values is a map and the other is none; nulls and empty defaults stand for any shape."""
    filled = default is not None and default not in ("", [], {})
    return filled and value is not None and isinstance(value, dict) is not isinstance(default, dict)


def secrets(document: Document) -> Iterator[Finding]:
    """What looks like a secret in plain text in one values file."""
    found: list[tuple[KeyPath, str]] = []
    _collect(document.value or {}, (), "", has_marks(document), found)
    for path, value in found:
        if not value:
            yield from _lost_secret(document, path)
        elif not is_encrypted(value):
            message = f"`{dotted(path)}` looks like a secret in plain text"
            hint = "name an external secret instead, or encrypt the file with SOPS"
            yield Finding(
                "plaintext-secret", message, document.span(path), Kind.LINT, Severity.WARNING, path, hint=hint
            )


def _lost_secret(document: Document, path: KeyPath) -> Iterator[Finding]:
    """What YAML takes for a name of its own, such as an anchor, in the place of a secret that has no quotes."""
    raw = document.raw(path)
    if _MARK.fullmatch(raw):
        message = f"`{dotted(path)}` is empty to Helm: what begins with `{raw[0]}` is no text without quotes"
        span, hint = document.span(path), "quote it, or delete it if it is meant to be empty"
        yield Finding("plaintext-secret", message, span, Kind.LINT, Severity.WARNING, path, hint=hint)


def _collect(node: Any, path: KeyPath, key: str, marked: bool, found: list[tuple[KeyPath, str]]) -> None:
    """Add what looks secret below a map or list, and what is empty and called so.

    `key` is the nearest one above, `marked` as `has_marks`.
    """
    for step, item in node.items() if node.__class__ is dict else enumerate(node):
        name = _name_of(node, step) if step.__class__ is str else key
        if item.__class__ is str:
            if (_is_named(name) and (not item or looks_secret(name, item))) or (marked and SECRET_VALUE.search(item)):
                found.append(((*path, step), item))
        elif item is None:
            if _is_named(name):
                found.append(((*path, step), ""))
        elif item.__class__ in (int, float):
            if abs(item) >= _SHORTEST_NUMBER and _PASSWORD.search(name):
                found.append(((*path, step), str(item)))
        elif item.__class__ in (dict, list):
            _collect(item, (*path, step), name, marked, found)


def _name_of(node: dict[str, Any], key: str) -> str:
    """What the value of a key is called: its `name`, where `value` stands beside one, as in a list of variables."""
    name = node.get("name") if key == "value" else None
    return name if isinstance(name, str) else key


def called(path: KeyPath, values: Any) -> KeyPath:
    """A key path by what its value is called: `env[0].DB_PASSWORD` for the `value` beside that `name` in `values`."""
    pair = value_at(values, path[:-1]) if path[-1:] == ("value",) else None
    return (*path[:-1], _name_of(pair, "value")) if isinstance(pair, dict) else path


@lru_cache(4096)
def _is_named(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None


def is_named_secret(path: KeyPath) -> bool:
    """Whether a key path leads to what is called like a secret, or into a map or list below it."""
    return secret_step(path) is not None


def secret_step(path: KeyPath) -> int | None:
    """The place in a key path of the first key that is called like a secret."""
    return next((at for at, step in enumerate(path) if isinstance(step, str) and _names_secret(step)), None)


def _names_secret(key: str) -> bool:
    return _is_named(key) and not _REFERENCE_KEY.search(key)


def is_secret(path: KeyPath, value: Any) -> bool:
    """Whether the scalar at a key path must not be shown. A switch in a map below a secret's name, or null, may."""
    if value is None or not is_named_secret(path):
        return False
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    return value.__class__ is not bool or _names_secret(name)


def veiled(value: Any, path: KeyPath, *, switches: bool = True) -> Any:
    """The value at a key path with asterisks for every secret in it: what messages may quote.

    Without `switches` a boolean is shown: it is none, unless its text, such as `yes`, was meant to be one.
    """
    if isinstance(value, dict):
        return {key: veiled(item, (*path, _name_of(value, key)), switches=switches) for key, item in value.items()}
    if isinstance(value, list):
        return [veiled(item, (*path, index), switches=switches) for index, item in enumerate(value)]
    if not is_secret(path, value) or (value.__class__ is bool and not switches):
        return SECRET_VALUE.sub(lambda match: "*" * len(match[0]), value) if isinstance(value, str) else value
    if isinstance(value, str):
        return value if _SHOWN.fullmatch(value) or is_encrypted(value) else "*" * len(value)
    return "***"


def may_be_secret(key: str, value: str) -> bool:
    """Whether a key is called like a secret, and has a value of its own rather than a reference or a placeholder."""
    return _names_secret(key) and not _PLACEHOLDER.match(value)


def is_hidden(key: str, value: str) -> bool:
    """Whether the text of a value is shown to nobody: more than surely is a secret, all but a whole placeholder."""
    return _names_secret(key) and not _SHOWN.fullmatch(value)


def looks_secret(key: str, value: str) -> bool:
    """Whether what may be a secret is surely one: no path or address that says where one is, and no name of one.

    `secret` and `secretKey` mostly name a Secret or a key of one, so there the value has to look like random text.
    """
    if not may_be_secret(key, value) or _NO_SECRET.match(value) or _says_what_it_is(key, value):
        return False
    naming = _NAMING.search(key) and not _OWN_SECRET.search(key)
    return _RANDOM.fullmatch(value) is not None and not _NAME.fullmatch(value) if naming else True


def _says_what_it_is(key: str, value: str) -> bool:
    """Whether a value describes what is to be written, such as `password: password` and `token: YourApiToken`."""
    if not _LETTERS.fullmatch(value):
        return False
    words, own = (re.sub(r"[^a-z]", "", text.lower()) for text in (value, key))
    return words in _GENERIC or words == own or _DESCRIBING.fullmatch(words) is not None


def deprecated(coalesced: Coalesced, part: Slice) -> Iterator[Finding]:
    """Keys that a chart's schema marks as deprecated and a file other than the chart's own sets."""
    assert part.chart.schema is not None
    references = references_of(compile_schema(part.chart.schema))
    for path, schema in _deprecated(references, references.document, part.values, ()):
        origin = coalesced.origin((*part.path, *path))
        if origin is None or origin[0] is part.chart.values:
            continue
        message = f"`{dotted(origin[1])}` is deprecated in {part.chart.name} {part.chart.version}"
        hint = str(schema.get("description") or "see the chart's notes for what replaces it").split("\n")[0]
        span = origin[0].span(origin[1], of="key")
        yield Finding("deprecated-key", message, span, Kind.LINT, Severity.WARNING, origin[1], hint=hint)


def dropped_defaults(coalesced: Coalesced, document: Document) -> Iterator[Finding]:
    """Nulls in one values file that delete a map which a chart has by default and whose keys its templates read."""
    for path in nulls(document.value or {}):
        default = _default(coalesced, path)
        if default is None or _at(coalesced.values, path) is not None or not _is_read(*default):
            continue
        part, own = default
        message = f"the null of `{dotted(path)}` deletes the chart's default"
        hint = "drop the key to keep the default; leave it where no value is what you want"
        if still := _still_given(coalesced, path):
            message += f" for {part.name} alone: {' and '.join(still)} still get it"
            hint = "Helm hands subcharts the default of `global` all the same: change it there"
        related = (("the default", part.chart.values.span(own)),)
        yield Finding(
            "null-over-default", message, document.span(path), Kind.LINT, Severity.NOTE, path, (), related, hint
        )


def _is_read(part: Slice, path: KeyPath) -> bool:
    """Whether a default is a map of which some template of the chart, or of one below it, reads a key."""
    below = f".{path[-1]}.".encode()
    if not _at(part.chart.values.value, path) or not isinstance(_at(part.chart.values.value, path), dict):
        return False
    return any(below in (part.chart.read(file) or b"") for file in part.chart.files if "templates/" in file)


def _still_given(coalesced: Coalesced, path: KeyPath) -> list[str]:
    """The subcharts that get a value of `global` which a null deletes for the chart that they are part of."""
    subcharts = (part for part in coalesced.slices if part.path and path[0] == GLOBAL)
    return [part.name for part in subcharts if _at(part.values, path) is not None]


def nulls(tree: dict[str, Any], path: KeyPath = ()) -> Iterator[KeyPath]:
    """The key paths of all nulls in maps."""
    for key, value in tree.items():
        if value is None:
            yield (*path, key)
        elif value.__class__ is dict:
            yield from nulls(value, (*path, key))


def _default(coalesced: Coalesced, path: KeyPath) -> tuple[Slice, KeyPath] | None:
    """The chart, the outermost first, whose own file sets a value at a path, and the path in there."""
    for part in coalesced.slices:
        own = path[len(part.path) :]
        if path[: len(part.path)] != part.path or not own:
            continue
        if _at(part.chart.values.value, own) is not None:
            return part, own
    return None


def _at(value: Any, path: KeyPath) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _deprecated(
    references: References, schema: Any, value: Any, path: KeyPath
) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    schema = references.followed(schema)
    if not isinstance(schema, dict):
        return
    if schema.get("deprecated") is True and path:
        yield path, schema
        return
    for branch in schema.get("allOf", []):
        yield from _deprecated(references, branch, value, path)
    if isinstance(value, dict):
        for key, item in schema.get("properties", {}).items():
            if key in value:
                yield from _deprecated(references, item, value[key], (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _deprecated(references, schema.get("items"), item, (*path, index))
