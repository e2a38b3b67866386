"""The history of template releases: a committed fast-import stream that git turns into a bare repository.

The stream holds every released state of `copier.yml` and `templates/`, with fixed identity and dates, so that its
commits are equal on every machine. What the package itself carries is the newest release; while the stream does not
hold it yet, it is laid on top.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from shunter import __version__
from shunter.adapters.git.remote import push
from shunter.adapters.git.repository import Repository
from shunter.adapters.system.files import DiskTree
from shunter.adapters.system.paths import CANONICAL_SOURCE, cache_root, data_root
from shunter.core.trees import fast_import
from shunter.core.trees.fast_import import Signature
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

__all__ = ["CANONICAL_SOURCE", "data_root"]

STREAM = "history/templates.fast-import"
_PARTS = ("copier.yml", "templates")
_EPOCH, _DAY = 1767225600, 86400  # 2026-01-01; the n-th release is dated n days later, whoever makes it
_FORMAT = b"1"


def template_files(root: Path) -> dict[str, FileState]:
    """The files of one template release: `copier.yml` and everything in `templates/` below `root`."""
    tree = DiskTree(root)
    paths = (path for part in _PARTS for path in tree.paths(part))
    wanted = (path for path in paths if "__pycache__" not in path.split("/"))
    return {path: state for path in wanted if (state := tree.get(path)) is not None}


def _stream(root: Path) -> bytes:
    return (root / STREAM).read_bytes()


def _key(stream: bytes, version: str, files: Mapping[str, FileState]) -> str:
    digest = hashlib.sha256(_FORMAT)
    for part in (stream, version.encode(), *_fingerprints(files)):
        digest.update(b"%d\0" % len(part) + part)
    return digest.hexdigest()[:32]


def _fingerprints(files: Mapping[str, FileState]) -> Iterator[bytes]:
    for path, state in sorted(files.items()):
        yield os.fsencode(path)
        yield state.mode.encode()
        yield state.data


def _tags(bare: Repository) -> list[str]:
    return bare.git("for-each-ref", "--format=%(refname:short)", "refs/tags").text.split()


def _release(bare: Repository, version: str, files: Mapping[str, FileState], *, in_stream: bool) -> bytes:
    """A release as fast-import commands: the difference to the last one, and the tag.

    Inside one stream a commit is known by its mark, in a later run of fast-import by its id.
    """
    count = len(_tags(bare))
    last = bare.tree("main") if count else None
    old = {path: last.get(path) for path in last.paths()} if last else {}
    changes: dict[str, FileState | None] = {path: None for path in old if path not in files}
    changes |= {path: state for path, state in files.items() if old.get(path) != state}
    who = Signature("shunter", "templates@shunter.invalid", _EPOCH + count * _DAY)
    known = f":{count}" if in_stream else bare.try_git("rev-parse", "main").text
    commit = fast_import.commit(
        "refs/heads/main", who, f"Templates {version}\n", changes, parent=known if last else None, mark=count + 1
    )
    return commit + fast_import.tag(f"v{version}", f":{count + 1}")


def _same(bare: Repository, version: str, files: Mapping[str, FileState]) -> bool:
    entries = bare.tree(f"v{version}").entries()
    return dict(entries) == {path: (state.mode, state.object_id()) for path, state in files.items()}


def _build(folder: Path, stream: bytes, version: str, files: Mapping[str, FileState]) -> None:
    bare = Repository.init(folder, bare=True)
    bare.import_stream(stream)
    if f"v{version}" not in _tags(bare):
        bare.import_stream(_release(bare, version, files, in_stream=False))
    elif not _same(bare, version, files):
        raise ShunterError(
            f"the templates differ from those of release {version}, which is in {STREAM} already",
            hint="a release never changes: raise the version, or take the change back",
        )


def _into_place(build: Callable[[Path], None], target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix="making-", dir=target.parent))
    except OSError as error:
        raise ShunterError(
            f"cannot write to the cache {target.parent}: {error.strerror}", hint="set SHUNTER_CACHE_DIR to a folder"
        ) from error
    try:
        build(staging)
        staging.chmod(0o755)
        try:
            staging.rename(target)
        except OSError:
            if not (target / "HEAD").is_file():  # otherwise another process was faster, with the same content
                raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def ensure_history(root: Path | None = None, version: str = __version__) -> Path:
    """The bare repository with every release of the templates in `root` (default: ours), made on first use.

    It lies in the cache under a name made from its content, appears by one rename, and is never changed. The tag
    `v<version>` is the state of `root`; a `ShunterError` when the stream holds that release with another tree.
    """
    base = root or data_root()
    stream, files = _stream(base), template_files(base)
    target = cache_root() / "templates" / f"{_key(stream, version, files)}.git"
    if not (target / "HEAD").is_file():
        _into_place(lambda folder: _build(folder, stream, version, files), target)
    return target


def bare_for(source: str) -> Path | None:
    """The local repository that stands for `source`: our history for the built-in URL, else None (ask the URL)."""
    return ensure_history() if source == CANONICAL_SOURCE else None


def releases(bare: Path) -> list[str]:
    """The template releases that a history holds, oldest first."""
    history = Repository(bare)
    order = history.git("log", "--first-parent", "--reverse", "--format=%D", "--decorate-refs=refs/tags/*", "main")
    return [line.removeprefix("tag: v") for line in order.text.splitlines() if line.startswith("tag: v")]


def redirect_env(source: str, bare: Path) -> dict[str, str]:
    """Variables that make git read `bare` wherever it is told `source`, added to those that are set already."""
    count = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    return {
        "GIT_CONFIG_COUNT": str(count + 1),
        f"GIT_CONFIG_KEY_{count}": f"url.{bare}.insteadOf",
        f"GIT_CONFIG_VALUE_{count}": source,
    }


def redirect_snippet(source: str, bare: Path) -> str:
    """The command that does for a person's git, for good, what `redirect_env` does for one process."""
    return f"git config --global {shlex.quote(f'url.{bare}.insteadOf')} {shlex.quote(source)}"


def publish(remote: str, bare: Path) -> list[str]:
    """Push the history, branch `main` and all tags, to a git remote; the releases that it then holds.

    The remote may be empty or hold earlier releases of the same history; anything else is a `ShunterError`.
    """
    url = str(Path(remote).absolute()) if Path(remote).exists() else remote
    done = push(bare, url, "refs/heads/main", "refs/tags/*:refs/tags/*")
    if done.returncode:
        lines = [line.strip() for line in done.stderr.decode("utf-8", "replace").strip().splitlines()]
        lines.sort(key=lambda line: not line.startswith("!"))
        raise ShunterError(
            f"cannot publish the templates to {remote}",
            notes=tuple(f"git: {line}" for line in lines[:4]),
            hint="the remote must be reachable, and empty or filled by an earlier `shunter templates publish`",
        )
    return releases(bare)


def append_release(version: str = __version__, root: Path | None = None) -> Path:
    """For maintainers: append the templates as they are to the stream, as release `version`; the stream's file."""
    base = root or data_root()
    file = base / STREAM
    with tempfile.TemporaryDirectory(prefix="shunter-") as folder:
        bare = Repository.init(Path(folder), bare=True)
        bare.import_stream(_stream(base))
        if f"v{version}" in _tags(bare):
            raise ShunterError(f"release {version} is in {STREAM} already", hint="raise __version__ first")
        addition = _release(bare, version, template_files(base), in_stream=True)
    with file.open("ab") as out:
        out.write(addition)
    return file


if __name__ == "__main__":
    append_release()
