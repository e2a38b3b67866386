"""Values in objects of Argo CD and Flux: which chart, which layers in which order, and where each value stands."""

from __future__ import annotations

import pytest

from shunter.core.goyaml.document import Document
from shunter.core.values.deployed import (
    FileLayer,
    ObjectLayer,
    Place,
    data_of,
    deployments,
    deploys,
    generated_from,
    source_of,
    unread,
)
from shunter.model.errors import ShunterError
from shunter.model.findings import Span

APPLICATION = """\
# ours
apiVersion: v1
kind: Namespace
---
apiVersion: argoproj.io/v1alpha1
kind: Application
spec:
  source:
    path: charts/web
    helm:
      ignoreMissingValueFiles: true
      valueFiles: [a.yaml, /b.yaml, $other/c/d.yaml]
      values: |
        # kept
        size: x

        low: {deep: 1}
      parameters:
      - {name: s, value: "1", forceString: true}
      - {name: a.b, value: "1,2"}
      - {name: l, value: "{1,2}"}
      fileParameters: [{name: f, path: x.txt}]
"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
spec:
  chart:
    spec: {chart: web, version: 1.2.3, sourceRef: {kind: HelmRepository, name: ours}, valuesFiles: [values-pro.yaml]}
  valuesFrom:
  - {kind: ConfigMap, name: one}
  - {kind: Secret, name: two, valuesKey: key, targetPath: a.b, optional: true}
  values:
    size: x
"""


@pytest.mark.parametrize(("kind", "rooted"), [("GitRepository", True), ("Bucket", True), ("HelmRepository", False)])
def test_flux_looks_for_values_files_in_the_source_or_in_the_archive(kind: str, rooted: bool) -> None:
    spec = f"{{chart: ./a, sourceRef: {{kind: {kind}, name: r}}, valuesFiles: [envs/v.yaml]}}"
    text = f"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  chart: {{spec: {spec}}}\n"
    (layer,) = next(deployments(text.encode(), "r.yaml")).layers
    assert isinstance(layer, FileLayer)
    assert (layer.name, layer.rooted) == ("envs/v.yaml", rooted)


def test_an_application() -> None:
    (found,) = deployments(APPLICATION.encode(), "app.yaml")
    assert (found.chart, found.span.line, found.judged) == (Place("charts/web"), 9, True)
    *files, text = found.layers
    assert [(layer.name, layer.rooted, layer.optional) for layer in files if isinstance(layer, FileLayer)] == [
        ("a.yaml", False, True), ("b.yaml", True, True), ("c/d.yaml", True, True),
    ]  # fmt: skip
    assert isinstance(text, Document)
    assert text.value == {"size": "x", "low": {"deep": 1}}
    assert text.span(("size",)) == Span("app.yaml", 15, 15, 16, "        size: x")
    assert text.span(("low", "deep"), of="key").line == 17
    assert tuple(f"{one.flag} {one.text}" for one in found.sets) == (
        "--set a.b=1\\,2",
        "--set l={1,2}",
        "--set-string s=1",
        "--set-file f=x.txt",
    )


@pytest.mark.parametrize("style", ["|", "|-", "|2", ">", '"'])
def test_values_in_a_text_are_read_as_the_text_they_are(style: str) -> None:
    text = '"size: x\\nlow: 1\\n"' if style == '"' else f"{style}\n        size: x\n        low: 1"
    head = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    chart: c\n    helm:\n      values: "
    )
    ((document,),) = [found.layers for found in deployments(f"{head}{text}\n".encode(), "p")]
    assert isinstance(document, Document)
    if style == ">":
        assert document.value is None  # one line that is no YAML
    else:
        assert document.value == {"size": "x", "low": 1}
        assert document.span(("low",)).line == (7 if style == '"' else 9)


@pytest.mark.parametrize(("style", "line"), [("|", 9), ("'", 7)])
def test_an_error_in_a_text_stands_where_the_file_has_it(style: str, line: int) -> None:
    text = "'a: [x, y'" if style == "'" else "|\n        b: 1\n        a: [x, y"
    head = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    chart: c\n    helm:\n      values: "
    )
    ((document,),) = [found.layers for found in deployments(f"{head}{text}\n".encode(), "p")]
    assert isinstance(document, Document)
    (finding,) = document.findings
    assert (document.value, finding.rule, finding.span.path, finding.span.line) == (None, "yaml-syntax", "p", line)
    assert finding.span.text == f"{head}{text}".split("\n")[line - 1]


def test_no_line_is_shown_that_may_hold_a_secret() -> None:
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {chart: c, helm: {values: 'password: x'}}}"
    )
    ((document,),) = [found.layers for found in deployments(text.encode(), "p")]
    assert isinstance(document, Document)
    assert (document.span(("password",)).line, document.span(("password",)).text) == (3, "")


