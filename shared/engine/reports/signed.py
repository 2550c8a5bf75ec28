"""The report of a month to the camat: numbered, signed, and kept as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from shared.domain.errors import Invalid, NotAllowed
from shared.domain.files.letters import Signer
from shared.domain.identity import same_number
from shared.domain.reports.period import Period, PeriodKind
from shared.domain.reports.table import ReportTable
from shared.store.office import Transaction
from shared.store.reports import signed as report_signed
from shared.store.tables import ReportRecord


def sign(
    tx: Transaction,
    period: Period,
    *,
    number: str,
    place: str,
    on_day: date,
    signer: Signer,
    tables: Sequence[ReportTable],
    as_of: datetime,
) -> dict[str, object]:
    """Keeps the report of a month as it is at `as_of`; what is entered later stands in a later month's report.

    Raises `Invalid` ("report_number", "report_signer", "report_period": no month, or one that is not over),
    `NotAllowed` ("report_made", "report_number_taken").
    """
    if period.kind != PeriodKind.MONTH or period.last >= tx.today:
        raise Invalid("report_period", fields=["period"])
    if not number.strip():
        raise Invalid("report_number", fields=["number"])
    if not signer.name.strip() or not signer.post.strip():
        raise Invalid("report_signer", fields=["name", "post"])
    mine = select(ReportRecord.id).where(ReportRecord.office_id == tx.office_id)
    if tx.first(mine.where(ReportRecord.period == period.address)) is not None:
        raise NotAllowed("report_made")
    given = tx.all(select(ReportRecord.number).where(ReportRecord.office_id == tx.office_id))
    if (taken := same_number(number, (each.number for each in given))) is not None:
        raise NotAllowed("report_number_taken", number=taken)
    figures, signs = report_signed.to_json(tables, signer)
    words = {"period": period.address, "number": number.strip(), "place": place.strip(), "on_day": on_day}
    by = {"signer": signs, "officer_id": tx.actor.officer_id, "made_at": as_of}
    made = tx.insert(ReportRecord, **words, **by, figures=figures)
    tx.record("report_signed", detail={"period": period.address, "number": number.strip()})
    return {"id": made, "period": period.address, "number": number.strip()}
