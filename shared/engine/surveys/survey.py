"""The survey of an office over its periods: the lot at the end of a visit, the rates, closing a period for good."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from shared.domain.errors import Unknown
from shared.domain.numbering import short_code
from shared.domain.office import OfficeConfig
from shared.domain.queue.ticket import QueueTicket
from shared.domain.slips.visitor import survey_slip
from shared.domain.surveys.draw import is_drawn, key_mark, lot_key, visit_name
from shared.domain.surveys.settings import SurveySettings, draws, survey_questions
from shared.domain.surveys.survey import LEAST, class_key, sample_size
from shared.engine.paper.letterhead import office_letterhead
from shared.engine.paper.slips import print_lines
from shared.engine.setup.office import change_settings
from shared.store.office import Transaction
from shared.store.surveys import survey
from shared.store.surveys.survey import Lot, PeriodFacts
from shared.store.surveys.tables import SurveyInvitation, SurveyPeriod, SurveyPlan, SurveySecret
from shared.words import LANGUAGES, words

INVITATION = "survey"
"""Kind of its slip."""
FIRST_AT = datetime(1970, 1, 1, tzinfo=UTC)
"""From when the first secret of an office draws: also those who took their numbers before it was made."""
INVITATIONS_KEPT = timedelta(days=31)
"""After a period was closed: until then the lot can be drawn again, afterwards nothing names a visit any more."""


# --- the lot ---


def draw(tx: Transaction, ticket: QueueTicket) -> None:
    """Draws the lot for a visit that has just ended; to be called in the transaction that ends it.

    A visit that was ended, taken up again and ended again has the lot that it had.
    """
    if not tx.office.settings.survey.is_on:
        return
    found = _lot(tx, ticket) or _first_lot(tx, ticket)
    if found is None:
        return
    key = lot_key(found.secret, found.mark, tx.server_key)
    if key is None or not found.mark:
        _renew(tx)
    if key is None or not is_drawn(key, visit_name(ticket.on_day, ticket.label), found.rate):
        return
    if tx.first(select(SurveyInvitation.ticket_id).where(SurveyInvitation.ticket_id == ticket.id)) is None:
        where = {"office_id": tx.office_id, "period_id": found.period_id, "service_id": ticket.service_id}
        tx.execute(insert(SurveyInvitation), {"ticket_id": ticket.id, **where})
        if tx.office.settings.survey.prints_invitation and tx.actor.officer_id is not None:
            invite(tx, ticket)


def invite(tx: Transaction, ticket: QueueTicket) -> None:
    """The slip with the address of the questions, for a visitor who still stands at the counter."""
    head, said = office_letterhead(tx.office), words(ticket.language)
    url = f"{tx.actor.ticket_url}{ticket.token}/survey"
    lines = survey_slip(head, said, number=ticket.label, url=url, code=short_code(ticket.token))
    print_lines(tx, INVITATION, lines, ticket_id=ticket.id)


def _lot(tx: Transaction, ticket: QueueTicket) -> Lot | None:
    return survey.lot(tx.connection, tx.office_id, ticket.service_id, ticket.on_day, ticket.taken_at)


def _renew(tx: Transaction) -> None:
    """Whoever takes a number from now on is drawn with this server's key.

    Who took one before is drawn with the secret of an earlier version, or, where another server's key is missing, not.
    """
    newest = survey.newest_secret(tx.connection, tx.office_id)
    if newest is not None and newest[1] != key_mark(tx.server_key):
        _add_secret(tx, max(tx.now, newest[0] + timedelta(microseconds=1)))  # also where the clock was ahead
        tx.record("survey_lot_renewed")


def _add_secret(tx: Transaction, from_at: datetime) -> None:
    row = {"from_at": from_at, "secret": secrets.token_hex(32), "mark": key_mark(tx.server_key)}
    tx.execute(insert(SurveySecret), {"office_id": tx.office_id, **row})


def _first_lot(tx: Transaction, ticket: QueueTicket) -> Lot | None:
    """The first visit of a period, or of a service in it, makes the plan."""
    found = period_of(tx, ticket.on_day)
    if not found.takes_answers(ticket.on_day):
        return None
    if survey.newest_secret(tx.connection, tx.office_id) is None:
        _add_secret(tx, FIRST_AT)
    known = survey.planned(tx.connection, tx.office_id, found.first_on, ticket.on_day)
    wanted = {service.id for service in tx.office.services if service.is_active} | {ticket.service_id}
    _plan(tx, tx.office.settings.survey, found, ticket.on_day, wanted - set(known))
    return _lot(tx, ticket)


def period_of(tx: Transaction, day: date) -> PeriodFacts:
    """The period of the day, begun now when it is the first of its visitors.

    When the office chose longer or shorter periods meanwhile, the new kind begins after the last old period.
    """
    found = survey.period_of_day(tx.connection, tx.office_id, day)
    if found is None:
        settings = tx.office.settings.survey
        wanted = settings.period(day)
        mine = SurveyPeriod.office_id == tx.office_id
        overlaps = mine, SurveyPeriod.last_on >= wanted.first, SurveyPeriod.last_on < day
        last = tx.first(select(func.max(SurveyPeriod.last_on).label("on")).where(*overlaps))
        next_ = tx.first(select(func.min(SurveyPeriod.first_on).label("on")).where(mine, SurveyPeriod.first_on > day))
        first_on = last.on + timedelta(days=1) if last and last.on else wanted.first
        last_on = min(wanted.last, next_.on - timedelta(days=1)) if next_ and next_.on else wanted.last
        collect_until, publish_on = settings.closing(last_on)
        days = {"first_on": first_on, "last_on": last_on, "collect_until": collect_until, "publish_on": publish_on}
        is_whole = (first_on, last_on) == (wanted.first, wanted.last)
        key = wanted.address if is_whole else f"{first_on.isoformat()}..{last_on.isoformat()}"
        tx.insert(SurveyPeriod, key=key, **days, running={}, texts={})
        found = survey.period_of_day(tx.connection, tx.office_id, day)
    assert found is not None
    return found


def _plan(
    tx: Transaction, settings: SurveySettings, found: PeriodFacts, from_on: date, services: Collection[int]
) -> None:
    """Writes the rates of these services from a day on; no visitor of that day has been drawn for yet."""
    earlier = settings.period(found.first_on - timedelta(days=1))
    before = survey.visits(tx.connection, tx.office_id, earlier.first, earlier.last)
    active = [service.id for service in tx.office.services if service.is_active]
    made = draws(settings, sorted({*active, *services}), before)
    rows = [
        {"office_id": tx.office_id, "service_id": each, "from_on": from_on, **asdict(made[each])}
        for each in sorted(services)
    ]
    if rows:
        tx.execute(insert(SurveyPlan), rows)


# --- what the office chooses ---


def change_survey(tx: Transaction, wanted: SurveySettings) -> None:
    """The office's choices. Other rates hold from tomorrow on, so that nobody changes a lot that was drawn."""
    tomorrow = tx.today + timedelta(days=1)
    mine = SurveyPeriod.office_id == tx.office_id, SurveyPeriod.closed_at.is_(None)
    for row in tx.all(select(SurveyPeriod.id, SurveyPeriod.last_on).where(*mine)):
        collect_until, publish_on = wanted.closing(row.last_on)
        columns = {"collect_until": collect_until, "publish_on": publish_on}
        tx.execute(update(SurveyPeriod).where(SurveyPeriod.id == row.id).values(**columns))
    present = survey.period_of_day(tx.connection, tx.office_id, tx.today)
    if present is not None and present.last_on >= tomorrow:
        later = SurveyPlan.office_id == tx.office_id, SurveyPlan.from_on >= tomorrow
        tx.execute(delete(SurveyPlan).where(*later))
        _plan(tx, wanted, present, tomorrow, {each.id for each in tx.office.services if each.is_active})
    change_settings(tx, "survey", {"survey": asdict(wanted)})


