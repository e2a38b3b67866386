"""A renamed service or environment goes on as before: every check, trains of old, and the names in the cluster."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.charts.patches import apply_diff, plain
from helpers.services.cells import made
from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, disk, git, write
from helpers.workspaces.transcript import error, untouched
from helpers.workspaces.workspaces import ONE_SERVICE, copy, shared

SERVICE = ("rename", "service", "orders", "order-service")
ENVIRONMENT = ("rename", "environment", "pre", "stage")
CHECKS = ("validate", "lint", "lock --check", "update --check", "schema build --check")


@pytest.fixture(scope="session")
def mono_on_rails(mono_example: Path) -> Path:
    """The mono example with train 1.0.0 in tst. Not to be changed."""

    def depart(folder: Path) -> None:
        root = copy(mono_example, folder / "shop")
        ok("package", cwd=root)
        ok("train", "cut", "1.0.0", cwd=root)
        ok("promote", "1.0.0", "--to", "tst", cwd=root)

    return shared("mono-rails", depart) / "shop"


@pytest.fixture(params=["multi", "mono"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the workspace with train 1.0.0 in tst, in both shorthands."""
    found: Path = request.getfixturevalue({"multi": "example_on_rails", "mono": "mono_on_rails"}[request.param])
    return copy(found, tmp_path / "shop")


def repositories(root: Path) -> list[Path]:
    return [root, *sorted(path.parent for path in root.glob("*/.git"))]


def environment(root: Path, name: str) -> Path:
    return next(path for path in (root / "envs" / name, root / f"shop-{name}/envs" / name) if path.is_dir())


def objects(root: Path, name: str) -> list[Any]:
    return [item for item in yaml.safe_load_all(ok("render", name, cwd=root).out) if item]


def identities(root: Path, name: str) -> list[Any]:
    """What must not change while it runs: kinds, names, selectors, and the labels that selectors look at."""

    def labels(item: Any) -> Any:
        found = item["spec"].get("template", item["spec"]).get("metadata", {}).get("labels", {})
        return {key: found[key] for key in ("app.kubernetes.io/name", "app.kubernetes.io/instance") if key in found}

    return sorted(
        [item["kind"], item["metadata"]["name"], item.get("spec", {}).get("selector"), labels(item)]
        if isinstance(item.get("spec"), dict)
        else [item["kind"], item["metadata"]["name"]]
        for item in objects(root, name)
    )


def names(root: Path, environment: str) -> set[str]:
    return {item["metadata"]["name"] for item in objects(root, environment)}


def clean(root: Path) -> None:
    for repository in repositories(root):
        assert git(repository, "status", "--porcelain", "--untracked-files=all") == "", repository
        git(repository, "fsck", "--no-dangling")


