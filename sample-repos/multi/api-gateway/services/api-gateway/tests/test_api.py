"""Passing requests on."""

from __future__ import annotations

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

from api_gateway_service.api import parse_upstreams

from .support import running


class Upstream(BaseHTTPRequestHandler):
    """Answers every request with what it saw, and with two cookies."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        seen = {"method": self.command, "path": self.path, "body": body, "trace": self.headers.get("X-Trace")}
        self.send_response(202)
        self.send_header("Content-Type", "application/json")
        self.send_header("Set-Cookie", "one=1")
        self.send_header("Set-Cookie", "two=2")
        self.end_headers()
        self.wfile.write(json.dumps(seen).encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


class GatewayTest(unittest.TestCase):
    def setUp(self) -> None:
        upstream = HTTPServer(("127.0.0.1", 0), Upstream)
        thread = threading.Thread(target=upstream.serve_forever, args=(0.05,))
        thread.start()
        self.url = f"http://127.0.0.1:{upstream.server_address[1]}"
        self.addCleanup(upstream.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(upstream.shutdown)

    def test_a_request_reaches_its_service_as_it_came(self) -> None:
        with running(UPSTREAMS=f"orders={self.url}/v1") as client:
            answer = client.call("POST", "/api/orders/a%20b/c?q=1", {"name": "x"}, {"X-Trace": "t"})
        self.assertEqual(answer.status, 202)
        expected = {"method": "POST", "path": "/v1/a%20b/c?q=1", "body": '{"name": "x"}', "trace": "t"}
        self.assertEqual(answer.json(), expected)
        self.assertEqual(answer.headers.get_all("Set-Cookie"), ["one=1", "two=2"])

    def test_an_unknown_service_is_not_found(self) -> None:
        with running(UPSTREAMS=f"orders={self.url}") as client:
            self.assertEqual(client.call("POST", "/api/other/x", {}).status, 404)
            self.assertEqual(client.call("GET", "/api").json(), {"services": ["orders"]})

    def test_a_service_that_is_down_is_a_bad_gateway(self) -> None:
        with running(UPSTREAMS="orders=http://127.0.0.1:1") as client:
            self.assertEqual(client.call("GET", "/api/orders/x").status, 502)

    def test_upstreams_are_checked_at_the_start(self) -> None:
        self.assertEqual(parse_upstreams("a=http://a:1/x/, b=http://b"), {"a": ("a:1", "/x"), "b": ("b", "")})
        for text in ("a", "a=b:80", "a=ftp://b", "=http://b"):
            with self.assertRaisesRegex(ValueError, "UPSTREAMS"):
                parse_upstreams(text)


if __name__ == "__main__":
    unittest.main()
