"""Rendered objects held against the schemas of Kubernetes versions and of custom resources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import jsonschema_rs

from shunter.core.goyaml.document import KeyPath
from shunter.core.kube import crds
from shunter.core.kube.apis import Fate, fate
from shunter.core.kube.catalogue import Catalogue, Gvk, gvk_of
from shunter.core.kube.objects import RenderedObject, template_span
from shunter.core.schema.walk import at
from shunter.core.values.coalesce import Slice
from shunter.model.data import dataclass, field
from shunter.model.findings import Finding, Kind, Severity
from shunter.model.wording import dotted, nearest, shown, type_of, wanted_types, with_article

Lookup = Callable[[Gvk], Any]
"""The schema of a custom resource from a folder of schemas, or None."""

_MOST: Final = 20


@dataclass(frozen=True)
class Cluster:
    """What manifests are held against: Kubernetes versions, all catalogues there are (the oldest first), and CRDs."""

    versions: Sequence[str]
    catalogues: Sequence[Catalogue]
    defined: Mapping[Gvk, Any] = field(default_factory=dict)
    lookup: Lookup = lambda _: None
    _validators: dict[Gvk, jsonschema_rs.Validator | None] = field(default_factory=dict)

    @cached_property
    def asked(self) -> tuple[Catalogue, ...]:
        """The catalogues of the versions."""
        return tuple(item for item in self.catalogues if item.version in self.versions)

    def custom(self, gvk: Gvk) -> jsonschema_rs.Validator | None:
        """What judges a custom resource, or None where nobody defines it."""
        if gvk not in self._validators:
            schema = self.defined[gvk] if gvk in self.defined else self.lookup(gvk)
            self._validators[gvk] = None if schema is None else crds.validator(schema)
        return self._validators[gvk]


@dataclass(frozen=True, slots=True)
class _Remark:
    """One thing about one object; the same one in several Kubernetes versions is one finding."""

    rule: str
    severity: Severity
    message: str
    path: KeyPath = ()
    hint: str = ""


def check(objects: Iterable[RenderedObject], slices: Sequence[Slice], cluster: Cluster) -> Iterator[Finding]:
    """What a cluster of each version would refuse or complain about, at the template that made it."""
    strange: set[Gvk] = set()
    for item in objects:
        gvk = gvk_of(item.value)
        remarks: dict[_Remark, list[str]] = {}
        for catalogue in cluster.asked:
            for remark in _remarks(item, gvk, catalogue, cluster):
                remarks.setdefault(remark, []).append(catalogue.version)
        for remark, versions in list(remarks.items())[:_MOST]:
            if remark.rule == "unknown-kind" and gvk in strange:
                continue
            strange.add(gvk)
            yield _finding(item, remark, versions, slices, cluster)


def _finding(
    item: RenderedObject, remark: _Remark, versions: Sequence[str], slices: Sequence[Slice], cluster: Cluster
) -> Finding:
    span, alias = template_span(slices, item.source)
    where = f"{alias}: " if alias else ""
    everywhere = list(versions) == [catalogue.version for catalogue in cluster.asked]
    notes = () if everywhere and len(versions) > 1 else (f"Kubernetes {', '.join(versions)}",)
    message = f"{where}{item.title}: {remark.message}"
    return Finding(remark.rule, message, span, Kind.LINT, remark.severity, remark.path, notes, hint=remark.hint)


def _remarks(item: RenderedObject, gvk: Gvk, catalogue: Catalogue, cluster: Cluster) -> Iterator[_Remark]:
    if not item.api_version or not gvk.kind:
        missing = "apiVersion" if not item.api_version else "kind"
        message = f"`{missing}` is missing"
        yield _Remark("manifest-invalid", Severity.ERROR, message, (missing,), "add it to the template")
        return
    found = fate(gvk, catalogue.version, cluster.catalogues) if gvk not in cluster.defined else None
    if found is not None:
        yield _about(found, gvk)
    if gvk in catalogue.kinds:
        yield from _errors(item, catalogue.validator(gvk), catalogue.definitions)
    elif found is None:
        custom = cluster.custom(gvk)
        yield from _unknown(gvk, catalogue) if custom is None else _errors(item, custom, None)


def _about(found: Fate, gvk: Gvk) -> _Remark:
    severity = Severity.ERROR if found.rule == "removed-api" else Severity.WARNING
    hint = f"use apiVersion: {found.instead}" if found.instead else "see Kubernetes' Deprecated API Migration Guide"
    return _Remark(found.rule, severity, f"{gvk.api_version} {gvk.kind} {found.what}", ("apiVersion",), hint)


def _unknown(gvk: Gvk, catalogue: Catalogue) -> Iterator[_Remark]:
    if gvk.group in catalogue.groups:
        kinds = {other.kind for other in catalogue.kinds if other.api_version == gvk.api_version}
        guess = nearest(gvk.kind, kinds)
        hint = f"did you mean `{guess}`?" if guess else "look it up with `kubectl api-resources`"
        message = f"{gvk.api_version} has no kind {gvk.kind}"
        yield _Remark("manifest-invalid", Severity.ERROR, message, ("kind",), hint)
        return
    message = f"no schema of {gvk.api_version} {gvk.kind} is known, so it was not checked"
    yield _Remark("unknown-kind", Severity.NOTE, message, ("kind",), "name a folder of CRD schemas with --crds")


def _errors(item: RenderedObject, validator: jsonschema_rs.Validator, definitions: Any) -> Iterator[_Remark]:
    if validator.is_valid(item.value):
        return
    for error in validator.iter_errors(item.value):
        path: KeyPath = tuple(error.instance_path)
        details = error.kind.as_dict()
        for key in details.get("unexpected", ()):
            schema = at({"$defs": definitions}, error.schema_path[:-1]) if definitions is not None else None
            yield _field((*path, key), schema)
        if "unexpected" not in details:
            yield _Remark("manifest-invalid", Severity.ERROR, *_said(error, path, details))


def _field(path: KeyPath, schema: Any) -> _Remark:
    guess = nearest(str(path[-1]), schema.get("properties", {})) if isinstance(schema, dict) else None
    hint = f"did you mean `{guess}`?" if guess else "the API server drops or refuses it: remove it"
    return _Remark("manifest-invalid", Severity.ERROR, f"there is no field `{dotted(path)}`", path, hint)


def _said(error: Any, path: KeyPath, details: Mapping[str, Any]) -> tuple[str, KeyPath, str]:
    name = dotted(path) if path else "the object"
    if "property" in details:
        full = (*path, details["property"])
        return f"`{dotted(full)}` is missing", full, "set it in the template or in its values"
    if "types" in details:
        wanted = wanted_types([kind for kind in details["types"] if kind != "null"] or ["null"])
        return f"`{name}` must be {wanted}, not {with_article(type_of(error.instance))}", path, "correct it there"
    if "options" in details:
        options = ", ".join(shown(option) for option in details["options"][:8])
        return f"`{name}` must be one of {options}, not {shown(error.instance)}", path, "correct it there"
    if "context" in details:
        return f"`{name}` is {shown(error.instance)}, which fits none of the allowed forms", path, "correct it there"
    return f"`{name}`: {error.message.splitlines()[0][:200]}", path, "correct it there"