@pytest.mark.slow  # a workspace of its own, and the whole way to a train
def test_a_renamed_service_goes_the_whole_way(root: Path) -> None:
    need_helm()
    values = environment(root, "tst") / "values.yaml"
    before, train = identities(root, "tst"), (root / "trains/1.0.0.yaml").read_bytes()
    heads = {path: git(path, "rev-parse", "HEAD") for path in repositories(root)}
    said = ok(*SERVICE, cwd=root)
    assert "keep their names: nameOverride: orders" in said.err
    clean(root)
    for path, head in heads.items():
        here = root / "order-service" if path == root / "orders" else path
        assert git(here, "rev-list", "--count", f"{head}..HEAD") in ("0", "1")
    assert identities(root, "tst") == before
    for command in CHECKS:
        ok(*command.split(), cwd=root)
    assert "order-service:\n  env:\n    LOG_LEVEL: debug\n  nameOverride: orders\n" in values.read_text("utf-8")
    assert (root / "trains/1.0.0.yaml").read_bytes() == train
    assert re.search(r"(?m)^order-service +0\.1\.0", ok("status", cwd=root).out)
    owners = [path.read_text("utf-8") for path in root.glob("**/CODEOWNERS")]
    assert any("/charts/order-service/ @acme/alice" in text for text in owners)
    assert not any("/charts/orders/" in text for text in owners)
    # An old train under today's name, and a new one with the renamed chart.
    ok("promote", "1.0.0", "--to", "pre", cwd=root)
    assert {name for name in names(root, "tst") if "order" in name} <= names(root, "pre")
    assert not any("order-service" in name for name in names(root, "pre"))
    # Who calls it has its new name, too: another chart of the gateway.
    [caller] = [each for each in root.glob("**/charts/api-gateway/Chart.yaml") if "envs" not in each.parts]
    caller.write_text(caller.read_text("utf-8").replace("version: 0.1.0\n", "version: 0.2.0\n", 1), "utf-8")
    git(caller.parent, "commit", "-qam", "routes to the new name")
    ok("package", cwd=root)
    ok("train", "cut", "1.1.0", cwd=root)
    ok("promote", "1.1.0", "--to", "tst", cwd=root)
    assert identities(root, "tst") == before
    chart = (environment(root, "tst") / "Chart.yaml").read_text("utf-8")
    assert "name: order-service\n" in chart
    assert "orders\n" not in chart.replace("orders-db", "")
    ok("rollback", "tst", cwd=root)
    assert identities(root, "tst") == before
    assert re.search(r"(?m)^train +1\.0\.0", ok("status", cwd=root).out), "the train is whole under the new name"
    assert "alias: order-service" in (environment(root, "tst") / "Chart.yaml").read_text("utf-8")
    ok("lock", "--check", cwd=root)
    assert "order-service" in ok("train", "show", "1.0.0", cwd=root).out


@pytest.mark.slow  # a workspace of its own, and the whole way to a train
def test_a_renamed_environment_stays_where_it_is_in_the_cluster(root: Path) -> None:
    need_helm()
    ok("promote", "--from", "tst", "--to", "pre", cwd=root)
    before, heads = objects(root, "pre"), len(repositories(root))
    said = ok(*ENVIRONMENT, cwd=root).err
    assert "namespace shop-pre, release shop" in said
    clean(root)
    assert objects(root, "stage") == before
    assert len(repositories(root)) == heads
    for command in CHECKS:
        ok(*command.split(), cwd=root)
    assert yaml.safe_load((root / "shunter.yaml").read_text("utf-8"))["environments"]["pro"] == {
        "stage": "production",
        "promotes-from": "stage",
    }
    assert "1.0.0" in ok("history", "stage", cwd=root).out
    ok("promote", "--from", "stage", "--to", "pro", cwd=root)
    ok("rename", "environment", "tst", "test", cwd=root)
    ok("promote", "1.0.0", "--to", "test", cwd=root)
    for command in CHECKS:
        ok(*command.split(), cwd=root)


