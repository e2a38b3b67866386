"""What another version of a chart does to somebody's values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.oracles.embedded_helm import archive
from helpers.oracles.schemas import refusal
from shunter.core.charts.load import Chart, load_archive
from shunter.core.contracts.upgrade import check
from shunter.core.goyaml.document import read
from shunter.model.findings import Finding, Kind

Files = dict[str, bytes | str]


def files(version: str, template: str, values: str, **more: str) -> Files:
    found: Files = {"Chart.yaml": f"apiVersion: v2\nname: web\nversion: {version}\n", "values.yaml": values}
    return {**found, "templates/a.yaml": template, **more}


def chart(content: Files) -> Chart:
    return load_archive(archive(content, "web"), "web.tgz")


def checked(old: Files, new: Files, *texts: str, alias: str = "") -> list[Finding]:
    layers = [read(text.encode(), f"{number}.yaml") for number, text in enumerate(texts)]
    return list(check(chart(old), chart(new), alias, layers))


def told(findings: list[Finding]) -> list[tuple[str, str, int, str]]:
    return [(each.rule, ".".join(map(str, each.key)), each.span.line, each.hint) for each in findings]


OLD = files("1.0.0", "{{ .Values.a }}{{ .Values.image.tag }}{{ .Values.port }}", "a: 1\nimage: {tag: x}\nport: 80\n")
NEW = files("2.0.0", "{{ .Values.image.version }}{{ .Values.port }}", "image: {version: x}\nport: 8080\n")


def test_keys_that_lost_their_readers_are_errors_with_what_they_are_called_now() -> None:
    found = checked(OLD, NEW, "a: 2\n", "image:\n  tag: y\nport: 1\n")
    assert told(found) == [
        ("dropped-key", "a", 1, "delete it, or look into the chart's notes on the upgrade"),
        ("dropped-key", "image.tag", 2, "did you mean `image.version`?"),
    ]
    assert [(each.span.path, each.severity) for each in found] == [("0.yaml", "error"), ("1.yaml", "error")]
    assert found[0].notes == ("web 1.0.0 reads it: web.tgz/templates/a.yaml:1",)


def test_below_an_alias_it_is_the_same() -> None:
    found = checked(OLD, NEW, "api:\n  a: 2\n  image: {tag: y}\nother: 1\n", alias="api")
    assert [(each.rule, each.key, each.span.line) for each in found] == [
        ("changed-default", ("api", "port"), 1),
        ("dropped-key", ("api", "a"), 2),
        ("dropped-key", ("api", "image", "tag"), 3),
    ]


def test_defaults_that_change_are_told_where_nobody_sets_them() -> None:
    assert [each.message for each in checked(OLD, NEW)] == [
        "`port` is 8080 by default now, was 80, and nothing sets it"
    ]
    assert checked(OLD, NEW, "port: 80\n") == []
    unread = files("2.0.0", "{{ .Values.image.version }}", "image: {version: x}\nport: 8080\n")
    assert checked(OLD, unread) == []


def test_each_default_is_told_even_where_keys_are_called_alike() -> None:
    template = "{{ .Values.a.port }}{{ .Values.b.port }}"
    old = files("1.0.0", template, "a: {port: 1}\nb: {port: 2}\n")
    new = files("2.0.0", template, "a: {port: 3}\nb: {port: 4}\n")
    assert [each.message for each in checked(old, new, "other: 1\n")] == [
        "`a.port` is 3 by default now, was 1, and nothing sets it",
        "`b.port` is 4 by default now, was 2, and nothing sets it",
    ]


def test_how_to_keep_an_old_default_holds_when_it_is_followed() -> None:
    template = "{{ .Values.a }}{{ toYaml .Values.b }}{{ .Values.c }}{{ .Values.d }}"
    old = files("1.0.0", template, f"a: 1\nb: ''\nc: {'x' * 60}\nd: 1\n")
    new = files("2.0.0", template, "a: x\nb: {}\nc: y\nd: 2\n")
    new["values.schema.json"] = json.dumps({"properties": {"a": {"type": "string"}, "b": {"type": "object"}}})
    refused = "web 2.0.0 refuses the old one: look into the chart's notes on the upgrade"
    place = "set it to keep the old one: line 3 of the values.yaml of web 1.0.0"
    for alias, text in (("", ""), ("api", "other: 1\n")):
        hints = [each.hint for each in checked(old, new, text, alias=alias)]
        assert hints == [refused, refused, place, "set it to 1 to keep the old one"]


def test_a_default_secret_is_not_shown() -> None:
    old, new = (files("1.0.0", "{{ .Values.password }}", f"password: {word}\n") for word in ("hunter22", "hunter23"))
    (found,) = checked(old, new)
    assert found.message == "`password` has another default now, and nothing sets it"


def test_what_is_set_to_the_new_default_is_redundant() -> None:
    found = checked(OLD, NEW, "port: 8080\nimage: {version: x}\n")
    assert [(each.rule, each.key) for each in found] == [
        ("redundant-value", ("port",)),
        ("redundant-value", ("image",)),
    ]


def test_a_whole_map_that_nobody_reads_is_one_finding() -> None:
    old = files("1.0.0", "{{ .Values.db.host }}{{ .Values.db.port }}", "db: {host: a, port: 1}\n")
    new = files("2.0.0", "x", "")
    assert [each.key for each in checked(old, new, "db: {host: b, port: 2}\n")] == [("db",)]
    assert [each.key for each in checked(old, new, "db: {host: b, other: 2}\n")] == [("db", "host")]
    assert checked(old, new, "db: {other: 2}\n") == []


def test_a_value_of_another_shape_than_the_new_default_is_told() -> None:
    old = files("1.0.0", "{{ if .Values.web.expose }}x{{ end }}", "web: {expose: true}\n")
    new = files("2.0.0", "{{ if .Values.web.expose.default }}x{{ end }}", "web: {expose: {default: true}}\n")
    for alias, text in (("", "web: {expose: false}\n"), ("api", "api: {web: {expose: false}}\n")):
        (found,) = checked(old, new, text, alias=alias)
        assert (found.rule, found.severity, found.key[-1]) == ("not-a-table", "warning", "expose")
        assert checked(new, new, text, alias=alias) == []


SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "additionalProperties": False,
    "properties": {"port": {"type": "integer", "minimum": 1024}, "image": {}},
    "required": ["token"],
}


def test_what_the_new_schema_refuses_is_helms_own_verdict() -> None:
    new = NEW | {"values.schema.json": json.dumps(SCHEMA)}
    found = checked(OLD, new, "port: 80\na: 1\n")
    assert [(each.rule, each.kind) for each in found] == [
        ("missing-key", Kind.VERDICT),
        ("range", Kind.VERDICT),
        ("unknown-key", Kind.VERDICT),
    ]
    assert refusal(archive({**new, "templates/show.yaml": "{{ toJson .Values }}"}, "web"), {"port": 80, "a": 1})


def test_a_schema_that_closes_gets_the_name_that_the_values_tell() -> None:
    old = files("1.0.0", "{{ .Values.logLevel }}", "logLevel: warning\n")
    new = files("2.0.0", "{{ .Values.verbosityLevel }}", "verbosityLevel: warning\n")
    schema = {"additionalProperties": False, "properties": {"verbosityLevel": {"type": "string"}}}
    (found,) = checked(old, new | {"values.schema.json": json.dumps(schema)}, "logLevel: debug\n")
    assert (found.rule, found.hint) == ("unknown-key", "did you mean `verbosityLevel`?")


def test_where_templates_cannot_be_followed_the_values_of_the_chart_are_asked() -> None:
    old = files("1.0.0", "{{ toYaml .Values }}", "a: 1\nb: 1\n")
    new = files("2.0.0", "{{ toYaml .Values }}", "b: 1\n")
    (found,) = checked(old, new, "a: 2\nc: 1\nb: 2\n")
    assert (found.rule, found.severity, found.key) == ("dropped-key", "warning", ("a",))
    assert found.message == "`a` is no key of web 2.0.0 any more, as far as can be told"


def test_what_the_old_templates_name_and_nothing_of_the_new_does_is_a_warning() -> None:
    lost = '{{ include "other" . }}{{ toYaml .Values }}'
    by_any_key = "{{ range .Values.names }}{{ index $.Values . }}{{ end }}"
    for old, new in ((lost + "{{ .Values.a.b }}", lost), (lost + "{{ .Values.a.b }}", by_any_key + lost)):
        pair = (files("1.0.0", old, "# a: {}\n"), files("2.0.0", new + "{{ .Values.c }}", "names: []\n"))
        (found,) = checked(*pair, "a: {b: 1}\nc: 1\nd: 1\n")
        assert (found.rule, found.severity, found.key) == ("dropped-key", "warning", ("a",))


def test_a_key_of_a_map_that_goes_as_a_whole_is_not_lost() -> None:
    old = files("1.0.0", "{{ toYaml .Values.ini.server }}{{ .Values.ini.b }}", "ini: {server: {x: 1}, b: 1}\n")
    for use in ("toYaml .Values.ini", "toYaml (mergeOverwrite (dict) (tpl .Values.ini .))"):
        assert checked(old, files("2.0.0", f"{{{{ {use} }}}}", "ini: {}\n"), "ini: {server: {x: 2}, b: 2}\n") == []
    lost = "{{ toYaml .Values }}{{ range $k, $v := .Values.ini }}{{ toYaml $v }}{{ end }}"
    assert checked(old, files("2.0.0", lost, "ini: {}\n"), "ini: {server: {x: 2}, b: 2}\n") == []
    merged = "{{ $all := merge (dict) .Values.ini }}{{ $ignored := merge $all .Values.ini }}{{ $all.c }}"
    assert checked(old, files("2.0.0", merged, "ini: {}\n"), "ini: {server: {x: 2}, b: 2}\n") == []


def test_subcharts_are_followed_too() -> None:
    def umbrella(version: str, template: str) -> Files:
        content = files(version, "x", "")
        content["Chart.yaml"] = f"{content['Chart.yaml']!s}dependencies: [{{name: db, version: '*'}}]\n"
        below = {"Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n", "templates/a.yaml": template}
        return {**content, **{f"charts/db/{path}": text for path, text in below.items()}}

    found = checked(umbrella("1.0.0", "{{ .Values.size }}"), umbrella("2.0.0", "x"), "db: {size: 1}\n")
    assert [(each.rule, each.key) for each in found] == [("dropped-key", ("db", "size"))]


def test_a_file_that_helm_cannot_read_says_so_alone() -> None:
    assert [each.rule for each in checked(OLD, NEW, "a: b: c\n")] == ["yaml-syntax"]


@pytest.mark.parametrize("text", ["a: ENC[AES256_GCM,data:x,type:str]\nsops: {mac: x, lastmodified: x}\n"])
def test_encrypted_values_have_keys_and_no_values(text: str) -> None:
    assert [(each.rule, each.key) for each in checked(OLD, NEW, text)] == [
        ("changed-default", ("port",)),
        ("dropped-key", ("a",)),
    ]
