"""The jobs of GitLab for the projects that a commit touches: which there are. What they do is in .gitlab/jobs.yml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shunter.core.delivery.touched import CODE, ENVIRONMENT

Job = dict[str, Any]
Traits = Mapping[tuple[str, str], Mapping[str, Any]]
"""By kind and name of a project, its answers as its repository's root lists them."""


def jobs(touched: Mapping[str, Sequence[str]], traits: Traits) -> dict[str, Job]:
    """Jobs by name, in the order in which their stages run.

    `touched` has names of services, charts and environments, and of the environments that a merge request gets a
    preview of. A pipeline without a job fails, so there is one, which does nothing, where nothing is touched.
    """
    code, charts, environments = touched["services"], touched["charts"], touched["environments"]
    found = {f"test-{name}": _job(f".test-{traits[CODE, name]['language']}", name) for name in code}
    found |= {f"image-{name}": _job(".image", name, needs=[f"test-{name}"]) for name in code}
    found |= {f"chart-{name}": _job(".chart", name, needs=[f"image-{name}"] if name in code else []) for name in charts}
    found |= {f"render-{name}": _job(".render", name) for name in environments}
    for name in environments:
        answers = traits[ENVIRONMENT, name]
        found[f"deploy-{name}"] = _job(_deploys(".deploy", answers), name)
        if name in touched["previews"]:
            ends = f"end-{name}"
            lives = {"name": f"preview/{name}-$CI_MERGE_REQUEST_IID", "on_stop": ends}
            found[f"preview-{name}"] = _job(_deploys(".preview", answers), name, environment=lives)
            found[ends] = _job(_deploys(".end", answers), name)
    return found or {"unchanged": {"extends": ".unchanged"}}


def _job(base: str | list[str], name: str, **more: object) -> Job:
    return {"extends": base, "variables": {"NAME": name}, **more}


def _deploys(base: str, answers: Mapping[str, Any]) -> str | list[str]:
    """What a job with an environment's Helm extends; production waits for a click."""
    by_hand = "-by-hand" if base == ".deploy" and answers.get("stage") == "production" else ""
    return [f"{base}{by_hand}", ".helm-3"] if answers.get("helm") == "3" else f"{base}{by_hand}"
