"""Versions and images that somebody asks for when charts are packaged; the charts' folders stay as they are."""

from __future__ import annotations

from collections.abc import Sequence

from shunter.core.charts.versions import require_exact
from shunter.core.packaging.images import ImagePin, parse_pin
from shunter.core.packaging.stamp import Stamped
from shunter.flows.workspace.projects import ProjectFiles
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import FileState


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is put into archives only: versions, of one chart (empty keeps what Chart.yaml says), and images."""

    version: str = ""
    app_version: str = ""
    images: tuple[ImagePin, ...] = ()

    def require_one_chart(self, names: Sequence[str]) -> None:
        """Raise ShunterError where something that is of one chart is asked for of others as well."""
        if len(names) == 1:
            return
        if self.version or self.app_version:
            raise ShunterError("--version and --app-version stamp one chart", hint="shunter package CHART --version V")
        if keyed := next((pin for pin in self.images if pin.key), None):
            hint = "shunter package CHART --image KEY=IMAGE@DIGEST"
            raise ShunterError(f"--image {keyed} is for one chart", hint=hint)


def stamp_of(version: str, app_version: str, images: Sequence[str]) -> Stamp:
    """What is to be put into archives, as a person writes it. Raises ShunterError for what is no image."""
    return Stamp(version, app_version, tuple(dict.fromkeys(map(parse_pin, images))))


def stamped(files: ProjectFiles, stamp: Stamp) -> ProjectFiles:
    """The chart with its version replaced, every other byte of Chart.yaml kept, and its appVersion in its archive."""
    if stamp.app_version:
        files = files.with_stamped(Stamped(stamp.app_version))
    if not stamp.version:
        return files
    from shunter.core.goyaml.edit import edit

    require_exact(stamp.version, "--version")
    data = edit(files.packed.files["Chart.yaml"].data, [(["version"], stamp.version)])
    return files.with_changes({"Chart.yaml": FileState(data)})
