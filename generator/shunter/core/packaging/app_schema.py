"""Compiles the library's values contract into the schema of one app chart.

The source is the YAML that the library chart ships (`schema/values.v1.yaml`): JSON Schema 2020-12 with `x-archetypes`
(kinds and traits of each archetype), `x-trait` (a key that only some archetypes have), `x-features` (traits that an app
may ask for) and `x-free` (keys are one's own). Optional keys need not allow null there: the compiler lets every key be
null that is not required. Helm applies a chart's schema to the values of that chart alone and resolves no relative
`$ref`, so each app chart carries a document of its own; it is compiled again at every render, so only what the
archetype needs goes in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from typing import Any

from shunter.core.schema import messages, minify
from shunter.core.schema.walk import subschemas
from shunter.model.errors import ShunterError

# Helm checks every schema against its dialect's own schema at every render, and looks for subschemas below each of the
# dialect's keywords: draft-07 costs half of 2020-12, and draft-06, which knows no `if`, 5 % less than draft-07.
_LEAN = "http://json-schema.org/draft-06/schema#"
_CONDITIONAL = "http://json-schema.org/draft-07/schema#"
_EDITORS = "https://json-schema.org/draft/2020-12/schema"
_LATER = frozenset({"$anchor", "$dynamicAnchor", "$dynamicRef", "dependentRequired", "dependentSchemas", "maxContains"})
_LATER |= {"minContains", "prefixItems", "unevaluatedItems", "unevaluatedProperties"}
_ANNOTATIONS = frozenset({"description", "default", "examples", "title", "$comment"})
_DEFS = "#/$defs/"

Schema = dict[str, Any]


def compile_app_schema(
    source: Mapping[str, Any], *, archetype: str, library: str, extra: Mapping[str, Any] | None = None
) -> bytes:
    """The app chart's `values.schema.json`: minified, self-contained, one line.

    `source` is the library's contract, `library` the key under which Helm puts the library's own values, `extra` the
    app's own keys (`properties`, `$defs`, `required`) and the features it asks for (`x-features`). Equal input gives
    equal bytes.
    """
    schema = _strip(_assemble(source, archetype, library, extra))
    schema["dependencies"] = {
        key: value["required"] if len(value) == 1 else value for key, value in schema.pop("dependentSchemas").items()
    }
    dialect = _CONDITIONAL if any("if" in node for _, node in subschemas(schema)) else _LEAN
    schema = {"$schema": dialect, **minify.share(schema)}
    return minify.dumps(schema).encode() + b"\n"


def editor_schema(
    source: Mapping[str, Any],
    *,
    archetype: str,
    library: str,
    extra: Mapping[str, Any] | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> bytes:
    """The same schema for people: indented, with descriptions and, where given, the library's `defaults`."""
    schema = _assemble(source, archetype, library, extra)
    for key, value in sorted((defaults or {}).items()):
        if key in schema["properties"]:
            schema["properties"][key] = {**schema["properties"][key], "default": value}
    schema = {"$schema": _EDITORS, **_without_markers(schema)}
    return json.dumps(schema, indent=2, ensure_ascii=False).encode() + b"\n"


def archetypes(source: Mapping[str, Any]) -> tuple[str, ...]:
    """The archetypes that the library knows, sorted."""
    return tuple(sorted(source["x-archetypes"]))


def _assemble(source: Mapping[str, Any], archetype: str, library: str, extra: Mapping[str, Any] | None) -> Schema:
    shape = source["x-archetypes"].get(archetype)
    if shape is None:
        raise ShunterError(
            f"the library {library} has no archetype `{archetype}`", hint="known: " + ", ".join(archetypes(source))
        )
    own = dict(extra or {})
    _refuse_later(own)
    traits = {None, *shape["traits"], *_features(source, own)}
    definitions = _of_traits(source["$defs"], traits)
    properties = {**definitions["workload"]["properties"], **_of_traits(source["properties"], traits)}
    properties["archetype"] = {"description": properties["archetype"]["description"], "const": archetype}
    properties["kind"] = {**properties["kind"], "enum": [*shape["kinds"], *shape.get("controllers", ())]}
    _refuse_known(own.get("properties", {}), properties)
    properties.update(own.get("properties", {}))
    properties.update(_reserved(library))
    schema: Schema = {
        "type": ["object", "null"],
        "properties": properties,
        "dependentSchemas": {"global": _chart_only(shape, {*source.get("required", ()), *own.get("required", ())})},
        "$defs": {**definitions, **own.get("$defs", {})},
    }
    # `controllers` refers to the root, and its entries need neither archetype nor image, nor the archetype's kind; Helm
    # gives every subchart's values a `global`, and nobody writes one into a controller.
    schema = _closed(schema, schema["$defs"])
    for key in own.get("required", ()):
        if key in own.get("properties", {}):
            schema["properties"][key] = _closed(_present(own["properties"][key], schema["$defs"]), schema["$defs"])
    schema["$defs"] = _reachable(schema)
    return schema


