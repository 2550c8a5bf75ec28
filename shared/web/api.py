"""What programs may send, checked by pydantic."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from shared.domain.bounds import HIGHEST
from shared.domain.queue.counter import TransferPlace
from shared.engine.setup.office import Form

Language = Annotated[str, StringConstraints(pattern="^(id|en)$")]


class TakeTicket(Form):
    """A number, please."""

    service: str = Field(min_length=1, max_length=40, description="slug of the service")
    priority: bool = Field(False, description="one of the priority groups; no proof is asked")
    nonce: str = Field(min_length=8, max_length=64, description="made by the page; the same nonce, the same ticket")
    language: Language = "id"
    answers: dict[str, str] = Field(default_factory=dict, max_length=60, description="question key: option key")
    ready: list[str] = Field(default_factory=list, max_length=60, description="keys of what the visitor has")


class PrintMissing(Form):
    """What the visitor still has to bring, on paper."""

    service: str = Field(min_length=1, max_length=40, description="slug of the service")
    answers: dict[str, str] = Field(default_factory=dict, description="question key: option key")
    ready: list[str] = Field(default_factory=list, max_length=60, description="keys of what the visitor has")
    language: Language = "id"


class ComeBack(Form):
    """A number for somebody whose file is with the office."""

    code: str = Field(min_length=1, max_length=200, description="what the receipt says: QR, token or register number")
    nonce: str = Field(min_length=8, max_length=64, description="made by the page; the same nonce, the same ticket")
    language: Language = "id"


class LookAtFile(Form):
    """A file by what its receipt shows."""

    code: str = Field(min_length=1, max_length=200, description="the QR code, the token, or a code below it")
    language: Language = "id"


class Act(Form):
    """What goes with an action on a ticket."""

    reason: str | None = Field(None, max_length=200)
    to_counter: int | None = Field(None, ge=1, le=HIGHEST, description="for transfer: the number of the other counter")
    to_service: str | None = Field(None, max_length=40, description="for transfer: slug of the other service")
    place: TransferPlace = Field(TransferPlace.KEPT, description="for transfer: where in the other line")
    returns: bool = Field(False, description="for transfer: this counter wants the visitor back")

    @field_validator("reason", "to_counter", "to_service", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        return None if value == "" else value
