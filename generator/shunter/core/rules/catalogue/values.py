"""Rules about what values say, and about an umbrella's wiring."""

from __future__ import annotations

from typing import Final

from shunter.core.rules.catalogue.rule import lint, verdict
from shunter.model.findings import Severity

CONTENT: Final = (
    lint(
        "plaintext-secret",
        Severity.WARNING,
        "what looks like a secret in plain text",
        "A values file is committed and printed in logs. A key such as `password` with a literal value, a private key "
        "or a token belongs into an external secret that the values name, or into a file that SOPS encrypted. "
        "Placeholders, what only says what is to be written (`password: password`), paths, addresses and names of "
        "secrets are none. In a list of variables the `name` beside a `value` counts.",
    ),
    lint(
        "deprecated-key",
        Severity.WARNING,
        "a key that the chart's schema marks as deprecated",
        "The schema says `deprecated: true` for this key: it still works and will go. The hint is the schema's "
        "description of it.",
    ),
    lint(
        "editor-schema",
        Severity.NOTE,
        "a values file whose schema editors do not find",
        "Editors complete and check an environment's values with the schema that the first lines name: "
        "`# yaml-language-server: $schema=.shunter/values.full.schema.json`. The comment is missing, or the file that "
        "it names is. `shunter validate --fix` writes it.",
    ),
    lint(
        "null-over-default",
        Severity.NOTE,
        "a null that deletes a map which templates read",
        "Helm deletes a default that a null overrides: after `service: null`, or after `service:` with nothing below "
        "it, a template that reads `.Values.service.port` fails. Drop the key to keep the default. Where the schema "
        "requires the key, Helm refuses the values. What a null of `global` deletes for the umbrella, its subcharts "
        "still get. A null over anything but such a map is how one says that there is to be no value.",
    ),
    lint(
        "not-a-table",
        Severity.WARNING,
        "a map over what is none, or the other way round",
        "A values file has a map where the chart's own values have a text, a number or a list, or one of those where "
        "they have a map. Helm takes the file's, drops the chart's, and at most says `Not a table` in its log. A "
        "template that reads the other shape fails. An empty default stands for any shape.",
    ),
    lint(
        "dropped-key",
        Severity.ERROR,
        "a key that the new version does not read any more",
        "`upgrade-check` follows values through the templates of both versions: the old ones read this key, the new "
        "ones do not, so what it asks for is gone without a word. A key of a like name, place and value is proposed. "
        "Where templates cannot be followed, it is a warning about a key that has no default any more.",
    ),
    lint(
        "changed-default",
        Severity.NOTE,
        "a default that changes under somebody who does not set it",
        "`upgrade-check` compares the defaults of both versions: this key is set in no values file, and its default is "
        "another one now. Set it if the old one was right.",
    ),
    lint(
        "unused-key",
        Severity.WARNING,
        "a key that no chart template reads",
        "Helm passes any value on, and one that no template reads does nothing: `replicas: 3` where the template says "
        "`.Values.replicaCount`. It is reported only where it is certain; keys that go into a merge or a computed "
        "template are left alone. `shunter validate --exact` proves it by rendering.",
    ),
    lint(
        "inactive-key",
        Severity.NOTE,
        "a key that does nothing as things are",
        "`shunter validate --exact` changed the key and rendered the same manifests, although some template reads it: "
        "`ingress.host` while `ingress.enabled` is false. It starts to count when the switch is turned.",
    ),
    lint(
        "encrypted-values",
        Severity.NOTE,
        "a values file that SOPS encrypted",
        "Its keys are judged, and an encrypted scalar fits wherever some scalar fits: `shunter validate` decrypts "
        "nothing. `render`, `diff` and `lint` decrypt it in memory with the program `sops`, take its metadata away as "
        "helm-secrets does, and show none of its values in messages. Where `lint` has no key for it, Helm's own lint "
        "is skipped, and this is a warning.",
    ),
    lint(
        "stray-values",
        Severity.ERROR,
        "a named file that belongs to no chart",
        "`shunter validate` was given a file with no Chart.yaml in its folder or above it, and that no environment "
        "lists in `values:`; or an Application or a HelmRelease in it names a folder or a file of its repository "
        "that is not there. What else was named is judged. Where other tools have files called values.yaml, turn the "
        "rule off, or leave them out of the commit hook with `exclude`.",
    ),
    lint(
        "unjudged-values",
        Severity.NOTE,
        "values of an Application or a HelmRelease that are judged in part",
        "The chart is in another repository or, without `--fetch`, in a registry, and only what its values say by "
        "themselves is judged; or other objects of the cluster have some of its values, and a required key that is in "
        "none of the others may be there. The note says what was not to be had.",
    ),
)

