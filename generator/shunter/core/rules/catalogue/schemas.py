"""Rules about what a schema says of values, and about schemas themselves."""

from __future__ import annotations

from typing import Final

from shunter.core.rules.catalogue.rule import lint, verdict
from shunter.model.findings import Severity

SCHEMA: Final = (
    verdict(
        "type",
        "a value of the wrong type",
        "The chart's schema asks for another type: `port: http` where an integer is wanted. Helm refuses it.",
    ),
    verdict(
        "unquoted-string",
        "text that needs quotes",
        "The schema wants a string, and without quotes YAML reads something else: `tag: 1.10` is the number 1.1, "
        '`debug: on` the boolean true. Quote it: `tag: "1.10"`.',
    ),
    verdict(
        "quoted-value",
        "a number or boolean in quotes",
        'The schema wants a number or a boolean, and the quotes make it a string: `replicas: "3"`. Remove the quotes.',
    ),
    verdict(
        "null-value",
        "null where a value is needed",
        "A null in a values file deletes the chart's default (`tag: null`); if the schema requires the key, Helm "
        "refuses the values. Where there is no default the null itself is checked. Drop the key to keep the default.",
    ),
    verdict(
        "unknown-key",
        "a key that the schema does not know",
        "The schema is closed (`additionalProperties: false`), so a misspelt key is refused: `replicasCount` instead "
        "of `replicaCount`. After an upgrade of a chart it may also be obsolete.",
    ),
    verdict(
        "missing-key",
        "a required key that nothing sets",
        "The schema requires the key, and neither a values file nor a default sets it. Add it where the environment's "
        "values stand.",
    ),
    verdict(
        "indentation",
        "keys that lost their indentation",
        "A key is empty, and keys that belong below it stand beside it:\n`image:` and in the same column `tag: a`. "
        "Indent them.",
    ),
    verdict(
        "enum",
        "a value that is not on the list",
        "The schema lists the values it allows, and upper and lower case matter: `pullPolicy: ifNotPresent` is not "
        "`IfNotPresent`.",
    ),
    verdict("range", "a number out of range", "The schema sets a least or a greatest value: `port: 70000`."),
    verdict(
        "length",
        "too short or too long",
        "The schema limits how many characters, items or keys the value may have: `hosts: []` where one is needed.",
    ),
    verdict(
        "pattern",
        "text that does not match",
        "The schema gives a regular expression (Go's RE2) for the text, such as the names that Kubernetes allows.",
    ),
    verdict(
        "format",
        "text of the wrong format",
        "The schema asks for a format such as `uri` or `ipv4`. Helm checks formats up to draft 7 of JSON Schema only.",
    ),
    verdict(
        "alternatives",
        "a value that fits none of several forms",
        "The schema allows several forms (`anyOf`, `oneOf`), and the value fits none of them. The notes name what is "
        "wrong with the nearest one.",
    ),
    verdict(
        "forbidden",
        "a value that must not be there",
        "The schema allows no value at this place (`false`), often in combination with another key.",
    ),
    verdict(
        "constraint",
        "another constraint of the schema",
        "The schema refuses the value by one of its rarer keywords, such as `uniqueItems` or `multipleOf`.",
    ),
    verdict(
        "schema-broken",
        "a schema that Helm cannot use",
        "Helm refuses all values of a chart whose `values.schema.json` is no JSON, is not valid in its draft, has a "
        "pattern that RE2 does not know, or refers to a file: `$ref: defs.json` is looked for in the root of the "
        "file system.",
    ),
    lint(
        "remote-schema",
        Severity.ERROR,
        "a schema that needs the network",
        "Helm fetches `$ref: https://...` on every run, and fails without a network. What it says is not judged here. "
        "Bundle it into the schema.",
    ),
    lint(
        "schema-too-complex",
        Severity.ERROR,
        "a schema that no validator finishes with",
        "A chain of definitions, each with `anyOf: [{$ref: next}, {$ref: next}]`, doubles the work with every link: "
        "thirty of them keep Helm busy for hours. A schema with more than 100 million checks of one value is not used.",
    ),
)

SCHEMA_LINTS: Final = (
    lint(
        "schema-unknown-keyword",
        Severity.WARNING,
        "a keyword that JSON Schema does not know",
        "An unknown keyword is ignored without a word: `tpye: string` allows everything. The rule names the keyword "
        "that was probably meant.",
    ),
    lint(
        "schema-no-global",
        Severity.WARNING,
        "a closed schema without `global`",
        "Helm puts `global` into the values of every subchart. A schema with `additionalProperties: false` that does "
        "not list it refuses all values as soon as the chart is a dependency.",
    ),
    lint(
        "schema-reference-ignored",
        Severity.WARNING,
        "a reference that Helm does not follow",
        "Helm takes `$ref: urn:...` for a schema that allows everything, and says so in its log only. Define what it "
        "names in this schema, with that `$id`, or refer to it by a pointer.",
    ),
    lint(
        "schema-message-unread",
        Severity.WARNING,
        "a message of one's own that nobody reads",
        "`x-message` is a string, or a map from keywords beside it to strings. A map that names a keyword which is not "
        "there, such as `minimun`, says nothing to anybody.",
    ),
    lint(
        "schema-format-ignored",
        Severity.NOTE,
        "a format that Helm does not check",
        "Helm checks `format` up to draft 7 only; without `$schema`, and in 2019-09 and 2020-12, it is a comment. "
        "Add a `pattern`, or use draft 7.",
    ),
    lint(
        "schema-size",
        Severity.NOTE,
        "a schema that costs render time",
        "Helm compiles a chart's schema again for every render and every alias. Above 100 KiB that is felt.",
    ),
)
