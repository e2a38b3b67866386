"""Apps as releases of their own: what runs is what `render` prints of the environment, and each comes and goes alone."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from helpers.clusters.cluster import Cluster
from helpers.clusters.environments import HOOK, NAMED, WEB, Deployed, make_environment
from helpers.clusters.runs import LATER, killed, later
from helpers.tools import HELM, HELM_3, needs_helm_3
from helpers.workspaces.cli import ok, shunter
from shunter.adapters.helm.engine import EmbeddedEngine, is_embedded
from shunter.core.rules.release_size import stored_size
from shunter.flows.release.release import release_of
from shunter.flows.release.stored import kept_by_app
from shunter.flows.workspace.context import open_context

ASKING = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME-v}\ndata: {v: '{{ .Capabilities.KubeVersion }}'}\n"


@pytest.fixture
def apart(admin: Cluster, namespace: str, tmp_path: Path) -> Deployed:
    """An environment of two apps, each of which is a release of its own."""
    return make_environment(tmp_path, admin, namespace, by_app=True, web=WEB, other=f"{WEB}---\n{NAMED}")


def with_own(env: Deployed) -> Deployed:
    """The same environment, whose umbrella has an object of its own."""
    own = env.root / "envs/tst/templates/own.yaml"
    own.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n", "utf-8")
    return env


def releases(env: Deployed) -> dict[str, str]:
    """The releases that Helm lists, each with its chart."""
    command = [HELM, "list", "--namespace", env.namespace, "--output", "json"]
    done = subprocess.run(command, capture_output=True, check=True)
    return {each["name"]: each["chart"] for each in json.loads(done.stdout)}


def rows(env: Deployed) -> dict[str, tuple[str, str]]:
    """The version that is promoted, and the one that is deployed, of each app that `status --cluster` has."""
    (row,) = json.loads(ok("status", "--cluster", "-o", "json", cwd=env.root).out)["environments"]
    return {each["app"]: (each["promoted"], each["deployed"]) for each in row["apps"]}


def units(text: str) -> dict[str, str]:
    return {each["unit"]: each["status"] for each in json.loads(text)["outcomes"]}


def test_each_app_is_a_release_and_alone_when_it_changes(apart: Deployed) -> None:
    shown = apart.deployed("--plan").out
    assert shown.count("first installation") == 2
    assert units(apart.deployed("-o", "json").out) == {"tst/web": "done", "tst/other": "done"}
    assert releases(apart) == {"shop-web": "web-1.0.0", "shop-other": "other-1.0.0"}
    data = apart.get("configmap", "shop-other")["data"]  # named, and calls others, as in the environment
    assert data == {"calls": "http://shop-other", "braces": "{{ .Values }} {{{ }}", "tag": "one"}

    apart.values({"web": {"tag": "two"}})
    file = apart.root / "plan.json"
    file.write_text(apart.deployed("--plan", "-o", "json").out, "utf-8")
    plans = json.loads(file.read_text("utf-8"))["plans"]
    assert [(each["environment"], each["restarts"], each["is_deployed"]) for each in plans] == [
        ("tst/other", [], True),
        ("tst/web", ["web"], False),
    ]
    assert shunter("diff", "tst", "--cluster", cwd=apart.root).code == 1
    done = ok("deploy", "--from", "plan.json", "-o", "json", cwd=apart.root)
    assert units(done.out) == {"tst/web": "done", "tst/other": "noop"}
    assert (apart.history_of("shop-web")[-1], apart.history_of("shop-other")) == ((2, "deployed"), [(1, "deployed")])
    assert shunter("diff", "tst", "--cluster", cwd=apart.root).code == 0


def test_one_that_fails_is_taken_back_alone_and_the_rest_is_not_begun(apart: Deployed) -> None:
    apart.deployed()
    apart.values({"other": {"tag": "broken", "note": "b"}, "web": {"tag": "two"}})
    done = apart.deploy("--timeout", "8s", "-o", "json")
    assert done.code == 2
    assert units(done.out) == {"tst/other": "failed", "tst/web": "refused"}
    assert "not begun: tst/other is not well" in done.out
    assert apart.history_of("shop-other")[-1] == (3, "deployed")  # rolled back
    assert apart.history_of("shop-web") == [(1, "deployed")]
    row = json.loads(ok("status", "--cluster", "-o", "json", cwd=apart.root).out)["environments"][0]
    assert row["release"] == "2 releases"
    assert [(app["app"], app["deployed"] == app["promoted"]) for app in row["apps"]] == [
        ("other", False),
        ("web", False),
    ]


def test_a_service_that_is_gone_goes_with_its_release(apart: Deployed) -> None:
    apart.deployed()
    shutil.rmtree(apart.root / "envs")
    make_environment(apart.root, apart.cluster, apart.namespace, by_app=True, web=WEB)
    shown = apart.deploy("--plan")
    assert "tst/other: shop-other in " in shown.out
    assert "uninstalled: it is of no app any more, Helm " in shown.out
    assert "  delete  Deployment other\n" in shown.out
    drift = shunter("diff", "tst", "--cluster", cwd=apart.root)
    assert (drift.code, "  surplus Deployment other\n" in drift.out) == (1, True)
    plans = json.loads(apart.deployed("--plan", "--older", "-o", "json").out)
    promises = apart.root / "plan.json"
    promises.write_text(json.dumps({**plans, "plans": plans["plans"][:1]}), "utf-8")  # one that does not say so
    assert (
        "the plan and the command differ in tst/other" in shunter("deploy", "--from", "plan.json", cwd=apart.root).err
    )
    assert "shop-other" in releases(apart)
    assert rows(apart) == {"web": ("1.0.0", "1.0.0"), "other": ("-", "1.0.0")}
    promises.write_text(json.dumps(plans), "utf-8")
    done = ok("deploy", "--from", "plan.json", "--older", "-o", "json", cwd=apart.root)
    assert units(done.out) == {"tst/web": "noop", "tst/other": "done"}
    assert releases(apart) == {"shop-web": "web-1.0.0"}
    assert [each["metadata"]["name"] for each in apart.get("deployments")["items"]] == ["web"]


def test_from_one_release_to_many_and_back_nothing_is_made_anew(admin: Cluster, namespace: str, tmp_path: Path) -> None:
    whole = with_own(make_environment(tmp_path, admin, namespace, web=WEB, other=WEB))
    whole.deployed()
    uid = whole.get("deployment", "web")["metadata"]["uid"]
    many = with_own(make_environment(tmp_path, admin, namespace, by_app=True, web=WEB, other=WEB))
    assert "  delete  " not in many.deploy("--plan").out  # what the umbrella itself has is a release of another name
    refused = many.deploy()
    assert refused.code == 1
    assert "meta.helm.sh/release-name of ConfigMap own belongs to Helm's release shop (--conflicts take)" in refused.err
    told = many.deployed("--conflicts", "take").err
    assert f"kubectl -n {namespace} delete secret -l owner=helm,name=shop" in told
    many.kubectl("delete", "secret", "-l", "owner=helm,name=shop")
    assert "as wanted, and well" in many.deployed().err
    assert releases(many) == {"shop-tst": "tst-1.0.0", "shop-web": "web-1.0.0", "shop-other": "other-1.0.0"}
    whole = with_own(make_environment(tmp_path, admin, namespace, web=WEB, other=WEB))
    assert whole.deploy().code == 1
    whole.deployed("--conflicts", "take")
    whole.kubectl("delete", "secret", "-l", "owner=helm,shunter-part-of=shop")
    assert "as wanted, and well" in whole.deployed().err
    assert whole.get("deployment", "web")["metadata"]["uid"] == uid


def test_a_stranger_is_refused_all_the_same(apart: Deployed) -> None:
    apart.kubectl("create", "configmap", "web")
    done = apart.deploy("--conflicts", "take")
    assert (done.code, "ConfigMap web is refused: it is there already, and of no release" in done.err) == (1, True)


KEPT = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: kept-NAME}
data:
  braces: "{{ "{{ .Values }}" }}"
  text: |+
    x


"""


