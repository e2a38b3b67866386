"""A newer release of the templates reaches every repository, offline, and keeps what people wrote there."""

from __future__ import annotations

import re
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.charts.patches import apply_diff, plain
from helpers.charts.releases import LIBRARY, NEXT, newer, next_release, substitute
from helpers.tools import need_helm
from helpers.workspaces.cli import Result, ok, shunter
from helpers.workspaces.fleets import Fleet
from helpers.workspaces.transcript import blocks, error, refusals, unchanged, untouched
from helpers.workspaces.workspaces import copy, digest, shared
from shunter.adapters.templates.history import ensure_history, releases
from shunter.core.packaging.publish import compiled_library
from shunter.flows.fleet import update as updating

HEADING, NEW_HEADING = "## Commands", "## Commands of release two"
Update = Callable[..., Result]
Commit = Callable[[Path, str], None]


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that carry a time carry the same."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")


@pytest.fixture(scope="session")
def upcoming() -> Path:
    """The next release of the whole package."""
    return shared("upcoming", lambda folder: next_release(folder / "package")) / "package"


@pytest.fixture
def run(upcoming: Path, shop: Path) -> Update:
    """The next release's command, in the workspace `shop`."""
    return lambda *arguments, cwd=shop: newer(upcoming, *arguments, cwd=cwd)


def done(result: Result) -> Result:
    assert result.code == 0, f"{result.code}\n{result.out}{result.err}"
    return result


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def subjects(root: Path) -> list[str]:
    return git(root, "log", "--format=%s").splitlines()


def repositories(root: Path) -> list[Path]:
    return [root, *sorted(path.parent for path in root.glob("*/.git"))]


@pytest.mark.slow  # two workspaces of the example, by two releases
@pytest.mark.parametrize("layout", ["multi", "mono"])
def test_an_updated_workspace_is_what_the_new_release_makes(layout: str, upcoming: Path, tmp_path: Path) -> None:
    """Made by the old release and updated, or made by the new one: the same but for pins, which only trains move."""
    ok("new", "shop", "--example", "--defaults", "--layout", layout, cwd=tmp_path)
    (tmp_path / "fresh").mkdir()
    command = ("new", "shop", "--example", "--defaults", "--layout", layout)
    done(newer(upcoming, *command, cwd=tmp_path / "fresh"))
    updated, fresh = tmp_path / "shop", tmp_path / "fresh/shop"
    done(newer(upcoming, "update", cwd=updated))
    pins = re.compile(r"(^|/)envs/[^/]+/(Chart\.|charts/|\.shunter/train)|\.shunter/registry/|(^|/)\.git/")
    found = [
        {path: root.joinpath(path).read_bytes() for path in files(root) if not pins.search(path)}
        for root in (updated, fresh)
    ]
    assert found[0].keys() == found[1].keys()
    assert [path for path in found[0] if found[0][path] != found[1][path]] == []
    for command in ("validate", "lint --strict", "lock --check", "update --check"):
        done(newer(upcoming, *command.split(), cwd=updated))
    for repository in repositories(updated):
        assert git(repository, "status", "--porcelain") == ""
        assert subjects(repository)[0] == f"Update to template release {NEXT}"
        assert len(subjects(repository)) == 2


def files(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]


@pytest.mark.slow  # updates the whole example twice; each kind of file is tested beside it
def test_edits_in_generated_files_are_kept(shop: Path, run: Update, commit: Commit) -> None:
    readme, service = shop / "orders/README.md", shop / "orders/services/orders"
    substitute(readme, "# orders\n", "# The orders\n")
    with readme.open("a", encoding="utf-8") as out:
        out.write("\nAsk bob.\n")
    substitute(service / "README.md", "# orders\n", "# The code of orders\n")
    substitute(service / "Dockerfile", "FROM ", "# ours\nFROM ")
    (service / "tests/test_app.py").unlink()
    (shop / "orders/charts/orders/templates/extra.yaml").write_text("# ours\n", "utf-8")
    commit(shop / "orders", "Ours")
    (shop / "shop-tst/envs/tst/values.yaml").write_text("orders: {replicaCount: 3}\n", "utf-8")

    done(run("update", "--all"))
    text = readme.read_text("utf-8")
    assert text.startswith("# The orders\n")
    assert text.endswith("\nAsk bob.\n")
    assert f"\n{NEW_HEADING}\n" in text
    assert (service / "ABOUT.md").read_text("utf-8").startswith("# The code of orders\n"), "an edit follows a renaming"
    assert not (service / "README.md").exists()
    assert "\n# ours\nFROM " in (service / "Dockerfile").read_text("utf-8")
    assert not (service / "tests/test_app.py").exists(), "what was deleted stays deleted"
    assert (shop / "orders/charts/orders/templates/extra.yaml").read_text("utf-8") == "# ours\n"
    assert git(shop / "orders", "status", "--porcelain") == ""
    assert git(shop / "shop-tst", "status", "--porcelain") == " M envs/tst/values.yaml\n"

    before, heads = digest(shop), [git(repository, "rev-parse", "HEAD") for repository in repositories(shop)]
    assert "nothing to do" in done(run("update")).err
    assert digest(shop) == before
    assert [git(repository, "rev-parse", "HEAD") for repository in repositories(shop)] == heads


