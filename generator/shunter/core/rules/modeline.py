"""The first lines of an environment's values file: they tell editors which schema it has."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from shunter.core.goyaml.document import Document
from shunter.core.packaging.umbrella import FULL_SCHEMA
from shunter.core.values.sops import is_sops_file
from shunter.model.files import Tree
from shunter.model.findings import Finding, Kind, Severity, Span, TextEdit

_MODELINE: Final = re.compile(r"#\s*yaml-language-server\s*:.*?\$schema=(?P<schema>\S+)")


def modelines(document: Document, tree: Tree) -> Iterator[Finding]:
    """A finding where a values file names no schema, or one that is not there; nothing where there is none to name."""
    if tree.get(FULL_SCHEMA) is None or is_sops_file(document):
        return
    folder = posixpath.dirname(document.path)
    wanted = posixpath.relpath(FULL_SCHEMA, folder or ".")
    line = f"# yaml-language-server: $schema={wanted}"
    for number, text in enumerate(document.data.decode("utf-8-sig", "replace").splitlines(), 1):
        found = _MODELINE.match(text)
        if found is not None:
            named = found["schema"]
            if "://" not in named and tree.get(posixpath.normpath(posixpath.join(folder, named))) is None:
                span = Span(document.path, number, found.start("schema") + 1, found.end("schema") + 1, text)
                message = f"there is no schema `{named}` for editors to read"
                yield _finding(message, span, f"name {wanted}", (TextEdit(span, wanted),))
            return
        if text.strip() and not text.startswith("#"):
            break
    first = document.line(1) if document.data else ""
    # Helm 3 reads the first document only, so nothing may come to stand in front of a `---`.
    safe = not first.startswith("---")
    end = "\r\n" if document.data.split(b"\n", 1)[0].endswith(b"\r") else "\n"
    fix = (TextEdit(Span(document.path, 1, 1, 1, first), line + end),) if safe else ()
    yield _finding("editors do not know the schema of this file", Span(document.path), f"begin it with: {line}", fix)


def _finding(message: str, span: Span, hint: str, fix: tuple[TextEdit, ...]) -> Finding:
    return Finding("editor-schema", message, span, Kind.LINT, Severity.NOTE, hint=hint, fix=fix)
