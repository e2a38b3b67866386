"""Random workspaces, and random verbs of trains in them, with what holds after each: see `one_run`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import yaml

from helpers.charts.tiny_charts import LIBRARY, chart_files, environment, library_files, loose, write_files
from helpers.workspaces.cli import ok, shunter
from helpers.workspaces.gitrepo import commit_all, git, make_repo
from helpers.workspaces.small import publish
from shunter.core.goyaml.document import merge_maps
from shunter.core.packaging.publish import published
from shunter.core.trains.order import Order, compare
from shunter.core.trains.state import State, car_of_brief
from shunter.flows.validation.histories import unexplained
from shunter.flows.workspace.context import open_context
from shunter.flows.workspace.projects import ProjectFiles, files_of
from shunter.flows.workspace.trains import trains_of
from shunter.model.files import FileState

SERVICES = ("auth", "orders", "search", "web")
ROUTES = (
    {"tst": [], "pre": ["tst"]},
    {"tst": [], "pre": ["tst"], "pro": ["pre"]},
    {"dev": [], "tst": [], "pro": ["dev", "tst"]},
)
"""What each environment promotes from."""
TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-{{ .Chart.Name }}", annotations: {"of": "{{ .Chart.Version }}"}}
data:
  library: {{ include "commons.v1.version" . | quote }}
  app: {{ .Chart.AppVersion | quote }}
  values: {{ toJson .Values | quote }}
"""
WORDLESS = {"rollback", "merge", "repin", "carried", "rename"}
"""Verbs of entries by which a car may go down without a word."""


@dataclass
class Shop:
    """A random workspace: its services with the version that each published last, environments, and trains."""

    root: Path
    versions: dict[str, str]
    environments: Mapping[str, list[str]]
    trains: list[str] = field(default_factory=list)

    def project(self, name: str) -> ProjectFiles:
        """The files of an environment as they are now."""
        context = open_context(self.root)
        return files_of(context, context.site("environment", name))

    def record(self, name: str) -> State:
        """What an environment runs."""
        found = self.project(name).record
        assert found is not None
        return found

    def derived(self, name: str) -> dict[str, bytes]:
        """All files of an environment but its record and history."""
        tree = self.project(name).tree
        states = {path: tree.get(path) for path in tree.paths()}
        own = (".shunter/train.yaml", ".shunter/history/")
        return {path: state.data for path, state in states.items() if state and not path.startswith(own)}

    def values(self) -> dict[Path, bytes]:
        """All values files that people write."""
        files = (*self.root.glob("envs/*/values*.yaml"), *self.root.glob("envs/*.yaml"))
        return {file: file.read_bytes() for file in files}

    def manifests(self, name: str) -> dict[str, str]:
        """What the embedded Helm renders of an environment with its values files."""
        import helm_python

        files, values = self.project(name), {}
        for path in files.values_files:
            values = merge_maps(values, yaml.safe_load((self.root / f"envs/{name}" / path).read_bytes()) or {})
        with helm_python.Chart.load(str(self.root / f"envs/{name}")) as chart:
            return dict(chart.render(dict(values), name=name))


def chart(random: Random, name: str, version: str) -> dict[str, FileState]:
    """The chart of a service, with some values, a library of its own or none."""
    library = library_files(f"1.{random.randrange(3)}.0") if random.random() < 0.7 else None
    template = TEMPLATE if library else TEMPLATE.replace('{{ include "commons.v1.version" . | quote }}', "none")
    schema = {"properties": {"size": {"type": "integer"}}} if random.random() < 0.5 else None
    extra = {"values.yaml": f"size: {random.randrange(9)}\nlist: [{version}]\n"}
    app = f"{random.randrange(9)}.{random.randrange(9)}"
    return chart_files(name, version, app_version=app, library=library, template=template, schema=schema, extra=extra)


def made(random: Random, root: Path) -> Shop:
    """A random workspace at `root` with some trains, the first of which runs everywhere."""
    names = sorted(random.sample(SERVICES, random.randint(2, 4)))
    shop = Shop(root, dict.fromkeys(names, "1.0.0"), random.choice(ROUTES))
    charts = {f"third/{name}": chart(random, name, "1.0.0") for name in names}
    folders = {"library": library_files(), **charts}
    files = {"shunter.yaml": _workspace(random, shop)}
    shared = random.random() < 0.5
    for name in shop.environments:
        empty, _, _ = environment({}, services=tuple(names))
        listed = ["../common.yaml", "values.yaml"] if shared else ["values.yaml"]
        answers: dict[str, object] = {"_src_path": "x", "_commit": "v1.0.0", "kind": "environment", "name": name}
        answers |= {"library": "commons", "workspace": "shop", "services": names, "values_files": listed}
        empty |= {".copier-answers.yml": FileState(json.dumps(answers).encode())}
        folders[f"envs/{name}"] = empty | {"values.yaml": FileState(_values(random, names))}
        if shared:
            files["envs/common.yaml"] = _values(random, names)
    for folder, inside in folders.items():
        files |= {f"{folder}/{path}": state.data for path, state in inside.items()}
    make_repo(root, files)
    publish(open_context(root), folders["library"])
    for name in names:
        _published(root, charts[f"third/{name}"])
    ok("lock", cwd=root)
    cut(shop)
    for (
        name,
        sources,
    ) in shop.environments.items():  # of two that declare other services, nothing goes from one to the other
        shunter("promote", *(["--from", sources[0]] if sources else ["1.0.0"]), "--to", name, cwd=root)
    for _ in range(random.randint(2, 3)):
        release(random, shop)
    return shop