@pytest.mark.slow  # updates the whole example twice; each kind of file is tested beside it
def test_the_difference_is_shown_and_comes_true(shop: Path, run: Update, commit: Commit, tmp_path: Path) -> None:
    substitute(shop / "orders/README.md", "# orders\n", "# The orders\n")
    commit(shop / "orders", "Ours")
    shown = done(unchanged(shop, lambda: run("update", "--all", "--dry-run", "--diff")))
    assert f"+{NEW_HEADING}\n" in shown.out
    applied = copy(shop, tmp_path / "applied/shop")
    apply_diff(applied, shown.out)
    assert done(unchanged(shop, lambda: run("update", "--all", "--diff"))).out == shown.out, "a diff only shows"
    done(run("update", "--all"))
    assert plain(shop) == plain(applied)


@pytest.mark.slow  # another release renders all projects twice
def test_check_says_what_is_out_of_date(shop: Path, run: Update) -> None:
    result = unchanged(shop, lambda: run("update", "--check"))
    assert result.code == 1
    assert f"next: shunter update --to {NEXT}" in result.err
    done(run("update"))
    done(unchanged(shop, lambda: run("update", "--check")))
    block = error(unchanged(shop, lambda: run("update", "--to", "0.5.0")))
    assert block.hint == f"known: {', '.join([*releases(ensure_history()), NEXT])}"


@pytest.mark.slow  # six commands of another release
def test_a_conflict_is_left_to_its_person(shop: Path, run: Update, commit: Commit) -> None:
    readme = shop / "orders/README.md"
    substitute(readme, HEADING, "## How to")
    commit(shop / "orders", "Ours")
    planned = refusals(unchanged(shop, lambda: run("update", "--dry-run")))
    result = run("update")
    assert [block.rule for block in refusals(result)] == ["update-conflict"]
    assert [(block.place, block.message) for block in planned] == [(b.place, b.message) for b in blocks(result.err)]
    assert blocks(result.err)[0].place == "orders/README.md"

    assert subjects(shop / "orders") == ["Ours", *subjects(shop / "orders")[1:]], "no commit while it is in conflict"
    assert [line.split()[2] for line in git(shop / "orders", "ls-files", "-u").splitlines()] == ["1", "2", "3"]
    marked = re.findall(r"(?m)^(?:<{7}|={7}|>{7}|## ).*$", readme.read_text("utf-8"))
    at = marked.index("## How to")
    assert [line[:7] for line in marked[at - 1 : at + 4]] == ["<<<<<<<", "## How ", "=======", "## Comm", ">>>>>>>"]
    for repository in repositories(shop):
        if repository.name != "orders":
            assert subjects(repository)[0] == f"Update to template release {NEXT}", "the others are done"

    for command in ("update", "update --check"):
        [open_] = refusals(unchanged(shop, lambda command=command: run(*command.split())))
        assert (open_.rule, open_.place) == ("update-conflict", "orders/README.md"), command

    readme.write_text(re.sub(r"(?ms)^<{7}.*?^={7}\n(.*?)^>{7}[^\n]*\n", r"\1", readme.read_text("utf-8")), "utf-8")
    commit(shop / "orders", "Take theirs")
    assert NEW_HEADING in readme.read_text("utf-8")
    for command in ("update --check", "lock --check", "validate", "lint --strict"):
        done(run(*command.split()))
    assert git(shop / "orders", "status", "--porcelain") == ""


