"""A release beside an environment's own, such as a preview of a request: what it is called, and where it stands."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Final

from shunter.adapters.system.regular import exists
from shunter.flows.release.release import named
from shunter.flows.workspace.context import Context
from shunter.flows.workspace.projects import files_of
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.findings import Outcome, Report, Status

PREVIEW: Final = "preview.yaml"
"""The values file by which previews of an environment differ from it; without one there are none."""
_REQUEST: Final = re.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Apart:
    """A release beside the environment's own: its name and namespace, and further values files.

    `alone` is a namespace for it alone, which it gets where `namespace` is not there; `preview` is its request.
    """

    release: str = ""
    namespace: str = ""
    values: tuple[str, ...] = ()
    alone: str = ""
    preview: str = ""

    @property
    def words(self) -> str:
        """How a command line names it, with a space in front."""
        if self.preview:
            return f" --preview {self.preview}"
        named = (("--release", self.release), ("--namespace", self.namespace))
        return "".join(f" {option} {name}" for option, name in named if name)


def preview_of(context: Context, names: Sequence[str], request: str, more: Apart) -> Apart:
    """The preview of one environment for a request, with what `more` says besides.

    It stands in the namespace of previews, the environment's with `-preview` behind it, where there is one; else in one
    of its own, with the request behind that. Raises ShunterError for what can be no part of such names.
    """
    if not _REQUEST.fullmatch(request):
        raise ShunterError(f"`{request}` is no request", hint="--preview 12: digits, or lower-case letters and dashes")
    if more.release:
        raise ShunterError("a preview is called after its request", hint="leave out --release, or --preview")
    if len(names) > 1:
        raise ShunterError("a preview is one of one environment", hint="name one environment")
    site = context.site("environment", next(iter(names), ""))
    own = named(files_of(context, site), site)
    shared = f"{own.namespace}-preview"
    return Apart(
        release=f"{own.name}-{request}",
        namespace=more.namespace or shared,
        values=(str(site.path / PREVIEW), *more.values),
        alone="" if more.namespace else f"{shared}-{request}",
        preview=request,
    )


def no_preview(context: Context, names: Sequence[str]) -> Report | None:
    """The report where an environment does not say how previews of it differ, so that it has none; else None."""
    site = context.site("environment", next(iter(names), ""))
    if exists(site.path / PREVIEW):
        return None
    said = f"no preview: there is no {os.path.normpath(f'{site.folder}/{PREVIEW}')}"
    return Report(outcomes=(Outcome(site.name, Status.NOOP, said),))
