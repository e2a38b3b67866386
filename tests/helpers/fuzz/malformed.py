"""Charts and values files that are broken in every way, and what an answer to them must look like.

A case is a chart with one thing wrong. It follows from its number alone, so a failure can be made again.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import re
import socket
import tarfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple
from xml.etree import ElementTree

from helpers.fuzz import malformed_text as text
from helpers.workspaces import shop
from shunter.core.trains.state import State, render_state

READ = (
    *("values.yaml", "values-pro.yaml", "Chart.yaml", "values.schema.json", "charts/svc/values.schema.json"),
    *("charts/svc/Chart.yaml", "charts/svc/values.yaml", "charts/more-1.0.0.tgz", "Chart.lock", ".helmignore"),
    *("templates/show.yaml", "requirements.yaml", ".copier-answers.yml", ".shunter/train.yaml", "shunter.yaml"),
)
"""Every file that `validate` reads, and two that it must not stumble over."""
ODD_NAMES = (
    b"a\nb.yaml",
    b"\xff\xfe.yaml",
    b" .yaml",
    b"-f.yaml",
    b"\x1b[31m.yaml",
    "\u202e\u2028.yaml".encode(),
    b"%0A::x.yaml",
)
ERROR = re.compile(r"error(?:\[[a-z0-9.-]+\])?: \S(?:.|\n)*^hint: \S", re.MULTILINE)
FINDING = re.compile(r"^(?:error|warning)\[[a-z0-9.-]+\]: \S.*\n  --> .+", re.MULTILINE)
UNPRINTABLE = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
ENVIRONMENT = "_commit: v0.1.0\n_src_path: https://example.org/templates.git\nkind: environment\nname: tst\n"
MORE = "apiVersion: v2\nname: more\nversion: 1.0.0\n"
RECORD = render_state(State()).decode()


class Case(NamedTuple):
    """A case as it was made: what is broken and how, the command's words, and the form of its answer."""

    room: str
    kind: str
    words: list[str]
    form: str