def test_yaml_files_are_merged_key_by_key(shop: Path, commit: Commit) -> None:
    """The template changes keys of the workflow; a person has changed their neighbours, and one of these keys."""
    workflow = shop / "orders/.github/workflows/ci.yaml"
    text = workflow.read_text("utf-8")
    line, tags = "    branches: [main]\n", '    tags: ["v[0-9]*"]\n'
    mine = text.replace(tags, f'    paths-ignore: ["docs/**"]  # mine\n{tags}', 1)
    workflow.write_text(mine.replace(line, "    branches: [mine]\n", 1), "utf-8")
    commit(shop / "orders", "Mine")
    substitute(shop / "shunter.yaml", "development: trunk", "development: git-flow")
    git(shop, "commit", "-q", "-a", "-m", "Another style")
    [block] = refusals(shunter("update", "orders", cwd=shop))
    assert block.place == "orders/.github/workflows/ci.yaml"
    assert "contents: on.push.branches" in block.message, block.message
    marked = "<<<<<<< before updating\n{}=======\n{}>>>>>>> after updating\n"
    new = '    branches: [main, develop, "release/**", "hotfix/**", "feature/**"]\n'
    both = marked.format("    branches: [mine]\n", new)
    assert workflow.read_text("utf-8") == mine.replace(line, both, 1)


@pytest.mark.slow  # six commands of another release
def test_a_conflict_in_a_chart_is_resolved_by_hand_and_locked(shop: Path, run: Update, commit: Commit) -> None:
    chart = shop / "orders/charts/orders/Chart.yaml"
    substitute(chart, "    version: 1.0.0\n", "    version: 1.0.1\n")
    commit(shop / "orders", "Another library")
    assert [block.place for block in refusals(run("update"))] == ["orders/charts/orders/Chart.yaml"]
    text = re.sub(r"(?ms)^<{7}.*?^={7}\n(.*?)^>{7}[^\n]*\n", r"\1", chart.read_text("utf-8"))
    chart.write_text(text, "utf-8")
    commit(shop / "orders", "Take theirs")
    done(run("lock"))
    done(run("lock", "--check"))
    vendored = yaml.safe_load((chart.parent / "charts/shop-library/Chart.yaml").read_text("utf-8"))
    assert vendored["version"] == LIBRARY


@pytest.mark.slow  # another release renders all projects
def test_only_the_repositories_that_are_named(shop: Path, run: Update) -> None:
    heads = {repository.name: git(repository, "rev-parse", "HEAD") for repository in repositories(shop)}
    done(run("update", "services/orders", cwd=shop / "orders"))
    moved = {r.name for r in repositories(shop) if git(r, "rev-parse", "HEAD") != heads[r.name]}
    assert moved == {"shop", "orders"}
    assert run("update", "--check").code == 1
    done(run("update", "shop-tst/envs/tst", "frontend"))
    done(run("update"))
    assert {len(subjects(repository)) for repository in repositories(shop) if repository != shop} == {2}
    done(run("update", "--check"))


@pytest.mark.slow  # updates the whole example twice; each kind of file is tested beside it
def test_shunter_yaml_reaches_the_others_after_only_some(shop: Path) -> None:
    substitute(shop / "shunter.yaml", "ci: github", "ci: gitlab")
    assert f"git -C {shop} add shunter.yaml" in error(untouched(shop, "update", "shop-tst")).hint
    git(shop, "add", "shunter.yaml")
    ok("update", "shop-tst", cwd=shop)
    assert git(shop, "status", "--porcelain") == "", "what the commits follow from is committed with them"
    assert (shop / "shop-tst/.gitlab-ci.yml").is_file()
    assert (shop / "shop-pre/.github").is_dir()
    said = ok("update", cwd=shop).err
    assert "kept" not in said
    for repository in repositories(shop):
        assert not (repository / ".github").exists()
        assert (repository / ".gitlab-ci.yml").is_file()
    ok("update", "--check", cwd=shop)


