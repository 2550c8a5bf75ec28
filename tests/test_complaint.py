"""Complaints: the table of moves, deadlines by the office's calendar, and who may see what of whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest
import world
from desks import Desks
from sqlalchemy import select, update
from world import World

from shared.domain.actor import Actor
from shared.domain.calendar import Calendar
from shared.domain.complaint import (
    ENDED,
    MOVES,
    AnswerDays,
    ComplaintAction,
    ComplaintKind,
    ComplaintState,
    Entrance,
    PersonKept,
    Reader,
    Said,
    after,
    allowed,
    deadlines,
    may_see_person,
    parse_complaint,
)
from shared.domain.errors import Forbidden, Invalid, Missing, NotAllowed, Refusal, Unknown
from shared.engine import complaint as engine
from shared.engine.complaint import Given, Received
from shared.store import complaints, tables
from shared.store.complaints import BookFilter, ComplaintView
from shared.store.office import Store

_nonces = count(1)
SAID = Said(ComplaintKind.COMPLAINT, Entrance.KIOSK, "Antre tiga jam.", PersonKept.SECRET, "Siti Contoh", "0812-1")
URL = "http://127.0.0.1/a/"


# the table


@pytest.mark.parametrize("state", ComplaintState)
@pytest.mark.parametrize("action", ComplaintAction)
def test_every_pair_of_state_and_action_is_in_the_table_or_refused(
    state: ComplaintState, action: ComplaintAction
) -> None:
    known = {(start, each): end for start, each, end in MOVES}

    if (state, action) in known:
        assert after(state, action) == known[state, action]
        assert action in allowed(state)
    else:
        with pytest.raises(NotAllowed, match="stale"):
            after(state, action)


def test_every_state_is_reached_and_only_the_last_ones_have_no_way_out() -> None:
    reached = {ComplaintState.RECEIVED, *(end for _, _, end in MOVES)}

    assert reached == set(ComplaintState)
    assert set(ENDED) == {ComplaintState.CLOSED, ComplaintState.REJECTED, ComplaintState.WITHDRAWN}


def test_days_are_counted_in_working_days_of_the_office_from_the_day_after() -> None:
    friday = datetime(2026, 11, 20, 3, tzinfo=UTC)
    calendar = Calendar(holidays={date(2026, 11, 25): "Hari Guru"})

    verify_by, answer_by = deadlines(friday, AnswerDays(3, 7), calendar)

    assert (verify_by.date(), answer_by.date()) == (date(2026, 11, 26), date(2026, 12, 2))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("P-12/2026", (12, 2026)), ("p12", (12, None)), ("12/2026", (12, 2026)), (" P-12\u00a0/ 2026", (12, 2026)),
        ("P-\uff11\uff12/2026", (12, 2026)), ("dua belas", None), ("", None),
    ],
)  # fmt: skip
def test_the_number_is_read_as_people_type_it(typed: str, found: object) -> None:
    assert parse_complaint(typed) == found


@pytest.mark.parametrize(
    ("person", "handler", "barred", "sees"),
    [
        (PersonKept.NAMED, None, [], True),
        (PersonKept.NAMED, 9, [], True),
        (PersonKept.NAMED, 7, [7], False),
        (PersonKept.SECRET, None, [], False),
        (PersonKept.SECRET, 9, [], False),
        (PersonKept.SECRET, 7, [], True),
        (PersonKept.SECRET, 7, [7], False),
        (PersonKept.NONE, 7, [], False),
    ],
)
def test_a_name_is_for_few_eyes(person: PersonKept, handler: int | None, barred: list[int], sees: bool) -> None:
    assert may_see_person(person, handler, barred, Reader(7, is_head=True)) is sees


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"text": " \n "}, "complaint_incomplete"),
        ({"name": ""}, "complaint_incomplete"),
        ({"text": "a" * 4001}, "complaint_long"),
        ({"name": "a" * 121}, "complaint_long"),
        ({"text": "a\x00b"}, "unreadable"),
        ({"text": "a\ud800"}, "unreadable"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_field(changed: dict[str, Any], code: str) -> None:
    with pytest.raises((Missing, Invalid), match=code):
        replace(SAID, **changed).checked()


def test_a_nik_is_blacked_out_and_nothing_of_a_nameless_writer_is_kept() -> None:
    said = replace(SAID, text="NIK saya 3508 1017 0890 9991\x1b@", person=PersonKept.NONE).checked()

    assert (said.text, said.name, said.contact) == ("NIK saya **** @", "", "")


# what officers do


def receive(desks: Desks, said: Said = SAID, who: str | None = None, nonce: str | None = None) -> Received:
    actor = desks.actor(who) if who else Actor.device(desks.now, None, address="192.168.1.9")
    given = {"nonce": nonce or f"nonce-{next(_nonces):08d}", "answer_url": URL}
    return desks.store.change(desks.id, actor, engine.receive, said, **given)


def act(desks: Desks, who: str, complaint_id: int, action: ComplaintAction, **given: Any) -> dict[str, object]:
    return desks.store.change(desks.id, desks.actor(who), engine.act, complaint_id, action, Given(**given))


def row(desks: Desks, complaint_id: int) -> ComplaintView:
    with desks.store.read() as connection:
        found = complaints.find(connection, desks.id, complaint_id)
    assert found is not None
    return found


def refused(work: Callable[..., object], *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refusal) as error:
        work(*args, **kwargs)
    return error.value.code


def test_a_complaint_goes_from_the_kiosk_to_its_answer(desks: Desks) -> None:
    made = receive(desks)
    assert (made.number, len(made.token)) == ("P-1/2026", 22)
    assert [job.kind for job in desks.jobs()] == ["complaint"]

    act(desks, "kasi", made.id, ComplaintAction.VERIFY)
    desks.later(days=1)
    act(desks, "kasi", made.id, ComplaintAction.ANSWER, text="Loket kedua kami buka sejak hari ini.")

    found = row(desks, made.id)
    assert (found.state, found.handler_id) == (ComplaintState.ANSWERED, desks.officers["kasi"])
    assert found.answered_at == desks.now
    assert act(desks, "kasi", made.id, ComplaintAction.CLOSE)["state"] == "closed"


def test_the_same_nonce_is_the_same_complaint(desks: Desks) -> None:
    first = receive(desks, nonce="satu-dua-tiga")

    again = receive(desks, nonce="satu-dua-tiga")

    assert (again.id, again.token) == (first.id, first.token)
    assert len(desks.jobs()) == 1


def test_numbers_have_no_gaps_and_begin_again_with_the_year(desks: Desks) -> None:
    labels = [receive(desks).number for _ in range(3)]
    desks.later(days=60)

    assert [*labels, receive(desks).number] == ["P-1/2026", "P-2/2026", "P-3/2026", "P-1/2027"]


def test_the_kinds_days_are_the_offices_choice(desks: Desks) -> None:
    settings = {"complaint_days": {"request": [1, 2]}}
    desks.store.write(update(tables.Office).where(tables.Office.id == desks.id).values(settings=settings))
    desks.store.write(update(tables.Office).values(setup_version=tables.Office.setup_version + 1))

    asked = row(desks, receive(desks, replace(SAID, kind=ComplaintKind.REQUEST)).id)
    usual = row(desks, receive(desks).id)

    assert [(each.verify_by.day, each.answer_by.day) for each in (asked, usual)] == [(24, 25), (26, 2)]


def test_only_the_handler_goes_on_and_a_head_may_hand_it_to_another(desks: Desks) -> None:
    made = receive(desks)
    act(desks, "sekretariat", made.id, ComplaintAction.VERIFY)

    assert refused(act, desks, "kasi", made.id, ComplaintAction.ANSWER, text="x") == "other_handler"
    assert refused(act, desks, "loket1", made.id, ComplaintAction.ANSWER, text="x") == "role"
    act(desks, "kasi", made.id, ComplaintAction.HAND_ON, handler_id=desks.officers["kasi"])

    assert act(desks, "kasi", made.id, ComplaintAction.ANSWER, text="Sudah.")["state"] == "answered"


def test_whom_it_is_about_neither_takes_it_up_nor_is_given_it(desks: Desks) -> None:
    made = receive(desks, replace(SAID, about=frozenset({desks.officers["kasi"]})))

    assert refused(act, desks, "kasi", made.id, ComplaintAction.VERIFY) == "complaint_about_you"
    act(desks, "camat", made.id, ComplaintAction.VERIFY)
    to_kasi = desks.officers["kasi"]
    assert refused(act, desks, "camat", made.id, ComplaintAction.HAND_ON, handler_id=to_kasi) == "handler_is_about"


def test_the_handler_says_later_whom_it_is_about_but_never_themselves(desks: Desks) -> None:
    made = receive(desks)
    act(desks, "kasi", made.id, ComplaintAction.VERIFY)
    say = lambda *who: desks.store.change(  # noqa: E731
        desks.id, desks.actor("kasi"), engine.say_whom_about, made.id, [desks.officers[each] for each in who]
    )

    assert refused(say, "kasi") == "handler_is_about"
    say("sekretariat", "loket1")

    assert row(desks, made.id).barred == {desks.officers["sekretariat"], desks.officers["loket1"]}


def test_an_officer_takes_back_the_own_last_act_within_seconds(desks: Desks) -> None:
    made = receive(desks)
    act(desks, "kasi", made.id, ComplaintAction.VERIFY)
    act(desks, "kasi", made.id, ComplaintAction.ANSWER, text="Salah kirim")
    undo = lambda: desks.store.change(desks.id, desks.actor("kasi"), engine.undo, made.id)  # noqa: E731

    assert undo()["state"] == "verified"

    found = row(desks, made.id)
    assert (found.row.answer, found.answered_at) == ("", None)
    desks.later(seconds=11)
    assert refused(undo) == "undo_nothing"


def test_a_refused_act_changes_nothing(desks: Desks) -> None:
    made = receive(desks)
    act(desks, "kasi", made.id, ComplaintAction.VERIFY)
    before = world.dump(desks.store)

    assert refused(act, desks, "kasi", made.id, ComplaintAction.ANSWER, text="  ") == "complaint_incomplete"
    assert refused(act, desks, "kasi", made.id, ComplaintAction.VERIFY) == "stale"
    assert refused(act, desks, "kasi", made.id, ComplaintAction.FORWARD, text="a" * 121) == "complaint_long"

    assert world.dump(desks.store) == before


def test_the_writer_reopens_it_by_the_token_and_the_days_begin_anew(desks: Desks) -> None:
    made = receive(desks)
    act(desks, "kasi", made.id, ComplaintAction.VERIFY)
    act(desks, "kasi", made.id, ComplaintAction.ANSWER, text="Sudah.")
    desks.later(days=3)
    public = Actor.public(desks.now, address="192.168.1.9")

    desks.store.change(desks.id, public, engine.reply, made.token, "Belum beres.")

    found = row(desks, made.id)
    assert (found.state, found.row.reply, found.answer_by.date()) == ("verified", "Belum beres.", date(2026, 12, 7))
    assert refused(desks.store.change, desks.id, public, engine.reply, "x" * 22, "Belum") == "complaint"


def test_an_answered_one_is_closed_by_itself_after_ten_working_days(desks: Desks) -> None:
    made = receive(desks)
    act(desks, "kasi", made.id, ComplaintAction.VERIFY)
    act(desks, "kasi", made.id, ComplaintAction.ANSWER, text="Sudah.")

    closed = []
    for days in (14, 1):
        desks.later(days=days)
        closed.append(desks.store.change(desks.id, Actor.system(desks.now), engine.close_old))

    assert closed == [0, 1]
    assert row(desks, made.id).state == ComplaintState.CLOSED


def test_no_event_and_no_slip_holds_what_was_said_or_by_whom_or_from_where(desks: Desks) -> None:
    made = receive(desks)
    act(desks, "kasi", made.id, ComplaintAction.VERIFY)
    act(desks, "kasi", made.id, ComplaintAction.FORWARD, text="Dinas Perhubungan")

    with desks.store.read() as connection:
        events = str(connection.execute(select(tables.Event)).all())
        job = str(connection.execute(select(tables.PrintJob.lines)).all())
        address = connection.execute(select(tables.Event.address).where(tables.Event.complaint_id == made.id)).first()
    for secret in ("Siti Contoh", "0812-1", "tiga jam"):
        assert secret not in events + job
    assert address == (None,)


def test_what_an_officer_writes_down_at_the_desk_needs_the_right(desks: Desks) -> None:
    letter = replace(SAID, entrance=Entrance.LAPOR, foreign_number="LAPOR-4711")

    made = receive(desks, letter, who="loket1")

    assert refused(receive, desks, letter) == "role"
    with desks.store.read() as connection:
        (found,) = complaints.book(connection, desks.store.office_config(desks.id), BookFilter(text="LAPOR-4711"))
    assert found.id == made.id


def test_whom_a_visitor_means_is_found_by_counter_ticket_and_rank(desks: Desks) -> None:
    taken = desks.take()
    desks.serve_next("loket1")
    ask = lambda **about: desks.store.change(  # noqa: E731
        desks.id, Actor.public(desks.now), _whom, **{"counter": None, "ticket_token": "", "heads": False, **about}
    )
    with desks.store.read() as connection:
        token = connection.execute(select(tables.Ticket.token).where(tables.Ticket.id == taken.id)).scalar_one()

    assert ask(counter=1) == ask(ticket_token=token) == {desks.officers["loket1"]}
    assert ask(heads=True) == {desks.officers[who] for who in ("kasi", "camat", "admin")}
    assert ask(counter=77) == ask(ticket_token="x") == ask() == set()


def _whom(tx: Any, **about: Any) -> frozenset[int]:
    found = engine.whom_it_is_about(tx, **about)
    tx.unchanged(found)


def test_the_months_page_holds_the_handlers_words_alone(desks: Desks) -> None:
    made = receive(desks)
    act(desks, "kasi", made.id, ComplaintAction.VERIFY)
    publish = lambda *texts: desks.store.change(  # noqa: E731
        desks.id, desks.actor("kasi"), engine.publish, made.id, *texts
    )
    assert refused(publish, "Antrean lama", "Loket ditambah") == "complaint_unanswered"
    act(desks, "kasi", made.id, ComplaintAction.ANSWER, text="Sudah.")
    assert refused(publish, "Antrean lama", "") == "complaint_incomplete"

    publish("Antrean lama", "Loket ditambah")

    with desks.store.read() as connection:
        month = date(2026, 11, 1), date(2026, 11, 30)
        (shown,) = complaints.published(connection, desks.store.office_config(desks.id), *month)
    assert tuple(shown)[:3] == ("complaint", "Antrean lama", "Loket ditambah")


def test_the_figures_of_a_period_count_what_was_in_time_and_what_is_late(desks: Desks) -> None:
    for answered_after in (1, 20, None):
        made = receive(desks)
        if answered_after is None:
            continue
        act(desks, "kasi", made.id, ComplaintAction.VERIFY)
        began = desks.now
        desks.later(days=answered_after)
        act(desks, "kasi", made.id, ComplaintAction.ANSWER, text="Sudah.")
        desks.now = began

    later = desks.later(days=30)
    with desks.store.read() as connection:
        period = date(2026, 11, 1), date(2026, 11, 30)
        found = complaints.figures(connection, desks.store.office_config(desks.id), *period, later)

    assert (found.total, found.answered, found.in_time, found.late) == (3, 2, 1, 1)
    assert sorted(found.days) == [1.0, 20.0]


def test_a_complaint_of_another_office_is_none_here(desks: Desks, sqlite_store: Store) -> None:
    other: World = world.office(sqlite_store)
    made = other.store.change(
        other.id, Actor.public(other.now), engine.receive, SAID, nonce="n" * 10, answer_url=URL, on_paper=False
    )

    with pytest.raises(Unknown, match="complaint"):
        act(desks, "kasi", made.id, ComplaintAction.VERIFY)
    with pytest.raises(Forbidden, match="role"):
        other.do(engine.act, made.id, ComplaintAction.VERIFY, Given())
