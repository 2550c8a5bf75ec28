"""The register on screen: rows found by whatever is known of them, one row with its amendments, the closed months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial

from babel.dates import format_date
from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from counter.pager import Pager
from counter.queue.click_forms import AmendRow, CloseMonth
from counter.register.sheet import RowView
from shared.domain.errors import Unknown
from shared.domain.files.procedure import FileState
from shared.domain.files.register import AMENDABLE, RegisterColumn, RegisterRow, cells, chosen
from shared.domain.files.register_month import LaterChange, digest, later_change
from shared.domain.numbering import office_day
from shared.domain.office import OfficeConfig
from shared.domain.reports.period import Period, PeriodKind, parse
from shared.domain.rights import Right
from shared.domain.standards.standard import ServiceStandard
from shared.engine.files import register as engine
from shared.engine.people.data_view import note_view
from shared.loop import off_the_loop
from shared.standards import village_names
from shared.store.files import register as rows
from shared.store.files.register import Closing, RegisterSearch
from shared.store.office import Store
from shared.web.access.auth import now, officers_only, store
from shared.web.bounds import query_day, query_number
from shared.web.clicks import ButtonPage, actor, change, take
from shared.web.forms import sent
from shared.web.i18n import language
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.words import words

FILTERS = ("text", "from_on", "until_on", "service", "state")
"""What the address of the register says."""


@blueprint.get("/register")
@officers_only(Right.SEE_FILES)
def register() -> str:
    """The newest rows, or those that are looked for; who looked is written down."""
    office, search = office_config(), asked()
    pager = Pager.asked("counter.register", FILTERS)
    listed, count = off_the_loop(_found, store(), office, search, pager.size, pager.offset)
    with store().read() as connection:
        shown = viewed(listed, rows.newest_closings(connection, g.office_id, months_of(listed)))
    closing, is_same = of_month(search)
    _note(search, listed, "register_seen")
    return render_template(
        "counter/register.html",
        office=office,
        rows=shown,
        columns=chosen(office.settings.register_columns),
        titles=titles(),
        pager=pager.of(count),
        search=search,
        asked=request.args,
        states=[each for each in FileState if each != FileState.NEW],
        closing=closing,
        is_same=is_same,
        is_over=search.period is not None and search.period.last < today(),
    )


@blueprint.get("/register/<int:case_id>")
@officers_only(Right.SEE_FILES)
def register_row(case_id: int) -> str:
    """One row with all its columns and amendments; that somebody looked at it is written down."""
    shown = _row_page(case_id)
    store().write_with(note_view, g.office_id, case_id, actor())
    return shown


@blueprint.post("/register/<int:case_id>")
@officers_only(Right.KEEP_REGISTER)
@described(takes=AmendRow)
def amend_row(case_id: int) -> ResponseReturnValue:
    """Corrects one column; the old value stays, struck through."""
    here = url_for("counter.register_row", case_id=case_id)
    screen = ButtonPage[dict[str, object]](partial(_row_page, case_id), lambda _: here)
    return take(screen, AmendRow, lambda form: change(engine.amend, case_id, form.column, form.becomes, form.reason))


@blueprint.get("/register/months")
@officers_only(Right.SEE_FILES)
def register_months() -> str:
    """The months of the register, with who closed which."""
    return _months_page()


@blueprint.post("/register/months")
@officers_only(Right.KEEP_REGISTER)
@described(takes=CloseMonth)
def close_month() -> ResponseReturnValue:
    """Puts the name of who asks under a month that is over, with the number of its rows and their hash."""
    screen = ButtonPage[dict[str, object]](_months_page, lambda _: url_for("counter.register_months"))
    return take(screen, CloseMonth, lambda form: change(engine.close_month, parse(form.month)))


# --- what others show of the register too ---


def asked() -> RegisterSearch:
    """As the address says; raises `Invalid`."""
    first, last = query_day("from_on"), query_day("until_on")
    slug, state = request.args.get("service", ""), request.args.get("state", "")
    return RegisterSearch(
        request.args.get("text", "").strip()[:120],
        period_of(first, last),
        FileState(state) if state in tuple(FileState) else None,
        next((each.id for each in office_config().services if each.slug == slug), None),
    )


def period_of(first: date | None, last: date | None) -> Period | None:
    """The days as a period: a whole month or year as such; with one end open, that month, until today."""
    if first is None and last is None:
        return None
    begins = first or (last or today()).replace(day=1)
    ends = last or max(begins, today())
    for kind in (PeriodKind.MONTH, PeriodKind.YEAR):
        whole = Period.of(kind, begins)
        if (whole.first, whole.last) == (begins, ends):
            return whole
    return Period.range(begins, ends)


def standard_of(standard_id: int) -> ServiceStandard:
    """One version of a standard."""
    with store().read() as connection:
        return store().office_configs.standard(connection, standard_id)


def month_name(month: Period, spoken: str | None = None) -> str:
    """ "November 2026"."""
    return str(format_date(month.first, "MMMM yyyy", locale=spoken or language()))


def titles(spoken: str | None = None) -> dict[RegisterColumn, str]:
    """What stands above each column."""
    said = words(spoken or language())
    return {column: said(f"register.column.{column.value}") for column in RegisterColumn}


def months_of(listed: Iterable[RegisterRow]) -> set[date]:
    """The first days of the months of these rows."""
    return {_month(row) for row in listed}


def viewed(listed: Sequence[RegisterRow], closed: Mapping[date, Closing], spoken: str | None = None) -> list[RowView]:
    """The rows with their cells in the language of the page, or in `spoken`."""
    zone, said, villages = office_config().zone, words(spoken or language()), village_names()

    def later(row: RegisterRow) -> LaterChange:
        closing = closed.get(_month(row))
        return later_change(row, closing.marks) if closing else LaterChange()

    return [RowView(row, cells(row, zone, said, villages), later(row)) for row in listed]


# --- inside ---


def _found(
    of: Store, office: OfficeConfig, search: RegisterSearch, limit: int, offset: int
) -> tuple[list[RegisterRow], int]:
    """Beside the requests: a name is compared with those of all years."""
    with of.read_at_length() as connection:
        ids, count = rows.find(connection, office, search, limit=limit, offset=offset)
        return rows.rows(connection, lambda each: of.office_configs.standard(connection, each), ids), count


def _month(row: RegisterRow) -> date:
    return row.registered_at.astimezone(office_config().zone).date().replace(day=1)


def today() -> date:
    """In the office."""
    return office_day(now(), office_config().zone)


def of_month(search: RegisterSearch) -> tuple[Closing | None, bool]:
    """The closing of the month that is asked for, and whether the month's rows are still the same."""
    if search.period is None or search.period.kind != PeriodKind.MONTH:
        return None, False
    with store().read() as connection:
        closing = rows.newest_closings(connection, g.office_id, [search.period.first]).get(search.period.first)
        if closing is None:
            return None, False
        listed = rows.of_period(connection, standard_of, office_config(), search.period)
    return closing, digest(listed) == closing.digest


