"""What `add` adds goes the whole way like everything else, and `remove` undoes it; a person's files are never lost."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from helpers.charts.patches import apply_diff, plain
from helpers.charts.releases import substitute
from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.http import served
from helpers.workspaces.transcript import error, refusals, untouched
from helpers.workspaces.workspaces import copy, digest
from shunter.adapters.git.moves import REMOVED

SERVICE = ("service", "payment", "--archetype", "rest-api", "--team", "bob")
AFTER = ("environment", "prf", "--after", "tst")
BETWEEN = ("environment", "prf", "--between", "tst,pre")


@pytest.fixture(params=["multi", "mono"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the example in both shorthands."""
    found: Path = request.getfixturevalue({"multi": "example", "mono": "mono_example"}[request.param])
    return copy(found, tmp_path / "shop")


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def repositories(root: Path) -> list[Path]:
    return [root, *sorted(path.parent for path in root.glob("*/.git"))]


def folder_of(root: Path, environment: str) -> Path:
    """An environment's folder in either layout."""
    return next(
        path for path in (root / "envs" / environment, root / f"shop-{environment}/envs" / environment) if path.is_dir()
    )


# undone


@pytest.mark.slow  # six pairs of commands; each command by itself is tested beside it
@pytest.mark.parametrize("what", [SERVICE, AFTER, BETWEEN], ids=["service", "after", "between"])
def test_remove_undoes_add(what: tuple[str, ...], root: Path) -> None:
    before, folders = digest(root), repositories(root)
    added = "payment" if what == SERVICE else "shop-prf"
    ok("add", *what, cwd=root)
    assert digest(root) != before
    for command in ("validate", "lint --strict", "lock --check", "update --check"):
        ok(*command.split(), cwd=root)
    said = ok("remove", *what[:2], cwd=root).err
    if (root / "orders").exists():
        assert f"moved it to .shunter/removed/{added}, not deleted: it has no remote" in said
        assert f"1 removed checkout in {REMOVED}" in ok("status", cwd=root).err
        shutil.rmtree(root / REMOVED)
    assert digest(root) == before
    assert repositories(root) == folders
    for repository in folders:
        assert git(repository, "status", "--porcelain") == ""
    ok("update", "--check", cwd=root)


@pytest.mark.slow  # five environments come and go
def test_a_route_gets_a_branch_or_a_stop(shop: Path) -> None:
    ok("add", *AFTER, cwd=shop)
    ok("add", "environment", "qa", "--between", "tst,pre", "--stage", "staging", "-n", "quality", cwd=shop)
    environments = yaml.safe_load((shop / "shunter.yaml").read_text("utf-8"))["environments"]
    assert {name: value.get("promotes-from", "") for name, value in environments.items()} == {
        "tst": "",
        "prf": "tst",
        "qa": "tst",
        "pre": "qa",
        "pro": "pre",
    }
    assert environments["qa"] == {"stage": "staging", "promotes-from": "tst", "namespace": "quality"}
    said = ok("remove", "environment", "qa", cwd=shop).err
    assert "pre promotes from tst then" in said
    assert "# Trains move along promotes-from" in (shop / "shunter.yaml").read_text("utf-8"), "comments stay"


@pytest.mark.slow  # every project is rendered anew
def test_lists_of_names_lose_what_is_removed(shop: Path) -> None:
    file = shop / "shunter.yaml"
    text = file.read_text("utf-8").replace("    promotes-from: pre\n", "    promotes-from: [tst, pre]\n")
    text = text.replace("    stage: staging\n", "    stage: staging\n    services: [catalog, orders]  # no more\n")
    file.write_text(f"{text}groups:\n  late: [pre, pro]\n  one: [pre]\npromotions: {{direct: [tst, pre]}}\n", "utf-8")
    git(shop, "commit", "-qam", "lists")
    ok("update", cwd=shop)
    ok("remove", "service", "catalog", "--force", cwd=shop)
    assert "    services: [orders] " in file.read_text("utf-8")
    said = ok("remove", "environment", "pre", cwd=shop).err
    assert "pro promotes from tst then" in said
    found = yaml.safe_load(file.read_text("utf-8"))
    assert found["environments"]["pro"]["promotes-from"] == "tst"
    assert (found["groups"], found["promotions"]) == ({"late": ["pro"]}, {"direct": ["tst"]})
    ok("update", "--check", cwd=shop)


# the whole way


