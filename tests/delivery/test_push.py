"""`shunter push` to docker-registry: each version once, nothing half-pushed, whatever breaks on the way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random

import pytest

from helpers.charts.tiny_charts import chart, chart_files
from helpers.workspaces.cli import ok, run_in_background, shunter
from helpers.workspaces.registries import PASSWORD, USER, Refusal, Registry, dropping, free_port, refusing
from shunter.adapters.oci import charts as oci
from shunter.adapters.oci.charts import OciCharts
from shunter.adapters.oci.client import Client
from shunter.adapters.oci.credentials import Login
from shunter.adapters.oci.transport import Transport
from shunter.core.charts.archive import digest
from shunter.core.charts.artifact import artifact_of
from shunter.core.charts.packed import PackedChart
from shunter.model.errors import ShunterError

pytestmark = [pytest.mark.registry, pytest.mark.usefixtures("impatient")]

NAMES = ("auth", "cart", "orders", "search")
KILLS = int(os.environ.get("SHUNTER_TEST_KILLS", "40"))
SEED = 12


def made(name: str, app_version: str = "1.0") -> PackedChart:
    extra = {"notes.txt": Random(name).randbytes(6000).hex()}
    return chart(chart_files(name, "1.0.0+b1", app_version=app_version, extra=extra))


CHARTS = [made(name) for name in NAMES]


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    """A folder with an archive of each chart."""
    for each in CHARTS:
        (tmp_path / f"{each.name}.tgz").write_bytes(each.archive)
    return tmp_path


def files() -> list[str]:
    return [f"{name}.tgz" for name in NAMES]


def complete(registry: Registry, repository: str) -> list[str]:
    """The charts that a tag leads to; each of them is whole, and ours."""
    client = Client(registry.host, login=Login(USER, PASSWORD))
    found = []
    for each in CHARTS:
        tags = registry.tags(f"{repository}/{each.name}")
        assert tags in ([], ["1.0.0_b1"])
        if tags:
            stored = client.manifest(f"{repository}/{each.name}", tags[0])
            assert stored is not None
            assert stored.data == artifact_of(each).manifest
            assert client.blob(f"{repository}/{each.name}", each.digest, 100_000) == each.archive
            found.append(each.name)
    return found


def test_pushed_once_and_told(registry: Registry, archives: Path) -> None:
    to = f"oci://{registry.host}/push/once"
    planned = ok("push", *files(), "--to", to, "--dry-run", cwd=archives)
    assert planned.err.count("to be pushed to") == 4
    assert complete(registry, "push/once") == []
    said = json.loads(ok("push", *files(), "--to", to, "-o", "json", cwd=archives).out)
    assert [row["state"] for row in said["data"]] == ["pushed"] * 4
    for row, each in zip(said["data"], CHARTS, strict=True):
        digest = artifact_of(each).digest
        assert (row["archive"], row["manifest"]) == (each.digest, digest)
        assert row["reference"] == f"{to}/{each.name}:1.0.0_b1@{digest}"
        assert f"@{digest}, archive {each.digest}" in str(said["outcomes"])
    assert complete(registry, "push/once") == list(NAMES)
    again = json.loads(ok("push", *files(), "--to", to, "-o", "json", cwd=archives).out)
    assert [row["state"] for row in again["data"]] == ["already there"] * 4
    assert [row["manifest"] for row in again["data"]] == [row["manifest"] for row in said["data"]]


def test_other_bytes_are_refused_and_nothing_else_is_pushed(registry: Registry, archives: Path) -> None:
    to = f"oci://{registry.host}/push/other"
    ok("push", "orders.tgz", "--to", to, cwd=archives)
    (archives / "orders.tgz").write_bytes(made("orders", "2.0").archive)
    said = shunter("push", *files(), "--to", to, cwd=archives)
    assert said.code == 1
    assert said.err.count("error[") == said.err.count("hint: ") == 1
    assert f"error[version-taken]: orders 1.0.0+b1 is in {registry.host} already, with other content" in said.err
    assert "not pushed, as others are not" in said.err
    assert complete(registry, "push/other") == ["orders"]


def test_two_archives_of_one_version_are_refused(registry: Registry, archives: Path) -> None:
    (archives / "again.tgz").write_bytes(made("orders", "2.0").archive)
    (archives / "same.tgz").write_bytes(made("orders").archive)
    for to in (f"oci://{registry.host}/push/twice", "folder"):
        said = shunter("push", "orders.tgz", "again.tgz", "--to", to, cwd=archives)
        assert (said.code, said.err.count("error[version-taken]")) == (1, 1), said.err
        assert "orders.tgz and again.tgz are both orders 1.0.0+b1, with other bytes" in said.err
    assert complete(registry, "push/twice") == []
    ok("push", "orders.tgz", "same.tgz", "--to", f"oci://{registry.host}/push/twice", cwd=archives)
    assert complete(registry, "push/twice") == ["orders"]


def test_what_a_registry_has_lost_is_pushed_again(registry: Registry, archives: Path) -> None:
    to = f"oci://{registry.host}/push/lost"
    each = CHARTS[NAMES.index("search")]
    for lost in (each.archive, artifact_of(each).config):
        ok("push", "search.tgz", "--to", to, cwd=archives)
        name = digest(lost).removeprefix("sha256:")
        layers = registry.data / "docker/registry/v2/repositories/push/lost/search/_layers/sha256"
        shutil.rmtree(layers / name)
        assert "to be pushed to" in ok("push", "search.tgz", "--to", to, "--dry-run", cwd=archives).err
        ok("push", "search.tgz", "--to", to, cwd=archives)
        assert complete(registry, "push/lost") == ["search"]
        assert "already there" in ok("push", "search.tgz", "--to", to, cwd=archives).err


def test_who_is_not_known_gets_one_error(
    registry: Registry, archives: Path, login: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = f"oci://{registry.host}/push/unknown"
    login.unlink()
    said = shunter("push", *files(), "--to", to, cwd=archives)
    assert (said.code, said.err.count("error: "), said.err.count("hint: ")) == (2, 1, 1)
    assert f"{registry.host} wants a login (401: authentication required)" in said.err
    monkeypatch.setenv("SHUNTER_REGISTRY_USER", USER)
    monkeypatch.setenv("SHUNTER_REGISTRY_PASSWORD", "wrong")
    assert "refuses the login of ci" in shunter("push", *files(), "--to", to, cwd=archives).err
    monkeypatch.setenv("SHUNTER_REGISTRY_PASSWORD", PASSWORD)
    ok("push", "orders.tgz", "--to", to, cwd=archives)
    assert complete(registry, "push/unknown") == ["orders"]


def test_a_registry_that_is_down_is_one_error(archives: Path) -> None:
    host = f"127.0.0.1:{free_port()}"
    said = shunter("push", *files(), "--to", f"oci://{host}/charts", cwd=archives)
    assert (said.code, said.err.count("error: "), said.err.count("hint: ")) == (2, 1, 1)
    assert f"registry {host} cannot be reached" in said.err


def test_connections_that_drop_are_made_again(registry: Registry, archives: Path) -> None:
    random = Random(SEED)
    cuts = [random.randrange(12_000) for _ in range(12)]
    with dropping(registry.host, lambda count: cuts[count] if count % 2 and count < len(cuts) else None) as host:
        config = json.loads(Path(os.environ["HELM_REGISTRY_CONFIG"]).read_text("utf-8"))
        config["auths"][host] = config["auths"][registry.host]
        Path(os.environ["HELM_REGISTRY_CONFIG"]).write_text(json.dumps(config), "utf-8")
        ok("push", *files(), "--to", f"oci://{host}/push/drop", cwd=archives)
    assert complete(registry, "push/drop") == list(NAMES)


def test_a_registry_that_is_gone_after_any_byte(registry: Registry, archives: Path, login: Path) -> None:
    """The connection ends for good after so many bytes: every request of the push is the last one once."""
    config = json.loads(login.read_text("utf-8"))
    seen = set()
    for most in range(500, 24_000, 3000):
        left = [most]

        def drops(_: int, left: list[int] = left) -> int:
            found, left[0] = left[0], 0
            return found

        repository = f"push/gone{most}"
        with dropping(registry.host, drops) as host:
            config["auths"][host] = config["auths"][registry.host]
            login.write_text(json.dumps(config), "utf-8")
            said = shunter("push", "cart.tgz", "--to", f"oci://{host}/{repository}", cwd=archives)
        there = complete(registry, repository)
        assert (said.code, there) in ((2, []), (2, ["cart"]), (0, ["cart"]))
        seen.add((said.code, bool(there)))
        ok("push", "cart.tgz", "--to", f"oci://{registry.host}/{repository}", cwd=archives)
        assert complete(registry, repository) == ["cart"]
    assert {(2, False), (0, True)} <= seen


BUSY: tuple[Refusal, ...] = (
    (500, {}),
    (502, {}),
    (503, {"Retry-After": "0"}),
    (429, {"Retry-After": "soon"}),
    (507, {}),
)
PAIR = ("auth.tgz", "cart.tgz")
WRITES = 5 * len(PAIR)
"""Each chart is two blobs of two requests, and a manifest."""


def logged_in(login: Path, registry: Registry, host: str) -> None:
    """Let the registry's login be that of a proxy before it, too."""
    entry = registry.login()["auths"][registry.host]
    login.write_text(json.dumps({"auths": {registry.host: entry, host: entry}}), "utf-8")


