"""Is the office open now: one answer for kiosk, television, phone and the taking itself, in any mixture of rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from world import MORNING, World

from shared.domain.checklist import ITEMS, ChecklistKind
from shared.domain.errors import Closed
from shared.domain.files.procedure import FileState
from shared.domain.queue.availability import Code
from shared.domain.queue.ticket import State
from shared.domain.standards.standard import Role
from shared.engine.queue import day, officer, supervisor, visitor
from shared.store import tables
from shared.store.migrate import upgrade
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.settings import Settings

CLOSING = ITEMS[ChecklistKind.CLOSING]


@pytest.fixture
def uji(sqlite_store: Store) -> World:
    return world.office(sqlite_store, services=1, counters=2)


def by(uji: World, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The verb, done by the officer of counter 1."""
    return uji.store.change(uji.id, uji.actor(1), verb, *args, **kwargs)


def setup_changed(uji: World) -> None:
    uji.store.write(update(tables.Office).values(setup_version=tables.Office.setup_version + 1))


def hours(uji: World, *weekdays: int, closes: time = time(16)) -> None:
    for weekday in weekdays:
        row = {"office_id": uji.id, "weekday": weekday, "opens": time(8), "closes": closes}
        uji.store.write(insert(tables.Hours), row)
    setup_changed(uji)


def closes_by_itself(uji: World, at: str | None) -> None:
    uji.store.write(update(tables.Office).values(settings={"closes_by_itself_at": at} if at else {}))
    setup_changed(uji)


def closed(uji: World) -> str:
    with pytest.raises(Closed) as refused:
        uji.take()
    return refused.value.code


# the day that ends by itself


def test_a_day_does_not_close_by_itself_while_the_office_is_open(uji: World) -> None:
    hours(uji, 0)
    closes_by_itself(uji, "15:00")
    uji.later(hours=7, minutes=5)  # 15.05
    late = uji.take()

    assert uji.by_itself(day.close_when_due) == 0
    assert uji.state(late.id) == State.WAITING
    uji.later(minutes=55)  # 16.00
    assert closed(uji) == "outside_hours"
    assert uji.by_itself(day.close_when_due) == 1


def test_no_number_is_given_after_the_day_ended_by_itself_where_no_hours_are_known(uji: World) -> None:
    closes_by_itself(uji, "15:00")
    uji.later(hours=7)

    assert closed(uji) == "day_ended"


@pytest.mark.parametrize("action", ["call", "start", "hold"])
def test_who_is_called_served_or_held_does_not_expire_at_the_closing_time(uji: World, action: str) -> None:
    closes_by_itself(uji, "15:00")
    taken, waiting = uji.take(), uji.take()
    uji.later(hours=6, minutes=59, seconds=50)
    for move in ("call", "start", "hold")[: ("call", "start", "hold").index(action) + 1]:
        uji.act(move, taken.id)

    uji.later(seconds=10)

    assert uji.by_itself(day.close_when_due) == 0
    assert uji.state(taken.id) not in (State.EXPIRED, State.WAITING)
    assert uji.state(waiting.id) == State.WAITING


def test_whoever_waits_behind_the_last_call_keeps_their_number_for_a_while(uji: World) -> None:
    closes_by_itself(uji, "15:00")
    taken, waiting = uji.take(), uji.take()
    uji.later(hours=7)
    for move in ("call", "start", "finish"):
        uji.act(move, taken.id)

    uji.later(minutes=14)
    assert uji.by_itself(day.close_when_due) == 0
    assert uji.state(waiting.id) == State.WAITING
    uji.later(minutes=2)
    assert uji.by_itself(day.close_when_due) == 1


def test_an_override_that_opens_keeps_the_day_open(uji: World) -> None:
    closes_by_itself(uji, "15:00")
    uji.later(hours=8)
    by(uji, supervisor.force, is_open=True, until_at=uji.now + timedelta(hours=2))

    late = uji.take()

    assert uji.by_itself(day.close_when_due) == 0
    assert uji.state(late.id) == State.WAITING


