"""What an admin sets at the counters: number, name, whose work is done there, for which services, and the breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field
from sqlalchemy import delete, insert, select, update

from shared.domain.errors import NotAllowed, Unknown
from shared.domain.identity import folded
from shared.domain.office import OfficeConfig
from shared.domain.problem import Problem
from shared.domain.queue import speech
from shared.domain.standards.standard import Role
from shared.engine.setup.office import Clock, Form, Id, Short, Slug, raise_if_faults, record_setup_change, twice
from shared.store.office import Transaction
from shared.store.tables import ACTIVE, Counter, CounterBreak, Ticket

SCREEN_NAME_LENGTH = 12


ScreenName = Annotated[Short, Field(max_length=SCREEN_NAME_LENGTH)]
"""A name that fits beside a number on the television at full size."""


class BreakRow(Form):
    begins: Clock
    ends: Clock
    weekday: int | None = Field(None, ge=0, le=6)


class CounterRow(Form):
    """`id` is None for a new counter; `services` counts only when `every_service` is off."""

    id: Id | None = None
    number: int = Field(ge=1, le=99)
    name: Short
    short_name: ScreenName | None = None
    roles: list[Role] = Field(min_length=1)
    every_service: bool = False
    services: list[Slug] = Field(default_factory=list)
    zone: Short | None = None
    breaks: list[BreakRow] = Field(default_factory=list)


class CountersForm(Form):
    counters: list[CounterRow] = Field(default_factory=list)


def counters_form(office: OfficeConfig) -> CountersForm:
    """The counters as they are now."""
    return CountersForm(
        counters=[
            CounterRow(
                id=counter.id,
                number=counter.number,
                name=counter.name,
                short_name=counter.short_name,
                roles=[role for role in Role if role in counter.roles],
                every_service=counter.service_ids is None,
                services=[s.slug for s in office.services if s.id in (counter.service_ids or ())],
                zone=counter.zone,
                breaks=[BreakRow(begins=b.begins, ends=b.ends, weekday=b.weekday) for b in counter.breaks],
            )
            for counter in office.counters
        ]
    )


def _same_names(wanted: CountersForm, before: Mapping[int, str]) -> list[Problem]:
    """Rows that take the name of another one of their waiting room: a call would lead to either of them."""
    names = [(folded(row.zone or ""), folded(row.name)) for row in wanted.counters]
    renamed = [place for place, row in enumerate(wanted.counters) if before.get(row.id or 0) != row.name]
    return [
        Problem(("counters", place, "name"), "counter_name_taken", {"value": wanted.counters[place].name})
        for place in renamed
        if names.count(names[place]) > 1
    ]


def change_counters(tx: Transaction, wanted: CountersForm) -> None:
    """The office's counters; one that is not named any more is retired. Raises `NotAllowed("counter_in_use")`."""
    faults = twice("counters", "number", [row.number for row in wanted.counters], "number_taken")
    for place, row in enumerate(wanted.counters):
        if signs := speech.unspeakable(row.name):
            faults.append(Problem(("counters", place, "name"), "unspeakable", {"signs": signs}))
        if Role.APPLICANT in row.roles:
            faults.append(Problem(("counters", place, "roles"), "choose"))
        if not row.every_service and not row.services:
            faults.append(Problem(("counters", place, "services"), "no_service"))
        for number, rest in enumerate(row.breaks):
            if rest.begins >= rest.ends:
                faults.append(Problem(("counters", place, "breaks", number, "ends"), "after_begin"))
    known = {counter.id: counter for counter in tx.office.counters}
    raise_if_faults([*faults, *_same_names(wanted, {key: counter.name for key, counter in known.items()})])
    kept = {row.id for row in wanted.counters if row.id is not None}
    if not kept <= set(known):
        raise Unknown("counter")
    for counter_id in set(known) - kept:
        _retire(tx, counter_id, known[counter_id].number)
    # Numbers may change places, and none may stand twice meanwhile.
    for row in wanted.counters:
        tx.execute(update(Counter).where(Counter.id == row.id).values(number=-(row.id or 0)))
    for row in wanted.counters:
        _write_counter(tx, row)
    record_setup_change(tx, "counters", _by_number(counters_form(tx.office)), _by_number(wanted))


def _retire(tx: Transaction, counter_id: int, number: int) -> None:
    """Takes the counter out of the setup; its past stays. Its number becomes free."""
    row = tx.first(select(Counter.officer_id).where(Counter.id == counter_id))
    busy = tx.first(select(Ticket.id).where(Ticket.counter_id == counter_id, ACTIVE).limit(1))
    if busy is not None or (row is not None and row.officer_id is not None):
        raise NotAllowed("counter_in_use", counter=number)
    tx.execute(update(Counter).where(Counter.id == counter_id).values(is_active=False, number=-counter_id))


def _write_counter(tx: Transaction, row: CounterRow) -> None:
    columns: dict[str, object] = {
        "number": row.number,
        "name": row.name,
        "short_name": row.short_name,
        "roles": [role.value for role in row.roles],
        "services": None if row.every_service else row.services,
        "zone": row.zone,
    }
    if row.id is None:
        counter_id = tx.insert(Counter, **columns)
    else:
        counter_id = row.id
        tx.execute(update(Counter).where(Counter.id == counter_id).values(**columns))
    tx.execute(delete(CounterBreak).where(CounterBreak.counter_id == counter_id))
    for rest in row.breaks:
        tx.execute(insert(CounterBreak), {"counter_id": counter_id, **rest.model_dump()})


def _by_number(form: CountersForm) -> dict[str, object]:
    rows: dict[str, object] = {}
    for row in form.counters:
        services = "all" if row.every_service else sorted(row.services)
        plain = row.model_dump(mode="json", exclude={"number", "every_service", "services", "id"})
        rows[str(row.number)] = {**plain, "roles": sorted(plain["roles"]), "services": services}
    return rows
