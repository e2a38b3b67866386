"""Verbs that keep a workspace's repositories and the tool itself in order."""

from __future__ import annotations

from shunter.cli.options import DRY_RUN, MERGE, OUTPUT, WRITES, Command, Option, switch

COMMANDS: tuple[Command, ...] = (
    Command(
        ("recover",),
        "show what an interrupted run left, repository by repository; take it back, or finish it",
        "shunter.cli.verbs.recover:recover",
        (
            switch("--undo", help="put back what the run wrote; what a person did since stays"),
            switch("--finish", help="commit what was written and not committed, with your hooks"),
            switch("--no-verify", help="with --finish: skip git hooks that may refuse a commit"),
            OUTPUT,
        ),
    ),
    Command(
        ("sync",),
        "fetch in every checkout, and catch up where that loses nothing; show what is left (exit 1 if anything)",
        "shunter.cli.verbs.checkouts:sync",
        (
            switch("--push", help="push the current branches, what is referenced first; stop at the first refusal"),
            switch("--pr", help="--push, and open pull requests (gh, glab, tea), or print links for it"),
            OUTPUT,
        ),
        ("shunter sync", "shunter sync --push", "shunter sync --pr"),
    ),
    Command(
        ("templates", "publish"),
        "push the template history to your own git remote, and move the workspace there",
        "shunter.cli.verbs.templates:publish",
        (Option("remote", metavar="REMOTE", help="git URL"), DRY_RUN, *WRITES),
    ),
    Command(
        ("templates", "test"),
        "update projects of a template set from every release to every later one, and see that nothing is lost",
        "shunter.cli.verbs.templates:test",
        (
            Option(
                "folder", takes="optional", metavar="DIR", help="the template set's folder (default: the current one)"
            ),
            MERGE,
        ),
        ("shunter templates test", "shunter templates test ../our-templates"),
    ),
    Command(
        ("templates", "redirect"),
        "print the git setting that lets plain `copier update` find the templates",
        "shunter.cli.verbs.templates:redirect",
    ),
    Command(("clone",), "check out the repositories that are missing", "shunter.cli.verbs.templates:clone"),
    Command(
        ("completion",),
        "print a completion script",
        "shunter.cli.verbs.completion:completion",
        (Option("shell", choices=("bash", "zsh", "fish"), metavar="SHELL", help="the shell: bash, zsh or fish"),),
    ),
)
