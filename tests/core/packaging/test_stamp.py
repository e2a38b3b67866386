"""What packaging puts into an archive, what a published chart says of that, and what the next release keeps of it."""

from __future__ import annotations

from helpers.charts.tiny_charts import chart_files, loose
from shunter.core.charts.packed import PackedChart
from shunter.core.packaging.images import images_in, parse_pin
from shunter.core.packaging.stamp import APP_VERSION, Stamped, as_held, kept, stamped_of, with_stamped

TEMPLATE = "image: {{ .Values.image.repository }}@{{ .Values.image.digest }}\n"
PIN = parse_pin(f"image=ghcr.io/acme/orders:0.2.0@sha256:{'1' * 64}")


def orders(version: str = "0.2.0", app: str = "0.1.0", image: str = "ghcr.io/acme/orders") -> PackedChart:
    values = {"values.yaml": f"image: {{repository: {image}}}\n"}
    return loose(chart_files("orders", version, app_version=app, template=TEMPLATE, extra=values))


LAST = with_stamped(orders(), Stamped("0.2.0", (PIN,)))


def test_what_was_put_in_is_told_by_the_chart_itself() -> None:
    assert LAST.metadata["appVersion"] == "0.2.0"
    assert LAST.metadata["annotations"][APP_VERSION] == "0.1.0"
    assert images_in(LAST)[PIN.key] == PIN.image
    assert stamped_of(LAST.metadata) == Stamped("0.2.0", (PIN,))
    assert stamped_of(orders().metadata) == Stamped()
    assert with_stamped(orders(app="0.2.0"), Stamped("0.2.0")).metadata.get("annotations") is None, "it says so itself"


def test_a_chart_without_an_app_version_gets_one() -> None:
    found = with_stamped(orders(app=""), Stamped("0.2.0"))
    assert stamped_of(found.metadata) == Stamped("0.2.0")
    assert with_stamped(orders(app=""), as_held(Stamped(), found.metadata)).content == found.content


def test_what_somebody_asks_for_goes_before_what_is_held() -> None:
    assert as_held(Stamped(), LAST.metadata) == Stamped("0.2.0", (PIN,), "0.1.0")
    assert as_held(Stamped("0.3.0"), LAST.metadata) == Stamped("0.3.0", (PIN,))


def test_a_folder_that_says_by_now_what_was_put_in_is_the_same_chart() -> None:
    for app in ("0.1.0", "0.2.0", "0.3.0"):
        same = with_stamped(orders(app=app), as_held(Stamped(), LAST.metadata)).content == LAST.content
        assert same is (app != "0.3.0"), app


def test_the_next_release_keeps_image_and_app_version_as_long_as_the_chart_says_nothing_else() -> None:
    new = orders("0.2.1")
    assert kept(new, Stamped(), LAST.metadata) == (Stamped("0.2.0", (PIN,)), "")
    again = with_stamped(new, Stamped("0.2.0", (PIN,)))
    assert kept(orders("0.2.2"), Stamped(), again.metadata) == (Stamped("0.2.0", (PIN,)), ""), "and the one after it"
    assert kept(new, Stamped("0.2.0"), LAST.metadata)[1] == ""
    other = Stamped(images=(parse_pin(f"image=x/y@sha256:{'2' * 64}"),))
    assert kept(new, other, LAST.metadata) == (other, ""), "somebody says which one"
    assert kept(new, Stamped(), orders().metadata) == (Stamped(), ""), "none was pinned"


def test_it_says_why_it_keeps_none() -> None:
    assert kept(orders("0.3.0", "0.3.0"), Stamped(), LAST.metadata) == (Stamped(), "its appVersion is 0.3.0 now")
    assert kept(orders("0.3.0"), Stamped("0.3.0"), LAST.metadata)[1] == "its appVersion is 0.3.0 now"
    moved = kept(orders("0.3.0", image="ghcr.io/other/orders"), Stamped(), LAST.metadata)
    assert moved == (Stamped(), "its values.yaml does not name ghcr.io/acme/orders any more")
