"""Where a repository is on its forge: the host and path that a remote's URL names, and the page for a pull request."""

from __future__ import annotations

import re
from urllib.parse import quote

from shunter.model.data import dataclass

GITHUB, GITLAB, GITEA = "github", "gitlab", "gitea"
_HOSTS = {"github.com": GITHUB, "gitlab.com": GITLAB, "codeberg.org": GITEA, "gitea.com": GITEA}
_ALIASES = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}
_LABELS = {"github": GITHUB, "gitlab": GITLAB, "gitea": GITEA, "forgejo": GITEA}
_HOST = r"(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*)"
_URL = re.compile(rf"(?P<scheme>https|ssh|git)://(?:[^/@]*@)?{_HOST}(?::(?P<port>\d+))?/(?P<path>.+)")
_SHORT = re.compile(rf"(?:[^/@:]+@)?{_HOST}:(?P<path>[^:].*)")


@dataclass(frozen=True, slots=True)
class Place:
    """A repository on a forge: its `host`, its `path` there (`acme/shop`), and the address of the web server, `web`."""

    host: str
    path: str
    web: str

    @property
    def known(self) -> str:
        """The kind of forge that this public host is; empty for other hosts."""
        return _HOSTS.get(self.host, "")

    def link(self, base: str, branch: str) -> str:
        """The page on which a person opens a pull request of `branch` into `base`.

        What kind of forge it is, is guessed from the host's name; the page that compares two branches is at the same
        address on most.
        """
        kind = self.known or next((_LABELS[part] for part in self.host.split(".") if part in _LABELS), "")
        address, into, of = f"{self.web}/{quote(self.path)}", quote(base), quote(branch)
        if kind == GITLAB:
            asked = f"merge_request%5Bsource_branch%5D={quote(branch, '')}&merge_request%5Btarget_branch%5D="
            return f"{address}/-/merge_requests/new?{asked}{quote(base, '')}"
        return f"{address}/compare/{into}...{of}{'?expand=1' if kind == GITHUB else ''}"


def place_of(url: str) -> Place | None:
    """The place that the URL of a remote names, user and password left out; None for a folder and what has no host."""
    found = _URL.fullmatch(url) or (None if "://" in url else _SHORT.fullmatch(url))
    if found is None:
        return None
    named = found["host"].lower()
    host = _ALIASES.get(named, named)
    parts = found.groupdict()
    port = f":{parts['port']}" if parts.get("scheme") == "https" and parts["port"] else ""
    path = parts["path"].strip("/").removesuffix(".git")
    return Place(host, path, f"https://{host}{port}") if path else None
