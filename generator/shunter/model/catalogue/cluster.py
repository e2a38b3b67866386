"""Rules about what a release brings into a cluster: its named templates, its objects, and their APIs."""

from __future__ import annotations

from typing import Final

from shunter.model.catalogue.rule import lint
from shunter.model.findings import Severity

RELEASE: Final = (
    lint(
        "define-collision",
        Severity.ERROR,
        "two charts define one named template differently",
        "Names of templates are global in a release: of two bodies of `app.labels`, one renders both charts. The "
        "umbrella's wins, then that of the chart nearer to it, then the alphabetically first. Helm says nothing. "
        "Equal bodies are no collision.",
    ),
    lint(
        "duplicate-object",
        Severity.ERROR,
        "two templates render one object",
        "Two charts of an environment render the same kind, namespace and name. `helm template` and `helm lint` say "
        "nothing; an installation fails, or the last one wins. Give one of them another name.",
    ),
)
