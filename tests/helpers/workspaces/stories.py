"""The stories of docs/releases.md: what a release manager types, and what comes back.

`PYTHONPATH=generator:tests .venv/bin/python -m helpers.workspaces.stories` runs them all and writes the page again.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from helpers.charts.tiny_charts import chart_files, environment, library_files
from helpers.workspaces import small
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import make_repo
from helpers.workspaces.workspaces import copy
from shunter.flows.workspace.context import open_context
from shunter.model.files import FileState

PAGE = Path(__file__).resolve().parents[3] / "docs" / "releases.md"
SERVICES = ("auth", "cart", "catalog", "gateway", "legacy", "mail", "orders", "payment", "search", "web")
EVERYWHERE = [name for name in SERVICES if name != "legacy"]
WORKSPACE = f"""\
name: shop
library: {{name: commons}}
services:
{"".join(f"  {name}: {{chart: {{path: third/{name}}}}}" + chr(10) for name in SERVICES)}environments:
  tst: {{stage: develop}}
  pre: {{stage: staging, promotes-from: tst}}
  eu: {{stage: production, promotes-from: pre, cluster: eu-1}}
  us: {{stage: production, promotes-from: pre, cluster: us-1, services: [{", ".join(EVERYWHERE)}]}}
  acme: {{cluster: acme-1, line: acme}}
  globex: {{cluster: globex-1, line: globex}}
groups:
  clients: [acme, globex]
"""
_ANSWERS = (
    "_src_path: x\n_commit: v1.0.0\nkind: environment\nname: {}\nworkspace: shop\nservices: [{}]\nlibrary: commons\n"
)
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STORY = re.compile(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_COMMIT = re.compile(r"commit [0-9a-f]{8}")
_ENTRY = re.compile(r"(\d{8}T\d{6}Z)-[0-9a-f]{8}")
_CARS = re.compile(r"\+cars\.[0-9a-f]{8}")
_START = 1_798_675_200
"""2026-12-31: each command of a story is an hour after the one before."""


def make(folder: Path) -> Path:
    """Ten services and six environments; train 1.4.0 runs on the way from tst to production."""
    files = {"shunter.yaml": FileState(WORKSPACE.encode())}
    folders = {"library": library_files()}
    folders |= {f"third/{name}": chart_files(name, "1.5.0" if name == "orders" else "1.0.0") for name in SERVICES}
    os.environ["SOURCE_DATE_EPOCH"] = str(_START - 86_400)
    empty, _, _ = environment({}, services=SERVICES)
    for name in ("tst", "pre", "eu", "us", "acme", "globex"):
        answers = _ANSWERS.format(name, ", ".join(EVERYWHERE if name == "us" else SERVICES))
        folders[f"envs/{name}"] = {**empty, ".copier-answers.yml": FileState(answers.encode())}
    for place, inside in folders.items():
        files |= {f"{place}/{path}": state for path, state in inside.items()}
    root = make_repo(folder / "shop", {path: state.data for path, state in files.items()})
    for place in ("library", *(f"third/{name}" for name in SERVICES)):
        small.publish(open_context(root), folders[place])
    ok("lock", cwd=root)
    for command in (
        "train cut 1.4.0",
        "promote 1.4.0 --to tst",
        "promote --from tst --to pre",
        "promote --from pre --to eu,us",
    ):
        ok("-q", *command.split(), cwd=root)
    return root


def stories(text: str) -> dict[str, str]:
    """The stories of the page, by their titles."""
    return dict(_STORY.findall(text))


def told(story: str, root: Path) -> str:
    """The story with the output of its commands as it is now, run one after the other in the workspace."""
    clock = iter(range(_START, _START + 1_000_000, 3600))
    return _BLOCK.sub(lambda block: f"```console\n{''.join(_transcript(block[1], root, clock))}```", story)


def _transcript(block: str, root: Path, clock: Iterator[int]) -> Iterator[str]:
    for line in block.splitlines():
        if line.startswith("$ "):
            os.environ["SOURCE_DATE_EPOCH"] = str(next(clock))
            yield f"{line}\n{_shown(_run(line[2:], root), root)}"


def _run(line: str, root: Path) -> str:
    words = shlex.split(os.path.expandvars(line))
    if words[0] == "shunter":
        result = shunter(*words[1:], cwd=root)
        return result.out + result.err + (f"[exit {result.code}]\n" if result.code else "")
    if words[0] == "publish":
        return _publish(root, words[1], words[2], " ".join(words[3:]))
    env = os.environ | {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "advice.mergeConflict",
        "GIT_CONFIG_VALUE_0": "false",
    }
    done = subprocess.run(["bash", "-c", line], cwd=root, capture_output=True, text=True, env=env, check=False)
    return done.stdout + done.stderr


def _publish(root: Path, name: str, version: str, key: str) -> str:
    """What the pipeline of a service does: a new version of its chart, whose values may need a key."""
    schema = {"properties": {key: {"type": "string"}}, "required": [key]} if key else None
    small.publish(open_context(root), chart_files(name, version, schema=schema), f"third/{name}")
    return ""


def _shown(text: str, root: Path) -> str:
    """Output without paths of files and what is other in each run."""
    text = text.replace(f"{root.parent}/", "")
    text = _COMMIT.sub("commit 1a2b3c4d", _ENTRY.sub(r"\1-5f0c2a91", _CARS.sub("+cars.5f0c2a91", text)))
    lines = (line.rstrip() for line in text.splitlines() if not line.startswith(" " * 10))
    return "".join(f"{line}\n" for line in lines if not line.startswith("drift: "))


def identified(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a story: a person, and a variable that nobody has set."""
    person = {f"GIT_{who}_{key}": text for who in ("AUTHOR", "COMMITTER") for key, text in _PERSON.items()}
    return {name: text for name, text in environ.items() if name != "CI"} | person | {"SERVICES": ""}


_PERSON = {"NAME": "Rita Lee", "EMAIL": "rita@shop.example"}


def main() -> None:
    """Write the page again."""
    os.environ.update(identified(os.environ))
    text = PAGE.read_text("utf-8")
    with tempfile.TemporaryDirectory() as box:
        made = make(Path(box, "made"))
        for number, (title, story) in enumerate(stories(text).items()):
            if sys.argv[1:] and title not in sys.argv[1:]:
                continue
            text = text.replace(story, told(story, copy(made, Path(box, str(number), "shop"))))
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
