"""The form by which an office sets its survey; the questions' words are kept only where they are the office's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared.domain.office import OfficeConfig
from shared.domain.surveys.settings import SurveySettings, survey_questions
from shared.domain.surveys.survey import ELEMENTS, Element
from shared.engine.setup.office import Form, printable
from shared.engine.surveys.survey import change_survey
from shared.store.office import Transaction
from shared.words import LANGUAGES, words

KINDS = ("quarter", "semester", "year")
METHODS = ("sample", "rate")

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(printable)]


class OwnWords(Form):
    """One element in one language; what is left empty is said in the usual words."""

    name: Words = ""
    question: Words = ""
    label_1: Words = ""
    label_2: Words = ""
    label_3: Words = ""
    label_4: Words = ""


class SurveyForm(Form):
    is_on: bool = False
    kind: Literal["quarter", "semester", "year"]
    method: Literal["sample", "rate"]
    rate_percent: int = Field(ge=0, le=100)
    visits: int | None = Field(None, ge=1, le=1_000_000)
    response_percent: int = Field(ge=1, le=100)
    collect_days: int = Field(ge=-90, le=60)
    publish_days: int = Field(ge=-89, le=120)
    prints_invitation: bool = False
    words: dict[Literal["id", "en"], dict[Element, OwnWords]] = Field(default_factory=dict)


def survey_form(office: OfficeConfig) -> SurveyForm:
    """The choices as they are now, with the words that are asked now."""
    settings = office.settings.survey
    said: dict[str, dict[str, dict[str, str]]] = {}
    for language in LANGUAGES:
        for each in survey_questions(words(language), settings.wording, language):
            labels = {f"label_{place}": label for place, label in enumerate(each.labels, 1)}
            said.setdefault(language, {})[each.element] = {"name": each.name, "question": each.text, **labels}
    names = [name for name in SurveyForm.model_fields if name != "words"]
    return SurveyForm.model_validate({**{name: getattr(settings, name) for name in names}, "words": said})


def save_survey(tx: Transaction, wanted: SurveyForm) -> None:
    plain = {name: getattr(wanted, name) for name in SurveyForm.model_fields if name != "words"}
    change_survey(tx, replace(SurveySettings(), **plain, wording=_own(wanted)))


def _own(wanted: SurveyForm) -> dict[str, str]:
    """What differs from the usual words."""
    own = {}
    for language in LANGUAGES:
        usual = {each.element: each for each in survey_questions(words(language), {}, language)}
        for element in ELEMENTS:
            said = wanted.words.get("id" if language == "id" else "en", {}).get(element, OwnWords())
            parts = {"name": (said.name, usual[element].name), "question": (said.question, usual[element].text)}
            for place, label in enumerate(usual[element].labels, 1):
                parts[str(place)] = (getattr(said, f"label_{place}"), label)
            own.update(
                {f"{language}.{element}.{part}": text for part, (text, was) in parts.items() if text not in ("", was)}
            )
    return own
