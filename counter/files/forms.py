"""What goes with a click on a file, each thing that a step gathers in its own shape."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.domain.files.file import FileInput
from shared.domain.money import typed_amount
from shared.domain.typed import iso_day

Tick = Annotated[bool, BeforeValidator(lambda value: {"true": True, "false": False}.get(str(value), value))]
Words = Annotated[str, Field(max_length=200)]
WrittenDay = Annotated[str, BeforeValidator(iso_day), Field(max_length=200)]
"""A day; whether it is one, the domain says."""
Answers = dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=200)]]


Key = Annotated[str, Field(max_length=40)]
Said = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value),
    Field(max_length=2000),
]
"""What stands in a declared field; a program may send a number as one."""


class PartForm(BaseModel):
    """Of a click on a file; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


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


def _amount(value: object) -> object:
    bare = typed_amount(value) if isinstance(value, str) else value
    return int(bare) if isinstance(bare, str) and bare.isdecimal() and len(bare) <= 12 else bare


def _count(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 4 else value


Amount = Annotated[int, Field(ge=0, le=2_000_000_000), BeforeValidator(_amount)]
Count = Annotated[int, Field(ge=0, le=99), BeforeValidator(_count)]


class ProductForm(PartForm):
    nib: Annotated[str, Field(max_length=40)] | None = None
    licence: Words | None = None
    documents: Annotated[list[Product], BeforeValidator(_lines), Field(max_length=40)] | None = None


class ArchiveForm(PartForm):
    number: Words | None = None
    place: Words | None = None


class ReceiverForm(PartForm):
    kind: Words | None = None
    name: Words | None = None
    letter: Words | None = None


class NumberForm(PartForm):
    """A number with its day: of a letter, of another house, of a recap."""

    number: Words | None = None
    on: WrittenDay | None = None


class BillForm(PartForm):
    amount: Amount | None = None


class PaymentForm(PartForm):
    is_paid: Tick | None = None
    number: Words | None = None
    amount: Amount | None = None


class TakenForm(PartForm):
    """What was taken in of one document, and given back."""

    choice: Words | None = None
    original: Tick | None = None
    copies: Count | None = None
    returned: Tick | None = None


class CollectedForm(PartForm):
    """What the steps of a procedure gather, each kind in its own shape."""

    documents: dict[Words, Tick] | None = None
    remarks: dict[Words, Words] | None = None
    taken: dict[Words, TakenForm] | None = None
    validation: TickForm | None = None
    account: TickForm | None = None
    login: TickForm | None = None
    entry: TickForm | None = None
    confirmation: TickForm | None = None
    product: ProductForm | None = None
    signature: TickForm | None = None
    letter: NumberForm | None = None
    foreign: NumberForm | None = None
    bill: BillForm | None = None
    payment: PaymentForm | None = None
    archive: ArchiveForm | None = None
    receiver: ReceiverForm | None = None
    recap: NumberForm | None = None


class FileClick(PartForm):
    """What goes with an action on a file."""

    action: str = Field("", max_length=24)
    collected: CollectedForm = CollectedForm()
    applicant: Answers | None = None
    answers: Answers | None = None
    target: str | None = Field(None, max_length=40)
    reason: str | None = Field(None, max_length=200)
    note: str | None = Field(None, max_length=400)
    matter: Annotated[dict[Key, Said | list[dict[Key, Said]]], Field(max_length=60)] | None = None
    """What is written down of the declared fields; a group is a list of its entries."""
    matter_is_whole: Tick = False
    """Fields of the step that are not in `matter` were emptied."""
    letter_number: Words = ""
    letter_on: WrittenDay = ""

    def given(self) -> FileInput:
        collected = self.collected.model_dump(exclude_unset=True)
        return FileInput(
            collected,
            self.applicant,
            self.answers,
            self.target,
            self.reason,
            self.note,
            self.matter,
            self.matter_is_whole,
            self.letter_number,
            self.letter_on,
        )
