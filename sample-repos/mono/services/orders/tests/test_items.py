"""Items, in a real database."""

from __future__ import annotations

from fastapi.testclient import TestClient

ITEM = {"name": "tea", "quantity": 3}


def test_an_item_from_its_beginning_to_its_end(client: TestClient) -> None:
    made = client.post("/items", json=ITEM)
    place = made.headers["Location"]
    assert (made.status_code, made.json()) == (201, ITEM | {"id": place[7:], "created_at": made.json()["created_at"]})
    assert client.put(place, json=ITEM | {"quantity": 0}).json()["quantity"] == 0
    assert client.get(place).json() == made.json() | {"quantity": 0}
    assert client.delete(place).status_code == 204
    assert [client.get(place).status_code, client.delete(place).status_code] == [404, 404]


def test_pages_have_each_item_once(client: TestClient) -> None:
    wanted = {client.post("/items", json=ITEM).json()["id"] for _ in range(5)}
    found: list[str] = []
    query: dict[str, str | int] = {"limit": 2}
    while page := client.get("/items", params=query).json():
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert len(found) == len(set(found))
    assert wanted <= set(found)


def test_it_is_ready(client: TestClient) -> None:
    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (200, {"status": "ready"})
