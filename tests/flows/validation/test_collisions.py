"""Two cars with one name for two bodies: refused by cut, promote and validate; Helm renders one body for both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from helpers.charts.tiny_charts import chart, chart_files, write_files
from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import git
from helpers.workspaces.small import SCHEMA, publish, small_workspace
from helpers.workspaces.transcript import refusals, untouched
from helpers.workspaces.workspaces import copy, shared
from shunter.flows.validation.collisions import collisions_of
from shunter.flows.workspace.context import Context, open_context
from shunter.model.files import FileState

MAP = (
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Chart.Name }}\ndata:\n  a: {{ include "same.helper" . }}\n'
)


@pytest.fixture
def small(tmp_path: Path) -> Context:
    """Services orders and web, environments tst and pre, no train yet."""
    made = shared("small", lambda folder: small_workspace(folder / "small")) / "small"
    return open_context(copy(made, tmp_path.resolve() / "small"))


def helped(name: str, version: str, body: str) -> dict[str, FileState]:
    """A chart with a helper of its own."""
    helper = f'# of {name}\n{{{{- define "same.helper" }}}}{body}{{{{ end }}}}\n'
    schema = SCHEMA if name == "orders" else None
    return chart_files(name, version, template=MAP, schema=schema, extra={"templates/_helper.tpl": helper})


def both(context: Context, orders: str, web: str) -> None:
    """orders and web 1.1.0, published, with these bodies."""
    publish(context, helped("orders", "1.1.0", orders), "third/orders")
    publish(context, helped("web", "1.1.0", web), "third/web")


def rendered(root: Path) -> dict[str, str]:
    """What each chart's map says in tst."""
    found = yaml.load_all(ok("render", "tst", cwd=root).out, yaml.CSafeLoader)
    return {item["metadata"]["name"]: item["data"]["a"] for item in found if item}


def off(root: Path) -> None:
    """The workspace lets the rule pass."""
    with (root / "shunter.yaml").open("a", encoding="utf-8") as out:
        out.write("rules: {define-collision: off}\n")
    git(root, "commit", "-qam", "off")


def test_a_train_of_two_bodies_is_not_cut(small: Context) -> None:
    both(small, "x", "y")
    [found] = refusals(untouched(small.root, "train", "cut", "1.0.0"))
    assert found.rule == "define-collision"
    assert found.message == "orders 1.1.0 replaces `same.helper` of web 1.1.0: named templates are global"
    assert found.place == ".shunter/registry/web-1.1.0.tgz/templates/_helper.tpl:2:1"
    assert found.notes == ["the one that wins: .shunter/registry/orders-1.1.0.tgz/templates/_helper.tpl:2:1"]
    assert found.hint.startswith("give one of the two another name, or pin versions that define it alike")
    ok("train", "cut", "1.0.0", "--only", "web", cwd=small.root)
    ok("train", "cut", "1.0.1", "--car", "web=1.0.0", "--lower", "web", cwd=small.root)


def test_equal_bodies_pass_everywhere(small: Context) -> None:
    need_helm()
    both(small, "x", "x")
    ok("train", "cut", "1.0.0", cwd=small.root)
    ok("promote", "1.0.0", "--to", "tst", cwd=small.root)
    ok("validate", cwd=small.root)
    assert rendered(small.root) == {"orders": "x", "web": "x"}


def test_what_is_cut_already_is_not_promoted_and_what_is_there_is_not_valid(small: Context) -> None:
    need_helm()
    both(small, "x", "y")
    text = (small.root / "shunter.yaml").read_text("utf-8")
    off(small.root)
    ok("train", "cut", "1.0.0", cwd=small.root)
    (small.root / "shunter.yaml").write_text(text, "utf-8")
    git(small.root, "commit", "-qam", "on again")
    [found] = refusals(untouched(small.root, "promote", "1.0.0", "--to", "tst"))
    assert (found.rule, found.place) == ("define-collision", "envs/tst/charts/web/templates/_helper.tpl:2:1")

    off(small.root)
    ok("promote", "1.0.0", "--to", "tst", cwd=small.root)
    assert rendered(small.root) == {"orders": "x", "web": "x"}, "Helm has one body, and web says y alone"
    ok("validate", cwd=small.root)
    (small.root / "shunter.yaml").write_text(text, "utf-8")
    [again] = refusals(shunter("validate", "-e", "tst", cwd=small.root))
    assert (again.rule, again.place) == (found.rule, found.place)
    with (small.root / "shunter.yaml").open("a", encoding="utf-8") as out:
        out.write("rules: {define-collision: warning}\n")
    assert "warning[define-collision]" in ok("validate", cwd=small.root).err


def test_a_car_that_is_switched_off_collides_with_nothing(small: Context) -> None:
    both(small, "x", "y")
    off(small.root)
    ok("train", "cut", "1.0.0", cwd=small.root)
    ok("promote", "1.0.0", "--to", "tst", cwd=small.root)
    (small.root / "shunter.yaml").write_text(
        (small.root / "shunter.yaml").read_text("utf-8").replace("rules: {define-collision: off}\n", ""), "utf-8"
    )
    assert shunter("validate", "-e", "tst", cwd=small.root).code == 1
    (small.root / "envs/tst/values.yaml").write_text("web: {enabled: false}\n", "utf-8")
    ok("validate", "-e", "tst", cwd=small.root)


def test_two_versions_of_one_app_under_two_aliases(small: Context) -> None:
    file = small.root / "shunter.yaml"
    file.write_text(file.read_text("utf-8").replace("third/web", "third/other"), "utf-8")
    write_files(small.root / "third/other", helped("orders", "1.1.0", "y"))
    publish(small, helped("orders", "1.1.0", "y"))
    publish(small, helped("orders", "1.2.0", "x"), "third/orders")
    [found] = refusals(untouched(small.root, "train", "cut", "1.0.0", "--car", "web=1.1.0"))
    assert found.message == "orders 1.2.0 replaces `same.helper` of orders 1.1.0 (as web): named templates are global"
    assert found.hint.startswith("bring both to one version")


def test_charts_are_named_by_their_archives(small: Context) -> None:
    def colliding(**bodies: str) -> Mapping[str, str]:
        charts = {name: chart(helped(name, "2.0.0", body)) for name, body in bodies.items()}
        return {finding.span.path: finding.message for finding in collisions_of(small, charts)}

    assert colliding(a="x", b="x", c="x") == {}
    assert colliding(a="x", b="x", c="y") == {
        ".shunter/registry/c-2.0.0.tgz/templates/_helper.tpl": "a 2.0.0 replaces `same.helper` of c 2.0.0: "
        "named templates are global"
    }