def _note(search: RegisterSearch, listed: Sequence[RegisterRow], action: str) -> None:
    """Who looked at the register, and at whose row when it was looked for by a NIK."""
    by = actor()
    if search.nik is not None:
        for row in listed:
            store().write_with(note_view, g.office_id, row.case_id, by)
    detail = {"rows": len(listed), "page": query_number("page") or 1}
    store().write_with(engine.note_look, g.office_id, by, action, detail)


def _row_page(case_id: int, message: str | None = None) -> str:
    office = office_config()
    with store().read() as connection:
        found = rows.of_file(connection, standard_of, g.office_id, case_id)
        if found is None:
            raise Unknown("case")
        closed = rows.newest_closings(connection, g.office_id, months_of([found]))
    return render_template(
        "counter/register_row.html",
        office=office,
        shown=viewed([found], closed)[0],
        columns=list(RegisterColumn),
        titles=titles(),
        amendable=AMENDABLE,
        villages=village_names(),
        form=sent(),
        message=message,
    )


def _months_page(message: str | None = None) -> str:
    office, this_day = office_config(), today()
    with store().read() as connection:
        first = rows.first_day(connection, office)
        closings: dict[date, list[Closing]] = {}
        for each in rows.closings(connection, g.office_id):
            closings.setdefault(each.month.first, []).append(each)
    months = Period.range(max(first, date(this_day.year - 2, this_day.month, 1)), this_day).months() if first else []
    return render_template(
        "counter/register_months.html",
        office=office,
        months=[
            (month, month_name(month), closings.get(month.first, []), month.last < this_day)
            for month in reversed(months)
        ],
        message=message,
    )
