"""The catalogue of rules: what each finding's id means, at which level it stands by default, and why it matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shunter.model.findings import Kind, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `explanation` is for `lint --explain`: two to four sentences, with an example."""

    id: str
    kind: Kind
    severity: Severity
    title: str
    explanation: str


def _verdict(rule: str, title: str, explanation: str) -> Rule:
    return Rule(rule, Kind.VERDICT, Severity.ERROR, title, explanation)


def _lint(rule: str, severity: Severity, title: str, explanation: str) -> Rule:
    return Rule(rule, Kind.LINT, severity, title, explanation)


_READING: Final = (
    _verdict(
        "yaml-syntax",
        "the file is no YAML",
        "Helm cannot parse the file. A tab that indents, an unquoted value that holds `: ` (`title: a: b`) and a "
        "bracket that never closes are the usual causes. The place is where the parser gave up; the cause may stand "
        "above it.",
    ),
    _verdict(
        "yaml-root",
        "the file holds no map",
        "A values file is a map of keys at its top. A file that holds a list (`- a`) or one word is refused by Helm.",
    ),
    _verdict(
        "yaml-separator",
        "text follows `---`",
        "Helm splits a file at lines that start with `---`, and refuses text other than a comment behind it. "
        "Write `---` on a line of its own.",
    ),
    _verdict(
        "yaml-number",
        "a number that JSON cannot hold",
        "Helm passes values on as JSON, which has no infinity and no NaN: `limit: .inf` stops it. Quote the text, or "
        "write a number.",
    ),
    _verdict(
        "yaml-key",
        "a key that Helm cannot use",
        "Keys must be text, or something that becomes text. A null key (`~: a`), a list or a map as key, and an "
        "integer above 2^63 are refused. Quote the key if it is meant as text.",
    ),
    _verdict(
        "yaml-alias",
        "an alias that never ends",
        "An anchor whose value contains itself (`x: &a [*a]`) and aliases that expand to more than Go's decoder allows "
        "are refused by Helm. Write the values out.",
    ),
    _verdict(
        "yaml-merge",
        "`<<` merges no map",
        "The merge key `<<` takes a map, or a list of maps: `<<: *defaults`. Anything else is refused by Helm.",
    ),
    _verdict(
        "yaml-tag",
        "a tag that the value does not fit",
        "An explicit tag such as `!!int` makes Helm check the value: `!!int x` is refused. Drop the tag, or quote.",
    ),
    _verdict(
        "yaml-encoding",
        "bytes that YAML does not allow",
        "Values files are UTF-8 without control characters. A NUL, a bell or Latin-1 text stops Helm.",
    ),
    _lint(
        "file-too-large",
        Severity.ERROR,
        "a file above 5 MiB",
        "Helm loads no chart file above 5 MiB, and a values file of that size is no configuration. It is not judged.",
    ),
    _lint(
        "too-deep",
        Severity.ERROR,
        "values nested deeper than 200 levels",
        "Validators recurse, so values that nest deeper than 200 levels are not judged. Helm gives up at 10,000.",
    ),
)

