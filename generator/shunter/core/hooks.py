"""pre-commit's manifest of hooks, `.pre-commit-hooks.yaml`, from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from shunter.model.hooks import Hook

_HEAD = "# Made from shunter.model.hooks by shunter.core.hooks.render_hooks; a test keeps it so.\n"


def render_hooks(hooks: Iterable[Hook]) -> str:
    """The manifest as YAML text with one entry per hook, in order. Keys: https://pre-commit.com/#new-hooks."""
    return _HEAD + "".join(_entry(hook) for hook in hooks)


def _entry(hook: Hook) -> str:
    lines = [
        f"- id: {hook.id}",
        f"  name: {_quoted(hook.name)}",
        f"  description: {_quoted(hook.description)}",
        f"  entry: {_quoted(hook.entry)}",
        "  language: python",
        *(_selection(hook)),
        f"  stages: [{'manual' if hook.manual else 'pre-commit, pre-push, manual'}]",
        "  minimum_pre_commit_version: '3.2.0'",
    ]
    return "\n".join(lines) + "\n"


def _selection(hook: Hook) -> list[str]:
    if not hook.files:
        return ["  pass_filenames: false", "  always_run: true"]
    lines = [f"  files: {_quoted(hook.files)}", "  require_serial: true"]
    if hook.exclude:
        lines.insert(1, f"  exclude: {_quoted(hook.exclude)}")
    return lines


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