@pytest.mark.slow  # four workspaces of their own
@pytest.mark.parametrize("command", [SERVICE, ENVIRONMENT], ids=["service", "environment"])
def test_the_difference_is_shown_before_and_comes_true(
    command: tuple[str, ...], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    shown = untouched(root, *command, "--diff")
    planned = json.loads(untouched(root, *command, "--dry-run", "-o", "json").out)["outcomes"]
    applied = copy(root, tmp_path / "applied" / "shop")
    apply_diff(applied, shown.out)
    done = json.loads(ok(*command, "-o", "json", cwd=root).out)["outcomes"]
    assert [(each["unit"], each["paths"]) for each in planned] == [(each["unit"], each["paths"]) for each in done]
    for was, now in (("orders", "order-service"), ("shop-pre", "shop-stage")):
        if not (root / was).exists() and (applied / was).exists():
            (applied / was).rename(applied / now)
    assert plain(root) == plain(applied)


@pytest.mark.slow  # the libraries of a service are installed, and its suite runs
def test_code_can_still_be_imported_and_tested(root: Path) -> None:
    folder = next(path for path in (root / "services/orders", root / "orders/services/orders") if path.is_dir())
    mine = "from orders_service.settings import Settings\n\nname = 'orders_services'\n"
    commit_all(folder, {"src/orders_service/mine.py": mine, "blob.bin": b"\0orders_service"})
    write(folder, {".venv/ignored": "mine\n"})
    said = ok(*SERVICE, cwd=root).err
    moved = next(
        path
        for path in (root / "services/order-service", root / "order-service/services/order-service")
        if path.is_dir()
    )
    assert (moved / "src/order_service/mine.py").read_text("utf-8") == mine.replace("orders_service.", "order_service.")
    assert (moved / "blob.bin").read_bytes() == b"\0orders_service"
    assert "keeps 1 file that git does not track, such as .venv/ignored" in said
    left = moved.parent / "orders/.venv/ignored"
    assert left.read_text("utf-8") == "mine\n"
    named = [path for path, (_, data) in disk(moved).items() if re.search(rb"\borders_service\b", data)]
    assert named == ["blob.bin"]
    made(moved, "setup")
    python = str(moved / ".venv/bin/python")
    subprocess.run([python, "-c", "import order_service.mine"], cwd=moved / "src", check=True)
    subprocess.run(
        [python, "-m", "pytest", "-q", "tests/test_app.py"], cwd=moved, check=True, env={"PYTHONPATH": "src"}
    )


def test_a_repository_s_folder_is_renamed_with_its_worktrees(railed: Path) -> None:
    orders = railed / "orders"
    git(orders, "worktree", "add", "-q", "-b", "idea", str(railed.parent / "idea"))
    git(orders, "remote", "add", "origin", "git@git.example:acme/orders.git")
    write(orders, {".git/info/exclude": "local\n", "local": "mine\n"})
    said = ok(*SERVICE, cwd=railed).err
    here = railed / "order-service"
    assert not orders.exists()
    assert (here / "local").read_text("utf-8") == "mine\n"
    assert git(railed.parent / "idea", "branch", "--show-current") == "idea"
    assert "rename the repository orders to order-service where it is hosted" in said
    assert f"git -C {here} remote set-url origin git@git.example:acme/order-service.git" in said
    assert git(here, "log", "-1", "--format=%s") == "Rename service orders to order-service"
    assert git(here, "log", "--follow", "--format=%s", "services/order-service/Dockerfile").count("\n") == 1


def test_what_a_person_wrote_is_kept(root: Path, commit: Callable[[Path, str], None]) -> None:
    values = environment(root, "tst") / "values.yaml"
    text = "# Ours\norders:   # the best\n  replicaCount: 2\n\nglobal: {a: orders}\n"
    write(values.parent, {"values.yaml": text})
    found = error(untouched(root, *SERVICE))
    assert "values.yaml is changed and not staged" in found.message
    git(values.parent, "add", "values.yaml")
    chart = next(path for path in (root / "charts/orders", root / "orders/charts/orders") if path.is_dir())
    commit_all(chart, {"values.yaml": (chart / "values.yaml").read_text("utf-8") + "# mine\nreplicaCount: 3\n"}, "mine")
    ok(*SERVICE, cwd=root)
    assert values.read_text("utf-8") == text.replace("orders: ", "order-service: ").replace(
        "  replicaCount: 2\n", "  replicaCount: 2\n  nameOverride: orders\n"
    )
    moved = next(
        path for path in (root / "charts/order-service", root / "order-service/charts/order-service") if path.is_dir()
    )
    text = (moved / "values.yaml").read_text("utf-8")
    assert "# mine\nreplicaCount: 3\nnameOverride: orders\n" in text
    assert "repository: registry.example/acme/order-service\n" in text
    ok("validate", cwd=root)


def test_open_work_in_what_moves_is_refused(root: Path) -> None:
    folder = next(path for path in (root / "services/orders", root / "orders/services/orders") if path.is_dir())
    write(folder, {"README.md": "mine\n"})
    found = error(untouched(root, *SERVICE))
    assert "services/orders/README.md is to be moved, and is not as it was committed" in found.message
    git(folder, "checkout", "-q", ".")
    write(folder.parent, {"order-service/mine": "x"})
    assert "services/order-service/mine is in the way" in error(untouched(root, *SERVICE)).message


def test_names_are_asked_for_as_they_are(railed: Path) -> None:
    for arguments, message in (
        (("service", "nosuch", "new"), "there is no service `nosuch`"),
        (("service", "orders", "catalog"), "`catalog` is the name of another service"),
        (("service", "orders", "Order"), "`Order` is not a DNS label"),
        (("service", "orders", "shop-library"), ""),
        (("environment", "tst", "pre"), "`pre` is the name of another environment"),
    ):
        found = untouched(railed, "rename", *arguments)
        assert found.code == 2
        assert message in found.err
    (railed / "order-service").mkdir()
    (railed / "order-service/mine").touch()
    assert "which exists" in error(untouched(railed, *SERVICE)).message


def test_a_refused_rename_leaves_everything_as_it_was(railed: Path) -> None:
    hook = railed / "shop-pro/.git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\ntest -d ../order-service || exit 0\nexit 1\n", "utf-8")
    hook.chmod(0o755)
    before = {path: (disk(path), git(path, "rev-parse", "HEAD")) for path in repositories(railed)}
    assert shunter(*SERVICE, cwd=railed).code == 2
    assert {path: (disk(path), git(path, "rev-parse", "HEAD")) for path in repositories(railed)} == before


