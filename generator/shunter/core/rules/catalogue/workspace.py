"""Rules about pins, trains, charts and the layout."""

from __future__ import annotations

from typing import Final

from shunter.core.rules.catalogue.rule import lint, verdict
from shunter.model.findings import Severity

WORKSPACE: Final = (
    lint(
        "digest-mismatch",
        Severity.ERROR,
        "a chart that is not the one that was pinned",
        "The digest of a vendored or registered chart differs from the one in the pin. Helm never checks vendored "
        "charts. `shunter lock` restores it; a changed chart needs a version of its own.",
    ),
    lint(
        "chart-not-pinned",
        Severity.ERROR,
        "a chart in `charts/` that nobody pinned",
        "Helm renders whatever lies in `charts/`, listed or not. `shunter lock` removes what it put there itself and "
        "no longer pins.",
    ),
    lint(
        "values-copy",
        Severity.ERROR,
        "a copy of a shared values file that was edited",
        "Where each environment has a repository, values files that several share stand in the workspace's, and "
        "`shunter lock` puts a copy into each. Edit the file there, and lock.",
    ),
    lint(
        "pins-differ",
        Severity.ERROR,
        "a Chart.yaml that pins something else than the record",
        "What an environment runs stands in `.shunter/train.yaml`, its record, and Chart.yaml follows from it. A merge "
        "that was resolved in one of the two, or an edit of Chart.yaml, leaves them apart: `shunter lock ENV --follow "
        "record` derives Chart.yaml again, `--follow chart` takes over what Chart.yaml pins.",
    ),
    lint(
        "version-taken",
        Severity.ERROR,
        "another chart has this version already",
        "A published version never changes. Raise `version` in Chart.yaml to package a changed chart.",
    ),
    lint(
        "not-packaged",
        Severity.WARNING,
        "a chart with changes that nobody published",
        "A train pins published charts. This one differs from what is published under its version, or its version is "
        "not published: raise `version`, and publish it. A library that was edited without a version of its own "
        "reaches no app. `rules: {not-packaged: error}` lets no train go without it.",
    ),
    lint(
        "dirty-chart",
        Severity.ERROR,
        "a chart that no commit holds",
        "`shunter package --allow-dirty` publishes what is not committed, and marks the version `+dirty`. Nobody can "
        "say later what is in it, so no train takes it: commit, and package a version.",
    ),
    lint(
        "train-exists",
        Severity.ERROR,
        "a train of this version exists",
        "A train never changes once it is cut: environments name it by its version. Cut a new version.",
    ),
    lint(
        "update-conflict",
        Severity.ERROR,
        "the template and a person changed the same lines, or something is where the template moves a file or a key",
        "An update could not merge a file by itself. Both versions of a text are in it, between markers; keep what is "
        "right and commit. Of a link or a binary file the person's is in its place, and the template's in git's index. "
        "A file that git ignores stays as it is, and what the template makes of it is put aside. What a release "
        "moves, and finds something else in its new place, stays where it is: move "
        "it by hand.",
    ),
    lint(
        "redundant-value",
        Severity.NOTE,
        "a value that the file below sets already",
        "Of an environment's values files the last one wins. Where it says what one before it says, it changes "
        "nothing, and hides the day on which that one changes. A shared file is told of where it is so in all "
        "environments. `upgrade-check` says it of values that are the new version's defaults.",
    ),
    lint(
        "missing-in-environment",
        Severity.NOTE,
        "a value that all other environments set",
        "All other environments that run the service set this key, two at least, and this one has the chart's default. "
        "Often somebody forgot it here. `global` counts as well. The first environment of a route may lack what it "
        "likes, unless another first one sets it. If the default is right, say "
        "`rules: {missing-in-environment: off}` in `shunter.yaml`.",
    ),
    lint(
        "values-left",
        Severity.WARNING,
        "values of a service that is gone",
        "The service was removed, or is declared here no more, and its section is still there. Helm ignores it, and no "
        "promotion stops for it. Delete it once no train that you may go back to needs it.",
    ),
    lint(
        "image-tag-in-environment",
        Severity.WARNING,
        "an image tag or digest that an environment sets",
        "The tag defaults to the chart's `appVersion`, and `package --image` puts a digest into the chart, so that a "
        "promotion moves chart and image together. Where the environment sets `image.digest`, or `image.tag` of a "
        "chart without a digest, a promotion moves the chart only. A tag alone has no effect on a chart that is pinned "
        "by a digest: that wins, until the environment sets another one, or an empty one.",
    ),
    lint(
        "chart-name",
        Severity.ERROR,
        "a service's chart that is called otherwise",
        "Registries and trains know a chart by the `name` in its Chart.yaml, and that of a service is the service's. "
        "With another name it is published as that, perhaps as another service's next version, and no train finds it. "
        "`shunter rename` gives a service another name.",
    ),
    lint(
        "image-elsewhere",
        Severity.WARNING,
        "a service's chart that names another image than the one CI pushes",
        "CI pushes a service's image to `registries.images` in `shunter.yaml`, and pins it in the chart that it "
        "publishes for the same commit. A chart whose values.yaml names another repository cannot be published then. "
        "`shunter update` takes a change of `registries.images` into charts whose image nobody changed.",
    ),
    lint(
        "drift",
        Severity.WARNING,
        "the workspace file and a repository disagree",
        "A repository differs from what `shunter.yaml` would make. Commands use the repository as it is; "
        "`shunter update` brings it in line.",
    ),
    lint(
        "helm-lint",
        Severity.WARNING,
        "what `helm lint` says",
        "A message of Helm's own linter, passed on with its severity.",
    ),
)

