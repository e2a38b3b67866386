"""`schema infer`: a schema for the values of a chart that has none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from shunter.core.charts.contents import read_once
from shunter.core.charts.load import Chart
from shunter.core.contracts.infer import Inferred, infer
from shunter.core.goyaml.document import Document
from shunter.core.values.coalesce import coalesce
from shunter.core.values.sops import decrypted_shape
from shunter.flows.release.layers import values_file
from shunter.flows.release.named import any_chart
from shunter.flows.workspace.context import Context
from shunter.model.data import replace
from shunter.model.errors import ShunterError
from shunter.model.files import Tree
from shunter.model.findings import Report
from shunter.model.wording import dotted

_FOR_TRIAL: Final = re.compile(r"ci/.*values\.ya?ml|values[-.](?!schema).*\.ya?ml")
_MOST_NAMED: Final = 8


def infer_schema(context: Context, name: str, values: Sequence[str] = ()) -> Report:
    """The schema of draft 7 of a chart's values, which takes its own, those that it is tried with, and `values`.

    Raises ShunterError where there is no such chart, or a file of it or of `values` cannot be read.
    """
    files = any_chart(context, name)
    asked = [values_file(context, file) for file in values]
    layers = [*_trials(files.tree, files.label), *asked]
    for layer in layers:
        for finding in layer.findings:
            raise ShunterError(finding.message, hint=finding.hint, span=finding.span)
    inferred = infer(files.chart, list(_samples(files.chart, layers)))
    text = json.dumps(inferred.schema, indent=2, ensure_ascii=False) + "\n"
    return Report(product=text, notices=(*inferred.notes, *_told(inferred)))


def _trials(tree: Tree, label: str) -> Iterator[Document]:
    """The values files that a chart is tried with, by the conventions of chart-testing."""
    for path in sorted(tree.paths()):
        state = tree.get(path) if _FOR_TRIAL.fullmatch(path) else None
        if state is not None:
            yield read_once(state.data, f"{label}/{path}")


def _samples(chart: Chart, layers: Sequence[Document]) -> Iterator[dict[str, Any]]:
    """The final values of the chart alone and with each of the files; none where Helm stops before any schema."""
    for passed in ([], *([layer] for layer in layers)):
        coalesced = coalesce(replace(chart, values=decrypted_shape(chart.values)), list(map(decrypted_shape, passed)))
        if coalesced.slices:
            yield coalesced.slices[0].values


def _told(inferred: Inferred) -> Iterator[str]:
    sure = inferred.keys - len(inferred.unsure)
    share = 100 * sure // max(inferred.keys, 1)
    named = ", ".join(map(dotted, inferred.unsure[:_MOST_NAMED])) + (", ..." * (len(inferred.unsure) > _MOST_NAMED))
    yield f"sure of {sure} of {inferred.keys} keys ({share} %)" + (f"; loose: {named}" if named else "")
