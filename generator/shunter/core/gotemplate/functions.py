"""What the functions of chart templates do with the values that they are given, as far as it matters to who reads what.

The functions are those of text/template, sprig v3 and Helm (pkg/engine/funcs.go). One that is missing here reads all
of its arguments and returns text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol, TypeAlias

from shunter.core.gotemplate.values import NIL, TEXT, Bag, Like, Map, Str, Value, carried, height

_MOST_PIECES: Final = 4
_TALLEST: Final = 8
_VERB: Final = re.compile(r"%[-+# 0]*[0-9.]*[a-zA-Z]")


class Run(Protocol):
    """What a function asks of the run that calls it: see `template_reads.Run`."""

    def test(self, value: Value) -> None: ...
    def consume(self, value: Value) -> None: ...
    def escape(self, value: Value) -> None: ...
    def items(self, value: Value) -> Value: ...
    def field(self, value: Value, name: str) -> Value: ...
    def call(self, name: Value, argument: Value) -> Value: ...
    def evaluate(self, text: Value, context: Value) -> Value: ...


Semantics: TypeAlias = Callable[[Run, list[Value]], Value]


def _bag(run: Run, items: Value) -> Value:
    """A list of these items; where lists and maps would grow for ever, nobody knows what becomes of them."""
    tall = height(items) + 1
    if tall > _TALLEST:
        run.escape(items)
        return TEXT
    return frozenset((Bag(items, tall),))


def _map(run: Run, items: Mapping[str, Value]) -> Value:
    tall = max(map(height, items.values()), default=0) + 1
    if tall > _TALLEST:
        for item in items.values():
            run.escape(item)
        return TEXT
    return frozenset((Map(tuple(sorted(items.items())), tall),))


def _any(run: Run, arguments: list[Value]) -> Value:
    return frozenset().union(*arguments) - NIL or NIL


def _either(run: Run, arguments: list[Value]) -> Value:
    for argument in arguments:
        run.test(argument)
    return _any(run, arguments) | (NIL if NIL in arguments else frozenset())


def _tested(run: Run, arguments: list[Value]) -> Value:
    for argument in arguments[-1:]:
        run.test(argument)
    return TEXT


def _compared(run: Run, arguments: list[Value]) -> Value:
    for argument in arguments:
        run.consume(argument)
    return TEXT


def _ternary(run: Run, arguments: list[Value]) -> Value:
    run.test(arguments[-1])
    return _any(run, arguments[:-1])


def _required(run: Run, arguments: list[Value]) -> Value:
    run.test(arguments[-1])
    return arguments[-1]


def _counted(run: Run, arguments: list[Value]) -> Value:
    for argument in arguments:
        run.test(argument)
        run.test(run.items(argument))
    return TEXT


def _at(run: Run, value: Value, key: Value) -> Value:
    """`value[key]`, by name where the key stands in the template."""
    names = [atom.text for atom in key if isinstance(atom, Str)]
    if len(names) == len(key):
        return frozenset().union(*(run.field(value, name) for name in names))
    run.consume(key)
    return run.items(value)


def _index(run: Run, arguments: list[Value]) -> Value:
    value, *keys = arguments
    for key in keys:
        value = _at(run, value, key)
    return value


def _dig(run: Run, arguments: list[Value]) -> Value:
    *keys, default, value = arguments
    return _index(run, [value, *keys]) | default


def _has_key(run: Run, arguments: list[Value]) -> Value:
    run.test(_index(run, arguments))
    return TEXT


def _pluck(run: Run, arguments: list[Value]) -> Value:
    key, *maps = arguments
    return _bag(run, frozenset().union(*(_at(run, value, key) for value in maps), TEXT))


def _dict(run: Run, arguments: list[Value]) -> Value:
    items: dict[str, Value] = {}
    for key, value in zip(arguments[::2], arguments[1::2], strict=False):
        names = [atom.text for atom in key if isinstance(atom, Str)]
        if len(names) != 1 or len(key) != 1:
            run.consume(key)
            return _bag(run, frozenset().union(*arguments[1::2], TEXT))
        items[names[0]] = value
    return _map(run, items)


def _list(run: Run, arguments: list[Value]) -> Value:
    return _bag(run, frozenset().union(*arguments, TEXT))


def _joined(run: Run, arguments: list[Value]) -> Value:
    """`concat`, `append`, `prepend`: items of any of the lists, and whatever is added."""
    held = frozenset().union(*(run.items(argument) for argument in arguments), *arguments)
    return _bag(run, held | TEXT)


def _pick(run: Run, arguments: list[Value]) -> Value:
    value, *keys = arguments
    found = {atom.text: run.field(value, atom.text) for key in keys for atom in key if isinstance(atom, Str)}
    if all(isinstance(atom, Str) for key in keys for atom in key):
        return _map(run, found)
    for key in keys:
        run.consume(key)
    return value


def _first_argument(run: Run, arguments: list[Value]) -> Value:
    for argument in arguments[1:]:
        run.consume(argument)
    return arguments[0]


def _set(run: Run, arguments: list[Value]) -> Value:
    target, key, value = arguments
    run.escape(value)
    run.consume(key)
    return target | TEXT


def _values(run: Run, arguments: list[Value]) -> Value:
    return _bag(run, run.items(arguments[0]) | TEXT)


def _element(run: Run, arguments: list[Value]) -> Value:
    return run.items(arguments[0])


def _include(run: Run, arguments: list[Value]) -> Value:
    return run.call(arguments[0], arguments[1])


def _tpl(run: Run, arguments: list[Value]) -> Value:
    return run.evaluate(arguments[0], arguments[1])


def _printf(run: Run, arguments: list[Value]) -> Value:
    for argument in arguments:
        run.consume(argument)
    pieces = [_pattern(atom.text) for atom in arguments[0] if isinstance(atom, Str)]
    if len(pieces) != len(arguments[0]):
        return carried(arguments)
    return frozenset(Like(piece) for piece in pieces) | (carried(arguments) - TEXT)


def _pattern(text: str) -> str:
    return _any_between([re.escape(piece) for piece in _VERB.split(text)])


def _any_between(pieces: Sequence[str]) -> str:
    """A pattern for the pieces with anything between them; of many only the first and the last, to be matched fast."""
    chosen = pieces if len(pieces) <= _MOST_PIECES else (pieces[0], pieces[-1])
    return ".*".join(chosen)


def _print(run: Run, arguments: list[Value]) -> Value:
    for argument in arguments:
        run.consume(argument)
    pieces = []
    for argument in arguments:
        text = next((atom.text for atom in argument if isinstance(atom, Str)), None)
        pieces.append(re.escape(text) if text is not None and len(argument) == 1 else "")
    return frozenset((Like(_any_between(pieces)),)) | (carried(arguments) - TEXT)


def _replaced(run: Run, arguments: list[Value]) -> Value:
    """`replace old new text`, followed where the first two stand in the template."""
    old, new = (next((atom.text for atom in given if isinstance(atom, Str)), None) for given in arguments[:2])
    if old is None or new is None or any(len(given) != 1 for given in arguments[:2]):
        return _unknown(run, arguments)
    run.consume(arguments[2])
    found = {Str(atom.text.replace(old, new)) for atom in arguments[2] if isinstance(atom, Str)}
    like = {
        Like(atom.pattern.replace(re.escape(old), re.escape(new))) for atom in arguments[2] if isinstance(atom, Like)
    }
    rest = len(found) + len(like) < len(arguments[2])
    return frozenset((*found, *like)) | (carried(arguments[2:]) if rest else frozenset())


def _matched(run: Run, arguments: list[Value]) -> Value:
    """`regexReplaceAll pattern text new`, followed where what is replaced is kept, and something put behind it."""
    new = next((atom.text for atom in arguments[2] if isinstance(atom, Str)), "")
    if not new.startswith("${1}@") or not all(isinstance(atom, Str | Like) for atom in arguments[1]):
        return _unknown(run, arguments)
    return arguments[1]


def _unknown(run: Run, arguments: list[Value]) -> Value:
    for argument in arguments:
        run.consume(argument)
    return carried(arguments)


def _each(names: str, semantics: Semantics) -> dict[str, Semantics]:
    return dict.fromkeys(names.split(), semantics)


FUNCTIONS: Final[Mapping[str, Semantics]] = {
    **_each("default coalesce", _any),
    **_each("and or", _either),
    **_each("not empty kindIs kindOf typeIs typeIsLike typeOf", _tested),
    **_each("eq ne lt le gt ge contains hasPrefix hasSuffix regexMatch mustRegexMatch has mustHas", _compared),
    **_each("semverCompare deepEqual fail", _compared),
    **_each("len keys", _counted),
    **_each("get index", _index),
    **_each("list tuple", _list),
    **_each("concat append mustAppend push mustPush prepend mustPrepend", _joined),
    **_each("first mustFirst last mustLast", _element),
    **_each("deepCopy mustDeepCopy omit unset", _first_argument),
    "ternary": _ternary,
    "required": _required,
    "dig": _dig,
    "hasKey": _has_key,
    "pluck": _pluck,
    "dict": _dict,
    "pick": _pick,
    "set": _set,
    "values": _values,
    "include": _include,
    "tpl": _tpl,
    "printf": _printf,
    "replace": _replaced,
    "regexReplaceAll": _matched,
    "print": _print,
}
"""What is known, by the function's name."""
