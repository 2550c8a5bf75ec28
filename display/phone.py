"""The ticket on a phone: number, place in the line, what happens now; behind a random token, nothing of the person."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import Blueprint, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext
from sqlalchemy import Connection, select

from shared.domain.errors import Unknown
from shared.domain.files.procedure import ENDED as FILE_ENDED
from shared.domain.files.procedure import RUNNING, FileState, awaited_at
from shared.domain.files.promise import is_ready_at
from shared.domain.numbering import label, office_day, parse_short, register_label
from shared.domain.office import OfficeConfig
from shared.domain.queue import board
from shared.domain.queue.availability import Availability, Code
from shared.domain.queue.ticket import AT_COUNTER, ENDED, State
from shared.domain.standards.announced import to_bring
from shared.domain.standards.facts import due, service_facts
from shared.domain.standards.standard import Role, Step, applies
from shared.engine.queue.forecast import QueuePlace
from shared.engine.surveys import answer as survey_answer
from shared.engine.surveys.answer import Holder
from shared.store import reads
from shared.store.files import files
from shared.store.queue import brought
from shared.store.tables import FileRecord, Ticket
from shared.web.access.auth import now, store
from shared.web.answers import PhoneFacts
from shared.web.brand import colour_of
from shared.web.documents import blank_forms
from shared.web.i18n import language
from shared.web.openapi import described
from shared.web.opening import Opening, with_words
from shared.web.server.hosts import is_local
from shared.web.server.limits import limiter
from shared.words import words

blueprint = Blueprint("phone", __name__, template_folder="templates")


misses = limiter.shared_limit(
    "120/minute", scope="phone", exempt_when=is_local, deduct_when=lambda answer: answer.status_code == 404
)
"""Only addresses that lead nowhere are counted: many phones may stand behind one address."""


@blueprint.get("/<token>")
@misses
def ticket(token: str) -> ResponseReturnValue:
    """A page of its own weight, small enough for a slow line; without scripts it loads itself again.

    The QR of a receipt leads here too: then it is the file behind the token, with its promised day.
    """
    if parse_short(token):  # the code of the slip, typed behind the address
        return redirect(url_for("phone_code.page", code=token), 303)
    file = _file(token)
    if file is not None:
        return file
    office, row, steps, step = _find(token)
    standard = office.service_ids[row.service_id].standard
    return render_template(
        "display/phone.html",
        office=office,
        token=token,
        facts=_facts(office, row, step),
        is_today=row.on_day == office_day(now(), office.zone),
        day=format_date(row.on_day, "long"),
        service=None if standard.is_delicate else standard,
        steps=steps,
        promised=None if standard.is_delicate else service_facts(standard, words(language())),
        standard_url=None
        if standard.is_delicate
        else url_for("published.standard", office=office.slug, slug=standard.slug),
        channels=office.channels(office.service_ids[row.service_id]),
        above=office.profile.get("letterhead", ()),
        to_bring=to_bring,
        say=words(language()),
        forms=frozenset() if standard.is_delicate else blank_forms.known(office.slug, standard),
        bring=[] if standard.is_delicate else brought.read(row.brought, row.service_id).needed(standard),
        languages={code: url_for("phone.ticket", token=token, lang=code) for code in ("id", "en")},
    )


@blueprint.get("/<token>.json")
@misses
@described(PhoneFacts)
def ticket_json(token: str) -> ResponseReturnValue:
    """What changes on the page, with its sentences in the page's language."""
    office, row, _, step = _find(token)
    current_app.extensions["loket_live"].look_back(office.office_id, request.headers.get("X-Drawn", ""))
    return jsonify(_facts(office, row, step))


