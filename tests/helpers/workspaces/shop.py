"""The umbrella of the ten typical mistakes: chart svc under the aliases api and web, and a valid environment file."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from helpers.fuzz.yaml_fuzz import scalar

SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "additionalProperties": False,
    "required": ["image"],
    "properties": {
        "replicaCount": {"type": "integer", "minimum": 0},
        "image": {
            "type": "object",
            "additionalProperties": False,
            "required": ["repository", "tag"],
            "properties": {
                "repository": {"type": "string"},
                "tag": {"type": "string"},
                "pullPolicy": {"enum": ["Always", "IfNotPresent", "Never"]},
            },
        },
        "service": {"type": "object", "properties": {"port": {"type": "integer", "minimum": 1, "maximum": 65535}}},
        "hosts": {"type": "array", "items": {"type": "string", "minLength": 1}},
        "debug": {"type": "string", "enum": ["on", "off"]},
        "global": {},
        "enabled": {"type": "boolean"},
    },
}

ROOT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "api": {"type": "object", "properties": {"enabled": {"type": "boolean"}}},
        "web": {"type": "object"},
        "global": {},
        "tags": {"type": "object"},
    },
}

VALUES = """\
# {0}
api:
  replicaCount: 3
  image:
    repository: x/y
    tag: "1.0"
    pullPolicy: IfNotPresent
  service:
    port: 8080
  debug: "on"
  hosts: [a.example, b.example]
"""


def files(*, condition: bool = False, root_schema: bool = False) -> dict[str, str]:
    """The umbrella's files."""
    switch = ", condition: api.enabled" if condition else ""
    result = {
        "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n"
        f"- {{name: svc, version: 1.2.0, alias: api{switch}, repository: ''}}\n"
        "- {name: svc, version: 1.2.0, alias: web, repository: ''}\n",
        "values.yaml": "api: {image: {tag: a}}\n",
        "templates/show.yaml": "{{ toJson .Values }}",
        "charts/svc/Chart.yaml": "apiVersion: v2\nname: svc\nversion: 1.2.0\n",
        "charts/svc/values.yaml": "replicaCount: 1\nimage:\n  repository: r\n  tag: '1'\n  pullPolicy: Always\n"
        "service: {port: 80}\ndebug: 'off'\n",
        "charts/svc/values.schema.json": json.dumps(SCHEMA, indent=1),
    }
    if root_schema:
        result["values.schema.json"] = json.dumps(ROOT_SCHEMA)
    return result


_LINES = (
    "web: null", "web: {}", "web: {replicaCount: x}", "web: true", "api: null", "tags: {a: false}", "global: {x: 1}",
    "  enabled: false", '  enabled: "no"', "  global: null", "---", "web: {image: {tag: 3}}", "web: {image: null}",
    "  image: {}", "  hosts: [1]", "  hosts: [a, '']", "web: {hosts: [x, {a: b}]}", "svc: {a: 1}",
)  # fmt: skip
_VALUES = (
    "null",
    "[]",
    "{}",
    '"x"',
    "{a: 1}",
    "[1]",
    "true",
    "on",
    "1.10",
    "~",
    "",
    "Always",
    "always",
    "70000",
    "'80'",
)
_KEYS = (
    "svc",
    "api",
    "web",
    "global",
    "tag",
    "image",
    "port",
    "replicaCount",
    "enabled",
    "tags",
    "debug",
    "x",
    "hosts",
)


def mutated(random: Random, text: str) -> str:
    """The text with one to three of the mistakes that people make in values files."""
    lines = text.split("\n")
    for _ in range(random.choice((1, 1, 2, 3))):
        index = random.randrange(len(lines))
        lines[index : index + 1] = _mutated_line(random, lines[index], lines)
        lines = lines or [""]
    return "\n".join(lines)


def _mutated_line(random: Random, line: str, lines: list[str]) -> list[str]:
    roll = random.random()
    key, colon, _ = line.partition(":")
    if roll < 0.25 and colon:
        return [f"{key}: {random.choice((scalar(random), scalar(random), *_VALUES))}"]
    if roll < 0.4 and colon:
        name = key.strip()
        return [line.replace(name, random.choice((*_KEYS, name[:-1], f"{name}s", name.upper())), 1)]
    if roll < 0.5:
        return [f"  {line}"]
    if roll < 0.6:
        return [line.removeprefix("  ")]
    if roll < 0.7:
        return []
    if roll < 0.8:
        return [random.choice(lines), line]
    if roll < 0.9:
        return [random.choice(_LINES), line]
    return [line + random.choice((" # c", " x", ":", '"'))]