_HAZARDS: Final = (
    _lint(
        "duplicate-key",
        Severity.ERROR,
        "a key is set twice in one map",
        "YAML forbids it, Helm silently keeps the last: of `replicas: 3` and, lines below, `replicas: 5` only 5 "
        "counts. Delete one of the two.",
    ),
    _lint(
        "colliding-keys",
        Severity.ERROR,
        "two spellings of one key",
        'The keys `1` and `"1"` are different to YAML and the same to Helm, which keeps either of them at random '
        "from run "
        "to run. Rename one.",
    ),
    _lint(
        "boolean-key",
        Severity.WARNING,
        "an unquoted key that is a boolean",
        'Helm reads YAML 1.1: the keys `y`, `on`, `no` are booleans and become "true" or "false". A key `y: 1` is '
        "addressed as `.Values.true`. Quote it.",
    ),
    _lint(
        "number-key",
        Severity.WARNING,
        "an unquoted key that becomes another number",
        'Number keys are turned into text after they were read: `0777: a` becomes the key "511". Quote the key.',
    ),
    _lint(
        "yaml-1.1-boolean",
        Severity.WARNING,
        "`on`, `off`, `yes`, `no`, `y` or `n` without quotes",
        "Helm reads YAML 1.1, where these words are booleans; editors read YAML 1.2, where they are text. "
        'Write `true` or `false`, or quote: `debug: "on"`.',
    ),
    _lint(
        "leading-zero",
        Severity.WARNING,
        "a number with a leading zero",
        "Helm reads `0777` as octal (511) and `08` as 8. Quote what is an identifier, and write octal as `0o777`.",
    ),
    _lint(
        "trailing-zero",
        Severity.WARNING,
        "a version that is a number",
        "Without quotes `1.10` is the number 1.1: the zero is lost. Versions and tags need quotes.",
    ),
    _lint(
        "big-number",
        Severity.ERROR,
        "an integer above 2^53",
        "Helm holds numbers as float64: 9007199254740993 becomes 9007199254740992. Quote what is an identifier.",
    ),
    _lint(
        "exponent-number",
        Severity.NOTE,
        "an integer from 1,000,000 on",
        "A template that prints it with `{{ .Values.x }}` gets 1e+06. Quote it, or convert it there with `| int64`.",
    ),
    _lint(
        "multi-document",
        Severity.WARNING,
        "several YAML documents in one values file",
        "Helm 4 merges the documents of a values file, Helm 3 reads the first only. Keep one document per file.",
    ),
    _lint(
        "ignored-document",
        Severity.ERROR,
        "text behind `...`",
        "Helm stops reading a document at `...`; what follows it is lost without a word.",
    ),
    _lint(
        "merge-order",
        Severity.WARNING,
        "`<<` below the keys that it replaces",
        "Helm applies `<<` where it stands: with `q: 3` above `<<: *a`, the anchor's `q` wins. Other YAML readers "
        "keep 3. Put `<<` first.",
    ),
)

_SCHEMA: Final = (
    _verdict(
        "type",
        "a value of the wrong type",
        "The chart's schema asks for another type: `port: http` where an integer is wanted. Helm refuses it.",
    ),
    _verdict(
        "unquoted-string",
        "text that needs quotes",
        "The schema wants a string, and without quotes YAML reads something else: `tag: 1.10` is the number 1.1, "
        '`debug: on` the boolean true. Quote it: `tag: "1.10"`.',
    ),
    _verdict(
        "quoted-value",
        "a number or boolean in quotes",
        'The schema wants a number or a boolean, and the quotes make it a string: `replicas: "3"`. Remove the quotes.',
    ),
    _verdict(
        "null-value",
        "null where a value is needed",
        "A null in a values file deletes the chart's default (`tag: null`); if the schema requires the key, Helm "
        "refuses the values. Where there is no default the null itself is checked. Drop the key to keep the default.",
    ),
    _verdict(
        "unknown-key",
        "a key that the schema does not know",
        "The schema is closed (`additionalProperties: false`), so a misspelt key is refused: `replicasCount` instead "
        "of `replicaCount`. After an upgrade of a chart it may also be obsolete.",
    ),
    _verdict(
        "missing-key",
        "a required key that nothing sets",
        "The schema requires the key, and neither a values file nor a default sets it. Add it where the environment's "
        "values stand.",
    ),
    _verdict(
        "indentation",
        "keys that lost their indentation",
        "A key is empty, and keys that belong below it stand beside it:\n`image:` and in the same column `tag: a`. "
        "Indent them.",
    ),
    _verdict(
        "enum",
        "a value that is not on the list",
        "The schema lists the values it allows, and upper and lower case matter: `pullPolicy: ifNotPresent` is not "
        "`IfNotPresent`.",
    ),
    _verdict("range", "a number out of range", "The schema sets a least or a greatest value: `port: 70000`."),
    _verdict(
        "length",
        "too short or too long",
        "The schema limits how many characters, items or keys the value may have: `hosts: []` where one is needed.",
    ),
    _verdict(
        "pattern",
        "text that does not match",
        "The schema gives a regular expression (Go's RE2) for the text, such as the names that Kubernetes allows.",
    ),
    _verdict(
        "format",
        "text of the wrong format",
        "The schema asks for a format such as `uri` or `ipv4`. Helm checks formats up to draft 7 of JSON Schema only.",
    ),
    _verdict(
        "alternatives",
        "a value that fits none of several forms",
        "The schema allows several forms (`anyOf`, `oneOf`), and the value fits none of them. The notes name what is "
        "wrong with the nearest one.",
    ),
    _verdict(
        "forbidden",
        "a value that must not be there",
        "The schema allows no value at this place (`false`), often in combination with another key.",
    ),
    _verdict(
        "constraint",
        "another constraint of the schema",
        "The schema refuses the value by one of its rarer keywords, such as `uniqueItems` or `multipleOf`.",
    ),
    _verdict(
        "schema-broken",
        "a schema that Helm cannot use",
        "Helm refuses all values of a chart whose `values.schema.json` is no JSON, is not valid in its draft, has a "
        "pattern that RE2 does not know, or refers to a file: `$ref: defs.json` is looked for in the root of the "
        "file system.",
    ),
    _lint(
        "remote-schema",
        Severity.ERROR,
        "a schema that needs the network",
        "Helm fetches `$ref: https://...` on every run, and fails without a network. What it says is not judged here. "
        "Bundle it into the schema.",
    ),
)

