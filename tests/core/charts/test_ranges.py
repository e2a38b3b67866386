"""Version ranges against the embedded Helm: an alias whose range does not fit gets no values."""

from __future__ import annotations

import json
from random import Random

from helpers.oracles.embedded_helm import METADATA, SHOW_VALUES, archive, values_of
from shunter.core.charts.ranges import satisfies


def _version(random: Random) -> str:
    return ".".join(random.choice("01123") for _ in range(3)) + random.choice(
        ["", "", "", "-0", "-rc.1", "-rc.2", "+b"]
    )


def _comparison(random: Random) -> str:
    numbers = [random.choice("012301xX*") for _ in range(random.choice((1, 2, 3, 3)))]
    operator = random.choice(["", "", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^", "^"])
    tail = random.choice(["", "", "", "-0", "-rc.1"])
    return operator + random.choice(["", "", " "]) + random.choice(["", "", "v"]) + ".".join(numbers) + tail


def _range(random: Random) -> str:
    text = _comparison(random)
    roll = random.random()
    if roll < 0.3:
        text += random.choice([" ", ", ", ",", "  "]) + _comparison(random)
    elif roll < 0.45:
        text += random.choice([" || ", "||"]) + _comparison(random)
    elif roll < 0.55:
        text = f"{_version(random)} - {_version(random)}"
    elif roll < 0.6:
        text = random.choice(["", "latest", "1.2.3.4", ">>1", "^", "x.1", "1.x.2", "^^1", "1 ||", "a || 1"])
    return text


def test_ranges_mean_what_they_mean_to_helm() -> None:
    random = Random(7)
    wrong = []
    for _ in range(120):
        version = _version(random)
        ranges = [_range(random) for _ in range(20)]
        entries = [{"name": "s", "alias": f"a{index}", "version": text} for index, text in enumerate(ranges)]
        files: dict[str, bytes | str] = {
            "Chart.yaml": METADATA + f"dependencies: {json.dumps(entries)}\n".encode(),
            "templates/show.yaml": SHOW_VALUES,
            "charts/s/Chart.yaml": f"apiVersion: v2\nname: s\nversion: {version}\n",
        }
        found = values_of(archive(files))
        wrong += [
            (version, text) for index, text in enumerate(ranges) if satisfies(version, text) != (f"a{index}" in found)
        ]
    assert wrong == []
