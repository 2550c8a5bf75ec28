"""Setup: the rules of the queue; lanes and their ratio, how a promise is counted, which printer is the usual one."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.setup.page import edit, setup_page
from shared.domain.calendar import Convention
from shared.engine.setup import office as engine
from shared.web.clicks import change
from shared.web.openapi import described
from shared.web.screen import office_config


@setup_page("/rules")
@described(takes=engine.RulesForm)
def rules() -> ResponseReturnValue:
    return edit(
        "rules",
        "rules",
        engine.RulesForm,
        lambda: engine.rules_form(office_config()),
        lambda wanted: change(engine.change_rules, wanted),
        conventions=[each.value for each in Convention],
        printers_offered=[("", gettext("The first one")), *((p.slug, p.slug) for p in office_config().printers)],
    )
