"""Messages that a schema's author wrote for those whose values it refuses: the keyword `x-message`.

It is a string, for every keyword beside it, or a map from keywords to strings. JSON Schema and Helm know nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from shunter.core.schema.references import References
from shunter.core.schema.walk import KEYWORDS, at, subschemas

Path = tuple[str | int, ...]
KEYWORD: Final = "x-message"
_ONE_OF_MANY: Final = frozenset(("allOf", "anyOf", "oneOf"))
_BY_NAME: Final = frozenset(("dependencies", "dependentSchemas"))
_CONDITIONAL: Final = frozenset(("then", "else", "propertyNames"))


def message_of(references: References, path: Sequence[str | int]) -> str:
    """What the author says of an error at `path`, the way of the evaluation with the keyword at its end; or nothing.

    The message nearest to the keyword counts, among all schema objects that judge this very value. Only what stands
    beside a `$ref` goes before what the definition says: who refers to it knows what the value is for.
    """
    if not path:
        return ""
    *way, keyword = path
    chain = list(_outwards(tuple(way), str(keyword)))
    return next((text for holder, words in _referring_first(chain) if (text := _text(references, holder, words))), "")


def _outwards(way: Path, keyword: str) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """The paths of the objects that judge the value, innermost first, each with the keywords that it may speak for."""
    step = keyword
    while True:
        yield way, (keyword, step)
        if way and (way[-1] in KEYWORDS or way[-1] in _CONDITIONAL):
            way, step = way[:-1], str(way[-1])
        elif len(way) > 1 and (way[-2] in _BY_NAME or (way[-2] in _ONE_OF_MANY and isinstance(way[-1], int))):
            way, step = way[:-2], str(way[-2])
        else:
            return


def _referring_first(chain: Sequence[tuple[Path, tuple[str, ...]]]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """The same objects; of those that refer to each other, the outer ones first."""
    group: list[tuple[Path, tuple[str, ...]]] = []
    for holder in chain:
        if group and holder[1][1] not in KEYWORDS:
            yield from reversed(group)
            group = []
        group.append(holder)
    yield from reversed(group)


def _text(references: References, holder: Path, words: Sequence[str]) -> str:
    said = at(references.along(holder), (KEYWORD,))
    if isinstance(said, dict):
        said = next((said[word] for word in words if word in said), None)
    return said.strip() if isinstance(said, str) else ""


def mute_messages(document: Any) -> Iterator[tuple[Path, str]]:
    """The places of messages that nobody ever reads, each with the reason."""
    for path, schema in subschemas(document):
        said = schema.get(KEYWORD, "")
        if isinstance(said, dict):
            for word, text in said.items():
                place = (*path, KEYWORD, word)
                if not isinstance(text, str):
                    yield place, f"the message for `{word}` is no string"
                elif word not in schema and not _refers(schema):
                    yield place, f"there is no `{word}` beside this message"
        elif not isinstance(said, str):
            yield (*path, KEYWORD), "a message is a string, or a map from keywords to strings"


def _refers(schema: dict[str, Any]) -> bool:
    """Whether the keywords that a message may speak for can stand elsewhere."""
    return not {*KEYWORDS, *_ONE_OF_MANY, *_CONDITIONAL, *_BY_NAME}.isdisjoint(schema)
