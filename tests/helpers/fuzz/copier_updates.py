"""Random projects between two releases of a template, file by file: what the template did, and what a person did."""

from __future__ import annotations

import random
from typing import NamedTuple

from shunter.model.files import EXECUTABLE, REGULAR, FileState

Files = dict[str, FileState]
TEMPLATE = ("same", "same", "edit", "edit", "edit", "several", "delete", "mode", "end")
PERSON = ("same", "edit", "edit", "far", "near", "several", "delete", "mode", "end", "crlf", "alike")


class Case(NamedTuple):
    """Old and new release, and the person's project, by path; `added` are paths that both sides have made."""

    old: Files
    ours: Files
    new: Files


def lines(choose: random.Random, number: int) -> list[str]:
    return [f"line {at} of {number}: {choose.choice('abcdefgh')}\n" for at in range(choose.choice((1, 4, 12, 30)))]


def changed(choose: random.Random, text: list[str], how: str, who: str) -> list[str]:
    made = list(text)
    places = {"edit": 1, "several": 3, "far": 1, "near": 1, "alike": 1}.get(how, 0)
    for _ in range(places):
        at = {"far": len(made) - 1, "near": min(2, len(made) - 1)}.get(how, choose.randrange(max(1, len(made))))
        what = choose.choice(("replace", "insert", "remove")) if how != "alike" else "replace"
        new = f"both {at}\n" if how == "alike" or choose.random() < 0.1 else f"{who} {at} {choose.randrange(5)}\n"
        if not made or what == "insert":
            made.insert(at, new)
        elif what == "replace":
            made[at] = new
        elif len(made) > 1:
            del made[at]
    if how == "end" and made:
        made[-1] = made[-1].rstrip("\n") if choose.random() < 0.5 else made[-1] + "\n"
    return [line.replace("\n", "\r\n") for line in made] if how == "crlf" else made


def state(text: list[str], mode: str) -> FileState:
    return FileState("".join(text).encode(), EXECUTABLE if mode == EXECUTABLE else REGULAR)


def make(seed: int, count: int = 60) -> Case:
    """Files in every combination; none of those that Copier loses, see tests/adapters/templates/test_copier_losses.py."""
    choose = random.Random(seed)
    case = Case({}, {}, {})
    for number in range(count):
        path = f"{choose.choice(('', 'dir/', 'dir/deep/', 'ünï/'))}f{number}"
        text, mode = lines(choose, number), choose.choice((REGULAR, REGULAR, EXECUTABLE))
        template, person = choose.choice(TEMPLATE), choose.choice(PERSON)
        if choose.random() < 0.1:
            path = path.replace("ünï", "uni")  # Copier does not find such a file, and ends
            case.new[path] = state(text, mode)
            if choose.random() < 0.6:
                case.ours[path] = state(changed(choose, text, person, "mine"), mode)
            continue
        case.old[path] = state(text, mode)
        other = EXECUTABLE if mode == REGULAR else REGULAR
        if template != "delete":
            case.new[path] = state(changed(choose, text, template, "template"), other if template == "mode" else mode)
        if person == "delete":
            continue
        edited = text if template == "delete" else changed(choose, text, person, "mine")
        case.ours[path] = state(edited, other if person == "mode" and template != "delete" else mode)
    return case
