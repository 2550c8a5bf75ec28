"""The reports that were signed, as their rows hold them; reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, select

from shared.domain.files.letters import Signer
from shared.domain.reports.period import Period, parse
from shared.domain.reports.table import ReportTable
from shared.store.tables import Officer, ReportRecord

_SIGNER = TypeAdapter(Signer)
_TABLES = TypeAdapter(tuple[ReportTable, ...])


@dataclass(frozen=True, slots=True)
class SignedReport:
    """`tables`: what the report said when it was signed."""

    id: int
    period: Period
    number: str
    place: str
    on_day: date
    signer: Signer
    officer: str
    made_at: datetime
    tables: tuple[ReportTable, ...]

    def table(self, key: str) -> ReportTable | None:
        return next((each for each in self.tables if each.key == key), None)


def of_period(connection: Connection, office_id: int, period: Period) -> SignedReport | None:
    row = connection.execute(_MINE.where(ReportRecord.office_id == office_id, ReportRecord.period == period.address))
    found = row.first()
    return None if found is None else _signed(found)


def newest(connection: Connection, office_id: int) -> SignedReport | None:
    """The one of the latest month: what the public is shown."""
    mine = _MINE.where(ReportRecord.office_id == office_id).order_by(ReportRecord.period.desc()).limit(1)
    found = connection.execute(mine).first()
    return None if found is None else _signed(found)


def periods(connection: Connection, office_id: int) -> Mapping[str, str]:
    """Period -> number of its report, newest first."""
    columns = ReportRecord.period, ReportRecord.number
    mine = select(*columns).where(ReportRecord.office_id == office_id).order_by(ReportRecord.period.desc())
    return {row.period: row.number for row in connection.execute(mine)}


def to_json(tables: Sequence[ReportTable], signer: Signer) -> tuple[dict[str, object], dict[str, object]]:
    """Tables and signer as they stand in the row."""
    return {"tables": _TABLES.dump_python(tuple(tables), mode="json")}, _SIGNER.dump_python(signer, mode="json")


_MINE = select(ReportRecord, Officer.name.label("officer")).join(Officer, Officer.id == ReportRecord.officer_id)


def _signed(row: Row[*tuple[object, ...]]) -> SignedReport:
    return SignedReport(
        row.id,
        parse(row.period),
        row.number,
        row.place,
        row.on_day,
        _SIGNER.validate_python(row.signer),
        row.officer,
        row.made_at,
        _TABLES.validate_python(row.figures["tables"]),
    )
