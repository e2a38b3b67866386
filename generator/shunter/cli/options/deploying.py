"""Verbs that talk to clusters."""

from __future__ import annotations

from shunter.cli.options import DONE, ENGINE, OUTPUT, VALUES, Command, Option, switch

_ENVIRONMENTS = Option(
    "environments",
    takes="many",
    metavar="ENV",
    help="environments, stage:NAME, group:NAME (default: the one you are in)",
)
_CONTEXT = Option("--context", metavar="NAME", help="kubeconfig's context (default: the environment's `cluster`)")
_AUDIENCE = Option("--audience", metavar="NAME", default="shunter", help="whom the tokens are for (default: shunter)")
_PREVIEWS = switch("--previews", help="in the namespace that the environment's previews share, NAMESPACE-preview")

COMMANDS: tuple[Command, ...] = (
    Command(
        ("deploy",),
        "make clusters run what environments pin, one release for each, by helm",
        "shunter.cli.verbs.deploy:deploy",
        (
            Option(
                "environments",
                takes="many",
                metavar="ENV",
                help="environments, stage:NAME, group:NAME, one after the other (default: the one you are in)",
            ),
            switch("--plan", help="change nothing; ask the server what would change, restart and be refused"),
            Option(
                "--from", name="promise", metavar="FILE", help="do what `deploy --plan -o json` has shown, or nothing"
            ),
            Option(
                "--on-failure",
                choices=("rollback", "stop"),
                default="rollback",
                help="rollback: back to the revision before; stop: leave it as it is",
            ),
            Option(
                "--conflicts",
                choices=("refuse", "take"),
                default="refuse",
                help="fields that somebody else has set in the cluster: change nothing, or take them",
            ),
            switch("--drop-settings", help="let settings go that somebody gave the release by hand"),
            switch("--recover", help="a release that a killed run left locked: say what it is, and go on"),
            switch("--older", help="go on although the cluster has a later change of it than this checkout"),
            Option(
                "--timeout", metavar="TIME", default="10m", help="how long to wait for one environment, such as 90s"
            ),
            Option(
                "--soak",
                metavar="SECONDS",
                kind=int,
                default=0,
                help="stay well for so long before the next one is begun",
            ),
            VALUES,
            Option("--preview", metavar="REQUEST", help="a release for this request, as preview.yaml of ENV says"),
            switch("--end", help="take --preview, or --release, away, and the namespace that was made for it"),
            Option("--release", metavar="NAME", help="a release beside the environment's own, of whatever name"),
            Option("--namespace", metavar="NAME", help="its namespace (default: the environment's)"),
            _CONTEXT,
            Option("--helm", metavar="PATH", help="the helm binary, 3.14 or newer (default: helm on PATH)"),
            DONE,
        ),
        (
            "shunter deploy tst",
            "shunter deploy pro --plan",
            "shunter deploy stage:production --soak 300",
            "shunter deploy tst --recover",
            "shunter deploy tst --preview 12",
            "shunter deploy tst --preview 12 --end",
        ),
    ),
    Command(
        ("rights", "show"),
        "print the ServiceAccount, Role and RoleBinding that deploying needs, for `kubectl apply -f -`",
        "shunter.cli.verbs.rights:show",
        (
            _ENVIRONMENTS,
            switch("--oidc", help="bind the user that a job of the environment's repository is, too (`rights issuer`)"),
            _PREVIEWS,
            ENGINE,
            OUTPUT,
        ),
        ("shunter rights show tst | kubectl apply -f -", "shunter rights show stage:production --oidc"),
    ),
    Command(
        ("rights", "check"),
        "ask the cluster whether you have each right that deploying needs",
        "shunter.cli.verbs.rights:check",
        (_ENVIRONMENTS, _CONTEXT, _PREVIEWS, ENGINE, DONE),
        ("shunter rights check tst", "shunter rights check stage:production"),
    ),
    Command(
        ("rights", "issuer"),
        "print how an API server is told to believe tokens of the forge's jobs (--authentication-config)",
        "shunter.cli.verbs.rights:issuer",
        (_ENVIRONMENTS, _AUDIENCE, OUTPUT),
        ("shunter rights issuer tst", "shunter rights issuer stage:production --audience https://k8s.example"),
    ),
    Command(
        ("rights", "kubeconfig"),
        "print a kubeconfig for the forge's jobs: without a password, they show their tokens",
        "shunter.cli.verbs.rights:kubeconfig",
        (
            _ENVIRONMENTS,
            Option("--server", metavar="URL", help="the API server's address, https://HOST:PORT"),
            Option("--authority", metavar="FILE", help="its certificate (PEM), if it is a private one"),
            _AUDIENCE,
            OUTPUT,
        ),
        ("shunter rights kubeconfig tst --server https://k8s.example:6443 --authority ca.crt",),
    ),
    Command(
        ("rights", "token"),
        "print the token of the job that runs here, as such a kubeconfig asks for it",
        "shunter.cli.verbs.rights:token",
        (_AUDIENCE,),
        ("shunter rights token",),
    ),
    Command(
        ("rights", "protect"),
        "print commands of gh or glab that protect default branches and environments",
        "shunter.cli.verbs.rights:protect",
        (),
        ("shunter rights protect",),
    ),
)
