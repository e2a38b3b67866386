"""The table of workspaces that are scaffolded and go the whole way, and which values of what a user chooses meet there.

A user chooses a layout, a CI provider, and for each service an archetype and a language. All combinations would be some
hundred workspaces; faults come from one choice, or from two that meet. So each two values of different choices stand
together in some row; `missing` names those that do not.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shunter.core.workspace.model import WITHOUT_CODE

SCHEMA = Path(__file__).parents[3] / "schemas/workspace.schema.json"
ONE = "one repository"
"""The layout `mono` has one repository for everything, so that there are no modes to choose."""
MODES = ("code", "charts", "envs")


@dataclass(frozen=True)
class Row:
    """A workspace: its layout as `shunter new` takes it, its CI, and the language of each archetype in it."""

    layout: str
    ci: str
    services: Mapping[str, str]

    @property
    def id(self) -> str:
        """Its name among tests."""
        return f"{self.layout}-{self.ci}"

    @property
    def text(self) -> str:
        """Its shunter.yaml."""
        services = {f"my-{kind}": {"archetype": kind, "language": lang} for kind, lang in self.services.items()}
        environments = {"tst": {"stage": "develop"}, "pre": {"stage": "staging", "promotes-from": "tst"}}
        layout = yaml.safe_load(self.layout)
        return yaml.safe_dump(
            {"name": "shop", "layout": layout, "ci": self.ci, "services": services, "environments": environments}
        )


def split(code: str, charts: str, envs: str) -> str:
    """A layout of several repositories."""
    return f"{{code: {code}, charts: {charts}, envs: {envs}}}"


def half(archetypes: Iterable[str], *python: str) -> dict[str, str]:
    """One service of each of these archetypes; those named have code in Python, the others none."""
    return {archetype: "python" if archetype in python else "none" for archetype in archetypes}


HALVES = (
    ("rest-api", "frontend", "worker", "database", "search"),
    ("api-gateway", "auth", "cron", "broker", "monitoring"),
)
A = half(HALVES[0], "rest-api", "worker")
B = half(HALVES[0], "frontend")
C = half(HALVES[1], "cron")
D = half(HALVES[1])

ROWS = (
    Row("mono", "github", A),
    Row("mono", "none", B),
    Row("mono", "gitlab", C),
    Row(split("mono", "mono", "mono"), "none", D),
    Row(split("mono", "mono", "multi"), "gitlab", D),
    Row(split("mono", "multi", "mono"), "none", B),
    Row(split("mono", "multi", "multi"), "github", B),
    Row(split("multi", "mono", "mono"), "gitlab", A),
    Row(split("multi", "mono", "multi"), "github", B),
    Row(split("multi", "multi", "mono"), "github", D),
    Row(split("multi", "multi", "multi"), "none", D),
    Row(split("monolith", "mono", "mono"), "github", half(HALVES[0], "rest-api")),
    Row(split("monolith", "mono", "multi"), "none", half(HALVES[0], "worker")),
    Row(split("monolith", "multi", "mono"), "gitlab", half(HALVES[0], "frontend")),
    Row(split("monolith", "multi", "multi"), "github", half(HALVES[1], "cron")),
)

Value = tuple[str, str]


def values(row: Row) -> Iterator[set[Value]]:
    """For each service of a row what is chosen there: pairs of a choice and its value."""
    modes = yaml.safe_load(row.layout)
    modes = dict.fromkeys(MODES, ONE) if isinstance(modes, str) else modes
    for archetype, language in row.services.items():
        yield {("ci", row.ci), ("archetype", archetype), ("language", language), *modes.items()}


def choices() -> dict[str, list[str]]:
    """Every choice with its values, as the schema of shunter.yaml has them."""
    schema: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    layout = schema["properties"]["layout"]["else"]["properties"]
    service = schema["$defs"]["service"]["properties"]
    found = {mode: [*layout[mode]["enum"], ONE] for mode in MODES}
    return found | {
        "ci": schema["properties"]["ci"]["enum"],
        "archetype": service["archetype"]["enum"],
        "language": ["python", "none"],  # one language differs from another in folders alone: tests/services has each
    }


def missing(rows: Iterable[Row]) -> set[frozenset[Value]]:
    """Each two values of different choices that can stand together and do in no row."""
    wanted = {
        frozenset(((one, first), (other, second)))
        for (one, firsts), (other, seconds) in itertools.combinations(choices().items(), 2)
        for first, second in itertools.product(firsts, seconds)
    }
    found = {frozenset(pair) for row in rows for chosen in values(row) for pair in itertools.combinations(chosen, 2)}
    return {pair for pair in wanted - found if not _impossible(dict(pair))}


def _impossible(pair: Mapping[str, str]) -> bool:
    """One mode of several repositories beside another of one; code of what nobody writes."""
    modes = [pair[mode] for mode in MODES if mode in pair]
    written = pair.get("language") == "python" and pair.get("archetype") in WITHOUT_CODE
    return written or (len(modes) == 2 and modes.count(ONE) == 1)


def found_on(root: Path) -> set[frozenset[Value]]:
    """What `values` says of a row, read from the answers that a workspace on disk has recorded."""
    answers = [yaml.safe_load(file.read_text("utf-8")) for file in sorted(root.rglob(".copier-answers.yml"))]
    providers = {each["ci"] for each in answers if each["kind"] in ("workspace", "repository")}
    languages = {each["name"]: each["language"] for each in answers if each["kind"] == "service"}
    apps = [(each["name"], each["archetype"]) for each in answers if each["kind"] == "app"]
    return {
        frozenset({("ci", ci), ("archetype", archetype), ("language", languages.get(name, "none"))})
        for ci in providers
        for name, archetype in apps
    }
