"""Sessions."""

from __future__ import annotations

import unittest

from auth_service.api import parse_users, password_hash

from .support import Client, running

SALT = bytes(range(16))
USERS = f"ann:{SALT.hex()}:{password_hash('secret', SALT).hex()}"


def log_in(client: Client) -> dict[str, str]:
    """The header of a new session."""
    token = client.call("POST", "/sessions", {"user": "ann", "password": "secret"}).json()["token"]
    return {"Authorization": f"Bearer {token}"}


class SessionsTest(unittest.TestCase):
    def test_a_session_lasts_from_login_to_logout(self) -> None:
        with running(USERS=USERS) as client:
            header = log_in(client)
            self.assertEqual(client.call("GET", "/sessions/current", headers=header).json(), {"user": "ann"})
            self.assertEqual(client.call("DELETE", "/sessions/current", headers=header).status, 204)
            self.assertEqual(client.call("GET", "/sessions/current", headers=header).status, 401)

    def test_a_session_ends_by_itself(self) -> None:
        with running(USERS=USERS, SESSION_SECONDS="0") as client:
            self.assertEqual(client.call("GET", "/sessions/current", headers=log_in(client)).status, 401)

    def test_nobody_gets_in_without_the_right_password(self) -> None:
        with running(USERS=USERS) as client:
            for user, password in (("ann", "wrong"), ("bob", "secret"), ("", "")):
                answer = client.call("POST", "/sessions", {"user": user, "password": password})
                self.assertEqual(answer.status, 401)
            self.assertEqual(client.call("GET", "/sessions/current").status, 401)

    def test_without_users_nobody_gets_in(self) -> None:
        with running() as client:
            self.assertEqual(client.call("POST", "/sessions", {"user": "ann", "password": "secret"}).status, 401)

    def test_users_are_checked_at_the_start(self) -> None:
        self.assertEqual(parse_users("a:00:ff\nb:01:fe\n"), {"a": (b"\0", b"\xff"), "b": (b"\1", b"\xfe")})
        for text in ("a", "a:b", "a:xx:00"):
            with self.assertRaisesRegex(ValueError, "USERS"):
                parse_users(text)


if __name__ == "__main__":
    unittest.main()
