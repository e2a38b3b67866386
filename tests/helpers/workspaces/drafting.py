"""A workspace of one service and one environment, each in a repository of its own, and what is asked for there."""

from __future__ import annotations

from pathlib import Path

from helpers.workspaces import own_files
from shunter.adapters.templates.render import RenderRequest
from shunter.core.workspace.answers import Recorded
from shunter.core.workspace.layout import plan_repositories
from shunter.core.workspace.model import Project, Workspace
from shunter.flows.fleet.draft import Job
from shunter.flows.fleet.drafting import Request
from shunter.flows.workspace.archives import archives_at

SHOP = own_files.workspace("""\
name: shop
layout: multi
services:
  orders: {archetype: database}
environments:
  tst: {}
""")
SPECS = plan_repositories(SHOP)
FILES = {"shunter.yaml": "", "orders/charts/orders/Chart.yaml": "", "shop-tst/envs/tst/values.yaml": ""}
_SHARED = """\
name: shop
layout: {layout}
services: {{orders: {{archetype: database}}}}
environments:
  tst: {{values: [../common.yaml, values.yaml]}}
  pro: {{values: [../common.yaml, ../stages/late.yaml, values.yaml]}}
"""


def sharing(layout: str) -> Workspace:
    """A workspace whose environments share values files."""
    return own_files.workspace(_SHARED.format(layout=layout))


def request(root: Path) -> Request:
    """To bring about the small workspace, where it was brought about before."""
    return Request(root, SHOP, "1.0.0", archives_at(root / ".shunter/registry", ""), "Change", None, applied=SHOP)


def job(project: Project, was: Recorded | None = None) -> Job:
    """A job whose renders nobody asks for."""
    return Job(project, project.answers, was, RenderRequest("x", "1.0.0", "{}", None), None)
