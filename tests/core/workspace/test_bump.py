"""The next version, and Chart.yaml with it: nothing else moves."""

from __future__ import annotations

from random import Random

import pytest
import yaml

from shunter.core.charts.versions import parse
from shunter.core.workspace.bump import PARTS, next_version, undefined, with_versions
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

CHART = """\
# who owns it
apiVersion: v2
name:   orders   # the service
version: 0.1.0  # raised by hand until now
appVersion: "1.0"

dependencies:
    # the library
    - {name: other, version: 3.0.0, repository: ""}
    - repository: ''
      version: '1.0.0'   # exact
      name: shop-library
annotations: {x: y}
"""


@pytest.mark.parametrize(
    ("text", "major", "minor", "patch"),
    [
        ("0.1.0", "1.0.0", "0.2.0", "0.1.1"),
        ("1.2.3", "2.0.0", "1.3.0", "1.2.4"),
        ("v1.2.3+build.7", "v2.0.0", "v1.3.0", "v1.2.4"),
        # As npm's semver does: a prerelease becomes the release that it announces.
        ("1.2.0-rc.1", "2.0.0", "1.2.0", "1.2.0"),
        ("1.2.1-rc.1", "2.0.0", "1.3.0", "1.2.1"),
        ("2.0.0-0", "2.0.0", "2.0.0", "2.0.0"),
    ],
)
def test_the_next_version(text: str, major: str, minor: str, patch: str) -> None:
    assert [next_version(text, part, "chart") for part in ("major", "minor", "patch")] == [major, minor, patch]


def test_the_next_version_is_higher_and_the_larger_part_is_no_lower() -> None:
    random = Random(1010)
    for _ in range(200):
        text = ".".join(str(random.choice((0, 1, 9, 10))) for _ in range(3)) + random.choice(("", "-rc.1", "-0"))
        following = [parse(next_version(text, part, "chart")) for part in PARTS]
        assert following == sorted(following, reverse=True), f"seed 1010: {text}"  # type: ignore[type-var]
        assert all(version > parse(text) for version in following), f"seed 1010: {text}"  # type: ignore[operator]


@pytest.mark.parametrize("text", ["1.2", "latest", "^1.0.0", ""])
def test_what_is_no_version_has_no_next(text: str) -> None:
    with pytest.raises(ShunterError) as caught:
        next_version(text, "minor", "charts/orders/Chart.yaml")
    assert "charts/orders/Chart.yaml" in caught.value.message
    assert caught.value.hint


def test_only_the_versions_change() -> None:
    wanted = {("version",): "0.2.0", ("dependencies", 1, "version"): "1.1.0", ("appVersion",): "1.10"}
    text = with_versions(CHART.encode(), "Chart.yaml", wanted).decode()
    expected = CHART.replace("0.1.0 ", "0.2.0 ").replace("'1.0.0'", "'1.1.0'").replace('"1.0"', '"1.10"')
    assert text == expected
    assert yaml.safe_load(text)["appVersion"] == "1.10"


def test_text_that_yaml_would_read_as_a_number_gets_quotes() -> None:
    text = with_versions(b"version: 1.0.0\nappVersion: abc\n", "Chart.yaml", {("appVersion",): "1.10"})
    assert text == b'version: 1.0.0\nappVersion: "1.10"\n'


def test_a_key_that_is_absent_is_added() -> None:
    text = with_versions(b"name: a\nversion: 1.0.0\n# end\n", "Chart.yaml", {("appVersion",): "2.0.0"})
    assert text == b"name: a\nversion: 1.0.0\nappVersion: 2.0.0\n# end\n"


@pytest.mark.parametrize("ends", ["\r\n", "\n"])
def test_line_ends_and_a_byte_order_mark_stay(ends: str) -> None:
    data = b"\xef\xbb\xbf" + f"name: a{ends}version: 1.0.0{ends}".encode()
    assert with_versions(data, "Chart.yaml", {("version",): "1.0.1"}) == data.replace(b"1.0.0", b"1.0.1")


@pytest.mark.parametrize(
    "text",
    ["version: &v 1.0.0\nappVersion: *v\n", "appVersion: &v 1.0.0\nversion: *v\n", "version:\nname: a\n"],
)
def test_what_would_change_something_else_is_refused(text: str) -> None:
    with pytest.raises(ShunterError) as caught:
        with_versions(text.encode(), "charts/a/Chart.yaml", {("version",): "1.1.0"})
    assert caught.value.span
    assert caught.value.span.path == "charts/a/Chart.yaml"
    assert caught.value.hint == "change it by hand"


def test_named_templates_that_nobody_defines() -> None:
    templates = {
        "templates/app.yaml": '{{/* include "lib.v1.gone" .\n*/}}\n{{ include "lib.v1.app" . }}{{ include `lib.v1.own` . }}\n',
        "templates/_own.tpl": '{{- define "lib.v1.own" -}}{{ template "lib.v1.old" . }}{{ include "other.x" . }}{{- end }}',
    }
    library = {"templates/_a.tpl": '{{- define "lib.v1.app" }}{{ end }}'}
    files = [{path: FileState(text.encode()) for path, text in texts.items()} for texts in (templates, library)]
    assert [(name, span.path, span.line) for name, span in undefined(files[0], "lib", files[1])] == [
        ("lib.v1.old", "templates/_own.tpl", 1)
    ]
    assert [name for name, _ in undefined(files[0], "lib", {})] == ["lib.v1.app", "lib.v1.old"]
