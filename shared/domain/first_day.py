"""What an office still has to do before its first visitor: steps that are done when the data say so, or were skipped.

The wizard of the setup and the admin's desk show this one list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.office import OfficeConfig

SKIPPED = "skipped_steps"
"""Where the office's profile keeps the steps that it does without."""
VIRTUAL = "virtual"
"""The kind of a printer that is only a page."""


class FirstStep(StrEnum):
    """In the order in which the wizard leads through them."""

    OFFICE = "office"
    HOURS = "hours"
    SERVICES = "services"
    COUNTERS = "counters"
    OFFICERS = "officers"
    PRINTER = "printer"
    SCREENS = "screens"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the setup alone does not say. `has_staff`: somebody besides the admin can sign in; `has_printed`: a real
    printer took a slip; `paired`: purposes of the paired devices; `has_called`: a number was called.
    """

    has_staff: bool = False
    has_printed: bool = False
    paired: frozenset[str] = frozenset()
    has_called: bool = False


@dataclass(frozen=True, slots=True)
class StepWish:
    """One thing that a step still wants: the catalogues' `missing.<code>`. `service`: of which service."""

    code: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class FirstDayStep:
    key: FirstStep
    missing: tuple[StepWish, ...]
    is_skipped: bool = False

    @property
    def is_done(self) -> bool:
        return not self.missing

    @property
    def is_open(self) -> bool:
        return not (self.is_done or self.is_skipped)


def first_day(office: OfficeConfig, seen: Seen) -> list[FirstDayStep]:
    """The steps in their order; one that was skipped and done nevertheless counts as done."""
    skipped = office.profile.get(SKIPPED, ())
    found = [(step, tuple(_missing(step, office, seen))) for step in FirstStep]
    return [FirstDayStep(step, missing, bool(missing) and step.value in skipped) for step, missing in found]


def _missing(step: FirstStep, office: OfficeConfig, seen: Seen) -> Iterator[StepWish]:
    active = [service for service in office.services if service.is_active]
    if step == FirstStep.OFFICE:
        yield from _unless(bool(office.profile.get("address")), "address")
        yield from _unless(bool(office.profile.get("logo")), "logo")
    elif step == FirstStep.HOURS:
        yield from _unless(bool(office.calendar.hours), "hours")
    elif step == FirstStep.SERVICES:
        yield from _unless(bool(active), "service")
    elif step == FirstStep.COUNTERS:
        yield from _unless(bool(office.counters), "counter")
        if office.counters:
            yield from (StepWish("served", one.standard.short_name) for one in active if not office.first_counters(one))
    elif step == FirstStep.OFFICERS:
        yield from _unless(seen.has_staff, "staff")
    elif step == FirstStep.PRINTER:
        is_there = any(printer.kind != VIRTUAL for printer in office.printers)
        yield from _unless(is_there, "printer")
        yield from _unless(not is_there or seen.has_printed, "printed")
    elif step == FirstStep.SCREENS:
        yield from _unless("kiosk" in seen.paired, "kiosk")
        yield from _unless("display" in seen.paired, "display")
    else:
        yield from _unless(seen.has_called, "called")


def _unless(is_there: bool, code: str) -> Iterator[StepWish]:
    if not is_there:
        yield StepWish(code)
