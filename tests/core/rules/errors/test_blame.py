"""Who is to blame for a schema's error: the file and line that set the value, and the key that was meant."""

from __future__ import annotations

import json

from helpers.charts.judged import judged
from helpers.oracles.embedded_helm import archive
from helpers.workspaces import shop
from shunter.core.charts.load import Chart, load_archive
from shunter.core.goyaml.document import read
from shunter.core.rules.fixes import fixed
from shunter.core.rules.paste import paste_ready
from shunter.core.rules.verdict import judge


def umbrella(**options: bool) -> Chart:
    return load_archive(archive(shop.files(**options)), "shop.tgz")


def hints(text: str, **options: bool) -> list[str]:
    return [finding.hint for finding in judge(umbrella(**options), [read(text.encode(), "v.yaml")])]


def test_a_key_that_is_known_nearby_is_looked_for_there() -> None:
    assert hints("api:\n  pullPolicy: Never\n") == ["did you mean `api.image.pullPolicy`?"]
    assert hints("api:\n  image: {debug: 'on'}\n") == ["did you mean `api.debug`?"]
    assert hints("debug: 'on'\n", root_schema=True) == ["did you mean `api.debug` or `web.debug`?"]


def test_a_misspelt_key_that_is_required_is_one_finding() -> None:
    files = shop.files()
    files["charts/svc/values.yaml"] = files["values.yaml"] = ""
    chart = load_archive(archive(files), "shop.tgz")
    text = b"api: {image: {repository: r, tga: 'a'}}\nweb: {image: {repository: r, tag: a}}\n"
    found = judge(chart, [read(text, "v.yaml")])
    assert [(finding.rule, finding.hint) for finding in found] == [("unknown-key", "did you mean `tag`?")]
    assert fixed(text, found, "v.yaml")[0] == text.replace(b"tga", b"tag")
    assert paste_ready(found) == (
        "# add to v.yaml:\napi:\n  image:\n    tag:  # a value\n# obsolete in v.yaml:\n#   api.image.tga  # line 1\n"
    )


def test_a_key_of_a_forbidden_name_is_found_itself() -> None:
    files = shop.files()
    schema = shop.SCHEMA | {"properties": {"labels": {"propertyNames": {"pattern": "^[a-z]+$", "maxLength": 3}}}}
    files["charts/svc/values.schema.json"] = json.dumps(schema | {"additionalProperties": True})
    text = b"api:\n  labels: {abc: 1, Long: 2}\n"
    (finding,) = judge(load_archive(archive(files), "shop.tgz"), [read(text, "v.yaml")])
    assert (finding.rule, finding.span.line, finding.span.column) == ("constraint", 2, 20)
    assert finding.message.startswith("`api.labels.Long` cannot be called so: ")


def test_a_wrong_default_is_blamed_on_the_file_that_holds_it() -> None:
    files = shop.files()
    files["charts/svc/values.yaml"] = files["charts/svc/values.yaml"].replace("port: 80", "port: eighty")
    (finding,) = judge(load_archive(archive(files), "shop.tgz"), [])
    assert (finding.span.path, finding.span.line) == ("shop.tgz/charts/svc/values.yaml", 6)


def test_a_missing_key_is_asked_for_where_the_environment_would_set_it() -> None:
    files = shop.files()
    files["values.yaml"] = ""
    files["charts/svc/values.yaml"] = "image: {repository: r}\n"
    layer = read(b"# nothing yet\nweb:\n  image:\n    tag: a\napi:\n  image:\n    pullPolicy: Never\n", "pro.yaml")
    (finding,) = judge(load_archive(archive(files), "shop.tgz"), [layer])
    assert (finding.rule, finding.key, finding.span.path) == ("missing-key", ("api", "image", "tag"), "pro.yaml")
    assert finding.span.line == 7
    assert "wanted: a string" in finding.notes


def test_the_highest_layer_that_set_a_value_is_to_blame() -> None:
    layers = [read(text, f"{number}.yaml") for number, text in enumerate((b"api:\n  hosts: x\n", b"web: {}\n"))]
    (finding,) = judge(umbrella(), layers)
    assert (finding.span.path, finding.span.line) == ("0.yaml", 2)
    (finding,) = judge(umbrella(), [*layers, read(b"api: {hosts: y}\n", "2.yaml")])
    assert (finding.span.path, finding.span.line) == ("2.yaml", 1)


def test_of_two_errors_of_one_value_the_telling_one_is_shown() -> None:
    schema = {"properties": {"a": {"type": "string", "enum": ["x", "y"], "pattern": "^[xy]$"}}}
    assert [finding.rule for finding in judged(schema, "a: z\n")] == ["enum"]
    assert [finding.rule for finding in judged(schema, "a: ~\n")] == ["null-value"]


def test_the_form_that_is_meant_is_explained() -> None:
    forms = [{"type": "string"}, {"properties": {"size": {"type": "integer"}}, "required": ["name"]}]
    found = judged({"properties": {"v": {"oneOf": forms}}}, "v:\n  size: x\n")
    assert [(finding.rule, finding.span.line) for finding in found] == [("missing-key", 2), ("type", 2)]


def test_a_key_that_reads_as_a_number_is_found() -> None:
    schema = {"additionalProperties": {"type": "string"}}
    for key in ("8080", "0777", "007", "+5"):
        (finding,) = judged(schema, f"a: x\n'{key}':\n- 1\n")
        assert (finding.key, finding.span.line) == ((key,), 2)


def test_the_note_names_the_place_in_the_schema_that_a_reader_knows() -> None:
    schema = {"properties": {"a~/b": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"properties": {"z": {"type": "string"}}}}}
    (finding,) = judged(schema, "a~/b: {z: 1}\n")
    assert finding.notes == ("schema: c 1.0.0, values.schema.json#/properties/a~0~1b",)