_SCHEMA_LINTS: Final = (
    _lint(
        "schema-unknown-keyword",
        Severity.WARNING,
        "a keyword that JSON Schema does not know",
        "An unknown keyword is ignored without a word: `tpye: string` allows everything. The rule names the keyword "
        "that was probably meant.",
    ),
    _lint(
        "schema-no-global",
        Severity.WARNING,
        "a closed schema without `global`",
        "Helm puts `global` into the values of every subchart. A schema with `additionalProperties: false` that does "
        "not list it refuses all values as soon as the chart is a dependency.",
    ),
    _lint(
        "schema-format-ignored",
        Severity.NOTE,
        "a format that Helm does not check",
        "Helm checks `format` up to draft 7 only; without `$schema`, and in 2019-09 and 2020-12, it is a comment. "
        "Add a `pattern`, or use draft 7.",
    ),
    _lint(
        "schema-size",
        Severity.NOTE,
        "a schema that costs render time",
        "Helm compiles a chart's schema again for every render and every alias. Above 100 KiB that is felt.",
    ),
)

_CONTENT: Final = (
    _lint(
        "plaintext-secret",
        Severity.WARNING,
        "what looks like a secret in plain text",
        "A values file is committed and printed in logs. A key such as `password` with a literal value, a private key "
        "or a token belongs into an external secret that the values name, or into a file that SOPS encrypted.",
    ),
    _lint(
        "deprecated-key",
        Severity.WARNING,
        "a key that the chart's schema marks as deprecated",
        "The schema says `deprecated: true` for this key: it still works and will go. The hint is the schema's "
        "description of it.",
    ),
)

