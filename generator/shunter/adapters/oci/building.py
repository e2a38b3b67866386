"""Container images built by the machine's own program, buildah, podman or docker, and pushed by it."""

from __future__ import annotations

import base64
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which
from typing import Final

from shunter.adapters.oci.client import MANIFEST, Client
from shunter.adapters.oci.credentials import login_for
from shunter.adapters.oci.images import KINDS, OciImages
from shunter.adapters.system.files import write_file
from shunter.adapters.system.process import Completed, run
from shunter.core.charts.image import Image
from shunter.model.data import dataclass
from shunter.model.errors import ShunterError
from shunter.model.files import Tree

BUILDERS: Final = ("buildah", "podman", "docker")
"""Programs that read a Dockerfile, the first that is there is taken: the first two need no daemon."""
_LINES: Final = 20
"""Of what a failed build has printed: its last step and what that complains of."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an image is built of: the folder's files with a Dockerfile, build arguments, and labels."""

    files: Tree
    arguments: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Builder:
    """A program that builds images; `plain` says whether a registry is one without TLS."""

    program: str
    plain: bool = False

    def build(self, image: Image, recipe: Recipe) -> None:
        """Build the image under its name. Raises ShunterError with the end of what was printed where that fails."""
        with tempfile.TemporaryDirectory(prefix="shunter-image.") as folder:
            for path in recipe.files.paths():
                state = recipe.files.get(path)
                assert state is not None
                write_file(Path(folder) / path, state)
            said = [part for name, value in recipe.arguments.items() for part in ("--build-arg", f"{name}={value}")]
            said += [part for name, value in recipe.labels.items() for part in ("--label", f"{name}={value}")]
            done = run([self.program, "build", *said, "--tag", str(image), "."], folder)
        self._require(done, f"build {image}", "run the same where the Dockerfile is")

    def push(self, image: Image) -> str:
        """Push what was built under this name; the digest of its manifest. Raises ShunterError where that fails."""
        with tempfile.TemporaryDirectory(prefix="shunter-push.") as folder:
            self._login(image, Path(folder))
            noted = Path(folder) / "digest"
            more = ["--digestfile", str(noted), *(["--tls-verify=false"] if self._is_plain(image) else [])]
            options = more if self.program != "docker" else []
            environment = {"DOCKER_CONFIG": folder, "REGISTRY_AUTH_FILE": f"{folder}/config.json"}
            done = run([self.program, "push", *options, str(image)], folder, env=environment)
            self._require(done, f"push {image}", "shunter registry login HOST, or SHUNTER_REGISTRY_USER and _PASSWORD")
            if noted.exists():
                return noted.read_text("utf-8").strip()
        # Docker prints the digest for people; the registry says it too.
        plain = frozenset((image.host,) if self.plain else ())
        return OciImages(plain, own=True).digests([image])[image] or ""

    def _login(self, image: Image, folder: Path) -> None:
        """The login for this registry in a file of its own, wherever it is kept: builders know fewer places."""
        login = login_for(image.host, image.path, own=True)
        entry = {}
        if login and login.token:
            entry = {"identitytoken": login.token}
        elif login:
            entry = {"auth": base64.b64encode(f"{login.user}:{login.password}".encode()).decode()}
        file = os.open(folder / "config.json", os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            json.dump({"auths": {image.host: entry} if entry else {}}, out)

    def _is_plain(self, image: Image) -> bool:
        return Client(image.host, plain=self.plain).base.startswith("http:")

    def _require(self, done: Completed, what: str, hint: str) -> None:
        if done.returncode:
            notes = tuple((done.stdout + done.stderr).decode("utf-8", "replace").splitlines()[-_LINES:])
            raise ShunterError(f"{self.program} could not {what}", notes=notes, hint=hint)


def builder(names: Sequence[str] = BUILDERS, *, plain: bool = False) -> Builder:
    """The first of these programs that is installed. Raises ShunterError where none is."""
    for name in names:
        if found := which(name):
            return Builder(found if os.path.sep in name else name, plain)
    raise ShunterError("there is no program that builds images", hint=f"install one of: {', '.join(BUILDERS)}")


def tag_again(image: Image, digest: str, tags: Sequence[str], *, plain: bool = False) -> None:
    """Let further tags lead to an image that the registry has."""
    client = Client(image.host, plain=plain, own=True, pushes=True)
    stored = client.manifest(image.path, digest, accept=", ".join(KINDS))
    if stored is None:
        raise ShunterError(f"{image} is gone from its registry", hint="build it again")
    kind = str(json.loads(stored.data).get("mediaType", MANIFEST))
    for tag in tags:
        client.put_manifest(image.path, tag, stored.data, kind=kind)