def test_work_that_is_what_the_update_would_write_goes_into_its_commit(shop: Path, commit: Commit) -> None:
    """Not tracked, changed and not staged, and staged: a clone of what is committed has all of it."""
    substitute(shop / "shunter.yaml", "ci: github", "ci: gitlab")
    commit(shop, "another CI")
    wanted = copy(shop, shop.parent / "wanted")
    ok("update", "shop-tst", cwd=wanted)
    names = [
        name for name in git(wanted / "shop-tst", "diff", "--name-only", "HEAD~1").split() if "answers" not in name
    ]
    there = [name for name in names if (wanted / "shop-tst" / name).is_file()]
    assert {".gitlab-ci.yml", "README.md"} <= set(there), "one that is new, and one that is changed"
    for name in there:
        (shop / "shop-tst" / name).parent.mkdir(parents=True, exist_ok=True)
        (shop / "shop-tst" / name).write_bytes((wanted / "shop-tst" / name).read_bytes())
    git(shop / "shop-tst", "add", there[-1])
    ok("update", "shop-tst", cwd=shop)
    assert git(shop / "shop-tst", "status", "--porcelain") == ""
    assert git(shop / "shop-tst", "rev-parse", "HEAD^{tree}") == git(wanted / "shop-tst", "rev-parse", "HEAD^{tree}")


def test_what_a_repository_records_is_its_own_affair(shop: Path, commit: Commit) -> None:
    """Answers files of no known kind, empty, of no text, and with what git would obey: each refused and left alone."""
    substitute(shop / "shunter.yaml", "ci: github", "ci: gitlab")
    commit(shop, "another CI")
    answers = (shop / "shop-tst/.copier-answers.yml").read_bytes()
    broken = {
        "shop-tst": re.sub(rb"kind: \w+", b"kind: bogus", answers),
        "shop-pre": b"",
        "orders": b"\0\xff",
        "frontend": re.sub(rb"_src_path: .*", b"_src_path: ext::sh -c touch% pwned", answers),
        "api-gateway": re.sub(rb"_commit: .*", b"_commit: --upload-pack=touch pwned", answers),
        "catalog": re.sub(rb"_src_path: .*", rb'_src_path: "/tmp/\\0x"', answers),
        "orders-db": re.sub(rb"_src_path: .*", b"_src_path: ~nobody-here/templates", answers),
        "shop-pro": re.sub(rb"_commit: .*", rb'_commit: "\\e[31mred"', answers),
    }
    for name, data in broken.items():
        (shop / name / ".copier-answers.yml").write_bytes(data)
        commit(shop / name, "broken")
    result = shunter("update", cwd=shop)
    assert (result.code, "Traceback" in result.err) == (1, False), result.err
    refused = {line.split()[1] for line in result.err.splitlines() if line.split()[:1] == ["refused"]}
    assert refused == broken.keys(), result.err
    assert "\x1b" not in result.err
    assert not [*shop.rglob("pwned")]
    for root in repositories(shop):
        assert (root / ".gitlab-ci.yml").is_file() == (root.name not in refused), root


def test_what_the_workspaces_own_repository_records_is_everybodys_affair(shop: Path, commit: Commit) -> None:
    """All others follow from its shunter.yaml and its library: one error, why, and nothing is changed anywhere."""
    substitute(shop / "shunter.yaml", "ci: github", "ci: gitlab")
    commit(shop, "another CI")
    follows = "all other repositories follow from the workspace's own: none was changed"
    for name in (".copier-answers.yml", "library/.copier-answers.yml"):
        kept = (shop / name).read_bytes()
        for broken in (b"", b"\0\xff", re.sub(rb"_src_path: .*", b"_src_path: ext::sh -c touch% pwned", kept)):
            (shop / name).write_bytes(broken)
            told = untouched(shop, "update")
            assert f"--> {name}" in told.err
            assert told.err.count(follows) == 1, told.err
            assert untouched(shop, "update", "--plan").err == told.err
        (shop / name).write_bytes(kept)
    git(shop, "switch", "--quiet", "--detach")
    assert untouched(shop, "update").err.count(follows) == 1
    git(shop, "switch", "--quiet", "main")
    (shop / ".git/hooks/pre-commit").write_text("#!/bin/sh\necho no; exit 1\n")
    (shop / ".git/hooks/pre-commit").chmod(0o755)
    heads = [git(each, "rev-parse", "HEAD") for each in repositories(shop)]
    assert shunter("update", cwd=shop).err.count(follows) == 1
    assert [git(each, "rev-parse", "HEAD") for each in repositories(shop)] == heads
    assert {git(each, "status", "--porcelain") for each in repositories(shop)} == {""}


