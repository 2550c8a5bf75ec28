"""What programs may send, checked by pydantic."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.domain.bounds import HIGHEST
from shared.domain.queue.counter import TransferPlace


class TakeTicket(BaseModel):
    """A number, please."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    service: str = Field(min_length=1, max_length=40, description="slug of the service")
    priority: bool = Field(False, description="one of the priority groups; no proof is asked")
    nonce: str = Field(min_length=8, max_length=64, description="made by the page; the same nonce, the same ticket")
    language: str = Field("id", pattern="^(id|en)$")
    answers: dict[str, str] = Field(default_factory=dict, max_length=60, description="question key: option key")
    ready: list[str] = Field(default_factory=list, max_length=60, description="keys of what the visitor has")


class PrintMissing(BaseModel):
    """What the visitor still has to bring, on paper."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    service: str = Field(min_length=1, max_length=40, description="slug of the service")
    answers: dict[str, str] = Field(default_factory=dict, description="question key: option key")
    ready: list[str] = Field(default_factory=list, max_length=60, description="keys of what the visitor has")
    language: str = Field("id", pattern="^(id|en)$")


class ComeBack(BaseModel):
    """A number for somebody whose file is with the office."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    code: str = Field(min_length=1, max_length=200, description="what the receipt says: QR, token or register number")
    nonce: str = Field(min_length=8, max_length=64, description="made by the page; the same nonce, the same ticket")
    language: str = Field("id", pattern="^(id|en)$")


class LookAtFile(BaseModel):
    """A file by what its receipt shows."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    code: str = Field(min_length=1, max_length=200, description="the QR code, the token, or a code below it")
    language: str = Field("id", pattern="^(id|en)$")


class Act(BaseModel):
    """What goes with an action on a ticket."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    reason: str | None = Field(None, max_length=200)
    to_counter: int | None = Field(None, ge=1, le=HIGHEST, description="for transfer: the number of the other counter")
    to_service: str | None = Field(None, max_length=40, description="for transfer: slug of the other service")
    place: TransferPlace = Field(TransferPlace.KEPT, description="for transfer: where in the other line")
    returns: bool = Field(False, description="for transfer: this counter wants the visitor back")

    @field_validator("reason", "to_counter", "to_service", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        return None if value == "" else value
