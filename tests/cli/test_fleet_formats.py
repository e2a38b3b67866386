"""The rows of an update as JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree

from shunter.cli.fleet_formats import junit_rows
from shunter.core.delivery.fleet_report import Row
from shunter.model.findings import Status


def test_a_repository_with_something_left_has_failed() -> None:
    rows = [
        Row("a<b", Status.CONFLICT, "0.2.0", detail="x & y", conflicts=(("f", "contents"),), left=True),
        Row("c", Status.DONE, "0.2.0", request=("opened", "https://x/1"), timings={"push": 1.0, "commit": 0.5}),
    ]
    root = ElementTree.fromstring(junit_rows(rows))
    assert (root.get("tests"), root.get("failures"), root.get("time")) == ("2", "1", "1.500")
    failed, done = root.iter("testcase")
    assert (failed.get("name"), done.get("time")) == ("a<b", "1.500")
    failure, out = failed.find("failure"), done.find("system-out")
    assert failure is not None
    assert out is not None
    assert (failure.get("message"), failure.text, out.text) == ("conflict", "x & y\nf: contents", "\nhttps://x/1")