def test_a_missing_checkout_is_refused_alone(shop: Path, commit: Commit) -> None:
    """The others go on, and what says that all have followed is not written: with the checkout back, it follows too."""
    substitute(shop / "shunter.yaml", "ci: github", "ci: gitlab")
    commit(shop, "another CI")
    kept, applied = shop.parent / "shop-pre", (shop / ".shunter/applied.yaml").read_bytes()
    (shop / "shop-pre").rename(kept)
    planned = shunter("update", "--plan", cwd=shop)
    assert (planned.code, " refused  shop-pre  repository shop-pre is not checked out" in planned.err) == (1, True)
    for arguments in (("--check",), ("--dry-run",), ()):
        result = shunter("update", *arguments, cwd=shop)
        assert (result.code, "Traceback" in result.err) == (1, False)
        assert "refused  shop-pre  repository shop-pre is not checked out" in result.err
    assert [each for each in repositories(shop) if not (each / ".gitlab-ci.yml").is_file()] == []
    assert (shop / ".shunter/applied.yaml").read_bytes() == applied
    assert not (shop / "shop-pre").exists()
    assert "refused  shop-pre" in shunter("update", "shop-pre", cwd=shop).err
    kept.rename(shop / "shop-pre")
    ok("update", cwd=shop)
    assert (shop / "shop-pre/.gitlab-ci.yml").is_file()
    assert (shop / ".shunter/applied.yaml").read_bytes() != applied


@pytest.mark.slow  # updates the whole example twice; each kind of file is tested beside it
def test_a_registry_that_is_set_later_reaches_the_charts(mono: Path, commit: Commit) -> None:
    was, catalog = "repository: registry.example/acme/", mono / "charts/catalog/values.yaml"
    substitute(catalog, f"{was}catalog", "repository: ghcr.io/others/catalog")
    commit(mono, "catalog is others'")
    assert "image-elsewhere" not in ok("lint", cwd=mono).err
    substitute(mono / "shunter.yaml", "registry.example/acme", "ghcr.io/acme")
    commit(mono, "our registry")
    ok("update", cwd=mono)
    named = {path: path.read_text("utf-8") for path in mono.glob("charts/*/values.yaml")}
    assert not any("registry.example" in text for text in named.values())
    assert "\n  repository: ghcr.io/acme/orders\n" in named[mono / "charts/orders/values.yaml"]
    assert "repository: ghcr.io/others/catalog" in named[catalog]
    assert git(mono, "status", "--porcelain") == ""
    ok("update", "--check", cwd=mono)
    told = [block for block in blocks(ok("lint", cwd=mono).err) if block.rule == "image-elsewhere"]
    assert [block.place.partition(":")[0] for block in told] == ["charts/catalog/values.yaml"]


def test_there_and_back_again(shop: Path, run: Update) -> None:
    ignored = re.compile(r"\.shunter/registry/|/Chart\.lock$")
    before = {path: state for path, state in plain(shop).items() if not ignored.search(path)}
    done(run("update"))
    block = error(untouched(shop, "update"))
    assert (block.message, block.hint) == (
        f"this workspace follows template release {NEXT}, which is not known here",
        "install a newer shunter",
    )
    assert "new enough" in error(untouched(shop, "add", "environment", "prf")).hint
    ok("validate", cwd=shop)
    done(run("update", "--to", "0.1.0"))
    after = {path: state for path, state in plain(shop).items() if not ignored.search(path)}
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    assert {path for path in changed if not path.endswith(".copier-answers.yml")} == set(), (
        "answers to new questions stay"
    )


