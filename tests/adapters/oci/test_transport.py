"""Servers that are slow, busy, broken or hostile."""

from __future__ import annotations

import time

import pytest

from helpers.workspaces.http import served_by
from helpers.workspaces.registries import Server, answering, free_port
from shunter.adapters.oci.transport import Answer, InterruptionError, Transport, is_loopback
from shunter.model.errors import ShunterError

LARGEST = 1000


QUICK = Transport(timeout=60, pause=0.001)


@pytest.mark.parametrize("status", [0, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_what_breaks_is_asked_again(status: int, method: str) -> None:
    server = answering(
        lambda _, number: (200, {}, b"" if method == "HEAD" else b"ok") if number > 2 else (status, {}, b"")
    )
    with served_by(server) as url:
        answer = QUICK.send(method, url, {}, body=b"x" if method == "PUT" else None, largest=LARGEST)
    assert answer.status == 200
    assert len(server.asked) == 3


def test_it_is_asked_again_a_few_times_only() -> None:
    server = answering(lambda *_: (503, {}, b"down"))
    with served_by(server) as url:
        assert QUICK.send("GET", url, {}, largest=LARGEST).status == 503
        assert len(server.asked) == 5
        assert QUICK.send("PUT", url, {}, body=b"x", largest=LARGEST, once=True).status == 503
        assert len(server.asked) == 6


def test_it_waits_as_long_as_it_is_told() -> None:
    server = answering(lambda _, number: (200, {}, b"") if number > 1 else (429, {"Retry-After": "1"}, b""))
    with served_by(server) as url:
        began = time.monotonic()
        assert QUICK.send("GET", url, {}, largest=LARGEST).status == 200
        assert time.monotonic() - began >= 1


@pytest.mark.parametrize(
    ("said", "seconds"), [("0", 0), ("soon", 0), ("9" * 400, 30), ("Mon, 01 Jan 2001 00:00:00 GMT", 0)]
)
def test_it_waits_no_longer_than_within_reason(said: str, seconds: float) -> None:
    answer = Answer(503, {"retry-after": said}, b"", "")
    assert seconds <= QUICK._rest(0, answer) <= max(seconds, 0.01)
    assert 0.4 <= Transport(pause=0.2)._rest(1, answer if seconds else None) <= max(seconds, 0.6)


def test_what_belongs_together_is_repeated_together_and_a_few_times_only() -> None:
    done = []

    def attempt() -> Answer:
        done.append(1)
        if len(done) % 2:
            raise InterruptionError("cut off", hint="try again later")
        return Answer(503, {}, b"", "")

    with pytest.raises(ShunterError, match="cut off") as caught:
        QUICK.repeated(lambda: QUICK.repeated(attempt))
    assert len(done) == 5, "what is final inside is final outside"
    assert not isinstance(caught.value, InterruptionError)


def test_an_answer_that_is_cut_off_is_asked_for_again() -> None:
    server = answering(lambda _, number: (200, {"Content-Length": "9" if number < 3 else "2"}, b"ok"))
    with served_by(server) as url:
        assert QUICK.send("GET", url, {}, largest=LARGEST).data == b"ok"
    assert len(server.asked) == 3


@pytest.mark.parametrize("length", [{}, {"Content-Length": "5000", "Connection": "close"}])
def test_an_answer_is_no_larger_than_asked_for(length: dict[str, str]) -> None:
    server = answering(lambda *_: (200, length, b"x" * 5000))
    with served_by(server) as url, pytest.raises(ShunterError, match="is larger than 1,000 bytes"):
        QUICK.send("GET", f"{url}/v2/?token=secret", {}, largest=LARGEST)


def test_a_packed_answer_is_not_unpacked() -> None:
    server = answering(lambda *_: (200, {"Content-Encoding": "gzip"}, b"no gzip"))
    with served_by(server) as url:
        assert QUICK.send("GET", url, {}, largest=LARGEST).data == b"no gzip"


def test_an_answer_that_never_ends_is_given_up() -> None:
    def drip(server: Server, number: int) -> tuple[int, dict[str, str], bytes]:
        server.send_response(200)
        server.end_headers()
        for _ in range(20):
            server.wfile.write(b"x" * 100)
            server.wfile.flush()
            time.sleep(0.02)
        return 0, {}, b""

    with served_by(answering(drip)) as url, pytest.raises(ShunterError, match="is longer to read than 0 s"):
        Transport(longest=0.1).send("GET", url, {}, largest=100_000)


def test_a_byte_now_and_then_is_given_up() -> None:
    def drip(server: Server, number: int) -> tuple[int, dict[str, str], bytes]:
        server.send_response(200)
        server.send_header("Content-Length", "1000")
        server.end_headers()
        for _ in range(40):
            server.wfile.write(b"x")
            server.wfile.flush()
            time.sleep(0.02)
        return 0, {}, b""

    with served_by(answering(drip)) as url, pytest.raises(ShunterError, match="is longer to read than"):
        Transport(longest=2).send("GET", url, {}, largest=LARGEST)


def test_it_is_not_asked_for_ever() -> None:
    server = answering(lambda *_: (503, {"Retry-After": "1"}, b""))
    with served_by(server) as url:
        assert Transport(patience=0).send("GET", url, {}, largest=LARGEST).status == 503
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("headers", "data"),
    [({"Content-Length": "9"}, b"ok"), ({"Transfer-Encoding": "chunked"}, b"zz\r\n")],
)
def test_an_answer_that_breaks_off_is_told_in_words(headers: dict[str, str], data: bytes) -> None:
    def answer(server: Server, number: int) -> tuple[int, dict[str, str], bytes]:
        server.send_response(200)
        for name, value in headers.items():
            server.send_header(name, value)
        server.end_headers()
        server.wfile.write(data)
        return 0, {}, b""

    with served_by(answering(answer)) as url, pytest.raises(ShunterError) as caught:
        QUICK.send("GET", url, {}, largest=LARGEST)
    assert caught.value.message == f"registry {url.removeprefix('http://')} breaks off in the middle of an answer"
    assert "--plain-http" not in caught.value.hint


def test_a_login_stays_with_its_host() -> None:
    there = answering(lambda *_: (200, {}, b"there"))
    with served_by(there) as other:
        here = answering(lambda _, number: (307, {"Location": f"{other}/blob" if number > 1 else "/again"}, b""))
        with served_by(here) as url:
            answer = QUICK.send("GET", f"{url}/v2/", {"Authorization": "Basic x"}, largest=LARGEST)
    assert (answer.data, answer.url) == (b"there", f"{other}/blob")
    assert here.asked == [("GET", "/v2/", "Basic x"), ("GET", "/again", "Basic x")]
    assert there.asked == [("GET", "/blob", "")]


def test_what_is_written_is_not_led_elsewhere() -> None:
    server = answering(lambda *_: (307, {"Location": "/other"}, b""))
    with served_by(server) as url:
        assert QUICK.send("PUT", url, {}, body=b"x", largest=LARGEST).status == 307


@pytest.mark.parametrize("target", ["ftp://example.org/x", "file:///etc/passwd"])
def test_a_place_that_is_not_the_web_is_refused(target: str) -> None:
    server = answering(lambda *_: (302, {"Location": target}, b""))
    with served_by(server) as url, pytest.raises(ShunterError, match="which is not encrypted"):
        QUICK.send("GET", url, {}, largest=LARGEST)


@pytest.mark.parametrize("target", ["http://[::1", "http://a:b/", "http://127.0.0.1:99999/", "//[x/", "http://a\x01b/"])
def test_a_place_that_is_no_url_is_told(target: str) -> None:
    server = answering(lambda *_: (302, {"Location": target}, b""))
    with served_by(server) as url, pytest.raises(ShunterError, match="v2/ leads to what is no URL"):
        QUICK.send("GET", f"{url}/v2/", {}, largest=LARGEST)


def test_a_header_that_cannot_be_sent_is_not_shown() -> None:
    with served_by(answering(lambda *_: (200, {}, b""))) as url, pytest.raises(ShunterError) as caught:
        QUICK.send("GET", url, {"Authorization": "Bearer s3cret\r\nx"}, largest=LARGEST)
    assert "s3cret" not in caught.value.message + caught.value.hint


def test_going_in_circles_ends() -> None:
    server = answering(lambda *_: (302, {"Location": "/again"}, b""))
    with served_by(server) as url, pytest.raises(ShunterError, match="without end"):
        QUICK.send("GET", url, {}, largest=LARGEST)


def test_nobody_there() -> None:
    host = f"127.0.0.1:{free_port()}"
    with pytest.raises(ShunterError, match=rf"registry {host} cannot be reached: .*refused") as caught:
        QUICK.send("GET", f"http://{host}/v2/", {}, largest=LARGEST)
    assert "--plain-http" in caught.value.hint


def test_a_server_without_tls() -> None:
    with served_by(answering(lambda *_: (200, {}, b""))) as url:
        host = url.partition("://")[2]
        with pytest.raises(ShunterError, match=f"registry {host} cannot be reached") as caught:
            QUICK.send("GET", f"https://{host}/v2/", {}, largest=LARGEST)
    assert "--plain-http" in caught.value.hint


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    server = answering(lambda *_: (200, {}, b"by proxy"))
    with served_by(server) as url:
        monkeypatch.setenv("http_proxy", url)
        monkeypatch.setenv("no_proxy", "direct.example")
        asked = "http://registry.example/v2/"
        assert Transport(timeout=60).send("GET", asked, {}, largest=LARGEST).data == b"by proxy"
    assert server.asked[0][1] == asked
    assert Transport()._proxy("http://direct.example/v2/") == ""


@pytest.mark.parametrize(
    ("name", "here"),
    [
        *[(name, True) for name in ("localhost", "127.0.0.1", "127.9.9.9", "::1", "r.localhost")],
        *[(name, False) for name in ("127.example.org", "localhost.example.org", "10.0.0.1", "")],
    ],
)
def test_what_this_machine_is(name: str, here: bool) -> None:
    assert is_loopback(name) is here
