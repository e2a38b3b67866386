"""Reading `shunter.yaml`: its schema, the rules that span several keys, and the defaults."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jsonschema_rs

from shunter.core.charts.versions import is_exact
from shunter.core.goyaml.document import Document, read
from shunter.core.rules.yaml_lints import yaml_lints
from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import STATELESS, Environment, ExistingChart, Layout, Registries, Service, Workspace
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding, Kind
from shunter.model.wording import nearest, type_of, wanted_types, with_article

_PORTS = {"database": 5432, "search": 9200, "broker": 5672, "monitoring": 9090}
_RESERVED = ("global", "tags", "enabled")
Key = tuple[str | int, ...]


def parse_workspace(data: bytes, path: str, schema: Mapping[str, Any], *, release: str, source: str) -> Workspace:
    """The workspace that the bytes of `shunter.yaml` describe.

    `path` is named in errors; `schema` is the workspace schema; `release` and `source` are the defaults for the
    templates. The first problem raises ShunterError with file, line and column.
    """
    document = read(data, path)
    _refuse_first((*document.findings, *(f for f in yaml_lints(document) if f.rule == "duplicate-key")))
    raw = document.value or {}
    _check_schema(document, raw, schema)
    workspace = _build(raw, release=release, source=source)
    _check_rules(document, raw, workspace)
    return workspace


def _refuse_first(findings: Sequence[Finding]) -> None:
    for finding in findings:
        raise ShunterError(finding.message, span=finding.span, hint=finding.hint or "correct this line")


def _check_schema(document: Document, raw: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    validator = jsonschema_rs.Draft202012Validator(dict(schema))
    errors = sorted(validator.iter_errors(raw), key=lambda error: _place(document, tuple(error.instance_path)))
    for error in errors:
        raise _explain(document, error, schema)


def _place(document: Document, key: Key) -> tuple[int, int]:
    span = document.span(key, of="key")
    return span.line, span.column


def _explain(document: Document, error: Any, schema: Mapping[str, Any]) -> ShunterError:
    key: Key = tuple(error.instance_path)
    name = ".".join(str(part) for part in key)
    match type(error.kind).__name__:
        case "AdditionalProperties":
            unexpected = next(iter(error.kind.unexpected))
            return _unknown_key(document, key, unexpected, _known_keys(schema, tuple(error.schema_path)))
        case "PropertyNames":
            bad = next(part for part in error.instance if not _is_label(part))
            hint = "a DNS label has lower case letters, digits and `-`, and starts and ends with a letter or digit"
            return ShunterError(f"`{bad}` is not a DNS label", span=document.span((*key, bad), of="key"), hint=hint)
        case "FalseSchema":
            return ShunterError(
                f"`{name}` does not go together with the keys beside it",
                span=document.span(key, of="key"),
                hint="a service has either an archetype or an existing chart (a path, or repository, name and version)",
            )
        case "Required":
            missing = error.kind.property
            where = f"`{name}` has" if key else "the workspace has"
            return ShunterError(f"{where} no `{missing}`", span=document.span(key, of="key"), hint=f"add `{missing}:`")
        case "Enum":
            return _unknown_word(document, key, name, str(error.instance), [str(word) for word in error.kind.options])
        case "Type":
            wanted, found = wanted_types(error.kind.types), with_article(type_of(error.instance))
            message = f"`{name or 'shunter.yaml'}` must be {wanted}, not {found}"
            return ShunterError(message, span=document.span(key), hint="see `shunter schema show workspace`")
        case "Pattern" if "label" in error.schema_path:
            return ShunterError(
                f"`{name}` must be a DNS label", span=document.span(key, of="value"), hint="such as `shop-1`"
            )
    return ShunterError(
        f"`{name or 'shunter.yaml'}`: {error.message}",
        span=document.span(key, of="value"),
        hint="see `shunter schema show workspace`",
    )


def _unknown_key(document: Document, key: Key, unexpected: str, known: Sequence[str]) -> ShunterError:
    near = nearest(unexpected, known)
    hint = f"did you mean `{near}`?" if near else f"known keys: {', '.join(known)}"
    return ShunterError(
        f"`{'.'.join(map(str, (*key, unexpected)))}` is not a key of shunter.yaml",
        span=document.span((*key, unexpected), of="key"),
        hint=hint,
    )


def _unknown_word(document: Document, key: Key, name: str, word: str, known: Sequence[str]) -> ShunterError:
    near = nearest(word, known)
    hint = f"did you mean `{near}`?" if near else f"one of: {', '.join(known)}"
    return ShunterError(f"`{name}` cannot be `{word}`", span=document.span(key, of="value"), hint=hint)


def _known_keys(schema: Mapping[str, Any], path: Sequence[str | int]) -> list[str]:
    node: Any = schema
    for part in path[:-1]:
        node = node[part]
    return sorted(node.get("properties", {}))


def _is_label(text: str) -> bool:
    plain = text.replace("-", "")
    return (
        len(text) <= 63 and plain.isascii() and plain.isalnum() and plain == plain.lower() and text.strip("-") == text
    )


def _build(raw: Mapping[str, Any], *, release: str, source: str) -> Workspace:
    name = raw["name"]
    charts = raw.get("registries", {}).get("charts", {})
    templates = raw.get("templates", {})
    return Workspace(
        name=name,
        layout=_layout(name, raw.get("layout", "mono")),
        services=tuple(_service(key, value) for key, value in raw["services"].items()),
        environments=tuple(_environment(name, key, value or {}) for key, value in raw["environments"].items()),
        library=raw.get("library", {}).get("name", f"{name}-library"),
        registries=Registries(
            directory=charts.get("directory", Registries.__dataclass_fields__["directory"].default),
            url=charts.get("url", ""),
            push=charts.get("push", ""),
            images=raw.get("registries", {}).get("images", f"registry.example/{name}"),
        ),
        templates_source=templates.get("source", source),
        templates_release=templates.get("release", release),
        repositories_url=raw.get("repositories", {}).get("url", ""),
        development=raw.get("development", "trunk"),
        ci=raw.get("ci", "github"),
        deployment=raw.get("deployment", "helm"),
        tools_source=raw.get("tools", {}).get("source", "local"),
        owners={team: tuple(accounts) for team, accounts in raw.get("owners", {}).items()},
        rules={rule: level or "off" for rule, level in raw.get("rules", {}).items()},
    )


def _layout(name: str, raw: str | Mapping[str, Any]) -> Layout:
    if raw == "mono":
        return Layout("mono", "mono", "mono", name, name, name)
    modes: Mapping[str, Any] = {"code": "multi", "charts": "multi", "envs": "multi"} if isinstance(raw, str) else raw
    named: Mapping[str, str] = modes.get("repositories", {})
    return Layout(
        code=modes.get("code", "mono"),
        charts=modes.get("charts", "mono"),
        envs=modes.get("envs", "mono"),
        code_repository=named.get("code", f"{name}-code"),
        charts_repository=named.get("charts", f"{name}-charts"),
        envs_repository=named.get("envs", f"{name}-envs"),
    )


def _service(name: str, raw: Mapping[str, Any]) -> Service:
    if chart := raw.get("chart"):
        return Service(name=name, team=raw.get("team", ""), chart=ExistingChart(**chart))
    archetype = raw["archetype"]
    language = raw.get("language", "python" if archetype in STATELESS else "none")
    return Service(
        name=name,
        archetype=archetype,
        language="" if language == "none" else language,
        team=raw.get("team", ""),
        port=raw.get("port", _PORTS.get(archetype, 8080)),
    )


def _environment(workspace: str, name: str, raw: Mapping[str, Any]) -> Environment:
    return Environment(
        name=name,
        stage=raw.get("stage", "develop"),
        promotes_from=raw.get("promotes-from", ""),
        namespace=raw.get("namespace", f"{workspace}-{name}"),
        cluster=raw.get("cluster", ""),
        values=tuple(raw.get("values", ["values.yaml"])),
        helm=str(raw.get("helm", "4")),
    )


def _check_rules(document: Document, raw: Mapping[str, Any], workspace: Workspace) -> None:
    for key, of, message, hint in _broken_rules(raw, workspace):
        raise ShunterError(message, span=document.span(key, of=of), hint=hint)


def _broken_rules(raw: Mapping[str, Any], workspace: Workspace) -> Iterator[tuple[Key, Any, str, str]]:
    yield from _broken_services(workspace)
    yield from _broken_routes(workspace)
    with_code = [service for service in workspace.services if service.language]
    if workspace.layout.code == "monolith" and len(with_code) != 1:
        yield (
            ("layout", "code"),
            "value",
            f"`code: monolith` is for one service with code, and this workspace has {len(with_code)}",
            "use `code: mono`, or leave one service with a language",
        )
    yield from _broken_repositories(raw, workspace)
    if workspace.rules:
        yield from _broken_levels(workspace)


def _broken_levels(workspace: Workspace) -> Iterator[tuple[Key, Any, str, str]]:
    from shunter.core.rules.catalogue import RULES

    for name in workspace.rules:
        rule = RULES.get(name)
        if rule is None:
            guess = nearest(name, RULES)
            hint = f"did you mean `{guess}`?" if guess else "docs/reference/rules.md lists them all"
            yield ("rules", name), "key", f"there is no rule `{name}`", hint
        elif rule.kind is Kind.VERDICT:
            message = f"`{name}` is something that Helm refuses, whatever level it has here"
            yield ("rules", name), "key", message, "remove this line; only lints have levels"


def _broken_services(workspace: Workspace) -> Iterator[tuple[Key, Any, str, str]]:
    for service in workspace.services:
        if service.name in (*_RESERVED, workspace.library):
            yield (
                ("services", service.name),
                "key",
                f"a service cannot be called `{service.name}`: an umbrella's values use that key",
                "rename the service",
            )
        if service.chart and service.chart.version and not is_exact(service.chart.version):
            yield (
                ("services", service.name, "chart", "version"),
                "value",
                f"`{service.chart.version}` is not an exact version",
                "trains pin exact versions, such as 1.2.3",
            )


def _broken_routes(workspace: Workspace) -> Iterator[tuple[Key, Any, str, str]]:
    sources = {environment.name: environment.promotes_from for environment in workspace.environments}
    for name, source in sources.items():
        key = ("environments", name, "promotes-from")
        if source and source not in sources:
            yield (
                key,
                "value",
                f"`{name}` promotes from `{source}`, which is no environment",
                f"one of: {', '.join(sources)}",
            )
            continue
        route, step = [name], source
        while step and step not in route:
            route.append(step)
            step = sources.get(step, "")
        if step == name:
            circle = " → ".join((*reversed(route), route[-1]))
            yield key, "value", f"the promotion order is a circle: {circle}", "remove one `promotes-from`"


def _broken_repositories(raw: Mapping[str, Any], workspace: Workspace) -> Iterator[tuple[Key, Any, str, str]]:
    layout = workspace.layout
    claims: dict[str, str] = {workspace.name: "the workspace"}
    for service in workspace.services:
        multi_code = layout.code == "multi" and service.language
        multi_chart = layout.charts == "multi" and not service.language and not service.chart and layout.code != "mono"
        if multi_code or multi_chart:
            if taken := claims.get(service.name):
                yield (
                    ("services", service.name),
                    "key",
                    f"the repository of service `{service.name}` would have the name of {taken}",
                    "rename the service or the workspace",
                )
            claims[service.name] = f"service `{service.name}`"
    if layout.envs == "multi":
        for environment in workspace.environments:
            if taken := claims.get(f"{workspace.name}-{environment.name}"):
                yield (
                    ("environments", environment.name),
                    "key",
                    f"the repository of environment `{environment.name}` would have the name of {taken}",
                    "rename one of them",
                )
    folders = [repository.folder for repository in plan_repositories(workspace)]
    for reserved in ("library", "trains"):
        if reserved in folders:
            yield (
                ("name",),
                "value",
                f"a repository cannot be called `{reserved}`",
                "the workspace keeps a folder of that name",
            )


def schema_of(text: str) -> Mapping[str, Any]:
    """The schema in `text`."""
    schema: Mapping[str, Any] = json.loads(text)
    return schema
