"""Images under charts that go up: which of them go down, and which lose their digest."""

from __future__ import annotations

import pytest

from helpers.charts.tiny_charts import chart_files, loose
from shunter.core.charts.packed import PackedChart
from shunter.core.packaging.images import parse_pin
from shunter.core.packaging.stamp import Stamped, with_stamped
from shunter.core.trains.images import image_changes, may_differ

TEMPLATE = "image: {{ .Values.image.repository }}@{{ .Values.image.digest }}\n"


def chart(app: str, image: str = "{repository: x/web}", pinned: str = "") -> PackedChart:
    files = chart_files("web", app_version=app, template=TEMPLATE, extra={"values.yaml": f"image: {image}\n"})
    pins = (parse_pin(f"image=x/web{pinned}"),) if pinned else ()
    return with_stamped(loose(files), Stamped(images=pins))


ONE, TWO = (f"@sha256:{digit * 64}" for digit in "12")


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        (chart("0.2.0"), chart("0.1.0"), ["image x/web:0.2.0 → x/web:0.1.0 down"]),
        (chart("0.1.0", pinned=f":0.2.0{ONE}"), chart("0.1.0"), ["image x/web:0.2.0@ → x/web:0.1.0 down unpinned"]),
        (chart("0.1.0", pinned=f":0.2.0{ONE}"), chart("0.1.0", pinned=f":0.1.9{TWO}"), ["image x/web:0.2.0@ → x/web:0.1.9@ down"]),
        (chart("0.1.0", pinned=ONE), chart("0.2.0"), ["image x/web:0.1.0@ → x/web:0.2.0 unpinned"]),
        (chart("0.1.0", pinned=f":0.2.0{ONE}"), chart("0.1.0", pinned=f":0.1.0{ONE}"), []),
        (chart("0.1.0", pinned=f":0.2.0{ONE}"), chart("0.1.0", pinned=f":0.10.0{TWO}"), []),
        (chart("0.2.0"), chart("0.1.0", "{repository: x/web, tag: 0.2.0}"), []),
        (chart("0.2.0"), chart("0.1.0", "{repository: y/web}"), []),
        (chart("main-42-gabc"), chart("main-7-gdef"), []),
        (chart("0.2.0"), chart("0.1.0", "none"), []),
    ],
)  # fmt: skip
def test_what_becomes_less(was: PackedChart, now: PackedChart, found: list[str]) -> None:
    told = []
    for each in image_changes(was, now):
        words = [word for word, said in (("down", each.down), ("unpinned", each.unpinned)) if said]
        shown = str(each).replace(ONE[1:], "").replace(TWO[1:], "")
        told.append(" ".join([each.key, shown, *words]))
    assert told == found
    assert may_differ(was.metadata, now.metadata) or not found, "metadata say where values have to be read"


def test_most_charts_say_by_their_metadata_that_nothing_becomes_less() -> None:
    assert not may_differ(
        chart("0.1.0", pinned=f":0.1.0{ONE}").metadata, chart("0.1.0", pinned=f":0.2.0{TWO}").metadata
    )
    assert not may_differ(chart("0.1.0").metadata, chart("0.2.0").metadata)
