"""Opening a run: what an interrupted run left behind is finished first."""

from __future__ import annotations

import argparse
from pathlib import Path

from shunter.cli import output
from shunter.flows.context import Context, open_context


def open_session(arguments: argparse.Namespace) -> Context:
    """The context of a command, after recovering what a killed run left behind."""
    context = open_context(arguments.directory)
    if _may_need_recovery(context.root / ".git"):
        from shunter.adapters.apply import recover

        if done := recover(context.root):
            output.say(f"notice: {done}")
            context = open_context(arguments.directory)
    return context


def _may_need_recovery(git: Path) -> bool:
    """Whether to look closer. A look at one folder keeps the commit hook from importing what writes."""
    return git.is_file() or (git / "shunter" / "journal.json").exists()


def split(names: str) -> tuple[str, ...]:
    """`a,b` as names."""
    return tuple(name for name in names.split(",") if name)
