"""Images in a chart's values: found, pinned to digests, and told."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from helpers.charts.tiny_charts import chart_files
from shunter.core.charts.image import Image
from shunter.core.charts.packed import PackedChart
from shunter.core.packaging.images import (
    ImagePin,
    images_in,
    key_text,
    nowhere,
    parse_pin,
    pins_of,
    placed,
    with_images,
)
from shunter.model.errors import ShunterError

ONE, TWO = (f"sha256:{digit * 64}" for digit in "12")
TEMPLATE = "image: {{ .Values.image.repository }}@{{ .Values.image.digest }}\n"
VALUES = """\
# what runs
image:
  repository: ghcr.io/acme/orders  # built here
  pullPolicy: Always
replicas: 0777
backup:
  image: {repository: nats, tag: "2"}
restore:
  image: {registry: docker.io, repository: library/nats, tag: "2"}
sidecarImage: quay.io/x/proxy:1
labels:
- image: {repository: ghcr.io/acme/orders}
"""


def chart(values: str = VALUES, template: str = TEMPLATE) -> PackedChart:
    return PackedChart.of_files(chart_files("orders", template=template, extra={"values.yaml": values}))


def values_of(found: PackedChart) -> Any:
    return yaml.safe_load(found.files["values.yaml"].data)


def pinned(*texts: str, values: str = VALUES) -> PackedChart:
    made = chart(values)
    return with_images(made, placed(made, [parse_pin(text) for text in texts]))


def test_images_of_values() -> None:
    assert {key_text(key): str(image) for key, image in images_in(chart()).items()} == {
        "image": "ghcr.io/acme/orders",
        "backup.image": "nats:2",
        "restore.image": "docker.io/library/nats:2",
        "sidecarImage": "quay.io/x/proxy:1",
    }
    assert images_in(chart("a: [")) == images_in(chart("")) == images_in(chart("image: {repository: '{{ x }}'}")) == {}


def test_only_the_digest_is_written_and_comments_stay() -> None:
    found = pinned(f"ghcr.io/acme/orders@{ONE}", values=VALUES.partition("backup:")[0])
    text = found.files["values.yaml"].data.decode()
    line = f"  digest: {ONE}\n"
    assert line in text
    assert text.replace(line, "") == VALUES.partition("backup:")[0]
    assert found.metadata["annotations"] == {"shunter/images": f"image=ghcr.io/acme/orders@{ONE}"}


def test_every_image_of_a_repository_is_pinned() -> None:
    found = pinned(f"docker.io/library/nats:2.1@{ONE}", f"quay.io/x/proxy@{TWO}")
    values = yaml.safe_load(VALUES)
    values["backup"]["image"] |= {"tag": "2.1", "digest": ONE}
    values["restore"]["image"] |= {"tag": "2.1", "digest": ONE}
    values["sidecarImage"] = f"quay.io/x/proxy@{TWO}"
    assert values_of(found) == values
    assert [str(pin) for pin in pins_of(found.metadata)] == [
        f"backup.image=docker.io/library/nats:2.1@{ONE}",
        f"restore.image=docker.io/library/nats:2.1@{ONE}",
        f"sidecarImage=quay.io/x/proxy@{TWO}",
    ]


def test_a_key_takes_any_image() -> None:
    values = values_of(pinned(f"image=mirror.acme/orders:1@{ONE}", f"restore.image=mirror.acme/x/nats@{TWO}"))
    assert values["image"] == {
        "repository": "mirror.acme/orders",
        "pullPolicy": "Always",
        "tag": "1",
        "digest": ONE,
    }
    assert values["restore"]["image"] == {
        "registry": "mirror.acme",
        "repository": "x/nats",
        "tag": "2",
        "digest": TWO,
    }


@pytest.mark.parametrize("tag", ["1.10", "on", "0123456", "1e3", "1_000", "yes"])
def test_a_tag_stays_a_text(tag: str) -> None:
    assert values_of(pinned(f"image=a/b:{tag}@{ONE}"))["image"]["tag"] == tag


def test_the_same_pins_give_the_same_bytes_and_pins_again_change_nothing() -> None:
    wanted = [parse_pin(f"nats@{ONE}"), parse_pin(f"image=a/b@{TWO}")]
    made = chart()
    found = [with_images(made, placed(made, order)).packed().archive for order in (wanted, wanted[::-1])]
    assert found[0] == found[1] != made.packed().archive
    once = with_images(made, placed(made, wanted))
    assert with_images(made, pins_of(once.metadata)).packed().archive == found[0]
    assert with_images(once, pins_of(once.metadata)).packed().archive == found[0]


def test_a_key_with_dots() -> None:
    made = chart("sidecars:\n  nats.io: {image: {repository: nats}}\n")
    [pin] = placed(made, [parse_pin(f"nats@{ONE}")])
    assert str(pin) == f"sidecars.nats\\.io.image=nats@{ONE}"
    assert parse_pin(str(pin)) == pin
    assert values_of(with_images(made, [pin]))["sidecars"]["nats.io"]["image"]["digest"] == ONE


def test_nothing_to_pin_is_no_change() -> None:
    made = chart()
    assert placed(made, [parse_pin(f"ghcr.io/acme/cart@{ONE}")]) == ()
    assert with_images(made, []) is made
    assert with_images(made, [parse_pin(f"gone.image=ghcr.io/acme/cart@{ONE}")]) is made


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ghcr.io/acme/orders", "has neither a digest nor a tag"),
        ("Orders@sha256:1", "is no image"),
        (f"=nats@{ONE}", "is no image"),
        (f"a b=nats@{ONE}", "is no image"),
        ("", "is no image"),
    ],
)
def test_what_is_no_pin(text: str, said: str) -> None:
    with pytest.raises(ShunterError, match=said) as error:
        parse_pin(text)
    assert "--image " in error.value.hint


def test_an_image_that_nobody_has_and_one_that_is_said_twice() -> None:
    pin = parse_pin(f"ghcr.io/acme/cart@{ONE}")
    error = nowhere(pin, [chart()])
    assert error.message == "no image of orders is in ghcr.io/acme/cart"
    assert "image (ghcr.io/acme/orders)" in error.hint
    assert "orders.image" in nowhere(pin, [chart(), chart()]).hint
    assert nowhere(pin, [chart()] * 9).message == nowhere(pin, []).message
    with pytest.raises(ShunterError, match="no image at img"):
        placed(chart(), [parse_pin(f"img=nats@{ONE}")])
    with pytest.raises(ShunterError, match="is pinned twice"):
        placed(chart(), [parse_pin(f"nats@{ONE}"), parse_pin(f"nats@{TWO}")])


def test_a_chart_whose_templates_know_no_digest_is_refused() -> None:
    plain = 'image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n'
    with pytest.raises(ShunterError, match="renders no digest"):
        placed(chart(template=plain), [parse_pin(f"ghcr.io/acme/orders@{ONE}")])
    text = 'image: "{{ .Values.sidecarImage }}"\n'
    assert placed(chart(template=text), [parse_pin(f"quay.io/x/proxy@{ONE}")])


def test_values_that_an_edit_would_change_elsewhere_are_refused() -> None:
    shared = "one: &i {image: {repository: nats}}\ntwo: *i\n"
    made = chart(shared)
    with pytest.raises(ShunterError, match="without changing something else"):
        with_images(made, [ImagePin(Image("nats", "", ONE), ("one", "image"))])


def test_annotations_that_nobody_can_read_pin_nothing() -> None:
    assert pins_of({"annotations": {"shunter/images": f"x y=z:1 nats@{ONE} image=nats@{ONE}"}}) == (
        parse_pin(f"image=nats@{ONE}"),
    )
    assert pins_of({"annotations": ["x"]}) == pins_of({}) == ()
