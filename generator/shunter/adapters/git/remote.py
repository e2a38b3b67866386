"""Other people's repositories: cloned, listed, fetched and pushed to. A URL from a file never becomes an option."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from shunter.adapters.git import journal
from shunter.adapters.git.repository import Repository, git_dir
from shunter.adapters.system import process
from shunter.adapters.system.threads import mapped
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.progress import Progress, counted, unseen

_THREADS = 4
_TRANSPORT = re.compile(r"([A-Za-z0-9+.-]+)(::|://)")
_CONTROL = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f]")
_NOT_THERE = 2
"""What `git ls-remote --exit-code` ends with where the remote has answered, and has no such branch."""
_ASKED = ("terminal prompts disabled", "could not read Username", "could not read Password")


def checked(url: str) -> str:
    """The URL, path or `host:path` as it is. A `ShunterError` for an option, or a transport that git is not to use."""
    if url.startswith("-"):
        raise ShunterError(f"`{url}` is no URL: it starts like an option", hint="such as git@host:acme/{name}.git")
    found = _TRANSPORT.match(url)
    if found and (found[2] == "::" or found[1].lower() not in process.TRANSPORTS):
        known = ", ".join(process.TRANSPORTS)
        raise ShunterError(f"`{url}` uses the transport `{found[1]}`", hint=f"git may use: {known}")
    return url


def clone(url: str, target: Path) -> process.Completed:
    """Clone `url` to the missing folder `target`, with the hooks and filters that git itself gives to a clone."""
    return process.run(["git", "clone", "--quiet", "--", checked(url), str(target)], target.parent)


def tags(url: str) -> process.Completed:
    """The tags of the repository at `url`, as `git ls-remote` prints them."""
    return process.run(["git", "ls-remote", "--tags", "--refs", "--", checked(url)], Path.cwd())


def push(repository: Path, url: str, *refspecs: str) -> process.Completed:
    """Push from `repository` to `url`: all refs, or none."""
    return process.run(["git", "push", "--quiet", "--atomic", "--", checked(url), *refspecs], repository)


@dataclass(frozen=True, slots=True)
class Said:
    """What git answered: whether it did it, and every line that it and its hooks wrote."""

    ok: bool
    lines: tuple[str, ...] = ()

    @property
    def complaint(self) -> str:
        """git's own first word on what is wrong: what follows from it comes behind, and advice."""
        wrong = [line.strip() for line in self.lines if line.startswith(("fatal:", "error:", " ! "))]
        return next(iter(wrong or self.lines[-1:]), "git said nothing")

    @property
    def wanted_to_ask(self) -> bool:
        """Whether git would have asked for a name or password, had it been allowed to."""
        return any(words in line for line in self.lines for words in _ASKED)


def remotes(root: Path) -> tuple[str, ...]:
    """The names of the remotes of the checkout at `root`."""
    return tuple(Repository(root).git("remote").text.split())


def fetch_all(roots: Sequence[Path], *, prompts: bool, progress: Progress = unseen) -> dict[Path, Said | None]:
    """Fetch in every checkout, a few at a time; None for one without a remote.

    With `prompts`, those in which git has to ask for a name or password are fetched again, one after the other.
    """
    told = counted(progress, len(roots), lambda root: f"fetch {root.name}", _fetched)
    found = dict(zip(roots, mapped(told, roots, _THREADS), strict=True))
    for root, said in found.items():
        if prompts and said is not None and said.wanted_to_ask:
            found[root] = fetch(root, prompts=True)
    return found


def _fetched(root: Path) -> Said | None:
    try:
        return fetch(root, prompts=False) if remotes(root) else None
    except ShunterError as error:
        return Said(False, (error.message, *error.notes))


def fetch(root: Path, *, prompts: bool) -> Said:
    """`git fetch` as a person would type it; git asks for names and passwords only with `prompts`."""
    words = {"LC_ALL": "C", "LANGUAGE": ""}  # so that `wanted_to_ask` can read them
    with tempfile.TemporaryDirectory(prefix="shunter-fetch-") as folder:
        output = Path(folder) / "output"
        status = process.run_beside(["git", "fetch", "--quiet"], root, output, _variables(prompts) | words)
        return Said(not status, _lines(output))


def upstream_is_gone(root: Path) -> bool:
    """Whether the last `git fetch` found no branch to merge: the remote has deleted the one that is followed."""
    place = git_dir(root)
    file = place / "FETCH_HEAD" if place else None
    if file is None or not file.is_file():
        return False
    lines = file.read_text("utf-8", "replace").splitlines()
    return all("\tnot-for-merge\t" in line for line in lines)