def _workspace(random: Random, shop: Shop) -> bytes:
    listed = {}
    for name, sources in shop.environments.items():
        declared = random.sample([*shop.versions], len(shop.versions) - 1) if random.random() < 0.2 else None
        listed[name] = {"promotes-from": sources} if sources else {}
        listed[name] |= {"services": sorted(declared)} if declared else {}
    services = {name: {"chart": {"path": f"third/{name}"}} for name in shop.versions}
    head = {"name": "shop", "library": {"name": "commons"}, "layout": "mono"}
    return json.dumps({**head, "services": services, "environments": listed}).encode()


def _values(random: Random, names: list[str]) -> bytes:
    return json.dumps({name: {"size": random.randrange(9)} for name in names if random.random() < 0.6}).encode()


def cut(shop: Shop) -> None:
    """A train of what is published, as the next version."""
    said = ok("train", "cut", "--bump", "-o", "json", cwd=shop.root).out
    shop.trains.append(str(json.loads(said)["data"]["train"]))


def release(random: Random, shop: Shop) -> None:
    """Publish some service anew, a patch, a minor or a major on, and cut a train."""
    name = random.choice([*shop.versions])
    numbers, place = [int(part) for part in shop.versions[name].split(".")], random.randrange(3)
    shop.versions[name] = ".".join(map(str, [*numbers[:place], numbers[place] + 1, *(0,) * (2 - place)]))
    files = chart(random, name, shop.versions[name])
    write_files(shop.root / f"third/{name}", files)
    _published(shop.root, files)
    cut(shop)


def _published(root: Path, files: Mapping[str, FileState]) -> None:
    """Put a chart into the registry, with its library compiled in, and commit all."""
    publish(open_context(root), published(loose(files), LIBRARY).files)


def verb(random: Random, shop: Shop) -> list[str]:
    """A promotion, a rollback or a hold, sensible or not."""
    name, alias = random.choice([*shop.environments]), random.choice([*shop.versions])
    sources = shop.environments[name]
    source = ["--from", random.choice(sources)] if sources else [random.choice(shop.trains[1:])]
    source = [random.choice(shop.trains)] if random.random() < 0.2 else source
    part = random.choice([[], [], ["--only", alias], ["--except", alias]])
    words = random.choice([[], ["--allow-downgrade", "all"], ["--allow-remove", "all"]])
    force = ["--force", "--why", "random"] if random.random() < 0.2 else []
    promote = ["promote", *source, "--to", name, *part, *words, *force]
    back = random.choice([["rollback", name], ["rollback", name, "--only", alias]])
    held = [each for each, car in shop.record(name).cars.items() if car.hold]
    hold = ["unhold", name, held[0]] if held else ["hold", name, alias, "--why", "random"]
    return random.choices([promote, back, hold], [6, 2, 1])[0]


def one_run(seed: int, root: Path, *, verbs: int) -> Counter[str]:
    """Random verbs in a random workspace, and how many moved something.

    A verb that fails changes nothing, and one that is done twice is done once. A promotion that is rolled back leaves
    cars, derived files and manifests as they were; none changes values. No car goes down or away without a word that
    the history keeps, and lint, `lock --check` and the history agree with what is there in the end.
    """
    random = Random(seed)
    shop, done = made(random, root), Counter[str]()
    for _ in range(verbs):
        done[_one_verb(random, shop, seed)] += 1
        if random.random() < 0.1:
            release(random, shop)
        if random.random() < 0.1:
            file = random.choice([*shop.values()])
            file.write_bytes(_values(random, [*shop.versions]))
            commit_all(root, {})
    is_explained(shop)
    for command in ("lint", "lock --check"):
        ok(*command.split(), cwd=root)
    return done


def _one_verb(random: Random, shop: Shop, seed: int) -> str:
    line = verb(random, shop)
    name = line[line.index("--to") + 1] if "--to" in line else line[1]
    said, values = f"seed {seed}: {' '.join(line)}", shop.values()
    before, derived, manifests = shop.record(name), shop.derived(name), shop.manifests(name)
    result = shunter(*line, cwd=shop.root)
    assert result.code in (0, 1, 2), (said, result.err)
    assert git(shop.root, "status", "--porcelain") == "", said
    assert shop.values() == values, said
    if shop.record(name) == before:
        assert shop.derived(name) == derived, said
        return "nothing"
    assert result.code == 0, said
    if line[0] != "promote":
        return line[0]
    head = git(shop.root, "rev-parse", "HEAD")
    assert shunter(*line, cwd=shop.root).code in (0, 1), said
    assert git(shop.root, "rev-parse", "HEAD") == head, f"twice is once: {said}"
    if shop.record(name).pins != before.pins:
        assert shop.manifests(name) != manifests, f"each object says its chart's version: {said}"
    if not before.entry or random.random() < 0.5 or any(car.hold for car in before.cars.values()):
        return "promote"
    ok("rollback", name, "--to", before.entry, cwd=shop.root)
    assert shop.record(name).cars == before.cars, said
    assert shop.derived(name) == derived, said
    assert shop.manifests(name) == manifests, said
    assert shop.values() == values, said
    return "promote and rollback"


def is_explained(shop: Shop) -> None:
    """No car goes down or away without a word that the history keeps, and the history explains every record."""
    trains = trains_of(open_context(shop.root))
    for name in shop.environments:
        files = shop.project(name)
        assert unexplained(files, trains) == ()
        for entry in files.entries.values():
            for alias, (was, now) in entry.changed.items():
                pins = [car_of_brief(text).pin if text else None for text in (was, now)]
                if compare(*pins) in (Order.DOWN, Order.REMOVED, Order.REPLACED) and entry.why.verb not in WORDLESS:
                    assert entry.why.allowed.get(alias), (entry.why, alias)
