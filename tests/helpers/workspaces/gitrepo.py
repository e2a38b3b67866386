"""Real git repositories for tests: made, read and compared through git's command line alone."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_CONFIG = ("-c", "user.name=Tess Ter", "-c", "user.email=tess@example.org", "-c", "commit.gpgsign=false")


def git(root: Path, *args: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> str:
    """Run git in `root`; a failure fails the test. Standard output as text, white space around it removed."""
    done = subprocess.run(
        ["git", *_CONFIG, *args],
        cwd=root,
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, **(env or {})},
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def write(root: Path, files: Mapping[str, bytes | str | None]) -> None:
    """Put files below `root`; None removes one."""
    for path, content in files.items():
        file = root / path
        if content is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


def make_repo(root: Path, files: Mapping[str, bytes | str | None], message: str = "start") -> Path:
    """A repository at `root` with one commit of `files` on `main`."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q", "-b", "main")
    return commit_all(root, files, message)


def commit_all(root: Path, files: Mapping[str, bytes | str | None], message: str = "change") -> Path:
    """Write `files` and commit everything."""
    write(root, files)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", message)
    return root


def disk(root: Path) -> dict[str, tuple[str, bytes]]:
    """Every file below `root` outside `.git`: kind (`-`, `x`, `l`) and bytes; empty folders end in a slash."""
    found: dict[str, tuple[str, bytes]] = {}
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        for name in [*names, *(name for name in folders if (Path(folder) / name).is_symlink())]:
            file = Path(folder) / name
            path = file.relative_to(root).as_posix()
            if file.is_symlink():
                found[path] = ("l", os.fsencode(file.readlink()))
            else:
                found[path] = ("x" if file.stat().st_mode & 0o100 else "-", file.read_bytes())
        if not names and not folders and Path(folder) != root:
            found[Path(folder).relative_to(root).as_posix() + "/"] = ("d", b"")
    return found


def snapshot(root: Path) -> dict[str, object]:
    """Everything that a person sees of a repository: files, index, HEAD and refs. None of it exists: `{}`."""
    if not root.exists():
        return {}
    return {
        **checkout(root),
        "refs": git(root, "for-each-ref", "--format=%(refname) %(objectname)"),
        "log": git(root, "log", "--format=%s", "--all"),
    }


def checkout(root: Path) -> dict[str, object]:
    """A snapshot without its history, whose commits carry the time: two runs have the same."""
    if not root.exists():
        return {}
    return {"disk": disk(root), "index": git(root, "ls-files", "-s"), "head": git(root, "symbolic-ref", "HEAD")}
