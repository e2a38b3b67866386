"""Named templates that collide: the winner is the one that the embedded Helm renders."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from random import Random

import helm_python
import pytest

from helpers.oracles.embedded_helm import archive
from shunter.core.charts.load import load_archive
from shunter.core.rules.collisions import car_collisions, define_collisions, umbrella_of
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


BODIES = (
    '{{ define "who" }}x{{ end }}',
    "{{- define `who` -}} x {{- end -}}",
    '{{ block "who" . }}x{{ end }}',
    '{{ define "who" }} x{{ end }}',
    '{{ define "who" }}y{{ end }}',
    '{{ define "w\\x68o" }}z{{ end }}',
    '{{ define "who" }} {{/* nothing */}} {{ end }}',
    '{{ define "who" }}{{ if .a }}{{ end }}{{ end }}',
)
INSIDE = ("templates/_a.tpl", "templates/_z.tpl", "templates/deep/_a.tpl", "charts/s/templates/_a.tpl")


def umbrella(cars: dict[str, dict[str, str]]) -> dict[str, str]:
    """An umbrella that pins these charts by alias; each is a chart of its own name."""
    wanted = "".join(f"- {{name: {alias}x, version: 1.0.0, alias: {alias}}}\n" for alias in cars)
    files = {"Chart.yaml": chart("top", "1.0.0", dependencies=f"dependencies:\n{wanted}")}
    for alias, car in cars.items():
        files |= {f"charts/{alias}x/{path}": text for path, text in car.items()}
    return files


def rendered(cars: dict[str, dict[str, str]]) -> dict[str, str]:
    """What each car's own template prints."""
    with helm_python.Chart.load_archive(archive(umbrella(cars))) as loaded:
        printed = loaded.render({})
    return {alias: printed[f"top/charts/{alias}/templates/show.yaml"] for alias in cars}


def random_cars(random: Random) -> dict[str, dict[str, str]]:
    cars: dict[str, dict[str, str]] = {}
    for alias in random.sample("abcd", random.randint(2, 3)):
        car = {
            "Chart.yaml": chart(f"{alias}x", "1.0.0"),
            "templates/show.yaml": 'a: {{ include "who" (dict "a" false) | quote }}',
            "charts/s/Chart.yaml": chart("s", "1.0.0"),
        }
        cars[alias] = car | {path: random.choice(BODIES) for path in random.sample(INSIDE, random.randint(1, 3))}
    return cars


def losers(found: list[Finding], cars: Iterable[str]) -> set[str]:
    """The cars that findings say lose, each as `(in ALIAS)` or `(as ALIAS)`."""
    said = [finding.message.partition("` of ")[2] for finding in found]
    return {alias for alias in cars if any(f" {alias})" in text for text in said)}


@pytest.mark.slow  # random umbrellas, which Helm renders in two forms
def test_a_car_collides_where_helm_renders_it_otherwise_than_alone() -> None:
    random, told = Random(1003), 0
    for _ in range(150):
        cars = random_cars(random)
        together = rendered(cars)
        alone = {alias: rendered({alias: car})[alias] for alias, car in cars.items()}
        found = list(car_collisions(coalesce(load_archive(archive(umbrella(cars)), "top.tgz"), []).slices))
        named = losers(found, cars)
        different = {alias for alias in cars if alone[alias] != together[alias]}
        assert different <= named, f"seed 1003: {cars}"
        # Bodies that are written in two ways may print the same.
        texts = {text for car in cars.values() for path, text in car.items() if path in INSIDE}
        assert named == different or len(texts & set(BODIES[6:])) > 1, f"seed 1003: {cars}"
        told += bool(named)

        charts = {alias: load_archive(archive(car), f"{alias}.tgz") for alias, car in cars.items()}
        at_cut = list(car_collisions(umbrella_of(charts)))
        assert losers(at_cut, cars) == named, f"seed 1003: {cars}"
        assert all(finding.severity is Severity.ERROR and finding.hint for finding in at_cut)
    assert 50 < told < 140


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

    (newer,) = found("1.1.0", "1.0.0", "1.0.0")
    assert newer.severity is Severity.ERROR
    assert newer.message == "lib 1.1.0 replaces `who` of lib 1.0.0 (in p): named templates are global"
    assert newer.hint == "bring both to one version, or leave one of the two out: Helm has one body for both"
    (older,) = found("1.0.0", "1.1.0", "1.1.0")
    assert older.severity is Severity.ERROR
    assert older.message == "lib 1.0.0 replaces `who` of lib 1.1.0 (in p): named templates are global"
    (altered,) = found("1.0.0", "1.0.0", "changed")
    assert altered.severity is Severity.ERROR
    assert found("1.0.0", "1.0.0", "1.0.0") == []


