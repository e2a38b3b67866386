"""From a schema's raw errors to findings: one per root cause, in words, with a hint and a fix."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from jsonschema_rs import ValidationError

from shunter.core.goyaml.document import Document, KeyPath
from shunter.core.goyaml.plain import scalar_text
from shunter.core.goyaml.scalars import resolve
from shunter.core.rules.content import called, is_secret, veiled
from shunter.core.schema.branches import distance, telling_key
from shunter.core.schema.circles import CIRCLE
from shunter.core.schema.walk import at
from shunter.model.data import dataclass
from shunter.model.findings import Finding, Span, TextEdit
from shunter.model.wording import (
    dotted,
    in_a_list,
    is_slip,
    nearest,
    quoted,
    shown,
    type_of,
    wanted_types,
    with_article,
)

_DIGITS: Final = re.compile(r"[-+]?[0-9]+")
_ZEROS: Final = re.compile(r"^([-+]?)0+(?=[0-9])")
_TAG: Final = re.compile(r"!\S*[ \t]+(?:&\S+[ \t]+)?")


@dataclass(frozen=True, slots=True)
class Subject:
    """One raw error in its place.

    `document` and `path` set the value (`exact`), or are the nearest map above it; `value` is what Helm ends up with;
    `rule` is the schema object that holds the failing keyword; `name` the key path to print;
    `on_null` ends the hint for a null.
    """

    error: ValidationError
    document: Document
    path: KeyPath
    exact: bool
    value: Any
    rule: Any
    name: str
    notes: tuple[str, ...]
    on_null: str = ""

    @property
    def span(self) -> Span:
        """Where the value stands; for a map or list on lines of its own, its key."""
        value, key = self.document.span(self.path), self.document.span(self.path, of="key")
        return key if key.line < value.line and isinstance(self.value, dict | list) else value

    @property
    def raw(self) -> str:
        """The value as it is written, if it stands in a file."""
        return self.document.raw(self.path) if self.exact else ""

    @property
    def is_secret(self) -> bool:
        """Whether the value must not be shown, in no notation."""
        return is_secret(self._called(), self.value)

    def _called(self, *below: str | int) -> KeyPath:
        return called((*self.path, *below), self.document.value)

    def shown(self, value: Any = None, *path: str | int) -> str:
        """The value, or one at `path` in it, as a message quotes it: with asterisks for secrets."""
        return shown(veiled(value if path else self.value, self._called(*path)))

    def said(self, error: ValidationError) -> str:
        """What the validator says of an error here; the schema's words alone where it would show a secret."""
        below = tuple(error.instance_path)[len(self.error.instance_path) :]
        if veiled(error.instance, self._called(*below)) == error.instance:
            return error.message
        keyword = str(error.schema_path[-1])
        asked = at(self.rule, (keyword,)) if error is self.error else None
        words = f"{keyword}: {shown(asked)}" if asked is not None else keyword
        return f"the value does not fit `{words}` of the schema"

    @property
    def bare(self) -> str:
        """The value as it is written, without a tag."""
        return _TAG.sub("", self.raw)

    def finding(self, rule: str, message: str, **more: Any) -> Finding:
        """A finding at the value."""
        more.setdefault("span", self.span)
        notes = (*more.pop("notes", ()), *self.notes)
        return Finding(rule, message, key=more.pop("key", self.path), notes=notes, **more)

    def replace(self, text: str) -> tuple[TextEdit, ...]:
        """The fix that writes `text` for the value; none where the value is not on one line."""
        span = self.span
        raw = self.raw
        tag = _TAG.match(raw)
        if not raw or "\n" in raw or span.end - span.column != len(raw) or (tag and "&" in tag[0]):
            return ()
        return (TextEdit(span, text),)


def explained(subject: Subject) -> Finding:
    """The finding for one raw error that concerns a value (unknown and missing keys: see `key_errors`)."""
    kind = subject.error.kind
    name = type(kind).__name__.removeprefix("ValidationErrorKind_")
    explain = _EXPLAINERS.get(name, _constraint)
    return explain(subject)


def _type(subject: Subject) -> Finding:
    return type_finding(subject, subject.error.kind.as_dict()["types"])


