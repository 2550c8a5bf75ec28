"""The recaps to the camat: those so far, one as a page and as a PDF to sign, and a new one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from babel.dates import format_date
from flask import Response, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from sqlalchemy import Row

from counter.blueprint import blueprint
from counter.click_forms import NewRecap
from shared.domain.errors import Unknown
from shared.domain.numbering import office_day
from shared.domain.rights import Right
from shared.engine import recap
from shared.store import file_views, files, outages
from shared.store.file_views import FileView
from shared.web import sheet
from shared.web.auth import now, officers_only, store
from shared.web.clicks import ButtonPage, change, take
from shared.web.forms import sent
from shared.web.screen import office_config
from shared.words import words

SHEET = Path(__file__).with_name("templates") / "counter/recap.typ"


@blueprint.get("/recap")
@officers_only(Right.SEE_RECAPS)
def recaps() -> str:
    return _page()


@blueprint.get("/recap/<int:recap_id>")
@officers_only(Right.SEE_RECAPS)
def recap_list(recap_id: int) -> str:
    """One recap with its files."""
    made, listed, disturbed = _one(recap_id)
    hours = {file.id: file_views.net_hours(file.file, office_config(), now()) for file in listed}
    return render_template(
        "counter/recap_list.html", office=office_config(), recap=made, files=listed, hours=hours, outages=disturbed
    )


@blueprint.get("/recap/<int:recap_id>.pdf")
@officers_only(Right.SEE_RECAPS)
def recap_sheet(recap_id: int) -> Response:
    """One recap on A4, in Indonesian, to sign and to keep."""
    answer = Response(sheet.pdf(SHEET, _facts(*_one(recap_id))), content_type="application/pdf")
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
        waiting = len(files.to_recap(connection, office_config(), begins - timedelta(days=366), today))
    return render_template(
        "counter/recap.html",
        office=office_config(),
        recaps=made,
        waiting=waiting,
        begins=begins,
        today=today,
        form=sent(),
        message=message,
    )


def _one(recap_id: int) -> tuple[Row[object], list[FileView], tuple[int, int]]:
    """The recap, its files in the order of the register, and how often and how many minutes OSS was disturbed."""
    with store().read() as connection:
        made = next((row for row in file_views.recaps(connection, g.office_id) if row.id == recap_id), None)
        if made is None:
            raise Unknown("recap")
        rows = files.of_recap(connection, g.office_id, recap_id)
        listed = [file_views.view(connection, store().office_configs, office_config(), row, now()) for row in rows]
        return made, listed, outages.minutes(connection, office_config(), made.from_on, made.until_on, now())


def _facts(made: Row[object], listed: Sequence[FileView], disturbed: tuple[int, int]) -> dict[str, object]:
    """What stands on the sheet, as words."""
    profile = office_config().profile
    contact = " · ".join(profile[key] for key in ("phone", "email", "web") if profile.get(key))
    return {
        "letterhead": profile.get("letterhead", []),
        "office": office_config().name,
        "contact": [line for line in (profile.get("address"), contact) if line],
        "number": made.number,
        "on": _date(made.on_day),
        "from": _date(made.from_on),
        "until": _date(made.until_on),
        "outages": disturbed[0],
        "outage_min": disturbed[1],
        "made_by": made.officer,
        "files": [
            {
                "register": file.register,
                "service": file.service.short_name,
                "name": file.file.applicant.get("name", ""),
                "nib": file.file.nib or "–",
                "accepted": _moment(file.file.accepted_at),
                "completed": _moment(file.file.completed_at),
                "hours": format_decimal(file_views.net_hours(file.file, office_config(), now()), "0.0"),
            }
            for file in listed
        ],
    }


def _moment(at: datetime | None) -> str:
    return words().short(at.astimezone(office_config().zone)) if at else "–"


def _date(on: date) -> str:
    return format_date(on, "d MMMM yyyy", locale="id")
