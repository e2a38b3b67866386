"""The image that a template writes into an app chart's values, and how it follows what shunter.yaml says later."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, Final

from shunter.core.goyaml.document import read
from shunter.core.rules.fixes import with_edit
from shunter.model.findings import TextEdit

REPOSITORY: Final = ("image", "repository")
"""The key of an app chart's values that names its image."""


def named_image(answers: Mapping[str, Any]) -> str:
    """What an app chart's template calls its image, without a tag, by the chart's answers."""
    return posixpath.join(str(answers.get("image_registry", "")), str(answers.get("name", "")))


def with_image(values: bytes, was: str, now: str) -> bytes:
    """An app chart's values.yaml with the image `now` where `was` stands, in its quotes; another image stays.

    A values file is its person's, but nobody chose a name that is still the one that the template wrote.
    """
    document = read(values, "values.yaml")
    raw = document.raw(REPOSITORY)
    if was == now or raw not in (was, f"'{was}'", f'"{was}"'):
        return values
    return with_edit(values, TextEdit(document.span(REPOSITORY), raw.replace(was, now)))