# the signature


def test_no_number_is_given_after_the_closing_was_signed_until_it_is_opened_again(uji: World) -> None:
    by(uji, day.close_day, CLOSING, "", {})
    assert closed(uji) == "day_closed"

    uji.later(minutes=1)
    by(uji, day.open_day, ITEMS[ChecklistKind.OPENING])
    assert uji.take().number == "A-001"

    uji.later(minutes=1)
    by(uji, day.close_day, CLOSING, "", {})
    assert closed(uji) == "day_closed"
    uji.later(minutes=1)
    by(uji, supervisor.force, is_open=True)
    assert uji.take().number == "A-002"


def test_a_signature_closes_its_own_day_only(uji: World) -> None:
    by(uji, day.close_day, CLOSING, "", {})
    uji.later(days=1)

    assert uji.take().number == "A-001"


# the calendar


@pytest.mark.parametrize("hour", [-5, 2])
def test_a_weekday_without_hours_is_closed_once_other_weekdays_have_some(uji: World, hour: int) -> None:
    hours(uji, 0, 1, 2, 3)  # Friday was forgotten
    uji.now = MORNING + timedelta(days=4, hours=hour)

    assert closed(uji) == "outside_hours"


def test_hours_of_a_season_alone_leave_the_rest_of_the_year_unknown_and_open(uji: World) -> None:
    season = {"from_on": MORNING.date() + timedelta(days=30), "until_on": MORNING.date() + timedelta(days=60)}
    row = {"office_id": uji.id, "weekday": 0, "opens": time(8), "closes": time(14), **season}
    uji.store.write(insert(tables.Hours), row)
    setup_changed(uji)

    assert uji.take().number == "A-001"
    uji.now = MORNING + timedelta(days=36)  # a Tuesday of the season, without hours
    assert closed(uji) == "outside_hours"


# counters and quota


def test_a_service_that_no_counter_serves_gives_no_numbers_even_when_forced_open(uji: World) -> None:
    uji.store.write(update(tables.Counter).values(roles=["kasi"]))
    setup_changed(uji)
    assert closed(uji) == "no_counter"

    by(uji, supervisor.force, is_open=True)

    assert closed(uji) == "no_counter"


def test_a_quota_counts_numbers_of_the_service_whatever_their_letter(uji: World) -> None:
    uji.store.write(update(tables.Service).values(quota=2))
    setup_changed(uji)
    uji.take()
    uji.take()
    uji.store.write(update(tables.Service).values(series="Z"))
    setup_changed(uji)

    assert closed(uji) == "quota_full"


def test_a_visitor_who_is_sent_on_stays_counted_where_the_number_was_given(sqlite_store: Store) -> None:
    uji = world.office(sqlite_store, services=2, counters=1)
    uji.store.write(update(tables.Service).values(quota=1))
    setup_changed(uji)
    taken = uji.take("layanan-1")

    uji.put(taken.id, service_id=uji.store.office_config(uji.id).service("layanan-2").id)

    assert uji.take("layanan-2").number == "B-001"
    assert closed(uji) == "quota_full"


def test_those_who_come_back_for_a_file_use_up_no_quota(uji: World) -> None:
    uji.store.write(update(tables.Service).values(quota=1))
    setup_changed(uji)
    back = uji.take()
    uji.put(back.id, quota_service_id=None)  # as `come_back` writes it

    assert uji.take().number == "A-002"
    assert closed(uji) == "quota_full"


# numbers written by hand


def enter(uji: World, begun: datetime, *, served: bool) -> Any:
    ended = begun + timedelta(minutes=9) if served else None
    times = {"taken_at": begun, "started_at": begun if served else None, "finished_at": ended}
    return by(uji, day.enter_late, "layanan-1", written="7", nonce=f"late-{begun.isoformat()}", **times)


