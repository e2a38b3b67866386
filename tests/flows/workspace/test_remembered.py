"""What a workspace's checks remember: whatever somebody edits, they say what they would say without a memory."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest

from helpers.workspaces.cli import Result, ok, shunter
from helpers.workspaces.workspaces import copy, shared
from shunter.flows.validation import lint as linting

SEED = 20261129
CHECKS = (("lint",), ("lint", "--strict"), ("lock", "--check"))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHUNTER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def shop(mono_example: Path, tmp_path: Path) -> Path:
    """The example in one repository, with train 1.0.0 in tst, and values that two environments share."""

    def depart(folder: Path) -> None:
        root = copy(mono_example, folder / "shop")
        text = (root / "shunter.yaml").read_text()
        (root / "shunter.yaml").write_text(
            re.sub("(  (?:tst|pre):\n)", r"\1    values: [../common.yaml, values.yaml]\n", text)
        )
        (root / "envs/common.yaml").write_text("{}\n")
        subprocess.run(["git", "add", "shunter.yaml", "envs/common.yaml"], cwd=root, check=True)
        ok("update", "--all", cwd=root)
        ok("package", cwd=root)
        ok("train", "cut", "1.0.0", cwd=root)
        ok("promote", "1.0.0", "--to", "tst", cwd=root)

    return copy(shared("mono-rails", depart) / "shop", tmp_path / "shop")


def same(*arguments: str, cwd: Path, about: object = "") -> Result:
    """The result with the memory, which must be the one without."""
    warm, cold = shunter(*arguments, cwd=cwd), shunter(*arguments, "--no-cache", cwd=cwd)
    assert (warm.code, warm.out, warm.err) == (cold.code, cold.out, cold.err), (arguments, about)
    return warm


def mutated(text: str, random: Random) -> str:
    """A text with some line, or some digit, another one."""
    lines = text.splitlines()
    number = random.randrange(len(lines) + 1)
    line = lines[number] if number < len(lines) else ""
    other = random.choice(
        [
            "# a remark",
            "unknown: 1",
            "replicaCount: many",
            "a: [",
            "",
            line.replace("1", "2"),
            line.replace("a", "e"),
            line,
        ]
    )
    return "\n".join([*lines[:number], other, *lines[number + 1 :]]) + "\n"


def edit(root: Path, random: Random) -> str:
    """Change something that a check may read; what was done."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    folders = (
        "charts/orders/",
        "charts/catalog/",
        "envs/",
        "trains/",
        ".shunter/",
        "library/",
        "services/orders/.c",
        "shunter",
    )
    known = [path for path in listed.stdout.split("\0") if path.startswith(folders) and (root / path).is_file()]
    often = [
        path
        for path in known
        if path.endswith(("s.yaml", "common.yaml", "Chart.yaml", "train.yaml", ".tgz", "index.yaml"))
    ]
    path = random.choice(random.choice([known, often]))
    file, how = root / path, random.random()
    if how < 0.1:
        file.unlink()
        return f"without {path}"
    if how < 0.2:
        other = random.choice([name for name in known if name.rpartition(".")[2] == path.rpartition(".")[2]])
        shutil.copy(root / other, file)
        return f"{path} as {other}"
    if how < 0.25:
        file.with_name("new.yaml").symlink_to(file.name)
        return f"a link to {path}"
    if how < 0.3:
        mark = root / ".git" / random.choice(["MERGE_HEAD", "AUTO_MERGE"])
        mark.write_bytes((root / ".git/refs/heads/main").read_bytes())
        return f"{mark.name}"
    if path.endswith(".tgz"):
        file.write_bytes(file.read_bytes() + b"x")
        return f"more in {path}"
    file.write_text(mutated(file.read_text(), random))
    return f"edited {path}"


def restored(root: Path) -> None:
    """As it was committed, but with other times."""
    for name in ("MERGE_HEAD", "AUTO_MERGE"):
        (root / ".git" / name).unlink(missing_ok=True)
    for command in ("reset --quiet --hard", "clean --quiet -fd"):
        subprocess.run(["git", *command.split()], cwd=root, check=True)


@pytest.mark.slow  # everything is linted and derived for each edit, twice
@pytest.mark.parametrize("seed", range(SEED, SEED + 3))
def test_random_edits_change_no_answer(seed: int, shop: Path) -> None:
    random, codes, done = Random(seed), set(), list[str]()
    for check in CHECKS:
        assert same(*check, cwd=shop).code == 0
    for _ in range(16):
        if random.random() < 0.4:
            restored(shop)
            done.clear()
        done += [edit(shop, random) for _ in range(random.choice([1, 1, 2]))]
        for check in CHECKS:
            codes.add((check[0], same(*check, cwd=shop, about=(seed, done)).code))
    restored(shop)
    for check in CHECKS:
        assert same(*check, cwd=shop).code == 0
    assert {("lint", 0), ("lint", 1), ("lock", 1)} <= codes


def findings(result: Result) -> str:
    """What was found, without how much was judged."""
    return "\n".join(
        line for line in result.err.splitlines() if " checked: " not in line and not line.startswith("next:")
    )


@pytest.mark.slow  # everything is judged for each edit
def test_who_judges_the_touched_files_finds_what_who_judges_all_does(shop: Path) -> None:
    random, codes = Random(SEED), set()
    ok("validate", cwd=shop)
    for _ in range(40):
        folder = random.choice(["charts/orders", "charts/orders-db", "envs/tst", "envs/pre"])
        file = shop / folder / random.choice(["values.yaml", "Chart.yaml", "values.schema.json"])
        if not file.exists():
            continue
        text = file.read_text()
        file.write_text(mutated(text, random))
        name = file.relative_to(shop).as_posix()
        touched, everything = same("validate", name, cwd=shop), shunter("validate", "--no-cache", cwd=shop)
        assert (touched.code, findings(touched)) == (everything.code, findings(everything)), name
        codes.add(touched.code)
        file.write_text(text)
    assert codes >= {0, 1}


@pytest.fixture
def linted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The projects that are linted anew."""
    seen: list[str] = []
    judge = linting._lint_site

    def counted(context: object, site: object, *more: object) -> object:
        seen.append(site.name)  # type: ignore[attr-defined]
        return judge(context, site, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(linting, "_lint_site", counted)
    return seen


TOUCHES: dict[str, tuple[str, ...]] = {
    "charts/orders/values.yaml": ("orders",),
    "envs/pre/values.yaml": ("pre",),
    "services/orders/README.md": (),
    "library/schema/values.v1.yaml": ("shop-library",),
}


def test_what_a_commit_does_not_touch_is_not_judged_again(mono: Path, linted: list[str]) -> None:
    ok("lint", cwd=mono)
    everything = sorted(linted)
    for path, names in TOUCHES.items():
        linted.clear()
        text = (mono / path).read_text()
        (mono / path).write_text(f"{text}# Edited.\n")
        ok("lint", cwd=mono)
        assert sorted(linted) == sorted(names), path
        linted.clear()
        ok("lint", cwd=mono)
        (mono / path).write_text(text)
        ok("lint", cwd=mono)
        asks_git = [name for name in names if name == "shop-library"]  # whether an edited one is what git tracks
        assert linted == asks_git
    linted.clear()
    (mono / "shunter.yaml").write_text((mono / "shunter.yaml").read_text() + "# Edited.\n")
    ok("lint", cwd=mono)
    assert sorted(linted) == everything