def test_another_version_of_the_umbrellas_library_is_an_error_newer_or_older() -> None:
    for umbrella, apps in (("1.1.0", "1.0.0"), ("1.0.0", "1.1.0")):
        (found,) = library(umbrella, apps)
        assert found.severity is Severity.ERROR
        lost = f"lib {apps} (in p), lib {apps} (in q)"
        assert found.message == f"lib {umbrella} replaces `who` of {lost}: named templates are global"
    assert library("1.0.0", "1.0.0") == []


def car(version: str, body: str, library: str = "") -> dict[str, str]:
    """A chart `app` with an own helper, or with a library compiled in as older releases of shunter did."""
    if not library:
        return {"Chart.yaml": chart("app", version), "templates/_h.tpl": define(body)}
    annotation = f"annotations: {{shunter/library: lib {library}}}\n"
    return {"Chart.yaml": chart("app", version) + annotation, "templates/lib/_lib.tpl": define(body)}


def of_cars(**cars: dict[str, str]) -> list[Finding]:
    return list(
        car_collisions(umbrella_of({name: load_archive(archive(c), f"{name}.tgz") for name, c in cars.items()}))
    )


def test_two_versions_of_one_app_name_both_and_say_what_to_do() -> None:
    (found,) = of_cars(old=car("1.0.0", "x"), new=car("2.0.0", "y"))
    assert found.message == "app 2.0.0 (as new) replaces `who` of app 1.0.0 (as old): named templates are global"
    assert (found.span.path, found.span.line) == ("old.tgz/templates/_h.tpl", 1)
    assert found.related[0][1].path == "new.tgz/templates/_h.tpl"
    assert found.hint == "bring both to one version, or leave one of the two out: Helm has one body for both"
    assert of_cars(old=car("1.0.0", "x"), new=car("2.0.0", "x")) == []


def test_libraries_that_are_compiled_into_two_cars_collide_and_a_third_does_not_mend_it() -> None:
    cars = {"one": car("1.0.0", "1.0.0", "1.0.0"), "two": car("1.0.0", "1.1.0", "1.1.0")}
    (found,) = of_cars(**cars)
    assert found.message == "lib 1.0.0 (in one) replaces `who` of lib 1.1.0 (in two): named templates are global"
    above = {"Chart.yaml": chart("lib", "1.1.0", "library"), "templates/_lib.tpl": define("1.1.0")}
    (found,) = of_cars(lib=above, **cars)
    assert found.span.path == "one.tgz/templates/lib/_lib.tpl"


def test_an_app_overrides_its_own_vendored_library_and_no_stranger_does() -> None:
    marked = "annotations: {shunter/library: lib 1.0.0 0123456789ab}\n"
    carrier = {
        "Chart.yaml": chart("lib", "0.0.0", "library"),
        "templates/lib/1.0.0-0123456789ab/_lib.tpl": define("library"),
    }
    app = {"Chart.yaml": chart("app", "1.0.0") + marked, "templates/_h.tpl": define("override")}
    assert of_cars(lib=carrier, app=app) == []
    stranger = {"Chart.yaml": chart("other", "1.0.0"), "templates/_h.tpl": define("stranger")}
    user = {"Chart.yaml": chart("app", "1.0.0") + marked}
    (found,) = of_cars(lib=carrier, user=user, stranger=stranger)
    assert found.message.startswith("other 1.0.0 (as stranger) replaces `who` of lib")
