"""The embedded Helm as oracle: charts in memory, rendered with a template that prints the values."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from typing import Any

import helm_python

helm_python.disable_logging()

SHOW_VALUES = "{{ toJson .Values }}"
METADATA = b"apiVersion: v2\nname: c\nversion: 1.0.0\n"


class RefusedError(Exception):
    """Helm refused the chart or the values; the text is Helm's own."""


def archive(files: Mapping[str, bytes | str], top: str = "c") -> bytes:
    """A chart archive of `files`, whose paths are relative to the chart."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as tar:
        for name, content in files.items():
            data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def values_of(data: bytes, values: dict[str, Any] | None = None) -> Any:
    """The final values of the chart archive `data` with `values` passed by the user. Raises RefusedError."""
    try:
        with helm_python.Chart.load_archive(data) as chart:
            rendered = chart.render(values)
    except (helm_python.HelmError, UnicodeDecodeError) as error:  # the latter: Helm's message quotes broken text
        raise RefusedError(str(error)) from None
    return json.loads(next(text for name, text in rendered.items() if name.endswith("/show.yaml")))


DYING = "import sys, helm_python\nhelm_python.Chart.load_archive(sys.stdin.buffer.read()).render(eval(sys.argv[1]))"


SECONDS, MEMORY = 30, 8 << 30
"""Of a processor, and bytes of address space, after which Helm counts as one that does not come back."""


def never_returns(data: bytes, values: dict[str, Any]) -> bool:
    """Whether Helm does not come back from a chart archive with these values: its stack overflows, or it takes all memory."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    command = [sys.executable, "-c", DYING, repr(values)]
    done = subprocess.run(command, input=data, stderr=subprocess.DEVNULL, preexec_fn=limit, check=False)
    return done.returncode < 0


def reading(text: bytes) -> Any:
    """What Helm reads in the values file `text`. Raises RefusedError."""
    return values_of(archive({"Chart.yaml": METADATA, "values.yaml": text, "templates/show.yaml": SHOW_VALUES}))
