"""The catalogue of rules: what each finding's id means, at which level it stands by default, and why it matters.

One module per family; `RULES` holds them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shunter.core.rules.catalogue import cluster, reading, schemas, trains, values, workspace
from shunter.core.rules.catalogue.rule import Rule

__all__ = ["RULES", "Rule"]

_FAMILIES = (
    reading.READING,
    reading.HAZARDS,
    schemas.SCHEMA,
    schemas.SCHEMA_LINTS,
    values.CONTENT,
    values.WIRING,
    cluster.RELEASE,
    cluster.MANIFESTS,
    workspace.WORKSPACE,
    trains.TRAINS,
    workspace.OWN_FILES,
)
RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for family in _FAMILIES for rule in family})
"""All rules by id."""
