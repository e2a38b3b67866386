"""Which files of a project are written once: Copier's `_skip_if_exists`, read as Copier reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from unicodedata import normalize

from jinja2.sandbox import SandboxedEnvironment
from pathspec import PathSpec

_OPTIONS = {
    "autoescape",
    "block_end_string",
    "block_start_string",
    "comment_end_string",
    "comment_start_string",
    "keep_trailing_newline",
    "variable_end_string",
    "variable_start_string",
}


def matcher(documents: Iterable[Mapping[str, Any]], answers: Mapping[str, Any]) -> Callable[[str], bool]:
    """A predicate on a project's paths from the documents of its `copier.yml` and its answers.

    Patterns are templates over the answers, and then gitignore patterns (Copier's documentation,
    "skip_if_exists").
    """
    options: dict[str, Any] = {}
    patterns: list[str] = []
    for document in documents:
        options |= document.get("_envops") or {}
        patterns += document.get("_skip_if_exists") or []
    environment = SandboxedEnvironment(**{key: value for key, value in options.items() if key in _OPTIONS})
    rendered = (environment.from_string(pattern).render(**answers) for pattern in patterns)
    spec = PathSpec.from_lines("gitignore", (normalize("NFD", pattern) for pattern in rendered))
    return lambda path: bool(spec.match_file(path))
