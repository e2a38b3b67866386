"""Another name in shunter.yaml and values files: one word changes, and every comment, order and quote stays."""

from __future__ import annotations

import pytest

from shunter.core.values.sops import is_sops_file
from shunter.core.workspace.file import parse_workspace
from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import Workspace
from shunter.core.workspace.rename import Rename, rename_key, renamed_values, renamed_workspace, with_key
from shunter.flows.workspace.own_files import schema_of
from shunter.model.errors import ShunterError

TEXT = b"""\
# The shop.
name: shop
layout: multi
services:
  web: {archetype: frontend}
  # Takes orders.
  orders:   # not orders-db
    archetype: rest-api
    team: alice
  "orders-db":
    archetype: database
environments:
  tst: {}
  # Before production.
  pre:
    stage: staging
    promotes-from: tst
  pro: {promotes-from: pre}
"""


def workspace(text: bytes = TEXT) -> Workspace:
    return parse_workspace(text, "shunter.yaml", schema_of("workspace"), release="0.1.0", source="s")


def test_a_service_notes_what_it_was_called() -> None:
    found = renamed_workspace(TEXT, Rename("service", "orders", "order-service", workspace()))
    assert found == TEXT.replace(b"  orders: ", b"  order-service: ").replace(
        b"    team: alice\n", b"    team: alice\n    formerly:\n    - orders\n"
    )
    assert workspace(found).renamed == {"orders": "order-service"}
    back = renamed_workspace(found, Rename("service", "order-service", "orders", workspace(found)))
    assert workspace(back).renamed == {"order-service": "orders"}
    third = renamed_workspace(found, Rename("service", "order-service", "sales", workspace(found)))
    assert workspace(third).renamed == {"orders": "sales", "order-service": "sales"}


def test_callers_follow_and_what_runs_is_called_as_it_was() -> None:
    text = TEXT.replace(b"web: {archetype: frontend}", b"web: {archetype: frontend, calls: [orders]}")
    text = text.replace(b"    team: alice\n", b"    team: alice\n    calls: [orders-db]\n")
    found = workspace(renamed_workspace(text, Rename("service", "orders", "sales", workspace(text)), keep=True))
    assert found.services[0].calls == ("sales",)
    assert (found.services[1].in_cluster, found.services[1].calls) == ("orders", ("orders-db",))
    data = renamed_workspace(text, Rename("service", "orders-db", "store", workspace(text)))
    assert workspace(data).services[1].calls == ("store",)
    assert b"known-as" not in data


def test_who_is_called_as_at_first_again_is_known_as_nothing_else() -> None:
    once = renamed_workspace(TEXT, Rename("service", "orders", "sales", workspace()), keep=True)
    twice = renamed_workspace(once, Rename("service", "sales", "third", workspace(once)), keep=True)
    assert [each.known_as for each in workspace(twice).services] == ["", "orders", ""]
    back = renamed_workspace(twice, Rename("service", "third", "orders", workspace(twice)), keep=True)
    assert b"known-as" not in back


def test_what_a_person_has_renamed_already_is_completed() -> None:
    edited = TEXT.replace(b"  orders: ", b"  sales: ")
    assert workspace(renamed_workspace(edited, Rename("service", "orders", "sales", workspace()))).renamed == {
        "orders": "sales"
    }


@pytest.mark.parametrize(("old", "namespace"), [("pre", "shop-pre"), ("tst", "shop-tst")])
def test_an_environment_keeps_its_namespace_and_its_followers(old: str, namespace: str) -> None:
    found = renamed_workspace(TEXT, Rename("environment", old, "stage", workspace()))
    environment = workspace(found).environment("stage")
    assert environment is not None
    assert environment.namespace == namespace
    assert b"# Before production.\n" in found
    sources = {each.name: each.promotes_from for each in workspace(found).environments}
    renamed = {"pre": {"stage": "tst", "pro": "stage"}, "tst": {"pre": "stage", "pro": "pre"}}
    assert {name: source for name, source in sources.items() if source} == {
        name: (source,) for name, source in renamed[old].items()
    }


def test_a_new_name_stands_in_every_list() -> None:
    text = (
        TEXT.replace(b"promotes-from: tst\n", b"promotes-from: [tst, hot]  # either\n")
        .replace(b"  tst: {}\n", b"  tst: {}\n  hot: {services: [web, orders]}\n")
        .replace(b"  pro: {", b"  pro: {services: [orders, orders-db], ")
    ) + b"groups:\n  early:\n  - tst  # first\n  - hot\npromotions: {direct: [tst, stage:staging]}\n"
    named = workspace(renamed_workspace(text, Rename("service", "orders", "sales", workspace(text))))
    assert [each.services for each in named.environments] == [None, ("web", "sales"), None, ("sales", "orders-db")]
    found = renamed_workspace(text, Rename("environment", "tst", "dev", workspace(text)))
    assert b"promotes-from: [dev, hot] # either" in found.replace(b"  #", b" #")
    assert b"  - dev  # first\n" in found
    assert workspace(found).groups == {"early": ("dev", "hot")}
    assert workspace(found).direct == ("dev", "stage:staging")


