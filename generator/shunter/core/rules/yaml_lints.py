"""What Helm reads without complaint in a values file, and someone will regret: lints, found on the node trees.

A lint has a fix only if Helm reads the same afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from shunter.core.goyaml.construct import is_merge, scalar
from shunter.core.goyaml.document import Document, KeyPath, Part
from shunter.core.goyaml.ends import rest
from shunter.core.goyaml.nodes import PLAIN, MappingNode, Node, ScalarNode, SequenceNode, has_second_document
from shunter.core.goyaml.positions import decode, span_at
from shunter.core.goyaml.scalars import EXACT, key_text
from shunter.core.rules.limits import MOST_FINDINGS
from shunter.model.data import dataclass, field
from shunter.model.findings import Finding, Kind, Severity, Span, TextEdit

_PLAIN_BOOLEANS: Final = frozenset(("true", "false"))
_FILE_MODE: Final = re.compile(r"0[0-7]{3}")
_MODE_KEY: Final = re.compile(r"(?:^m|M|_m)ode$")
_OCTAL: Final = re.compile(r"[-+]?0[0-7_]*[0-7][0-7_]*")
_LEADING_ZERO: Final = re.compile(r"[-+]?0[0-9_]*[0-9]")
_VERSION: Final = re.compile(r"[0-9]+\.[0-9]*0")
_LIKE_ONE: Final = re.compile(r"[1-9][0-9]?\.[1-9]0")
"""3.10 and 1.20: so end versions, and few numbers that anybody measures."""
_VERSION_KEY: Final = re.compile(r"(?:version|tag|release|revision|branch|channel|image)$", re.IGNORECASE)
_AMOUNT_KEY: Final = re.compile(
    r"cpu|mem|limit|request|ratio|rate|percent|threshold|factor|weight|timeout|second|minute|interval|sampl|size|scale"
    r"|price|cost|core|duration|delay|probability|fraction|multipl|quota|amount|score|quantile|temperature|min$|max$",
    re.IGNORECASE,
)


_OF_SECRETS: Final = {
    "yaml-1.1-boolean": "this unquoted word is a boolean to Helm",
    "leading-zero": "this begins with a 0, and Helm reads another number",
    "trailing-zero": "this is a number to Helm: the 0 at its end is lost",
    "big-number": "this is more than float64 holds exactly; Helm reads another number",
    "exponent-number": "a template that prints this as it is gets a number with an exponent",
}
"""What is said of a secret: neither the text nor what Helm makes of it."""


def yaml_lints(document: Document) -> tuple[Finding, ...]:
    """All lints of a document that Helm reads, in the order of the file."""
    found: list[Finding] = []
    for part in document.parts:
        if part.root is not None:
            walk = _Walk(document, part, found)
            walk.visit(part.root, ())
            found += _rest(document, part, part.root) if part.whole else ()
        if part.whole and b"\n..." in part.text and has_second_document(part.text):
            message = "Helm does not read what follows `...`"
            found.append(_lint("ignored-document", message, _line_of(document, part, "..."), hint="use `---`"))
    found += _separate_documents(document)
    return tuple(sorted(found, key=lambda finding: (finding.span.line, finding.span.column)))


def _lint(rule: str, message: str, span: Span, key: KeyPath = (), **more: Any) -> Finding:
    severity = more.pop("severity", Severity.WARNING)
    return Finding(rule, message, span, kind=Kind.LINT, severity=severity, key=key, **more)


def _separate_documents(document: Document) -> Iterator[Finding]:
    used = [part for part in document.parts if part.root is not None and part.root.value]
    if len(used) > 1 or (document.helm == "3" and b"\n---" in document.data):
        kept = "merges them" if document.helm != "3" else "reads the first only"
        message = f"this file holds several YAML documents; Helm {document.helm} {kept}"
        line = used[-1].line if len(used) > 1 else 0
        text = document.data.split(b"\n")[max(line - 1, 0)].decode("utf-8", "replace").rstrip("\r")
        span = Span(document.path, max(line, 1), 1, len(text) + 1, text)
        yield _lint("multi-document", message, span, hint="make it one document, or two files")


def _rest(document: Document, part: Part, root: Node) -> Iterator[Finding]:
    """What follows the end of a document that ends before its text does."""
    text = decode(part.text)
    start = rest(root, text)
    if start is None or text.startswith("...", start):
        return
    span = span_at(document.path, text, part.line, start, text.find("\n", start))
    first = document.node_span(part, root)
    if root.flow_style:
        message, hint = "Helm reads nothing from here on: the bracket that the file begins with is closed", "delete it"
    else:
        message = "Helm reads nothing from here on: this line begins further left than the first key"
        hint = f"begin it in column {first.column}, or the first key, on line {first.line}, in column {span.column}"
    yield _lint(
        "ignored-document", message, span, hint=hint, severity=Severity.ERROR, related=(("begins here", first),)
    )


def _line_of(document: Document, part: Part, mark: str) -> Span:
    lines = part.text.decode("utf-8", "replace").split("\n")
    number = next(index for index, line in enumerate(lines) if line.startswith(mark))
    return Span(document.path, part.line + number + 1, 1, 4, lines[number])


@dataclass
class _Walk:
    """One pass over a tree; aliased nodes are looked at where they are anchored, once."""

    document: Document
    part: Part
    found: list[Finding]
    seen: set[int] = field(default_factory=set)

    def visit(self, node: Node, path: KeyPath) -> None:
        if id(node) in self.seen or len(self.found) > MOST_FINDINGS:
            return
        self.seen.add(id(node))
        if node.__class__ is MappingNode:
            self._map(node, path)
        elif node.__class__ is SequenceNode:
            for index, item in enumerate(node.value):
                self.visit(item, (*path, index))
        elif node.tag == PLAIN or (node.style == "" and not node.tag):
            self._value(node, path)

    def _map(self, node: Node, path: KeyPath) -> None:
        known: dict[str, tuple[Node, Any]] = {}
        for key, value in node.value:
            if len(self.found) > MOST_FINDINGS:
                return
            if is_merge(key):
                self._merge(node, key, value, known, path)
                continue
            if key.__class__ is not ScalarNode:
                continue
            resolved = scalar(key)
            name = key_text(resolved) or ""
            below = (*path, name)
            if name in known:
                self._repeated(key, known[name], resolved, below)
            elif resolved.__class__ is bool and key.value not in _PLAIN_BOOLEANS:
                self._boolean_key(key, name, below)
            elif resolved.__class__ in (int, float) and key.value != name:
                self._number_key(key, name, below)
            known[name] = (key, resolved)
            self.visit(value, below)

    def _add(self, rule: str, message: str, node: Node, key: KeyPath, **more: Any) -> None:
        if rule in _OF_SECRETS and _is_secret(key, scalar(node), self.document):
            message, more = _OF_SECRETS[rule], {**more, "hint": "quote it", "fix": ()}
        self.found.append(_lint(rule, message, self._span(node), key, **more))

    def _span(self, node: Node) -> Span:
        return self.document.node_span(self.part, node)

    def _repeated(self, key: Node, before: tuple[Node, Any], resolved: Any, path: KeyPath) -> None:
        first = self._span(before[0])
        if before[1].__class__ is resolved.__class__ and before[1] == resolved:
            message = f"`{_dotted(path)}` is already set on line {first.line}; Helm silently keeps this one"
            hint = "delete one of the two"
            rule = "duplicate-key"
        else:
            message = f"`{key.value}` is the same key as on line {first.line} to Helm, which keeps either, at random"
            hint = "rename one of the two"
            rule = "colliding-keys"
        related = (("first set here", first),)
        self._add(rule, message, key, path, severity=Severity.ERROR, related=related, hint=hint)

    def _boolean_key(self, key: Node, name: str, path: KeyPath) -> None:
        message = f'the key `{key.value}` is the boolean {name} to Helm, so it becomes "{name}"'
        self._add("boolean-key", message, key, path, hint=f'quote it: "{key.value}"')

    def _number_key(self, key: Node, name: str, path: KeyPath) -> None:
        message = f'the key `{key.value}` is a number to Helm, so it becomes "{name}"'
        self._add("number-key", message, key, path, hint=f'quote it: "{key.value}"')

    def _merge(self, node: Node, key: Node, value: Node, known: dict[str, tuple[Node, Any]], path: KeyPath) -> None:
        sources = value.value if value.__class__ is SequenceNode else [value]
        for source in sources:
            if source.__class__ is not MappingNode:
                continue
            self.visit(source, path)
            names = {key_text(scalar(name)) for name, _ in source.value if name.__class__ is ScalarNode}
            hidden = sorted(names & known.keys())  # type: ignore[type-var]
            if hidden:
                message = f"`<<` comes after `{hidden[0]}` and replaces it in Helm (other YAML readers keep it)"
                self._add("merge-order", message, key, path, hint="put `<<` first", severity=Severity.WARNING)

    def _value(self, node: Node, path: KeyPath) -> None:
        value = scalar(node)
        if value.__class__ is bool and node.value.lower() not in _PLAIN_BOOLEANS:
            word = "true" if value else "false"
            message = f"unquoted `{node.value}` is the boolean {word} to Helm"
            hint = f'write {word}, or quote it: "{node.value}"'
            self._add("yaml-1.1-boolean", message, node, path, hint=hint, fix=(TextEdit(self._span(node), word),))
        elif value.__class__ in (int, float):
            self._number(node, value, path)

    def _number(self, node: Node, value: int | float, path: KeyPath) -> None:
        text: str = node.value
        quote = f'quote it: "{text}"'
        if _FILE_MODE.fullmatch(text) and path and _MODE_KEY.search(str(path[-1])):
            return  # Kubernetes wants the number, and people write it so
        if _OCTAL.fullmatch(text):
            message = f"`{text}` is octal to Helm: {value}"
            self._add("leading-zero", message, node, path, hint=f"{quote}, or write {value} or 0o{text.lstrip('+-0')}")
        elif _LEADING_ZERO.fullmatch(text):
            message = f"`{text}` is the number {value:g} to Helm"
            self._add("leading-zero", message, node, path, hint=quote)
        elif value.__class__ is float and _is_version(text, path):
            message = f"`{text}` is the number {value:g} to Helm: the 0 is lost"
            self._add("trailing-zero", message, node, path, hint=quote)
        elif abs(value) > EXACT:
            message = f"`{text}` is more than float64 holds exactly; Helm reads {float(value):.17g}"
            self._add("big-number", message, node, path, hint=quote, severity=Severity.ERROR)
        elif abs(value) >= 1_000_000 and value == int(value):
            message = f"a template that prints `{text}` as it is gets {_go_format(float(value))}"
            hint = f"{quote}, or convert it in the template: `| int64`"
            self._add("exponent-number", message, node, path, hint=hint, severity=Severity.NOTE)


def _is_version(text: str, path: KeyPath) -> bool:
    """Whether a number that ends in a zero is meant as text: by its key, or by its look where none measures."""
    names = [step for step in path if isinstance(step, str)][-2:]
    if not _VERSION.fullmatch(text):
        return False
    if names and _VERSION_KEY.search(names[-1]):
        return True
    return _LIKE_ONE.fullmatch(text) is not None and not any(map(_AMOUNT_KEY.search, names))


def _is_secret(path: KeyPath, value: Any, document: Document) -> bool:
    from shunter.core.rules.content import called, is_secret

    return is_secret(called(path, document.value), value)


def _dotted(path: KeyPath) -> str:
    from shunter.model.wording import dotted

    return dotted(path)


def _go_format(value: float) -> str:
    """A float64 as Go's %v prints it from 1e6 on: the shortest digits, with an exponent."""
    mantissa, _, exponent = f"{value!r}".partition("e")
    if not exponent:
        digits = f"{value:.0f}"
        mantissa, exponent = f"{digits[0]}.{digits[1:]}".rstrip("0").rstrip("."), f"+{len(digits) - 1:02d}"
        if digits.startswith("-"):
            return "-" + _go_format(-value)
    return f"{mantissa}e{exponent}"