def _features(source: Mapping[str, Any], own: Mapping[str, Any]) -> list[str]:
    wanted = list(own.get("x-features", ()))
    unknown = [name for name in wanted if name not in source["x-features"]]
    if unknown:
        raise ShunterError(
            f"the library has no feature `{unknown[0]}`", hint="known: " + ", ".join(source["x-features"])
        )
    return wanted


def _of_traits(schema: Any, traits: Set[str | None]) -> Any:
    """The schema, or map of schemas, without what only other traits have."""
    if isinstance(schema, list):
        return [_of_traits(item, traits) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: value for key, value in schema.items() if not isinstance(value, dict) or value.get("x-trait") in traits
    }
    return {key: _of_traits(value, traits) for key, value in kept.items()}


def _chart_only(shape: Mapping[str, Any], required: Set[str]) -> Schema:
    """What is asked of the chart's own values and not of the entries of its `controllers`."""
    schema: Schema = {"required": sorted(required)}
    if shape.get("controllers"):
        schema["properties"] = {"kind": {"enum": [*shape["kinds"], None]}}
    return schema


def _reserved(library: str) -> Schema:
    return {
        library: {"description": "Helm's place for the library's own values; it has none.", "type": "object"},
        "global": {"description": "Values that all charts of a release share.", "type": "object"},
        "enabled": {"description": "Whether the umbrella chart installs this app.", "type": "boolean"},
    }


def _refuse_later(schema: Any) -> None:
    if isinstance(schema, list):
        for item in schema:
            _refuse_later(item)
    elif isinstance(schema, dict):
        later = sorted(schema.keys() & _LATER)
        if later:
            raise ShunterError(
                f"`{later[0]}` is younger than draft-07, the dialect of an app chart's schema",
                hint="say it with if/then",
            )
        for value in schema.values():
            _refuse_later(value)


def _refuse_known(own: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    clash = sorted(own.keys() & known.keys())
    if clash:
        raise ShunterError(
            f"the app's own schema redefines `{clash[0]}`, which the library already has", hint="choose another key"
        )


def _closed(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """Objects that list properties admit no others, and optional keys may be null."""
    if not isinstance(schema, dict):
        return schema
    result = dict(schema)
    if "properties" in result:
        required = set(result.get("required", ()))
        result["properties"] = {
            key: _closed(_present(value, definitions) if key in required else _nullable(value), definitions)
            for key, value in result["properties"].items()
        }
        result.setdefault("additionalProperties", False)
    if "additionalProperties" in result:
        result["additionalProperties"] = _closed(_nullable(result["additionalProperties"]), definitions)
    if "items" in result:
        result["items"] = _closed(_present(result["items"], definitions), definitions)
    if "$defs" in result:
        result["$defs"] = {key: _closed(_nullable(value), definitions) for key, value in result["$defs"].items()}
    return result


def _present(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """The schema with its definition's own type beside the reference, since definitions become nullable."""
    target = schema.get("$ref", "") if isinstance(schema, dict) else ""
    kind = definitions.get(target.removeprefix(_DEFS), {}).get("type")
    return {"type": kind, **schema} if kind else schema


def _nullable(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    result = dict(schema)
    if "enum" in result:
        result["enum"] = [*result["enum"], None]
    kind = result.get("type")
    if kind is not None:
        kinds = [kind] if isinstance(kind, str) else list(kind)
        result["type"] = kinds if "null" in kinds else [*kinds, "null"]
    return result


def _reachable(schema: Schema) -> Schema:
    definitions: Schema = schema["$defs"]
    found: set[str] = set()
    pending = list(_references({key: value for key, value in schema.items() if key != "$defs"}))
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(_references(definitions[name]))
    return {name: definitions[name] for name in sorted(found)}


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for item in schema for name in _references(item)]
    if not isinstance(schema, dict):
        return []
    found = [name for value in schema.values() for name in _references(value)]
    target = schema.get("$ref")
    if isinstance(target, str):
        if target == "#":
            return found
        if not target.startswith(_DEFS):
            raise ShunterError(
                f"`$ref: {target}` leaves the schema; Helm would resolve it on the disk or the network",
                hint="put the definition under $defs and refer to #/$defs/<name>",
            )
        found.append(target.removeprefix(_DEFS))
    return found


def _strip(schema: Any, names: bool = False) -> Any:
    """Without annotations and markers; `names` says that the keys here are property names, not keywords."""
    if isinstance(schema, list):
        return [_strip(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = schema if names else {key: schema[key] for key in schema if key not in _ANNOTATIONS and not _is_marker(key)}
    return {key: _strip(value, not names and key in ("properties", "$defs")) for key, value in kept.items()}


def _is_marker(key: str) -> bool:
    """Whether a keyword is for the compiler alone; a message of one's own is for those whose values are refused."""
    return key.startswith("x-") and key != messages.KEYWORD


def _without_markers(schema: Any, names: bool = False) -> Any:
    if isinstance(schema, list):
        return [_without_markers(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = schema if names else {key: schema[key] for key in schema if not _is_marker(key)}
    return {key: _without_markers(value, not names and key in ("properties", "$defs")) for key, value in kept.items()}