@pytest.mark.slow  # a workspace of its own, and the whole way to a train
def test_a_new_service_and_a_new_environment_go_the_whole_way(root: Path) -> None:
    need_helm()
    ok("add", *SERVICE, cwd=root)
    ok("add", *AFTER, cwd=root)
    assert ok("render", "prf", cwd=root).out == ""
    for command in ("validate", "package", "train cut 1.0.0", "promote 1.0.0 --to tst", "promote --from tst --to prf"):
        ok(*command.split(), cwd=root)
    (folder_of(root, "prf") / "values.yaml").write_text("payment:\n  replicaCount: 7\n", "utf-8")
    ok("validate", cwd=root)
    objects = [item for item in yaml.safe_load_all(ok("render", "prf", "payment", cwd=root).out) if item]
    assert [item["spec"]["replicas"] for item in objects if item["kind"] == "Deployment"] == [7]
    ok("lock", "--check", cwd=root)
    found = refusals(untouched(root, "promote", "--from", "prf", "--to", "pro"))
    assert {block.rule for block in found} == {"stage-skipped"}
    assert "payment" in ok("status", cwd=root).out


CHART = {
    "Chart.yaml": "apiVersion: v2\nname: redis\nversion: 18.0.1\nappVersion: '7.2'\n"
    "dependencies:\n- {name: common, version: 2.x.x, repository: 'https://charts.example/common'}\n",
    "values.yaml": "port: 6379\ncommon: {size: 3}\n",
    "values.schema.json": '{"type": "object", "properties": {"port": {"type": "integer"}}}',
    "templates/service.yaml": "apiVersion: v1\nkind: Service\n"
    "metadata: {name: '{{ .Release.Name }}-{{ .Chart.Name }}'}\nspec: {ports: [{port: {{ .Values.port }}}]}\n",
    "charts/common/Chart.yaml": "apiVersion: v2\nname: common\nversion: 2.31.1\n",
    "charts/common/values.yaml": "size: 1\n",
    "charts/common/templates/map.yaml": "apiVersion: v1\nkind: ConfigMap\n"
    'metadata: {name: \'{{ .Template.BasePath | replace "/" "-" }}\'}\n'
    "data: {size: '{{ .Values.size }}'}\n",
}


def write(folder: Path, name: str = "redis") -> Path:
    for path, text in CHART.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text.replace("name: redis", f"name: {name}"), "utf-8")
    return folder


def helm_repository(folder: Path) -> Path:
    """A chart repository as other people make it: by Helm."""
    import helm_python

    helm_python.disable_logging()
    chart = write(folder / "source")
    (folder / "served").mkdir()
    helm_python.package(str(chart), destination=str(folder / "served"))
    helm_python.repo_index_generate(str(folder / "served"))
    return folder / "served"


@pytest.mark.slow  # a workspace of its own, and the whole way to a train
def test_charts_of_other_people_are_pinned_validated_rendered_and_promoted(root: Path, tmp_path: Path) -> None:
    need_helm()
    write(root / "vendored" / "cache", "cache-redis")
    git(root, "add", "vendored")
    git(root, "commit", "-q", "-m", "cache")
    ok("add", "service", "cache", "--chart", "cache", "--team", "bob", cwd=root / "vendored")
    with served(helm_repository(tmp_path)) as url:
        ok("add", "service", "queue", "--chart", "redis@18.0.1", "--repository", url, cwd=root)
        ok("package", cwd=root)
    services = yaml.safe_load((root / "shunter.yaml").read_text("utf-8"))["services"]
    assert services["cache"] == {"chart": {"path": "vendored/cache"}, "team": "bob"}
    for command in ("train cut 1.0.0", "promote 1.0.0 --to tst", "validate", "lint", "lock --check", "package"):
        ok(*command.split(), cwd=root)
    train = yaml.safe_load((root / "trains/1.0.0.yaml").read_text("utf-8"))
    assert {
        alias: (car["name"], car["version"]) for alias, car in train["cars"].items() if alias in ("cache", "queue")
    } == {
        "cache": ("cache-redis", "18.0.1"),
        "queue": ("redis", "18.0.1"),
    }
    assert train["cars"]["queue"]["source"] == url

    values = folder_of(root, "tst") / "values.yaml"
    values.write_text("cache: {port: 1, common: {size: 5}}\nqueue: {port: two}\n", "utf-8")
    [block] = refusals(shunter("validate", cwd=root))
    assert "`queue.port` must be an integer" in block.message
    values.write_text("cache: {port: 1, common: {size: 5}}\nqueue: {port: 2}\n", "utf-8")
    objects = list(yaml.safe_load_all(ok("render", "tst", "cache", "queue", cwd=root).out))
    ports = {
        item["metadata"]["name"]: item["spec"]["ports"][0]["port"] for item in objects if item["kind"] == "Service"
    }
    assert ports == {"shop-cache": 1, "shop-queue": 2}
    assert sorted(item["data"]["size"] for item in objects if item["kind"] == "ConfigMap") == ["3", "5"]
    ok("promote", "--from", "tst", "--to", "pre", cwd=root)
    assert "18.0.1" in ok("status", cwd=root).out


