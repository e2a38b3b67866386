"""One contract: templates/contract.yaml and cells.yaml are data by their schemas, and charts and questions follow them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from helpers.charts.charts import app_chart, objects, render, write
from helpers.workspaces.cli import ok, shunter
from refresh_pins import pinned
from shunter.adapters.templates.history import template_files
from shunter.core.templates.config import NeedsCopier
from shunter.core.templates.engine import Engine
from shunter.core.workspace.model import ARCHETYPES
from shunter.model.files import FileState, MemoryTree

ROOT = Path(__file__).parents[2]
FILES = template_files(ROOT)


def data(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / f"templates/{name}.yaml").read_text("utf-8"))
    return loaded


CONTRACT, CELLS = data("contract"), data("cells")
PLACES = [(name, archetype) for name, each in CELLS["languages"].items() for archetype in each["archetypes"]]


def service(language: str, archetype: str, files: dict[str, FileState] = FILES, **more: Any) -> dict[str, FileState]:
    answers = {"kind": "service", "name": "orders", "archetype": archetype, "language": language, **more}
    return Engine(MemoryTree(files), "here", "v1").render(answers)


@pytest.mark.parametrize("name", ["contract", "cells"])
def test_it_fits_its_schema(name: str) -> None:
    schema = json.loads((ROOT / f"schemas/{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data(name), schema)
    broken = data(name) | {"unknown": 1}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


def test_needs_are_settings() -> None:
    for archetype, agreed in CONTRACT["archetypes"].items():
        assert set(agreed["needs"]) <= set(CONTRACT["settings"]), archetype
        assert archetype in ARCHETYPES


@pytest.mark.parametrize(("language", "archetype"), PLACES)
def test_every_entry_is_a_cell_and_every_cell_has_an_entry(language: str, archetype: str) -> None:
    folders = {path.name for path in (ROOT / f"templates/service/{language}").iterdir()}
    assert folders == set(CELLS["languages"][language]["archetypes"].values())
    assert {"Dockerfile", "Makefile", "README.md", ".copier-answers.yml"} <= set(service(language, archetype))


def test_a_new_language_is_one_folder_and_one_entry() -> None:
    cells = data("cells")
    cells["languages"]["rust"] = cells["languages"]["python"] | {"archetypes": {"worker": "worker"}}
    files = FILES | {
        "templates/cells.yaml": FileState(yaml.safe_dump(cells).encode()),
        "templates/service/rust/worker/main.rs.jinja": FileState(b"// [[ name ]]\n"),
    }
    assert service("rust", "worker", files) == {"main.rs": FileState(b"// orders\n")}
    with pytest.raises(NeedsCopier):  # which then names the choices
        service("rust", "cron", files)


@pytest.mark.parametrize(("archetype", "language"), [("cron", "cobol"), ("database", "python")])
def test_what_has_no_cell_is_refused_with_the_choices(archetype: str, language: str, tmp_path: Path) -> None:
    """Slow: a workspace, and Copier, which says what is wrong."""
    ok("new", "shop", "--defaults", cwd=tmp_path)
    text = (tmp_path / "shop/shunter.yaml").read_text("utf-8")
    wanted = f"services: {{x: {{archetype: {archetype}, language: {language}}}}}"
    (tmp_path / "shop/shunter.yaml").write_text(text.replace("services: {}", wanted), "utf-8")
    said = shunter("update", cwd=tmp_path / "shop")
    assert (said.code, f"'{language}' is not in [" in said.err) == (2, True), said.err
    assert "hint: `language` is" in said.err


@pytest.mark.parametrize("archetype", CONTRACT["archetypes"])
def test_the_chart_says_what_the_contract_says(archetype: str, tmp_path: Path) -> None:
    agreed = CONTRACT["archetypes"][archetype]
    rendered = [*objects(render(write(app_chart(archetype), tmp_path)))]
    found = next(each for each in rendered if each["kind"] in ("Deployment", "CronJob"))
    spec = found["spec"]["jobTemplate"]["spec"] if found["kind"] == "CronJob" else found["spec"]
    pod = spec["template"]["spec"]
    [container] = pod["containers"]
    assert container["resources"] == agreed["resources"]
    assert pod["terminationGracePeriodSeconds"] == agreed["seconds"]["grace"]
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == CONTRACT["writable"]
    assert any(each["kind"] == "Service" for each in rendered) is agreed["service"]
    env = {each["name"]: each.get("value") for each in container.get("env", ())}
    probes = [container.get(f"{probe}Probe", {}).get("httpGet", {}).get("path") for probe in ("liveness", "readiness")]
    if not agreed["serves"]:
        assert probes == [None, None]
        return
    assert probes == [CONTRACT["paths"]["live"], CONTRACT["paths"]["ready"]]
    pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pause == agreed["seconds"]["pre-stop"]
    names = CONTRACT["settings"]["chart"]
    assert env[names["port"]] == str(container["ports"][0]["containerPort"]) == str(CONTRACT["port"])
    assert int(env[names["shutdown"]]) == agreed["seconds"]["grace"] - pause - CONTRACT["margin"]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"service": {"port": 80, "targetPort": 9000}}, ("9000", "22")),
        ({"terminationGracePeriodSeconds": 100, "preStopSleepSeconds": 20}, ("8080", str(80 - CONTRACT["margin"]))),
        ({"terminationGracePeriodSeconds": 5}, ("8080", "1")),
        ({"env": {"PORT": "1", "SHUTDOWN_SECONDS": "7"}}, ("1", "7")),
    ],
)
def test_what_the_chart_tells_the_code_follows_its_values(
    values: dict[str, Any], told: tuple[str, str], tmp_path: Path
) -> None:
    found = objects(render(write(app_chart("rest-api"), tmp_path), values))
    [container] = next(each for each in found if each["kind"] == "Deployment")["spec"]["template"]["spec"]["containers"]
    env = {each["name"]: each.get("value") for each in container["env"]}
    assert (env["PORT"], env["SHUTDOWN_SECONDS"]) == told


def test_images_are_pinned_where_they_stand() -> None:
    text = (ROOT / "templates/cells.yaml").read_text("utf-8")
    images = [image["name"] for each in CELLS["languages"].values() for image in each["images"].values()]
    asked: list[str] = []
    found = pinned(text, lambda name: asked.append(name) or "sha256:" + "0a" * 32)
    assert asked == images
    assert re.findall("sha256:([0-9a-f]+)", found) == ["0a" * 32] * len(images)
    assert re.sub("sha256:[0-9a-f]+", "", found) == re.sub("sha256:[0-9a-f]+", "", text)
    jsonschema.validate(yaml.safe_load(found), json.loads((ROOT / "schemas/cells.schema.json").read_text("utf-8")))
