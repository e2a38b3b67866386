"""Random repositories between two releases of a random template: what its author did, and what a person did.

The template has questions, Jinja in names and bodies, conditions, loops, excludes, files that are written once, binary
files, links and modes; the person does what people do to files. Every line of the person's holds a word of its own, so
that it is found again wherever an update may have taken it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from helpers.fuzz.copier_fuzz import make as copier_template
from shunter.model.files import EXECUTABLE, REGULAR, SYMLINK, FileState

Files = dict[str, FileState]
_ANSWERS = "[[ _copier_conf.answers_file ]].jinja"
_ODD = ("a b", "it's", "x[1]y", "-dash", "a*b", ":(top)z", "dotted.name", "#hash", "tab", "values")
_OWN = ("NOTES", "docs/mine.md", "dir/own", "a1b.txt", "tags/own", ".hidden-own", "deep/er/own file")
_ENDS = ("\n", "\n", "\n", "\r\n")


class Template(NamedTuple):
    """Two releases of a template, as files of its repository, and the answers that a project is made with."""

    old: Files
    new: Files
    answers: Mapping[str, Any]


def template(seed: int) -> Template:
    """A template with its next release; equal seeds give equal ones."""
    choose = random.Random(seed)
    made = copier_template(seed, questions=4, files=4)
    files = {path: FileState(data) for path, data in made.files.items()}
    config = json.loads(files["copier.yml"].data)
    config.pop("_answers_file", None)  # a project has the one that Copier finds by itself
    folder = config.get("_subdirectory", "")
    if not folder and "_exclude" in config:
        config["_exclude"].append(".git")  # else Copier writes that of the template over that of the project
    places = [f"{each}/" for each in (("kinds/one", "kinds/two") if "[[" in folder else (folder,)) if each] or [""]
    if choose.random() < 0.4:
        config["_skip_if_exists"] = choose.choice((["*.cfg"], ["/once*", "plain*"], ["values*"]))
    for place in places:
        for number in range(choose.randint(4, 9)):
            files |= _file(choose, place, number)
    old = {path: _padded(choose, path, state) for path, state in files.items()}
    new = dict(old)
    for path in list(new):
        if path.startswith(tuple(places)) and not path.endswith((_ANSWERS, "copier.yml")) and "parts/" not in path:
            _released(choose, new, path)
    for place in places:
        for number in range(choose.randint(0, 2)):
            new |= _file(choose, place, 20 + number)
    later = _asked(choose, config)
    return Template(
        {**old, "copier.yml": _config(config)}, {**new, "copier.yml": _config(later)}, {**made.data, "picked": "old"}
    )


def _config(config: Mapping[str, Any]) -> FileState:
    return FileState(json.dumps(config).encode())


def _asked(choose: random.Random, config: Mapping[str, Any]) -> dict[str, Any]:
    """The questions of the next release: some are new, some have another default, some are gone."""
    later = dict(config)
    if choose.random() < 0.5:
        later["fresh"] = {"type": "str", "default": choose.choice(("new", "[[ pick ]]-new"))}
    if "_exclude" in config and choose.random() < 0.3:
        pattern = choose.choice(("plain*", "dir/", "*.yaml", "[% if pick == 'one' %]values*[% endif %]"))
        later["_exclude"] = [*config["_exclude"], pattern]
    names = [name for name, details in config.items() if name[0] == "q" and isinstance(details, dict)]
    if names and choose.random() < 0.4:
        name = choose.choice(names)
        later[name] = {**later[name], "default": choose.choice(("other", 7, True))}
        later[name].pop("validator", None)
        later[name]["type"] = "yaml"
    return later


def _file(choose: random.Random, place: str, number: int) -> Files:
    folder = choose.choice(("", "", "dir/", "dir/deep/", "x[1]/", "tags/", "one two/"))
    name = choose.choice((*_ODD, *("plain",) * 8)) + str(number)
    mode = choose.choice((REGULAR, REGULAR, REGULAR, EXECUTABLE))
    kind = choose.choice(("text", "text", "text", "jinja", "jinja", "yaml", "binary", "latin", "empty", "once"))
    if kind == "binary":
        return {f"{place}{folder}{name}.bin": FileState(b"\0binary %d\xff" % choose.randrange(100), mode)}
    if kind == "empty":
        return {f"{place}{folder}{name}": FileState(b"", mode)}
    text = _lines(choose, number)
    if kind == "yaml":
        text = [f"key{at}: {choose.randrange(9)}{end}" for at, end in enumerate(_end(choose, 14))]
        return {f"{place}{folder}{name}.yaml": FileState("".join(text).encode(), mode)}
    if kind == "latin":
        text.insert(0, "caf\xe9\n")
        return {f"{place}{folder}{name}.txt": FileState("".join(text).encode("latin-1"), mode)}
    if kind == "once":
        return {f"{place}once{number}": FileState("".join(text).encode(), mode)}
    suffix = ".jinja" if kind == "jinja" else ""
    if suffix:
        text.insert(choose.randrange(len(text) + 1), "picked [[ pick ]] [[ fresh | default('none') ]]\n")
    return {f"{place}{folder}{name}.txt{suffix}": FileState("".join(text).encode(), mode)}


def _end(choose: random.Random, count: int) -> list[str]:
    end = choose.choice(_ENDS)
    return [end] * count


def _lines(choose: random.Random, number: int) -> list[str]:
    count = choose.choice((1, 4, 12, 30))
    return [f"line {at} of {number}: {choose.choice('abcdefgh')}{end}" for at, end in enumerate(_end(choose, count))]


def _padded(choose: random.Random, path: str, state: FileState) -> FileState:
    """A one-line body among lines, so that edits of it need not meet."""
    if path == "copier.yml" or "parts/" in path or path.endswith((_ANSWERS, ".bin")) or len(state.data) > 200:
        return state
    if not state.data or b"\0" in state.data or choose.random() < 0.4:
        return state
    around = [f"pad {at}\n" for at in range(8)]
    return FileState("".join(around).encode() + state.data + b"\n" + "".join(around).encode(), state.mode)


def _released(choose: random.Random, files: Files, path: str) -> None:
    """What the next release does to a file of the template."""
    state = files[path]
    how = choose.choice(("same", "same", "edit", "edit", "edit", "several", "delete", "rename", "mode", "end", "link"))
    if how == "delete":
        del files[path]
    elif how == "rename":
        folder, _, name = path.rpartition("/")
        if "[" not in name and name:
            files[f"{folder}/new-{name}".lstrip("/")] = files.pop(path)
    elif how == "mode":
        files[path] = FileState(state.data, EXECUTABLE if state.mode == REGULAR else REGULAR)
    elif how in ("edit", "several", "end"):
        words = (f"template {number}" for number in range(100))
        files[path] = FileState(edited(choose, state.data, how, words), state.mode)


def edited(choose: random.Random, data: bytes, how: str, words: Iterator[str]) -> bytes:
    """A file with other lines: `words` are what they say. A binary file gets other bytes."""
    if b"\0" in data:
        return data + next(words).encode()
    text = data.splitlines(keepends=True)
    if how == "end":
        last = text[-1] if text else b""
        return data[: -len(last)] + last.rstrip(b"\r\n") if last.endswith(b"\n") else data + b"\n"
    for _ in range({"edit": 1, "several": 3, "near": 1}.get(how, 1)):
        at = min(2, len(text)) if how == "near" else choose.randrange(len(text) + 1)
        end = b"\r\n" if text and text[0].endswith(b"\r\n") else b"\n"
        what = choose.choice(("replace", "insert", "insert", "remove"))
        word = next(words).encode()
        yaml = text[at : at + 1] and text[at].startswith(b"key")
        line = (text[at].partition(b":")[0] + b": " + word if yaml else word) + end
        if what == "insert" or at >= len(text):
            text.insert(at, (b"# " if yaml else b"") + word + end)
        elif what == "replace" and b"[" not in text[at]:
            text[at] = line
        elif b"[" not in text[at] and len(text) > 1:
            del text[at]
    return b"".join(text)


Does = Callable[[random.Random, Files, str, Iterator[str]], None]


def _edit(choose: random.Random, ours: Files, path: str, words: Iterator[str]) -> None:
    how = choose.choice(("edit", "edit", "several", "near", "end"))
    ours[path] = FileState(edited(choose, ours[path].data, how, words), ours[path].mode)


def _delete(choose: random.Random, ours: Files, path: str, words: Iterator[str]) -> None:
    del ours[path]


def _rename(choose: random.Random, ours: Files, path: str, words: Iterator[str]) -> None:
    ours[f"moved-{path.replace('/', '-')}"] = ours.pop(path)
    if choose.random() < 0.5:
        _edit(choose, ours, f"moved-{path.replace('/', '-')}", words)


def _mode(choose: random.Random, ours: Files, path: str, words: Iterator[str]) -> None:
    ours[path] = FileState(ours[path].data, EXECUTABLE if ours[path].mode == REGULAR else REGULAR)
    if choose.random() < 0.3:
        _edit(choose, ours, path, words)


def _crlf(choose: random.Random, ours: Files, path: str, words: Iterator[str]) -> None:
    data = ours[path].data
    if b"\0" not in data:
        other = data.replace(b"\r\n", b"\n") if b"\r\n" in data else data.replace(b"\n", b"\r\n")
        ours[path] = FileState(other, ours[path].mode)


def _latin(choose: random.Random, ours: Files, path: str, words: Iterator[str]) -> None:
    if b"\0" not in ours[path].data:
        ours[path] = FileState(ours[path].data + f"{next(words)} caf\xe9\n".encode("latin-1"), ours[path].mode)


def _whole(choose: random.Random, ours: Files, path: str, words: Iterator[str]) -> None:
    ours[path] = FileState("".join(f"{next(words)}\n" for _ in range(3)).encode(), ours[path].mode)


def _link(choose: random.Random, ours: Files, path: str, words: Iterator[str]) -> None:
    ours[path] = FileState(next(words).replace(" ", "-").encode(), SYMLINK)


DOES: tuple[Does, ...] = (_edit,) * 9 + (_delete, _delete, _rename, _rename, _mode, _crlf, _latin, _whole)
RARE: tuple[Does, ...] = (_link,)


def person(seed: int, rendered: Mapping[str, FileState], coming: Mapping[str, FileState]) -> Files:
    """What a person makes of a project: its files as `rendered`; `coming` is what the next release would have."""
    choose = random.Random(seed)
    ours = dict(rendered)
    words = (f"word-{number}-x" for number in range(10_000))
    paths = sorted(path for path in rendered if path != ".copier-answers.yml")
    for path in choose.sample(paths, min(len(paths), choose.choice((0, 2, 4, 8)))):
        choose.choice(DOES if choose.random() < 0.97 else RARE)(choose, ours, path, words)
    for _ in range(choose.choice((0, 0, 1, 3))):
        _add(choose, ours, coming, words)
    return ours


def _add(choose: random.Random, ours: Files, coming: Mapping[str, FileState], words: Iterator[str]) -> None:
    """A file of the person's own, now and then where the next release has one, or just as it has it."""
    fresh = sorted(set(coming) - set(ours))
    if fresh and choose.random() < 0.5:
        path = choose.choice(fresh)
        ours[path] = coming[path]
        if choose.random() < 0.6:
            _edit(choose, ours, path, words)
        return
    path = choose.choice(_OWN)
    if not any(path.startswith(f"{each}/") or each.startswith(f"{path}/") for each in ours):
        ours[path] = FileState(f"{next(words)}\n".encode(), choose.choice((REGULAR, EXECUTABLE)))
