"""Letters: the list of those that have a number, a number for one that belongs to no file, and declaring one void."""

from __future__ import annotations

from datetime import date
from functools import partial

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from counter.pager import Pager
from counter.queue.click_forms import NewLetter, Reason
from shared.domain.files.letters import IssuedLetter, Signer
from shared.domain.numbering import office_day
from shared.domain.rights import Right
from shared.engine.files import letters as engine
from shared.store.files import letters as rows
from shared.web.access.auth import now, officers_only, store
from shared.web.answers import LetterFacts
from shared.web.bounds import query_number
from shared.web.clicks import ButtonPage, change, take
from shared.web.forms import sent
from shared.web.openapi import described
from shared.web.screen import office_config


@blueprint.get("/letters")
@officers_only(Right.SEE_LETTERS)
def letters() -> str:
    """The letters, newest first; also the void ones."""
    return _page()


@blueprint.post("/letters")
@officers_only(Right.ISSUE_LETTERS)
@described(LetterFacts, takes=NewLetter)
def issue_letter() -> ResponseReturnValue:
    """Gives a letter that belongs to no file its number."""

    def issue(form: NewLetter) -> IssuedLetter:
        return change(
            engine.issue,
            form.series,
            on_day=form.on_day,
            signer=form.signer or None,
            subject=form.subject,
            addressee=form.addressee,
        )

    return take(_button(), NewLetter, issue)


@blueprint.post("/letters/<int:letter_id>/void")
@officers_only(Right.VOID_LETTERS)
@described(LetterFacts, takes=Reason)
def void_letter(letter_id: int) -> ResponseReturnValue:
    """Declares a letter void, with the reason; its number is not given again."""
    return take(_button(), Reason, lambda form: change(engine.declare_void, letter_id, form.reason))


def _button() -> ButtonPage[IssuedLetter]:
    return ButtonPage(partial(_page), lambda done: url_for("counter.letters", issued=done.id))


def _page(message: str | None = None) -> str:
    office, asked = office_config(), request.args
    today = office_day(now(), office.zone)
    series, text = asked.get("series", ""), asked.get("text", "").strip()
    pager = Pager.asked("counter.letters", ("year", "series", "text"))
    with store().read() as connection:
        years = rows.years(connection, office.office_id)
        year = query_number("year", 2000, 2100)
        found, count = rows.listed(
            connection,
            g.office_id,
            year=year,
            series=series,
            text=text,
            limit=pager.size,
            offset=pager.offset,
        )
        counted = rows.counts(connection, g.office_id, year or today.year)
        made = rows.find(connection, g.office_id, query_number("issued") or 0)
    return render_template(
        "counter/letters.html",
        office=office,
        letters=found,
        pager=pager.of(count),
        years=years,
        year=year,
        series=series,
        text=text,
        made=made,
        counts=counted,
        counted_year=year or today.year,
        books=[each for each in office.settings.letter_series if each.is_active],
        signers=_signers(today),
        today=today,
        form=sent(),
        message=message,
    )


def _signers(day: date) -> list[Signer]:
    """Who signs on that day, each key once."""
    office = office_config()
    found = {each.key: each for each in sorted(office.settings.signers, key=lambda each: each.from_on is not None)}
    return [each for each in found.values() if each.signs_on(day)]
