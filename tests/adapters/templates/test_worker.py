"""The process that renders templates of others: in their own syntax, and by Copier where our engine cannot."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from helpers.workspaces.gitrepo import commit_all, git, make_repo
from shunter.adapters.system import process
from shunter.adapters.templates.isolated import Asked
from shunter.adapters.templates.render import RenderRequest, render_many

YIELD = "[% yield item from items %][[ item ]][% endyield %].txt.jinja"
QUESTIONS = """\
_templates_suffix: .jinja
name: {type: str, default: "[[ 'square' ]] {{ 'curly' }}"}
items: {type: yaml, default: [a, b]}
"""
SQUARE = """\
_envops: {variable_start_string: "[[", variable_end_string: "]]", block_start_string: "[%", block_end_string: "%]"}
"""


def templates(folder: Path) -> str:
    """A template in three releases: the same expressions, in another syntax, and with what only Copier can do."""
    source = make_repo(folder, {"copier.yml": SQUARE + QUESTIONS, "text.jinja": "[[ name ]], {{ name }}"})
    commit_all(source, {YIELD: "[[ item ]]"})
    git(source, "tag", "v1.0.0")
    commit_all(source, {"copier.yml": QUESTIONS, YIELD: None})
    git(source, "tag", "v2.0.0")
    commit_all(source, {"copier.yml": QUESTIONS, "text.jinja": "{{ _copier_phase }}"})
    git(source, "tag", "v3.0.0")
    return str(source)


def test_two_syntaxes_and_copier_in_one_process(tmp_path: Path) -> None:
    source = templates(tmp_path / "templates")
    asked = [("1.0.0", {}), ("2.0.0", {}), ("1.0.0", {"items": ["c"]}), ("3.0.0", {})]
    requests = [RenderRequest.of(source, *one, None) for one in asked]
    found = render_many(requests)
    old = {"text": b"square {{ 'curly' }}, {{ name }}"}
    assert [{path: state.data for path, state in found.files[request].items()} for request in requests] == [
        old | {"a.txt": b"a", "b.txt": b"b"},
        {"text": b"[[ name ]], [[ 'square' ]] curly"},
        old | {"c.txt": b"c"},
        {"text": b"render"},
    ]
    assert found.notices == (f"{source} 3.0.0 is rendered by Copier itself, slowly: the variable `_copier_phase`",)


@pytest.mark.slow  # Copier is imported
def test_what_tasks_print_does_not_spoil_the_answer(tmp_path: Path) -> None:
    source = make_repo(tmp_path / "templates", {"copier.yml": "_tasks: ['echo spoiled']\n", "x.jinja": "x\n"})
    git(source, "tag", "v1.0.0")
    settings = tmp_path / "settings.yml"
    settings.write_text(f"trust: ['{source}']\n")
    asked = asdict(Asked("1.0.0", {}))
    question = {"source": str(source), "bare": "", "why": ["`_tasks`"], "asked": [asked], "seconds": 20, "all": 20}
    command = [sys.executable, "-m", "shunter.adapters.templates.worker"]
    done = process.run(command, tmp_path, json.dumps(question).encode(), {"COPIER_SETTINGS_PATH": str(settings)})
    assert b"spoiled" in done.stderr
    head, _, rest = done.stdout.partition(b"\n")
    assert json.loads(head)["projects"][0]["files"] == [["x", "100644", 0]]
    assert rest == b"x\n"