OWN_FILES: Final = (
    verdict(
        "unknown-name",
        "a name that nothing has",
        "`shunter.yaml` names an environment, a service or a rule that does not exist, such as `promotes-from: tset` "
        "where the environment is called `tst`.",
    ),
    verdict(
        "promotion-circle",
        "environments that promote from one another",
        "Trains enter at an environment without `promotes-from`. In a circle there is none: remove one of them.",
    ),
    verdict(
        "uncallable",
        "a service that calls itself, or one without a Service",
        "`calls` gives a service the URLs of others. A worker and a cron job have no Service, and that of an existing "
        "chart is known to nobody here: its address stands in `env` of the caller's values.",
    ),
    verdict(
        "values-elsewhere",
        "a shared values file in a folder that belongs to something else",
        "Environments share values files that lie beside their folders, such as `envs/common.yaml`, named "
        "`../common.yaml` in `values:`. One in the folder of an environment, a chart or a service belongs to that.",
    ),
    verdict(
        "name-taken",
        "a name that something else has",
        "A service called `global` would hide the values that Helm hands to every chart, two repositories of one name "
        "would be one folder, and an image and a chart of one name and place would have one tag. Rename one of them in "
        "`shunter.yaml`, or give charts a place of their own.",
    ),
    verdict(
        "monolith-services",
        "a monolith of several services, or of none",
        "`layout: {code: monolith}` puts the code of the one service that has any into the workspace's repository. "
        "With several, use `code: mono`.",
    ),
    verdict(
        "reusable-nowhere",
        "pipelines that call a repository without an address",
        "With `pipelines: reusable` each repository calls what the workspace's repository holds, by its path there: "
        "`repositories.url` in `shunter.yaml` says where that is. `pipelines: inline` needs none.",
    ),
    verdict(
        "deployed-from-nowhere",
        "objects of a GitOps controller for repositories without an address",
        "With `deployment: argo` or `flux` a controller reads the repository of each environment: `repositories.url` "
        "in `shunter.yaml` says where that is; for Flux by http, https or ssh. `deployment: gitops` writes no objects, "
        "and needs none.",
    ),
    verdict(
        "not-apart",
        "apps that are to be deployed each on its own, and cannot be",
        "Charts make names of objects, and of those that they call, after the release, and Flux needs another one for "
        "each app. Argo CD does not, and `shunter deploy` gives Helm what is rendered. So `releases: app` of an "
        "environment needs `deployment: helm` or `argo`.",
    ),
    verdict(
        "fixed-level",
        "a level for what is always refused",
        "`rules:` in `shunter.yaml` sets the levels of lints. What Helm refuses stays an error, whatever is there.",
    ),
    verdict(
        "train-file-name",
        "a train in the file of another one",
        "A train is found by its version: `trains/1.4.0.yaml` holds train 1.4.0. Restore the file; to change a train, "
        "cut a new one.",
    ),
)