@pytest.mark.parametrize("last", [True, False])
def test_blank_lines_at_the_end_of_a_text_are_kept(
    admin: Cluster, namespace: str, tmp_path: Path, *, last: bool
) -> None:
    template = f"{WEB}---\n{KEPT}" if last else f"{KEPT}---\n{WEB}"
    texts = []
    for number, by_app in enumerate((False, True)):
        env = make_environment(tmp_path / f"{number}", admin, namespace, by_app=by_app, web=template)
        env.deployed("--older")
        texts.append(env.get("configmap", "kept-web")["data"]["text"])
        assert "noop" in env.deployed("--older", "-o", "json").out
        subprocess.run([HELM, "uninstall", "shop", "--namespace", namespace, "--wait"], check=not by_app)
    assert texts == ["x\n" + 3 * last * "\n"] * 2  # Helm itself trims what is before another document


def test_an_object_that_moves_to_another_app_leaves_the_first_one_before(
    admin: Cluster, namespace: str, tmp_path: Path
) -> None:
    with_it = f"{WEB}---\n{NAMED.replace('NAME', 'shared')}"
    before, between, after = (
        make_environment(tmp_path / f"{number}", admin, namespace, by_app=True, first=first, last=last)
        for number, (first, last) in enumerate([(WEB, with_it), (WEB, WEB), (with_it, WEB)])
    )
    before.deployed()
    refused = after.deploy("--older", "--conflicts", "take")
    assert "release shop-last has it still: bring the version of that app without it first" in refused.err
    assert before.history_of("shop-first") == [(1, "deployed")]
    between.deployed("--older")
    assert units(after.deployed("--older", "-o", "json").out) == {"tst/first": "done", "tst/last": "noop"}


