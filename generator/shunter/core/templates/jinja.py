"""Jinja as Copier sets it up, with templates from a tree, compiled once, and a record of the names that each uses."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from functools import partial
from posixpath import join, normpath
from types import CodeType
from typing import Any, Final, cast

import yaml
from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateNotFound, Undefined, nodes
from jinja2.exceptions import TemplateSyntaxError, UndefinedError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from shunter.core.templates.compiled import CODES
from shunter.core.templates.config import NeedsCopier, file_of
from shunter.core.templates.nice_yaml import NiceYaml
from shunter.core.templates.variables import Memo, Variables
from shunter.model.files import FileState, Tree

# What Copier's templates may also see, and what depends on more than the release and the answers.
_ELSEWHERE: Final = {
    "UNSET",
    "_copier_phase",
    "_copier_python",
    "_external_data",
    "_folder_name",
    "lipsum",
    "make_secret",
    "now",
}
_UNSTABLE: Final = ("ans_random", "expanduser", "expandvars", "fileglob", "random", "realpath", "shuffle", "strftime")
_UNDEFINED: Final = {"jinja2.Undefined": Undefined, "jinja2.StrictUndefined": StrictUndefined}
_MADE: Final[dict[tuple[object, ...], Memo[Any]]] = {}
"""What was rendered, by options and name or source: of equal templates and variables every release makes the same."""


_UNNAMED: Final = "copier.yml or the name of a file"
"""Where the templates are that have no file of their own."""
_PLAIN_YAML: Final = re.compile(r"[ -~\n]*")


class _Names(Context):
    """A context that notes which names are asked for, in included templates too."""

    def resolve_or_missing(self, key: str) -> Any:
        environment = cast("Jinja", self.environment)
        if key in environment.refused:
            raise NeedsCopier(f"the variable `{key}`")
        environment.used.add(key)
        return super().resolve_or_missing(key)


class _Yield(Extension):
    """Copier's `yield` in names of files: notes the loop for who renders the name, once for each value."""

    tags = {"yield"}  # noqa: RUF012 - as Jinja declares it

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        name = parser.parse_assign_target(name_only=True)
        parser.stream.expect("name:from")
        values = parser.parse_expression()
        body = parser.parse_statements(("name:endyield",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_note", [nodes.Const(name.name), values]), [], [], body, lineno=line)

    def _note(self, name: str, values: Iterable[Any], caller: Callable[[], str]) -> str:
        loops = cast("Jinja", self.environment).loops
        if loops:
            raise NeedsCopier("two `yield` in one name")
        loops.append((name, values))
        try:
            return caller()
        except UndefinedError:
            return ""


class _Loader(BaseLoader):
    """Templates from a tree, by their path in it."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._asked: dict[str, set[str]] = {}
        self._marks: dict[str, bytes | None] = {}

    def marks(self, names: tuple[str, ...]) -> tuple[object, ...]:
        """What tells the templates of these names from others: their bytes, None where there is none."""
        for name in names:
            if name not in self._marks:
                state = self._state(name)
                self._marks[name] = state.data if state else None
        return tuple([self._marks[name] for name in names])

    def note(self, name: str, parent: str) -> None:
        """Note that a template asks for another."""
        self._asked.setdefault(parent, set()).add(name)

    def behind(self, names: Iterable[str]) -> set[str]:
        """These templates, and all that they have ever asked for: an imported one asks only once."""
        found: set[str] = set()
        left = {*names}
        while left:
            found |= left
            left = {each for name in left for each in self._asked.get(name, ())} - found
        return found

    def _state(self, name: str) -> FileState | None:
        steps = [step for step in name.split("/") if step not in ("", ".")]
        return None if ".." in steps else file_of(self._tree, "/".join(steps))

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002
    ) -> Template:
        state = self._state(name)
        if state is None:
            raise TemplateNotFound(name)
        # As Python reads a text file: every end of line is one character.
        source = io.StringIO(state.data.decode("utf-8"), newline=None).read()
        code = cast("Jinja", environment).compiled(source, name)
        return environment.template_class.from_code(environment, code, globals or {}, None)


class Jinja(SandboxedEnvironment):
    """The environment of one release. `used` grows while templates render, and so does `read`: names, and templates.

    `loops` are those of the name just rendered.
    """

    context_class = _Names

    def __init__(self, tree: Tree, options: Mapping[str, Any]) -> None:
        known = dict(options)
        if "undefined" in known:
            if known["undefined"] not in _UNDEFINED:
                raise NeedsCopier("`_envops: undefined`")
            known["undefined"] = _UNDEFINED[known["undefined"]]
        extensions = ["jinja2_ansible_filters.AnsibleCoreFiltersExtension", _Yield]
        self.templates = _Loader(tree)
        super().__init__(loader=self.templates, extensions=extensions, cache_size=-1, auto_reload=False, **known)
        self.used: set[str] = set()
        self.read: set[str] = set()
        self.loops: list[tuple[str, Iterable[Any]]] = []
        self.refused: set[str] = set(_ELSEWHERE)
        self._syntax = tuple(sorted(options.items()))
        self._starts = (self.block_start_string, self.variable_start_string, self.comment_start_string, "\n", "\r")
        self.filters |= {name: partial(_refuse_filter, name) for name in _UNSTABLE}
        self.filters["to_nice_yaml"] = NiceYaml(self.filters["to_nice_yaml"])
        self.filters["from_yaml"] = partial(from_yaml, self.filters["from_yaml"])
        self.filters["to_json"] = partial(self.filters["to_json"], default=_refuse_value)
        self.globals["pathjoin"] = _pathjoin

    def compiled(self, source: str, name: str | None = None) -> CodeType:
        """The code of a template, compiled once."""
        return CODES.code((*self._syntax, name, source), lambda: self.compile(source, name, name))

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """As Jinja does it, for globals that never change: a plain mapping is copied into each context, and quickly."""
        return {**self.globals, **(d or {})}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002
    ) -> Template:
        """As Jinja does it, and noted."""
        self._note(name, parent)
        return super().get_template(name, parent, globals)

    def select_template(
        self,
        names: Iterable[str | Template],
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002
    ) -> Template:
        """As Jinja does it, and noted."""
        found = [*names] if not isinstance(names, Undefined) else names
        for name in found:
            self._note(name, parent)
        return super().select_template(found, parent, globals)

    def _note(self, name: str | Template, parent: str | None) -> None:
        if isinstance(name, str):
            self.read.add(name)
            if parent is not None:
                self.templates.note(name, parent)

    def made(self, *place: object) -> Memo[Any]:
        """What is known of a template, by its name, or of a text: by all environments with these options."""
        return _MADE.setdefault((*self._syntax, *place), Memo())

    def is_template(self, text: str) -> bool:
        """Whether rendering text can give anything but that text."""
        return any(start in text for start in self._starts)

    def text(self, source: str) -> Text:
        """A piece of text that may be a template."""
        return Text(self, source)

    def recorded(self, template: Template, variables: Variables) -> tuple[str, set[str]]:
        """What a template makes of these variables, and the names that it used. `read` has the templates."""
        self.used = set()
        self.read = {template.name} if template.name else set()
        self.loops.clear()
        result = template.render(variables.values)
        if variables.changed(self.used):
            raise NeedsCopier("a template that changes an answer")
        self.read = self.templates.behind(self.read)
        return result, self.used


class Text:
    """A piece of text that may be a template: compiled when it is first rendered, rendered once for equal values."""

    def __init__(self, jinja: Jinja, source: str) -> None:
        self.source = source
        self.is_constant = not jinja.is_template(source)
        self._jinja = jinja
        self._template: Template | None = None
        self._memo: Memo[str] = jinja.made(None, source)

    def render(self, variables: Variables) -> str:
        """The text. Jinja's errors, and NeedsCopier."""
        if self.is_constant:
            return self.source
        jinja = self._jinja
        found = self._memo.find(variables, jinja.templates)
        if found is None:
            found, used = jinja.recorded(self._compiled(), variables)
            if jinja.loops:
                return found
            self._memo.keep(used, variables, found, jinja.read, jinja.templates)
        else:
            jinja.loops.clear()
        return found

    def loops(self) -> list[tuple[str, Iterable[Any]]]:
        """The loop of a `yield` in the text that was just rendered, or none."""
        return [] if self.is_constant else list(self._jinja.loops)

    def _compiled(self) -> Template:
        if self._template is None:
            jinja = self._jinja
            code = jinja.compiled(self.source)
            self._template = jinja.template_class.from_code(jinja, code, jinja.make_globals(None), None)
        return self._template


def place_of(error: BaseException) -> str:
    """Where in the templates something was raised, as `in templates/app/x.jinja, line 3`; empty: nobody can tell."""
    if isinstance(error, TemplateSyntaxError):
        return f"in {error.name or _UNNAMED}, line {error.lineno}"
    found, at = "", error.__traceback__
    while at is not None:
        if "__jinja_exception__" in at.tb_frame.f_globals:  # how Jinja marks the lines of a template
            found = f"in {at.tb_frame.f_code.co_filename}, line {at.tb_lineno}"
        at = at.tb_next
    return found.replace("<template>", _UNNAMED)


def _refuse_filter(name: str, *_: Any, **__: Any) -> Any:
    raise NeedsCopier(f"the filter `{name}`")


def from_yaml(load: Callable[[Any], Any], data: Any) -> Any:
    """What `load` gives, by libyaml's parser where the text is plain: that takes a tenth of the time."""
    if isinstance(data, str) and _PLAIN_YAML.fullmatch(data):
        try:
            return yaml.load(data, yaml.CSafeLoader)
        except yaml.YAMLError:
            pass  # `load` says what is wrong, if anything is
    return load(data)


def _refuse_value(value: Any) -> Any:
    raise NeedsCopier(f"a {type(value).__name__} as JSON")


def _pathjoin(*path: str, mode: str = "posix") -> str:
    """Copier's own function: the parts as one path, without what says nothing."""
    if mode not in ("posix", "native") or any("//" in part or ".." in part for part in path):
        raise NeedsCopier("`pathjoin` of an unusual path")
    return normpath(join("", *path))
