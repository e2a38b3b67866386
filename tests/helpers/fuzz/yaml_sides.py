"""Random values files, and what two people make of one: each is a tree of nodes that is written as YAML."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

WORDS = (
    "image",
    "tag",
    "replicas",
    "resources",
    "limits",
    "cpu",
    "memory",
    "env",
    "host",
    "port",
    "path",
    "probe",
    "log",
)


@dataclass
class Node:
    """A value with the comment above it and the one behind it; `quote` is how a text is written."""

    value: Any  # a scalar, or a dict or list of nodes
    above: str = ""
    behind: str = ""
    quote: str = ""

    def plain(self) -> Any:
        """What a reader of YAML gets."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value


@dataclass
class Maker:
    """Makes files and edits; no two of its values and comments are equal, and it knows all that an edit has written."""

    seed: int
    rng: random.Random = field(init=False)
    made: int = 0
    written: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def mark(self, prefix: str) -> str:
        """A text that nobody else has."""
        self.made += 1
        self.written.append(f"{prefix}{self.made}x")
        return self.written[-1]

    def scalar(self) -> Node:
        kind = self.rng.randrange(6)
        if kind == 0:
            self.made += 1
            return Node(self.made)
        text = self.mark("v")
        return Node(f"{text}\nmore\n" if kind == 1 else text, quote=self.rng.choice(("", '"', "'")))

    def tree(self, depth: int = 0) -> Node:
        """A map with maps, lists and scalars below it."""
        keys = self.rng.sample(WORDS, self.rng.randint(2, 6) if depth else 8)
        return self._commented(Node({key: self.below(depth + 1) for key in keys}))

    def below(self, depth: int) -> Node:
        kind = self.rng.randrange(8)
        if depth < 3 and kind < 3:
            return self.tree(depth)
        if kind == 3:
            return self._commented(Node([self.item() for _ in range(self.rng.randint(1, 4))]))
        if kind == 4:
            return self._commented(Node([Node(self.mark("i")) for _ in range(self.rng.randint(1, 4))]))
        return self._commented(self.scalar())

    def item(self) -> Node:
        return Node({"name": Node(self.mark("n")), "value": self.scalar()})

    def _commented(self, node: Node) -> Node:
        if self.rng.random() < 0.3:
            node.above = self.mark("# c")
        if self.rng.random() < 0.15:
            node.behind = self.mark("# c")
        return node

    def edited(self, root: Node, edits: int, *, kinds: str = "set set set comment add drop item") -> Node:
        """What a person makes of a file in so many edits."""
        root = copy.deepcopy(root)
        self.written = []
        for _ in range(edits):
            getattr(self, f"_{self.rng.choice(kinds.split())}")(root)
        return root

    def _maps(self, root: Node) -> list[Node]:
        return [node for node in walk(root) if isinstance(node.value, dict) and "name" not in node.value]

    def _set(self, root: Node) -> None:
        leaves = [
            node for node in walk(root) if not isinstance(node.value, dict | list) and str(node.value)[0] not in "in"
        ]
        if leaves:
            leaf = self.rng.choice(leaves)
            leaf.value = self.mark("v")

    def _comment(self, root: Node) -> None:
        nodes = [node for node in walk(root) if node is not root and str(node.value)[0] not in "in"]
        if nodes:
            self.rng.choice(nodes).above = self.mark("# c")

    def _add(self, root: Node) -> None:
        node = self.rng.choice(self._maps(root))
        free = [word for word in WORDS if word not in node.value]
        if free:
            entries = [*node.value.items()]
            entries.insert(self.rng.randint(0, len(entries)), (self.rng.choice(free), self.below(3)))
            node.value = dict(entries)

    def _drop(self, root: Node) -> None:
        node = self.rng.choice(self._maps(root))
        if len(node.value) > (4 if node is root else 1):
            del node.value[self.rng.choice([*node.value])]

    def _item(self, root: Node) -> None:
        lists = [node.value for node in walk(root) if isinstance(node.value, list)]
        if not lists:
            return
        items = self.rng.choice(lists)
        if len(items) > 1 and self.rng.random() < 0.4:
            del items[self.rng.randrange(len(items))]
        else:
            new = self.item() if isinstance(items[0].value, dict) else Node(self.mark("i"))
            items.insert(self.rng.randint(0, len(items)), new)


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for each in (
        node.value.values() if isinstance(node.value, dict) else node.value if isinstance(node.value, list) else ()
    ):
        yield from walk(each)


def text_of(root: Node) -> str:
    """The tree as YAML."""
    return "# a file\n\n" + "".join(f"{line}\n" for line in _map_lines(root, ""))


def _map_lines(node: Node, indent: str) -> Iterator[str]:
    for key, each in node.value.items():
        if each.above:
            yield indent + each.above
        yield from _entry(f"{indent}{key}:", each, indent)


def _entry(head: str, node: Node, indent: str) -> Iterator[str]:
    behind = f"  {node.behind}" if node.behind else ""
    if isinstance(node.value, dict):
        yield head + behind
        yield from _map_lines(node, indent + "  ")
    elif isinstance(node.value, list):
        yield head + behind
        for item in node.value:
            lines = (
                [*_map_lines(item, indent + "    ")] if isinstance(item.value, dict) else [f"{indent}    {item.value}"]
            )
            yield f"{indent}  - {lines[0].lstrip()}"
            yield from lines[1:]
    elif isinstance(node.value, str) and "\n" in node.value:
        yield f"{head} |"
        yield from (f"{indent}  {line}" for line in node.value.splitlines())
    else:
        quote = node.quote if isinstance(node.value, str) else ""
        yield f"{head} {quote}{node.value}{quote}{behind}"
