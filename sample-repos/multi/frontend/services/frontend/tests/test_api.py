"""The page."""

from __future__ import annotations

import unittest

from .support import running


class PageTest(unittest.TestCase):
    def test_it_shows_what_the_settings_say(self) -> None:
        with running(TITLE="a < b", API_URL="/gateway", VERSION="1.2.3") as client:
            answer = client.call("GET", "/")
        self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(answer.headers["Content-Security-Policy"], "default-src 'self'")
        page = answer.body.decode()
        self.assertIn("<h1>a &lt; b</h1>", page)
        self.assertIn('<a href="/gateway">', page)
        self.assertIn("1.2.3", page)

    def test_its_style_sheet_may_be_cached(self) -> None:
        with running() as client:
            answer = client.call("GET", "/style.css")
        self.assertEqual(answer.headers["Content-Type"], "text/css; charset=utf-8")
        self.assertIn("max-age", answer.headers["Cache-Control"])


if __name__ == "__main__":
    unittest.main()