@pytest.mark.slow  # a workspace of its own, and the whole way to a train
def test_a_chart_that_is_not_served_is_named(shop: Path, tmp_path: Path) -> None:
    need_helm()
    with served(helm_repository(tmp_path)) as url:
        asked = ("add", "service", "queue", "--repository", url, "--chart")
        block = error(untouched(shop, *asked, "redis@19.0.0"))
        assert (block.message, block.hint) == ("chart redis 19.0.0 is not in the registry", "it has 18.0.1")
        ok(*asked, "redis@18.0.1", cwd=shop)
        substitute(shop / "shunter.yaml", "18.0.1", "19.0.0")
        git(shop, "commit", "-qam", "newer")
        said = shunter("package", cwd=shop)
        assert said.code == 2
        assert re.search("failed +redis 19.0.0 +chart redis 19.0.0 is not in the registry", said.err)
        assert re.search("done +orders 0.1.0 +packaged", said.err)  # somebody else's chart keeps nothing of ours back
    down = shunter("package", cwd=shop)
    assert (down.code, "cannot be reached" in down.err) == (2, True)
    ok("remove", "service", "queue", cwd=shop)
    ok("package", cwd=shop)


# what a person wrote


@pytest.mark.parametrize("path", ["services/payment/README.md", "charts/payment/values.yaml", "envs/prf/values.yaml"])
def test_a_file_in_the_way_is_named_and_kept(path: str, mono: Path) -> None:
    (mono / path).parent.mkdir(parents=True)
    (mono / path).write_text("mine\n", "utf-8")
    what = AFTER if path.startswith("envs") else SERVICE
    block = error(untouched(mono, "add", *what))
    assert path.rsplit("/", 1)[0] in block.message
    assert path.rsplit("/", 1)[1] in block.message


def test_a_folder_in_the_way_is_named_and_kept(shop: Path) -> None:
    (shop / "payment").mkdir()
    (shop / "payment/notes.txt").write_text("mine\n", "utf-8")
    assert "payment is not empty" in error(untouched(shop, "add", *SERVICE)).message


def test_edits_of_generated_files_survive_add_and_remove(root: Path, commit: Callable[[Path, str], None]) -> None:
    readme, values = root / "README.md", folder_of(root, "tst") / "values.yaml"
    readme.write_text(readme.read_text("utf-8") + "\nAsk in #shop.\n", "utf-8")
    commit(root, "Say whom to ask")
    values.write_text("orders: {replicaCount: 3}\n", "utf-8")
    before = digest(root)
    ok("add", *SERVICE, cwd=root)
    assert readme.read_text("utf-8").endswith("\nAsk in #shop.\n")
    ok("remove", "service", "payment", cwd=root)
    shutil.rmtree(root / REMOVED, ignore_errors=True)
    assert digest(root) == before
    assert values.name in git(values.parent, "status", "--porcelain"), "a person's edit stays uncommitted"


def test_what_no_commit_holds_is_not_deleted(mono: Path) -> None:
    ok("add", *SERVICE, cwd=mono)
    ok("add", *AFTER, cwd=mono)
    (mono / "services/payment/notes.txt").write_text("mine\n", "utf-8")
    (mono / "envs/prf/values.yaml").write_text("orders: {replicaCount: 3}\n", "utf-8")
    (mono / "services/payment/.venv").mkdir()
    (mono / "services/payment/.venv/ignored").write_text("", "utf-8")
    assert "services/payment/notes.txt" in error(untouched(mono, "remove", "service", "payment")).message
    block = error(untouched(mono, "remove", "environment", "prf"))
    assert "envs/prf/values.yaml" in block.message
    assert "--force" in block.hint
    ok("remove", "service", "payment", "--force", cwd=mono)
    left = sorted(path.name for path in (mono / "services/payment").rglob("*"))
    assert left == [".venv", "ignored", "notes.txt"], "what git does not track is never deleted"
    git(mono, "commit", "--quiet", "-am", "Values of prf")
    said = ok("remove", "environment", "prf", cwd=mono).err
    command = re.search(r"git show (\S+)", said)
    assert command
    assert git(mono, "show", command[1]) == "orders: {replicaCount: 3}\n"


