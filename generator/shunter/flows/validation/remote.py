"""Charts that are packed, in an archive or in a registry, judged as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shunter.flows.release.named import packed_files
from shunter.flows.release.release import Release, with_files
from shunter.flows.validation.judge import Validation, judge_files
from shunter.flows.workspace.context import Context
from shunter.model.errors import ShunterError
from shunter.model.findings import Finding


def judged_remote(context: Context, asked: Validation, urls: Sequence[str]) -> tuple[Finding, ...]:
    """The findings of archives and of charts at `oci://` places, with the values of the request.

    Raises ShunterError where one of them cannot be had, and where it is to be mended.
    """
    if asked.fix:
        raise ShunterError(f"{urls[0]} cannot be mended: it is packed", hint="leave out --fix")
    found: list[Finding] = []
    for url in urls:
        files, folder = packed_files(context, url)
        for findings in judge_files(context, files, folder, [()], asked):
            found += findings
    return tuple(found)


def remote_releases(context: Context, asked: Validation, urls: Sequence[str]) -> Iterator[Release]:
    """The same charts with the values of the request, to be rendered."""
    for url in urls:
        files, folder = packed_files(context, url)
        yield with_files(context, Release(files), folder, asked.values, asked.sets)
