"""Rules about what a release brings into a cluster: its named templates, its objects, and their APIs."""

from __future__ import annotations

from typing import Final

from shunter.core.rules.catalogue.rule import lint
from shunter.model.findings import Severity

RELEASE: Final = (
    lint(
        "define-collision",
        Severity.ERROR,
        "two charts define one named template differently",
        "Names of templates are global in a release: of two bodies of `app.labels`, one renders both charts. The "
        "umbrella's wins, then that of the chart nearer to it, then the alphabetically first. Helm says nothing, so "
        "`train cut`, `promote` and `validate` refuse two cars of which one would not render as it does alone. Equal "
        "bodies are no collision.",
    ),
    lint(
        "duplicate-object",
        Severity.ERROR,
        "two templates render one object",
        "Two charts of an environment render the same kind, namespace and name. `helm template` and `helm lint` say "
        "nothing; an installation fails, or the last one wins. Give one of them another name.",
    ),
    lint(
        "serial-hooks",
        Severity.NOTE,
        "hooks of several charts that wait for each other",
        "A release has one queue of hooks, by weight: those of all charts run one after another, and one that fails "
        "fails the release of all. Five migrations of a minute are five minutes. Give them weights where their order "
        "matters, and take out of the release what can run later.",
    ),
    lint(
        "release-size",
        Severity.ERROR,
        "a release that does not fit into its Secret",
        "Helm keeps each revision in one Secret: the umbrella's own files, all values and manifests, packed. "
        "Kubernetes takes 1 MiB, and from 70 % of that on it is a warning, which names what is heaviest. Mostly "
        "it is files that nobody meant to ship: "
        "name them in `.helmignore`. `lint` renders, and knows all of it; `validate` and `promote` render nothing, and "
        "tell it where files and values alone are too much.",
    ),
)

MANIFESTS: Final = (
    lint(
        "manifest-invalid",
        Severity.ERROR,
        "an object that the API server refuses",
        "`shunter validate --manifests` renders each environment and holds every object against the schemas of "
        "Kubernetes and of custom resources: a field that does not exist (`replica: 3`), a wrong type, a missing "
        "field. Helm renders all of them without a word.",
    ),
    lint(
        "removed-api",
        Severity.ERROR,
        "an API that the Kubernetes version does not have",
        "The object's `apiVersion` was removed, or is not there yet: `policy/v1beta1` is gone since Kubernetes 1.25. "
        "The installation fails in a cluster of that version. The hint names the API that replaces it.",
    ),
    lint(
        "deprecated-api",
        Severity.WARNING,
        "an API that is about to go",
        "The object's `apiVersion` still works and will be removed, or its documentation says that it is deprecated. "
        "The cluster's next upgrade may break the environment.",
    ),
    lint(
        "unknown-kind",
        Severity.NOTE,
        "a custom resource without a schema",
        "Neither a chart's `crds/` nor the folder that `--crds` names has a schema of this kind, so its objects were "
        "not checked.",
    ),
)
