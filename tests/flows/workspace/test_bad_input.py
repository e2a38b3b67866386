"""Bad input: one error block that names the culprit and ends in something to do, and not one byte written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.charts.charts import ROOT
from helpers.tools import need_helm
from helpers.workspaces.cli import Result, ok, shunter
from helpers.workspaces.transcript import blocks, error, everything, problems, refusals, unchanged, untouched
from helpers.workspaces.workspaces import copy

Change = Callable[[Path], object]
WRITING = (
    "add service payment --archetype rest-api",
    "add environment prf --after tst",
    "remove service orders",
    "remove environment pro",
    "update",
    "package",
    "lock",
    "schema build",
    "train cut 1.1.0",
    "promote 1.0.0 --to pre",
    "promote --from tst --to pre",
    "rollback tst",
    "templates publish remote.git",
    "clone",
)
WITHOUT_HELM = "import sys; sys.modules['helm_python'] = None; from shunter.cli.main import main; sys.exit(main())"


@pytest.fixture(scope="module")
def still(example_on_rails: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with train 1.0.0 in tst, for commands that write nothing. Tests put back what they change."""
    return copy(example_on_rails, tmp_path_factory.mktemp("still") / "shop")


def substitute(path: str, old: str, new: str) -> Change:
    def change(root: Path) -> None:
        text = (root / path).read_text("utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new, 1), "utf-8")

    return change


# new


@pytest.mark.parametrize("target", ["full", "a-file"])
def test_a_target_that_is_taken_is_left_alone(target: str, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine\n")
    (tmp_path / "a-file").write_text("mine\n")
    block = error(untouched(tmp_path, "new", target, "--example", "--defaults"))
    assert target in block.message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-d", "ci"], "`ci` is not KEY=VALUE"),
        (["--data-file", "absent.yaml"], "there is no file absent.yaml"),
        (["--data-file", "broken.yaml"], ""),
    ],
)
def test_new_with_bad_answers_makes_nothing(arguments: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("services: [\n")
    block = error(untouched(tmp_path, "new", "shop", "--defaults", *arguments))
    assert message in block.message


def test_new_names_every_answer_that_does_not_fit(tmp_path: Path) -> None:
    (tmp_path / "unknown.yaml").write_text("services: {orders: {archetyp: rest-api}}\n")
    wrong = ("-d", "ci=jenkins", "-d", "layout=double", "--data-file", "unknown.yaml")
    found = problems(untouched(tmp_path, "new", "shop", "--defaults", *wrong))
    assert [block.message for block in found] == [
        '`layout` must be one of "mono", "multi", not "double"',
        '`ci` must be one of "github", "gitlab", "none", not "jenkins"',
        "`services.orders.archetyp` is not a key of shunter.yaml",
    ]


@pytest.mark.parametrize("name", ["Shop", "my_shop", "-shop", "shop.io"])
def test_a_workspace_is_called_by_a_dns_label(name: str, tmp_path: Path) -> None:
    [block] = problems(untouched(tmp_path, "new", f"./{name}", "--defaults"))
    assert "DNS label" in block.message


# a broken shunter.yaml

BROKEN = {
    "syntax": ("layout: multi", "layout: [multi", "", "shunter.yaml:"),
    "unknown key": ("    archetype: rest-api", "    archetyp: rest-api", "is not a key", "shunter.yaml:29:5"),
    "wrong type": (
        "    promotes-from: tst",
        "    promotes-from: {tst: 1}",
        "must be a list or a string",
        "shunter.yaml:44:20",
    ),
    "cycle": ("    stage: develop", "    stage: develop\n    promotes-from: pro", "circle", "shunter.yaml:42:20"),
    "DNS label": (
        "  orders-db:",
        "  orders_db:",
        "`services.orders_db` cannot be called so: not a DNS label",
        "shunter.yaml:35:3",
    ),
    "two services of one name": ("  orders-db:", "  orders:", "orders", "shunter.yaml:35:3"),
    "unknown environment": (
        "    promotes-from: tst",
        "    promotes-from: tset",
        "which is no env",
        "shunter.yaml:44:20",
    ),
    "empty": (None, "", "is required, and nothing sets it", "shunter.yaml"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_nothing_is_written_while_shunter_yaml_is_broken(case: str, still: Path) -> None:
    file = still / "shunter.yaml"
    right = file.read_text("utf-8")
    old, new, message, place = BROKEN[case]
    file.write_text(right.replace(old, new, 1) if old else new, "utf-8")
    try:
        assert file.read_text("utf-8") != right
        before = everything(still)
        said = {command: shunter(*command.split(), cwd=still) for command in WRITING}
        assert everything(still) == before
    finally:
        file.write_text(right, "utf-8")
    assert len({(result.code, result.out, result.err) for result in said.values()}) == 1, said
    found = problems(said["lock"])
    assert len(found) == (3 if case == "empty" else 1)
    assert message in found[0].message
    assert found[0].place.startswith(place)


def test_the_place_of_the_culprit_is_shown(still: Path) -> None:
    file = still / "shunter.yaml"
    right = file.read_text("utf-8")
    file.write_text(right.replace("archetype: rest-api\n    language", "archetype: rest-app\n    language"), "utf-8")
    try:
        result = shunter("validate", cwd=still)
    finally:
        file.write_text(right, "utf-8")
    assert result.err == (
        'error[enum]: `services.catalog.archetype` must be one of "rest-api", "api-gateway", "frontend", "auth", "worker", '
        '"cron", "database", "search", "broker", "monitoring", not "rest-app"\n'
        "  --> shunter.yaml:29:16\n"
        "   |\n"
        "29 |     archetype: rest-app\n"
        "   |                ^^^^^^^^\n"
        "   = schema: workspace.schema.json#/properties/services/additionalProperties\n"
        "hint: did you mean `rest-api`?\n"
        "shunter.yaml checked: 1 finding\n"
        "next: shunter validate --fix\n"
    )


# names that nobody knows

UNKNOWN = {
    "render nope": ("environment `nope`", "tst, pre, pro"),
    "render tst nope": ("tst pins no service `nope`", "orders"),
    "validate -e nope": ("environment `nope`", "tst, pre, pro"),
    "diff nope": ("environment `nope`", "tst, pre, pro"),
    "diff tst nope": ("`nope`", "1.0.0"),
    "history nope": ("environment `nope`", "tst, pre, pro"),
    "rollback nope": ("environment `nope`", "tst, pre, pro"),
    "promote 1.0.0 --to nope": ("environment `nope`", "tst, pre, pro"),
    "promote --from nope --to pre": ("environment `nope`", "tst, pre, pro"),
    "promote 9.9.9 --to tst": ("train `9.9.9`", "1.0.0"),
    "promote ../shunter --to tst": ("train `../shunter`", "1.0.0"),
    "promote 1.0.0 --to tst --only nope": ("`nope`", "orders"),
    "rollback tst 9.9.9": ("9.9.9", ""),
    "train show 9.9.9": ("train `9.9.9`", "1.0.0"),
    "train diff 1.0.0 9.9.9": ("train `9.9.9`", "1.0.0"),
    "train cut 2.0.0 --only nope": ("car `nope`", "orders"),
    "train cut 2.0.0 --car nope=1.0.0": ("car `nope`", "orders"),
    "train cut two": ("two", "write X.Y.Z"),
    "train cut ^1.0.0": ("^1.0.0", "such as 1.2.0"),
    "remove service nope": ("service `nope`", "orders"),
    "remove environment nope": ("environment `nope`", "tst, pre, pro"),
    "add environment prf --after nope": ("environment `nope`", "tst, pre, pro"),
    "add environment prf --between tst,pro": ("pro does not promote from tst", "neighbours"),
    "add environment prf --between tst": ("--between takes two environments", "--between tst,pre"),
    "add environment tst": ("already an environment `tst`", ""),
    "add service orders": ("already a service `orders`", ""),
    "add service Payment": ("`Payment` is not a DNS label", ""),
    "add environment prod.eu": ("`prod.eu` is not a DNS label", ""),
    "add service x --chart absent/chart": ("absent/chart", ""),
    "add service x --chart redis --repository http://127.0.0.1:9": ("`redis` has no version", "NAME@VERSION"),
    "package nope": ("chart `nope`", "orders"),
    "package --version 2.0.0": ("stamp one chart", "package CHART"),
    "package orders --version 2": ("`2`", "such as 1.2.0"),
    "lock nope": ("`nope`", "tst"),
    "schema show nope": ("`nope`", "orders"),
    "schema build nope": ("`nope`", "orders"),
    "validate nope.yaml": ("nope.yaml", ""),
    "validate README.md": ("belongs to no chart", ""),
    "validate -f nope.yaml": ("nope.yaml", ""),
    "validate --set orders": ("orders", ""),
    "lint nope": ("nope is in no chart", ""),
    "lint --explain nope": ("rule `nope`", ""),
    "update nope": ("nope", ""),
    "update --to 9.9.9": ("template release 9.9.9", "0.1.0"),
    "-C nope status": ("nope", ""),
    # usage
    "promte 1.0.0 --to tst": ("`promte` is not a command", "shunter promote"),
    "train": ("`train` needs a second word", "train cut"),
    "promote": ("promote takes a train or --from ENV", "shunter promote 1.0.0 --to tst"),
    "promote 1.0.0": ("promote needs --to ENV", "shunter promote 1.0.0 --to tst"),
    "promote 1.0.0 --from tst --to pre": ("promote takes a train or --from ENV", ""),
    "status --nope": ("--nope", "--help"),
    "render": ("which environment?", "tst, pre, pro"),
    "add service x --archetype lambda": ("lambda", "rest-api"),
    "add service x --port many": ("many", "whole number"),
}


@pytest.mark.parametrize("command", UNKNOWN)
def test_an_unknown_name_is_one_error_that_lists_the_known(command: str, still: Path) -> None:
    message, hint = UNKNOWN[command]
    block = error(untouched(still, *command.split()))
    assert message in block.message
    assert hint in block.hint


def test_a_folder_without_workspace_is_named(tmp_path: Path) -> None:
    block = error(untouched(tmp_path, "status"))
    assert "no shunter.yaml" in block.message
    assert "shunter new" in block.hint


# what is missing on the machine


def test_git_missing(still: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for command in ("add service payment", "train cut 1.1.0", "promote --from tst --to pre"):
        block = error(untouched(still, *command.split()))
        assert block.message == "`git` is not installed"
        assert "install git" in block.hint
    (tmp_path / "empty").mkdir()
    assert error(untouched(tmp_path / "empty", "new", "shop", "--defaults")).message == "`git` is not installed"


def without_helm(*arguments: str, cwd: Path) -> Result:
    env = os.environ | {"PYTHONPATH": str(ROOT / "generator")}
    command = [sys.executable, "-c", WITHOUT_HELM, *arguments]
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


def test_without_helm_engine_render_names_the_extra_and_the_rest_goes_on(still: Path) -> None:
    for command in (["render", "tst"], ["diff", "tst", "pre", "--only", "manifests"]):
        block = error(unchanged(still, lambda command=command: without_helm(*command, cwd=still)))
        assert block.message == "the embedded Helm is not installed"
        assert "shunter[helm]" in block.hint
    for command in ("validate", "lock --check", "status", "promote --from tst --to pre --dry-run"):
        result = without_helm(*command.split(), cwd=still)
        assert result.code == 0, result.err
    lint = without_helm("lint", cwd=still)
    assert (lint.code, "helm lint is skipped" in lint.err) == (0, True), lint.err


@pytest.mark.parametrize(
    "command",
    [
        *("validate", "lock", "package", "schema build", "add service payment", "render pre"),
        *("promote --from tst --to pre", "remove service orders", "add environment prf --after pre", "diff tst pre"),
    ],
)
def test_a_missing_checkout_is_named(command: str, still: Path) -> None:
    (still / "shop-pre").rename(still.parent / "shop-pre")
    try:
        block = error(untouched(still, *command.split()))
    finally:
        (still.parent / "shop-pre").rename(still / "shop-pre")
    assert "shop-pre is not checked out" in block.message
    assert "shunter clone" in block.hint


def test_status_says_what_is_not_checked_out(railed: Path) -> None:
    shutil.rmtree(railed / "shop-pre")
    assert "shop-pre" in ok("status", cwd=railed).err
    assert "shop-pre" in error(untouched(railed, "promote", "--from", "pre", "--to", "pro")).message


# charts that are not where they are pinned


def test_a_pinned_version_that_no_registry_has(railed: Path) -> None:
    registry = railed / ".shunter" / "registry"
    index = (registry / "index.yaml").read_text("utf-8")
    entry = re.search(r"(?m)^  orders:\n(?:  .*\n)*?(?=  [a-z])", index)
    assert entry
    (registry / "index.yaml").write_text(index.replace(entry[0], ""), "utf-8")
    for command in ("promote --from tst --to pre", "promote 1.0.0 --to pre", "train cut 1.1.0", "diff pre 1.0.0"):
        block = error(untouched(railed, *command.split()))
        assert block.message == "chart orders 0.1.0 is not in the registry"
        assert "shunter package" in block.hint
    [refused] = refusals(untouched(railed, "train", "cut", "1.1.0", "--car", "catalog=0.2.0"))
    assert (refused.message, refused.hint) == (
        "catalog 0.2.0 is not published (known: 0.1.0)",
        "shunter package catalog",
    )


def test_an_archive_that_the_registry_lost(railed: Path) -> None:
    (railed / ".shunter/registry/orders-0.1.0.tgz").unlink()
    block = error(untouched(railed, "promote", "--from", "tst", "--to", "pre"))
    assert "orders-0.1.0.tgz" in block.message


@pytest.mark.parametrize(
    "command", ["render tst", "validate", "validate -e tst", "lint", "diff tst pre", "diff pre tst"]
)
def test_a_pinned_chart_that_charts_does_not_hold(command: str, still: Path) -> None:
    chart = still / "shop-tst/envs/tst/charts/orders"
    chart.rename(still.parent / "orders-chart")
    try:
        block = error(untouched(still, *command.split()))
    finally:
        (still.parent / "orders-chart").rename(chart)
    assert "orders 0.1.0" in block.message
    assert "envs/tst/charts" in block.message
    assert "shunter lock" in block.hint


# refusals by a rule


def test_a_vendored_chart_that_was_changed(railed: Path) -> None:
    need_helm()
    path = "shop-tst/envs/tst/charts/orders/values.yaml"
    (railed / path).write_text((railed / path).read_text("utf-8") + "# changed\n", "utf-8")
    for command in ("render tst", "validate", "lint", "validate -e tst"):
        found = refusals(untouched(railed, *command.split()))
        assert [block.rule for block in found] == ["digest-mismatch"], command
        assert "envs/tst/charts/orders" in found[0].place
    ok("lock", "tst", cwd=railed)
    ok("validate", cwd=railed)


def test_an_archive_of_the_registry_that_was_changed(railed: Path) -> None:
    registry = railed / ".shunter/registry"
    data = (registry / "orders-0.1.0.tgz").read_bytes()
    (registry / "orders-0.1.0.tgz").write_bytes((registry / "catalog-0.1.0.tgz").read_bytes())
    for command in ("promote --from tst --to pre", "promote 1.0.0 --to pre", "train cut 1.1.0"):
        block = refusals(untouched(railed, *command.split()))[0]
        assert block.rule == "digest-mismatch", command
        assert "orders-0.1.0.tgz" in block.message + block.place
    (registry / "orders-0.1.0.tgz").write_bytes(data)
    ok("promote", "--from", "tst", "--to", "pre", "--dry-run", cwd=railed)


@pytest.mark.slow  # a workspace of its own, packaged twice
def test_a_chart_published_again_with_other_content(railed: Path) -> None:
    """Whoever forges the archive and the index alike is found out by the train's digests."""
    registry = railed / ".shunter/registry"
    honest = {path.name: path.read_bytes() for path in registry.iterdir()}
    for name in ("index.yaml", "orders-0.1.0.tgz"):
        (registry / name).unlink()
    chart = railed / "orders/charts/orders/values.yaml"
    chart.write_text(chart.read_text("utf-8") + "# forged\n", "utf-8")
    subprocess.run(["git", "commit", "--quiet", "-a", "-m", "forged"], cwd=chart.parent, check=True)
    ok("package", cwd=railed)
    for command in ("promote --from tst --to pre", "promote 1.0.0 --to pre", "lint"):
        block = refusals(untouched(railed, *command.split()))[0]
        assert block.rule == "digest-mismatch", command
        assert "orders 0.1.0" in block.message
    for name, data in honest.items():
        (registry / name).write_bytes(data)
    ok("promote", "--from", "tst", "--to", "pre", "--dry-run", cwd=railed)


def test_a_stage_is_not_skipped_unless_forced(railed: Path) -> None:
    for command in ("promote 1.0.0 --to pro", "promote --from tst --to pro"):
        block, *others = refusals(untouched(railed, *command.split()))
        assert {each.rule for each in (block, *others)} == {"stage-skipped"}
        assert "has never run in pre" in block.message
        assert "--force" in block.hint
    ok("promote", "1.0.0", "--to", "pro", "--force", "--why", "INC-77", cwd=railed)
    assert ok("history", "pro", cwd=railed).out.split()[-3:] == ["INC-77;", "forced:", "stage-skipped"]
    log = subprocess.run(["git", "log", "-1", "--format=%B"], cwd=railed / "shop-pro", capture_output=True, text=True)
    assert "Forced" in log.stdout


EXTRA = "type: object\nproperties:\n  region: {type: string}\n  %s: {type: integer}\n"


def raise_version(chart: Path, version: str) -> None:
    text = (chart / "Chart.yaml").read_text("utf-8")
    (chart / "Chart.yaml").write_text(re.sub(r"(?m)^version: .*$", f"version: {version}", text), "utf-8")
    subprocess.run(["git", "add", "--all", "."], cwd=chart, check=True)
    subprocess.run(["git", "commit", "--quiet", "-m", version], cwd=chart, check=True)


@pytest.mark.slow  # five commands over a workspace of its own
def test_values_that_do_not_fit_are_printed_ready_to_paste(railed: Path) -> None:
    chart, values = railed / "orders/charts/orders", railed / "shop-tst/envs/tst/values.yaml"
    (chart / "values.extra.schema.yaml").write_text(EXTRA % "retries", "utf-8")
    raise_version(chart, "0.2.0")
    ok("package", "orders", cwd=railed)
    ok("train", "cut", "1.1.0", cwd=railed)
    values.write_text("orders:\n  retries: 3\n", "utf-8")
    subprocess.run(["git", "add", "--all", "."], cwd=values.parent, check=True)
    ok("promote", "1.1.0", "--to", "tst", cwd=railed)

    (chart / "values.extra.schema.yaml").write_text(EXTRA % "attempts" + "required: [region]\n", "utf-8")
    raise_version(chart, "0.3.0")
    ok("package", "orders", cwd=railed)
    ok("train", "cut", "1.2.0", cwd=railed)
    result = untouched(railed, "promote", "1.2.0", "--to", "tst")
    assert {block.rule for block in refusals(result)} == {"missing-key", "unknown-key"}
    assert "add to" in result.out
    assert "region:" in result.out
    assert "obsolete in" in result.out
    assert "orders.retries" in result.out

    pasted = "\n".join(line for line in result.out.splitlines() if not line.startswith("#"))
    values.write_text(re.sub(r"region:.*", "region: eu", pasted) + "\n", "utf-8")
    subprocess.run(["git", "add", "--all", "."], cwd=values.parent, check=True)
    ok("promote", "1.2.0", "--to", "tst", cwd=railed)
    ok("validate", "-e", "tst", cwd=railed)
    shown = subprocess.run(["git", "show", "--stat"], cwd=railed / "shop-tst", capture_output=True, text=True).stdout
    assert "envs/tst/values.yaml" in shown, "versions and the values that they need travel in one commit"


def test_a_published_version_is_taken(railed: Path) -> None:
    chart = railed / "orders/charts/orders"
    (chart / "values.yaml").write_text((chart / "values.yaml").read_text("utf-8") + "# changed\n", "utf-8")
    [block] = refusals(untouched(railed, "package"))
    assert block.rule == "version-taken"
    assert "orders 0.1.0" in block.message
    assert block.place == "orders/charts/orders/Chart.yaml"
    assert [block.rule for block in blocks(ok("train", "cut", "1.1.0", "--dry-run", cwd=railed).err)] == [
        "not-packaged"
    ]
    raise_version(chart, "0.1.1")
    ok("package", cwd=railed)


def test_a_train_is_never_cut_again_with_other_cars(railed: Path) -> None:
    raise_version(railed / "orders/charts/orders", "0.2.0")
    ok("package", "orders", cwd=railed)
    [block] = refusals(untouched(railed, "train", "cut", "1.0.0"))
    assert block.rule == "train-exists"
    assert block.place == "trains/1.0.0.yaml"
    ok("train", "cut", "1.1.0", cwd=railed)
