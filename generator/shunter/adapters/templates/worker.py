"""The process in which Copier runs: a line of requests as JSON on standard input, a line of files on standard output."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path
from types import CodeType
from typing import Any

from copier import Settings, load_settings, run_copy
from copier.errors import UnsafeTemplateError
from jinja2.sandbox import SandboxedEnvironment

from shunter.adapters.system.files import DiskTree


def _render(request: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as box:
        target = Path(box, "project")
        run_copy(
            request["source"],
            target,
            request["answers"],
            vcs_ref=f"v{request['release']}",
            settings=Settings(trust=load_settings().trust),  # a person's own defaults answer no question of a workspace
            defaults=True,
            overwrite=True,
            quiet=True,
        )
        tree = DiskTree(target)
        files = [(path, state) for path in tree.paths() if (state := tree.get(path)) is not None]
    return {"files": [(path, state.mode, base64.b64encode(state.data).decode()) for path, state in files]}


_UNKNOWN = "name a release it has, or install a shunter that is new enough to know this one"


def _explain(error: Exception, request: dict[str, Any]) -> dict[str, Any]:
    lines = [line.strip() for line in (getattr(error, "stderr", "") or str(error)).strip().splitlines()]
    notes = [f"copier: {line}" for line in lines[:6]]
    source, release = request["source"], request["release"]
    if any("invalid reference" in line or "Unknown revision" in line for line in lines):
        return {"error": f"{source} has no template release {release}", "notes": [], "hint": _UNKNOWN}
    if getattr(error, "stderr", None):
        return {
            "error": f"cannot read the templates at {source}",
            "notes": notes,
            "hint": "is the URL right, and reachable?",
        }
    if isinstance(error, UnsafeTemplateError):
        hint = f"if you trust them, name them in Copier's settings.yml (`trust: [{source}]`); else take tasks and extensions out"
        return {"error": f"the templates at {source} want to run programs", "notes": notes, "hint": hint}
    kind = request["answers"].get("kind", "project")
    return {"error": f"Copier cannot render a {kind} from templates {release}", "notes": notes, "hint": ""}


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return _render(request)
    except Exception as error:  # Copier lets plumbum's, Jinja's and YAML's errors through
        return _explain(error, request)


def _compile_once() -> None:
    """Compile each expression once in this process.

    Copier compiles some three hundred for a project, its questions again and again, and the next project has the same.
    """
    compile_anew = SandboxedEnvironment.compile
    known: dict[tuple[object, ...], CodeType] = {}

    def compile_once(
        env: SandboxedEnvironment, source: str, name: str | None = None, filename: str | None = None
    ) -> CodeType:
        syntax = (env.lexer, env.autoescape, env.optimized, env.finalize, *sorted(env.extensions))
        asked = (*syntax, env.preprocess(source, name, filename), name, filename)  # where Copier starts a `yield` anew
        if asked not in known:
            known[asked] = compile_anew(env, source, name, filename)
        return known[asked]

    SandboxedEnvironment.compile = compile_once  # type: ignore[assignment, method-assign]


def _answers(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One batch, with mirrors of its own.

    Copier's mirror of a template does not stand two processes at a time (`git worktree prune` of one removes what
    `git worktree add` of the other has just begun), and one that is kept does not know what was tagged since.
    """
    with tempfile.TemporaryDirectory() as mirrors:
        os.environ["COPIER_CACHE_DIR"] = mirrors
        return [_answer(request) for request in requests]


def main() -> None:
    """Answer every line; what Copier itself prints goes to standard error."""
    _compile_once()
    answered = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        for line in sys.stdin:
            answered.write(json.dumps(_answers(json.loads(line))) + "\n")
            answered.flush()


if __name__ == "__main__":
    main()