@pytest.mark.slow  # four renames over all repositories
def test_a_branch_of_its_own_or_no_commit_at_all(railed: Path) -> None:
    said = ok(*SERVICE, "--no-commit", cwd=railed).err
    commands = re.findall(r"git -C (\S+) commit", said)
    assert str(railed / "order-service") in commands
    assert all(Path(path).is_dir() for path in commands)
    for path in commands:
        git(Path(path), "commit", "-q", "-m", "by hand")
    ok("rename", "service", "catalog", "login", "--branch", "login", cwd=railed)
    assert git(railed / "login", "branch", "--show-current") == "login"
    for command in CHECKS:
        ok(*command.split(), cwd=railed)


@pytest.mark.slow  # every project is rendered for both names
def test_a_name_that_goes_while_another_comes_asks(root: Path) -> None:
    """The case rename-service: a person edits shunter.yaml, and `update` deleted code and chart."""
    text = (root / "shunter.yaml").read_text("utf-8")
    write(
        root,
        {"shunter.yaml": text.replace("  orders:\n", "  order-service:\n").replace(", orders]", ", order-service]")},
    )
    git(root, "add", "shunter.yaml")
    for options in ((), ("--dry-run",), ("--check",)):
        found = error(untouched(root, "update", *options))
        assert found.message == "service `orders` is gone from shunter.yaml, and `order-service` is new"
        assert "shunter rename service orders order-service" in found.hint
        assert "shunter update --force" in found.hint
    ok(*SERVICE, cwd=root)
    for command in CHECKS:
        ok(*command.split(), cwd=root)
    clean(root)
    text = (root / "shunter.yaml").read_text("utf-8")
    write(root, {"shunter.yaml": text.replace("  catalog:\n", "  login:\n").replace(" catalog,", " login,")})
    git(root, "add", "shunter.yaml")
    assert "catalog" in untouched(root, "update", "--force", "--dry-run").err
    ok("update", "--force", cwd=root)
    assert any(path.is_dir() for path in (root / "services/login", root / "login/services/login"))
    assert not any(path.is_dir() for path in (root / "services/catalog", root / "catalog"))


def test_a_service_that_nothing_runs_takes_the_new_name_whole(mono: Path) -> None:
    said = ok(*SERVICE, cwd=mono).err
    assert "its objects will be called after order-service" in said
    assert "nameOverride" not in (mono / "charts/order-service/values.yaml").read_text("utf-8")
    assert "nameOverride" not in (mono / "envs/tst/values.yaml").read_text("utf-8")
    for command in CHECKS:
        ok(*command.split(), cwd=mono)