def test_a_map_wins_over_a_text_and_every_source_counts() -> None:
    text = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
spec:
  sources:
  - {repoURL: oci://r.example/charts, chart: c, targetRevision: 1.0.0, helm: {skipSchemaValidation: true}}
  - {repoURL: g, ref: v}
  - path: p
    helm: {values: "a: 1", valuesObject: {b: 2}}
"""
    one, two = deployments(text.encode(), "p")
    assert (one.chart, one.judged) == (Place(url="oci://r.example/charts", name="c", version="1.0.0"), False)
    assert [layer.value for layer in two.layers if isinstance(layer, Document)] == [{"b": 2}]


def test_a_helm_release() -> None:
    (found,) = deployments(RELEASE.encode(), "r.yaml")
    assert found.chart == Place(name="web", version="1.2.3", source=("HelmRepository", "ours"))
    file, one, two, values = found.layers
    assert isinstance(file, FileLayer)
    assert isinstance(values, Document)
    assert (file.name, values.value, values.span(("size",)).line) == ("values-pro.yaml", {"size": "x"}, 10)
    assert one == ObjectLayer(
        "ConfigMap", "one", "values.yaml", "", False, Span("r.yaml", 7, 29, 32, RELEASE.split("\n")[6])
    )
    assert isinstance(two, ObjectLayer)
    assert (two.kind, two.key, two.target, two.optional) == ("Secret", "key", "a.b", True)


def test_what_others_hold() -> None:
    text = b"kind: ConfigMap\nmetadata: {name: one}\ndata:\n  values.yaml: |\n    a: x\n---\nkind: HelmRepository\nmetadata: {name: r}\nspec: {url: u}\n"
    wanted = ObjectLayer("ConfigMap", "one", "values.yaml", "", False, Span("p"))
    found = data_of(text, "cm.yaml", wanted)
    assert found is not None
    assert (found.value, found.span(("a",)).line) == ({"a": "x"}, 5)
    assert data_of(text, "cm.yaml", ObjectLayer("ConfigMap", "two", "values.yaml", "", False, Span("p"))) is None
    assert data_of(text, "cm.yaml", ObjectLayer("ConfigMap", "one", "other", "", False, Span("p"))) is None
    for data, value in (("1", 1), ("'1'", "1"), ('"a,b=c"', None), ("a: b", "a: b")):
        one = f"kind: ConfigMap\nmetadata: {{name: one}}\ndata:\n  k: |-\n    {data}\n".encode()
        layer = ObjectLayer("ConfigMap", "one", "k", "x.y", False, Span("p"))
        if value is None:
            with pytest.raises(ShunterError):
                data_of(one.replace(b"=c", b""), "cm.yaml", layer)
        else:
            laid = data_of(one, "cm.yaml", layer)
            assert laid is not None
            assert (laid.value, laid.path) == ({"x": {"y": value}}, "cm.yaml (k)")
    assert [source_of(text, "cm.yaml", "HelmRepository", name)[0] for name in ("r", "s")] == ["u", ""]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ("[values.yaml=../web.yaml]", "../web.yaml"),
        ("[x.yaml, deep/values.yaml]", "deep/values.yaml"),
        ("[other=values.yaml]", ""),
        ("null", ""),
    ],
)
def test_a_map_may_be_generated(files: str, found: str) -> None:
    text = f"kind: Kustomization\nconfigMapGenerator:\n- {{name: other, files: [values.yaml=no]}}\n- {{name: one, files: {files}}}\n"
    wanted = ObjectLayer("ConfigMap", "one", "values.yaml", "", False, Span("p"))
    assert generated_from(text.encode(), "kustomization.yaml", wanted) == found
    assert generated_from(b"kind: Kustomization\n", "kustomization.yaml", wanted) == ""


@pytest.mark.parametrize(
    "text",
    ["kind: Application\n", "kind: Application\napiVersion: app.k8s.io/v1\nspec: {source: {path: x}}\n", "a: b: c",
     "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: 3, sources: {}}\n", "- kind: Application\n"],
)  # fmt: skip
def test_what_deploys_nothing(text: str) -> None:
    assert list(deployments(text.encode(), "p")) == []
    assert not deploys(text.encode(), "p")


@pytest.mark.parametrize(
    ("rest", "rule"), [("Application\nspec: [x\n", "yaml-syntax"), ("ApplicationSet\nspec: {}\n", "unjudged-values")]
)
def test_what_is_to_deploy(rest: str, rule: str) -> None:
    text = f"apiVersion: argoproj.io/v1alpha1\nkind: {rest}".encode()
    assert ([finding.rule for finding in unread(text, "p")], deploys(text, "p")) == ([rule], True)
