"""The law of the house: which room may import which, what each floor may touch, and that nothing stands unused."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "generator" / "shunter"
LARGEST_ROOM = 20

CORE = {
    "core/goyaml": "",
    "core/gotemplate": "",
    "core/schema": "",
    "core/trees": "core/goyaml",
    "core/templates": "",
    "core/charts": "core/goyaml core/gotemplate",
    "core/values": "core/goyaml core/charts",
    "core/kube": "core/goyaml core/values",
    "core/packaging": "core/goyaml core/gotemplate core/schema core/charts core/values",
    "core/rules": "core/goyaml core/gotemplate core/schema core/charts core/values core/kube core/packaging",
    "core/contracts": "core/goyaml core/gotemplate core/schema core/charts core/values core/rules",
    "core/delivery": "core/charts",
    "core/deployment": "",
    "core/workspace": "core/goyaml core/schema core/trees core/charts core/rules core/delivery",
    "core/trains": "core/goyaml core/charts core/packaging core/workspace",
}
ADAPTERS = {
    "adapters/system": "",
    "adapters/git": "adapters/system core/trees",
    "adapters/helm": "adapters/system core/charts core/kube core/packaging",
    "adapters/cluster": "adapters/system core/goyaml core/kube",
    "adapters/templates": "adapters/system adapters/git core/trees core/templates",
    "adapters/verdicts": "adapters/system",
    "adapters/forge": "adapters/system",
    "adapters/remote": "adapters/system adapters/git",
    "adapters/oci": "adapters/system core/charts core/packaging",
}
BELOW = " ".join((*CORE, *ADAPTERS))
FLOWS = {
    "flows/workspace": BELOW,
    "flows/checkouts": f"{BELOW} flows/workspace",
    "flows/release": f"{BELOW} flows/workspace",
    "flows/deployed": f"{BELOW} flows/workspace flows/release",
    "flows/packaging": f"{BELOW} flows/workspace",
    "flows/validation": f"{BELOW} flows/workspace flows/release flows/deployed flows/packaging",
    "flows/contracts": f"{BELOW} flows/workspace flows/release flows/validation",
    "flows/delivery": f"{BELOW} flows/workspace",
    "flows/deploying": f"{BELOW} flows/workspace flows/release",
    "flows/access": f"{BELOW} flows/workspace flows/deploying",
    "flows/fleet": f"{BELOW} flows/workspace flows/checkouts flows/release flows/packaging",
    "flows/trains": f"{BELOW} flows/workspace flows/release flows/packaging flows/validation",
    "flows/promotions": f"{BELOW} flows/workspace flows/checkouts flows/release flows/trains",
}
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "model": frozenset(),
    **{room: frozenset(("model", *others.split())) for room, others in (CORE | ADAPTERS | FLOWS).items()},
    "cli": frozenset(("model", *BELOW.split(), *FLOWS)),
}
"""Room to the rooms that it may import, besides itself. `shunter` itself holds the version and is free to all."""

PROCESSES = {"shunter.__main__", "shunter.adapters.templates.worker", "shunter.cli.hooks"}
"""Modules that nobody imports: each is a process of its own."""

WITHOUT_A_TEST = {
    # entry points of a process: whoever starts the process tests them
    "shunter.__main__",
    # tables: tests/cli/test_options.py and docs/reference hold them to what they say
    "shunter.cli.options.delivery",
    "shunter.cli.options.deploying",
    "shunter.cli.options.fleet",
    "shunter.cli.options.maintenance",
    "shunter.cli.options.packaging",
    "shunter.cli.options.trains",
    "shunter.cli.options.validation",
    # verbs, from arguments to a flow and back: the tests of the flows run them through the command
    "shunter.cli.verbs.check",
    "shunter.cli.verbs.checkouts",
    "shunter.cli.verbs.completion",
    "shunter.cli.verbs.delivery",
    "shunter.cli.verbs.deploy",
    "shunter.cli.verbs.package",
    "shunter.cli.verbs.promote",
    "shunter.cli.verbs.recover",
    "shunter.cli.verbs.registry",
    "shunter.cli.verbs.render",
    "shunter.cli.verbs.rights",
    "shunter.cli.verbs.scaffold",
    "shunter.cli.verbs.schema",
    "shunter.cli.verbs.templates",
    "shunter.cli.verbs.train",
    "shunter.cli.verbs.update",
    "shunter.cli.verbs.updating",
    "shunter.cli.verbs.values",
    # texts of the catalogue: tests/core/rules/test_catalogue.py reads them all
    "shunter.core.rules.catalogue.cluster",
    "shunter.core.rules.catalogue.reading",
    "shunter.core.rules.catalogue.schemas",
    "shunter.core.rules.catalogue.trains",
    "shunter.core.rules.catalogue.values",
    "shunter.core.rules.catalogue.workspace",
    # data without behaviour
    "shunter.core.rules.catalogue.rule",
    "shunter.core.gotemplate.tree",
    "shunter.core.trains.model",
    # an import in an unusual way: tests/test_startup.py measures it
    "shunter.core.schema.engine",
}
"""Modules that need no test file of their own name, by the reason."""

PURE = {"subprocess", "socket", "shutil", "tempfile", "urllib", "http", "pathlib", "threading", "multiprocessing"}
OUTSIDE_MODULES = {"subprocess", "shutil", "tempfile", "socket", "urllib", "http"}
OUTSIDE_CALLS = {
    "chmod", "glob", "is_dir", "is_file", "is_symlink", "iterdir", "lstat", "mkdir", "open", "read_bytes", "read_text",
    "rename", "rglob", "rmdir", "rmtree", "stat", "symlink_to", "touch", "unlink", "write_bytes", "write_text",
}  # fmt: skip
"""Methods of Path and functions of os and os.path that look at the disk or change it."""
OUTSIDE_OS = {
    "exists",
    "getcwd",
    "isdir",
    "isfile",
    "islink",
    "lexists",
    "listdir",
    "makedirs",
    "scandir",
    "walk",
}

MODULES = {
    "shunter." + path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", "."): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
NAMES = {name.removesuffix(".__init__"): path for name, path in MODULES.items()}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imported(tree: ast.AST) -> set[str]:
    """Every module that a module imports, anywhere in it."""
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            found |= {below if (below := f"{module}.{alias.name}") in NAMES else module for alias in node.names}
    return found


def room_of(module: str) -> str:
    steps = module.split(".")[1:]
    if not steps or module in ("shunter.__main__", "shunter"):
        return "shunter"
    if steps[0] in ("model", "cli") or len(steps) == 1:
        return steps[0]
    return "/".join(steps[:2])


def graph() -> dict[str, set[str]]:
    """Module to the modules of this package that it imports."""
    return {name: {other for other in imported(parsed(path)) if other in NAMES} for name, path in NAMES.items()}


GRAPH = graph()


def circle_in(edges: Mapping[str, Iterable[str]]) -> list[str]:
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def strangers(module: str, others: Iterable[str]) -> set[str]:
    """The modules among `others` whose rooms this module's room may not import."""
    room = room_of(module)
    return {
        other
        for other in others
        if room_of(other) not in ("shunter", room) and room != "shunter" and room_of(other) not in MAY_IMPORT[room]
    }


