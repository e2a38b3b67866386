"""The distribution API against a real docker-registry, and against servers that lie."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from random import Random

import pytest

from helpers.workspaces.http import served_by
from helpers.workspaces.registries import PASSWORD, USER, Registry, Tokens, answering, dropping, free_port
from shunter.adapters.oci.client import MANIFEST, Client
from shunter.adapters.oci.credentials import Login
from shunter.adapters.oci.transport import Transport
from shunter.core.charts import archive
from shunter.model.data import replace
from shunter.model.errors import ShunterError

QUICK = Transport(timeout=60, pause=0.001)
LOGIN = Login(USER, PASSWORD)
SEED = 12


def client(host: str, login: Login | None = LOGIN) -> Client:
    return Client(host, transport=QUICK, login=login)


def manifest(config: bytes, layer: bytes) -> bytes:
    parts = [{"mediaType": "text/plain", "digest": archive.digest(each), "size": len(each)} for each in (config, layer)]
    return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": parts[0], "layers": parts[1:]}).encode()


def pushed(to: Client, repository: str, layer: bytes = b"layer", tag: str = "1.0.0") -> str:
    to.upload(repository, b"{}")
    to.upload(repository, layer)
    return to.put_manifest(repository, tag, manifest(b"{}", layer))


@pytest.mark.registry
def test_writing_and_reading(registry: Registry) -> None:
    here = client(registry.host)
    here.ping()
    assert here.head("client/a", "1.0.0") is None
    assert here.manifest("client/a", "1.0.0") is None
    assert here.tags("client/a") == []
    assert not here.has_blob("client/a", archive.digest(b"layer"))
    digest = pushed(here, "client/a")
    assert here.head("client/a", "1.0.0") == digest
    for reference in ("1.0.0", digest):
        found = here.manifest("client/a", reference)
        assert found is not None
        assert (found.digest, found.data) == (digest, manifest(b"{}", b"layer"))
    assert here.blob("client/a", archive.digest(b"layer"), 100) == b"layer"
    assert here.tags("client/a") == ["1.0.0"]
    assert registry.tags("client/a") == ["1.0.0"]
    with pytest.raises(ShunterError, match="is larger than 4 bytes"):
        here.blob("client/a", archive.digest(b"layer"), 4)
    with pytest.raises(ShunterError, match="answered 404: blob unknown to registry"):
        here.blob("client/a", archive.digest(b"other"), 100)


@pytest.mark.registry
def test_who_is_not_known_is_told_what_to_do(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", "/nonexistent/config.json")
    for login, said in ((None, "wants a login"), (Login(USER, "wrong"), "refuses the login of ci")):
        with pytest.raises(ShunterError, match=rf"{registry.host} {said} \(401: ") as caught:
            client(registry.host, login).ping()
        assert caught.value.hint == f"shunter registry login {registry.host}"
        with pytest.raises(ShunterError, match=f"{registry.host}/client/b {said}"):
            pushed(client(registry.host, login), "client/b")
        with pytest.raises(ShunterError, match=f"{registry.host}/client/b {said}"):
            client(registry.host, login).head("client/b", "1.0.0")
    assert registry.tags("client/b") == []


@pytest.mark.registry
def test_tokens(tokens: tuple[Registry, Tokens], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", "/nonexistent/config.json")
    registry, service = tokens
    here, before = client(registry.host), len(service.asked)
    pushed(here, "client/t")
    assert here.tags("client/t") == ["1.0.0"]
    scopes = [asked.get("scope", "").replace("push,pull", "pull,push") for _, asked in service.asked[before:]]
    assert scopes == ["repository:client/t:pull,push"], "who may push may read"
    assert {asked["service"] for _, asked in service.asked} == {"registry"}
    nobody = client(registry.host, None)
    assert nobody.tags("client/t") == ["1.0.0"]
    assert service.asked[-1][0] == ""
    with pytest.raises(ShunterError, match="wants a login"):
        nobody.upload("client/t", b"of nobody")
    with pytest.raises(ShunterError, match="refuses the login of ci"):
        client(registry.host, Login(USER, "wrong")).tags("client/t")


@pytest.mark.registry
def test_a_thousand_tags(registry: Registry) -> None:
    here = client(registry.host)
    digest = pushed(here, "client/many")
    folder = registry.data / "docker/registry/v2/repositories/client/many/_manifests/tags"
    names = [f"1.0.{number}" for number in range(1050)]
    for name in names[1:]:
        link = folder / name / "current/link"
        link.parent.mkdir(parents=True)
        link.write_text(digest)
    assert sorted(here.tags("client/many")) == sorted(names)


def test_tags_come_in_pages_and_never_for_ever() -> None:
    pages = {"/v2/a/tags/list?n=1000": (["1", "2"], "/v2/a/tags/list?last=2"), "/v2/a/tags/list?last=2": (["3"], "")}

    def answer(server: object, number: int) -> tuple[int, dict[str, str], bytes]:
        tags, more = pages[server.path]  # type: ignore[attr-defined]
        return 200, {"Link": f'<{more}>; rel="next"'} if more else {}, json.dumps({"tags": tags}).encode()

    with served_by(answering(answer)) as url:
        assert client(url.removeprefix("http://")).tags("a") == ["1", "2", "3"]
    circle = answering(lambda *_: (200, {"Link": "</v2/a/tags/list?last=9>; rel=next"}, b'{"tags": ["1"]}'))
    with served_by(circle) as url:
        assert client(url.removeprefix("http://")).tags("a") == ["1"]
        assert len(circle.asked) == 2
    away = answering(lambda *_: (200, {"Link": "<http://127.0.0.2/x>; rel=next"}, b'{"tags": ["1"]}'))
    with served_by(away) as url, pytest.raises(ShunterError, match=r"lists its tags at another host: 127\.0\.0\.2"):
        client(url.removeprefix("http://")).tags("a")


def test_pages_that_bring_nothing_new_lead_nowhere() -> None:
    for tags in (None, ["1"], []):
        data = json.dumps({"tags": tags}).encode()
        kind = answering(
            lambda _, number, data=data: (200, {"Link": f"</v2/a/tags/list?last={number}>; rel=next"}, data)
        )
        with served_by(kind) as url:
            assert client(url.removeprefix("http://")).tags("a") == list(tags or ())
        assert len(kind.asked) <= 2


def test_more_tags_than_anybody_reads_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shunter.adapters.oci.client._MOST_TAGS", 5)
    data = json.dumps({"tags": list("abcdef")}).encode()
    with served_by(answering(lambda *_: (200, {}, data))) as url, pytest.raises(ShunterError, match="more than 5 tags"):
        client(url.removeprefix("http://")).tags("a")


def test_other_bytes_than_asked_for_are_refused() -> None:
    wanted = archive.digest(b"wanted")
    server = answering(lambda *_: (200, {"Docker-Content-Digest": wanted}, b"other"))
    with served_by(server) as url:
        here = client(url.removeprefix("http://"))
        for ask in (
            lambda: here.manifest("a", "1.0.0"),
            lambda: here.manifest("a", wanted),
            lambda: here.blob("a", wanted, 100),
        ):
            with pytest.raises(ShunterError, match="gives other bytes") as caught:
                ask()
            assert caught.value.exit_code == 1
            assert caught.value.notes == (f"wanted: {wanted}", f"found: {archive.digest(b'other')}")


def test_a_registry_that_does_not_say_the_digest_is_read() -> None:
    with served_by(answering(lambda server, _: (200, {}, b"" if server.command == "HEAD" else b"{}"))) as url:
        assert client(url.removeprefix("http://")).head("a", "1.0.0") == archive.digest(b"{}")


def test_a_huge_manifest_is_refused() -> None:
    with (
        served_by(answering(lambda *_: (200, {}, b"x" * (5 << 20)))) as url,
        pytest.raises(ShunterError, match="is larger than 4,194,304 bytes"),
    ):
        client(url.removeprefix("http://")).manifest("a", "1.0.0")


def test_a_login_goes_to_no_place_that_is_not_encrypted() -> None:
    asked = {"WWW-Authenticate": 'Bearer realm="ftp://127.0.0.1/token"'}
    with (
        served_by(answering(lambda *_: (401, asked, b""))) as url,
        pytest.raises(ShunterError, match="wants its login at ftp://127"),
    ):
        client(url.removeprefix("http://")).tags("a")


def test_a_page_of_something_else_is_no_registry() -> None:
    with (
        served_by(answering(lambda *_: (200, {}, b"<html>"))) as url,
        pytest.raises(ShunterError, match="is no registry: its answer is no JSON"),
    ):
        client(url.removeprefix("http://")).tags("a")


def test_a_page_is_no_manifest() -> None:
    page = {"Content-Type": "text/html; charset=utf-8", "Docker-Content-Digest": archive.digest(b"<html>")}
    with served_by(answering(lambda server, _: (200, page, b"" if server.command == "HEAD" else b"<html>"))) as url:
        here = client(url.removeprefix("http://"))
        for ask in (here.head, here.manifest):
            with pytest.raises(ShunterError, match=r"is no registry: it has a page \(text/html\)"):
                ask("a", "1.0.0")


def test_a_digest_in_capitals_is_the_same_one() -> None:
    said = {"Docker-Content-Digest": f"sha256:{archive.digest(b'{}').removeprefix('sha256:').upper()}"}
    with served_by(answering(lambda server, _: (200, said, b"" if server.command == "HEAD" else b"{}"))) as url:
        here = client(url.removeprefix("http://"))
        assert here.head("a", "1.0.0") == archive.digest(b"{}")
        found = here.manifest("a", "1.0.0")
        assert found is not None
        assert found.digest == archive.digest(b"{}")


def test_names_of_registries() -> None:
    assert Client("docker.io").base == "https://registry-1.docker.io"
    assert Client("ghcr.io").base == "https://ghcr.io"
    assert Client("registry.example:5000", plain=True).base == "http://registry.example:5000"
    assert Client("[::1]:5000").base == "http://[::1]:5000"


@pytest.mark.registry
def test_connections_that_break_at_any_byte(registry: Registry) -> None:
    random = Random(SEED)
    layer = random.randbytes(20_000)
    for number in range(4):
        cuts = [random.randrange(22_000) for _ in range(3)]
        with dropping(registry.host, lambda count, cuts=cuts: cuts[count] if count < len(cuts) else None) as host:
            here = replace(client(host), transport=Transport(timeout=60, pause=0.001))
            repository = f"client/drop{number}"
            digest = pushed(here, repository, layer)
            assert here.blob(repository, archive.digest(layer), 100_000) == layer
            assert client(registry.host).head(repository, "1.0.0") == digest


@pytest.mark.registry
def test_a_connection_that_always_breaks_leaves_nothing(registry: Registry) -> None:
    with dropping(registry.host, lambda _: 100) as host, pytest.raises(ShunterError, match=f"{host} cannot be reached"):
        pushed(client(host), "client/never", b"x" * 5000)
    assert registry.tags("client/never") == []
    with pytest.raises(ShunterError, match="cannot be reached"):
        client(f"127.0.0.1:{free_port()}").tags("a")


@pytest.mark.registry
def test_threads_share_a_client(registry: Registry, tmp_path: Path) -> None:
    here = client(registry.host)
    threads = [threading.Thread(target=pushed, args=(here, f"client/thread{n}", bytes([n]))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [registry.tags(f"client/thread{n}") for n in range(8)] == [["1.0.0"]] * 8
