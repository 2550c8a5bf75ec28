"""Setup: what the televisions show and how they speak; slides and videos lie in the media folder."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.setup.page import edit, setup_page
from shared.engine.setup import office as engine
from shared.web.clicks import change
from shared.web.openapi import described
from shared.web.screen import office_config


@setup_page("/display")
@described(takes=engine.DisplayForm)
def display() -> ResponseReturnValue:
    return edit(
        "display",
        "display",
        engine.DisplayForm,
        lambda: engine.display_form(office_config()),
        lambda wanted: change(engine.change_display, wanted),
        styles=[(each, gettext(f"style.{each}")) for each in engine.STYLES],
        looks=[(each, gettext(f"theme.{each}")) for each in engine.LOOKS],
    )