def remote_of(root: Path, bare: Path) -> None:
    """A remote that has all of the checkout's branch, as people have one; the machine's own git hooks aside."""
    git(root, "init", "--quiet", "--bare", str(bare))
    git(root, "remote", "add", "origin", f"file://{bare}")
    git(root, "push", "--quiet", "-u", "origin", "main")


@pytest.mark.slow  # a workspace with remotes of its own
def test_a_checkout_is_deleted_when_its_remote_has_all_of_it(shop: Path, tmp_path: Path) -> None:
    ok("add", *SERVICE, cwd=shop)
    remote_of(shop / "payment", tmp_path / "payment.git")
    (shop / "payment/services/payment/main.log").write_text("mine\n", "utf-8")
    before = digest(shop / "payment")
    shown = untouched(shop, "remove", "service", "payment", "--dry-run").err
    assert "move it to .shunter/removed/payment, not deleted: services/payment/main.log is" in shown
    (shop / "payment/services/payment/main.log").unlink()
    assert "delete it: every commit" in untouched(shop, "remove", "service", "payment", "--dry-run").err
    (shop / "payment/services/payment/main.log").write_text("mine\n", "utf-8")
    ok("remove", "service", "payment", cwd=shop)
    assert digest(shop / REMOVED / "payment") == before
    assert git(shop, "status", "--porcelain", "--untracked-files=all") == ""
    ok("add", *SERVICE, cwd=shop)
    (shop / "payment/.git/hooks").rename(tmp_path / "hooks")
    remote_of(shop / "payment", tmp_path / "again.git")
    assert "deleted it: every commit" in ok("remove", "service", "payment", cwd=shop).err
    assert not (shop / "payment").exists()
    assert [path.name for path in (shop / REMOVED).iterdir() if path.is_dir()] == ["payment"]


def test_a_person_s_commit_is_kept_with_its_checkout(shop: Path) -> None:
    """The case remove-deletes-work: one amended commit, and a file that only this clone ignores."""
    ok("add", *SERVICE, cwd=shop)
    payment = shop / "payment"
    (payment / "services/payment/precious.py").write_text("precious = 1\n", "utf-8")
    (payment / "local").write_text("mine\n", "utf-8")
    (payment / ".git/info/exclude").write_text("local\n", "utf-8")
    git(payment, "add", "--all")
    git(payment, "commit", "--quiet", "--amend", "-m", "My payment")
    head = git(payment, "rev-parse", "HEAD")
    untouched(shop, "remove", "service", "payment", "--dry-run")
    ok("remove", "service", "payment", cwd=shop)
    kept = shop / REMOVED / "payment"
    assert git(kept, "rev-parse", "HEAD") == head
    assert (kept / "local").read_text("utf-8") == "mine\n"
    assert (kept / "services/payment/precious.py").is_file()


def test_an_environment_s_checkout_is_kept_with_its_other_branches(shop: Path) -> None:
    ok("add", *AFTER, cwd=shop)
    commit_on_branch(shop / "shop-prf")
    git(shop / "shop-prf", "worktree", "add", "--quiet", str(shop.parent / "beside"), "idea")
    ok("remove", "environment", "prf", cwd=shop)
    kept = shop / REMOVED / "shop-prf"
    assert git(kept, "log", "-1", "--format=%s", "idea") == "An idea\n"
    assert git(shop.parent / "beside", "branch", "--show-current") == "idea\n"


@pytest.mark.slow  # a workspace with remotes of its own
def test_update_lets_go_of_checkouts_as_remove_does(shop: Path, commit: Callable[[Path, str], None]) -> None:
    text = (shop / "shunter.yaml").read_text("utf-8")
    (shop / "shunter.yaml").write_text(
        text.replace("  frontend:\n    archetype: frontend\n    team: edge\n", "").replace("[frontend, ", "[")
    )
    commit(shop, "No frontend")
    assert untouched(shop, "update", "--check").code == 1
    assert "move it to .shunter/removed/frontend" in untouched(shop, "update", "--dry-run").err
    ok("update", cwd=shop)
    assert not (shop / "frontend").exists()
    assert (shop / REMOVED / "frontend/services/frontend").is_dir()
    git(shop, "revert", "--no-edit", "HEAD")
    git(shop, "revert", "--no-edit", "HEAD~2")
    assert f"mv {shop / REMOVED / 'frontend'} {shop / 'frontend'}" in error(shunter("validate", cwd=shop)).hint


