"""One release of a template, compiled once: the files that `copier copy --defaults` makes of it, in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from unicodedata import normalize

from jinja2 import Template
from pathspec import PathSpec

from shunter.core.templates.config import TASKS, NeedsCopier, file_of, read_config
from shunter.core.templates.jinja import Jinja, Text, place_of
from shunter.core.templates.questions import Questionnaire
from shunter.core.templates.variables import Memo, Variables
from shunter.model.data import dataclass, field
from shunter.model.files import FileState, Tree

ERROR: Final = "an error"
"""How the reason begins for which Copier is asked what it says of a template's fault."""
_LINES = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class _Source:
    """One file of the release: its path there, and the steps of its path in a project, which may all be `constant`."""

    path: str
    steps: tuple[Text, ...]
    is_template: bool

    constant: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A project's files, the patterns of those that are written once, and then a person's, and which template is whose.

    `places` are the paths of templates in the release, by the path of what they made; none where Copier rendered.
    `programs` are what an update runs beside the render, see `config.due`.
    """

    files: dict[str, FileState]
    once: tuple[str, ...]
    places: dict[str, str] = field(default_factory=dict)
    programs: tuple[str, ...] = ()


def written_once(tree: Tree, given: Mapping[str, Any]) -> tuple[str, ...]:
    """The patterns of files that are written once, of a release that only Copier can render; none if they are odd."""
    try:
        config = read_config(tree)
        jinja = Jinja(tree, config.options)
        return tuple(jinja.text(pattern).render(Variables(given)) for pattern in config.skip_if_exists)
    except Exception:  # as in `Engine.project`; and Copier has said what is wrong
        return ()


def programs_of(tree: Tree) -> tuple[str, ...]:
    """The programs of a release that only Copier can render; `_tasks` where nobody can tell."""
    try:
        return read_config(tree).programs
    except Exception:  # as above
        return (TASKS,)


def excluded_by(tree: Tree) -> tuple[str, ...]:
    """What a release excludes that only Copier can render; nothing where nobody can tell."""
    try:
        return read_config(tree).exclude
    except Exception:  # as above
        return ()


class Engine:
    """A release at `source`, which Copier would call `commit` (empty: no git). `config` is what its copier.yml says.

    What is `told` hears the path of each template that is going to be rendered.

    Raises NeedsCopier for a template that only Copier itself can render.
    """

    def __init__(self, tree: Tree, source: str, commit: str, told: Callable[[str], None] = lambda _: None) -> None:
        self._tree = tree
        self._told = told
        self._about = {"_src_path": source} | ({"_commit": commit} if commit else {})
        self._known = set(tree.paths())
        self._known |= {path[:at] for path in self._known for at, char in enumerate(path) if char == "/"}
        self.config = read_config(tree)
        if self.config.unknown:
            raise NeedsCopier(f"`{self.config.unknown}`")
        self._jinja = Jinja(tree, self.config.options)
        self._questions = Questionnaire(self.config, self._jinja)
        self._subdirectory, self._answers_file = map(
            self._jinja.text, (self.config.subdirectory, self.config.answers_file)
        )
        self._exclude = [self._jinja.text(pattern) for pattern in self.config.exclude]
        self._once = [self._jinja.text(pattern) for pattern in self.config.skip_if_exists]
        self._sources: dict[str, list[_Source]] = {}
        self._constant: dict[tuple[str, str], list[str]] = {}
        self._specs: dict[tuple[str, ...], Callable[[str], bool]] = {}
        self._templates: dict[str, tuple[Template, Memo[FileState]]] = {}
        self._raw: dict[str, FileState] = {}

    def render(self, given: Mapping[str, Any], operation: str = "copy") -> dict[str, FileState]:
        """Path → file of a project with these answers; see `project`."""
        return self.project(given, operation).files

    def project(
        self,
        given: Mapping[str, Any],
        operation: str = "copy",
        recorded: Collection[str] = (),
        excluding: Sequence[str] = (),
    ) -> Made:
        """The project with these answers. Raises NeedsCopier for what Copier does, or says, better.

        `operation` is what Copier's `_exclude` may ask for: `copy`, or `update` for a project that is there already.
        For answers that are only `recorded` see `Questionnaire.answer`. `excluding` are further patterns of `_exclude`.
        """
        if operation == "copy" and TASKS in self.config.programs:
            raise NeedsCopier(f"`{TASKS}`")
        try:
            return self._render(given, operation, recorded, excluding)
        except NeedsCopier:
            raise
        except Exception as error:  # what a template makes of Python is everything that Python raises
            what = str(error) or ("more memory than there is" if isinstance(error, MemoryError) else "")
            place = f" {place_of(error)}".rstrip()
            raise NeedsCopier(f"{ERROR}{place}: {type(error).__name__}: {what}") from error

    def _render(
        self, given: Mapping[str, Any], operation: str, recorded: Collection[str], excluding: Sequence[str]
    ) -> Made:
        answers = self._questions.answer(given, self._about, recorded)
        variables = answers.variables
        variables.put("_copier_answers", answers.remembered)
        variables.put("_copier_conf", _Settings(""))
        place = _path(self._answers_file.render(variables))
        variables.put("_copier_conf", _Settings(place))
        excluded = self._excluded(variables.beside("_copier_operation", operation), excluding)
        files: dict[str, FileState] = {}
        places: dict[str, str] = {}
        for source in self._sources_in(_path(self._subdirectory.render(variables))):
            for path, seen in self._paths(source, variables, place):
                if excluded(path):
                    continue
                if path in files:
                    raise NeedsCopier(f"two files with the name {path}")
                files[path], places[path] = self._file(source, seen), source.path
        _refuse_nested(tuple(files))
        once = tuple(pattern.render(variables) for pattern in self._once)
        return Made(files, once, places, self.config.programs)

    def _excluded(self, variables: Variables, more: Sequence[str]) -> Callable[[str], bool]:
        further = [self._jinja.text(pattern) for pattern in more if pattern not in self.config.exclude]
        rendered = tuple([pattern.render(variables) for pattern in (*self._exclude, *further)])
        if rendered not in self._specs:
            lines = (normalize("NFD", line) for text in rendered for line in _LINES.split(text))
            self._specs[rendered] = lru_cache(None)(PathSpec.from_lines("gitignore", lines).match_file)
        return self._specs[rendered]

    def _sources_in(self, folder: str) -> list[_Source]:
        if folder not in self._sources:
            self._sources[folder] = list(self._listed(folder))
        return self._sources[folder]

    def _listed(self, folder: str) -> Iterator[_Source]:
        prefix, suffix = f"{folder}/" if folder else "", self.config.suffix
        found = [path for path in self._tree.paths(folder) if path.startswith(prefix)]
        if not found:
            raise NeedsCopier(f"the folder {folder}, which is not there")
        for path in found:
            if path + suffix in self._known:
                continue
            name = path[len(prefix) :]
            is_template = name.endswith(suffix)
            name = name[: -len(suffix)] if is_template else name
            if not name.rpartition("/")[2].strip("."):
                raise NeedsCopier(f"the file {path}")
            steps = tuple(map(self._jinja.text, name.split("/")))
            yield _Source(path, steps, is_template, all(step.is_constant for step in steps))

    def _paths(self, source: _Source, variables: Variables, answers: str) -> Iterator[tuple[str, Variables]]:
        """The paths in a project that a file has, and what it sees in each: none, one, or one for each of a loop."""
        if source.constant:
            place = (source.path, answers)
            if place not in self._constant:
                self._constant[place] = [path for path, _ in self._rendered(source, variables, answers)]
            return ((path, variables) for path in self._constant[place])
        return self._rendered(source, variables, answers)

    def _rendered(self, source: _Source, variables: Variables, answers: str) -> Iterator[tuple[str, Variables]]:
        for steps, seen in self._stepped(source.steps, variables, (), answers):
            path = _path("/".join(steps))
            if source.is_template or path + self.config.suffix not in self._known:
                yield path, seen

    def _stepped(
        self, steps: tuple[Text, ...], variables: Variables, before: tuple[str, ...], answers: str
    ) -> Iterator[tuple[tuple[str, ...], Variables]]:
        if not steps:
            yield before, variables
            return
        for step, seen in _values(steps[0], variables):
            if not step:
                continue
            if step != answers:
                yield from self._stepped(steps[1:], seen, (*before, step), answers)
            elif before or len(steps) > 1:
                raise NeedsCopier("an answers file in a folder")
            else:
                yield (answers,), seen

    def _file(self, source: _Source, variables: Variables) -> FileState:
        if not source.is_template:
            return self._copied(source.path)
        if source.path not in self._templates:
            self._told(source.path)  # what is constant in a template is worked out as it is compiled
            mode = self._copied(source.path).mode
            self._templates[source.path] = (self._jinja.get_template(source.path), self._jinja.made(source.path, mode))
        template, memo = self._templates[source.path]
        jinja = self._jinja
        found = memo.find(variables, jinja.templates)
        if found is None:
            self._told(source.path)
            text, used = jinja.recorded(template, variables)
            if jinja.loops:
                raise NeedsCopier(f"`yield` in {source.path}")
            found = FileState(text.encode(), self._copied(source.path).mode)
            memo.keep(used, variables, found, jinja.read, jinja.templates)
        return found

    def _copied(self, path: str) -> FileState:
        if path not in self._raw:
            state = file_of(self._tree, path)
            assert state is not None
            self._raw[path] = state
        return self._raw[path]


def _values(step: Text, variables: Variables) -> list[tuple[str, Variables]]:
    """One step of a path, or one for each value of its `yield`."""
    text = step.render(variables)
    loops = step.loops()
    if not loops:
        return [(text, variables)]
    ((name, values),) = loops
    inside = [variables.beside(name, value) for value in values or ()]
    return [(step.render(each), each) for each in inside]


def _path(text: str) -> str:
    """A path without what says nothing. Raises NeedsCopier for one that leaves its folder: Copier refuses it."""
    steps = [step for step in text.split("/") if step not in ("", ".")]
    if text.startswith("/") or ".." in steps or "\0" in text:
        raise NeedsCopier(f"the path {text!r}")
    return "/".join(steps)


@lru_cache(1024)
def _refuse_nested(files: tuple[str, ...]) -> None:
    known = set(files)
    for path in known:
        if not path or any(path[:at] in known for at, char in enumerate(path) if char == "/"):
            raise NeedsCopier(f"a folder and a file with one name, at {path}")


class _Settings:
    """`_copier_conf`, of which templates get the name of the answers file."""

    def __init__(self, answers_file: str) -> None:
        self.answers_file = _Name(answers_file)

    def __getitem__(self, name: object) -> Any:
        if name == "answers_file":
            return self.answers_file
        raise NeedsCopier(f"`_copier_conf.{name}`")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NeedsCopier(f"`_copier_conf.{name}`")

    def __str__(self) -> str:
        raise NeedsCopier("`_copier_conf` as text")

    def __repr__(self) -> str:
        return f"answers file {self.answers_file}"


class _Name(_Settings):
    """A path as Copier hands it to templates: text where it is printed, and not where it is compared."""

    def __init__(self, text: str) -> None:  # no super().__init__(): it has no settings
        self._text = text

    def __getitem__(self, name: object) -> Any:
        raise NeedsCopier(f"`_copier_conf.answers_file.{name}`")

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return self._text
