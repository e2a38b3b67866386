"""`validate` on any chart, with files, `-f`, `--set` and `--fix`."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.tools import HELM, needs_helm
from helpers.workspaces.cli import ok, shunter

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"replicas": {"type": "integer"}, "tag": {"type": "string"}, "global": {}},
}


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """A chart that shunter did not make, with two further values files."""
    folder = tmp_path / "web"
    (folder / "templates").mkdir(parents=True)
    (folder / "ci").mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text("replicas: 1\ntag: '1'\n")
    (folder / "values.schema.json").write_text(json.dumps(SCHEMA))
    (folder / "templates" / "a.yaml").write_text("a: {{ .Values.tag }}\n")
    (folder / "ci" / "good.yaml").write_text("replicas: 2\n")
    (folder / "ci" / "bad.yaml").write_text("# comment\nreplicas: '2'   # kept\ntag: 1.10\n")
    return folder


@pytest.mark.parametrize("named", [".", "web", "web/values.yaml", "web/values.schema.json", "web/templates/a.yaml"])
def test_any_chart_is_judged_as_it_is(named: str, chart: Path) -> None:
    cwd = chart if named == "." else chart.parent
    assert ok("validate", named, cwd=cwd).err == "1 chart checked: valid\n"


def test_each_values_file_is_judged_alone(chart: Path) -> None:
    (chart / "ci" / "other.yaml").write_text("replicas: x\n")
    found = shunter("validate", "web/ci/bad.yaml", "web/ci/good.yaml", "web/ci/other.yaml", cwd=chart.parent)
    assert found.code == 1
    places = [line.split()[1] for line in found.err.splitlines() if line.startswith("  -->")]
    assert places == ["web/ci/bad.yaml:2:11", "web/ci/bad.yaml:3:6", "web/ci/other.yaml:1:11"]


def test_f_and_set_are_layers(chart: Path) -> None:
    assert shunter("validate", "web", "-f", "web/ci/bad.yaml", cwd=chart.parent).code == 1
    ok("validate", "web", "-f", "web/ci/bad.yaml", "--set", "replicas=2,tag=x", cwd=chart.parent)
    wrong = shunter("validate", "web", "--set", "replicas=many", cwd=chart.parent)
    assert wrong.code == 1
    assert "--set replicas=many" in wrong.err


VALUE = "replicas: 2\ntag: one\nglobal: {a: {b: x}}\n"
SET_ARGUMENTS: tuple[tuple[str, ...], ...] = (
    ("--set", "replicas=3", "--set-string", "replicas=3"),
    ("--set-string", "replicas=3", "--set", "replicas=4"),
    ("--set-json", "replicas=5"),
    ("--set-json", '{"tag": 1}'),
    ("--set-json", '{"replicas": 7, "global": {"a": null}}'),
    ("--set-literal", "tag=a,b=c\\d"),
    ("--set-literal", "replicas=1"),
    ("--set-file", "tag=web/text"),
    ("--set-file", "replicas=web/text"),
    ("--set-string", "tag=1,replicas=2"),
    ("--set-json", "global.l=[1]", "--set", "global.l[1]=2"),
    ("--set", "replicas=x", "--set-json", "replicas=1"),
)


def batched(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return list(zip(words[::2], words[1::2], strict=True))


@pytest.mark.parametrize("arguments", SET_ARGUMENTS, ids=" ".join)
@needs_helm
def test_what_sets_values_does_so_as_helm_does(
    arguments: tuple[str, ...], chart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (chart / "text").write_text("a: b\n")
    (chart / "templates" / "a.yaml").write_text("a: {{ toJson .Values }}\n")
    helm = [HELM, "template", "web", "web", "-f", "-", *arguments]
    done = subprocess.run(helm, cwd=chart.parent, input=VALUE, text=True, capture_output=True, check=False)
    for verb in (("validate", "web"), ("render", "web")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(VALUE.encode())))
        found = shunter(*verb, "-f", "-", *arguments, cwd=chart.parent)
        assert (found.code == 0) is (done.returncode == 0), (found.err, done.stderr)
        assert not found.out or found.out == done.stdout.lstrip("\n")
        if verb[0] == "validate" and found.code:
            assert any(f"  --> {flag} {argument}\n" in found.err for flag, argument in batched(arguments))


def test_what_stdin_holds_is_not_remembered(chart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for text, code in (("replicas: 1\n", 0), ("replicas: x\n", 1), ("", 0), ("a: b: c\n", 1)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        found = shunter("validate", "web", "-f", "-", cwd=chart.parent)
        assert (found.code, "  --> <stdin>:1:" in found.err) == (code, bool(code))


def test_a_dependency_in_another_version_is_judged_as_helm_takes_it(chart: Path) -> None:
    sub = chart / "charts" / "db"
    sub.mkdir(parents=True)
    (sub / "Chart.yaml").write_text("apiVersion: v2\nname: db\nversion: 1.0.0\n")
    (chart / "values.schema.json").unlink()
    with (chart / "Chart.yaml").open("a") as file:
        file.write("dependencies:\n- {name: db, version: ^2, alias: store}\n")
    found = shunter("validate", "web", cwd=chart.parent)
    message = "charts/ has `db` 1.0.0, not `^2`: Helm renders it, without alias, condition and tags"
    assert (found.code, found.err.splitlines()[0]) == (1, f"error[missing-dependency]: {message}")
    (sub / "Chart.yaml").write_text("apiVersion: v2\nname: other\nversion: 1.0.0\n")
    assert shunter("validate", "web", cwd=chart.parent).code == 2


def test_fix_keeps_every_other_byte(chart: Path) -> None:
    fixed = shunter("validate", "--fix", "web/ci/bad.yaml", cwd=chart.parent)
    assert fixed.code == 0, fixed.err
    assert (chart / "ci" / "bad.yaml").read_text() == '# comment\nreplicas: 2   # kept\ntag: "1.10"\n'


def places(text: str) -> list[str]:
    found = [line.split()[1] for line in text.splitlines() if line.startswith("  -->")]
    return [place for place in found if ":" in place]


def test_a_charts_own_values_are_linted_like_any_others(chart: Path) -> None:
    (chart / "values.yaml").write_text("replicas: 1\ntag: '1'\ntag: '2'\nglobal: {password: hunter2secret, on: yes}\n")
    found = shunter("validate", "web", cwd=chart.parent)
    assert found.code == 1
    assert places(found.err) == [f"web/values.yaml:{place}" for place in ("3:1", "4:20", "4:35", "4:39")]
    assert "hunter2secret" not in found.err
    alone = ok("validate", "web/ci/good.yaml", cwd=chart.parent)
    assert alone.err == "1 chart checked: valid\n"


def test_no_name_stands_for_the_chart_around_or_the_charts_below(chart: Path) -> None:
    (chart / "values.yaml").write_text("replicas: x\n")
    shutil.copytree(chart, chart.parent / "api" / "charts" / "web")
    (chart.parent / "api" / "Chart.yaml").write_text("apiVersion: v2\nname: api\nversion: 1.0.0\n")
    for cwd, names, wanted in (
        (chart, (), ["values.yaml:1:11"]),
        (chart / "templates", (), ["../values.yaml:1:11"]),
        (chart.parent, (), ["api/charts/web/values.yaml:1:11", "web/values.yaml:1:11"]),
        (chart.parent.parent, (chart.parent.name,), [f"{chart.parent.name}/{name}/values.yaml:1:11"
                                                     for name in ("api/charts/web", "web")]),
    ):  # fmt: skip
        found = shunter("validate", *names, cwd=cwd)
        assert (found.code, places(found.err)) == (1, wanted)


def test_a_folder_in_a_chart_stands_for_its_values_files(chart: Path) -> None:
    found = shunter("validate", "web/ci", cwd=chart.parent)
    assert places(found.err) == ["web/ci/bad.yaml:2:11", "web/ci/bad.yaml:3:6"]
    assert places(shunter("validate", cwd=chart / "ci").err) == ["bad.yaml:2:11", "bad.yaml:3:6"]


def test_a_chart_is_judged_with_its_other_values_files_but_not_with_f(chart: Path) -> None:
    assert ok("validate", "web", cwd=chart.parent).err == "1 chart checked: valid\n"
    for name in ("values-pro.yaml", "ci/one-values.yaml"):
        (chart / name).write_text("replicas: x\n")
    for _ in range(2):  # the second time from what was kept
        found = shunter("validate", "web", cwd=chart.parent)
        assert places(found.err) == ["web/ci/one-values.yaml:1:11", "web/values-pro.yaml:1:11"]
        assert places(shunter("validate", cwd=chart).err) == ["ci/one-values.yaml:1:11", "values-pro.yaml:1:11"]
        ok("validate", "web", "-f", "web/ci/good.yaml", cwd=chart.parent)
    for name in ("values-pro.yaml", "ci/one-values.yaml"):
        (chart / name).write_text("replicas: 3\n")
    ok("validate", "web", cwd=chart.parent)
    (chart / "values-pro.yaml").write_text("replicas: x\n")
    assert shunter("validate", "web", cwd=chart.parent).code == 1


def test_f_hides_nothing_of_the_charts_own_values(chart: Path) -> None:
    (chart / "values.yaml").write_text("replicas: 1\ntag: '1'\nglobal: {on: yes}\n")
    for cache in ((), (), ("--no-cache",)):
        beside = shunter("validate", "web", "-f", "web/ci/good.yaml", *cache, cwd=chart.parent)
        assert places(beside.err) == ["web/values.yaml:3:10", "web/values.yaml:3:14"]
        assert ok("validate", "web/ci/good.yaml", *cache, cwd=chart.parent).err == "1 chart checked: valid\n"


def test_strays_are_named_and_the_rest_is_judged(chart: Path) -> None:
    for name in ("deploy/values.yaml", "infra/a.yaml"):
        (chart.parent / name).parent.mkdir()
        (chart.parent / name).write_text("a: 1\n")
    named = ("deploy/values.yaml", "web/ci/bad.yaml", "infra/a.yaml")
    found = shunter("validate", *named, cwd=chart.parent)
    assert found.code == 1
    assert places(found.err) == ["web/ci/bad.yaml:2:11", "web/ci/bad.yaml:3:6"]
    lines = found.err.splitlines()
    assert [lines[at + 1] for at, line in enumerate(lines) if "stray-values" in line] == [
        "  --> deploy/values.yaml",
        "  --> infra/a.yaml",
    ]
    alone = shunter("validate", named[0], named[2], cwd=chart.parent)
    assert (alone.code, alone.err.count("\n")) == (2, 2)
    assert "deploy/values.yaml, infra/a.yaml belong to no chart" in alone.err
    assert "stray-values" in shunter("validate", "--exact", *named, cwd=chart.parent).err


def test_where_there_is_no_chart_nothing_is_called_valid(tmp_path: Path) -> None:
    found = shunter("validate", cwd=tmp_path)
    assert found.code == 2
    assert "belongs to no chart" in found.err


def test_paths_are_as_short_as_a_person_in_the_folder_writes_them(chart: Path) -> None:
    found = shunter("validate", "bad.yaml", cwd=chart / "ci")
    assert places(found.err) == ["bad.yaml:2:11", "bad.yaml:3:6"]
    ok("validate", "--fix", "bad.yaml", cwd=chart / "ci")


def test_a_missing_dependency_of_a_chart_that_shunter_did_not_make_is_helms_to_build(chart: Path) -> None:
    with (chart / "Chart.yaml").open("a") as file:
        file.write("dependencies: [{name: db, version: 1.0.0, repository: 'https://charts.example'}]\n")
    assert "hint: helm dependency build web" in shunter("validate", "web", cwd=chart.parent).err


def test_what_can_be_mended_is_offered(chart: Path) -> None:
    (chart / "ci" / "a b.yaml").write_text("replicas: '2'\n")
    (chart / "ci" / "hopeless.yaml").write_text("replicas: many\n")
    bad, hopeless = (shunter("validate", f"web/ci/{name}", cwd=chart.parent) for name in ("a b.yaml", "hopeless.yaml"))
    assert bad.err.endswith("\nnext: shunter validate --fix 'web/ci/a b.yaml'\n")
    assert "next:" not in hopeless.err
    ok("validate", "--fix", "web/ci/a b.yaml", cwd=chart.parent)


@pytest.mark.parametrize(
    ("values", "offered"),
    [
        ("replicas: many\ntag: '1'\nglobal: {a: yes, b: 010}\n", False),  # lints wait for what nobody can guess
        ("replicas: '2'\ntag: '1'\nglobal: {a: yes, b: 010}\n", True),
        ("replicas: many\ntag: 1.10\n", True),
        ("global: {a: yes}\n", True),
        ("global: {a: 9007199254740993}\n", False),
    ],
)
def test_what_is_offered_mends_something(values: str, offered: bool, chart: Path) -> None:
    (chart / "-dash.yaml").write_text(values)
    found = shunter("validate", "--set", "global.x=1", "--", "-dash.yaml", cwd=chart)
    *_, last = found.err.splitlines()
    assert last.startswith("next: ") == offered
    if offered:
        assert last == "next: shunter validate --fix --set global.x=1 -- -dash.yaml"
        shunter(*last.split()[2:], cwd=chart)
    assert ((chart / "-dash.yaml").read_text() != values) == offered


@pytest.mark.parametrize(
    ("values", "offered"),
    [
        ("on_: true\n", False),
        ("on_: yes\nport: x\nv: 010\n", False),
        ("on_: yes\nv: 010\n", True),
        ("port: '1'\n", True),
    ],
)
def test_a_file_that_was_mended_is_not_offered_again(values: str, offered: bool, tmp_path: Path) -> None:
    """A case of a review, and its kind: `next:` went on to offer what changed nothing."""
    schema = {"properties": {"on_": {"type": "boolean"}, "port": {"type": "integer"}}}
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: a\nversion: 1.0.0\n")
    (tmp_path / "values.schema.json").write_text(json.dumps(schema))
    (tmp_path / "values.yaml").write_text(values)
    found = shunter("validate", ".", cwd=tmp_path)
    assert ("next: shunter validate --fix" in found.err) is offered
    shunter("validate", "--fix", ".", cwd=tmp_path)
    assert ((tmp_path / "values.yaml").read_text() != values) is offered
    assert "next:" not in shunter("validate", ".", cwd=tmp_path).err


def test_a_value_that_two_charts_want_differently_is_told(chart: Path) -> None:
    (chart / "values.schema.json").unlink()
    with (chart / "Chart.yaml").open("a") as file:
        file.write("dependencies:\n- {name: a, version: 1.0.0}\n- {name: b, version: 1.0.0}\n")
    for name, wanted in (("a", "integer"), ("b", "string")):
        sub = chart / "charts" / name
        sub.mkdir(parents=True)
        (sub / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n")
        schema = {"properties": {"global": {"properties": {"port": {"type": wanted}}}}}
        (sub / "values.schema.json").write_text(json.dumps(schema))
    (chart / "x.yaml").write_text("global: {port: 80}\n")
    assert "next:" not in shunter("validate", "x.yaml", cwd=chart).err
    found = shunter("validate", "--fix", "x.yaml", cwd=chart)
    assert (found.code, (chart / "x.yaml").read_text()) == (1, "global: {port: 80}\n")
    assert "x.yaml: nothing is fixed: what one reader of a value wants there, another refuses\n" in found.err
    assert "next:" not in found.err


def test_fix_goes_on_until_nothing_is_left_to_fix(chart: Path) -> None:
    values = chart / "ci" / "slip.yaml"
    values.write_bytes(b"replica: '2' # two\r\nTag: 1.10\r\n")
    fixed = ok("validate", "--fix", "web/ci/slip.yaml", cwd=chart.parent)
    assert values.read_bytes() == b'replicas: 2 # two\r\ntag: "1.10"\r\n'
    assert "fixed: unknown-key, unknown-key, quoted-value, unquoted-string" in fixed.err


def test_lints_are_mended_only_where_helm_refuses_nothing(chart: Path) -> None:
    values = chart / "ci" / "late.yaml"
    (chart / "values.yaml").write_text("")
    schema = SCHEMA | {"required": ["tag"]}
    (chart / "values.schema.json").write_text(json.dumps(schema))
    values.write_text("tga: on\nglobal: {x: on}\n")
    ok("validate", "--fix", "web/ci/late.yaml", cwd=chart.parent)
    assert values.read_text() == 'tag: "on"\nglobal: {x: true}\n'
    values.write_text("tag: x\nnothing: on\n")
    assert shunter("validate", "--fix", "web/ci/late.yaml", cwd=chart.parent).code == 1
    assert values.read_text() == "tag: x\nnothing: on\n"


def test_a_value_that_is_wanted_as_text_and_as_number_stays_as_it_is(chart: Path) -> None:
    values = chart / "ci" / "both.yaml"
    values.write_text("replicas: &n 2\ntag: *n\n")
    assert "next:" not in shunter("validate", "web/ci/both.yaml", cwd=chart.parent).err
    for _ in range(2):
        found = shunter("validate", "--fix", "web/ci/both.yaml", cwd=chart.parent)
        assert (found.code, values.read_text()) == (1, "replicas: &n 2\ntag: *n\n")
        assert "  fixed: " not in found.err
        assert "both.yaml: nothing is fixed" in found.err


def test_a_rule_that_is_off_fixes_nothing(shop: Path) -> None:
    with (shop / "shunter.yaml").open("a") as file:
        file.write("rules: {yaml-1.1-boolean: off}\n")
    values = shop / "shop-tst/envs/tst/values.yaml"
    text = values.read_text() + "catalog:\n  enabled: yes\n"
    values.write_text(text, "utf-8")
    ok("validate", "--fix", "-e", "tst", cwd=shop)
    assert values.read_text() == text


def test_the_line_that_editors_need_is_looked_for_and_written(shop: Path) -> None:
    values = shop / "shop-tst/envs/tst/values.yaml"
    text = values.read_text("utf-8")
    values.write_text(text.partition("\n")[2], "utf-8")
    assert "note[editor-schema]" in ok("lint", "shop-tst/envs/tst", cwd=shop).err
    assert "editor-schema" not in ok("validate", "-e", "tst", cwd=shop).err
    ok("validate", "--fix", "-e", "tst", cwd=shop)
    assert values.read_text("utf-8") == text


@pytest.mark.parametrize(
    ("form", "start"), [("json", "{"), ("sarif", "{"), ("github", "::error file=web/ci/bad.yaml"), ("junit", "<?xml")]
)
def test_findings_come_in_the_form_asked_for(form: str, start: str, chart: Path) -> None:
    found = shunter("validate", "-o", form, "web/ci/bad.yaml", cwd=chart.parent)
    assert found.code == 1
    assert found.out.startswith(start)
    assert found.err == ""


def test_what_belongs_to_no_chart_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "lonely.yaml").write_text("a: 1\n")
    for name, message in (("lonely.yaml", "belongs to no chart"), ("absent.yaml", "there is no file")):
        found = shunter("validate", name, cwd=tmp_path)
        assert (found.code, found.out) == (2, "")
        assert message in found.err


def test_sections_of_unpinned_services_are_judged_against_their_source(shop: Path) -> None:
    values = shop / "shop-tst/envs/tst/values.yaml"
    values.write_text(values.read_text() + "catalog:\n  replicaCount: many\n", "utf-8")
    found = shunter("validate", "-e", "tst", cwd=shop)
    assert found.code == 1
    assert "unpinned: judged against the chart of catalog as it is in the workspace" in found.err
    ok("validate", "-e", "pre", cwd=shop)


ODD: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a folder": os.mkdir,
    "a symbolic link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a symbolic link that leads nowhere": lambda path: path.symlink_to(path),
    "5,242,881 bytes": lambda path: _make_large(path, 5 * 2**20 + 1),
    "3,221,225,472 bytes": lambda path: _make_large(path, 3 << 30),
}


def _make_large(path: Path, size: int) -> None:
    path.touch()
    os.truncate(path, size)


@pytest.mark.parametrize("what", ODD)
@pytest.mark.parametrize("name", ["values.yaml", "values.schema.json", ".helmignore"])
def test_what_is_no_file_of_a_chart_is_a_finding(name: str, what: str, chart: Path) -> None:
    (chart / name).unlink(missing_ok=True)
    ODD[what](chart / name)
    for _ in range(2):  # the second time from the cache, if it was kept
        found = shunter("validate", ".", cwd=chart)
        assert found.code == 1
        assert what in found.err
        assert f"--> {name}\nhint: " in found.err


@pytest.mark.parametrize("what", ODD)
def test_a_named_file_that_is_none_is_said_to_be_none(what: str, chart: Path) -> None:
    ODD[what](chart / "values-x.yaml")
    for words in (["values-x.yaml"], [".", "-f", "values-x.yaml"]):
        found = shunter("validate", *words, cwd=chart)
        assert found.code in (1, 2)
        assert "values-x.yaml" in found.err
        assert "\nhint: " in found.err


def test_a_link_out_of_the_chart_is_said_not_to_be_followed(chart: Path) -> None:
    (chart / "values.yaml").rename(chart.parent / "common.yaml")
    (chart / "values.yaml").symlink_to("../common.yaml")
    found = shunter("validate", ".", cwd=chart)
    assert (found.code, "[not-a-file]" in found.err) == (1, True)


def test_a_values_file_does_not_steer_the_terminal(chart: Path) -> None:
    (chart / "ci" / "bad.yaml").write_text('tag: "\\e[31m\\u202e"\n"\\e[2J": "\\ud800"\n')
    found = shunter("validate", "ci/bad.yaml", cwd=chart)
    assert found.code == 1
    assert not set(found.err) & {"\x1b", "\u202e"}


@pytest.mark.parametrize("form", ["json", "sarif", "github", "junit"])
def test_a_name_of_any_bytes_can_be_reported(form: str, chart: Path) -> None:
    name = os.fsdecode(b"values-\xff.yaml")
    (chart / name).write_text("replicas: x\n")
    found = shunter("validate", name, "-o", form, cwd=chart)
    assert (found.code, found.err) == (1, "")
    assert found.out.encode()


def test_what_would_show_a_secret_or_judge_by_other_charts_is_not_offered(chart: Path) -> None:
    (chart / "v.yaml").write_text("replicas: '2'\n")
    subprocess.run(["tar", "czf", "../web.tgz", "-C", "..", "web"], cwd=chart, check=True)
    offered = {
        ("v.yaml",): True,
        ("v.yaml", "--set", "global.port=1"): True,
        ("v.yaml", "--set", "global.password=Zebra99"): False,
        ("../web.tgz", "-f", "v.yaml"): False,
    }
    for words, wanted in offered.items():
        found = shunter("validate", *words, cwd=chart)
        assert "quoted-value" in found.err, words
        assert ("next:" in found.err) is wanted, words
        assert "Zebra99" not in found.err
