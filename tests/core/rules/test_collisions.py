"""Named templates that collide: the winner is the one that the embedded Helm renders."""

from __future__ import annotations

import itertools
from random import Random

import helm_python

from helpers.oracles.embedded_helm import archive
from shunter.core.charts.load import load_archive
from shunter.core.rules.collisions import define_collisions
from shunter.core.values.coalesce import coalesce
from shunter.model.findings import Finding, Severity


def chart(name: str, version: str, kind: str = "application", dependencies: str = "") -> str:
    return f"apiVersion: v2\nname: {name}\nversion: {version}\ntype: {kind}\n{dependencies}"


def collisions(files: dict[str, str]) -> list[Finding]:
    return list(define_collisions(coalesce(load_archive(archive(files), "top.tgz"), []).slices))


def define(text: str) -> str:
    return '{{ define "who" }}' + text + "{{ end }}"


PLACES = ("templates/_a.tpl", "templates/deep/_a.tpl", "charts/b/templates/_z.tpl", "charts/b/templates/x/_a.tpl",
          "charts/c/templates/_a.tpl", "charts/c/charts/a/templates/_a.tpl", "charts/a/templates/_a.tpl")  # fmt: skip
CHARTS = {
    "Chart.yaml": chart(
        "top", "1.0.0", dependencies="dependencies:\n- {name: a, version: 1.0.0, alias: zz}\n"
        "- {name: b, version: 1.0.0}\n- {name: c, version: 1.0.0}\n",
    ),
    "charts/a/Chart.yaml": chart("a", "1.0.0"),
    "charts/b/Chart.yaml": chart("b", "1.0.0"),
    "charts/c/Chart.yaml": chart("c", "1.0.0"),
    "charts/c/charts/a/Chart.yaml": chart("a", "2.0.0"),
    "templates/show.yaml": '{{ include "who" . }}',
}  # fmt: skip


def test_the_winner_is_the_one_that_helm_renders() -> None:
    random = Random(7)
    for places in itertools.islice(iter(lambda: random.sample(PLACES, random.randint(2, 4)), None), 60):
        files = CHARTS | {place: define(place) for place in places}
        if random.random() < 0.3:
            files[random.choice(places)] = define(" {{/* nothing */}} ")
        with helm_python.Chart.load_archive(archive(files)) as loaded:
            rendered = loaded.render({})["top/templates/show.yaml"].strip()
        winners = {finding.related[0][1].path.removeprefix("top.tgz/") for finding in collisions(files)}
        assert winners <= {rendered}, places
        owners = {place.rpartition("/templates/")[0] for place in places if files[place] == define(place)}
        assert bool(winners) == (len(owners) > 1), places


def test_equal_bodies_and_one_chart_under_two_aliases_do_not_collide() -> None:
    same = {place: define("x") for place in PLACES}
    assert collisions(CHARTS | same) == []


def test_a_collision_names_the_loser_at_its_line_and_the_winner() -> None:
    text = "".join('{{ define "%s" }}%s{{ end }}' % (name, name) for name in "abcd")  # noqa: UP031 - braces
    files = CHARTS | {"charts/b/templates/_h.tpl": text, "charts/c/templates/_h.tpl": "\n" + text.replace("}}", "}} ")}
    (finding,) = collisions(files)
    assert finding.message == "b 1.0.0 replaces `a`, `b`, `c` and 1 more of c 1.0.0: named templates are global"
    assert (finding.span.path, finding.span.line) == ("top.tgz/charts/c/templates/_h.tpl", 2)
    assert finding.related[0][1].path == "top.tgz/charts/b/templates/_h.tpl"
    assert finding.severity is Severity.ERROR


def library(umbrella: str, apps: str) -> list[Finding]:
    dependencies = f"dependencies:\n- {{name: lib, version: {umbrella}}}\n- {{name: app, version: 1.0.0, alias: p}}\n"
    dependencies += "- {name: app, version: 1.0.0, alias: q}\n"
    files = {
        "Chart.yaml": chart("top", "1.0.0", dependencies=dependencies),
        "charts/app/Chart.yaml": chart(
            "app", "1.0.0", dependencies=f"dependencies: [{{name: lib, version: {apps}}}]\n"
        ),
    }
    for folder, version in (("charts/lib", umbrella), ("charts/app/charts/lib", apps)):
        files[f"{folder}/Chart.yaml"] = chart("lib", version, "library")
        files[f"{folder}/templates/_lib.tpl"] = define(version)
    return collisions(files)


def test_a_library_that_is_compiled_in_counts_as_one_that_is_nested() -> None:
    def found(umbrella: str, app: str, body: str) -> list[Finding]:
        dependencies = (
            f"dependencies:\n- {{name: lib, version: {umbrella}}}\n- {{name: app, version: 1.0.0, alias: p}}\n"
        )
        files = {
            "Chart.yaml": chart("top", "1.0.0", dependencies=dependencies),
            "charts/lib/Chart.yaml": chart("lib", umbrella, "library"),
            "charts/lib/templates/_lib.tpl": define(umbrella),
            "charts/app/Chart.yaml": chart("app", "1.0.0") + f"annotations: {{shunter/library: lib {app}}}\n",
            "charts/app/templates/lib/_lib.tpl": define(body),
        }
        return collisions(files)

    (planned,) = found("1.1.0", "1.0.0", "1.0.0")
    assert planned.severity is Severity.NOTE
    assert planned.message == "lib 1.1.0 of the umbrella renders what was built with lib 1.0.0 (in p)"
    (older,) = found("1.0.0", "1.1.0", "1.1.0")
    assert older.severity is Severity.ERROR
    assert older.message == "lib 1.0.0 replaces `who` of lib 1.1.0 (in p): named templates are global"
    (altered,) = found("1.0.0", "1.0.0", "changed")
    assert altered.severity is Severity.ERROR
    assert found("1.0.0", "1.0.0", "1.0.0") == []


def test_the_umbrellas_newer_library_is_a_note_and_an_older_one_an_error() -> None:
    (planned,) = library("1.1.0", "1.0.0")
    assert planned.severity is Severity.NOTE
    assert planned.message == "lib 1.1.0 of the umbrella renders what was built with lib 1.0.0 (in p), lib 1.0.0 (in q)"
    (older,) = library("1.0.0", "1.1.0")
    assert older.severity is Severity.ERROR
    assert older.message == "lib 1.0.0 replaces `who` of lib 1.1.0 (in p), lib 1.1.0 (in q): named templates are global"
    assert library("1.0.0", "1.0.0") == []