# --- closing ---


def close_due(tx: Transaction) -> int:
    """Closes every period whose last day for answers is over, and forgets what nobody needs any more; how many.

    A change of its own: a period that cannot be closed keeps no day open.
    """
    mine = SurveyPeriod.office_id == tx.office_id, SurveyPeriod.closed_at.is_(None)
    due = tx.all(select(SurveyPeriod.id).where(*mine, SurveyPeriod.collect_until < tx.today))
    for row in due:
        _close(tx, row.id)
    return len(due) + _forget(tx) or tx.unchanged(0)


def _close(tx: Transaction, period_id: int) -> None:
    tx.execute(  # first: an answer that is being written now is waited for, and none comes after it
        update(SurveyPeriod)
        .where(SurveyPeriod.id == period_id)
        .values(closed_at=tx.now, officer_id=tx.actor.officer_id)
    )
    found = survey.period_by_id(tx.connection, period_id)
    if found is None:
        raise Unknown("period")
    result = _result(tx, found)
    tx.execute(update(SurveyPeriod).where(SurveyPeriod.id == period_id).values(result=result))
    tx.record("survey_closed", detail={"period": found.key, "sha256": fingerprint(result)})


def fingerprint(result: dict[str, object]) -> str:
    """By which a later change of a closed period's figures shows."""
    return hashlib.sha256(json.dumps(result, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _result(tx: Transaction, found: PeriodFacts) -> dict[str, object]:
    """Everything that the period's report needs, in the words of the day on which it was closed."""
    figures = survey.figures(tx.connection, tx.office_id, found)
    checked = survey.recheck(tx.connection, tx.office_id, found, tx.server_key)
    counters = {each.id: each.number for each in tx.office.counters}
    coins = survey.coins(tx.connection, tx.office_id, found.first_on, found.last_on)
    total = figures.scores[None]
    return {
        "counts": {class_key(each): asdict(count) for each, count in figures.counts.items()},
        "scores": {class_key(each): scores.to_json() for each, scores in figures.scores.items()},
        "own_wish": figures.own_wish.to_json(),
        "channels": figures.channels,
        "respondents": figures.respondents,
        "sample": sample_size(figures.counts[None].visits),
        "draw": {
            "visits": checked.visits,
            "drawn": checked.drawn,
            "differ": len(checked.differ),
            **({"unreadable": checked.unreadable} if checked.unreadable else {}),
        },
        "services": service_names(tx.office),
        "questions": {language: questions_json(tx.office, language) for language in LANGUAGES},
        "coins": {
            str(counters[each]): {str(face): n for face, n in faces.items()}
            for each, faces in coins.items()
            if each in counters
        },
        "questionnaires": survey.questionnaires(tx.connection, found.id) if total.n >= LEAST else [],
    }


def service_names(office: OfficeConfig) -> dict[str, dict[str, str]]:
    return {
        str(each.id): {language: each.standard.name_in(language) for language in LANGUAGES} for each in office.services
    }


def questions_json(office: OfficeConfig, language: str) -> list[dict[str, object]]:
    """The nine questions in the office's own words, or in the usual ones."""
    own = office.settings.survey.wording
    return [
        {"element": str(each.element), "name": each.name, "text": each.text, "labels": list(each.labels)}
        for each in survey_questions(words(language), own, language)
    ]


def _forget(tx: Transaction) -> int:
    """Deletes the invitations of periods that were closed long ago; whether there were any."""
    old = SurveyPeriod.office_id == tx.office_id, SurveyPeriod.closed_at < tx.now - INVITATIONS_KEPT
    closed = select(SurveyPeriod.id).where(*old)
    gone = tx.execute(delete(SurveyInvitation).where(SurveyInvitation.period_id.in_(closed))).rowcount
    if gone:
        tx.record("survey_forgotten", detail={"invitations": gone})
    return int(bool(gone))
