[%- from "templates/_contract.jinja" import address, variable -%]
"""Services that are called, as shunter.yaml has them: each field is the variable of its name in capitals."""

from __future__ import annotations

[% if calls -%]
from pydantic import AnyUrl
[% endif -%]
from pydantic_settings import BaseSettings


class Calls(BaseSettings):
    """The template keeps these up to date, and the chart says where they are."""
[%- for each in calls or [] %][[ "\n" if loop.first else "" ]][% for name in [each.name] + each.formerly %]
    [[ variable(name) | lower ]]: AnyUrl = AnyUrl("[[ address(each) ]]")
[%- endfor %][% endfor %]