def fast_forward(root: Path, upstream: str) -> Said:
    """Move the branch to `upstream` with `git merge --ff-only`, hooks on; git refuses what would lose anything."""
    return run_as_person(
        root, ["merge", "--ff-only", "--no-overwrite-ignore", "--quiet", "--", upstream], prompts=False
    )


@dataclass(frozen=True, slots=True)
class Target:
    """Where `git push` takes a branch: the `remote`, and the branch's name there.

    `base` is the remote that the branch follows, another one where people push to forks of their own; `follows` is its
    branch there, empty where the branch follows none.
    """

    remote: str
    base: str
    follows: str = ""


def push_target(root: Path, branch: str) -> Target | None:
    """Where the branch of a checkout is pushed to, by the person's own settings; None where there is no remote.

    Without a setting: `origin`, or the only remote. A `ShunterError` where there are several, and none of that name.
    """
    asked = "--format=%(upstream:remotename)%00%(upstream:remoteref)%00%(push:remotename)"
    found = Repository(root).git("for-each-ref", asked, "--", f"refs/heads/{branch}").stdout
    upstream, ref, pushed = (*found.decode("utf-8", "surrogateescape").strip("\n").split("\0"), "", "")[:3]
    if upstream or pushed:
        return Target(pushed or upstream, upstream or pushed, ref.removeprefix("refs/heads/"))
    known = remotes(root)
    if not known:
        return None
    if "origin" not in known and len(known) > 1:
        hint = f"git -C {root} push --set-upstream REMOTE {branch}"
        raise ShunterError(f"{root.name} has the remotes {', '.join(known)}, and {branch} follows none", hint=hint)
    remote = "origin" if "origin" in known else known[0]
    return Target(remote, remote)


def push_branch(root: Path, branch: str, target: Target, *, prompts: bool) -> Said:
    """Push one branch, hooks on, never by force; it follows what it made, if it followed nothing.

    It has its own name there, unless the person's `remote.*.push` says where branches go, as for a review.
    """
    repository = Repository(root)
    asked = repository.try_git("config", "--get-all", f"remote.{target.remote}.push").text.split()
    mirrors = repository.try_git("config", "--type=bool", "--get", f"remote.{target.remote}.mirror").text == "true"
    if any(refspec.startswith("+") for refspec in asked):
        return Said(False, (f"error: remote.{target.remote}.push forces (+), which shunter never does",))
    if asked and not mirrors:
        return run_as_person(root, ["push", "--quiet", "--", target.remote], prompts=prompts)
    follow = [] if target.follows else ["--set-upstream"]
    refspec = f"refs/heads/{branch}:refs/heads/{branch}"
    return run_as_person(root, ["push", "--quiet", *follow, "--", target.remote, refspec], prompts=prompts)


def is_pushed(root: Path, besides: str = "") -> bool:
    """Whether a branch of a remote, as last fetched, holds HEAD; the one called `besides` is not asked."""
    asked = ("--contains=HEAD", "--format=%(refname:short)", "--", "refs/remotes")
    return any(name != besides for name in Repository(root).git("for-each-ref", *asked).text.split())


def default_branch(root: Path, remote: str) -> str:
    """The default branch of a remote, as it was cloned, or else as the remote says now; empty where neither tells."""
    cloned = Repository(root).try_git("symbolic-ref", "--quiet", f"refs/remotes/{remote}/HEAD").text
    if cloned:
        return cloned.removeprefix(f"refs/remotes/{remote}/")
    asked = process.run(["git", "ls-remote", "--symref", "--", remote, "HEAD"], root).text
    found = re.match(r"ref: refs/heads/(.*)\tHEAD", asked)
    return found[1] if found else ""


def urls_of(root: Path, remote: str) -> tuple[str, str]:
    """The URL that git pushes to for that remote, after the person's `insteadOf`, and as it is configured."""
    repository = Repository(root)
    used = repository.try_git("remote", "get-url", "--push", "--", remote).text
    return used, repository.try_git("config", "--get", f"remote.{remote}.url").text


def own_commits(root: Path, remote: str, base: str) -> list[tuple[str, str]]:
    """Subject and body of the commits of HEAD that the remote's branch `base` lacks, newest first; at most 50.

    The newest alone where that branch was never fetched.
    """
    repository, how = Repository(root), ("log", "-z", "--no-merges", "--format=%s%x01%b")
    found = repository.try_git(*how, "--max-count=50", f"refs/remotes/{remote}/{base}..HEAD", "--")
    if found.returncode:
        found = repository.git(*how, "--max-count=1", "HEAD", "--")
    rows = (row.partition("\x01") for row in found.stdout.decode("utf-8", "replace").split("\0") if row)
    return [(subject, body.strip()) for subject, _, body in rows]


