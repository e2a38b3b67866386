"""What `copier.yml` says, read as Copier reads it, and what of it only Copier itself can do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

import yaml

from shunter.model.data import dataclass
from shunter.model.files import SYMLINK, FileState, Tree


class NeedsCopier(Exception):  # noqa: N818 - not an error: Copier does what is not done here
    """A template, or the answers for it, need Copier itself; the text names what does."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one template release, and its questions in order. Text in it may be templates.

    `skip_if_exists` and `exclude` are patterns; `options` are Jinja's; `least_copier` is a version, or empty; `unknown`
    is a setting that only Copier itself knows, or empty; `programs` are what it runs beside a render, see `due`.
    """

    questions: Mapping[str, Mapping[str, Any]]
    exclude: tuple[str, ...]
    skip_if_exists: tuple[str, ...]
    subdirectory: str
    suffix: str
    answers_file: str
    options: Mapping[str, Any]
    secret: frozenset[str]
    least_copier: str
    unknown: str = ""
    programs: tuple[str, ...] = ()


_FILES: Final = ("copier.yml", "copier.yaml")
_LISTS: Final = ("_exclude", "_jinja_extensions", "_secret_questions", "_skip_if_exists")
# Migrations are an update's, links are looked at where they are, and messages are for who runs Copier by hand.
_KNOWN: Final = {
    "_answers_file",
    "_envops",
    "_exclude",
    "_message_after_copy",
    "_message_after_update",
    "_message_before_copy",
    "_message_before_update",
    "_migrations",
    "_min_copier_version",
    "_preserve_symlinks",
    "_secret_questions",
    "_skip_if_exists",
    "_subdirectory",
    "_tasks",
    "_templates_suffix",
}
TASKS: Final = "_tasks"
_MIGRATION: Final = "_migrations "
_VERSION: Final = re.compile(r"v?([0-9]+(?:\.[0-9]+)*)")
_OPTIONS: Final = {
    "autoescape",
    "block_end_string",
    "block_start_string",
    "comment_end_string",
    "comment_start_string",
    "keep_trailing_newline",
    "lstrip_blocks",
    "trim_blocks",
    "undefined",
    "variable_end_string",
    "variable_start_string",
}
# Copier's own, which counts where a template has no `_subdirectory`.
_EXCLUDE: Final = ("copier.yaml", "copier.yml", "~*", "*.py[co]", "__pycache__", ".git", ".DS_Store", ".svn")
# Attributes by which git checks out other bytes than a commit holds.
_CONVERTING: Final = (b"eol", b"crlf", b"ident", b"filter", b"working-tree-encoding", b"text")


def read_config(tree: Tree) -> Config:
    """The settings in a release's `copier.yml`. Raises NeedsCopier for what is not done here."""
    found = [path for path in tree.paths() if _is_config(path)]
    _refuse_odd(tree)
    if len(found) > 1 or not set(found) <= set(_FILES):
        raise NeedsCopier("the name of copier.yml")
    data = _merged(_documents(tree, found[0])) if found else {}
    return _config(data)


def _is_config(path: str) -> bool:
    name, _, suffix = path.rpartition(".")
    return "/" not in path and name.startswith("copier") and suffix.lower().startswith(("yml", "yaml"))


def _refuse_odd(tree: Tree) -> None:
    for path in tree.paths():
        name = path.rpartition("/")[2]
        if name not in (".gitattributes", ".gitmodules"):
            continue
        state = tree.get(path)
        if name == ".gitmodules" or (state and any(word in state.data for word in _CONVERTING)):
            raise NeedsCopier(f"{path} in the template's repository")


def file_of(tree: Tree, path: str) -> FileState | None:
    """A regular file of a release. Raises NeedsCopier for a link: Copier follows it, or refuses to."""
    state = tree.get(path)
    if state is not None and state.mode == SYMLINK:
        raise NeedsCopier(f"the symbolic link {path}")
    return state


def _documents(tree: Tree, path: str) -> list[dict[str, Any]]:
    class Loader(yaml.CSafeLoader):
        """Reads Copier's `!include`."""

    def include(loader: Loader, node: yaml.Node) -> list[Any]:
        if not isinstance(node, yaml.ScalarNode):
            raise NeedsCopier("an `!include` that is no text")
        pattern = str(loader.construct_scalar(node))
        return [part for each in _glob(tree, pattern) for part in _load(tree, each, Loader)]

    Loader.add_constructor("!include", include)
    found = list(_load(tree, path, Loader))
    if not all(isinstance(part, dict) and all(isinstance(key, str) for key in part) for part in found):
        raise NeedsCopier("a document of copier.yml that is no mapping of text")
    return found