class Chart:
    """A chart folder to spoil; `names` is what `verb` is asked for."""

    def __init__(self, folder: Path, random: Random) -> None:
        self.folder = folder
        self.random = random
        self.names = ["values-pro.yaml"]
        self.verb = "validate"
        for path, content in shop.files(condition=True).items():
            self.write(path, content)
        self.write("values-pro.yaml", shop.VALUES.format("pro"))

    def write(self, path: str, content: str | bytes) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)

    def read(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()


def values(chart: Chart) -> str:
    kind, data = text.yaml_text(chart.random, chart.read("values-pro.yaml"))
    chart.write(chart.random.choice(["values-pro.yaml", "values.yaml", "charts/svc/values.yaml"]), data)
    return kind


def schema(chart: Chart) -> str:
    kind, data = text.schema_text(chart.random, chart.read("charts/svc/values.schema.json"))
    chart.write(chart.random.choice(["values.schema.json", "charts/svc/values.schema.json"]), data)
    return kind


def definition(chart: Chart) -> str:
    if chart.random.random() < 0.3:
        kind, data = text.yaml_text(chart.random, chart.read("Chart.yaml"))
    else:
        kind, data = "fields", text.chart_text(chart.random)
    chart.write(chart.random.choice(["Chart.yaml", "Chart.yaml", "charts/svc/Chart.yaml", "requirements.yaml"]), data)
    if chart.random.random() < 0.2:
        chart.write("Chart.yaml", b"apiVersion: v1\nname: shop\nversion: 1.0.0\n")
    return kind


def archived(chart: Chart) -> str:
    chart.names.append("Chart.yaml")
    kind, archives = _archives(chart.random)
    for number, data in enumerate(archives):
        chart.write(f"charts/more{number or ''}-1.0.0.tgz", data)
    chart.write("Chart.yaml", chart.read("Chart.yaml") + b"- {name: more, version: 1.0.0, repository: ''}\n")
    if chart.random.random() < 0.2:
        chart.write(".copier-answers.yml", ENVIRONMENT)
        chart.write(".shunter/train.yaml", RECORD)
    return kind


def _archives(random: Random) -> tuple[str, list[bytes]]:
    good = _archive_of(MORE)
    at = random.randrange(len(good))
    files = {"Chart.yaml": MORE.encode()}
    odd = random.choice(
        ("/etc/evil", "more/../../evil", "../evil", "more/..", "c:/evil", "more\\..\\evil", "more/\udcff\x1b[31m")
    )
    kinds: dict[str, Callable[[], bytes | list[bytes]]] = {
        "truncated": lambda: good[:at],
        "flipped": lambda: good[:at] + bytes([good[at] ^ 1 << random.randrange(8)]) + good[at + 1 :],
        "noise": lambda: random.randbytes(random.randrange(2000)),
        "trailing": lambda: good + random.choice((random.randbytes(99), good)),
        "no-gzip": lambda: gzip.decompress(good),
        "empty": lambda: b"",
        "empty-gzip": lambda: gzip.compress(b""),
        "bomb": lambda: gzip.compress(b"\0" * (text.MOST or 120_000_000), 1),
        "bomb-of-files": lambda: _bomb(text.MOST or 96 << 20),
        "bombs": lambda: [_bomb(text.MOST or 96 << 20)] * 12,
        "bomb-inside": lambda: _packed(files | {f"charts/{n}.tgz": _bomb(text.MOST or 96 << 20) for n in range(12)}),
        "russian-doll": lambda: _doll(random.choice((3, 30, 300))),
        "tar-noise": lambda: gzip.compress(random.randbytes(4096), 1),
        "tar-flipped": lambda: _flipped_tar(random, gzip.decompress(good)),
        "path": lambda: _tar(("more/Chart.yaml", tarfile.REGTYPE, MORE.encode()), (odd, tarfile.REGTYPE, b"x")),
        "link": lambda: _tar(("more/Chart.yaml", tarfile.SYMTYPE, b"/etc/passwd")),
        "hard-link": lambda: _tar(("more/values.yaml", tarfile.LNKTYPE, b"/etc/passwd")),
        "device": lambda: _tar(("more/values.yaml", tarfile.CHRTYPE, b"")),
        "pipe": lambda: _tar(("more/values.yaml", tarfile.FIFOTYPE, b"")),
        "no-chart": lambda: _tar(("more/values.yaml", tarfile.REGTYPE, b"a: 1")),
        "large-file": lambda: _packed(files | {"values.yaml": b"#" * (6 << 20)}),
        "values": lambda: _packed(files | {"values.yaml": text.yaml_text(random, b"a:\n  b: x/y\n")[1]}),
        "schema": lambda: _packed(files | {"values.schema.json": text.schema_text(random, b'{"type": "object"}')[1]}),
        "definition": lambda: _packed({"Chart.yaml": text.chart_text(random)}),
        "long-name": lambda: _tar((f"more/{'x' * 5000}", tarfile.REGTYPE, b"x"), ("more/" + "d/" * 900 + "x", b"0", b"")),
        "twice": lambda: _tar(("more/Chart.yaml", b"0", b"name: a"), ("more/Chart.yaml", b"0", b"]")),
        "many": lambda: _tar(*((f"more/templates/{n}", b"0", b"") for n in range(text.MOST or 100_000))),
        "nested-charts": lambda: _packed({"charts/a/" * n + "Chart.yaml": MORE.encode() for n in range(text.MOST or 900)}),
    }  # fmt: skip
    kind = random.choice(list(kinds))
    made = kinds[kind]()
    return kind, [made] if isinstance(made, bytes) else made


def _archive_of(definition: str) -> bytes:
    return _packed({"Chart.yaml": definition.encode(), "values.yaml": b"a: 1\n"})


def _bomb(size: int) -> bytes:
    """A chart with `size` bytes of zeros, in files that are each small enough for Helm."""
    part = 4 << 20
    return _packed(
        {"Chart.yaml": MORE.encode()} | {f"f{n}": b"\0" * min(part, size) for n in range(max(size // part, 1))}
    )


def _doll(depth: int) -> bytes:
    data = _archive_of(MORE)
    for _ in range(depth):
        data = _packed({"Chart.yaml": MORE.encode(), "charts/more-1.0.0.tgz": data})
    return data


def _packed(files: dict[str, bytes]) -> bytes:
    return _tar(*((f"more/{path}", tarfile.REGTYPE, content) for path, content in files.items()))


def _tar(*entries: tuple[str, bytes, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as tar:
        for name, kind, data in entries:
            entry = tarfile.TarInfo(name)
            entry.type = kind
            if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                entry.linkname = data.decode()
                tar.addfile(entry)
            else:
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _flipped_tar(random: Random, plain: bytes) -> bytes:
    data = bytearray(plain)
    for _ in range(random.randint(1, 20)):
        data[random.randrange(min(len(data), 3000))] = random.randrange(256)
    return gzip.compress(bytes(data), 1)


def tree(chart: Chart) -> str:
    """Something that is no plain file in the place of one that is read; every kind of file has its turn."""
    folder, random = chart.folder, chart.random
    if random.random() < 0.15:
        return _odd_tree(chart)
    name = random.choice(READ)
    _whole(chart, name)
    path = folder / name
    kinds: dict[str, Callable[[], object]] = {
        "missing": lambda: _clear(path),
        "folder": lambda: (_clear(path), path.mkdir()),
        "full-folder": lambda: (_clear(path), path.mkdir(), (path / "x.yaml").write_text("a: 1")),
        "loop": lambda: (_clear(path), path.symlink_to(path.name)),
        "long-loop": lambda: (_clear(path), path.symlink_to(folder / "other"), (folder / "other").symlink_to(path)),
        "dangling": lambda: (_clear(path), path.symlink_to("nowhere")),
        "outside": lambda: (_clear(path), path.symlink_to("/etc/hostname")),
        "zero": lambda: (_clear(path), path.symlink_to("/dev/zero")),
        "pipe": lambda: (_clear(path), os.mkfifo(path)),
        "socket": lambda: (_clear(path), _socket(path)),
        "unreadable": lambda: path.chmod(0),
        "unreadable-folder": lambda: path.parent.chmod(0o111 if path.parent == folder else 0),
        "gigabytes": lambda: os.truncate(path, 3 << 30),
        "too-large": lambda: os.truncate(path, random.choice((5 * 2**20 + 1, 70 * 2**20))),
    }
    kind = random.choice(list(kinds))
    kinds[kind]()
    asked = [["."], [name], ["values-pro.yaml"], [".", "-f", name]]
    chart.names = random.choice(asked) if name != "shunter.yaml" else ["."]
    return f"{name} {kind}"


def _whole(chart: Chart, name: str) -> None:
    """Have a sound file there first, and what makes it count."""
    if name in (".copier-answers.yml", ".shunter/train.yaml"):
        chart.write(".copier-answers.yml", ENVIRONMENT)
        chart.write(".shunter/train.yaml", RECORD)
    elif name == "shunter.yaml":
        chart.write(name, text.WORKSPACE)
    elif name == "charts/more-1.0.0.tgz":
        chart.write(name, _archive_of(MORE))
    elif not (chart.folder / name).exists():
        chart.write(name, "{}" if name.endswith(".json") else "# nothing\n")


def _odd_tree(chart: Chart) -> str:
    folder, random = chart.folder, chart.random
    kinds: dict[str, Callable[[], object]] = {
        "parent-link": lambda: (folder / "charts" / "up").symlink_to(".."),
        "own-link": lambda: (folder / "charts" / "loop").symlink_to("."),
        "deep": lambda: (folder / "charts" / "/".join("d" * 400)).mkdir(parents=True),
        "nested-charts": lambda: _nested_charts(chart, random.choice((30, 150, 300))),
        "odd-names": lambda: [_odd(folder, name) for name in ODD_NAMES],
        "odd-name": lambda: chart.names.append(_odd(folder, random.choice(ODD_NAMES))),
        "ignore": lambda: chart.write(".helmignore", text.ignore_text(random)),
        "file-for-charts": lambda: (_clear(folder / "charts"), (folder / "charts").write_text("x")),
        "git-pipe": lambda: os.mkfifo(folder / ".git"),
        "git-noise": lambda: (folder / ".git").write_bytes(random.choice((b"gitdir: \0\xff", b"x" * 100_000))),
    }
    kind = random.choice(list(kinds))
    kinds[kind]()
    if kind != "odd-name":
        chart.names = ["."]
    return kind


def _nested_charts(chart: Chart, depth: int) -> None:
    for level in range(1, depth):
        path = "charts/svc/" + "charts/a/" * level
        if len(path) < 3000:
            chart.write(path + "Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n")


def _clear(path: Path) -> None:
    if path.is_dir():
        for entry in sorted(path.rglob("*"), reverse=True):
            entry.rmdir() if entry.is_dir() else entry.unlink()
        path.rmdir()
    elif path.exists():
        path.unlink()


def _odd(folder: Path, name: bytes) -> str:
    (folder / os.fsdecode(name)).write_text("api: {debug: 3}")
    return f"./{os.fsdecode(name)}"


def _socket(path: Path) -> None:
    server = socket.socket(socket.AF_UNIX)
    with contextlib.chdir(path.parent), server:
        server.bind(path.name)


def template(chart: Chart) -> str:
    """A chart template or Chart.lock; `lint` reads the former, nobody trips over the latter."""
    kind, data = text.template_text(chart.random)
    path = chart.random.choice(["templates/show.yaml", "templates/_x.tpl", "charts/svc/templates/x.yaml", "Chart.lock"])
    chart.write(path, data)
    chart.names = [chart.random.choice([path, "."])]
    chart.write(".copier-answers.yml", ENVIRONMENT.replace("kind: environment", "kind: app"))
    endless = kind in ("laughs", "long-pipe", "recursion")  # Helm renders it for ever, or with 500 MB; `lint` asks Helm
    chart.verb = "validate" if endless else chart.random.choice(["lint", "lint", "validate"])
    return kind


def environment(chart: Chart) -> str:
    """The chart as an environment of shunter's own, with one of its files spoilt."""
    chart.write(".copier-answers.yml", ENVIRONMENT)
    chart.write(".shunter/train.yaml", RECORD)
    path = chart.random.choice([".copier-answers.yml", ".shunter/train.yaml"])
    kind, data = text.own_text(chart.random, chart.read(path))
    chart.write(path, data)
    chart.names = [chart.random.choice(["values.yaml", ".", "Chart.yaml"])]
    return f"{path} {kind}"


def workspace(chart: Chart) -> str:
    kind, data = text.own_text(chart.random, text.WORKSPACE)
    chart.write("shunter.yaml", data)
    chart.names = chart.random.choice([["."], ["values.yaml"], []])
    return kind


def request(chart: Chart) -> str:
    names = [
        "absent.yaml",
        "",
        "..",
        "/",
        "charts",
        "templates/show.yaml",
        "a" * 5000,
        "\udcff.yaml",
        "//etc/passwd",
        "~",
    ]
    sets = [
        "",
        "=",
        "a",
        "a=b=c",
        "a[",
        "a[99999999]=1",
        "a[0][0]=1",
        "a={",
        "a.b.c=1,",
        "\\",
        "a\\.b=1",
        "a..b=1",
        "[0]=1",
    ]
    sets += ["a." * 300 + "b=1", "a" + "[0]" * 300 + "=1", "a=" + "1" * 5000, "global=null", "api=1", "\udcff=1"]
    option = chart.random.choice(["name", "-f", "--set", "-e"])
    chart.names = {
        "name": lambda: [chart.random.choice(names)],
        "-f": lambda: [".", "-f", chart.random.choice(names)],
        "--set": lambda: [".", "--set", chart.random.choice(sets)],
        "-e": lambda: ["-e", chart.random.choice(names)],
    }[option]()
    return option


ROOMS: tuple[tuple[Callable[[Chart], str], int], ...] = (
    (values, 38),
    (schema, 18),
    (definition, 12),
    (archived, 9),
    (tree, 11),
    (environment, 4),
    (workspace, 3),
    (template, 3),
    (request, 2),
)
FORMS = ("text", "text", "text", "json", "sarif", "junit", "github")
OPTIONS: tuple[list[str], ...] = ([], [], [], [], [], ["--strict"], ["--no-cache"], ["--fix"], ["-q"])


def make(number: int, folder: Path) -> Case:
    """Make case `number` in `folder`, which is empty."""
    random = Random(number)
    chart = Chart(folder, random)
    (room,) = random.choices([room for room, _ in ROOMS], [weight for _, weight in ROOMS])
    kind = room(chart)
    form = random.choice(FORMS)
    options = random.choice(OPTIONS) if chart.verb == "validate" else []
    return Case(room.__name__, kind, [chart.verb, *chart.names, *options, "-o", form], form)


def problem(form: str, code: int, out: str, err: str) -> str:
    """What is wrong with the answer: empty where it is a verdict, clear findings or one clear error."""
    if code not in (0, 1, 2) or "Traceback" in err or "bug in shunter" in err or "panicked" in err:
        return f"exit code {code}\n{err[-3000:]}"
    if found := UNPRINTABLE.search(err):
        return f"{found[0]!r} reaches the terminal\n{err[:500]}"
    if code == 2:
        return "" if ERROR.match(err) else f"no clear error\n{err[:1000]}"
    if form == "text":
        return "" if code == 0 or FINDING.search(err) else f"no clear finding\n{err[:1000]}"
    return _unreadable(form, code, out)


def _unreadable(form: str, code: int, out: str) -> str:
    """What keeps a program from reading the findings, or from seeing that there are some."""
    marks = {"json": '"severity": "error"', "sarif": '"level": "error"', "junit": "<failure", "github": "::error"}
    try:
        if form in ("json", "sarif"):
            json.loads(out)
        elif form == "junit":
            ElementTree.fromstring(out)
        elif any(not line.startswith("::") for line in out.splitlines()):
            return f"a line of no annotation\n{out[:500]}"
    except (ValueError, ElementTree.ParseError) as error:
        return f"{form}: {error}\n{out[:500]}"
    some = marks[form] in out or '"severity": "warning"' in out or '"level": "warning"' in out
    some = some or "::warning" in out or "<system-out" in out
    return "" if code == 0 or some else f"exit code {code} without a finding\n{out[:500]}"
