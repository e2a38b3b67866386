"""What a template writes into an app chart's values, image and port, and how it follows shunter.yaml later."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, Final

from shunter.core.goyaml.document import read
from shunter.core.rules.fixes import with_edit
from shunter.model.findings import TextEdit

REPOSITORY: Final = ("image", "repository")
"""The key of an app chart's values that names its image."""


PORT: Final = ("service", "port")
"""The key of an app chart's values that names its port."""


def followed(values: bytes, recorded: Mapping[str, Any], desired: Mapping[str, Any]) -> bytes:
    """An app chart's values.yaml with what its template wrote by `recorded` answers as `desired` ones have it."""
    values = with_image(values, named_image(recorded), named_image(desired))
    return _with(values, PORT, *(str(answers.get("port", "")) for answers in (recorded, desired)))


def named_image(answers: Mapping[str, Any]) -> str:
    """What an app chart's template calls its image, without a tag, by the chart's answers."""
    return posixpath.join(str(answers.get("image_registry", "")), str(answers.get("name", "")))


def with_image(values: bytes, was: str, now: str) -> bytes:
    """An app chart's values.yaml with the image `now` where `was` stands, in its quotes; another image stays.

    A values file is its person's, but nobody chose a name that is still the one that the template wrote.
    """
    return _with(values, REPOSITORY, was, now)


def _with(values: bytes, key: tuple[str, ...], was: str, now: str) -> bytes:
    document = read(values, "values.yaml")
    raw = document.raw(key)
    if was == now or not was or raw not in (was, f"'{was}'", f'"{was}"'):
        return values
    return with_edit(values, TextEdit(document.span(key), raw.replace(was, now)))
