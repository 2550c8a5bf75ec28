"""Setup: the counters; number, name, whose work is done there, for which services, and its breaks."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from counter.setup.page import edit, setup_page
from shared.domain.standards.standard import OFFICE_ROLES, Role
from shared.engine.setup import counters as engine
from shared.web.clicks import change
from shared.web.openapi import described
from shared.web.screen import office_config

EMPTY = {"roles": [Role.LOKET.value], "every_service": True}
"""What stands in a counter that is added."""
ROLES = tuple(role.value for role in OFFICE_ROLES if role != Role.ADMIN)
"""Whose work can be done at a counter."""


@setup_page("/counters")
@described(takes=engine.CountersForm)
def counters() -> ResponseReturnValue:
    return edit(
        "counters",
        "counters",
        engine.CountersForm,
        lambda: engine.counters_form(office_config()),
        lambda wanted: change(engine.change_counters, wanted),
        roles=ROLES,
        empty=EMPTY,
        days=range(7),
    )