def test_a_preview_and_its_end(apart: Deployed) -> None:
    (apart.root / "envs/tst/preview.yaml").write_text("web: {note: preview}\n", "utf-8")
    apart.deployed("--preview", "12")
    there = f"{apart.namespace}-preview-12"
    names = {
        each["metadata"]["labels"]["name"]
        for each in apart.cluster.get("-n", there, "secrets", "-l", "owner=helm")["items"]
    }
    assert names == {"shop-12-web", "shop-12-other"}
    assert apart.cluster.get("-n", there, "configmap", "shop-12-other")["data"]["calls"] == "http://shop-12-other"
    done = apart.deployed("--preview", "12", "--end")
    assert "release shop-12-web in namespace" in done.err
    assert "noop" in apart.deployed("--preview", "12", "--end", "-o", "json").out


def test_the_cluster_has_its_say(admin: Cluster, namespace: str, tmp_path: Path) -> None:
    env = make_environment(tmp_path, admin, namespace, by_app=True, web=WEB, asking=ASKING)
    env.deployed()
    version = json.loads(admin.kubectl("get", "--raw", "/version"))["gitVersion"]
    assert env.get("configmap", "asking-v")["data"]["v"] == version
    assert "nothing to do (2 of 2: " in env.deployed().err


@pytest.mark.skipif(not is_embedded(), reason="needs the embedded Helm")
def test_what_helm_keeps_of_each_is_foretold_within_two_percent(apart: Deployed) -> None:
    apart.values({"other": {"note": "n" * 2000}})
    apart.deployed()
    context = open_context(apart.root)
    release = release_of(context, context.site("environment", "tst"))
    for kept in kept_by_app(release, release.render(EmbeddedEngine())):
        (secret,) = apart.get("secrets", "-l", f"owner=helm,name={kept.name}")["items"]
        real = len(base64.b64decode(secret["data"]["release"]))
        assert abs(stored_size(kept) - real) < max(0.02 * real, 60), kept.name  # of a KB, the time of day is 2 %


@needs_helm_3
def test_helm_3_does_it_too(admin: Cluster, namespace: str, tmp_path: Path) -> None:
    env = make_environment(tmp_path, admin, namespace, by_app=True, web=f"{WEB}---\n{HOOK}", other=WEB)
    answers = env.root / "envs/tst/.copier-answers.yml"
    answers.write_text(answers.read_text("utf-8") + 'helm: "3"\n', "utf-8")
    env.deployed("--helm", HELM_3)
    assert "nothing to do (2 of 2: " in env.deployed("--helm", HELM_3).err


def test_a_name_that_is_too_long_is_told(tmp_path: Path, admin: Cluster, namespace: str) -> None:
    name = "w" * 50
    charts = {name: WEB}
    env = make_environment(tmp_path, admin, namespace, "tst", "develop", None, by_app=True, **charts)
    done = env.deploy()
    assert (done.code, f"no release can be called `shop-{name}`" in done.err) == (2, True)


