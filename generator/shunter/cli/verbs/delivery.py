"""version and changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from shunter.cli.output import table
from shunter.cli.parse import Arguments
from shunter.cli.session import open_session
from shunter.flows.delivery import changed as changes
from shunter.flows.delivery import version as versions
from shunter.model.data import replace
from shunter.model.findings import Report


def version(arguments: Arguments) -> Report:
    """`shunter version`."""
    asked = versions.Asked(arguments.names, arguments.ref, os.environ)
    report = versions.version(open_session(arguments), asked)
    if arguments.output == "env":
        return replace(report, product=_variables(report.data, one=len(arguments.names) == 1))
    rows = [row for name, found in report.data.items() for row in _rows(name, found)]
    return replace(report, product=table(rows, ("NAME", "IMAGE TAG", "CHART VERSION", "PUBLISHED", "OF")))


def _rows(name: str, found: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """A line for what a project has in one repository."""
    for repository in dict.fromkeys(item["repository"] for item in found.values()):
        here = {kind: item for kind, item in found.items() if item["repository"] == repository}
        about = next(iter(here.values()))
        image, chart = here.get("image", {}).get("tag", "-"), here.get("chart", {}).get("version", "-")
        yield name, image, chart, "yes" if about["publish"] else "no", f"{about['event']} {about['ref']}"


def _variables(data: Mapping[str, Mapping[str, Mapping[str, Any]]], *, one: bool) -> str:
    """Lines of KEY=VALUE; of several projects, each key begins with the project's name."""
    lines = []
    for name, found in data.items():
        prefix = "" if one else f"{name.upper().replace('-', '_')}_"
        values = {"PUSH": str(all(item["publish"] for item in found.values())).lower()}
        if image := found.get("image"):
            values |= {"IMAGE_TAG": image["tag"], "IMAGE_TAGS": ",".join(image["tags"])}
        if chart := found.get("chart"):
            values["CHART_VERSION"] = chart["version"]
        lines += [f"{prefix}{key}={value}\n" for key, value in values.items()]
    return "".join(lines)


def image(arguments: Arguments) -> Report:
    """`shunter image`."""
    from shunter.flows.delivery import image as images

    context = open_session(arguments)
    folder = context.start / arguments.to if arguments.to else None
    return images.image(context, arguments.services, folder, os.environ, push=arguments.push)


def changed(arguments: Arguments) -> Report:
    """`shunter changed`."""
    if arguments.output == "gitlab":
        report = changes.jobs(open_session(arguments), arguments.since, os.environ)
        return replace(report, product="".join(f"{name}: {json.dumps(job)}\n" for name, job in report.data.items()))
    report = changes.changed(open_session(arguments), arguments.since, os.environ)
    if arguments.output == "env":
        lines = (f"{kind}={json.dumps(names, separators=(',', ':'))}\n" for kind, names in report.data.items())
        return replace(report, product="".join(lines))
    rows = [(kind.removesuffix("s"), name) for kind, names in report.data.items() for name in names]
    return replace(report, product=table(rows, ("KIND", "NAME")) if rows else "")
