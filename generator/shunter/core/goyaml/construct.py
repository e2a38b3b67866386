"""Values from node trees, as go.yaml.in/yaml/v2's decoder (decode.go) and sigs.k8s.io/yaml build them for Helm.

Nodes that an alias names are built once and shared: treat values as immutable.
"""

from __future__ import annotations

import re
from typing import Any, Final, NoReturn

from shunter.core.goyaml.nodes import (
    BANG,
    MAX_DEPTH,
    PLAIN,
    MappingNode,
    Node,
    Pairs,
    ScalarNode,
    SequenceNode,
    TooDeepError,
)
from shunter.core.goyaml.scalars import SPECIAL, is_timestamp, key_text, number, resolve

TAG: Final = "tag:yaml.org,2002:"
MERGE: Final = TAG + "merge"
_RESOLVED: Final = frozenset(TAG + name for name in ("str", "bool", "int", "float", "null", "timestamp"))
_ESCAPED: Final = "[\udc80-\udcff]"
_ORDINARY: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,5})(?:\.[0-9]*[1-9])?", re.ASCII)
_MEMO_SIZE: Final = 20_000
_values: dict[str, Any] = {}
_keys: dict[str, str] = {}


class RefusedError(Exception):
    """Helm refuses this node; `rule` is the finding's rule, the message says why, `hint` what to do."""

    def __init__(self, rule: str, message: str, node: Node, hint: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.node = node
        self.hint = hint


def construct(root: Node, text: bytes) -> tuple[Any, bool]:
    """The value of a tree that `nodes.compose` made from `text`, and whether it surely holds no hazard.

    Raises RefusedError and TooDeepError.
    """
    if b"!" in text or b"<<" in text or (b"&" in text and b"*" in text):
        return _Builder().result(root), False
    doubts: list[Node] = []
    try:
        return _build(root, doubts), not doubts
    except RefusedError:
        return _Builder().result(root), False


def _build(node: Node, doubts: list[Node]) -> Any:
    """The value of a tree without aliases, explicit tags and merge keys; what may be a hazard goes to `doubts`."""
    kind = node.__class__
    if kind is ScalarNode:
        text = node.value
        return _plain(node, doubts) if node.style == "" and (not text or text[0] in SPECIAL) else text
    if kind is SequenceNode:
        return [_build(item, doubts) for item in node.value]
    result = {}
    for key, child in node.value:
        if key.__class__ is not ScalarNode:
            _refuse_key(key)
        name = key.value
        if key.style == "" and (not name or name[0] in SPECIAL):
            name = _key(key, doubts)
        if child.__class__ is ScalarNode:
            text = child.value
            result[name] = _plain(child, doubts) if child.style == "" and (not text or text[0] in SPECIAL) else text
        else:
            result[name] = _build(child, doubts)
    if len(result) != len(node.value):
        doubts.append(node)
    return result


def _plain(node: Node, doubts: list[Node]) -> Any:
    text = node.value
    try:
        return _values[text]
    except KeyError:
        value = _json(resolve(text), node)
        if _is_doubtful(text, value):
            doubts.append(node)
        else:
            _remember(_values, text, value)
        return value


def _key(node: Node, doubts: list[Node]) -> str:
    text = node.value
    try:
        return _keys[text]
    except KeyError:
        value = resolve(text)
        key = _as_key(value, node)
        if _is_doubtful(text, value) or key != text:
            doubts.append(node)
        else:
            _remember(_keys, text, key)
        return key


def _remember(memo: dict[str, Any], text: str, value: Any) -> None:
    if len(memo) > _MEMO_SIZE:
        memo.clear()
    memo[text] = value


def _is_doubtful(text: str, value: Any) -> bool:
    """Whether a plain scalar may be a hazard: a boolean that is no `true` or `false`, a number written unusually."""
    if value.__class__ is bool:
        return text.lower() not in ("true", "false")
    return value.__class__ in (int, float) and _ORDINARY.fullmatch(text) is None


def _json(value: Any, node: Node) -> Any:
    if value.__class__ is int:
        return number(value)
    if value.__class__ is float:
        if value != value or value in (float("inf"), float("-inf")):
            raise RefusedError("yaml-number", f"`{node.value}` is no number that Helm can pass on", node, "quote it")
        return number(value)
    return value


def _as_key(value: Any, node: Node) -> str:
    key = key_text(value)
    if key is not None:
        return key
    what = "an empty key" if value is None else f"the key `{node.value}`"
    raise RefusedError("yaml-key", f"Helm cannot use {what} in a map", node, "quote it, if it is meant")


def _refuse_key(node: Node) -> NoReturn:
    raise RefusedError("yaml-key", "a map's key must be a scalar, not a map or a list", node, "quote a key in braces")


def scalar(node: Node) -> Any:
    """What a scalar node resolves to, before it becomes a value or a key: numbers exact, `.inf` and all."""
    tag, text = node.tag, node.value
    if tag == PLAIN or (not tag and node.style == ""):
        return resolve(text)
    return _tagged(node, tag, text) if tag and tag != PLAIN else text


def _tagged(node: Node, tag: str, text: str) -> Any:
    if tag == TAG + "binary":
        return _binary(node, text)
    if tag not in _RESOLVED or tag == TAG + "str":
        return text
    value = resolve(text)
    name = tag.removeprefix(TAG)
    if name == "float" and value.__class__ is int and -(2**63) <= value < 2**63:
        return float(value)
    if name == "timestamp" and is_timestamp(text):
        return text
    if name == _kind(value):
        return value
    raise RefusedError("yaml-tag", f"`{text}` is no `!!{name}`", node, "drop the tag, or write a value that fits it")


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return {bool: "bool", int: "int", float: "float"}.get(value.__class__, "other")


def _binary(node: Node, text: str) -> str:
    """Base64 as Go's StdEncoding reads it; bytes that are no UTF-8 become U+FFFD, one each, as encoding/json does."""
    import base64
    import binascii

    try:
        data = base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        raise RefusedError("yaml-tag", "`!!binary` needs base64 text", node, "encode it with `base64`") from None
    return re.sub(_ESCAPED, "\ufffd", data.decode("utf-8", "surrogateescape"))


def is_merge(key: Node) -> bool:
    """Whether `key` is a merge key: a plain `<<`, or one tagged `!!merge`."""
    if key.__class__ is not ScalarNode or key.value != "<<":
        return False
    tag: str = key.tag
    return tag in (PLAIN, MERGE, BANG) or (not tag and key.style == "")


class _Builder:
    """The decoder for everything: it counts what Go's decoder would do for aliases, and refuses where that one does."""

    def __init__(self) -> None:
        self._built: dict[int, tuple[Any, int]] = {}
        self._open: set[int] = set()
        self._decoded = 0
        self._aliased = 0
        self._no_json: list[RefusedError] = []

    def result(self, root: Node) -> Any:
        value = self.build(root)
        if self._no_json and _has_no_json(value):
            raise self._no_json[-1]
        return value

    def build(self, node: Node) -> Any:
        known = self._built.get(id(node))
        if known is not None:
            self._count(node, known[1] + 1, known[1])
            return known[0]
        self._enter(node)
        before = self._decoded
        self._count(node, 1, 0)
        value: Any
        if node.__class__ is ScalarNode:
            value = self._scalar(node)
        elif node.__class__ is SequenceNode:
            value = [self.build(item) for item in node.value]
        else:
            value = {}
            self._fill(value, node)
        self._open.discard(id(node))
        self._built[id(node)] = (value, self._decoded - before)
        return value

    def _scalar(self, node: Node) -> Any:
        value = scalar(node)
        try:
            return _json(value, node)
        except RefusedError as error:  # no error if a later key of the same name hides the value
            self._no_json.append(error)
            return value

    def _enter(self, node: Node) -> None:
        if id(node) in self._open:
            raise RefusedError("yaml-alias", "this anchor's value contains itself", node, "write the value out")
        self._open.add(id(node))
        if len(self._open) > MAX_DEPTH:
            raise TooDeepError(node)

    def _count(self, node: Node, decoded: int, aliased: int) -> None:
        self._decoded += decoded
        self._aliased += aliased
        if self._aliased > 100 and self._decoded > 1000 and self._aliased / self._decoded > _allowed(self._decoded):
            raise RefusedError("yaml-alias", "the aliases of this file expand to too much", node, "write values out")

    def _fill(self, target: dict[str, Any], node: Node) -> None:
        for key, child in node.value:
            if is_merge(key):
                self._merge(target, child)
                continue
            if key.__class__ is not ScalarNode:
                self.build(key)
                _refuse_key(key)
            self._count(key, 1, 0)
            target[self._key(key)] = self.build(child)

    def _key(self, node: Node) -> Any:
        value = scalar(node)
        try:
            return _as_key(value, node)
        except RefusedError as error:  # no error if a later value hides the whole map; the key becomes no string
            self._no_json.append(error)
            return (value,)

    def _merge(self, target: dict[str, Any], node: Node) -> None:
        sources = node.value[::-1] if node.__class__ is SequenceNode else [node]
        for source in sources:
            if source.__class__ is not MappingNode:
                raise RefusedError("yaml-merge", "`<<` needs a map, or a list of maps", source, "name an anchored map")
            target.update(self.build(source))


def _has_no_json(value: Any) -> bool:
    if value.__class__ is dict:
        return any(key.__class__ is tuple or _has_no_json(item) for key, item in value.items())
    if value.__class__ is list:
        return any(_has_no_json(item) for item in value)
    return value.__class__ is float and (value != value or value in (float("inf"), float("-inf")))


def _allowed(decoded: int) -> float:
    """The share of decoding steps that Go's decoder lets aliases cause (allowedAliasRatio)."""
    if decoded <= 400_000:
        return 0.99
    return 0.10 if decoded >= 4_000_000 else 0.99 - 0.89 * ((decoded - 400_000) / 3_600_000)


def pairs(node: Node) -> Pairs:
    """The entries of a map node in the order written; of any other node, none."""
    entries: Pairs = node.value if node.__class__ is MappingNode else []
    return entries
