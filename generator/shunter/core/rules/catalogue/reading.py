"""Rules about reading a values file."""

from __future__ import annotations

from typing import Final

from shunter.core.rules.catalogue.rule import lint, verdict
from shunter.model.findings import Severity

READING: Final = (
    verdict(
        "yaml-syntax",
        "the file is no YAML",
        "Helm cannot parse the file. A tab that indents, an unquoted value that holds `: ` (`title: a: b`) and a "
        "bracket that never closes are the usual causes. The place is where the parser gave up; the cause may stand "
        "above it.",
    ),
    verdict(
        "merge-conflict",
        "a merge conflict that nobody has resolved",
        "git has left both versions in the file, between `<<<<<<<` and `>>>>>>>`. Keep what is right, and `git add` "
        "the file. Files that shunter derives are resolved by `shunter lock`.",
    ),
    verdict(
        "yaml-root",
        "the file holds no map",
        "A values file is a map of keys at its top. A file that holds a list (`- a`) or one word is refused by Helm.",
    ),
    verdict(
        "yaml-separator",
        "text follows `---`",
        "Helm splits a file at lines that start with `---`, and refuses text other than a comment behind it. "
        "Write `---` on a line of its own.",
    ),
    verdict(
        "yaml-number",
        "a number that JSON cannot hold",
        "Helm passes values on as JSON, which has no infinity and no NaN: `limit: .inf` stops it. Quote the text, or "
        "write a number.",
    ),
    verdict(
        "yaml-key",
        "a key that Helm cannot use",
        "Keys must be text, or something that becomes text. A null key (`~: a`), a list or a map as key, and an "
        "integer above 2^63 are refused. Quote the key if it is meant as text.",
    ),
    verdict(
        "yaml-alias",
        "an alias that never ends",
        "An anchor whose value contains itself (`x: &a [*a]`) and aliases that expand to more than Go's decoder allows "
        "are refused by Helm. Write the values out.",
    ),
    verdict(
        "yaml-merge",
        "`<<` merges no map",
        "The merge key `<<` takes a map, or a list of maps: `<<: *defaults`. Anything else is refused by Helm.",
    ),
    verdict(
        "yaml-tag",
        "a tag that the value does not fit",
        "An explicit tag such as `!!int` makes Helm check the value: `!!int x` is refused. Drop the tag, or quote.",
    ),
    verdict(
        "yaml-encoding",
        "bytes that YAML does not allow",
        "Values files are UTF-8 without control characters. A NUL, a bell or Latin-1 text stops Helm.",
    ),
    lint(
        "file-too-large",
        Severity.ERROR,
        "a file above 5 MiB, or with more than 300,000 values",
        "Helm loads no chart file above 5 MiB, and a values file of that size is no configuration. It is not judged, "
        "nor is one with more than 300,000 keys and values or more than 1,000 documents.",
    ),
    lint(
        "too-deep",
        Severity.ERROR,
        "values nested deeper than 200 levels",
        "Validators recurse, so values that nest deeper than 200 levels are not judged. Helm gives up at 10,000.",
    ),
    lint(
        "too-many-findings",
        Severity.WARNING,
        "more than 500 findings of one kind",
        "Only the first 500 findings of one source, such as the schema of one chart or the lints of one file, are "
        "shown. Correct those, and run again for the others; this one has the severity of the 501st.",
    ),
)

HAZARDS: Final = (
    lint(
        "duplicate-key",
        Severity.ERROR,
        "a key is set twice in one map",
        "YAML forbids it, Helm silently keeps the last: of `replicas: 3` and, lines below, `replicas: 5` only 5 "
        "counts. Delete one of the two.",
    ),
    lint(
        "colliding-keys",
        Severity.ERROR,
        "two spellings of one key",
        'The keys `1` and `"1"` are different to YAML and the same to Helm, which keeps either of them at random '
        "from run "
        "to run. Rename one.",
    ),
    lint(
        "boolean-key",
        Severity.WARNING,
        "an unquoted key that is a boolean",
        'Helm reads YAML 1.1: the keys `y`, `on`, `no` are booleans and become "true" or "false". A key `y: 1` is '
        "addressed as `.Values.true`. Quote it.",
    ),
    lint(
        "number-key",
        Severity.WARNING,
        "an unquoted key that becomes another number",
        'Number keys are turned into text after they were read: `0777: a` becomes the key "511". Quote the key.',
    ),
    lint(
        "yaml-1.1-boolean",
        Severity.WARNING,
        "`on`, `off`, `yes`, `no`, `y` or `n` without quotes",
        "Helm reads YAML 1.1, where these words are booleans; editors read YAML 1.2, where they are text. "
        'Write `true` or `false`, or quote: `debug: "on"`. A note where only a boolean can be meant.',
    ),
    lint(
        "leading-zero",
        Severity.WARNING,
        "a number with a leading zero",
        "Helm reads `0777` as octal (511) and `08` as 8. Quote what is an identifier, and write octal as `0o777`. "
        "Modes of files (`defaultMode: 0644`) are meant so.",
    ),
    lint(
        "trailing-zero",
        Severity.WARNING,
        "a version that is a number",
        "Without quotes `1.10` is the number 1.1: the zero is lost. Versions and tags need quotes.",
    ),
    lint(
        "big-number",
        Severity.ERROR,
        "an integer above 2^53",
        "Helm holds numbers as float64: 9007199254740993 becomes 9007199254740992. Quote what is an identifier.",
    ),
    lint(
        "exponent-number",
        Severity.NOTE,
        "an integer from 1,000,000 on",
        "A template that prints it with `{{ .Values.x }}` gets 1e+06. Quote it, or convert it there with `| int64`.",
    ),
    lint(
        "multi-document",
        Severity.WARNING,
        "several YAML documents in one values file",
        "Helm 4 merges the documents of a values file, Helm 3 reads the first only. Keep one document per file.",
    ),
    lint(
        "ignored-document",
        Severity.ERROR,
        "text behind the end of a document",
        "Helm stops reading a document at `...`, at a line that begins further left than the first key, and behind the "
        "bracket that closes it; what follows is lost without a word.",
    ),
    lint(
        "merge-order",
        Severity.WARNING,
        "`<<` below the keys that it replaces",
        "Helm applies `<<` where it stands: with `q: 3` above `<<: *a`, the anchor's `q` wins. Other YAML readers "
        "keep 3. Put `<<` first.",
    ),
)
