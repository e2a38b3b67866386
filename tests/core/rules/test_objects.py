"""Objects of a release that are called alike."""

from __future__ import annotations

from helpers.oracles.embedded_helm import archive
from shunter.core.charts.load import load_archive
from shunter.core.kube.objects import objects_of
from shunter.core.rules.objects import duplicate_objects
from shunter.core.values.coalesce import coalesce

FILES = {
    "Chart.yaml": "apiVersion: v2\nname: tst\nversion: 1.0.0\ndependencies:\n- {name: svc, version: 1.0.0, alias: api}\n"
    "- {name: svc, version: 1.0.0, alias: web}\n- {name: db, version: 1.0.0}\n",
    "charts/svc/Chart.yaml": "apiVersion: v2\nname: svc\nversion: 1.0.0\n",
    "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
}
SLICES = coalesce(load_archive(archive(FILES), "tst.tgz"), []).slices
HOOK = "  annotations: {helm.sh/hook: test}\n"


def document(source: str, kind: str, name: str, extra: str = "", group: str = "v1") -> tuple[str, str]:
    return source, f"# Source: {source}\napiVersion: {group}\nkind: {kind}\nmetadata:\n  name: {name}\n{extra}"


def test_objects_are_the_same_by_group_kind_namespace_and_name() -> None:
    api, web, db = (f"tst/charts/{alias}/templates/a.yaml" for alias in ("api", "web", "db"))
    documents = [
        document(api, "ConfigMap", "shared"),
        document(web, "ConfigMap", "shared", "  namespace: tst\n"),
        document(web, "ConfigMap", "other", "  namespace: elsewhere\n"),
        document(db, "ConfigMap", "other"),
        document(db, "Secret", "shared"),
        document(api, "Job", "test", HOOK, "batch/v1"),
        document(web, "Job", "test", HOOK, "batch/v1"),
        document(db, "Deployment", "db", group="apps/v1"),
        document(db, "Deployment", "db", group="apps/v1beta1"),
        (db, "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: shared}}\n"),
        (db, "# Source: nothing\n"),
    ]
    found = list(duplicate_objects(objects_of(documents), SLICES, "tst"))
    assert [finding.message for finding in found] == [
        "charts api and web both render ConfigMap shared in namespace tst",
        "chart db renders Deployment db in namespace tst twice",
        "chart db renders Secret shared in namespace tst twice",
    ]
    assert found[0].span.path == "tst.tgz/charts/svc/templates/a.yaml"


def test_a_hook_beside_an_object_of_its_name_is_one_too_many() -> None:
    source = "tst/templates/a.yaml"
    documents = [document(source, "Job", "a", HOOK), document(source, "Job", "a")]
    (found,) = duplicate_objects(objects_of(documents), SLICES, "tst")
    assert found.message == "the umbrella renders Job a in namespace tst twice"
    assert found.related[0][1].path == "tst.tgz/templates/a.yaml"


def test_what_has_no_name_is_like_nothing() -> None:
    nameless = [("tst/templates/a.yaml", "kind: Job\n")] * 2
    assert list(duplicate_objects(objects_of(nameless), SLICES, "tst")) == []
