"""Bytes of a workspace in one repository: `python bench/disk.py [SERVICES] [ENVIRONMENTS]`, by default 100 and 10.

Made by the commands: everything is packaged, cut, and promoted to every environment. What counts is the working tree,
without `.git`; the bytes of git's own folder after `git gc` stand beside it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = ["100", "10"]
LIMIT = 42.0  # MB, for 100 services and 10 environments
MEGABYTE = 1_000_000
WORKSPACE = "name: shop\nlayout: mono\nservices: {{{services}}}\nenvironments: {{{environments}}}\n"


def shunter(*arguments: str, cwd: Path) -> None:
    command = [sys.executable, "-m", "shunter", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"shunter {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")


def make(folder: Path, services: int, environments: int) -> Path:
    """The workspace, its train in every environment."""
    apps = ", ".join(f"service-{number}: {{archetype: rest-api}}" for number in range(services))
    names = [f"env-{number}" for number in range(environments)]
    places = ", ".join(
        f"{name}: {{{f'promotes-from: {before}' if before else 'stage: develop'}}}"
        for name, before in zip(names, ["", *names], strict=False)
    )
    (folder / "data.yaml").write_text(WORKSPACE.format(services=apps, environments=places), "utf-8")
    shunter("new", "shop", "--defaults", "--layout", "mono", "--data-file", "data.yaml", cwd=folder)
    root = folder / "shop"
    shunter("package", cwd=root)
    shunter("train", "cut", "1.0.0", cwd=root)
    for name in names:
        shunter("promote", "1.0.0", "--to", name, cwd=root)
    return root


def bytes_below(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def main() -> int:
    services, environments = (int(text) for text in (sys.argv[1:] + DEFAULT[len(sys.argv) - 1 :])[:2])
    identity = {f"GIT_{who}_{key}": "b@example.org" for who in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    with tempfile.TemporaryDirectory() as box:
        os.environ.update(identity, HOME=box, SHUNTER_CACHE_DIR=f"{box}/cache", PYTHONPATH=str(ROOT / "generator"))
        root = make(Path(box), services, environments)
        tracked = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
        sizes: Counter[str] = Counter()
        for path in filter(None, tracked.stdout.split("\0")):
            sizes[path.partition("/")[0] if "/" in path else "the rest"] += (root / path).stat().st_size
        subprocess.run(["git", "gc", "--quiet"], cwd=root, check=True)
        for name, size in sizes.most_common():
            print(f"{size / MEGABYTE:>8.1f} MB  {name}")
        total = sizes.total() / MEGABYTE
        print(f"{total:>8.1f} MB  {services} services, {environments} environments (limit {LIMIT:.0f} for 100 and 10)")
        print(f"{bytes_below(root / '.git') / MEGABYTE:>8.1f} MB  .git, packed")
    return int(total > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
