"""Images in a chart's values, and the digests that packaging pins them to.

A published chart says in Chart.yaml what was pinned, so that its folder, which has no pins, can be compared with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from shunter.core.charts.artifact import without_login
from shunter.core.charts.contents import read_once
from shunter.core.charts.image import Image, is_host, parse_image
from shunter.core.charts.packed import PackedChart
from shunter.core.goyaml import document
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import FileState

IMAGES: Final = "shunter/images"
"""In Chart.yaml's `annotations`: the images that packaging has pinned, `KEY=REPOSITORY@DIGEST` each."""
_VALUES: Final = "values.yaml"
_STEPS: Final = re.compile(r"(?<!\\)\.")
_EXAMPLE: Final = "such as --image ghcr.io/acme/orders@sha256:..., the digest that pushing the image prints"
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImagePin:
    """An image that is pinned to its digest, or is to be, and the key of the values that names it.

    Without a key, every image of the same repository is meant.
    """

    image: Image
    key: Key = ()

    def __str__(self) -> str:
        return f"{key_text(self.key)}={self.image}" if self.key else str(self.image)


def parse_pin(text: str) -> ImagePin:
    """`REPOSITORY@DIGEST`, `REPOSITORY:TAG` or both, and `KEY=` before it or nothing.

    Raises ShunterError for anything else.
    """
    key, equals, name = text.rpartition("=")
    image = parse_image(name)
    if image is None or (equals and not key) or re.search(r"\s", key):
        raise ShunterError(
            f"`{without_login(text)}` is no image: REPOSITORY@DIGEST, or KEY=REPOSITORY@DIGEST", hint=_EXAMPLE
        )
    if not (image.digest or image.tag):
        raise ShunterError(f"`{text}` has neither a digest nor a tag", hint=_EXAMPLE)
    return ImagePin(image, tuple(step.replace("\\.", ".") for step in _STEPS.split(key)) if key else ())


def key_text(key: Key) -> str:
    """A key as a person writes it: `backup.image`; a dot in a name has a backslash before it."""
    return ".".join(step.replace(".", "\\.") for step in key)


def pins_of(metadata: Mapping[str, Any]) -> tuple[ImagePin, ...]:
    """What a published chart's metadata says that packaging has pinned."""
    annotations = metadata.get("annotations")
    text = annotations.get(IMAGES, "") if isinstance(annotations, dict) else ""
    found = []
    for word in str(text).split():
        try:
            found.append(parse_pin(word))
        except ShunterError:
            continue  # by somebody else: what cannot be read pins nothing
    return tuple(pin for pin in found if pin.key and pin.image.digest)


def images_in(chart: PackedChart) -> dict[Key, Image]:
    """The images that a chart's values.yaml names, by their keys: maps with a `repository`, and texts called image."""
    return dict(_images((), _values(chart)))


def _values(chart: PackedChart) -> Mapping[str, Any]:
    state = chart.files.get(_VALUES)
    return (read_once(state.data, _VALUES).value if state else None) or {}


def _images(key: Key, value: Mapping[str, Any]) -> Iterator[tuple[Key, Image]]:
    for name, inner in value.items():
        at = (*key, str(name))
        if (found := _image(inner)) and (isinstance(inner, dict) or at[-1].lower().endswith("image")):
            yield at, found
        elif isinstance(inner, dict):
            yield from _images(at, inner)


def _image(value: Any) -> Image | None:
    """The image that a value names: a map of `repository`, perhaps `registry`, `tag`, `digest`, or one text."""
    if isinstance(value, str):
        return parse_image(value)
    if not isinstance(value, dict) or not isinstance(value.get("repository"), str):
        return None
    texts = {name: str(value.get(name) or "") for name in ("registry", "repository", "tag", "digest")}
    found = parse_image(f"{texts['registry']}/{texts['repository']}".lstrip("/"))
    return found and Image(found.repository, texts["tag"] or found.tag, texts["digest"] or found.digest)


