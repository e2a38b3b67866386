"""Archives in a folder of their own, with the index that makes it a chart repository."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from shunter.adapters.helm.registry import INDEX, DirectoryRegistry, Publication
from shunter.adapters.system.files import write_file
from shunter.adapters.system.regular import is_file
from shunter.core.charts.packed import PackedChart
from shunter.model.errors import ShunterError


def into_folder(charts: Iterable[PackedChart], folder: Path, *, dry_run: bool) -> Publication:
    """Put archives into a folder, and then into its index: until that names them, nobody sees them.

    Nothing is written where one of them is refused: see the findings. Raises ShunterError where a file is in the way.
    """
    if is_file(folder):
        raise ShunterError(f"{folder} is a file", hint="--to names a folder")
    published = DirectoryRegistry(folder).plan_publish(charts)
    if not published.findings and not dry_run:
        for name in sorted(published.edits, key=lambda name: (name == INDEX, name)):
            write_file(folder / name, published.edits[name])
    return published
