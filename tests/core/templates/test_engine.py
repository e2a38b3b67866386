"""Renders in memory are Copier's, byte for byte, or Copier is asked: random templates, and all kinds of ours."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from helpers.fuzz.copier_fuzz import make
from helpers.oracles.copier import copied
from helpers.workspaces.gitrepo import write
from helpers.workspaces.template_answers import projects
from shunter.adapters.templates.history import template_files
from shunter.core.templates.config import NeedsCopier
from shunter.core.templates.engine import Engine, written_once
from shunter.model.files import EXECUTABLE, REGULAR, SYMLINK, FileState, MemoryTree


def engine_of(files: Mapping[str, bytes | str], source: str = "here", commit: str = "") -> Engine:
    made = {path: FileState(data.encode() if isinstance(data, str) else data) for path, data in files.items()}
    return Engine(MemoryTree(made), source, commit)


def rendered(files: Mapping[str, bytes | str], **answers: Any) -> dict[str, str]:
    return {path: state.data.decode() for path, state in engine_of(files).render(answers).items()}


def agrees(seed: int, folder: Path) -> bool:
    """Whether a random template renders as Copier renders it; where Copier is needed, that is right as well."""
    made = make(seed)
    template = folder / f"template-{seed}"
    write(template, dict(made.files))
    try:
        expected: dict[str, FileState] | None = copied(template, made.data, folder / f"project-{seed}")
    except Exception:  # whatever Copier raises, it is the one that says so
        expected = None
    try:
        found = engine_of(made.files, str(template)).render(made.data)
    except NeedsCopier:
        assert expected is None, f"seed {seed}: it is not left to Copier"
        return True
    return found == expected


@pytest.mark.parametrize("first", range(0, 40, 8))
def test_random_templates_render_as_copier_renders_them(first: int, tmp_path: Path) -> None:
    assert [seed for seed in range(first, first + 8) if not agrees(seed, tmp_path)] == []


@pytest.mark.slow  # Copier renders four hundred templates
def test_many_random_templates_render_as_copier_renders_them(tmp_path: Path) -> None:
    assert [seed for seed in range(1000, 1400) if not agrees(seed, tmp_path)] == []


def random_answers(seed: int) -> dict[str, Any]:
    """The answers of one project of ours, some of them changed."""
    choose = random.Random(seed)
    answers = dict(choose.choice(PROJECTS))
    changes: dict[str, Any] = {
        "name": choose.choice(["a", "email-service", "7up", "x" * 63]),
        "port": choose.choice([80, 65535]),
        "team": choose.choice(["", "blue", "it's: #1"]),
        "ci": choose.choice(["github", "gitlab", "none"]),
        "stage": choose.choice(["develop", "production"]),
        "values_files": choose.choice([["values.yaml"], ["../c.yaml", "a.yaml", "b.yml"], []]),
    }
    return {key: changes[key] if key in changes and choose.random() < 0.5 else value for key, value in answers.items()}


PROJECTS = [each.answers for layout in ("mono", "multi") for each in projects(layout)]
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def ours() -> MemoryTree:
    """The templates of the working tree, as one release."""
    return MemoryTree(template_files(ROOT))


def test_what_projects_share_is_told_from_what_they_do_not(ours: MemoryTree) -> None:
    """One engine that has rendered two hundred projects gives what a new one gives, whatever was rendered before."""
    used = Engine(ours, "here", "v1")
    wanted = [random_answers(seed) for seed in range(200)]
    rendered_by_one = [used.render(answers) for answers in wanted]
    for number in (3, 77, 150):
        assert rendered_by_one[number] == Engine(ours, "here", "v1").render(wanted[number]), number
    for number in reversed(range(200)):
        assert used.render(wanted[number]) == rendered_by_one[number], number
    assert len({str(sorted(files.items())) for files in rendered_by_one}) > 100


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of our templates that Copier takes as it is, without git."""
    folder = tmp_path_factory.mktemp("template")
    shutil.copytree(ROOT / "templates", folder / "templates")
    shutil.copy(ROOT / "copier.yml", folder)
    return folder


@pytest.mark.parametrize("kind", ["workspace", "repository", "service", "library", "app", "environment"])
def test_our_own_templates_render_as_copier_renders_them(
    kind: str, tmp_path: Path, template: Path, ours: MemoryTree
) -> None:
    answers = next(answers for seed in range(1000) if (answers := random_answers(seed))["kind"] == kind)
    assert Engine(ours, str(template), "").render(answers) == copied(template, answers, tmp_path / "project")


