"""Keep a cluster for as long as somebody uses it: `python keeper.py FOLDER`, a process of its own that starts and ends all others.

Who uses it holds a shared lock of FOLDER/users, which goes with its process however that ends. When nobody holds one any
more, everything is ended; nothing is left of a run that was killed. FOLDER/ready is there once the server answers.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

CLUSTER, KWOK = os.environ["SHUNTER_TEST_CLUSTER"], os.environ["SHUNTER_TEST_KWOK"]
STAGES = Path(__file__).parents[2] / "cluster/stages.yaml"
USERS = "admin-token,admin,1,system:masters\ndeployer-token,deployer,2,\n"
PATIENCE = 120.0
VOLUMES = "/hostpath_pv/"
"""What Kubernetes' own provisioner calls the folder in which it makes volumes, below that for temporary files."""
_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata", "users": ["deployer"]}, {"level": "None"}],
}
_NOBODY = {"apiVersion": "apiserver.config.k8s.io/v1beta1", "kind": "AuthenticationConfiguration", "jwt": []}
"""Whose tokens the server believes besides its own: a test may write another one, which the server takes up."""
_SIZE = {"cpu": "640", "memory": "2560Gi", "pods": "10000", "ephemeral-storage": "10Ti"}
_OBJECTS: dict[str, dict[str, object]] = {
    "api/v1/nodes": {
        "metadata": {"name": "node-0", "labels": {"kubernetes.io/hostname": "node-0", "kubernetes.io/os": "linux"}},
        "status": {"allocatable": _SIZE, "capacity": _SIZE},
    },
    "apis/storage.k8s.io/v1/storageclasses": {
        "metadata": {"name": "here", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "provisioner": "kubernetes.io/host-path",
    },
}


class Keeper:
    """The processes of one cluster, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = _free_ports(5)
        self.children: list[subprocess.Popen[bytes]] = []

    def run(self) -> None:
        """Start all, keep them while somebody uses them, end all."""
        ready = self.folder / "ready"
        with (self.folder / "users").open("rb") as users:
            try:
                self._start()
                ready.write_text("", "utf-8")
                while not _is_unused(users.fileno()):
                    time.sleep(0.3)
                    self._all_alive()
            finally:
                ready.unlink(missing_ok=True)
                self._forget_volumes()
                self._end()

    def _start(self) -> None:
        server, client, peer, metrics, scheduling = self.ports
        at, self.url = f"http://127.0.0.1:{client}", f"https://127.0.0.1:{server}"
        peers = f"http://127.0.0.1:{peer}"
        key, certificate = self.folder / "sa.key", self.folder / "certs/apiserver.crt"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        (self.folder / "tokens.csv").write_text(USERS, "utf-8")
        (self.folder / "audit.json").write_text(json.dumps(_POLICY), "utf-8")
        (self.folder / "authentication.json").write_text(json.dumps(_NOBODY), "utf-8")
        self._run(
            "etcd", "--name=default", f"--data-dir={self.folder}/etcd", "--unsafe-no-fsync", "--log-level=error",
            f"--listen-client-urls={at}", f"--advertise-client-urls={at}", f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}", f"--initial-cluster=default={peers}",
        )  # fmt: skip
        self._run(
            "apiserver", f"--etcd-servers={at}", "--bind-address=127.0.0.1", f"--secure-port={server}",
            f"--cert-dir={self.folder}/certs", "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-signing-key-file={key}", f"--service-account-key-file={key}",
            "--service-cluster-ip-range=10.0.0.0/16", "--authorization-mode=RBAC", "--allow-privileged=true",
            f"--token-auth-file={self.folder}/tokens.csv", "--endpoint-reconciler-type=none",
            f"--authentication-config={self.folder}/authentication.json",
            f"--audit-policy-file={self.folder}/audit.json", f"--audit-log-path={self.folder}/audit.log",
            *os.environ.get("SHUNTER_TEST_APISERVER", "").split(),
        )  # fmt: skip
        self._wait()
        for user in ("admin", "deployer"):
            text = json.dumps(_kubeconfig(self.url, certificate, f"{user}-token"))
            (self.folder / f"{user}.kubeconfig").write_text(text, "utf-8")
        admin = f"{self.folder}/admin.kubeconfig"
        whom = [f"--{name}={admin}" for name in ("kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig")]
        whom += ["--leader-elect=false", "--bind-address=127.0.0.1"]
        self._run(
            "controllers", *whom, f"--secure-port={metrics}", f"--service-account-private-key-file={key}",
            f"--root-ca-file={certificate}", "--enable-hostpath-provisioner=true",
            "--horizontal-pod-autoscaler-sync-period=1s",
            "--controllers=*,-nodeipam,-cloud-node-lifecycle,-node-route-controller",
        )  # fmt: skip
        self._run("scheduler", *whom, f"--secure-port={scheduling}")
        shutil.copy(STAGES, self.folder / "stages.yaml")
        self._run(
            f"--config={self.folder}/stages.yaml", f"--kubeconfig={admin}", "--manage-all-nodes=true",
            "--cidr=10.244.0.0/16", "--node-ip=127.0.0.1", "--node-lease-duration-seconds=40", program=KWOK,
        )  # fmt: skip
        for path, value in _OBJECTS.items():
            self._ask(path, value)

    def _run(self, *arguments: str, program: str = CLUSTER) -> None:
        name = arguments[0] if program == CLUSTER else "kwok"
        with (self.folder / f"{name}.log").open("wb") as log:
            self.children.append(subprocess.Popen([program, *arguments], cwd=self.folder, stdout=log, stderr=log))

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            self._all_alive()
            try:
                self._ask("readyz")
            except (OSError, ssl.SSLError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
            else:
                return

    def _ask(self, path: str, value: dict[str, object] | None = None) -> bytes:
        data = None if value is None else json.dumps(value).encode()
        headers = {"Authorization": "Bearer admin-token", "Content-Type": "application/json"}
        trusted = ssl.create_default_context(cafile=str(self.folder / "certs/apiserver.crt"))
        request = urllib.request.Request(f"{self.url}/{path}", data, headers)
        with urllib.request.urlopen(request, timeout=10, context=trusted) as answer:
            found: bytes = answer.read()
        return found

    def _forget_volumes(self) -> None:
        """Remove the folders that the cluster has made for volumes, outside of its own."""
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(self._ask("api/v1/persistentvolumes"))["items"]
            for path in (each["spec"].get("hostPath", {}).get("path", "") for each in found):
                if VOLUMES in path:
                    shutil.rmtree(path, ignore_errors=True)
                    with contextlib.suppress(OSError):
                        Path(path).parent.rmdir()

    def _all_alive(self) -> None:
        for child in self.children:
            if child.poll() is not None:
                raise RuntimeError(f"{child.args!r} has ended: {child.returncode}")

    def _end(self) -> None:
        for child in reversed(self.children):
            child.terminate()
        for child in self.children:
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _is_unused(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _kubeconfig(server: str, certificate: Path, token: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "clusters": [{"name": "here", "cluster": {"server": server, "certificate-authority": str(certificate)}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "who"}}],
        "users": [{"name": "who", "user": {"token": token}}],
    }


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    Keeper(Path(sys.argv[1])).run()
