"""Setup: how the satisfaction survey is held, and in which words it asks."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.setup.page import edit, setup_page
from shared.engine.setup import survey as engine
from shared.web.clicks import change
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.survey import questions


@setup_page("/survey")
@described(takes=engine.SurveyForm)
def survey() -> ResponseReturnValue:
    return edit(
        "survey",
        "survey",
        engine.SurveyForm,
        lambda: engine.survey_form(office_config()),
        lambda wanted: change(engine.save_survey, wanted),
        kinds=[(each, gettext(f"survey_kind.{each}")) for each in engine.KINDS],
        methods=[(each, gettext(f"survey_method.{each}")) for each in engine.METHODS],
        usual={language: questions(office_config(), language) for language in ("id", "en")},
    )