def refuse(at: int, by: Refusal, number: int, *, once: bool = False) -> Refusal | None:
    """What write number `number` is answered, where it is the one `at` which the registry fails."""
    return by if number == at or (number > at and not once) else None


@pytest.mark.parametrize("late", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_registry_that_fails_at_any_write(registry: Registry, archives: Path, login: Path, late: bool) -> None:
    """For good from the Nth write on: what there is then is whole, and the next push brings the rest.

    Slow where the write is done and its answer is lost, since each is a push, and another that ends it, once more.
    """
    found = []
    for number in range(WRITES):
        to, refusal = f"push/{late}{number}".lower(), BUSY[number % len(BUSY)]
        with refusing(registry.host, partial(refuse, number, refusal), late=late) as host:
            logged_in(login, registry, host)
            said = shunter("push", *PAIR, "--to", f"oci://{host}/{to}", cwd=archives)
        assert "Traceback" not in said.err
        found.append(complete(registry, to))
        if said.code:
            assert said.code == 2, (number, said.err)
            assert f"answered {refusal[0]}: not now (" in said.err, "with a hint"
            assert f"next: shunter push auth.tgz cart.tgz --to oci://{host}/{to}\n" in said.err
        else:
            assert (late, found[-1]) == (True, ["auth", "cart"])
        ok("push", *PAIR, "--to", f"oci://{registry.host}/{to}", cwd=archives)
        assert complete(registry, to) == ["auth", "cart"]
    assert late or found[:8] == [[]] * 8, "archives first"
    assert found[9] == ["auth", "cart"] if late else len(found[9]) == 1


@pytest.mark.slow
def test_a_registry_that_fails_once_at_any_write(registry: Registry, archives: Path, login: Path) -> None:
    """Slow, since there is a push for each write."""
    for number in range(WRITES):
        to, refusal = f"push/once{number}", BUSY[number % (len(BUSY) - 1)]
        with refusing(registry.host, partial(refuse, number, refusal, once=True)) as host:
            logged_in(login, registry, host)
            ok("push", *PAIR, "--to", f"oci://{host}/{to}", cwd=archives)
        assert complete(registry, to) == ["auth", "cart"]


def test_a_registry_that_is_down_is_not_asked_for_every_chart(
    registry: Registry, archives: Path, login: Path, tmp_path: Path
) -> None:
    charts = [chart(chart_files(f"many{number}", "1.0.0")) for number in range(24)]
    for each in charts:
        (archives / f"{each.name}.tgz").write_bytes(each.archive)
    asked: list[int] = []

    def down(number: int) -> Refusal:
        asked.append(number)
        return 503, {}

    with refusing(registry.host, down) as host:
        logged_in(login, registry, host)
        names = [f"{each.name}.tgz" for each in charts]
        said = shunter("push", *names, "--to", f"oci://{host}/push/many", "-o", "json", cwd=archives)
    assert said.code == 2
    states = Counter(row["state"] for row in json.loads(said.out)["data"])
    assert states["refused"] >= 24 - 2 * 8, "not begun, as it would fail too"
    assert len(asked) <= 2 * 8 * 5


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_kills_at_random_moments(registry: Registry, archives: Path) -> None:
    """Slow, since each of 40 kills (SHUNTER_TEST_KILLS; `make delivery`: 300) is a push, and another that ends it."""
    random = Random(SEED)
    began = time.monotonic()
    ok("push", *files(), "--to", f"oci://{registry.host}/push/kill", cwd=archives)
    span = time.monotonic() - began  # in which moments are chosen
    caught = 0
    for number in range(KILLS):
        to = f"push/kill{number}"
        child = os.fork()
        if not child:
            try:
                shunter("push", *files(), "--to", f"oci://{registry.host}/{to}", cwd=archives)
            finally:
                os._exit(0)
        time.sleep(random.uniform(0, span))
        os.kill(child, signal.SIGKILL)
        killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        caught += killed
        span *= 1.1 if killed else 0.7  # a push takes as long as the machine lets it
        complete(registry, to)
        ok("push", *files(), "--to", f"oci://{registry.host}/{to}", cwd=archives)
        assert complete(registry, to) == list(NAMES), f"seed {SEED}, kill {number}"
    assert caught > KILLS / 4


def test_two_pushes_at_once(registry: Registry, archives: Path) -> None:
    command = ("push", *files(), "--to", f"oci://{registry.host}/push/two", "-o", "json")
    both = [run_in_background(archives, *command) for _ in range(2)]
    for child in both:
        out, err = child.communicate(timeout=600)
        assert child.returncode == 0, out + err
    assert complete(registry, "push/two") == list(NAMES)


def test_two_pushes_of_other_bytes_at_once_leave_one_of_them(registry: Registry, archives: Path) -> None:
    """No registry writes a tag only where it is absent: one stays, whole, and the other one is told, now or next time."""
    charts = {"one": made("cart"), "two": made("cart", "2.0")}
    for name, each in charts.items():
        (archives / f"{name}.tgz").write_bytes(each.archive)
    for number in range(2):
        to = f"oci://{registry.host}/push/other{number}"
        both = {name: run_in_background(archives, "push", f"{name}.tgz", "--to", to) for name in charts}
        said = {name: child.communicate(timeout=600)[1] for name, child in both.items()}
        assert sorted(child.returncode for child in both.values()) in ([0, 0], [0, 1])
        for name, child in both.items():
            assert ("error[version-taken]" in said[name]) == bool(child.returncode)
        again = {name: shunter("push", f"{name}.tgz", "--to", to, cwd=archives) for name in charts}
        assert sorted(found.code for found in again.values()) == [0, 1]
        [stays] = (name for name, found in again.items() if found.code == 0)
        assert "already there" in again[stays].err
        assert both[stays].returncode == 0
        pulled = ok("pull", f"{to}/cart:1.0.0+b1", "-d", str(number), "-o", "json", cwd=archives).out
        assert json.loads(pulled)["data"][0]["archive"] == charts[stays].digest


def test_two_pushes_of_other_bytes_at_once_are_not_both_done(registry: Registry) -> None:
    """The second one is where the first one thinks that nobody is: between its look at the tag and its manifest."""
    to = f"oci://{registry.host}/push/race"
    here, there = (OciCharts(lambda _: to, own=True) for _ in range(2))
    mine, theirs = made("orders"), made("orders", "2.0")
    for shelf, each in ((here, mine), (there, theirs)):
        assert shelf.standing(each).state == "absent"
        shelf.upload(each)
    there.publish(theirs)
    with pytest.raises(ShunterError, match="with other content") as caught:
        here.publish(mine)
    there.confirm(theirs)
    assert caught.value.notes[0] == "somebody else has pushed it at the same time"
    assert there.standing(theirs).state == "there"


def test_who_is_written_over_at_the_same_time_sees_it(registry: Registry) -> None:
    """The other one looked before we wrote, and wrote afterwards."""
    here = OciCharts(lambda _: f"oci://{registry.host}/push/over", own=True)
    mine, theirs = made("orders"), made("orders", "2.0")
    for each in (mine, theirs):
        here.upload(each)
    here.publish(mine)
    place = here.place("orders")
    client = Client(registry.host, login=Login(USER, PASSWORD))
    client.put_manifest(place.repository, "1.0.0_b1", artifact_of(theirs).manifest)
    with pytest.raises(ShunterError, match="with other content") as caught:
        here.confirm(mine)
    assert (caught.value.exit_code, caught.value.rule) == (1, "version-taken")
    assert caught.value.notes[0] == "somebody else has pushed it at the same time"


def test_a_registry_that_shows_late_or_never_what_it_took(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oci, "transport", lambda: Transport(timeout=60, pause=0.1, attempts=4))
    here = OciCharts(lambda _: f"oci://{registry.host}/push/late", own=True)
    mine = made("orders")
    here.upload(mine)
    here.publish(mine)
    tag = registry.data / "docker/registry/v2/repositories/push/late/orders/_manifests/tags/1.0.0_b1"
    hidden = tag.with_name("hidden")
    tag.rename(hidden)
    with pytest.raises(ShunterError, match=r"has taken orders 1\.0\.0\+b1, and does not show it") as caught:
        here.confirm(mine)
    assert (caught.value.exit_code, caught.value.rule) == (2, "")
    monkeypatch.setattr(oci, "transport", lambda: Transport(timeout=60, pause=0.1, attempts=20))
    oci._client_of.cache_clear()
    later = threading.Timer(0.2, hidden.rename, (tag,))
    later.start()
    here.confirm(mine)
    later.join()


def test_a_manifest_is_not_written_again_over_somebody_elses(registry: Registry, login: Path) -> None:
    """Our write was done, its answer was lost, and somebody else has come in until we try again."""
    mine, theirs = made("orders"), made("orders", "2.0")
    client = Client(registry.host, login=Login(USER, PASSWORD))
    repository = "push/again/orders"
    for each in (mine, theirs):
        client.upload(repository, each.archive)
        client.upload(repository, artifact_of(each).config)

    def other(_: int) -> Refusal:
        client.put_manifest(repository, "1.0.0_b1", artifact_of(theirs).manifest)
        return 502, {}

    with refusing(registry.host, other) as host:
        logged_in(login, registry, host)
        here = OciCharts(lambda _: f"oci://{host}/push/again", own=True)
        with pytest.raises(ShunterError, match="with other content"):
            here.publish(mine)
    assert client.head(repository, "1.0.0_b1") == artifact_of(theirs).digest
