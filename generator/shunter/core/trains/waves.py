"""The environments that one promotion is for, in the order in which they change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from shunter.core.workspace.model import Environment
from shunter.model.errors import ShunterError
from shunter.model.wording import nearest

STAGE: Final = "stage:"
_GROUP: Final = "group:"


def waves(
    targets: Sequence[str], environments: Sequence[Environment], groups: Mapping[str, Sequence[str]] | None = None
) -> tuple[tuple[str, ...], ...]:
    """The waves of a promotion, each of environments that are judged together, and written only if none is refused.

    What `targets` names is one wave. `stage:production` and `group:eu` stand for their environments, each a wave of its
    own, in the order of `environments`. An environment is in the first wave that has it. Raises ShunterError for a
    name that nobody knows, an empty one, and a stage or group without environments.
    """
    named = [target for target in targets if not target.startswith((STAGE, _GROUP))]
    found: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for wave in (tuple(_known(name, environments) for name in named), *_several(targets, environments, groups or {})):
        new = tuple(dict.fromkeys(name for name in wave if name not in seen))
        seen |= {*new}
        found += [new] if new else []
    if not found:
        raise ShunterError("promote needs an environment", hint="--to tst, --to de,at, or --to stage:production")
    return tuple(found)


def _known(name: str, environments: Sequence[Environment]) -> str:
    names = [environment.name for environment in environments]
    if name in names:
        return name
    if not name.strip():
        raise ShunterError("--to names no environment", hint="is a variable unset?")
    near = nearest(name, names)
    hint = f"did you mean {near}?" if near else f"known: {', '.join(names)}"
    raise ShunterError(f"there is no environment `{name}`", hint=hint)


def _several(
    targets: Sequence[str], environments: Sequence[Environment], groups: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, ...]]:
    for target in targets:
        if not target.startswith((STAGE, _GROUP)):
            continue
        kind, _, name = target.partition(":")
        wanted = {_known(member, environments) for member in groups.get(name, ())} if kind == "group" else set()
        members = [e.name for e in environments if e.name in wanted or (kind == "stage" and name and e.stage == name)]
        if not members:
            hint = f"groups: {', '.join(groups) or 'none'}; stages are develop, staging and production"
            raise ShunterError(f"no environment is in `{target}`", hint=hint)
        yield from ((member,) for member in members)
