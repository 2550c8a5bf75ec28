"""Setup: the days in which complaints are answered, and how long personal data are kept."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from counter.setup.page import edit, setup_page
from shared.engine.setup import privacy as engine
from shared.web.clicks import change
from shared.web.openapi import described
from shared.web.screen import office_config


@setup_page("/privacy")
@described(takes=engine.PrivacyForm)
def privacy() -> ResponseReturnValue:
    return edit(
        "privacy",
        "privacy",
        engine.PrivacyForm,
        lambda: engine.privacy_form(office_config()),
        lambda wanted: change(engine.change_privacy, wanted),
    )