def test_projects_and_repositories_are_known_by_their_former_names() -> None:
    rename = Rename("service", "orders", "sales", workspace())
    after = workspace(renamed_workspace(TEXT, rename))
    former = {spec.name: rename.former_repository(spec) for spec in plan_repositories(after)}
    assert {name: spec.name for name, spec in former.items() if spec and spec.name != name} == {"sales": "orders"}
    [sales] = [spec for spec in plan_repositories(after) if spec.name == "sales"]
    assert [rename.former(project).path for project in sales.projects] == [".", "services/orders", "charts/orders"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (b"a: 1\norders:\n  x: 1 # orders\nb: orders\n", b"a: 1\nsales:\n  x: 1 # orders\nb: orders\n"),
        (b"'orders' : {x: 1}\r\n", b"sales : {x: 1}\r\n"),
        (b"\xef\xbb\xbforders: &o {x: 1}\nb: *o\n", b"\xef\xbb\xbfsales: &o {x: 1}\nb: *o\n"),
        (b"orders: {x: 1}\n---\norders: {y: 1}\n", b"sales: {x: 1}\n---\nsales: {y: 1}\n"),
        (b"{b: 1, orders: {x: 1}}\n", b"{b: 1, sales: {x: 1}}\n"),
    ],
)
def test_one_word_changes(text: bytes, wanted: bytes) -> None:
    assert rename_key(text, "values.yaml", ("orders",), "sales") == wanted


def test_a_name_that_yaml_reads_otherwise_is_quoted() -> None:
    assert rename_key(b"orders: {}\n", "v.yaml", ("orders",), "123") in (b"'123': {}\n", b'"123": {}\n')


def test_a_taken_key_is_refused() -> None:
    with pytest.raises(ShunterError, match="has `sales` beside `orders`"):
        rename_key(b"orders: {}\nsales: {}\n", "values.yaml", ("orders",), "sales")


def values(files: dict[str, bytes], old: str, new: str, *, keep: bool) -> dict[str, bytes]:
    return renamed_values(files, old, new, keep=keep, is_sops_file=is_sops_file)


def test_the_override_stands_in_the_first_file_that_has_the_section() -> None:
    files = {"a.yaml": b"# none\n", "b.yaml": b"orders:\n  x: 1 # one\n", "c.yaml": b"orders: {x: 2}\n"}
    assert values(files, "orders", "sales", keep=True) == {
        "b.yaml": b"sales:\n  x: 1 # one\n  nameOverride: orders\n",
        "c.yaml": b"sales: {x: 2}\n",
    }
    assert values(files, "orders", "sales", keep=False)["b.yaml"] == b"sales:\n  x: 1 # one\n"
    named = {"a.yaml": b"orders: {nameOverride: old}\n"}
    assert values(named, "orders", "sales", keep=True) == {"a.yaml": b"sales: {nameOverride: old}\n"}


@pytest.mark.parametrize("text", [b"", b"# Only a comment", b"{}\n", b"web: {x: 1}\n"])
def test_without_a_section_there_is_a_new_one(text: bytes) -> None:
    [found] = values({"v.yaml": text}, "orders", "sales", keep=True).values()
    assert b"\nsales:\n  nameOverride: orders\n" in b"\n" + found
    assert found.startswith(text) or text == b"{}\n"


SOPS = b"sops: {mac: m, lastmodified: l}\n"


def test_what_sops_ties_to_its_keys_is_refused() -> None:
    with pytest.raises(ShunterError, match=r"a\.yaml is encrypted") as caught:
        values({"a.yaml": b"orders: {x: y}\n" + SOPS}, "orders", "sales", keep=True)
    assert "sops a.yaml" in caught.value.hint
    with pytest.raises(ShunterError, match="every values file is encrypted"):
        values({"a.yaml": SOPS}, "orders", "sales", keep=True)
    assert values({"a.yaml": SOPS}, "orders", "sales", keep=False) == {}


def test_a_file_that_helm_cannot_read_is_refused() -> None:
    with pytest.raises(ShunterError):
        values({"a.yaml": b"a: [\n"}, "orders", "sales", keep=True)


def test_a_key_is_added_behind_its_siblings() -> None:
    assert with_key(b"a: 1 # one\n# end\n", ("b",), "c") == b"a: 1 # one\nb: c\n# end\n"
