"""Verbs that judge, render and explain values and charts."""

from __future__ import annotations

from shunter.cli.options import ENGINE, FINDINGS, NO_CACHE, OUTPUT, RULE, SETS, VALUES, Command, Option, switch

COMMANDS: tuple[Command, ...] = (
    Command(
        ("validate",),
        "judge values files as Helm does, against the schemas of their charts",
        "shunter.cli.verbs.check:validate",
        (
            Option(
                "files",
                takes="many",
                metavar="FILE",
                help="values files, charts (also .tgz, oci://), folders (default: the workspace)",
            ),
            Option("-e", "--environment", metavar="ENV", help="only this environment"),
            VALUES,
            *SETS,
            switch("--fix", help="write safe fixes into the files; comments, order and quotes stay"),
            switch("--strict", help="warnings fail too"),
            RULE,
            Option("--schema-cache", metavar="DIR", help="copies of schemas that charts refer to by URL: HOST/PATH"),
            Option("--skip-schema", takes="many", metavar="NAME", help="do not judge by the schema of this dependency"),
            switch("--fetch", help="fetch charts that Applications and HelmReleases name from their registries"),
            NO_CACHE,
            switch("--watch", help="judge again whenever a file changes, until Ctrl-C"),
            switch("--exact", help="find keys that do nothing: change each one, and render (needs Helm)"),
            switch("--manifests", help="render, and check every object against Kubernetes' schemas (needs Helm)"),
            Option("--kube-version", metavar="A,B", help="Kubernetes versions (default: the newest 3)"),
            Option("--crds", metavar="DIR", help="schemas of custom resources: GROUP/KIND_VERSION.json"),
            ENGINE,
            FINDINGS,
        ),
        ("shunter validate", "shunter validate -e pre", "shunter validate envs/tst/values.yaml"),
    ),
    Command(
        ("lint",),
        "check charts, trains and the layout",
        "shunter.cli.verbs.check:lint",
        (
            Option("paths", takes="many", metavar="PATH", help="charts or folders (default: the workspace)"),
            switch("--strict", help="warnings fail too"),
            RULE,
            Option("--explain", metavar="RULE", help="explain a rule"),
            NO_CACHE,
            FINDINGS,
        ),
    ),
    Command(
        ("upgrade-check",),
        "say what another version of a chart does to values: keys refused, not read any more, defaults that change",
        "shunter.cli.verbs.check:upgrade",
        (
            Option("chart", metavar="CHART@NEW", help="service or chart, and a version, folder, .tgz, or oci://"),
            Option("--from", name="old", metavar="OLD", help="start from this one (default: what is pinned, or CHART)"),
            Option("-e", "--environment", metavar="ENV", help="only this environment"),
            VALUES,
            switch("--strict", help="warnings fail too"),
            RULE,
            FINDINGS,
        ),
        (
            "shunter upgrade-check postgresql@16.0.0",
            "shunter upgrade-check oci://ghcr.io/acme/web@2.0.0 --from 1.4.0 -f values.yaml",
        ),
    ),
    Command(
        ("render",),
        "print the manifests of an environment or any chart, rendered by Helm",
        "shunter.cli.verbs.render:render",
        (
            Option("environment", takes="optional", metavar="ENV|CHART", help="default: the one you are in"),
            Option("services", takes="many", metavar="SERVICE", help="only these services"),
            VALUES,
            *SETS,
            Option("--output-dir", metavar="DIR", help="write one file per chart template instead"),
            Option("--kube-version", metavar="VERSION", help="Kubernetes version to render for"),
            ENGINE,
        ),
        ("shunter render tst", "shunter render tst orders --set orders.replicaCount=3"),
        ("template",),
    ),
    Command(
        ("values", "explain"),
        "print the effective values of an app, and where each one comes from",
        "shunter.cli.verbs.values:explain",
        (
            Option("app", metavar="APP|CHART", help="the service, or a chart: folder, .tgz, oci://"),
            Option("-e", "--environment", metavar="ENV", help="in this environment (default: the chart alone)"),
            VALUES,
            *SETS,
            switch("--show-secrets", help="print what looks like a secret, too"),
            OUTPUT,
        ),
        ("shunter values explain orders -e tst", "shunter values explain orders -e tst -o json"),
    ),
    Command(
        ("diff",),
        "compare an environment with another, or with a train: versions, values, manifests",
        "shunter.cli.verbs.render:diff",
        (
            Option("environment", metavar="ENV", help="the environment"),
            Option("other", takes="optional", metavar="ENV|TRAIN", help="default: what it promotes from"),
            Option("--only", choices=("versions", "values", "manifests"), help="only this part"),
            switch("--cluster", help="compare with what its cluster has, by object and field"),
            Option("--context", metavar="NAME", help="the kubeconfig's context, with --cluster"),
            ENGINE,
        ),
        ("shunter diff pro pre", "shunter diff pro --cluster"),
    ),
)