def type_finding(subject: Subject, types: Sequence[str]) -> Finding:
    """The finding for a value of the wrong type."""
    value, raw = subject.value, subject.bare
    wanted = wanted_types(types)
    message = f"`{subject.name}` must be {wanted}, not {with_article(type_of(value))}"
    if value is None:
        hint = f"set it to {wanted}, or drop the key{subject.on_null}"
        return subject.finding("null-value", message, hint=hint)
    if "string" in types and value.__class__ in (bool, int, float) and raw and raw[0] not in "'\"":
        reads = shown(value)
        why = f" (unquoted, YAML reads {reads})" if reads != raw else ""
        return _to_quote(subject, message, why)
    if isinstance(value, str) and _fits(resolve(value), types):
        return _to_bare(subject, message, value)
    if "string" in types and value.__class__ in (bool, int, float) and _flag(subject):
        return subject.finding("unquoted-string", message, hint=_argument(subject, "--set-string", value))
    if "array" in types and value.__class__ is not list:
        hint = "write a list: a line starting with `- ` for each item"
    elif "object" in types:
        hint = "write a map: keys below it, indented"
    else:
        hint = f"write {describe(subject.rule)}"
    return subject.finding("type", message, hint=hint)


def _to_quote(subject: Subject, message: str, why: str) -> Finding:
    """The finding for text that YAML reads as something else, as it has no quotes."""
    text = quoted(subject.bare)
    hint = "quote it" if subject.is_secret else f"quote it: {_key_of(subject)}{text}{why}"
    return subject.finding("unquoted-string", message, hint=hint, fix=subject.replace(text))


def _to_bare(subject: Subject, message: str, value: str) -> Finding:
    """The finding for a number or a boolean that quotes make a string."""
    hint = "remove the quotes" if subject.is_secret else f"remove the quotes: {_key_of(subject)}{value}"
    if _flag(subject):
        plain = _ZEROS.sub(r"\1", value) if _DIGITS.fullmatch(value) else resolve(value)
        hint = _argument(subject, "--set-json" if plain.__class__ is float else "--set", plain)
    return subject.finding("quoted-value", message, hint=hint, fix=subject.replace(value))


def _flag(subject: Subject) -> bool:
    """Whether an argument such as that of `--set` gives the value: it has no quotes, and `--set` takes no YAML."""
    return not subject.raw and subject.document.path.startswith("--set")