@blueprint.get("/<token>.webmanifest")
@misses
def manifest(token: str) -> Response:
    """What a phone needs to keep the page among its programs: its name, its picture, where it begins."""
    with store().read() as connection:
        office_id = reads.office_of_token(connection, token)
        if office_id is None:
            raise Unknown("ticket")
        office = store().office_configs.read(connection, office_id)
    pictures = [
        {"src": _picture(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)
    ]
    told = {
        "name": office.name,
        "short_name": gettext("My queue"),
        "start_url": url_for("phone.ticket", token=token),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": colour_of(office),
        "icons": pictures,
    }
    return Response(json.dumps(told), content_type="application/manifest+json")


def _picture(name: str) -> str:
    return url_for("static", build=current_app.config["BUILD"], place="shared", filename=name)


def _file(token: str) -> str | None:
    """The page of a file: where it lies and by when it is promised; None when the token is no file's."""
    with store().read() as connection:
        row = connection.execute(select(FileRecord).where(FileRecord.token == token)).first()
        if row is None:
            return None
        office = store().office_configs.read(connection, row.office_id)
        service = store().office_configs.standard(connection, row.standard_id)
        file = files.find(connection, row.office_id, row.id)
    assert file is not None
    with store().room(row.office_id, now()) as room:
        visit = room.active_ticket_of(row.id)
    awaited = awaited_at(row.state, service.steps, row.step)
    stands = row.state.value
    if awaited and row.state == FileState.OPEN:
        stands = "ready" if is_ready_at(awaited) else "awaited"
    return render_template(
        "display/file.html",
        office=office,
        row=row,
        register=register_label(row.register_number, row.register_year) or "",
        service=None if service.is_delicate else service,
        steps=[step for step in file.way(service) if step.role != Role.APPLICANT],
        refusal=file.refusal,
        is_running=row.state in RUNNING,
        stands=stands,
        visit=visit if row.state not in FILE_ENDED else None,
        is_awaited=awaited is not None and visit is None,
        due=due(service.promise, row.due_at and row.due_at.astimezone(office.zone), words(language())),
        promised=None if service.is_delicate else service_facts(service, words(language())),
        channels=service.complaint or office.own_channels,
        survey=_survey(office, token),
        token=token,
        languages={code: url_for("phone.ticket", token=token, lang=code) for code in ("id", "en")},
    )


def _find(token: str) -> tuple[OfficeConfig, Ticket, list[Step], str | None]:
    """The ticket, its office, the steps of its way and the one where its file lies; raises `Unknown("ticket")`."""
    with store().read() as connection:
        row = reads.ticket_by_token(connection, token)
        if row is None:
            raise Unknown("ticket")
        office = store().office_configs.read(connection, row.office_id)
        steps, step = _way(connection, office, row)
    if "lang" not in request.args:
        g.language = row.language
    return office, row, steps, step


def _way(connection: Connection, office: OfficeConfig, row: Ticket) -> tuple[list[Step], str | None]:
    """The steps of this case, and the key of the one at which the file lies; None while there is no file yet.

    Before it, what the desk has still to ask may lead through a step: it is shown.
    """
    file = None if row.case_id is None else files.find(connection, row.office_id, row.case_id)
    if file is None:
        known = brought.read(row.brought, row.service_id).answers
        all_steps = office.service_ids[row.service_id].standard.steps
        steps = tuple(each for each in all_steps if applies(each.when, known) or not _is_decided(each, known))
    else:
        steps = file.way(store().office_configs.standard(connection, file.standard_id))
    return [step for step in steps if step.role != Role.APPLICANT], file.step if file else None


def _is_decided(step: Step, answers: Mapping[str, str]) -> bool:
    return all(key in answers for key, _ in step.when)


def _facts(office: OfficeConfig, row: Ticket, step: str | None) -> dict[str, object]:
    number = label(row.series, row.number)
    service = office.service_ids[row.service_id]
    with store().room(row.office_id, now()) as room:
        found = office.availability(service, now(), room.issued(service))
    opening = with_words({service.slug: board.facts(found)}, office.zone, now())
    counter = office.counter_by_id(row.counter_id) if row.state in AT_COUNTER else None
    place = None
    if row.state == State.WAITING:
        place = current_app.extensions["loket_forecasts"].place(row.office_id, now(), row.id)
    return {
        "number": number,
        "step": step,
        "state": row.state.value,
        "is_over": row.state in ENDED,
        "sentence": _sentence(row.state, counter.name if counter else ""),
        "counter": counter.number if counter else None,
        "counter_name": counter.name if counter else None,
        "ahead": place.ahead if place else None,
        "wait_min_low": place.wait.low_min if place and place.wait else None,
        "wait_min_high": place.wait.high_min if place and place.wait else None,
        "ahead_words": ahead_words(place.ahead) if place else "",
        "wait_words": _wait_words(place),
        "availability": opening["availability"][service.slug],
        "closed": _closed(found, opening) if row.state == State.WAITING else "",
        "survey": _survey(office, str(row.token)) if row.state == State.DONE else "",
    }


def _survey(office: OfficeConfig, token: str) -> str:
    """Whether the visit behind the token may answer the survey: "drawn" by lot, "wish" for an own one; "" if not."""
    if not office.settings.survey.is_on:
        return ""
    visit = store().ask(survey_answer.look, office, Holder(token), now())
    return "" if visit is None or not visit.is_open else "drawn" if visit.is_drawn else "wish"


def _closed(found: Availability, opening: Opening) -> str:
    """What is said to somebody who waits while nothing goes on; new numbers are no matter of theirs."""
    is_theirs = found.code not in (Code.QUOTA_FULL, Code.CUTOFF, Code.SERVICE_CLOSED, Code.NO_COUNTER)
    return opening["closed"][language()] if opening["closed"] and is_theirs else ""


def _sentence(state: State, counter: str) -> str:
    """What happens now, in plain words."""
    return str(gettext(f"ticket.{state.value}", counter=counter))


def ahead_words(ahead: int) -> str:
    if ahead == 0:
        return str(gettext("You are next"))
    words = gettext("{n} person before you") if ahead == 1 else gettext("{n} people before you")
    return str(words).replace("{n}", str(ahead))


def _wait_words(place: QueuePlace | None) -> str:
    if place is None or place.wait is None:
        return ""
    return str(gettext("about %(low)d to %(high)d minutes", low=place.wait.low_min, high=place.wait.high_min))