def _load(tree: Tree, path: str, loader: type[yaml.CSafeLoader]) -> Iterator[Any]:
    state = file_of(tree, path)
    assert state is not None
    yield from _flat(part for part in yaml.load_all(state.data, loader) if part)


def _flat(parts: Iterable[Any]) -> Iterator[Any]:
    for part in parts:
        if isinstance(part, (list, tuple)):
            yield from _flat(part)
        else:
            yield part


def _glob(tree: Tree, pattern: str) -> list[str]:
    """The files that an `!include` names, sorted: Copier takes them in the order of the file system."""
    wanted = [step for step in pattern.split("/") if step not in ("", ".")]
    if pattern.startswith("/") or not wanted or "**" in pattern or ".." in wanted:
        raise NeedsCopier(f"`!include {pattern}`")

    def matches(path: str) -> bool:
        steps = path.split("/")
        return len(steps) == len(wanted) and all(map(fnmatchcase, steps, wanted))

    return [path for path in tree.paths() if matches(path)]


def _merged(documents: list[dict[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for document in documents:
        result |= document
    for name in _LISTS:
        parts = [document[name] for document in documents if name in document]
        if parts:
            if not all(isinstance(part, list) and all(isinstance(item, str) for item in part) for part in parts):
                raise NeedsCopier(f"`{name}` that is no list of text")
            result[name] = [item for part in parts for item in part]
    return result


def _config(data: Mapping[str, Any]) -> Config:
    subdirectory = _text(data, "_subdirectory", "")
    suffix = _text(data, "_templates_suffix", ".jinja")
    if suffix[:1] != "." or suffix.count(".") > 1 or "/" in suffix or len(suffix) == 1:
        raise NeedsCopier(f"`_templates_suffix: {suffix}`")
    asked = {key: _details(value) for key, value in data.items() if not key.startswith("_")}
    secret = {name for name, details in asked.items() if details.get("secret")} | set(data.get("_secret_questions", ()))
    return Config(
        questions=asked,
        exclude=tuple(data.get("_exclude", () if subdirectory.strip("./") else _EXCLUDE)),
        skip_if_exists=tuple(data.get("_skip_if_exists", ())),
        subdirectory=subdirectory,
        suffix=suffix,
        answers_file=_text(data, "_answers_file", ".copier-answers.yml"),
        options=_options(data.get("_envops") or {}),
        secret=frozenset(secret),
        least_copier=_text(data, "_min_copier_version", ""),
        programs=tuple(_programs(data)),
        unknown=min((key for key in data if key.startswith("_") and key not in _KNOWN), default=""),
    )


def _programs(data: Mapping[str, Any]) -> Iterator[str]:
    """`_tasks`, and each migration with its version, which may be empty: then it runs in every update."""
    if data.get(TASKS):
        yield TASKS
    for each in data.get("_migrations") or ():
        version = each.get("version", "") if isinstance(each, dict) else ""
        yield f"{_MIGRATION}{version}"


def due(programs: Iterable[str], before: str, after: str) -> str:
    """The setting of a template by which an update from release `before` to `after` runs programs; empty: by none.

    A migration runs where its version is passed; one whose version says nothing here is taken for due.
    """
    for each in programs:
        if not each.startswith(_MIGRATION):
            return each
        found, old, new = (_VERSION.fullmatch(text) for text in (each.removeprefix(_MIGRATION), before, after))
        if not (found and old and new) or _numbers(old[1]) < _numbers(found[1]) <= _numbers(new[1]):
            return _MIGRATION.strip()
    return ""


def _numbers(version: str) -> list[int]:
    numbers = [int(part) for part in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers


def _text(data: Mapping[str, Any], name: str, default: str) -> str:
    value = data.get(name, default)
    value = default if value is None and name == "_templates_suffix" else value
    if not isinstance(value, str):
        raise NeedsCopier(f"`{name}` that is no text")
    return value


def _details(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {"default": value}


def _options(envops: Any) -> Mapping[str, Any]:
    if not isinstance(envops, dict):
        raise NeedsCopier("`_envops` that is no mapping")
    if unknown := sorted(str(key) for key in envops if key not in _OPTIONS):
        raise NeedsCopier(f"`_envops: {unknown[0]}`")
    return {"keep_trailing_newline": True, **envops}
