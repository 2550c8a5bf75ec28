"""What officers do with the register: amend what stands in it, close a month, choose its columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time

from pydantic import Field
from sqlalchemy import Connection, insert, select

from shared.domain.actor import Actor
from shared.domain.bounds import FIRST_DAY, LAST_DAY
from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.files.register import AMENDABLE, C, RegisterColumn, cells
from shared.domain.files.register_month import digest, marks
from shared.domain.identity import plain
from shared.domain.problem import Problem
from shared.domain.reports.period import Period, PeriodKind
from shared.domain.typed import iso_clock, iso_day
from shared.engine.setup.office import Form, change_settings, raise_if_faults
from shared.standards import village_names
from shared.store.files import register
from shared.store.office import Transaction
from shared.store.tables import Event, Office, RegisterAmendment, RegisterClosing
from shared.words import words

_MOMENT = re.compile(r"(\S+)(?: (\S+))?")
_TIMES = (C.RECEIVED, C.FINISHED, C.HANDED_OVER)
LONGEST = 200


def amend(tx: Transaction, case_id: int, column: str, becomes: str, reason: str) -> dict[str, object]:
    """Corrects what stands in one column of a row; the old value stays, struck through. Its facts, no person's data.

    Raises `Unknown("case")`, `Invalid` ("register_column", "reason", "register_same", "register_moment").
    """
    row = register.of_file(tx.connection, tx.standard, tx.office_id, case_id)
    if row is None:
        raise Unknown("case")
    if column not in AMENDABLE:
        raise Invalid("register_column", fields=["column"])
    key, text, why = RegisterColumn(column), _tidy(becomes), _tidy(reason)
    if not why:
        raise Invalid("reason", fields=["reason"])
    if key in _TIMES and text:
        text = _moment(text)
    was = cells(row, tx.office.zone, words(), village_names())[key].now
    if text == was:
        raise Invalid("register_same", fields=["becomes"])
    by = {"officer_id": tx.actor.officer_id, "at": tx.now}
    tx.insert(RegisterAmendment, case_id=case_id, column_key=key.value, was=was, becomes=text, reason=why, **by)
    tx.record("amend", case_id=case_id, reason=why, detail={"column": key.value})
    return {"id": case_id, "register": row.register, "column": key.value}


def close_month(tx: Transaction, month: Period) -> dict[str, object]:
    """The section head's name under a month, with the number of its rows and their hash.

    Closed again after a change it has another closing, and the newest counts. Raises `NotAllowed("month_not_over")`.
    """
    if month.kind != PeriodKind.MONTH:
        raise Invalid("month", fields=["month"])
    if month.last >= tx.today:
        raise NotAllowed("month_not_over")
    listed = register.of_period(tx.connection, tx.standard, tx.office, month)
    made = {"row_count": len(listed), "digest": digest(listed), "marks": marks(listed)}
    by = {"officer_id": tx.actor.officer_id, "made_at": tx.now}
    closing_id = tx.insert(RegisterClosing, month_on=month.first, **made, **by)
    told = {"month": month.address, "rows": len(listed), "sha256": made["digest"]}
    tx.record("register_closed", detail=told)
    return {"id": closing_id, **told}


def note_look(connection: Connection, office_id: int, actor: Actor, action: str, detail: Mapping[str, object]) -> None:
    """Writes down who looked at a list of people, or took it along; no queue depends on it, so no office is locked."""
    version = select(Office.version).where(Office.id == office_id).scalar_subquery()
    by = {"officer_id": actor.officer_id, "device_id": actor.device_id, "address": actor.address}
    seen = {"office_id": office_id, "version": version, "at": actor.now, "action": action, "detail": dict(detail)}
    connection.execute(insert(Event).values(**seen, **by))


class ColumnRow(Form):
    column: RegisterColumn


class RegisterForm(Form):
    """The columns of the register in the office's order."""

    columns: list[ColumnRow] = Field(min_length=1, max_length=len(RegisterColumn))


def register_form(columns: tuple[RegisterColumn, ...]) -> RegisterForm:
    return RegisterForm(columns=[ColumnRow(column=each) for each in columns])


def change_columns(tx: Transaction, wanted: RegisterForm) -> None:
    """Raises `Invalid("fields")`: a column stands twice."""
    keys = [row.column for row in wanted.columns]
    raise_if_faults(
        [Problem(("columns", n, "column"), "column_twice") for n, key in enumerate(keys) if key in keys[:n]]
    )
    change_settings(tx, "register", {"register_columns": [each.value for each in keys]})


def _moment(text: str) -> str:
    """A day, or a day and a time, as the register writes it; raises `Invalid("register_moment")`."""
    found = _MOMENT.fullmatch(plain(text))
    try:
        if found is None:
            raise ValueError(text)
        day = date.fromisoformat(iso_day(found[1]))
        at = time.fromisoformat(iso_clock(found[2])) if found[2] else None
    except ValueError:
        raise Invalid("register_moment", fields=["becomes"]) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Invalid("register_moment", fields=["becomes"])
    return f"{day:%d-%m-%Y}" + (f" {at:%H.%M}" if at else "")


def _tidy(text: str) -> str:
    return " ".join(text.split())[:LONGEST]