def test_what_was_written_by_hand_yesterday_is_entered_today_by_the_rules_of_the_past(uji: World) -> None:
    uji.later(days=1)
    hours(uji, 2)  # today is a Tuesday: closed
    uji.store.write(update(tables.Service).values(quota=0, is_active=False))
    setup_changed(uji)

    row = uji.row(enter(uji, MORNING, served=True)["id"])

    assert (row.on_day, row.state, row.number) == (MORNING.date(), State.DONE, 1)
    with uji.store.read() as connection:
        assert connection.execute(select(tables.PrintJob.id)).all() == []  # no slip for somebody who was served


def test_who_still_waits_after_a_power_cut_gets_a_slip(uji: World) -> None:
    uji.later(hours=1)

    enter(uji, MORNING, served=False)

    with uji.store.read() as connection:
        assert len(connection.execute(select(tables.PrintJob.id)).all()) == 1


# all of it together

moments = st.datetimes(datetime(2026, 11, 23), datetime(2026, 11, 24, 23, 59))
overrides = st.none() | st.tuples(st.booleans(), st.none() | st.integers(-60, 600), st.integers(-600, 0))
SIGNED = ("nothing", "closing", "opened again")


@pytest.fixture(scope="module")
def shared_office() -> Any:
    with TemporaryDirectory(prefix="loket-", ignore_cleanup_errors=True) as folder:
        url = f"sqlite:///{folder}/loket.db"
        upgrade(url)
        store = Store(url)
        uji = world.office(store, services=1, counters=2)
        app = create_app(Settings(data=Path(folder)), store, lambda: uji.now, async_mode="threading")
        yield uji, app.test_client()
        store.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    moment=moments,
    weekdays=st.sets(st.integers(0, 4), max_size=3),
    ends_at=st.sampled_from([None, "11:00", "15:00", "17:30"]),
    override=overrides,
    signed=st.sampled_from(SIGNED),
    quota=st.sampled_from([None, 0, 1, 3]),
    roles=st.sampled_from(["loket", "kasi"]),
    cutoff=st.sampled_from([0, 60, 480]),
    own_hours=st.sampled_from([(), (("selasa", "10:00", "12:00"),), (("senin", "13:00", "15:00"),)]),
    rests=st.sampled_from([(), ((time(8), time(9, 30)),), ((time(12), time(13)), (time(8), time(10)))]),
    holiday=st.none() | st.sampled_from([23, 24, 26]),
    own_override=overrides,
)
def test_every_mixture_gives_one_answer_to_kiosk_television_phone_and_taking(
    shared_office: Any,
    moment: datetime,
    weekdays: set[int],
    ends_at: str | None,
    override: tuple[bool, int | None, int] | None,
    signed: str,
    quota: int | None,
    roles: str,
    cutoff: int,
    own_hours: tuple[tuple[str, str, str], ...],
    rests: tuple[tuple[time, time], ...],
    holiday: int | None,
    own_override: tuple[bool, int | None, int] | None,
) -> None:
    uji, client = shared_office
    uji.made.clear()
    zone = uji.store.office_config(uji.id).zone
    for table in (tables.Hours, tables.Holiday, tables.CounterBreak, tables.ScheduleOverride, tables.DayCheck):
        uji.store.write(delete(table))
    own_hours_are(uji, ())
    uji.store.write(update(tables.Service).values(quota=None, cutoff_minutes=cutoff))
    uji.store.write(update(tables.Counter).values(roles=["loket"], officer_id=None))
    closes_by_itself(uji, None)
    uji.now = moment.replace(tzinfo=zone)
    phone = uji.take()
    hours(uji, *weekdays)
    uji.store.write(update(tables.Service).values(quota=quota))
    uji.store.write(update(tables.Counter).values(roles=[roles]))
    file, service_id = a_file_at_the_first_desk(uji)
    closes_by_itself(uji, ends_at)
    own_hours_are(uji, own_hours)
    for number, (begins, ends) in enumerate(rests, 1):
        uji.store.write(
            insert(tables.CounterBreak), {"counter_id": uji.counter_id(number), "begins": begins, "ends": ends}
        )
    if holiday is not None:
        row = {"office_id": uji.id, "on_day": date(2026, 11, holiday), "name": "Hari libur"}
        uji.store.write(insert(tables.Holiday), row)
    for said, about in ((override, None), (own_override, service_id)):
        if said is None:
            continue
        is_open, minutes, made = said
        until_at = None if minutes is None else uji.now + timedelta(minutes=minutes)
        word = {"is_open": is_open, "until_at": until_at, "made_at": uji.now + timedelta(minutes=made)}
        uji.store.write(
            insert(tables.ScheduleOverride), {"office_id": uji.id, "service_id": about, "reason": "", **word}
        )
    for kind, minutes in (("closing", 20), ("opening", 10))[: SIGNED.index(signed)]:
        check = {"office_id": uji.id, "on_day": uji.now.date(), "kind": kind, "items": {}, "officer_id": uji.officer(1)}
        uji.store.write(insert(tables.DayCheck), {**check, "signed_at": uji.now - timedelta(minutes=minutes)})
    setup_changed(uji)

    office = uji.store.office_config(uji.id)
    with uji.store.room(uji.id, uji.now) as room:
        given_today = room.issued(office.service("layanan-1"))
    answer = office.availability(office.service("layanan-1"), uji.now, given_today)
    returning = office.availability_to_return(office.service("layanan-1"), Role.LOKET, uji.now)
    television = client.get("/uji/display/board.json").json["availability"]["layanan-1"]
    kiosk = client.get("/uji/kiosk/board.json").json["availability"]["layanan-1"]
    told = client.get(f"/t/{phone.token}.json").json["availability"]

    assert television == kiosk == told
    assert (television["is_open"], television["code"]) == (answer.is_open, answer.code.value)
    if answer.opens_again_at is not None:
        assert answer.opens_again_at > uji.now
        assert office.availability(office.service("layanan-1"), answer.opens_again_at, 0).is_open
    taken = outcome(uji.take)
    assert taken == ("" if answer.is_open else answer.code.value)
    asked = next(_nonces)
    walked = outcome(lambda: by(uji, officer.walk_in, "layanan-1", is_priority=False, nonce=f"loket-{asked:08d}"))
    assert walked in (taken, "quota_full")  # the number before it may have been the last one
    came = outcome(lambda: uji.by_itself(visitor.come_back, file, nonce=f"kembali-{asked:08d}", language="id"))
    assert came == ("" if returning.is_open else returning.code.value)
    waiting = uji.state(phone.id)
    uji.by_itself(day.close_when_due)
    if answer.is_open:
        assert uji.state(phone.id) == waiting == State.WAITING
    if answer.code == Code.DAY_CLOSED:
        assert signed == "closing"
    uji.store.write(update(tables.Ticket).values(state=State.DONE))


_nonces = count(1)


def a_file_at_the_first_desk(uji: World) -> tuple[str, int]:
    """The token of one whose applicant is to come back, and the id of its service."""
    with uji.store.read() as connection:
        row = connection.execute(select(tables.Service)).one()
    file = {
        "office_id": uji.id,
        "service_id": row.id,
        "standard_id": row.standard_id,
        "token": f"berkas-{next(_nonces):015d}",
    }
    step = {"state": FileState.RETURNED.value, "step": "terima", "opened_at": uji.now, "since_at": uji.now}
    uji.store.write(insert(tables.FileRecord), {**file, **step})
    return str(file["token"]), row.id


def own_hours_are(uji: World, hours: tuple[tuple[str, str, str], ...]) -> None:
    """Those of the service within the office's."""
    standard = tables.StandardVersion
    with uji.store.read() as connection:
        row = connection.execute(select(standard.id, standard.body)).one()
    said = [{"days": [day], "opens": opens, "closes": closes} for day, opens, closes in hours]
    uji.store.write(update(standard).where(standard.id == row.id).values(body={**row.body, "hours": said}))


def outcome(take: Callable[[], object]) -> str:
    try:
        take()
    except Closed as refused:
        return refused.code
    return ""
