"""What goes with a click on a file, each thing that a step gathers in its own shape."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.domain.file import FileInput

Tick = Annotated[bool, BeforeValidator(lambda value: {"true": True, "false": False}.get(str(value), value))]
Words = Annotated[str, Field(max_length=200)]
Answers = dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=200)]]


class PartForm(BaseModel):
    """Of a click on a file; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class TickForm(PartForm):
    """What an officer says by one tick: `is_valid`, `is_done`, `is_approved` or `is_signed`."""

    is_valid: Tick | None = None
    is_done: Tick | None = None
    is_approved: Tick | None = None
    is_signed: Tick | None = None


def _lines(value: object) -> object:
    """Documents of the product come as lines of one field."""
    return [line.strip() for line in value.splitlines() if line.strip()] if isinstance(value, str) else value


Product = Annotated[str, Field(max_length=500)]
"""As long as a service standard names its products."""


class ProductForm(PartForm):
    nib: Annotated[str, Field(max_length=40)] | None = None
    documents: Annotated[list[Product], BeforeValidator(_lines), Field(max_length=40)] | None = None


class ArchiveForm(PartForm):
    number: Words | None = None
    place: Words | None = None


class ReceiverForm(PartForm):
    kind: Words | None = None
    name: Words | None = None
    letter: Words | None = None


class RecapEntryForm(PartForm):
    number: Words | None = None
    on: Words | None = None


class CollectedForm(PartForm):
    """What the steps of a procedure gather, each kind in its own shape."""

    documents: dict[Words, Tick] | None = None
    remarks: dict[Words, Words] | None = None
    validation: TickForm | None = None
    account: TickForm | None = None
    login: TickForm | None = None
    entry: TickForm | None = None
    confirmation: TickForm | None = None
    product: ProductForm | None = None
    signature: TickForm | None = None
    archive: ArchiveForm | None = None
    receiver: ReceiverForm | None = None
    recap: RecapEntryForm | None = None


class FileClick(PartForm):
    """What goes with an action on a file."""

    action: str = Field("", max_length=24)
    collected: CollectedForm = CollectedForm()
    applicant: Answers | None = None
    answers: Answers | None = None
    target: str | None = Field(None, max_length=40)
    reason: str | None = Field(None, max_length=200)
    note: str | None = Field(None, max_length=400)

    def given(self) -> FileInput:
        collected = self.collected.model_dump(exclude_unset=True)
        return FileInput(collected, self.applicant, self.answers, self.target, self.reason, self.note)