def _argument(subject: Subject, flag: str, value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f"write {flag} {subject.name}={'...' if subject.is_secret else text}"


def _key_of(subject: Subject) -> str:
    last = subject.path[-1] if subject.path else ""
    return f"{last}: " if isinstance(last, str) else "- "


def _fits(value: Any, types: Sequence[str]) -> bool:
    if isinstance(value, bool):
        return "boolean" in types
    if isinstance(value, int):
        return "integer" in types or "number" in types
    return isinstance(value, float) and "number" in types


def _enum(subject: Subject) -> Finding:
    kind = subject.error.kind.as_dict()
    options = kind.get("options", [kind.get("expected_value")])
    value, raw = subject.value, subject.bare
    listed = in_a_list([shown(option) for option in options])
    one_of = f"one of {listed}" if len(options) > 1 else listed
    message = f"`{subject.name}` must be {one_of}, not {subject.shown()}"
    if raw and raw in options and raw[0] not in "'\"":
        return _to_quote(subject, message, f" (unquoted, YAML reads {shown(value)})")
    if isinstance(value, str) and (plain := resolve(value)) in options and not isinstance(plain, str):
        return _to_bare(subject, message, value)
    words = [option for option in options if isinstance(option, str)]
    guess = nearest(value, words) if isinstance(value, str) else None
    if guess is None:
        return subject.finding("enum", message, hint=f"write {one_of}")
    hint = f"did you mean `{guess}`?"
    fix = subject.replace(scalar_text(guess)) if is_slip(str(value), guess) else ()
    return subject.finding("enum", message, hint=hint, fix=fix)


def _limit(subject: Subject) -> Finding:
    kind = subject.error.kind
    limit = kind.as_dict()["limit"]
    words = {
        "ExclusiveMaximum": "less than {}",
        "ExclusiveMinimum": "more than {}",
        "Maximum": "at most {}",
        "Minimum": "at least {}",
    }
    bound = next(text for name, text in words.items() if type(kind).__name__.endswith(name)).format(f"{limit:,}")
    parent = subject.rule or {}
    ends = [parent.get("minimum"), parent.get("maximum")]
    hint = f"write a number from {ends[0]} to {ends[1]}" if None not in ends else f"write a number that is {bound}"
    return subject.finding("range", f"`{subject.name}` must be {bound}, not {subject.shown()}", hint=hint)


def _length(subject: Subject) -> Finding:
    limit = subject.error.kind.as_dict()["limit"]
    keyword = str(subject.error.schema_path[-1])
    what = {"Length": "character", "Items": "item", "Properties": "key"}[
        keyword.removeprefix("min").removeprefix("max")
    ]
    few = "at least" if keyword.startswith("min") else "at most"
    count = len(subject.value)
    message = f"`{subject.name}` must have {few} {limit} {what}{'' if limit == 1 else 's'}, not {count}"
    return subject.finding("length", message, hint=f"{'add' if few == 'at least' else 'remove'} some")


def _pattern(subject: Subject) -> Finding:
    from shunter.core.schema import regex

    pattern = regex.original(subject.error.kind.as_dict()["pattern"])
    reason = mismatch(subject.rule)
    why = f": {reason}" if reason else f", which does not match the pattern `{pattern}`"
    message = f"`{subject.name}` is {subject.shown()}{why}"
    return subject.finding("pattern", message, hint=_described(subject, "write text that matches it"))


def mismatch(schema: Any) -> str:
    """What a schema says of text that does not match its pattern, by the keyword that editors know for it."""
    return str(schema.get("patternErrorMessage", "")) if isinstance(schema, dict) else ""


def _format(subject: Subject) -> Finding:
    wanted = subject.error.kind.as_dict()["format"]
    message = f"`{subject.name}` is {subject.shown()}, which is no {wanted}"
    return subject.finding("format", message, hint=_described(subject, f"write a valid {wanted}"))


def _described(subject: Subject, otherwise: str) -> str:
    return description(subject.rule) or otherwise


def description(schema: Any) -> str:
    """The first line of a schema's description; empty if it has none."""
    text = schema.get("description") if isinstance(schema, dict) else None
    return str(text).split("\n")[0] if text else ""


def _alternatives(subject: Subject) -> Finding:
    """`anyOf` and `oneOf`: the branch that the value comes closest to is the one that is explained."""
    branches: list[list[ValidationError]] = subject.error.kind.as_dict()["context"]
    depth = len(subject.error.instance_path)
    types: list[list[str]] = [branch[0].kind.as_dict().get("types") or [] for branch in branches if len(branch) == 1]
    at_top = all(len(branch) == 1 and len(branch[0].instance_path) == depth for branch in branches)
    if at_top and types and all(types) and len(types) == len(branches):
        return type_finding(subject, sorted({name for group in types for name in group}))
    key, options = telling_key(branches, depth)
    if key and subject.exact and subject.document.has((*subject.path, key)):
        return _no_form(subject, key, options)
    message = f"`{subject.name}` fits none of the {len(branches)} forms that the schema allows"
    best = min((branch for branch in branches if branch), key=lambda branch: distance(branch, depth), default=[])
    notes = tuple(f"nearest form: {subject.said(error)}" for error in best[:3])
    return subject.finding("alternatives", message, notes=notes, hint=_described(subject, "see the nearest form"))


def _no_form(subject: Subject, key: str, options: Sequence[str]) -> Finding:
    path = (*subject.path, key)
    listed = in_a_list(options)
    message = f"`{dotted(path)}` must be one of {listed}, not {subject.shown(subject.value[key], key)}"
    return subject.finding("enum", message, key=path, span=subject.document.span(path), hint=f"write one of {listed}")


def _forbidden(subject: Subject) -> Finding:
    message = f"`{subject.name}` is not allowed here"
    return subject.finding("forbidden", message, hint=description(subject.rule) or "delete it")


def _not(subject: Subject) -> Finding:
    if at(subject.rule, ("not", "$comment")) == CIRCLE:
        message = f"the schema refers to itself at `{subject.name}`, so Helm takes no value there"
        return subject.finding("constraint", message, hint="correct the `$ref` in the schema, or delete it")
    return _constraint(subject)


def _constraint(subject: Subject) -> Finding:
    message = f"`{subject.name}`: {subject.said(subject.error)}"
    return subject.finding("constraint", message, hint=_described(subject, "see the schema"))


def describe(schema: Any) -> str:
    """What a schema wants, in a few words: `a string`, `one of "a", "b"`."""
    if not isinstance(schema, dict):
        return "a value"
    if "enum" in schema:
        return "one of " + in_a_list([shown(option) for option in schema["enum"]])
    if "const" in schema:
        return shown(schema["const"])
    types = schema.get("type")
    wanted = wanted_types([types] if isinstance(types, str) else types or ()) or "a value"
    ends = [schema.get("minimum"), schema.get("maximum")]
    if None not in ends:
        wanted += f" from {ends[0]} to {ends[1]}"
    description = str(schema.get("description", "")).split("\n")[0]
    return f"{wanted}: {description}" if description else wanted


_EXPLAINERS: Final[dict[str, Callable[[Subject], Finding]]] = {
    "Type": _type,
    "Enum": _enum,
    "Constant": _enum,
    "Maximum": _limit,
    "Minimum": _limit,
    "ExclusiveMaximum": _limit,
    "ExclusiveMinimum": _limit,
    "MinLength": _length,
    "MaxLength": _length,
    "MinItems": _length,
    "MaxItems": _length,
    "MinProperties": _length,
    "MaxProperties": _length,
    "Pattern": _pattern,
    "Format": _format,
    "AnyOf": _alternatives,
    "OneOfNotValid": _alternatives,
    "FalseSchema": _forbidden,
    "Not": _not,
}
