"""The recaps to the camat: those so far, one as a page and as a PDF to sign, and a new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Response, g, render_template, url_for
from flask.typing import ResponseReturnValue

from counter import paper_facts
from counter.blueprint import blueprint
from counter.queue.click_forms import NewRecap
from counter.register.register import months_of, standard_of, titles, viewed
from counter.register.sheet import RowView, as_read
from shared.domain.errors import Unknown
from shared.domain.files.file import File
from shared.domain.files.register import C, Cell
from shared.domain.numbering import following, office_day
from shared.domain.rights import Right
from shared.engine.files import recap
from shared.store.files import files
from shared.store.files import register as register_rows
from shared.store.files import views as file_views
from shared.store.queue import outages
from shared.web.access.auth import now, officers_only, store
from shared.web.clicks import ButtonPage, change, take
from shared.web.documents import sheet
from shared.web.forms import sent
from shared.web.screen import office_config

SHEET = Path(__file__).parents[1] / "templates/counter/recap.typ"


@blueprint.get("/recap")
@officers_only(Right.SEE_RECAPS)
def recaps() -> str:
    return _page()


@blueprint.get("/recap/<int:recap_id>")
@officers_only(Right.SEE_RECAPS)
def recap_list(recap_id: int) -> str:
    """One recap with its files."""
    return render_template(
        "counter/recap_list.html", office=office_config(), recap=_one(recap_id), columns=COLUMNS, titles=titles()
    )


@blueprint.get("/recap/<int:recap_id>.pdf")
@officers_only(Right.SEE_RECAPS)
def recap_sheet(recap_id: int) -> Response:
    """One recap on A4, in Indonesian, to sign and to keep."""
    answer = Response(sheet.pdf(SHEET, _facts(_one(recap_id, "id"))), content_type="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"rekap-{g.office}-{recap_id}.pdf")
    return answer


@blueprint.post("/recap")
@officers_only(Right.MAKE_RECAPS)
def make_recap() -> ResponseReturnValue:
    screen = ButtonPage[dict[str, object]](_page, lambda done: url_for("counter.recap_list", recap_id=done["id"]))

    def make(form: NewRecap) -> dict[str, object]:
        return change(recap.make, form.number, form.on_day, form.from_on, form.until_on)

    return take(screen, NewRecap, make)


def _page(message: str | None = None) -> str:
    today = office_day(now(), office_config().zone)
    begins = today.replace(day=1)
    with store().read() as connection:
        made = file_views.recaps(connection, g.office_id)
        waiting = files.count_to_recap(connection, office_config(), begins - timedelta(days=366), today)
    return render_template(
        "counter/recap.html",
        office=office_config(),
        recaps=made,
        waiting=waiting,
        proposed=following([each.number for each in made], today.year),
        begins=begins,
        today=today,
        form=sent(),
        message=message,
    )


@dataclass(frozen=True, slots=True)
class RecapLine:
    """A file of a recap: its row of the register, and the working hours that it took."""

    row: RowView
    hours: float | None


@dataclass(frozen=True, slots=True)
class RecapView:
    """`times`, `minutes`: how often and how long OSS was disturbed in its period."""

    made: file_views.RecapMade
    lines: Sequence[RecapLine]
    times: int
    minutes: int


COLUMNS = (C.REGISTER, C.SERVICE, C.APPLICANT, C.PRODUCT, C.LETTER_NUMBER, C.RECEIVED, C.FINISHED)


def _one(recap_id: int, spoken: str | None = None) -> RecapView:
    """The recap with its files in the order of the register."""
    with store().read() as connection:
        made = next((row for row in file_views.recaps(connection, g.office_id) if row.id == recap_id), None)
        if made is None:
            raise Unknown("recap")
        known = {file.id: file for file in files.of_recap(connection, g.office_id, recap_id)}
        listed = register_rows.rows(connection, standard_of, list(known))
        closed = register_rows.newest_closings(connection, g.office_id, months_of(listed))
        times, minutes = outages.minutes(connection, office_config(), made.from_on, made.until_on, now())
    rows = viewed(listed, closed, spoken)
    return RecapView(made, [RecapLine(each, _hours(known[each.row.case_id], each)) for each in rows], times, minutes)


def _hours(file: File, shown: RowView) -> float | None:
    return file_views.net_hours(file, shown.row.finished_at or file.completed_at, office_config(), now())


def _facts(recap: RecapView) -> dict[str, object]:
    """What stands on the sheet, as words."""
    made = recap.made
    return {
        **paper_facts.letterhead(office_config()),
        **paper_facts.signatures(office_config(), made.on_day, made.officer),
        "number": made.number,
        "recap_on": paper_facts.day(made.on_day),
        "from": paper_facts.day(made.from_on),
        "until": paper_facts.day(made.until_on),
        "outages": recap.times,
        "outage_min": recap.minutes,
        "services": _services(recap),
        "files": [
            [*(_cell(each.row.cells[column]) for column in COLUMNS), _cell(Cell(_tenths(each.hours)))]
            for each in recap.lines
        ],
    }


def _services(recap: RecapView) -> list[list[str]]:
    """Name of each service and how many of its files are listed, in the order of the alphabet."""
    counts = Counter(each.row.row.service for each in recap.lines)
    return [[name, str(count)] for name, count in sorted(counts.items())]


def _cell(cell: Cell) -> dict[str, object]:
    return {"struck": [as_read(old) for old in cell.struck], "now": as_read(cell.now) or "–"}


def _tenths(hours: float | None) -> str:
    return "–" if hours is None else f"{hours:.1f}".replace(".", ",")