WIRING: Final = (
    verdict(
        "chart-broken",
        "a chart that Helm cannot load",
        "Chart.yaml is missing or broken, two dependencies have one name, or `charts/` holds something that is no "
        "chart.",
    ),
    lint(
        "not-a-file",
        Severity.ERROR,
        "something else where Helm reads a file",
        "A folder named `values.yaml` or `values.schema.json` is no such file: Helm reads nothing from it, and says "
        "nothing. A symbolic link that leads out of the chart is followed by Helm and not by shunter, so nothing is "
        "judged. Put a plain file there.",
    ),
    verdict(
        "subchart-type",
        "a subchart's values are no map",
        "The value below a subchart's name is passed to it, so it must be a map: `orders: true` stops Helm. To "
        "switch a chart off, set its condition: `orders: {enabled: false}`.",
    ),
    verdict(
        "import-circle",
        "values that are imported into themselves",
        "Helm shares the maps that `import-values` brings, so a map that is imported to a place inside of what it "
        "holds itself, such as `exports.data` to `b.c` beside `data`, where `exports.data` has `b`, ends up in itself. "
        "Helm then ends by `fatal error: stack overflow`, or takes all memory first; it is not asked here.",
    ),
    lint(
        "missing-dependency",
        Severity.ERROR,
        "a dependency that `charts/` does not hold",
        "Helm's engine renders nothing for a chart that is not there, and says nothing. Vendor it first.",
    ),
    lint(
        "lock-out-of-sync",
        Severity.ERROR,
        "a Chart.lock that does not belong to Chart.yaml",
        "The lock has a digest of all that Chart.yaml says of its dependencies. After an edit, even of a `condition` "
        "alone, `helm dependency build` refuses it, and so does what builds dependencies before it renders. "
        "`shunter lock`, or `helm dependency update` for charts that shunter did not make, writes it again.",
    ),
    lint(
        "unknown-release",
        Severity.ERROR,
        "a chart's name instead of its alias",
        "A chart that is deployed under aliases is addressed by them: with `alias: api`, a block `svc:` reaches "
        "nobody, and Helm ignores it silently.",
    ),
    lint(
        "unknown-alias",
        Severity.ERROR,
        "a block that no chart reads",
        "A block whose name is close to an alias, and is none: `wbe:` instead of `web:`. Helm ignores it silently.",
    ),
    lint(
        "ignored-null",
        Severity.ERROR,
        "a null that does nothing",
        "Helm 4.2 ignores a null for a subchart's key in the umbrella's own values.yaml; the default stays. In a file "
        "passed with `-f` it deletes the default.",
    ),
    lint(
        "condition-type",
        Severity.WARNING,
        "a condition that is no boolean",
        'Helm only listens to true and false: `enabled: "false"` leaves the chart switched on, with a warning in the '
        "log.",
    ),
    lint(
        "condition-name",
        Severity.WARNING,
        "a condition below a chart's name instead of its alias",
        "With `alias: web`, `condition: svc.enabled` is looked up where no values of this chart stand. Helm finds "
        "nothing there, and leaves the chart on.",
    ),
    lint(
        "alias-name",
        Severity.WARNING,
        "an alias that is no name for Kubernetes",
        "Helm takes `my_app` and `Web` for aliases. Charts name their objects after it, and Kubernetes refuses "
        "such names.",
    ),
    lint(
        "ambiguous-version",
        Severity.ERROR,
        "a range that two charts in `charts/` satisfy",
        "Where `charts/` holds a chart twice, under two aliases, a range may fit both. Helm takes the first that "
        "it comes upon, which is not the same one each time: one environment renders two ways. Name exact versions.",
    ),
    lint(
        "disabled-values",
        Severity.WARNING,
        "wrong values of a chart that is switched off",
        "Helm does not validate the values of a disabled chart, so they fail on the day it is switched on.",
    ),
)