def placed(chart: PackedChart, wanted: Sequence[ImagePin]) -> tuple[ImagePin, ...]:
    """What of `wanted` is in a chart's values, with its keys, in their order.

    Raises ShunterError where two say something else of one image, for a key that names none, and where no template of
    the chart knows digests.
    """
    values = _values(chart)
    known = dict(_images((), values))
    found: dict[Key, Image] = {}
    for pin in wanted:
        if pin.key and pin.key not in known:
            raise ShunterError(f"chart {chart.name} has no image at {key_text(pin.key)}", hint=_told(known))
        for key in [pin.key] if pin.key else [key for key, image in known.items() if image.is_of(pin.image)]:
            if found.setdefault(key, pin.image) != pin.image:
                both = f"{found[key]} and {pin.image}"
                raise ShunterError(f"image {key_text(key)} is pinned twice: {both}", hint="leave one out")
    for key in found:
        if isinstance(document.value_at(values, key), dict) and not _knows_digests(chart):
            raise ShunterError(
                f"chart {chart.name} renders no digest, so {key_text(key)} would stay as it is",
                hint=f"let its templates write @{{{{ .Values.{key_text(key)}.digest }}}} in place of the tag",
            )
    return tuple(ImagePin(found[key], key) for key in known if key in found)


def nowhere(pin: ImagePin, charts: Iterable[PackedChart]) -> ShunterError:
    """The refusal of a pin whose image none of these charts has."""
    several = [(chart.name, images_in(chart)) for chart in charts]
    who = " or ".join(name for name, _ in several) if 0 < len(several) < 4 else "any chart here"
    known = {(name, *key): image for name, found in several for key, image in found.items()}
    one = several[0][1] if len(several) == 1 else known
    hint = f"{_told(one)}\nor --image KEY={pin.image} puts it there"
    return ShunterError(f"no image of {who} is in {pin.image.repository}", hint=hint)


def _told(known: Mapping[Key, Image]) -> str:
    told = [f"{key_text(key)} ({image})" for key, image in known.items()]
    return f"known: {', '.join(told[:8])}" if told else "its values.yaml names no image"


def with_images(chart: PackedChart, pins: Sequence[ImagePin]) -> PackedChart:
    """The chart with these images in its values.yaml and named in Chart.yaml, without those whose keys it lacks.

    Raises ShunterError where its values.yaml cannot be edited.
    """
    from shunter.core.goyaml.edit import edit

    values = _values(chart)
    here = [(pin, old) for pin in pins if _image(old := document.value_at(values, pin.key))]
    if not here:
        return chart
    changes = [change for pin, old in here for change in _changes(pin, old)]
    state, described = chart.files[_VALUES], chart.files["Chart.yaml"]
    data = edit(state.data, changes)
    _require_edited(chart.name, values, data, changes)
    told = edit(described.data, [(["annotations", IMAGES], " ".join(str(pin) for pin, _ in here))])
    files = {_VALUES: FileState(data, state.mode), "Chart.yaml": FileState(told, described.mode)}
    return PackedChart.of_files({**chart.files, **files}, chart.label)


def _changes(pin: ImagePin, old: Any) -> Iterator[tuple[Key, str]]:
    """What to write, and where: all of a text, or of a map the digest, and what else is another."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    image = pin.image
    if isinstance(old, str):
        yield pin.key, str(image)
        return
    known = _image(old)
    if known is None or not known.is_of(image):
        first, _, rest = image.repository.partition("/")
        apart = "registry" in old and is_host(first) and rest
        named = {"registry": first, "repository": rest} if apart else {"repository": image.repository}
        yield from (((*pin.key, name), text) for name, text in named.items())
    if image.tag:
        # Quoted always: the writer's YAML is 1.2, in which a tag `on` is a text, and Helm's is not.
        yield (*pin.key, "tag"), DoubleQuotedScalarString(image.tag)
    yield (*pin.key, "digest"), image.digest


def _require_edited(name: str, values: Mapping[str, Any], data: bytes, changes: Sequence[tuple[Key, str]]) -> None:
    """Values that are written anew by another program must be the same but for what was to change."""
    wanted = dict(values)
    for key, text in changes:
        wanted = _laid(wanted, key, text)
    if document.read(data, _VALUES).value != wanted:
        raise ShunterError(
            f"{name}: an image cannot be pinned in values.yaml without changing something else there",
            hint="write the image as a block, each key on a line of its own, without anchors",
        )


def _laid(value: Mapping[str, Any], key: Key, text: str) -> dict[str, Any]:
    head, *rest = key
    return {**value, head: _laid(value.get(head) or {}, tuple(rest), text) if rest else text}


def _knows_digests(chart: PackedChart) -> bool:
    """Whether a template of the chart, or of one inside it, has the word: no more can be told without rendering."""
    own = any(path.startswith("templates/") and b"digest" in state.data for path, state in chart.files.items())
    return own or any(map(_knows_digests, chart.subcharts.values()))
