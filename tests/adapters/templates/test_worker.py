"""The process in which Copier runs: an expression is compiled once, and means in each template what it means there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from helpers.workspaces.gitrepo import commit_all, git, make_repo
from shunter.adapters.system import process
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
    """A template in two releases: the same expressions, in another syntax."""
    source = make_repo(folder, {"copier.yml": SQUARE + QUESTIONS, "text.jinja": "[[ name ]], {{ name }}"})
    commit_all(source, {YIELD: "[[ item ]]"})
    git(source, "tag", "v1.0.0")
    commit_all(source, {"copier.yml": QUESTIONS, YIELD: None})
    git(source, "tag", "v2.0.0")
    return str(source)


def test_two_syntaxes_and_loops_in_one_process(tmp_path: Path) -> None:
    source = templates(tmp_path / "templates")
    asked = [("1.0.0", {}), ("2.0.0", {}), ("1.0.0", {"items": ["c"]})]
    rendered = render_many([RenderRequest.of(source, *one, None) for one in asked])
    old = {"text": b"square {{ 'curly' }}, {{ name }}"}
    assert [{path: state.data for path, state in files.items()} for files in rendered] == [
        old | {"a.txt": b"a", "b.txt": b"b"},
        {"text": b"[[ name ]], [[ 'square' ]] curly"},
        old | {"c.txt": b"c"},
    ]


COUNT = """
import sys
from jinja2.sandbox import SandboxedEnvironment
compile_anew, compiled = SandboxedEnvironment.compile, []
def counted(env, source, *names):
    compiled.append(str(source))
    return compile_anew(env, source, *names)
SandboxedEnvironment.compile = counted
from shunter.adapters.templates.worker import main
main()
print(compiled.count("[[ 'square' ]] {{ 'curly' }}"), file=sys.stderr)
"""


def test_what_projects_have_in_common_is_compiled_once(tmp_path: Path) -> None:
    source = templates(tmp_path / "templates")
    asked = [{"source": source, "release": "1.0.0", "answers": {"items": [item]}} for item in "abc"]
    lines = [json.dumps(asked[:2]), json.dumps(asked[2:])]
    done = process.run([sys.executable, "-c", COUNT], tmp_path, "\n".join(lines).encode())
    answers = [answer for line in done.stdout.splitlines() for answer in json.loads(line)]
    assert [len(answer["files"]) for answer in answers] == [2, 2, 2]
    assert done.complaint == "1"