@pytest.mark.slow  # every project is rendered for both names
def test_there_and_back_again(railed: Path) -> None:
    need_helm()
    before = identities(railed, "tst")
    ok(*SERVICE, cwd=railed)
    ok("rename", "service", "order-service", "orders", cwd=railed)
    assert yaml.safe_load((railed / "shunter.yaml").read_text("utf-8"))["services"]["orders"]["formerly"] == [
        "order-service"
    ]
    assert identities(railed, "tst") == before
    for command in (*CHECKS, "promote 1.0.0 --to tst", "promote --from tst --to pre"):
        ok(*command.split(), cwd=railed)
    clean(railed)


def test_a_former_name_is_not_given_to_another(railed: Path) -> None:
    ok(*SERVICE, cwd=railed)
    found = untouched(railed, "add", "service", "orders")
    assert found.code == 2
    assert "cannot have been called `orders`" in found.err


def test_what_both_sides_changed_stays_a_person_s_and_is_named(root: Path) -> None:
    folder = next(path for path in (root / "services/orders", root / "orders/services/orders") if path.is_dir())
    text = (folder / "README.md").read_text("utf-8")
    commit_all(folder, {"README.md": text.replace("# orders", "# orders, the best")}, "Ours")
    said = ok(*SERVICE, cwd=root).err
    assert "services/order-service/README.md may name orders" in said
    moved = next(path.parent for path in root.rglob("services/order-service/README.md"))
    wanted = text.replace("# orders", "# orders, the best").replace("orders_service", "order_service")
    assert (moved / "README.md").read_text("utf-8") == wanted
    ok("update", "--check", cwd=root)
    clean(root)


@pytest.mark.slow  # a workspace for each mixed layout
@pytest.mark.parametrize(
    "layout",
    [
        "{code: mono, charts: mono, envs: multi}",
        "{code: multi, charts: mono, envs: mono}",
        "{code: monolith, charts: multi, envs: mono}",
    ],
)
def test_mixed_layouts(layout: str, tmp_path: Path) -> None:
    make_small(tmp_path, layout)
    root = tmp_path / "shop"
    ok("rename", "service", "orders", "sales", cwd=root)
    ok("rename", "environment", "tst", "test", cwd=root)
    clean(root)
    for command in CHECKS:
        ok(*command.split(), cwd=root)
    for command in ("package", "train cut 1.1.0", "promote 1.0.0 --to test", "promote 1.1.0 --to test"):
        ok(*command.split(), cwd=root)


def make_small(folder: Path, layout: str) -> None:
    text = ONE_SERVICE.replace("LAYOUT", layout)
    (folder / "shop.yaml").write_text(text.replace("name: shop\n", ""), "utf-8")
    ok("new", "shop", "--defaults", "--data-file", str(folder / "shop.yaml"), cwd=folder)
    root = folder / "shop"
    for command in ("package", "train cut 1.0.0", "promote 1.0.0 --to tst"):
        ok(*command.split(), cwd=root)


@pytest.mark.slow  # a workspace of its own with a chart of other people
def test_a_chart_of_other_people_says_what_nobody_knows(mono: Path) -> None:
    chart = {"Chart.yaml": "apiVersion: v2\nname: redis\nversion: 18.0.1\n", "values.yaml": "port: 6379\n"}
    write(mono / "vendored/cache", chart)
    ok("add", "service", "cache", "--chart", "vendored/cache", cwd=mono)
    git(mono, "add", "vendored")
    git(mono, "commit", "-q", "-m", "redis")
    for command in ("package", "train cut 1.0.0", "promote 1.0.0 --to tst"):
        ok(*command.split(), cwd=mono)
    said = ok("rename", "service", "cache", "store", cwd=mono).err
    assert "whether store's own chart heeds nameOverride" in said
    for command in (*CHECKS, "promote --from tst --to pre"):
        ok(*command.split(), cwd=mono)
