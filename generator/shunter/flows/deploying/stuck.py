"""A release that a killed run has left behind: said what it is, and mended by the least that lets Helm go on."""

from __future__ import annotations

from shunter.core.deployment.revision import Revision, as_failed
from shunter.flows.deploying.place import Place
from shunter.flows.deploying.wanted import objects_in
from shunter.model.errors import ShunterError


def stuck(place: Place, revision: Revision) -> ShunterError:
    """The error for a release at which Helm takes somebody to be at work."""
    return ShunterError(
        f"{place.label} is {revision.status} since {revision.at} (revision {revision.number}): "
        "a run was killed there, or is still at work",
        hint=f"once no other run is at work: shunter deploy {place.target.name}{place.target.words} --recover",
        exit_code=1,
    )


def recover(place: Place, revisions: tuple[Revision, ...]) -> tuple[str, ...]:
    """Mark the newest revision as failed, which is all that Helm needs, and say what was found.

    No object changes. Raises ShunterError where the revision has changed meanwhile.
    """
    found = revisions[-1]
    deployed = next((each for each in reversed(revisions) if each.status == "deployed"), None)
    secret = next(each for each in place.secrets() if each["metadata"]["name"] == found.secret)
    said = f"was {found.status} since {found.at}, and nobody at work: marked as failed by shunter"
    place.server.patch("v1", "Secret", place.namespace, found.secret, as_failed(secret, said))
    before = f"; revision {deployed.number} is the deployed one" if deployed else "; none was ever deployed"
    lines = [f"{place.label}: revision {found.number} {said}{before}"]
    if deployed:
        known = {each.title for each in objects_in(deployed.manifest)}
        new = [each.title for each in objects_in(found.manifest) if each.title not in known]
        if new:
            lines.append(f"new in revision {found.number}, and there whatever comes: {', '.join(new)}")
    return tuple(lines)
