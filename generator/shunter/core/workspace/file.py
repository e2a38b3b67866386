"""Reading `shunter.yaml`: its schema, the rules that span several keys, and the defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shunter.core.goyaml.document import Document, KeyPath, read
from shunter.core.workspace.model import (
    PLACEHOLDER_REGISTRY,
    WITHOUT_CODE,
    Environment,
    ExistingChart,
    Layout,
    Registries,
    Service,
    Workspace,
)
from shunter.core.workspace.own_files import OwnFile, checked, sound
from shunter.core.workspace.rules import broken_rules
from shunter.model.findings import Finding

WORKSPACE: Final = OwnFile("workspace", "shunter.yaml")
_PORTS = {"database": 5432, "search": 9200, "broker": 5672, "monitoring": 9090}


def parse_workspace(data: bytes, path: str, schema: bytes, *, release: str, source: str) -> Workspace:
    """The workspace that the bytes of `shunter.yaml` describe.

    `path` is named in errors; `schema` is the workspace schema; `release` and `source` are the defaults for the
    templates. Raises ShunterError with all problems as findings.
    """

    def rules(document: Document, found: tuple[Finding, ...]) -> Iterator[Finding]:
        # What the schema refused is left out, so that one mistake is not reported twice.
        raw = sound(document.value or {}, found, _kept)
        return broken_rules(document, _build(raw, release=release, source=source), found)

    return _build(checked(read(data, path), WORKSPACE, schema, rules), release=release, source=source)


def _kept(path: KeyPath) -> Any:
    """What stands for a broken part: a service or an environment without anything, so that its name still counts."""
    return {} if len(path) == 2 and path[0] in ("services", "environments") else None


def _build(raw: Mapping[str, Any], *, release: str, source: str) -> Workspace:
    name = raw.get("name", "")
    templates = raw.get("templates", {})
    return Workspace(
        name=name,
        layout=_layout(name, raw.get("layout", "mono")),
        services=tuple(_service(key, value) for key, value in raw.get("services", {}).items()),
        environments=tuple(_environment(name, key, value) for key, value in raw.get("environments", {}).items()),
        library=raw.get("library", {}).get("name", f"{name}-library"),
        registries=_registries(name, raw.get("registries", {})),
        templates_source=templates.get("source", source),
        templates_release=templates.get("release", release),
        repositories_url=raw.get("repositories", {}).get("url", ""),
        development=raw.get("development", "trunk"),
        versions=raw.get("versions", {}),
        ci=raw.get("ci", "github"),
        pipelines=raw.get("pipelines", "inline"),
        deployment=raw.get("deployment", "helm"),
        access=raw.get("access", "decentralized"),
        tools_source=raw.get("tools", {}).get("source", "local"),
        owners={team: tuple(accounts) for team, accounts in raw.get("owners", {}).items()},
        rules={rule: level or "off" for rule, level in raw.get("rules", {}).items()},
        groups={name: tuple(members) for name, members in raw.get("groups", {}).items()},
        keep_trains=raw.get("trains", {}).get("keep", 0),
        direct=tuple(raw.get("promotions", {}).get("direct", ("stage:develop",))),
        commit_by=raw.get("promotions", {}).get("commit", "git"),
    )


def _registries(name: str, raw: Mapping[str, Any]) -> Registries:
    """The registries; one URL for charts is where they are pushed to and fetched from."""
    charts = raw.get("charts", {})
    if isinstance(charts, str):
        charts = {"push": charts, "source": charts}
    return Registries(
        directory=charts.get("directory", Registries().directory),
        url=charts.get("url", ""),
        push=charts.get("push", ""),
        source=charts.get("url", charts.get("source", "")),
        plain_http=charts.get("plain-http", False),
        images=raw.get("images", f"{PLACEHOLDER_REGISTRY}/{name}"),
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
    formerly, known_as = tuple(raw.get("formerly", ())), raw.get("known-as", "")
    if chart := raw.get("chart"):
        existing = ExistingChart(**chart)
        more = {"team": raw.get("team", ""), "provider": raw.get("provider", "")}
        return Service(name, chart=existing, formerly=formerly, known_as=known_as, **more)
    archetype = raw.get("archetype", "")
    language = raw.get("language", "none" if archetype in WITHOUT_CODE else "python")
    return Service(
        name=name,
        archetype=archetype,
        language="" if language == "none" else language,
        team=raw.get("team", ""),
        port=raw.get("port", _PORTS.get(archetype, 8080)),
        formerly=formerly,
        known_as=known_as,
        calls=tuple(raw.get("calls", ())),
    )


def _environment(workspace: str, name: str, raw: Mapping[str, Any]) -> Environment:
    return Environment(
        name=name,
        stage=raw.get("stage", "develop"),
        promotes_from=_one_or_several(raw.get("promotes-from", ())),
        promotes_from_all=raw.get("promotes-from-all", False),
        services=tuple(raw["services"]) if "services" in raw else None,
        line=raw.get("line", ""),
        may_go_down=raw.get("may-go-down", False),
        namespace=raw.get("namespace", f"{workspace}-{name}"),
        cluster=raw.get("cluster", ""),
        values=tuple(raw.get("values", ["values.yaml"])),
        helm=str(raw.get("helm", "4")),
        team=raw.get("team", ""),
        releases=raw.get("releases", "umbrella"),
    )


def _one_or_several(raw: str | Sequence[str]) -> tuple[str, ...]:
    return (raw,) if isinstance(raw, str) else tuple(raw)
