"""The token with which a forge vouches for the job that runs here (OpenID Connect)."""

from __future__ import annotations

import json
import os
from typing import Final
from urllib.parse import quote

from shunter.adapters.cluster.kubeconfig import fit
from shunter.model.errors import ShunterError

GIVEN: Final = "SHUNTER_ID_TOKEN"
"""The variable in which a job of GitLab has it, by its `id_tokens`."""
_URL: Final = "ACTIONS_ID_TOKEN_REQUEST_URL"
_KEY: Final = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_TIMEOUT: Final = 30.0
_AGAIN: Final = 3


def job_token(audience: str) -> str:
    """The job's token for this audience: GitHub makes one for who asks, GitLab's is there.

    Raises ShunterError where there is none.
    """
    if os.environ.get(_URL):
        return fit(_asked(os.environ[_URL], fit(os.environ.get(_KEY, "")), audience))
    if given := os.environ.get(GIVEN, "").strip():
        return fit(given)
    hint = f"GitHub: `permissions: {{id-token: write}}`; GitLab: `id_tokens: {{{GIVEN}: {{aud: {audience}}}}}`"
    raise ShunterError("no forge vouches for this job", hint=hint)


def _asked(url: str, key: str, audience: str) -> str:
    import urllib3

    whole = f"{url}{'&' if '?' in url else '?'}audience={quote(audience, '')}"
    again = urllib3.Retry(_AGAIN, backoff_factor=0.5, status_forcelist=(500, 502, 503, 504), raise_on_status=False)
    try:
        with urllib3.PoolManager(timeout=_TIMEOUT, retries=again) as pool:
            answer = pool.request("GET", whole, headers={"Authorization": f"bearer {key}", "User-Agent": "shunter"})
        if answer.status == 200:
            return str(json.loads(answer.data)["value"])
        why = f"HTTP status {answer.status}"
    except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError) as error:
        why = str(getattr(error, "reason", None) or error)
    raise ShunterError("the forge gives this job no token", notes=(f"forge: {why}",), hint="run the job again")
