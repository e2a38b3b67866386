"""A small template like ours, with its history: what tests of rendering and updating render."""

import shutil
from pathlib import Path

from helpers.workspaces.gitrepo import write

_COPIER = """\
_min_copier_version: "9.19.0"
_subdirectory: "templates/[[ kind ]]"
_templates_suffix: .jinja
_envops: {variable_start_string: "[[", variable_end_string: "]]", block_start_string: "[%", block_end_string: "%]",
          comment_start_string: "[#", comment_end_string: "#]", keep_trailing_newline: true}
_skip_if_exists: [/values.yaml]
kind: {type: str, choices: [service, app]}
---
!include templates/_questions/*.yml
"""
_FILES: dict[str, bytes | str | None] = {
    "copier.yml": _COPIER,
    "templates/_questions/common.yml": "name: {type: str, default: example}\n"
    "port: {type: int, default: 8080, when: \"[[ kind == 'service' ]]\"}\n"
    "projects: {type: yaml, default: []}\n",
    "templates/service/[[ _copier_conf.answers_file ]].jinja": "# By Copier\n[[ _copier_answers|to_nice_yaml -]]\n",
    "templates/service/README.md.jinja": "# [[ name ]]\n\n{{ helm }} stays\n\nport [[ port ]]\n\nend\n",
    "templates/service/bin/run.sh.jinja": "#!/bin/sh\necho [[ name ]]\n",
    "templates/service/values.yaml.jinja": "name: [[ name ]]\n",
    "templates/service/raw.bin": b"\xff\0\r\n",
    "templates/app/[[ _copier_conf.answers_file ]].jinja": "[[ _copier_answers|to_nice_yaml -]]\n",
    "templates/app/Chart.yaml.jinja": "name: [[ name ]]\nünï: [[ projects|tojson ]]\n",
    "history/templates.fast-import": "# releases\n",
}


def make_templates(root: Path) -> Path:
    """A data root: `copier.yml`, `templates/` and a history without releases."""
    write(root, _FILES)
    (root / "templates/service/bin/run.sh.jinja").chmod(0o755)
    return root


def change_templates(root: Path) -> Path:
    """The next release: an edit, a rename and a new question."""
    service = root / "templates/service"
    readme = service / "README.md.jinja"
    readme.write_text(readme.read_text().replace("end\n", "end of release two\n"))
    (service / "lib").mkdir()
    shutil.move(service / "bin/run.sh.jinja", service / "lib/run.sh.jinja")
    with (root / "templates/_questions/common.yml").open("a") as out:
        out.write("color: {type: str, default: green}\n")
    return root
