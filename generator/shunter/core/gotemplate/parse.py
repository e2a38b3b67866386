"""The parser of Go templates (text/template).

Sources: text/template/parse lex.go and parse.go. Numbers, characters and constants are all the same here, since
nothing that they do matters to the question of what is read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from shunter.core.gotemplate.tree import (
    Action,
    Call,
    Chain,
    Clause,
    Define,
    Dot,
    Function,
    Literal,
    Node,
    Operand,
    Pipeline,
    Template,
    Variable,
)

_OPEN: Final = re.compile(r"\{\{(?:-(?=[ \t\r\n]))?")
_COMMENT: Final = re.compile(r"\{\{(?:-[ \t\r\n])?/\*(?>.*?\*/)(?:[ \t\r\n]-)?\}\}", re.DOTALL)
_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<close>\}\}|(?<=[ \t\r\n])-\}\})
    |(?P<string>"(?:[^"\\\n]|\\.)*")
    |(?P<raw>`[^`]*`)
    |(?P<char>'(?:[^'\\\n]|\\.)+')
    |(?P<declare>:=)
    |(?P<punct>[()|,=])
    |(?P<field>\.[A-Za-z_]\w*)
    |(?P<number>[-+]?\.?[0-9][0-9a-zA-Z_.+-]*)
    |(?P<dot>\.)
    |(?P<variable>\$\w*)
    |(?P<word>[A-Za-z_]\w*)""",
    re.VERBOSE,
)
_ESCAPE: Final = re.compile(
    r"(?P<bytes>(?:\\(?:x[0-9a-fA-F]{2}|[0-7]{3}))+)"
    r"|\\u(?P<short>[0-9a-fA-F]{4})|\\U(?P<long>[0-9a-fA-F]{8})|\\(?P<other>.)"
)
_CONTROLS: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
BLANK: Final = " \t\r\n"
"""What counts as white space in templates, and is trimmed."""
_BREAK: Final = re.compile("\n")
_CLAUSES: Final = ("if", "with", "range")
_CONSTANTS: Final = frozenset(("true", "false", "nil"))