@pytest.mark.parametrize("module", [name for name in NAMES if room_of(name) in MAY_IMPORT])
def test_a_room_imports_only_what_it_may(module: str) -> None:
    assert strangers(module, GRAPH[module]) == set()


def test_every_module_stands_in_a_room() -> None:
    floors = {"core", "adapters", "flows", "shunter"}
    assert {name for name in NAMES if room_of(name) not in MAY_IMPORT and room_of(name) not in floors} == set()


def test_rooms_have_no_circle() -> None:
    assert circle_in(MAY_IMPORT) == []


def test_files_have_no_circle() -> None:
    assert circle_in({name: others - {name} for name, others in GRAPH.items()}) == []


def test_no_room_is_a_hall() -> None:
    files = [path for path in MODULES.values() if path.name != "__init__.py"]
    sizes = Counter(path.parent.relative_to(PACKAGE).as_posix() for path in files)
    assert {folder: size for folder, size in sizes.items() if size > LARGEST_ROOM} == {}


def reached(start: Iterable[str]) -> set[str]:
    found: set[str] = set()
    left = list(start)
    while left:
        module = left.pop()
        if module not in found:
            found.add(module)
            left += GRAPH.get(module, ())
            left += [package] if (package := module.rpartition(".")[0]) else []
    return found


def verbs() -> set[str]:
    """The modules that the options table names as text: its families, and what runs a command."""
    from shunter.cli.options import TABLE

    families = {f"shunter.cli.options.{family}" for family in TABLE.families}
    return families | {command.run.partition(":")[0] for command in TABLE.commands}


def test_every_module_is_reached() -> None:
    assert set(NAMES) - reached({"shunter.cli.main", *PROCESSES, *verbs()}) == set()


@pytest.mark.parametrize("module", NAMES)
def test_what_a_floor_may_touch(module: str) -> None:
    tree = parsed(NAMES[module])
    floor = room_of(module).split("/")[0]
    if floor in ("model", "core"):
        assert imported(tree) & PURE == set()
    if floor == "flows":
        assert touches(tree) == []
    # dataclasses.replace and its kin make a class of ours anew for each call, which takes a thousand times as long.
    assert "dataclasses" not in imported(tree) or module == "shunter.model.data" or "gotemplate" in module
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert "print" not in called or module == "shunter.cli.output"


def touches(tree: ast.AST) -> list[str]:
    """Where a module looks at the disk or starts a process itself, instead of through an adapter."""
    found = [f"import {name}" for name in sorted(imported(tree) & OUTSIDE_MODULES)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, on = node.func.attr, ast.unparse(node.func.value)
            if name in OUTSIDE_CALLS or (name in OUTSIDE_OS and (on in ("os", "os.path") or name == "exists")):
                found.append(f"line {node.lineno}: {on}.{name}")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
            found.append(f"line {node.lineno}: open")
    return found


def own_test(module: str) -> Path:
    """Where the tests of a module stand: tests/ mirrors the rooms."""
    path = MODULES[module].relative_to(PACKAGE)
    return Path(__file__).parent / path.parent / f"test_{path.name}"


def test_a_module_with_behaviour_has_a_test_of_its_own_name() -> None:
    modules = [name for name, path in MODULES.items() if path.name != "__init__.py"]
    assert {module for module in modules if not own_test(module).is_file()} == WITHOUT_A_TEST


def test_the_architecture_names_every_room() -> None:
    text = (PACKAGE.parents[1] / "docs" / "architecture.md").read_text("utf-8")
    assert [room for room in MAY_IMPORT if f"`{room}`" not in text] == []