_WIRING: Final = (
    _verdict(
        "chart-broken",
        "a chart that Helm cannot load",
        "Chart.yaml is missing or broken, two dependencies have one name, or `charts/` holds something that is no "
        "chart.",
    ),
    _verdict(
        "subchart-type",
        "a subchart's values are no map",
        "The value below a subchart's name is passed to it, so it must be a map: `orders: true` stops Helm. To "
        "switch a chart off, set its condition: `orders: {enabled: false}`.",
    ),
    _lint(
        "missing-dependency",
        Severity.ERROR,
        "a dependency that `charts/` does not hold",
        "Helm's engine renders nothing for a chart that is not there, and says nothing. Vendor it first.",
    ),
    _lint(
        "unknown-release",
        Severity.ERROR,
        "a chart's name instead of its alias",
        "A chart that is deployed under aliases is addressed by them: with `alias: api`, a block `svc:` reaches "
        "nobody, and Helm ignores it silently.",
    ),
    _lint(
        "unknown-alias",
        Severity.ERROR,
        "a block that no chart reads",
        "A block whose name is close to an alias, and is none: `wbe:` instead of `web:`. Helm ignores it silently.",
    ),
    _lint(
        "ignored-null",
        Severity.ERROR,
        "a null that does nothing",
        "Helm 4.2 ignores a null for a subchart's key in the umbrella's own values.yaml; the default stays. In a file "
        "passed with `-f` it deletes the default.",
    ),
    _lint(
        "condition-type",
        Severity.WARNING,
        "a condition that is no boolean",
        'Helm only listens to true and false: `enabled: "false"` leaves the chart switched on, with a warning in the '
        "log.",
    ),
    _lint(
        "disabled-values",
        Severity.WARNING,
        "wrong values of a chart that is switched off",
        "Helm does not validate the values of a disabled chart, so they fail on the day it is switched on.",
    ),
)

_WORKSPACE: Final = (
    _lint(
        "digest-mismatch",
        Severity.ERROR,
        "a chart that is not the one that was pinned",
        "The digest of a vendored or registered chart differs from the one in the pin. Helm never checks vendored "
        "charts. `shunter lock` restores it; a changed chart needs a version of its own.",
    ),
    _lint(
        "chart-not-pinned",
        Severity.ERROR,
        "a chart in `charts/` that nobody pinned",
        "Helm renders whatever lies in `charts/`, listed or not. `shunter lock` removes what is not pinned.",
    ),
    _lint(
        "library-too-old",
        Severity.ERROR,
        "a library older than a car was built with",
        "The umbrella's copy of the library chart renders every app. With one older than the app was built with, "
        "defines may be missing. Pin that version or a newer one.",
    ),
    _lint(
        "version-taken",
        Severity.ERROR,
        "another chart has this version already",
        "A published version never changes. Raise `version` in Chart.yaml to package a changed chart.",
    ),
    _lint(
        "not-packaged",
        Severity.ERROR,
        "a chart that changed since it was packaged",
        "A train pins published charts. This one differs from what is published under its version: raise `version`, "
        "and package it.",
    ),
    _lint(
        "train-exists",
        Severity.ERROR,
        "a train of this version exists",
        "A train never changes once it is cut: environments name it by its version. Cut a new version.",
    ),
    _lint(
        "stage-skipped",
        Severity.ERROR,
        "a promotion that leaves out a stage",
        "An environment promotes from the one before it, and this train was never there. Promote it there first; "
        "`--force` skips the stage, and the history says so.",
    ),
    _lint(
        "update-conflict",
        Severity.ERROR,
        "the template and a person changed the same lines",
        "An update could not merge a file by itself. Both versions are in the file, between markers; keep what is "
        "right and commit.",
    ),
    _lint(
        "image-tag-in-environment",
        Severity.WARNING,
        "an image tag that an environment sets",
        "The tag defaults to the chart's `appVersion`, so that a promotion moves chart and image together. Where the "
        "environment sets `image.tag`, a promotion moves the chart only.",
    ),
    _lint(
        "drift",
        Severity.WARNING,
        "the workspace file and a repository disagree",
        "A repository differs from what `shunter.yaml` would make. Commands use the repository as it is; "
        "`shunter update` brings it in line.",
    ),
    _lint(
        "helm-lint",
        Severity.WARNING,
        "what `helm lint` says",
        "A message of Helm's own linter, passed on with its severity.",
    ),
)

RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.id: rule for rule in _READING + _HAZARDS + _SCHEMA + _SCHEMA_LINTS + _CONTENT + _WIRING + _WORKSPACE}
)
"""All rules by id."""
