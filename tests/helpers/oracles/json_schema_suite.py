"""The official JSON Schema Test Suite: its groups by draft, and the documents that they refer to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers.oracles.outside_data import outside_data

DRAFTS = {
    "draft4": "http://json-schema.org/draft-04/schema#",
    "draft6": "http://json-schema.org/draft-06/schema#",
    "draft7": "http://json-schema.org/draft-07/schema#",
    "draft2019-09": "https://json-schema.org/draft/2019-09/schema",
    "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
}


def groups(draft: str, pattern: str = "*.json") -> Iterator[tuple[str, Any, list[dict[str, Any]]]]:
    """The groups of the suite: where they stand, the schema with its draft named, and the tests."""
    suite = outside_data("json-schema-test-suite")
    for path in sorted((suite / "tests" / draft).glob(pattern)):
        for group in json.loads(path.read_text()):
            schema = group["schema"]
            if isinstance(schema, dict):
                schema = {"$schema": DRAFTS[draft], **schema}
            yield f"{path.name}: {group['description']}", schema, group["tests"]


def remotes(suite: Path) -> dict[str, Any]:
    """The documents of the suite by the URLs that its schemas refer to."""
    return {
        f"http://localhost:1234/{path.relative_to(suite / 'remotes').as_posix()}": json.loads(path.read_text())
        for path in (suite / "remotes").rglob("*.json")
    }