def take_up(root: Path, branch: str, *, prompts: bool) -> str:
    """Check out a branch that the repository or its remote has, and bring it up to date, as last fetched.

    Where the remote's default branch holds all of it, it was merged, maybe as one commit, and begins again from there:
    it moves, or takes up the default branch in a merge, so that no push has to be forced. Where neither has the branch,
    nothing is done. Gives what git said where it refused, or what a person has to do first; empty where it is done.
    """
    repository = Repository(root)
    if repository.try_git("check-ref-format", "--branch", branch).returncode:
        raise ShunterError(f"`{branch}` is not a name for a branch", hint="such as --branch update/templates")
    target = push_target(root, branch)
    known = {name for name in (f"refs/heads/{branch}", _tracking(target, branch)) if name and _has(repository, name)}
    if not known:
        return ""
    is_there = target is not None and _is_there(root, target.remote, branch)
    theirs = _tracking(target, branch) if is_there else ""
    default = _tracking(target, default_branch(root, target.base)) if target else ""
    merged = bool(default) and all(_holds(repository, default, name) for name in known)
    if f"refs/heads/{branch}" not in known and not is_there:
        return ""
    if target and target.follows and not is_there and not merged:
        return f"{branch} is gone from {target.remote}: once it is merged, git -C {root} branch -D {branch}"
    here = repository.try_git("symbolic-ref", "--quiet", "HEAD").text == f"refs/heads/{branch}"
    how = [branch] if f"refs/heads/{branch}" in known else ["--create", branch, "--track", theirs]
    steps = [] if here else [["switch", "--quiet", *how]]
    onto = [each for each in (theirs, default if merged else "") if each and not _is_in(repository, each, branch)]
    steps += [["merge", *_how(repository, each, branch, default), "--quiet", each] for each in onto]
    if merged and target and target.follows and not is_there:
        steps.append(["branch", "--unset-upstream", branch])  # else it could not be pushed where a fetch prunes
    done = (run_as_person(root, step, prompts=prompts) for step in steps)
    return next((said.complaint for said in done if not said.ok), "")


def _tracking(target: Target | None, branch: str) -> str:
    return f"refs/remotes/{target.remote}/{branch}" if target and branch else ""


def _has(repository: Repository, ref: str) -> bool:
    return not repository.try_git("show-ref", "--verify", "--quiet", ref).returncode


def _is_in(repository: Repository, ref: str, other: str) -> bool:
    return not repository.try_git("merge-base", "--is-ancestor", ref, other).returncode


def _holds(repository: Repository, default: str, ref: str) -> bool:
    """Whether a branch has all of `ref`: its commits, or else what they have changed, as one commit or several."""
    if _is_in(repository, ref, default):
        return True
    merged = repository.try_git("merge-tree", "--write-tree", "--no-messages", default, ref)
    return not merged.returncode and merged.text == repository.try_git("rev-parse", f"{default}^{{tree}}").text


def _how(repository: Repository, other: str, branch: str, default: str) -> list[str]:
    squashed = other == default and not _is_in(repository, branch, other)
    return ["--no-edit"] if squashed else ["--ff-only"]


def _is_there(root: Path, remote: str, branch: str) -> bool:
    """Whether the remote has a branch now: a fetch forgets none of those that are gone."""
    asked = ["git", "ls-remote", "--exit-code", "--heads", "--", remote, f"refs/heads/{branch}"]
    return process.run(asked, root).returncode != _NOT_THERE


def run_as_person(root: Path, arguments: list[str], *, prompts: bool) -> Said:
    """Run git in the person's environment with their hooks, while no other shunter run is at work there."""
    place = git_dir(root)
    if place is None:
        raise ShunterError(f"{root} is not a git repository", hint="shunter clone")
    with (
        journal.locked(journal.folder_of(place), root),
        tempfile.TemporaryDirectory(prefix="shunter-git-") as folder,
    ):
        output = Path(folder) / "output"
        status = process.run_beside(["git", *arguments], root, output, _variables(prompts))
        return Said(not status, _lines(output))


def _variables(prompts: bool) -> dict[str, str]:
    quiet = {} if prompts else {"GIT_TERMINAL_PROMPT": "0"}
    return {"GIT_ALLOW_PROTOCOL": process.allowed_transports()} | quiet


def _lines(output: Path) -> tuple[str, ...]:
    """What git wrote, without what a terminal would obey: part of it comes from the other machine."""
    text = output.read_text("utf-8", "replace")
    return tuple(_CONTROL.sub("\ufffd", line) for line in text.splitlines() if line.strip())
