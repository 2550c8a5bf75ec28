"""The register to take along: what is shown, as CSV, XLSX or PDF; a large one is made as long work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from flask import Response, g, redirect, url_for
from flask.typing import ResponseReturnValue

from counter import paper_facts
from counter.blueprint import blueprint
from counter.register.register import asked, month_name, months_of, of_month, titles, today, viewed
from counter.register.sheet import MEDIA_TYPES, RegisterSheet, content
from shared.domain.errors import Unknown
from shared.domain.files.register import RegisterRow, chosen, moment
from shared.domain.reports.period import Period, PeriodKind
from shared.domain.rights import Right
from shared.engine.files import register as engine
from shared.loop import off_the_loop
from shared.standards import village_names
from shared.store.files import register as rows
from shared.store.files.register import CHUNK, Closing, RegisterSearch
from shared.store.office import Store
from shared.web import long_work
from shared.web.access.auth import current_user, officers_only, store
from shared.web.clicks import actor
from shared.web.long_work import Progress, WorkOrder
from shared.web.screen import office_config
from shared.words import words

AT_ONCE = 1000
"""Rows that are made while somebody waits."""


@blueprint.get("/register.<kind>")
@officers_only(Right.EXPORT_REGISTER)
def register_file(kind: str) -> ResponseReturnValue:
    """The rows that the address asks for, the oldest first; that they were taken along is written down."""
    if kind not in MEDIA_TYPES:
        raise Unknown("page")
    office, search = office_config(), asked()
    with store().read() as connection:
        ids, count = rows.find(connection, office, search, oldest_first=True)
    about = search.period.address if search.period else str(today().year)
    name = f"register-{g.office}-{about}.{kind}"
    told = {"kind": kind, "rows": count, "period": search.period.address if search.period else None}
    store().write_with(engine.note_look, g.office_id, actor(), "register_exported", told)
    if count <= AT_ONCE:
        made = content_of(kind, search, off_the_loop(_rows, store(), ids))
        answer = Response(made, content_type=MEDIA_TYPES[kind])
        answer.headers.set("Content-Disposition", "inline" if kind == "pdf" else "attachment", filename=name)
        return answer

    def work(progress: Progress, file: Path) -> None:
        found: list[RegisterRow] = []
        for start in range(0, len(ids), CHUNK):
            progress(start, len(ids))
            found += off_the_loop(_rows, store(), ids[start : start + CHUNK])
        file.write_bytes(content_of(kind, search, found))

    long_work.begin(WorkOrder("register", about, name, MEDIA_TYPES[kind], Right.EXPORT_REGISTER), work)
    return redirect(url_for("counter.work_page"))


def content_of(kind: str, search: RegisterSearch, listed: Sequence[RegisterRow]) -> bytes:
    """The file with these rows, in Indonesian."""
    office = office_config()
    with store().read() as connection:
        closed = rows.newest_closings(connection, g.office_id, months_of(listed))
    made = RegisterSheet(
        "Register Pelayanan",
        _about(search, len(listed)),
        chosen(office.settings.register_columns),
        titles("id"),
        viewed(listed, closed, "id"),
        office.zone,
        words(),
        village_names(),
        {**paper_facts.letterhead(office), **paper_facts.signatures(office, today(), current_user.name)},
    )
    return off_the_loop(content, kind, made) if kind != "pdf" else content(kind, made)


def _rows(of: Store, ids: Sequence[int]) -> list[RegisterRow]:
    with of.read_at_length() as connection:
        return rows.rows(connection, lambda each: of.office_configs.standard(connection, each), ids)


def _about(search: RegisterSearch, count: int) -> list[str]:
    said = words()
    lines = [said("register.about", period=_period(search.period), count=count)]
    closing, is_same = of_month(search)
    return [*lines, *([_closed(closing, is_same=is_same)] if closing else [])]


def _closed(closing: Closing, *, is_same: bool) -> str:
    said, at = words(), moment(closing.made_at, office_config().zone)
    known = {"name": closing.officer, "at": at, "count": closing.row_count, "digest": closing.digest}
    line = said("register.closed", **known)
    return line if is_same else f"{line} {said('register.closed_changed')}"


def _period(period: Period | None) -> str:
    if period is None:
        return words()("register.all_years")
    if period.kind == PeriodKind.MONTH:
        return month_name(period, "id")
    return f"{_day(period.first)} – {_day(period.last)}"


def _day(on: date) -> str:
    return paper_facts.day(on)
