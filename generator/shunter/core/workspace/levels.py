"""Levels of rules that are chosen outside of a workspace: in `.shunter.yaml`, in `pyproject.toml`, or by `--rule`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from shunter.core.goyaml.document import Document, read
from shunter.model.errors import ShunterError
from shunter.model.findings import Kind, Severity, Span
from shunter.model.wording import nearest

LEVELS: Final = (*(severity.value for severity in Severity), "off")


def of_yaml(data: bytes, path: str) -> dict[str, str]:
    """The levels in the bytes of a `.shunter.yaml`, whose one key is `rules`. Raises ShunterError for anything else."""
    document = read(data, path)
    for finding in document.findings:
        raise ShunterError(finding.message, span=finding.span, hint=finding.hint)
    value = document.value or {}
    for key in value:
        if key != "rules":
            message = f"{path} has no key `{key}`"
            raise ShunterError(message, span=document.span((key,), of="key"), hint="its one key is `rules`")
    return _checked(value.get("rules"), path, document)


def of_toml(data: bytes, path: str) -> dict[str, str] | None:
    """The levels in the table `tool.shunter` of a `pyproject.toml`; None if it has no such table.

    Raises ShunterError for a table that is wrong, or a file that is no TOML.
    """
    import tomllib

    try:
        table = tomllib.loads(data.decode("utf-8")).get("tool", {}).get("shunter")
    except (ValueError, AttributeError) as error:
        raise ShunterError(f"{path} is no TOML: {error}", span=Span(path), hint="correct it") from None
    if table is None:
        return None
    others = [key for key in table if key != "rules"] if isinstance(table, dict) else ["tool.shunter"]
    if others:
        raise ShunterError(f"{path}: `{others[0]}` is no setting", span=Span(path), hint="[tool.shunter.rules]")
    return _checked(table.get("rules"), path, None)


def of_arguments(texts: Sequence[str]) -> dict[str, str]:
    """The levels that `--rule NAME=LEVEL` gives, the last one of a name wins. Raises ShunterError for a wrong one."""
    found = {}
    for text in texts:
        name, _, level = text.partition("=")
        found[name] = _level(name, level, f"--rule {text}", None)
    return found


def _checked(rules: Any, path: str, document: Document | None) -> dict[str, str]:
    if rules is None:
        return {}
    if not isinstance(rules, Mapping):
        raise ShunterError(f"{path}: `rules` must be a map", span=Span(path), hint="rules: {drift: off}")
    spans = {name: document.span(("rules", name)) if document else Span(path) for name in rules}
    return {name: _level(name, level, path, spans[name]) for name, level in rules.items()}


def _level(name: str, level: Any, where: str, span: Span | None) -> str:
    from shunter.core.rules.catalogue import RULES

    rule = RULES.get(name)
    if rule is None:
        near = nearest(name, RULES)
        hint = f"did you mean `{near}`?" if near else "docs/reference/rules.md lists them all"
        raise ShunterError(f"{where}: there is no rule `{name}`", span=span, hint=hint)
    if rule.kind is Kind.VERDICT:
        message = f"{where}: `{name}` is refused, whatever level it has"
        raise ShunterError(message, span=span, hint="leave it out; only lints have levels")
    chosen = "off" if level is False else level
    if chosen not in LEVELS:
        raise ShunterError(f"{where}: `{name}` cannot be `{chosen}`", span=span, hint=f"one of: {', '.join(LEVELS)}")
    return str(chosen)