def test_one_that_is_called_as_another_workspace_calls_its_own_is_left_alone(
    admin: Cluster, namespace: str, tmp_path: Path
) -> None:
    """`shop` with an app `12-web`, and the preview 12 of another with an app `web`."""
    first = make_environment(tmp_path / "a", admin, namespace, by_app=True, web=WEB)
    first.deployed("--release", "shop-12")
    charts = {"12-web": NAMED}
    other = make_environment(tmp_path / "b", admin, namespace, "tst", "develop", None, by_app=True, **charts)
    said = f"release shop-12-web in namespace {namespace} is there already, and is an app of shop-12"
    for options in ((), ("--plan",), ("--recover", "--older")):
        done = other.deploy(*options)
        assert (done.code, said in done.err) == (1, True)
    assert other.deploy("--release", "shop-12-web").code == 0  # its app is `shop-12-web-12-web`
    assert other.deployed("--release", "shop-12-web", "--end").err.count("is gone") == 1
    assert releases(first) == {"shop-12-web": "web-1.0.0"}
    assert "as wanted, and well" in first.deployed("--release", "shop-12").err


def test_a_release_that_somebody_has_made_is_no_app_of_ours(apart: Deployed) -> None:
    make_environment(apart.root / "whole", apart.cluster, apart.namespace, web=NAMED).deployed("--release", "shop-web")
    done = apart.deploy()
    assert (done.code, "is there already, and is no app of shop: another name" in done.err) == (1, True)
    assert apart.history_of("shop-web") == [(1, "deployed")]


def test_an_app_that_is_called_as_the_environment_is(admin: Cluster, namespace: str, tmp_path: Path) -> None:
    env = make_environment(tmp_path, admin, namespace, by_app=True, tst=NAMED)
    assert units(env.deployed("-o", "json").out) == {"tst/tst": "done"}
    done = with_own(env).deploy()
    assert (done.code, "the app tst and what envs/tst renders itself would be one release" in done.err) == (2, True)


def test_what_is_done_is_told_where_the_next_one_is_stuck(admin: Cluster, namespace: str, tmp_path: Path) -> None:
    apart = make_environment(tmp_path, admin, namespace, by_app=True, web=f"{WEB}---\n{HOOK}", other=WEB)
    apart.deployed()
    apart.values({"web": {"tag": "broken"}})
    killed(apart)
    apart.values({"other": {"tag": "two"}, "web": {"tag": "two"}})
    done = apart.deploy("-o", "json")
    assert done.code == 1
    assert units(done.out) == {"tst/other": "done", "tst/web": "refused"}
    assert "shunter deploy tst --recover" in done.out
    assert units(apart.deployed("--recover", "-o", "json").out) == {"tst/other": "noop", "tst/web": "done"}


def test_a_run_that_comes_late_takes_no_app_away_and_brings_none_back(apart: Deployed) -> None:
    """A later commit has one more app, or one less, and the others run what they ran."""
    apart.deployed()
    newer = later(apart)
    newer.values({"other": {"tag": "two"}})
    newer.deployed()
    apart.kubectl("delete", "secret", "-l", "owner=helm,name=shop-web")
    shown = apart.deploy("--plan")
    assert (shown.code, shown.err.count(f"tst/other runs {LATER} of its history")) == (1, 1)
    assert units(apart.deploy("-o", "json").out) == {"tst": "refused"}
    assert set(releases(apart)) == {"shop-other"}


def test_apps_that_are_switched_off_and_on(apart: Deployed) -> None:
    apart.deployed()
    apart.values({"other": {"enabled": False}})
    assert units(apart.deployed("-o", "json").out) == {"tst/web": "noop", "tst/other": "done"}
    assert rows(apart) == {"web": ("1.0.0", "1.0.0"), "other": ("1.0.0", "-")}
    row = ok("status", "--cluster", cwd=apart.root).out.splitlines()[1]
    assert row.startswith("tst          1 release  ")
    apart.values({"other": {"enabled": False}, "web": {"enabled": False}})
    apart.deployed()
    assert "no app renders anything, and none is there" in apart.deployed().err
    apart.values({})
    assert units(apart.deployed("-o", "json").out) == {"tst/web": "done", "tst/other": "done"}
