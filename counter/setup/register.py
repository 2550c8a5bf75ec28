"""Setup: which columns the register has, and in which order."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from counter.setup.page import edit, setup_page
from shared.domain.files.register import RegisterColumn, chosen
from shared.engine.files import register as engine
from shared.web.clicks import change
from shared.web.i18n import language
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.words import words


@setup_page("/register")
@described(takes=engine.RegisterForm)
def register() -> ResponseReturnValue:
    return edit(
        "register",
        "register",
        engine.RegisterForm,
        lambda: engine.register_form(chosen(office_config().settings.register_columns)),
        lambda wanted: change(engine.change_columns, wanted),
        titles={each: words(language())(f"register.column.{each.value}") for each in RegisterColumn},
    )
