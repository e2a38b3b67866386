"""The embedded Helm's judgement on values by a schema."""

from __future__ import annotations

import json
import re
from typing import Any

from helpers.oracles.embedded_helm import METADATA, SHOW_VALUES, RefusedError, archive, values_of


def chart(schema: Any) -> bytes:
    """The archive of a chart with this schema."""
    return archive(
        {"Chart.yaml": METADATA, "templates/show.yaml": SHOW_VALUES, "values.schema.json": json.dumps(schema)}
    )


def refusal(data: bytes, passed: dict[str, Any]) -> str:
    """What Helm says against the values; empty if it takes them."""
    try:
        values_of(data, passed)
    except RefusedError as error:
        return str(error)
    return ""


def faulty(data: bytes, texts: list[str]) -> set[int]:
    """Which of the texts a schema of `additionalProperties` refuses."""
    said = refusal(data, {f"k{number}": text for number, text in enumerate(texts)})
    return {int(number) for number in re.findall(r"at '/k(\d+)'", said)}