@pytest.mark.slow  # Copier renders every project of every golden case
def test_all_our_golden_projects_render_as_copier_renders_them(
    tmp_path: Path, template: Path, ours: MemoryTree
) -> None:
    engine = Engine(ours, str(template), "")
    wanted = [*PROJECTS, *(random_answers(seed) for seed in range(100))]
    for number, answers in enumerate(wanted):
        assert engine.render(answers) == copied(template, answers, tmp_path / str(number)), number


def test_an_answers_file_names_release_and_source() -> None:
    files = {"[[ _copier_conf.answers_file ]].jinja": "[[ _copier_answers | to_nice_yaml ]]", "copier.yml": SQUARE}
    assert engine_of(files, "git@host:t.git", "v2").render({"name": "n", "unknown": 1})[".copier-answers.yml"].data == (
        b"_commit: v2\n_src_path: git@host:t.git\nname: n\n"
    )


SQUARE = """\
_envops: {variable_start_string: "[[", variable_end_string: "]]", block_start_string: "[%", block_end_string: "%]"}
name: {type: str, default: world}
"""


def test_modes_and_bytes_stay() -> None:
    tree = MemoryTree({"run.sh.jinja": FileState(b"#!/bin/sh\r\n", EXECUTABLE), "raw": FileState(b"\xff\r\n")})
    assert Engine(tree, "here", "").render({}) == {
        "run.sh": FileState(b"#!/bin/sh\n", EXECUTABLE),
        "raw": FileState(b"\xff\r\n", REGULAR),
    }


def test_what_is_written_once_follows_the_answers() -> None:
    files = {"copier.yml": "_skip_if_exists: [/src/, '/{{ name }}/*.txt']\nname: x\n", "f": ""}
    assert engine_of(files).project({"name": "shop"}).once == ("/src/", "/shop/*.txt")
    tasks = MemoryTree({"copier.yml": FileState(b"_tasks: [x]\n_skip_if_exists: ['{{ name }}.txt']\n")})
    assert written_once(tasks, {"name": "shop"}) == ("shop.txt",)
    assert written_once(MemoryTree({"copier.yml": FileState(b"_envops: 1")}), {}) == ()


def test_excludes_may_ask_what_is_being_done() -> None:
    files = {
        "copier.yml": "_exclude: [copier.yml, \"{% if _copier_operation == 'update' %}/once{% endif %}\"]\n",
        "once": "",
    }
    assert set(engine_of(files).render({})) == {"once"}
    assert engine_of(files).render({}, "update") == {}


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"copier.yml": "_tasks: [touch x]"}, "_tasks"),
        ({"copier.yml": "_jinja_extensions: [x.Y]"}, "_jinja_extensions"),
        ({"copier.yml": "_external_data: {a: b.yml}"}, "_external_data"),
        ({"copier.yml": "n: {type: str, multiselect: true, choices: [a], default: '[a]'}"}, "multiselect"),
        ({"copier.yml": "n: {type: str}"}, "without an answer"),
        ({"x.jinja": "{{ now() }}"}, "now"),
        ({"x.jinja": "{{ [1, 2] | random }}"}, "random"),
        ({"x.jinja": "{{ _folder_name }}"}, "_folder_name"),
        ({"x.jinja": "{{ _copier_conf.dst_path }}"}, "dst_path"),
        ({"x.jinja": "{{ given.append(2) }}"}, "changes an answer"),
        ({"x.jinja": "{{ ''.__class__.__mro__ }}"}, "SecurityError"),
        ({"x.jinja": "{{ unclosed "}, "TemplateSyntaxError"),
        ({"x.jinja": "{% yield a from given %}{{ a }}{% endyield %}"}, "yield"),
        ({"{{ '..' }}/x": ""}, "the path '../x'"),
        ({"{{ root }}/x": ""}, "the path '/etc/x'"),
        ({"{{ 'a' }}": "", "{% if 1 %}a{% endif %}": ""}, "two files"),
        ({"{{ 'a' }}": "", "{% if 1 %}a{% endif %}/b": ""}, "one name"),
        ({".gitattributes": "* eol=crlf"}, ".gitattributes"),
        ({".gitmodules": ""}, ".gitmodules"),
    ],
)
def test_what_is_not_done_here_is_left_to_copier_by_name(files: dict[str, str], why: str) -> None:
    with pytest.raises(NeedsCopier) as told:
        engine_of(files).render({"given": [1], "root": "/etc"})
    assert why in str(told.value)


def test_links_are_left_to_copier() -> None:
    for path in ("copier.yml", "x"):
        with pytest.raises(NeedsCopier, match="symbolic link"):
            Engine(MemoryTree({path: FileState(b"/etc/passwd", SYMLINK)}), "here", "").render({})