class TemplateError(Exception):
    """The text is no Go template; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class Token:
    """A piece of an action: its kind, its text and where that starts; `spaced` where white space stands before it."""

    kind: str
    text: str
    start: int
    spaced: bool

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)

    @property
    def value(self) -> str:
        """What a string constant means."""
        return _unquoted(self)


def parse(text: str) -> Template:
    """The tree of a template file. Raises TemplateError where Go would refuse it (and in some cases does not)."""
    return _Parser(text).file()


def actions(text: str) -> Iterator[Sequence[Token]]:
    """The tokens of each action in turn, after its opening, up to its `close`. Raises TemplateError as `parse` does."""
    parser = _Parser(text)
    while parser.open() is not None:
        yield parser.tokens


def pieces(text: str) -> Iterator[tuple[int, int, Sequence[Token]]]:
    """Start, end and tokens of each action and each comment in turn: braces included, tokens as `actions` has them.

    A comment has none. Raises TemplateError as `parse` does.
    """
    parser = _Parser(text)
    start: int | None = 0
    while start is not None:
        start = parser.open()
        yield from ((first, end, ()) for first, end in parser.comments)
        parser.comments.clear()
        if start is not None:
            yield start, parser.position, parser.tokens


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.comments: list[tuple[int, int]] = []
        self.position = 0
        self.tokens: list[Token] = []
        self.next = 0
        self.defines: list[Define] = []
        self.breaks = [match.start() for match in _BREAK.finditer(text)]

    def file(self) -> Template:
        body, stopped, _ = self.nodes(())
        assert not stopped
        return Template(body, tuple(self.defines))

    def line(self, position: int | None = None) -> int:
        return bisect_right(self.breaks, self.position - 1 if position is None else position - 1) + 1

    def fail(self, message: str) -> TemplateError:
        return TemplateError(message, self.line())

    def nodes(self, stops: tuple[str, ...]) -> tuple[tuple[Node, ...], str, int]:
        """Nodes up to an action that starts with one of `stops`; that word, and where its action starts."""
        found: list[Node] = []
        while (start := self.open()) is not None:
            word = self.peek().text if self.peek().kind == "word" else ""
            if word in ("end", "else"):
                if word not in stops:
                    raise self.fail(f"unexpected {{{{{word}}}}}")
                self.next += 1
                return tuple(found), word, start
            node = self.node(word)
            if node is not None:
                found.append(node)
        if stops:
            raise self.fail("unexpected end of the template")
        return tuple(found), "", len(self.text)

    def open(self) -> int | None:
        """Read the tokens of the next action; returns where it starts."""
        while (match := _OPEN.search(self.text, self.position)) is not None:
            comment = _COMMENT.match(self.text, match.start())
            self.position = comment.end() if comment else match.end()
            if comment is not None:
                self.comments.append(comment.span())
            else:
                self.tokens, self.next = list(self.lex()), 0
                return match.start()
        return None

    def lex(self) -> Iterator[Token]:
        spaced = True
        while True:
            match = _TOKEN.match(self.text, self.position)
            if match is None:
                raise self.fail("this action has no end, or holds a character that means nothing")
            self.position = match.end()
            kind = match.lastgroup or ""
            if kind == "space":
                spaced = True
                continue
            yield Token(kind, match[0], match.start(), spaced)
            if kind == "close":
                return
            spaced = False

    def peek(self) -> Token:
        return self.tokens[self.next]

    def take(self) -> Token:
        token = self.tokens[self.next]
        self.next += token.kind != "close"
        return token

    def close(self) -> None:
        if self.peek().kind != "close":
            raise self.fail(f"unexpected {self.peek().text!r}")

    def node(self, word: str) -> Node | None:
        line = self.line(self.peek().start)
        if word in _CLAUSES:
            self.next += 1
            return self.clause(word, line)
        if word == "define":
            self.next += 1
            self.define(self.name(), line)
            return None
        if word in ("template", "block"):
            self.next += 1
            return self.call(word, line)
        if word in ("break", "continue") and self.tokens[self.next + 1].kind == "close":
            return None
        if self.peek().kind == "close":
            return None
        pipeline = self.pipeline()
        self.close()
        return Action(pipeline, line)

    def clause(self, word: str, line: int) -> Clause:
        pipeline = self.pipeline()
        self.close()
        body, stopped, _ = self.nodes(("end", "else"))
        otherwise: tuple[Node, ...] = ()
        if stopped == "else":
            again = self.peek().text
            if again in ("if", "with"):
                self.next += 1
                return Clause(word, pipeline, body, (self.clause(again, self.line()),), line)
            self.close()
            otherwise, _, _ = self.nodes(("end",))
        return Clause(word, pipeline, body, otherwise, line)

    def name(self) -> str:
        token = self.take()
        if token.kind not in ("string", "raw"):
            raise self.fail("a template's name must be a string")
        return _unquoted(token)

    def define(self, name: str, line: int) -> None:
        start = self.position
        body, _, end = self.nodes(("end",))
        text = self.text[start:end]
        text = text.lstrip(BLANK) if self.text.endswith("-}}", 0, start) else text
        text = text.rstrip(BLANK) if _OPEN.match(self.text, end)[0] == "{{-" else text  # type: ignore[index]
        empty = not body and not _COMMENT.sub("", text).strip()
        self.defines.append(Define(name, body, text, line, empty))

    def call(self, word: str, line: int) -> Call:
        name = self.name()
        pipeline = self.pipeline() if self.peek().kind != "close" else None
        self.close()
        if word == "block":
            self.define(name, line)
        return Call(name, pipeline, line)

    def pipeline(self) -> Pipeline:
        names, declares = self.declaration()
        commands = [self.command()]
        while self.peek().text == "|":
            self.next += 1
            commands.append(self.command())
        return Pipeline(tuple(commands), names, declares)

    def declaration(self) -> tuple[tuple[str, ...], bool]:
        start, names = self.next, []
        while self.peek().kind == "variable":
            names.append(self.take().text[1:])
            token = self.take()
            if token.kind == "declare" or token.text == "=":
                return tuple(names), token.kind == "declare"
            if token.text != ",":
                break
        self.next = start
        return (), False

    def command(self) -> tuple[Operand, ...]:
        operands = []
        while self.peek().kind != "close" and self.peek().text not in ("|", ")"):
            operands.append(self.operand())
        if not operands:
            raise self.fail("a command is missing")
        return tuple(operands)

    def operand(self) -> Operand:
        token = self.take()
        base: Operand
        if token.text == "(":
            base = self.pipeline()
            if self.take().text != ")":
                raise self.fail("a bracket is not closed")
        elif token.kind == "field":
            base = Chain(Dot(), (token.text[1:],))
        elif token.kind in ("dot", "variable", "word"):
            base = _simple(token)
        elif token.kind in ("string", "raw"):
            base = Literal(_unquoted(token))
        elif token.kind in ("number", "char"):
            base = Literal()
        else:
            raise self.fail(f"unexpected {token.text!r}")
        names = []
        while self.peek().kind == "field" and not self.peek().spaced:
            names.append(self.take().text[1:])
        if isinstance(base, Chain):
            return Chain(base.base, (*base.names, *names))
        return Chain(base, tuple(names)) if names else base


def _simple(token: Token) -> Operand:
    if token.kind == "dot":
        return Dot()
    if token.kind == "variable":
        return Variable(token.text[1:])
    return Literal() if token.text in _CONSTANTS else Function(token.text)


def _unquoted(token: Token) -> str:
    if token.kind == "raw":
        return token.text[1:-1]
    return _ESCAPE.sub(_unescaped, token.text[1:-1]) if "\\" in token.text else token.text[1:-1]


def _unescaped(found: re.Match[str]) -> str:
    """What an escape stands for, as Go's strconv.Unquote has it; bytes of a character (`\\xc3\\xa4`) come together."""
    if found["bytes"]:
        units = (int(one[1:], 16) if one[0] == "x" else int(one, 8) & 255 for one in found[0][1:].split("\\"))
        return bytes(units).decode("utf-8", "replace")
    if code := found["short"] or found["long"]:
        return chr(int(code, 16)) if int(code, 16) < 0x110000 else found[0]
    return _CONTROLS.get(found["other"], found["other"])
