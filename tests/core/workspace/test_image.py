"""Image and port in an app chart's values follow its answers, unless a person wrote others."""

from __future__ import annotations

import pytest

from shunter.core.workspace.image import followed, named_image, with_image

WAS, NOW = "registry.example/shop/orders", "ghcr.io/acme/orders"


def test_an_image_is_named_by_the_answers() -> None:
    assert named_image({"image_registry": "ghcr.io/acme", "name": "orders"}) == NOW
    assert named_image({"name": "orders"}) == "orders"


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_the_name_that_the_template_wrote_follows_and_all_else_stays(quote: str) -> None:
    text = f"# mine\nimage:\n  repository: {quote}NAME{quote} # ours\nenv: {{A: {WAS}}}\n"
    now = with_image(text.replace("NAME", WAS).encode(), WAS, NOW)
    assert now.decode() == text.replace("NAME", NOW)


@pytest.mark.parametrize("text", ["image: {repository: ghcr.io/other/orders}\n", "image: x\n", "", "a: [b\n"])
def test_what_a_person_wrote_stays(text: str) -> None:
    assert with_image(text.encode(), WAS, NOW) == text.encode()


@pytest.mark.parametrize(("port", "now"), [(8080, 9000), (80, 80)])
def test_a_port_follows_unless_a_person_wrote_another_one(port: int, now: int) -> None:
    text = "image: {repository: r/orders}\nservice:\n  port: PORT # ours\n"
    answers = {"image_registry": "r", "name": "orders", "port": 8080}
    found = followed(text.replace("PORT", str(port)).encode(), answers, answers | {"port": 9000})
    assert found.decode() == text.replace("PORT", str(now))
