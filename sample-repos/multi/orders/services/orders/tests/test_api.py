"""The items."""

from __future__ import annotations

import unittest

from .support import running


class ItemsTest(unittest.TestCase):
    def test_an_item_is_created_read_replaced_and_deleted(self) -> None:
        with running() as client:
            created = client.call("POST", "/items", {"name": "first"})
            self.assertEqual(created.status, 201)
            path = created.headers["Location"]
            self.assertEqual(client.call("GET", path).json(), created.json())
            replaced = client.call("PUT", path, {"name": "second"})
            self.assertEqual(replaced.json(), {"id": created.json()["id"], "name": "second"})
            self.assertEqual(client.call("GET", "/items").json(), {"items": [replaced.json()]})
            self.assertEqual(client.call("DELETE", path).status, 204)
            self.assertEqual(client.call("GET", path).status, 404)

    def test_what_does_not_exist_cannot_be_changed(self) -> None:
        with running() as client:
            self.assertEqual(client.call("PUT", "/items/none", {"name": "new"}).status, 404)
            self.assertEqual(client.call("DELETE", "/items/none").status, 404)

    def test_bad_input_is_refused_and_leaves_nothing_behind(self) -> None:
        with running() as client:
            self.assertEqual(client.call("POST", "/items", body=b"{").status, 400)
            self.assertEqual(client.call("POST", "/items", ["name"]).status, 400)
            self.assertEqual(client.call("POST", "/items", {"name": ""}).status, 422)
            self.assertEqual(client.call("POST", "/items", {"name": 1}).status, 422)
            self.assertEqual(client.call("GET", "/items").json(), {"items": []})


if __name__ == "__main__":
    unittest.main()
