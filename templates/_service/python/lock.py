"""Leave out of locks what nobody installs: `make lock` runs this, with uv's pylock.toml and the requirements files.

A release has a file for each interpreter and platform, up to 200. Kept are its sources, and what CPython 3.11 to 3.14
takes on Linux (glibc, x86_64 and aarch64) and on macOS (Apple's processors): the image, CI, and who develops.
"""

import re
import sys
import tomllib
from pathlib import Path

INTERPRETERS = r"-(py3|py2\.py3|cp3\d+-abi3|cp31[1-4]-cp31[1-4])(-none)?"
PLATFORMS = r"-(any|manylinux[\w.]+_(x86_64|aarch64)|macosx_\w+_(arm64|universal2))\.whl$"
WANTED = re.compile(INTERPRETERS + PLATFORMS)

kept: set[str] = set()
for package in tomllib.loads(Path(sys.argv[1]).read_text("utf-8"))["packages"]:
    wheels = package.get("wheels", [])
    found = [wheel for wheel in wheels if WANTED.search(wheel.get("name") or wheel["url"])] or wheels
    found += [package["sdist"]] if "sdist" in package else []
    kept |= {file["hashes"]["sha256"] for file in found}
for name in sys.argv[2:]:
    text = Path(name).read_text("utf-8")
    lines = re.sub(r" \\\n +--hash=sha256:(\w+)", lambda line: line[0] if line[1] in kept else "", text)
    Path(name).write_text(lines, "utf-8")