def test_a_failed_hook_brings_a_removed_checkout_back(shop: Path) -> None:
    ok("add", *SERVICE, cwd=shop)
    hook = shop / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\ntest ! -e payment || exit 0\nexit 1\n", "utf-8")
    hook.chmod(0o755)
    before = digest(shop)
    assert shunter("remove", "service", "payment", cwd=shop).code == 2
    assert digest(shop) == before
    assert not (shop / REMOVED).exists()


def commit_on_branch(root: Path) -> None:
    git(root, "switch", "--quiet", "-c", "idea")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "An idea")
    git(root, "switch", "--quiet", "main")


@pytest.mark.slow  # every project is rendered anew
def test_charts_of_a_person_below_charts_stay(railed: Path, commit: Callable[[Path, str], None]) -> None:
    """The case charts-folder-deleted, with the folders committed: no verb deletes what it did not write."""
    folders = [railed / "orders/charts/orders/charts/side", railed / "shop-tst/envs/tst/charts/side"]
    for folder in folders:
        write(folder, "side")
        commit(folder, "A chart of mine")
    before = [digest(folder) for folder in folders]
    ok("add", *SERVICE, cwd=railed)
    shunter("lock", cwd=railed)
    shunter("package", cwd=railed)
    shunter("remove", "service", "payment", cwd=railed)
    assert [digest(folder) for folder in folders] == before
    assert "chart-not-pinned" in shunter("validate", "-e", "tst", cwd=railed).err


def test_remove_says_which_values_are_left(railed: Path) -> None:
    values = railed / "shop-pre/envs/pre/values.yaml"
    values.write_text("# first\norders:\n  replicaCount: 3\n", "utf-8")
    block = error(untouched(railed, "remove", "service", "orders"))
    assert "service `orders` is pinned in tst" in block.message
    said = ok("remove", "service", "orders", "--force", cwd=railed).err
    assert "values of orders stay in shop-pre/envs/pre/values.yaml:2" in said
    assert values.read_text("utf-8").startswith("# first\norders:")
    ok("lock", "--check", cwd=railed)
    ok("train", "cut", "1.1.0", "--drop", "orders", cwd=railed)
    ok("promote", "1.1.0", "--to", "tst", cwd=railed)
    assert "[values-left]: `orders` is no service here" in shunter("lint", cwd=railed).err
    assert "name: orders\n" not in (railed / "shop-tst/envs/tst/Chart.yaml").read_text("utf-8")
    assert not (railed / "shop-tst/envs/tst/charts/orders").exists()


# looking first


COMMANDS = [
    ("add", *SERVICE),
    ("add", *AFTER),
    ("add", *BETWEEN),
    ("remove", "environment", "pro"),
    ("remove", "service", "frontend", "--force"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: "-".join(command[:3]))
def test_the_difference_is_shown_before_and_comes_true(
    command: tuple[str, ...], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    shown = untouched(root, *command, "--dry-run", "--diff")
    assert shown.code == 0
    applied = copy(root, tmp_path / "applied" / "shop")
    apply_diff(applied, shown.out)
    assert untouched(root, *command, "--diff").out == shown.out, "a diff only shows"
    ok(*command, cwd=root)
    for name in re.findall(r"(?m)^ +planned  (\S+)  move it to", shown.err):
        assert not (root / name).exists()
        shutil.rmtree(applied / name)
    shutil.rmtree(root / REMOVED, ignore_errors=True)
    assert plain(root) == plain(applied)


@pytest.mark.parametrize("port", ["0", "65536"])
def test_a_port_that_is_none_is_refused_and_nothing_is_written(port: str, tmp_path: Path) -> None:
    ok("new", "shop", "--defaults", cwd=tmp_path)
    head = git(tmp_path / "shop", "rev-parse", "HEAD")
    refused = shunter("add", "service", "orders", "--port", port, cwd=tmp_path / "shop")
    assert (refused.code != 0, "from 1 to 65535" in refused.err) == (True, True)
    assert git(tmp_path / "shop", "rev-parse", "HEAD") == head
