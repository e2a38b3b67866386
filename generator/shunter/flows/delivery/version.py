"""The versions that a commit is published under, the same in CI and on a laptop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from shunter.adapters.git.past import all_tags, commits_to_head, has_changes, tags_at_head
from shunter.core.charts.versions import newest_first
from shunter.core.delivery.event import Event, Told, event_of, is_of_fork, told_by
from shunter.core.delivery.style import Style, style_of
from shunter.core.delivery.touched import CHART, CODE
from shunter.core.delivery.versions import Build, named_by, needs_build, published, released_by
from shunter.flows.delivery.checkouts import Checkout, checkouts, payload_of
from shunter.flows.workspace.context import Context
from shunter.model.data import dataclass, field
from shunter.model.errors import ShunterError
from shunter.model.findings import Report
from shunter.model.wording import nearest


@dataclass(frozen=True, slots=True)
class Asked:
    """What `shunter version` is asked: names of projects (none: all), a full ref in place of what is there, and the
    variables that a CI provider may have set.
    """

    names: Sequence[str] = ()
    ref: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


def version(context: Context, asked: Asked) -> Report:
    """Image tags and chart versions of services and charts.

    `data` has for each name an `image`, a `chart`, or both: what it is called, whether CI publishes it, and the event
    and commit that this follows from. Raises ShunterError where a version cannot be known: a shallow clone, a commit on
    no branch, a tag that differs from its chart.
    """
    found: dict[str, dict[str, Any]] = {}
    notices: list[str] = []
    moments = [_Moment(checkout, asked) for checkout in checkouts(context)]
    _require_known(asked.names, [name for moment in moments for name in moment.known])
    for moment in moments:
        wanted = [name for name in moment.known if not asked.names or name in asked.names]
        for name in moment.concerned(wanted) if not asked.names else wanted:
            found.setdefault(name, {}).update(moment.versions(name))
        notices += moment.notices() if wanted else []
    return Report(data=found, notices=tuple(notices))


def _require_known(names: Iterable[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            near = nearest(name, known)
            listed = f"known: {', '.join(dict.fromkeys(known))}" if known else "no service and no chart is here"
            hint = f"did you mean `{near}`?" if near else listed
            raise ShunterError(f"there is no service and no chart `{name}` in what is checked out", hint=hint)


class _Moment:
    """One checkout at its commit, and what happened there."""

    def __init__(self, checkout: Checkout, asked: Asked) -> None:
        self._checkout = checkout
        self._asked = asked
        self._code = {place.name: place for place in checkout.all(CODE)}
        self._charts = {place.name: place for place in checkout.all(CHART) if checkout.has(place)}
        self.known = tuple(dict.fromkeys((*self._code, *self._charts)))
        """Names of what is published from here."""

    @cached_property
    def _style(self) -> Style:
        answers = self._checkout.answers
        return style_of(str(answers.get("development", "")), answers.get("versions"))

    @cached_property
    def _told(self) -> Told | None:
        return self._checkout.told(self._asked.variables)

    @cached_property
    def _of_fork(self) -> bool:
        """Whether this is built for somebody's fork, which publishes nothing."""
        variables = self._asked.variables
        return self._told is not None and not self._asked.ref and is_of_fork(variables, payload_of(variables))

    @cached_property
    def _given(self) -> Event | None:
        """The event that somebody tells: a person, or CI."""
        if self._asked.ref:
            return event_of(self._asked.ref)
        return self._told.event if self._told else None

    @cached_property
    def _tags(self) -> list[str]:
        return tags_at_head(self._checkout.repository)

    @cached_property
    def _branch(self) -> str | None:
        return self._checkout.repository.branch()

    def _on_branch(self, name: str) -> Event:
        if self._branch is None:
            released = f"; these are: {', '.join(self._tags)}" if self._tags else ""
            raise ShunterError(
                f"HEAD of {self._checkout.root} is on no branch, and no tag that releases {name} is at it{released}",
                hint="name what the tags there release, or say what is built, such as: --ref refs/heads/main",
            )
        return Event("branch", self._branch)

    @cached_property
    def _number(self) -> int:
        return commits_to_head(self._checkout.repository)

    def concerned(self, names: Sequence[str]) -> Sequence[str]:
        """Those of these projects that the event is about: a tag may be that of one only."""
        if self._given is None or self._given.kind != "tag":
            return names
        named = named_by(self._given.name, self.known)
        if self.known and not named:
            example = f"{self.known[0]}-v1.2.3, or v1.2.3"
            message = f"the tag `{self._given.name}` releases nothing in {self._checkout.name}"
            raise ShunterError(message, hint=f"tags of releases are such as {example}")
        return named

    def _event(self, name: str) -> Event:
        """What happened to a project: without anybody who tells, a tag at the commit goes before the branch."""
        if self._given is not None:
            return self._given
        releasing = released_by(self._tags, name, self.known)
        return Event("tag", releasing[newest_first(releasing)[0]]) if releasing else self._on_branch(name)

    def _released(self, name: str, event: Event) -> Iterable[str]:
        """The versions of all releases of a project, where those say which tags of its image move."""
        moves = event.kind == "tag" and name in self._code and self._style.moving
        return released_by(self._every_tag, name, self.known) if moves else ()

    @cached_property
    def _every_tag(self) -> list[str]:
        return all_tags(self._checkout.repository)

    def versions(self, name: str) -> dict[str, dict[str, Any]]:
        """The image and the chart of a project, as far as they are made here."""
        event, chart = self._event(name), self._charts.get(name)
        build = Build(self._checkout.commit, self._number if needs_build(event) else 0)
        declared = self._checkout.chart(chart).version if chart else None
        found = published(event, self._style, name, declared, build, self._released(name, event))
        about = {
            "publish": found.publish and not self._of_fork,
            "repository": self._checkout.name,
            "event": event.kind,
            "ref": event.name,
            "commit": build.commit,
            "build": build.number or None,
            "dirty": self._dirty,
        }
        image = {"tag": found.image, "tags": [found.image, *found.moving], **about}
        return ({"image": image} if name in self._code else {}) | (
            {"chart": {"version": found.chart, **about}} if chart else {}
        )

    @cached_property
    def _dirty(self) -> bool:
        return has_changes(self._checkout.repository)

    def notices(self) -> list[str]:
        """What a person should know besides."""
        name, commit, found = self._checkout.name, self._checkout.commit[:7], []
        if self._dirty:
            found.append(f"{name}: files are changed; the versions are those of commit {commit}, without these changes")
        told = told_by(self._asked.variables)
        if told is not None and self._told is None and not self._asked.ref:
            found.append(f"{name}: {told.provider}'s variables are about another commit; git was asked")
        return found
