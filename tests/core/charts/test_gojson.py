"""Go's JSON."""

from __future__ import annotations

from shunter.core.charts.gojson import dumps, in_order


def test_escapes_of_go() -> None:
    assert dumps({"b": "<a href='x'>&\u2028é\"\\\n", "a": [1, True, None]}) == (
        '{"b":"\\u003ca href=\'x\'\\u003e\\u0026\\u2028é\\"\\\\\\n","a":[1,true,null]}'
    )


def test_maps_are_sorted_at_every_depth() -> None:
    assert (
        dumps(in_order({"b": [{"d": 1, "c": ({"z": 1, "y": 2},)}], "a": 0}))
        == '{"a":0,"b":[{"c":[{"y":2,"z":1}],"d":1}]}'
    )
