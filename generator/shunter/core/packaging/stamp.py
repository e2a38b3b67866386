"""What packaging puts into an archive that the chart's folder does not say: an appVersion, and digests of images.

The archive says what that was, so that a chart is compared with what is published without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shunter.core.charts.packed import PackedChart
from shunter.core.packaging.images import ImagePin, images_in, pins_of, with_images
from shunter.model.data import dataclass, replace
from shunter.model.files import FileState

APP_VERSION: Final = "shunter/app-version"
"""In Chart.yaml's `annotations`: the appVersion of the chart's folder, where packaging has put in another one."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """An appVersion, empty where that of the folder stays, and images to be pinned.

    `source` is the appVersion that the archive is to name as its folder's, where the folder says `app_version` by now.
    """

    app_version: str = ""
    images: tuple[ImagePin, ...] = ()
    source: str = ""


def with_stamped(chart: PackedChart, stamp: Stamped) -> PackedChart:
    """The chart with what is to be put in; an appVersion that it has already is none.

    Raises ShunterError where a file cannot be edited.
    """
    chart = with_images(chart, stamp.images)
    own = str(chart.metadata.get("appVersion", ""))
    source = stamp.source if stamp.app_version == own else own
    if not stamp.app_version or stamp.app_version == source or (stamp.app_version == own and not source):
        return chart
    from shunter.core.goyaml.edit import edit

    state = chart.files["Chart.yaml"]
    data = edit(state.data, [(["appVersion"], stamp.app_version), (["annotations", APP_VERSION], source)])
    return PackedChart.of_files({**chart.files, "Chart.yaml": FileState(data, state.mode)}, chart.label)


def stamped_of(metadata: Mapping[str, Any]) -> Stamped:
    """What was put into a published chart, as its metadata says."""
    stamped = APP_VERSION in _annotations(metadata)
    return Stamped(str(metadata.get("appVersion", "")) if stamped else "", pins_of(metadata))


def as_held(stamp: Stamped, held: Mapping[str, Any]) -> Stamped:
    """`stamp`, and what of it nobody has asked for as a published chart has it; `held` is that one's metadata."""
    known = stamped_of(held)
    version = stamp.app_version or known.app_version
    return Stamped(version, stamp.images or known.images, _source(held) if version == known.app_version else "")


def kept(chart: PackedChart, stamp: Stamped, last: Mapping[str, Any]) -> tuple[Stamped, str]:
    """What a new version of a chart keeps of the release before it, `last`, and why it keeps nothing of its images.

    Images that nobody asks for anew stay those of the release before, with its appVersion: who packages a chart
    without an image changes the chart. Where the chart names another image or another appVersion by now, that is what
    somebody wants, and the old digest is not it.
    """
    known = stamped_of(last)
    if stamp.images or not known.images:
        return stamp, ""
    wanted, was = stamp.app_version or _source(chart.metadata), _source(last)
    app = str(last.get("appVersion", ""))
    if wanted != (app if stamp.app_version else was):
        return stamp, f"its appVersion is {wanted or 'none'} now"
    here = images_in(chart)
    for pin in known.images:
        if pin.key not in here or not here[pin.key].is_of(pin.image):
            return stamp, f"its values.yaml does not name {pin.image.repository} any more"
    return replace(known, app_version=app), ""


def _source(metadata: Mapping[str, Any]) -> str:
    """The appVersion of the folder that a chart was made of."""
    return str(_annotations(metadata).get(APP_VERSION, metadata.get("appVersion", "")))


def _annotations(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    found = metadata.get("annotations")
    return found if isinstance(found, dict) else {}
