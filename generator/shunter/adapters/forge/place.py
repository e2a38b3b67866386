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
    """A repository on a forge: its `host`, its `path` there (`acme/shop`), and the address of the web server, `web`.

    `served` says that the URL was one of the web server: else nobody knows its port, or whether it is this host at all.
    """

    host: str
    path: str
    web: str
    served: bool = False

    @property
    def server(self) -> str:
        """Host and port of the web server."""
        return self.web.removeprefix("https://")

    @property
    def known(self) -> str:
        """The kind of forge that this public host is; empty for other hosts."""
        return _HOSTS.get(self.host, "")

    @property
    def kind(self) -> str:
        """The kind of forge that the host's name says it is; empty where it does not say."""
        return self.known or next((_LABELS[part] for part in self.host.split(".") if part in _LABELS), "")

    def link(self, base: str, branch: str, kind: str = "") -> str:
        """The page on which a person opens a pull request of `branch` into `base`.

        Without a `kind` the host's name says what it is; the page that compares two branches is at the same address
        on most forges.
        """
        kind = kind or self.kind
        address, into, of = f"{self.web}/{quote(self.path)}", quote(base), quote(branch)
        if kind == GITLAB:
            asked = f"merge_request%5Bsource_branch%5D={quote(branch, '')}&merge_request%5Btarget_branch%5D="
            return f"{address}/-/merge_requests/new?{asked}{quote(base, '')}"
        return f"{address}/compare/{into}...{of}?expand=1"


def place_of(url: str) -> Place | None:
    """The place that the URL of a remote names, user and password left out; None for a folder and what has no host."""
    found = _URL.fullmatch(url) or (None if "://" in url else _SHORT.fullmatch(url))
    if found is None:
        return None
    named = found["host"].lower()
    host = _ALIASES.get(named, named)
    parts = found.groupdict()
    served = parts.get("scheme") == "https"
    port = f":{parts['port']}" if served and parts["port"] else ""
    path = parts["path"].strip("/").removesuffix(".git")
    return Place(host, path, f"https://{host}{port}", served) if path else None
