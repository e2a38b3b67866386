"""Servers that services need, started by the script of the generated repository itself."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from helpers.services.cells import CONTRACT, Cell

_SCRIPTS = {"database": "with-postgres", "broker": "with-nats"}


@contextmanager
def backing(cell: Cell, folder: Path) -> Iterator[Mapping[str, str]]:
    """The variables that name a server for all that the cell needs; a skip where this machine has none."""
    if not cell.agreed["needs"]:
        yield {}
        return
    [need] = cell.agreed["needs"]
    variable = CONTRACT["settings"][need]
    command = ["sh", str(folder / "dev" / _SCRIPTS[need]), "sh", "-c", f'echo "${{{variable}:-}}"; exec cat']
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            found = process.stdout.readline().strip()
            if not found:
                pytest.skip(f"needs `{_SCRIPTS[need].removeprefix('with-')}`: dev/{_SCRIPTS[need]} finds none")
            yield {variable: found}
        finally:
            process.stdin.close()
            process.wait(timeout=60)
