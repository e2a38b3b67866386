"""What every service does, whatever its API: health, metrics, errors."""

from __future__ import annotations

import re
import time
import unittest
from unittest import mock

from .support import Client, running

SAMPLE = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+')


def metric(client: Client, sample: str, at_least: float = 0) -> float:
    """The value of one sample, 0 if there is none. A request is counted just after its answer: wait for `at_least`."""
    deadline = time.monotonic() + 10
    while True:
        lines = client.call("GET", "/metrics").body.decode().splitlines()
        value = next((float(line.removeprefix(sample)) for line in lines if line.startswith(sample + " ")), 0.0)
        if value >= at_least or time.monotonic() > deadline:
            return value
        time.sleep(0.02)


class HealthTest(unittest.TestCase):
    def test_it_is_alive_and_ready(self) -> None:
        with running() as client:
            for path in ("/livez", "/healthz", "/readyz"):
                self.assertEqual(client.call("GET", path).status, 200)

    def test_while_draining_it_is_alive_but_not_ready(self) -> None:
        with running() as client:
            client.server.draining.set()
            self.assertEqual(client.call("GET", "/livez").status, 200)
            answer = client.call("GET", "/readyz")
            self.assertEqual(answer.status, 503)
            self.assertEqual(answer.headers["Connection"], "close")


class MetricsTest(unittest.TestCase):
    def test_they_are_in_the_format_of_prometheus(self) -> None:
        with running(VERSION="1.2.3") as client:
            client.call("GET", "/livez")
            lines = client.call("GET", "/metrics").body.decode().splitlines()
        for line in lines:
            self.assertTrue(line.startswith("# ") or SAMPLE.fullmatch(line), line)
        self.assertIn('service_build_info{version="1.2.3",revision=""} 1', lines)
        self.assertTrue(any(line.startswith("http_requests_in_flight ") for line in lines))

    def test_they_count_requests_by_route_and_status(self) -> None:
        with running() as client:
            for path in ("/nowhere", "/nowhere/else"):
                self.assertEqual(client.call("GET", path).status, 404)
            self.assertEqual(metric(client, 'http_requests_total{method="GET",path="other",code="404"}', at_least=2), 2)
            name = "http_request_duration_seconds"
            self.assertEqual(metric(client, name + '_count{method="GET",path="other"}', at_least=2), 2)
            self.assertEqual(metric(client, name + '_bucket{method="GET",path="other",le="+Inf"}'), 2)
            self.assertGreater(metric(client, name + '_sum{method="GET",path="other"}'), 0)


class ErrorsTest(unittest.TestCase):
    def test_an_unknown_path_is_not_found(self) -> None:
        with running() as client:
            answer = client.call("GET", "/nowhere")
        self.assertEqual((answer.status, answer.json()), (404, {"error": "not found"}))

    def test_a_wrong_method_names_the_right_ones(self) -> None:
        with running() as client:
            answer = client.call("POST", "/livez")
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET"))

    def test_head_is_answered_without_a_body(self) -> None:
        with running() as client:
            answer = client.call("HEAD", "/livez")
        self.assertEqual((answer.status, answer.body), (200, b""))

    def test_a_body_that_is_too_large_is_refused(self) -> None:
        with running() as client:
            answer = client.call("POST", "/nowhere", headers={"Content-Length": "1048577"})
        self.assertEqual(answer.status, 413)

    def test_a_failing_handler_is_an_internal_error_and_says_no_more(self) -> None:
        with running() as client:
            with mock.patch.object(client.server.registry, "render", side_effect=RuntimeError("secret")):
                answer = client.call("GET", "/metrics")
            self.assertEqual((answer.status, answer.json()), (500, {"error": "internal error"}))
            self.assertEqual(client.call("GET", "/metrics").status, 200)


if __name__ == "__main__":
    unittest.main()
