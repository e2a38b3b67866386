"""The example's values: one file an environment of the example, and none of them sets what trains move."""

from __future__ import annotations

from helpers.workspaces import own_files
from shunter.core.goyaml.document import read
from shunter.core.workspace.example import example_values
from shunter.core.workspace.layout import environment_folder
from shunter.core.workspace.text import first_text


def test_the_values_are_those_of_the_examples_services_and_environments() -> None:
    text = first_text("shop", "mono", source="https://t.invalid/t.git", release=own_files.RELEASE, example=True)
    workspace = own_files.workspace(text.decode())
    found = example_values()
    assert set(found) == {f"{environment_folder(e.name)}/values.yaml" for e in workspace.environments}
    for path, data in found.items():
        document = read(data, path)
        assert document.findings == ()
        assert set(document.value or {}) <= {service.name for service in workspace.services}
        assert document.value
        assert all("image" not in section for section in document.value.values())


def test_each_file_leads_an_editor_to_its_schema_and_names_its_environment() -> None:
    for path, data in example_values().items():
        modeline, about = data.decode().splitlines()[:2]
        assert modeline == "# yaml-language-server: $schema=.shunter/values.full.schema.json"
        assert f"Values of {path.split('/')[-2]}," in about
