"""The real process: SIGTERM loses no request."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager

COMMAND = [sys.executable, "-m", "frontend_service"]


@contextmanager
def started(**variables: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The service as a process of its own, which does not outlive the test, and the port that its log names."""
    environment = os.environ | {"HOST": "127.0.0.1", "PORT": "0", "LOG_LEVEL": "INFO", **variables}
    with subprocess.Popen(COMMAND, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process, json.loads(process.stdout.readline())["port"]
        finally:
            process.kill()


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body, or status 0 if nothing listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


@contextmanager
def unfinished_request(port: int) -> Iterator[socket.socket]:
    """A request in flight whose last byte, `}`, is still to be sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"POST /nowhere HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\n{")
        wait_until(lambda: "http_requests_in_flight 2\n" in get(port, "/metrics")[1])
        yield connection


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when `condition` holds; fail after 10 seconds."""
    deadline = time.monotonic() + 10
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("waited for too long")
        time.sleep(0.01)


class ShutdownTest(unittest.TestCase):
    def test_a_request_in_flight_is_answered_before_the_process_ends(self) -> None:
        with started(DRAIN_DELAY="1") as (process, port), unfinished_request(port) as request:
            self.assertEqual(get(port, "/readyz")[0], 200)
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: get(port, "/readyz")[0] == 503)
            wait_until(lambda: get(port, "/readyz")[0] == 0)
            self.assertIsNone(process.poll())
            request.sendall(b"}")
            self.assertEqual(request.makefile("rb").readline(), b"HTTP/1.1 404 Not Found\r\n")
            self.assertEqual(process.wait(timeout=10), 0)

    def test_a_request_that_never_ends_does_not_hold_the_process_for_ever(self) -> None:
        with started(DRAIN_DELAY="0", SHUTDOWN_TIMEOUT="0.3") as (process, port), unfinished_request(port):
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=10), 1)

    def test_logs_are_one_json_object_per_line(self) -> None:
        with started(DRAIN_DELAY="0") as (process, port):
            self.assertEqual(get(port, "/nowhere?token=secret")[0], 404)
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=10)
        entries = {entry["message"]: entry for entry in map(json.loads, output.splitlines())}
        self.assertEqual((entries["request"]["status"], entries["request"]["path"]), (404, "/nowhere"))
        self.assertTrue(entries["stopped"]["finished"])

    def test_a_bad_setting_is_named(self) -> None:
        environment = os.environ | {"PORT": "http"}
        done = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, check=False, timeout=10)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, "error: PORT must be a number, not 'http'\n")


if __name__ == "__main__":
    unittest.main()
