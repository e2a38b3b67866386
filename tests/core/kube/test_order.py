"""The order in which `helm template` prints: kinds of Helm's list, then others by name, and hooks behind all."""

from __future__ import annotations

from typing import Any

import yaml

from shunter.core.kube.order import stream


def read(text: str, _path: str) -> Any:
    return yaml.safe_load(text) or {}


def sources(text: str) -> list[str]:
    return [line.removeprefix("# Source: ") for line in text.splitlines() if line.startswith("# Source: ")]


def made(kind: str, hook: str = "") -> str:
    head = f"kind: {kind}\n"
    return f"{head}metadata: {{annotations: {{helm.sh/hook: '{hook}'}}}}\n" if hook else head


def test_kinds_come_in_helms_order_and_unknown_ones_by_name_behind_them() -> None:
    rendered = {
        f"c/{number}.yaml": made(kind) for number, kind in enumerate(("Zoo", "Service", "Ape", "Namespace", "Ingress"))
    }
    assert sources(stream(rendered, read)) == ["c/3.yaml", "c/1.yaml", "c/4.yaml", "c/2.yaml", "c/0.yaml"]


def test_of_one_kind_the_path_decides_and_then_the_place_in_the_file() -> None:
    rendered = {"c/b.yaml": made("Pod"), "c/a.yaml": f"{made('Pod')}# one\n---\n{made('Pod')}# two\n"}
    text = stream(rendered, read)
    assert sources(text) == ["c/a.yaml", "c/a.yaml", "c/b.yaml"]
    assert text.index("# one") < text.index("# two")


def test_hooks_stand_behind_and_an_unknown_event_is_no_manifest() -> None:
    rendered = {
        "c/a.yaml": made("Job", "pre-install, POST-upgrade"),
        "c/b.yaml": made("Zoo"),
        "c/c.yaml": made("Job", "no-such-event"),
        "c/d.yaml": made("Job", "test,no-such"),
    }
    assert sources(stream(rendered, read)) == ["c/b.yaml", "c/a.yaml"]


def test_partials_notes_and_empty_documents_are_none() -> None:
    rendered = {"c/_a.tpl": made("Pod"), "c/NOTES.txt": made("Pod"), "c/b.yaml": "\n---\n  \n---\n# only a comment\n"}
    assert sources(stream(rendered, read)) == ["c/b.yaml"]
    assert stream({}, read) == ""


def test_the_text_is_helms() -> None:
    rendered = {"c/a.yaml": "\n\nkind: A\nx: |\n  ---x\n\n\n---\nkind: B\n"}
    assert stream(rendered, read) == (
        "---\n# Source: c/a.yaml\nkind: A\nx: |\n  ---x\n---\n# Source: c/a.yaml\nkind: B\n"
    )
