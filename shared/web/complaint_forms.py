"""What comes with a complaint and with what officers do to one; `domain.complaint` says what of it can be kept."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from shared.domain.bounds import HIGHEST
from shared.domain.complaint import ComplaintKind, Entrance, PersonKept, Said
from shared.domain.office import OfficeConfig
from shared.engine.complaint import whom_it_is_about
from shared.engine.setup.office import Form
from shared.store.office import Transaction
from shared.web.api import Language

LONGEST = 20_000
"""Far beyond what is kept, so that too long a text is told instead of lost."""

Words = Annotated[str, Field(max_length=LONGEST)]
Short = Annotated[str, Field(max_length=400)]
Key = Annotated[str, Field(min_length=8, max_length=64, description="made by the page; the same nonce, the same one")]
OfficerId = Annotated[int, Field(ge=1, le=HIGHEST)]

_COUNTER = re.compile("counter-([0-9]{1,5})")


class Complaining(Form):
    """A complaint, a suggestion, a question or praise."""

    kind: ComplaintKind
    text: Words = ""
    wanted: Words = Field("", description="the settlement that is asked for")
    service: Annotated[str, Field(max_length=40)] = Field("", description="slug; empty when it is about none")
    about: Annotated[str, StringConstraints(pattern=r"^(|served|heads|counter-[0-9]{1,5})$")] = Field(
        "", description="whom it is about: who served the ticket, who leads, or counter-N; they do not read it"
    )
    ticket: Annotated[str, Field(max_length=32)] = Field("", description="token of the visitor's number, for `served`")
    person: PersonKept = PersonKept.NONE
    name: Short = ""
    contact: Short = ""
    language: Language = "id"
    nonce: Key

    def said(self, tx: Transaction, entrance: Entrance, foreign_number: str = "") -> Said:
        """What was said, with the officers whom it is about; raises `Unknown("service")`."""
        counter = _COUNTER.fullmatch(self.about)
        about = whom_it_is_about(
            tx,
            counter=int(counter[1]) if counter else None,
            ticket_token=self.ticket if self.about == "served" else "",
            heads=self.about == "heads",
        )
        service = tx.office.service(self.service).id if self.service else None
        return Said(
            self.kind,
            entrance,
            self.text,
            self.person,
            self.name,
            self.contact,
            self.wanted,
            service,
            about,
            foreign_number,
            self.language,
        )


class WrittenDown(Complaining):
    """One that an officer writes down for somebody."""

    entrance: Entrance
    foreign_number: Short = Field("", description="its number at LAPOR!")


class ReplyToAnswer(Form):
    """Why it is not settled."""

    text: Words = ""


class ComplaintClick(BaseModel):
    """What goes with an action on a complaint."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    text: Words = Field("", description="the answer, the reason, or where it was forwarded to")
    handler_id: OfficerId | None = Field(None, description="for hand_on")
    kind: Annotated[str, Field(max_length=16)] = Field("", description="for verify, when the writer chose a wrong one")


class AboutWhom(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)

    officers: Annotated[
        list[OfficerId], BeforeValidator(lambda value: [value] if isinstance(value, str | int) else value)
    ] = Field(default_factory=list, max_length=100)


class OnThePage(BaseModel):
    """What stands on the month's page; both empty: nothing."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    said: Words = ""
    done: Words = ""


def counters_of(office: OfficeConfig) -> list[tuple[str, str]]:
    """What a writer may choose among: `about` and the counter's name."""
    return [(f"counter-{each.number}", each.name) for each in office.counters]
