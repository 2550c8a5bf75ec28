"""Whether a number is given: hours, holidays, words of the supervisor and quotas, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update
from world import MORNING, World, dump

from shared.domain.errors import Closed
from shared.store import reads, tables


def put(office: World, table: type[Any], **columns: Any) -> None:
    office.store.write_with(lambda c: c.execute(insert(table), {"office_id": office.id, **columns}))
    renew(office)


def quota(office: World, numbers: int) -> None:
    office.store.write(update(tables.Service).where(tables.Service.slug == "layanan-1").values(quota=numbers))
    renew(office)


def renew(office: World) -> None:
    mine = tables.Office.id == office.id
    office.store.write(update(tables.Office).where(mine).values(setup_version=tables.Office.setup_version + 1))


def refusal(office: World) -> Closed:
    before = dump(office.store)
    with pytest.raises(Closed) as refused:
        office.take()
    assert dump(office.store) == before, "a refusal changed something"
    return refused.value


def test_an_office_that_wrote_no_hours_gives_numbers(office: Callable[..., World]) -> None:
    assert office().take().number == "A-001"


def test_a_holiday_gives_no_number_and_says_when_again(office: Callable[..., World]) -> None:
    here = office()
    put(here, tables.Holiday, on_day=date(2026, 11, 23), name="Hari Uji")

    refused = refusal(here)

    assert (refused.code, refused.facts["reason"]) == ("holiday", "Hari Uji")
    board = reads.board(here.store, here.id, here.now)
    assert board["availability"]["layanan-1"]["opens_again_on"] == "2026-11-24"


def test_hours_open_and_close_the_office_by_its_own_clock(office: Callable[..., World]) -> None:
    here = office()
    put(here, tables.Hours, weekday=0, opens=time(8), closes=time(14))

    here.now = MORNING - timedelta(minutes=1)
    assert refusal(here).facts["opens_again_at"] == MORNING
    here.now = MORNING
    assert here.take().number == "A-001"
    here.now = datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert refusal(here).code == "outside_hours"


def test_a_word_of_the_supervisor_closes_until_its_time_is_over(office: Callable[..., World]) -> None:
    here = office()
    until = MORNING + timedelta(hours=1)
    put(here, tables.ScheduleOverride, is_open=False, reason="Listrik padam", until_at=until, made_at=MORNING)

    assert refusal(here).code == "forced_closed"
    here.now = until
    assert here.take().number == "A-001"


def test_a_counter_that_rests_closes_the_service_only_when_no_other_serves_it(office: Callable[..., World]) -> None:
    here = office(counters=2)
    counters = [counter.id for counter in here.store.office_config(here.id).counters]
    rest = {"begins": time(8), "ends": time(9)}
    here.store.write(insert(tables.CounterBreak), {"counter_id": counters[0], **rest})
    renew(here)
    assert here.take().number == "A-001"

    here.store.write(insert(tables.CounterBreak), {"counter_id": counters[1], **rest})
    renew(here)
    assert refusal(here).code == "break"


def test_the_last_place_of_a_quota_is_given_once(office: Callable[..., World]) -> None:
    here = office()
    quota(here, 3)
    here.take()
    here.take()
    outcomes: list[str] = []

    def ask() -> None:
        try:
            outcomes.append(here.take().number)
        except Closed as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["A-003", *["quota_full"] * 7]


def test_the_same_nonce_gives_the_ticket_even_when_the_quota_is_full(office: Callable[..., World]) -> None:
    here = office()
    quota(here, 1)
    first = here.take(nonce="nonce-of-the-last")

    assert here.take(nonce="nonce-of-the-last").id == first.id
