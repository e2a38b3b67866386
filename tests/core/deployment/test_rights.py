"""The Role that deploying needs. tests/flows/deploying has the experiment."""

from __future__ import annotations

from shunter.core.deployment.rights import Granting, objects_of_rights, rights_of, rules_of


def test_rights_are_those_of_the_charts_kinds_and_of_helms_secrets() -> None:
    found = [str(each) for each in rights_of([("apps", "deployments"), ("apps", "deployments")])]
    assert found == [
        "list pods",
        *(f"{verb} secrets" for verb in ("get", "list", "create", "update", "patch", "delete")),
        *(f"{verb} deployments.apps" for verb in ("get", "list", "watch", "create", "patch", "delete")),
        "list replicasets.apps",
    ]
    assert {each.resource for each in rights_of([("", "configmaps")])} == {"configmaps", "secrets"}
    assert [each.verb for each in rights_of([], [("batch", "jobs")]) if each.group] == [
        *("list", "watch", "create", "patch", "delete")
    ]
    secrets = [each.verb for each in rights_of([("", "secrets")])]
    assert secrets == ["get", "list", "watch", "create", "update", "patch", "delete"]


def test_resources_with_the_same_verbs_share_a_rule() -> None:
    rules = rules_of(rights_of([("", "services"), ("", "configmaps")]), [{"apiGroups": ["x"], "verbs": ["get"]}])
    assert [rule.get("resources") for rule in rules] == [["configmaps", "services"], ["secrets"], None]


def test_an_account_elsewhere_is_bound_in_the_releases_namespace() -> None:
    objects = objects_of_rights(Granting("shop-tst", "shop-deployer", "shop-deploy", ("github:x",)), [])
    assert [(each["kind"], each["metadata"].get("namespace")) for each in objects] == [
        ("Namespace", None),
        ("Namespace", None),
        ("ServiceAccount", "shop-deploy"),
        ("Role", "shop-tst"),
        ("RoleBinding", "shop-tst"),
    ]
    subjects = objects[-1]["subjects"]
    assert [each.get("namespace") or each["name"] for each in subjects] == ["shop-deploy", "github:x"]
