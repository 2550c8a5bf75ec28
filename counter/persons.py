"""One person's data: what is kept of them as a sheet, and what they ask for, with its clock of 3 x 24 hours."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Annotated

from flask import Response, g, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from counter.blueprint import blueprint
from counter.files.page import villages
from shared.domain.errors import Refusal, Unknown
from shared.domain.rights import Right
from shared.engine.people import person
from shared.engine.people.data_view import note_view
from shared.engine.people.person import NEAR, DataWish
from shared.store.files import people
from shared.store.files.people import FileSheet
from shared.web import forms
from shared.web.access.auth import now, officers_only, store, wants_page
from shared.web.bounds import Id
from shared.web.clicks import ButtonPage, actor, change, take
from shared.web.openapi import described
from shared.web.screen import office_config, sentence

CORRECTABLE = ("name", "nik", "phone", "email", "address", "business")
"""Fields of the applicant that are typed; the village is chosen."""
Short = Annotated[str, Field(max_length=200)]


class FindPerson(BaseModel):
    """By NIK or register number; never in the address of a page, which is kept in logs and histories."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    wanted: Short = Field("", description="NIK, or register number with its year")


class DataAsked(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)

    cases: Annotated[list[Id], BeforeValidator(lambda value: [value] if isinstance(value, str | int) else value)] = (
        Field(default_factory=list, max_length=people.MOST_FILES)
    )
    wish: Short = Field("", description="see, correct or erase")
    words: Annotated[str, Field(max_length=2000)] = ""


class DataAnswer(BaseModel):
    """What is answered; the others are what a corrected field shall say, empty: as it is."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    reason: Annotated[str, Field(max_length=2000)] = ""
    name: Short = ""
    nik: Short = ""
    phone: Short = ""
    email: Short = ""
    village: Short = ""
    address: Short = ""
    business: Short = ""

    def correction(self) -> dict[str, str]:
        said = {name: value.strip() for name, value in self.model_dump(exclude={"reason"}).items()}
        return {name: value for name, value in said.items() if value}


@blueprint.get("/persons")
@officers_only(Right.CARE_FOR_DATA)
def persons() -> str:
    return _page()


@blueprint.post("/persons")
@officers_only(Right.CARE_FOR_DATA)
@described(takes=FindPerson)
def find_person() -> ResponseReturnValue:
    """All that is kept of one person, to print; with the button "JSON" as a file. Who looked is written down."""

    try:
        found = _looked_up(forms.read(FindPerson).wanted)
    except Refusal as error:
        if not wants_page():
            raise
        return make_response(_page(sentence(error)), error.status)
    if forms.is_pressed("as_json"):
        return _as_file(found)
    return _page(found=found)


@blueprint.post("/persons/requests")
@officers_only(Right.CARE_FOR_DATA)
@described(takes=DataAsked)
def ask_data() -> ResponseReturnValue:
    """Writes down what somebody asks about the data that are kept of them."""

    def work(asked: DataAsked) -> dict[str, object]:
        return {"id": change(person.ask, person.wish_of(asked.wish), asked.cases, asked.words)}

    return take(_PAGE, DataAsked, work)


@blueprint.post("/persons/requests/<int:request_id>/<word>")
@officers_only(Right.CARE_FOR_DATA)
@described(takes=DataAnswer)
def answer_data(request_id: int, word: str) -> ResponseReturnValue:
    """Grants or refuses it; what is erased is gone from the files of the database as well."""

    if word not in ("grant", "refuse"):
        raise Unknown("page")

    def work(said: DataAnswer) -> None:
        if change(person.answer, request_id, word == "grant", said.reason, said.correction()):
            store().shred()

    return take(_PAGE, DataAnswer, work)


def _looked_up(wanted: str) -> list[FileSheet]:
    """Raises `Unknown("person")`."""
    with store().read() as connection:
        rows = people.cases_of(connection, g.office_id, wanted)
        for row in rows:
            store().write_with(note_view, g.office_id, row.id, actor(), "sheet")
        found = [people.sheet(connection, office_config(), row) for row in rows]
    if not found:
        raise Unknown("person")
    return found


def _page(message: str | None = None, found: list[FileSheet] | None = None) -> str:
    moment = now()
    with store().read() as connection:
        waiting = people.requests(connection, g.office_id, is_open=True)
        ended = people.requests(connection, g.office_id, is_open=False, limit=20)
    return render_template(
        "counter/persons.html",
        office=office_config(),
        found=found or [],
        waiting=[(row, _left_h(row.due_at, moment), row.due_at - moment <= NEAR) for row in waiting],
        ended=ended,
        villages=villages(),
        correctable=CORRECTABLE,
        wishes=[each.value for each in DataWish],
        form=forms.sent(),
        message=message,
        moment=moment,
    )


_PAGE: ButtonPage[object] = ButtonPage(partial(_page), lambda _: url_for("counter.persons"))


def _left_h(due_at: datetime, moment: datetime) -> int:
    return int((due_at - moment).total_seconds() // 3600)


def _as_file(found: list[FileSheet]) -> Response:
    text = json.dumps({"files": [asdict(each) for each in found]}, default=str, ensure_ascii=False, indent=2)
    answer = Response(text, content_type="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename="data-pribadi.json")
    return answer
