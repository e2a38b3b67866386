"""What is to be protected of a workspace, by `rights protect`, and who may deploy, by its forge."""

from __future__ import annotations

from pathlib import Path

from helpers.tools import need_helm
from helpers.workspaces.cli import ok, shunter


def at_github(root: Path) -> None:
    file = root / "shunter.yaml"
    text = file.read_text("utf-8").replace("repositories:", "was:")
    lines = [line for line in text.splitlines() if not line.startswith("was:") and "{name}" not in line]
    more = "repositories: {url: 'git@github.com:acme/{name}.git'}\naccess: centralized\n"
    file.write_text("\n".join(lines) + f"\n{more}", "utf-8")


def test_every_repository_and_environment_is_protected_at_its_forge(railed: Path) -> None:
    at_github(railed)
    shown = ok("rights", "protect", cwd=railed).out
    assert "gh api --method PUT repos/acme/shop/branches/main/protection" in shown
    assert "gh api --method PUT repos/acme/shop-tst/environments/tst" in shown
    assert '"contexts": ["check"]' in shown
    with (railed / "shunter.yaml").open("a", encoding="utf-8") as file:
        file.write("pipelines: reusable\n")
    assert '"contexts": ["build / check"]' in ok("rights", "protect", cwd=railed).out


def test_jobs_of_the_environments_repository_are_users(railed: Path) -> None:
    need_helm()
    at_github(railed)
    shown = ok("rights", "show", "tst", "--oidc", cwd=railed).out
    assert "name: github:repo:acme/shop-tst:environment:tst\n" in shown
    assert "name: shop-deployer\n  namespace: shop-deploy\n" in shown  # one account for all
    told = ok("rights", "issuer", "tst", "--audience", "https://k8s.example", cwd=railed).out
    assert "url: https://token.actions.githubusercontent.com\n" in told
    assert "- https://k8s.example\n" in told


def test_a_forge_that_is_not_known_is_told(railed: Path) -> None:
    file = railed / "shunter.yaml"
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    done = shunter("rights", "protect", cwd=railed)
    assert (done.code, "no place at GitHub or GitLab" in done.err) == (2, True)
    assert "set `repositories.url`" in done.err


def test_jobs_of_previews_are_one_user_where_they_have_one_environment(railed: Path) -> None:
    need_helm()
    at_github(railed)
    options = ("rights", "show", "tst", "--previews", "--oidc")
    none = shunter(*options, cwd=railed)
    assert (none.code, "no preview: there is no " in none.err) == (2, True)
    folder = next(path.parent for path in railed.parent.rglob("Chart.yaml") if path.parent.name in ("tst", "shop-tst"))
    (folder / "preview.yaml").write_text("{}\n", "utf-8")
    shown = ok(*options, cwd=railed).out
    assert ("name: github:repo:acme/shop-tst:environment:preview" in shown, "shop-tst-preview" in shown) == (True, True)
    file = railed / "shunter.yaml"
    file.write_text(file.read_text("utf-8").replace("git@github.com", "git@gitlab.com"), "utf-8")
    refused = shunter(*options, cwd=railed)
    assert (refused.code, "each preview has an environment of its own at GitLab" in refused.err) == (2, True)
