"""The API: one HTML page and its style sheet."""

from __future__ import annotations

import html
from string import Template

from .settings import Settings
from .web import Response, Route

NAME = "frontend"
PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<h1>$title</h1>
<p>Version $version. The API is at <a href="$api">$api</a>.</p>
</body>
</html>
""")
STYLE = """body { margin: 4rem auto; max-width: 40rem; font-family: system-ui, sans-serif; }
"""
SECURITY = {
    "Content-Security-Policy": "default-src 'self'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class ServiceApi:
    """Shows the page. The variables TITLE and API_URL fill it in."""

    def __init__(self, settings: Settings) -> None:
        values = {
            "title": settings.variables.get("TITLE") or NAME,
            "api": settings.variables.get("API_URL") or "/api",
            "version": settings.version,
        }
        self._page = PAGE.substitute({key: html.escape(value) for key, value in values.items()}).encode()

    def routes(self) -> list[Route]:
        """What it serves."""
        return [Route("/", self._show), Route("/style.css", self._style)]

    def _show(self) -> Response:
        return Response(body=self._page, content_type="text/html; charset=utf-8", headers=tuple(SECURITY.items()))

    def _style(self) -> Response:
        headers = (*SECURITY.items(), ("Cache-Control", "public, max-age=3600"))
        return Response(body=STYLE.encode(), content_type="text/css; charset=utf-8", headers=headers)