@pytest.mark.slow  # a library goes the whole way: charts, a train, an environment
def test_a_newer_library_reaches_every_app_chart_and_environments_by_train(railed: Path, upcoming: Path) -> None:
    need_helm()

    def run(command: str) -> Result:
        return done(newer(upcoming, *command.split(), cwd=railed))

    pinned = (railed / "shop-tst/envs/tst/Chart.yaml").read_bytes()
    manifests = run("render tst").out
    run("update --all")
    apps = [path.parent for path in railed.glob("*/charts/*/Chart.yaml")]
    assert len(apps) == 5
    for app in apps:
        assert f"version: {LIBRARY}\n" in (app / "Chart.lock").read_text("utf-8")
        assert f"version: {LIBRARY}\n" in (app / "charts/shop-library/Chart.yaml").read_text("utf-8")
        assert (app / "templates/NOTES.txt").read_text("utf-8").endswith("Release two.\n")
    assert (railed / "shop-tst/envs/tst/Chart.yaml").read_bytes() == pinned, "only trains move pins"
    assert run("render tst").out == manifests

    taken = refusals(newer(upcoming, "package", cwd=railed))
    assert {block.rule for block in taken} == {"version-taken"}
    assert len(taken) == 5
    for app in apps:
        substitute(app / "Chart.yaml", "version: 0.1.0", "version: 0.2.0")
        git(app, "commit", "-q", "-a", "-m", "0.2.0")
    run("package")
    with tarfile.open(railed / ".shunter/registry/orders-0.2.0.tgz") as archive:
        member = archive.extractfile("orders/Chart.yaml")
        assert member is not None
        assert compiled_library(yaml.safe_load(member.read())) == ("shop-library", LIBRARY)
    run("train cut 1.1.0")
    run("promote 1.1.0 --to tst")
    carried = sorted(railed.glob("shop-tst/envs/tst/charts/shop-library/templates/shop-library/*"))
    assert {folder.name.partition("-")[0] for folder in carried} == {LIBRARY}
    run("validate")
    run("lock --check")
    assert run("render tst").out.count("\nkind: ") == manifests.count("\nkind: ")


@pytest.mark.parametrize("how", ["edited", "staged", "committed"])
def test_what_changes_while_it_is_merged_is_not_written_over(
    how: str, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders, path = shop / "orders", "CODEOWNERS"
    substitute(shop / "shunter.yaml", 'alice: ["@acme/alice"]', 'alice: ["@acme/alice-2"]')
    git(shop, "commit", "-q", "-a", "-m", "alice")
    original = vars(updating)["carry_out"]
    seen: list[bytes] = []

    def carry_out(*arguments: Any, **options: Any) -> Any:
        (orders / path).write_bytes((orders / path).read_bytes() + b"# mine\n")
        if how != "edited":
            git(orders, "add", path)
        if how == "committed":
            git(orders, "commit", "-q", "-m", "mine")
        seen.append((orders / path).read_bytes())
        return original(*arguments, **options)

    monkeypatch.setattr(updating, "carry_out", carry_out)
    before = subjects(orders)
    found = shunter("update", cwd=shop)
    assert (found.code, "changed while shunter was working (nothing was written there: run" in found.err) == (1, True)
    assert (orders / path).read_bytes() == seen[0]
    assert subjects(orders) == [*(["mine"] if how == "committed" else []), *before]
    monkeypatch.undo()


def test_what_is_said_of_conflicts_can_be_followed(tmp_path: Path) -> None:
    """A link, a file that the template changes in vain, a folder that lies elsewhere: each hint is true."""
    fleet, path = Fleet(tmp_path), "envs/tst/README.md"
    root, away = fleet.checkout("shop-tst"), tmp_path / "away"
    (root / path).unlink()
    (root / path).symlink_to("values.yaml")
    git(root, "commit", "-q", "-a", "-m", "a link")
    other = fleet.checkout("shop-pre")
    (other / "envs/pre").rename(away)
    (other / "envs/pre").symlink_to(away)
    git(other, "add", "-A")
    git(other, "commit", "-q", "-m", "elsewhere")
    result = shunter("update", "--to", "0.2.0", cwd=fleet.root)
    [block] = refusals(result)
    assert block.place == f"shop-tst/{path}"
    assert "lines cannot be merged (distinct modes)" in block.message
    assert re.search(r"(?m)^ refused  shop-pre  .* lies behind the symbolic link envs/pre", result.err), result.err
    assert (root / path).is_symlink()
    [command] = re.findall(r"`(git -C [^`]*)`", block.hint)
    subprocess.run(command, shell=True, check=True, capture_output=True)
    assert not (root / path).is_symlink()
    assert "Of v0.2.0." in (root / path).read_text("utf-8")
    git(root, "add", path)
    git(root, "commit", "-q", "-m", "Take theirs")
    assert git(root, "status", "--porcelain") == ""
    assert blocks(shunter("update", "--to", "0.2.0", cwd=fleet.root).err) == []
