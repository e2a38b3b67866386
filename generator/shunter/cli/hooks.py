"""The hooks that shunter offers to pre-commit, as data, and the manifest that is made of them."""

from __future__ import annotations

from collections.abc import Iterable

from shunter.model.data import dataclass


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook: `entry` is the command, `files` and `exclude` are pre-commit's regular expressions of paths.

    Without `files` the hook looks at the whole repository: it runs once, always, and gets no file names.
    """

    id: str
    name: str
    description: str
    entry: str
    files: str = ""
    exclude: str = ""
    manual: bool = False


_VALUES = r"(^|/)envs/([^/]+/)?(?!Chart\.yaml$)[^/.][^/]*\.ya?ml$"
_VALUES += r"|(^|/)values([-._][^/]*)?\.ya?ml$|(^|/)ci/[^/]*values\.ya?ml$"
_DEPENDED_ON = r"(^|/)(Chart\.yaml|values\.schema\.json)$"
_VENDORED = r"(^|/)(charts|envs)/[^/]+/charts/"

HOOKS = (
    Hook(
        "shunter-validate",
        "values files fit the schemas of their charts",
        "Judges values files as Helm does, without Helm; a changed schema or Chart.yaml, all files that depend on it.",
        "shunter validate",
        f"{_VALUES}|{_DEPENDED_ON}",
        _VENDORED,
    ),
    Hook(
        "shunter-schema-check",
        "compiled schemas are fresh",
        "Fails when a committed values.schema.json is not what its source compiles to.",
        "shunter schema build --check",
    ),
    Hook(
        "shunter-lint",
        "charts, trains and layout",
        "Finds what Helm accepts and someone will regret.",
        "shunter lint",
    ),
    Hook(
        "shunter-lock-check",
        "derived files are fresh",
        "Fails when Chart.lock, schemas, vendored charts or digests do not follow from the pins.",
        "shunter lock --check",
    ),
    Hook(
        "shunter-fix",
        "repair values files",
        "Applies the safe fixes of shunter validate; runs by hand only.",
        "shunter validate --fix",
        _VALUES,
        _VENDORED,
        manual=True,
    ),
)

_HEAD = "# Made by `python -m shunter.cli.hooks`; a test keeps it so.\n"


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


if __name__ == "__main__":
    import sys

    sys.stdout.write(render_hooks(HOOKS))
