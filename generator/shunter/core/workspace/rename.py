"""A service or an environment under another name: what that means for `shunter.yaml`, values files and places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from shunter.core.goyaml.document import Document, read
from shunter.core.goyaml.edit import edit
from shunter.core.goyaml.plain import scalar_text
from shunter.core.rules.fixes import with_edit
from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import Project, RepositorySpec, Workspace
from shunter.core.workspace.text import one_or_several
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.findings import Span, TextEdit

OVERRIDE: Final = "nameOverride"
"""The value from which the library chart makes names and selectors, where it is set, instead of from the alias."""
_KINDS: Final = {"service": ("service", "app"), "environment": ("environment",)}


@dataclass(frozen=True, slots=True)
class Rename:
    """`old` becomes `new`; `before` is the workspace as long as it had the old name."""

    kind: Literal["service", "environment"]
    old: str
    new: str
    before: Workspace

    @property
    def section(self) -> str:
        """The key of shunter.yaml that holds the names."""
        return f"{self.kind}s"

    def concerns(self, project: Project) -> bool:
        """Whether a project is one of those that bear the new name."""
        return project.kind in _KINDS[self.kind] and project.name == self.new

    def leaves(self, project: Project) -> bool:
        """Whether a project is one of those that bore the old name."""
        return project.kind in _KINDS[self.kind] and project.name == self.old

    def former(self, project: Project) -> Project:
        """The project as it was called before; itself where the rename does not concern it."""
        if not self.concerns(project):
            return project
        return next(p for spec in plan_repositories(self.before) for p in spec.projects if self._was(p, project))

    def _was(self, before: Project, after: Project) -> bool:
        return (before.kind, before.name) == (after.kind, self.old)

    def former_repository(self, spec: RepositorySpec) -> RepositorySpec | None:
        """The repository as it was called before; None where there was none."""
        known = {each.name: each for each in plan_repositories(self.before)}
        if spec.name in known:
            return known[spec.name]
        concerned = any(self.concerns(project) for project in spec.projects)
        holding = (each for each in known.values() if any(self.leaves(project) for project in each.projects))
        return next((each for each in holding if each.folder != "."), None) if concerned else None


def renamed_workspace(text: bytes, rename: Rename, *, keep: bool = False) -> bytes:
    """`shunter.yaml` with the new name, wherever it stands; also one in which a person has changed the key already.

    A service notes what it was called, since trains that were cut before call it so, and with `keep` what its objects
    in clusters are called after, which others call and admit. An environment keeps its namespace.
    """
    if read(text, "shunter.yaml").has((rename.section, rename.old)):
        text = rename_key(text, "shunter.yaml", (rename.section, rename.old), rename.new)
    return edit(text, _edits(rename, keep))


def _edits(rename: Rename, keep: bool) -> list[tuple[Sequence[str], Any]]:
    place = (rename.section, rename.new)
    if rename.kind == "service":
        service = rename.before.service(rename.old)
        names = [name for name in (*(service.formerly if service else ()), rename.old) if name != rename.new]
        edits: list[tuple[Sequence[str], Any]] = [((*place, "formerly"), list(dict.fromkeys(names)))]
        if keep and service and (not service.chart or service.provider):
            known = service.in_cluster
            edits.append(((*place, "known-as"), known if known != rename.new else None))
        edits += (
            (("services", rename.new if each.name == rename.old else each.name, "calls"), _renamed(each.calls, rename))
            for each in rename.before.services
            if rename.old in each.calls
        )
        edits += (
            (("environments", each.name, "services"), _renamed(each.services or (), rename))
            for each in rename.before.environments
            if rename.old in (each.services or ())
        )
        return edits
    was = rename.before.environment(rename.old)
    edits = [((*place, "namespace"), was.namespace)] if was else []
    for each in rename.before.environments:
        at = ("environments", rename.new if each.name == rename.old else each.name)
        if rename.old in each.promotes_from:
            edits.append(((*at, "promotes-from"), one_or_several(_renamed(each.promotes_from, rename))))
    for group, members in rename.before.groups.items():
        if rename.old in members:
            edits.append((("groups", group), _renamed(members, rename)))
    if rename.old in rename.before.direct:
        edits.append((("promotions", "direct"), _renamed(rename.before.direct, rename)))
    return edits


def _renamed(names: Sequence[str], rename: Rename) -> list[str]:
    return [rename.new if name == rename.old else name for name in names]


def rename_key(data: bytes, name: str, path: tuple[str, ...], new: str) -> bytes:
    """The YAML text with one key called otherwise, in each of its documents; all else stays byte for byte.

    `name` is the file's in errors. A ShunterError where the key cannot be changed in place, or the new one is taken.
    """
    document = read(data, name)
    if document.has((*path[:-1], new)):
        raise ShunterError(
            f"{name} has `{new}` beside `{path[-1]}`", span=document.span((*path[:-1], new), of="key"), hint="keep one"
        )
    while document.has(path):
        span = document.span(path, of="key")
        edited = _spliced(data, span, scalar_text(new))
        if edited == data:
            raise ShunterError(f"the key `{path[-1]}` cannot be changed in {name}", span=span, hint="rename it by hand")
        data, document = edited, read(edited, name)
    return data


def _spliced(data: bytes, span: Span, text: str) -> bytes:
    return with_edit(data, TextEdit(span, text))


def renamed_values(
    files: Mapping[str, bytes], old: str, new: str, *, keep: bool, is_sops_file: Callable[[Document], bool]
) -> dict[str, bytes]:
    """The values files of an environment that change when a service of it is renamed, by name.

    With `keep`, `nameOverride` is set where no file sets it, so that the objects keep their names. What
    `is_sops_file` cannot change.
    """
    texts = dict(files)
    for name, data in files.items():
        document = _readable(data, name)
        if old in (document.value or {}):
            if is_sops_file(document):
                hint = f"SOPS ties values to their keys: rename `{old}` with `sops {name}`, then run this again"
                raise ShunterError(f"{name} is encrypted, and has values of {old}", hint=hint)
            texts[name] = rename_key(data, name, (old,), new)
    if keep:
        texts |= _with_override(texts, old, new, is_sops_file)
    return {name: data for name, data in texts.items() if data != files[name]}


def _readable(data: bytes, name: str) -> Document:
    document = read(data, name)
    if document.value is None:
        raise ShunterError.of(document.findings)
    return document


def _with_override(
    texts: Mapping[str, bytes], old: str, new: str, is_sops_file: Callable[[Document], bool]
) -> dict[str, bytes]:
    documents = {name: read(data, name) for name, data in texts.items()}
    sections = {name: (document.value or {}).get(new) for name, document in documents.items()}
    if any(isinstance(section, dict) and OVERRIDE in section for section in sections.values()):
        return {}
    plain = [name for name, document in documents.items() if not is_sops_file(document)]
    if not plain:
        hint = f"set {new}.{OVERRIDE}: {old} there with sops, then run this again"
        raise ShunterError(f"every values file is encrypted, and the names of {old}'s objects are to stay", hint=hint)
    name = next((name for name in plain if isinstance(sections[name], dict)), plain[-1])
    return {name: with_key(texts[name], (new, OVERRIDE), old)}


def with_key(data: bytes, path: tuple[str, ...], value: str) -> bytes:
    """The YAML text with a key added to it; a text without any gets its first lines at the end."""
    if read(data, "values.yaml").value:
        return edit(data, [(path, value)])
    lines = [f"{'  ' * depth}{scalar_text(key)}:" for depth, key in enumerate(path)]
    kept = b"" if data.strip() in (b"{}", b"null", b"~") else data
    start = b"\n" if kept and not kept.endswith(b"\n") else b""
    return kept + start + (b"\n" if kept else b"") + ("\n".join(lines) + f" {scalar_text(value)}\n").encode()
