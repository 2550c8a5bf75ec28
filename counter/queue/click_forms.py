"""What comes with the small clicks: the fields of each button that has some."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from shared.domain.bounds import FIRST_DAY, HIGHEST, LAST_DAY
from shared.domain.files.collecting import OSS
from shared.domain.files.letters import Standing
from shared.domain.queue.counter import PauseReason
from shared.domain.typed import iso_clock, iso_day

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Number = Annotated[int, Field(ge=1, le=HIGHEST)]
Day = Annotated[date, BeforeValidator(iso_day), Field(ge=FIRST_DAY, le=LAST_DAY)]
Clock = Annotated[time, BeforeValidator(iso_clock)]
Ticks = Annotated[list[Text], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
"""Boxes of one name: a form with one ticked box sends no list."""
Minutes = Literal["15", "30", "60", "120", "480"]
MINUTES = (15, 30, 60, 120, 480)


class ClickForm(BaseModel):
    """The fields of one button; others that its page holds are not looked at."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class CallNumber(ClickForm):
    number: Text = ""
    reason: Text = ""


class Note(ClickForm):
    text: Text = ""


class NextService(ClickForm):
    service: Text = ""


class Disturbed(ClickForm):
    """Of which system outside; OSS where nothing is said."""

    system: Text = OSS


class WalkIn(ClickForm):
    service: Text = ""
    priority: bool = False
    nonce: Annotated[str, Field(max_length=64)] = ""


class HandOverNote(ClickForm):
    note: Text = ""


class PauseForm(ClickForm):
    reason: PauseReason


class Message(ClickForm):
    """`text` is empty to take the last message away."""

    text: Text = ""
    minutes: Minutes = "30"


class OverrideForm(ClickForm):
    """`minutes` is absent for an override that stays until it is taken back."""

    word: Literal["open", "close", "calendar"]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    minutes: Minutes | None = None
    service: Text | None = None


class TakeOver(ClickForm):
    reason: Text = ""
    to_counter: Number | None = None


class Reason(ClickForm):
    reason: Text = ""


class Checklist(ClickForm):
    """`done`: what is ticked."""

    done: Ticks = Field(default_factory=list, max_length=60)
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""


class LateEntry(ClickForm):
    """A number written by hand; `on_day` is today when it is absent, `started_at` when the visitor still waits."""

    service: Text = ""
    written: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)] = ""
    on_day: Day | None = None
    taken_at: Clock
    started_at: Clock | None = None
    finished_at: Clock | None = None
    nonce: Annotated[str, Field(max_length=64)] = ""


class NewRecap(ClickForm):
    number: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    on_day: Day
    from_on: Day
    until_on: Day


class NewLetter(ClickForm):
    """`on_day` is today when it is absent, `signer` whom the series names."""

    series: Annotated[str, Field(max_length=40)] = ""
    on_day: Day | None = None
    signer: Annotated[str, Field(max_length=40)] = ""
    subject: Text = ""
    addressee: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""


class SignReport(ClickForm):
    """`period`: the address of a month; the rest is what stands on its report."""

    period: Annotated[str, Field(max_length=24)]
    number: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    place: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    on_day: Day
    post: Text = ""
    name: Text = ""
    rank: Text = ""
    nip: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    standing: Standing = Standing.HOLDER
    on_behalf_of: Text = ""


class AmendRow(ClickForm):
    """`column`: of `domain.files.register.RegisterColumn`; `becomes`: what shall stand there, empty for nothing."""

    column: Annotated[str, Field(max_length=20)] = ""
    becomes: Text = ""
    reason: Text = ""


class CloseMonth(ClickForm):
    """`month`: 2026-11."""

    month: Annotated[str, Field(max_length=10)] = ""


class Wanted(ClickForm):
    """What was typed or scanned into the box above the pages."""

    wanted: Text = ""


class FindReturned(ClickForm):
    wanted: Text = ""


class Credentials(ClickForm):
    login: Annotated[str, Field(max_length=200)] = ""
    password: Annotated[str, Field(max_length=1000)] = ""


class SignInCode(ClickForm):
    code: Annotated[str, Field(max_length=40)] = ""


class FirstCode(SignInCode):
    current: Annotated[str, Field(max_length=1000)] = ""


class NewPassword(ClickForm):
    current: Annotated[str, Field(max_length=1000)] = ""
    wanted: Annotated[str, Field(max_length=1000)] = ""
    repeated: Annotated[str, Field(max_length=1000)] = ""


class PairingForm(ClickForm):
    code: Annotated[str, Field(max_length=40)] = ""
    name: Text = ""


class DeviceSettings(ClickForm):
    name: Text = ""
    zone: Annotated[str, AfterValidator(lambda text: " ".join(text.split())), Field(max_length=40)] = ""
    services: Ticks = Field(default_factory=list, max_length=200)
    printer: Text = ""


class Word(ClickForm):
    word: Text = ""
