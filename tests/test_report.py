"""What a period's report counts: visits and files as their events tell them, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import world
from desks import APPLICANT, Desks
from sqlalchemy import insert
from world import World

from shared.domain.calendar import Calendar, Light
from shared.domain.files.procedure import FileAction
from shared.domain.reports.files import FileEvent, FileFact, file_figures
from shared.domain.reports.period import Period, PeriodKind, parse
from shared.domain.reports.visits import Spread, change, spread
from shared.engine.files import register
from shared.engine.queue import day, officer
from shared.engine.reports.today import today
from shared.store import tables
from shared.store.files import views as file_views
from shared.store.office import Store
from shared.store.reports.period import PeriodReport, period_report


def report(store: Store, office_id: int, period: Period, now: datetime, service_id: int | None = None) -> PeriodReport:
    with store.read() as connection:
        office = store.office_configs.read(connection, office_id)
        return period_report(connection, store.office_configs, office, period, now, service_id)


def of_today(here: World) -> PeriodReport:
    return report(here.store, here.id, Period.of(PeriodKind.DAY, here.now.date()), here.now)


@pytest.mark.parametrize(
    ("durations", "expected"),
    [
        ([], Spread(0)),
        ([None], Spread(0)),
        ([60], Spread(1, 60.0, 60)),
        ([30, None, 10], Spread(2, 20.0, 30)),
        (list(range(10, 0, -1)), Spread(10, 5.5, 9)),
        (list(range(1, 12)), Spread(11, 6.0, 10)),
    ],
)
def test_the_90th_percentile_is_a_duration_that_occurred(durations: list[int | None], expected: Spread) -> None:
    assert spread(durations) == expected


def test_against_nothing_there_is_no_change() -> None:
    assert (change(110, 100), change(0, 4), change(3, 0), change(None, 2)) == (0.1, -1.0, None, None)


def test_a_served_visit_has_its_wait_and_its_service(store: Store) -> None:
    here = world.office(store)
    taken = here.take()
    here.later(minutes=7)
    here.call_next()
    here.later(minutes=1)
    here.act("start", taken.id)
    here.later(minutes=5)
    here.act("finish", taken.id)

    total = of_today(here).visits.total

    assert (total.taken, total.called, total.served) == (1, 1, 1)
    assert (total.wait, total.service) == (Spread(1, 420.0, 420), Spread(1, 300.0, 300))


def test_what_was_taken_back_or_called_by_mistake_was_not(store: Store) -> None:
    here = world.office(store)
    first, second = here.take(), here.take("layanan-2")
    here.later(minutes=2)
    here.call_next()
    here.later(seconds=3)
    here.do(officer.undo)
    here.later(minutes=1)
    here.do(officer.call_number, second.number, "reason")
    here.later(seconds=30)
    here.act("recall", second.id)
    here.act("release", second.id)
    here.later(minutes=1)
    here.call_next()
    here.act("start", first.id)
    here.later(minutes=4)
    here.act("finish", first.id)
    here.later(seconds=2)
    here.do(officer.undo)
    here.later(minutes=1)
    here.act("finish", first.id)

    visits = of_today(here).visits

    assert (visits.total.called, visits.total.served, visits.total.here) == (1, 1, 1)
    assert visits.total.wait == Spread(1, 273.0, 273)
    assert visits.total.service == Spread(1, 302.0, 302)
    assert [line.calls for line in visits.by_counter.values()] == [1]


def test_every_visit_has_one_outcome_and_they_add_up(store: Store) -> None:
    here = world.office(store)
    served, missed, left, night = (here.take(is_priority=number == 2) for number in range(4))
    here.do(officer.call_number, served.number, "x")
    here.act("start", served.id)
    here.act("finish", served.id)
    here.do(officer.call_number, missed.number, "x")
    here.act("miss", missed.id)
    here.act("cancel", left.id, reason="left")
    walk_in = here.do(officer.walk_in, "layanan-1", is_priority=False, nonce="walk-in-0001")
    here.by_itself(day._expire, [here.store.change(here.id, here.actor(), lambda tx: tx.ticket(night.id))])

    total = of_today(here).visits.total

    assert (total.taken, total.served, total.missed, total.cancelled, total.expired, total.here) == (5, 1, 1, 1, 1, 1)
    assert (total.priority, total.walk_in) == (1, 1)
    assert walk_in.id


def test_a_visit_that_is_sent_on_waits_twice_and_is_one_visit(store: Store) -> None:
    here = world.office(store, services=1, counters=2)
    taken = here.take()
    here.later(minutes=3)
    here.call_next(1)
    here.act("start", taken.id)
    here.later(minutes=2)
    here.act("transfer", taken.id, to_counter=2)
    here.later(minutes=10)
    here.call_next(2)
    here.act("start", taken.id, counter=2)
    here.later(minutes=4)
    here.act("finish", taken.id, counter=2)

    visits = of_today(here).visits

    assert (visits.total.taken, visits.total.served) == (1, 1)
    assert (visits.total.wait.median_s, visits.total.service.median_s) == (180.0, 360.0)
    lines = {key: (line.calls, line.wait.median_s, line.service.median_s) for key, line in visits.by_counter.items()}
    assert lines == {here.counter_id(1): (1, 180.0, 120.0), here.counter_id(2): (1, 600.0, 240.0)}


def test_a_day_ends_at_midnight_in_the_office(store: Store) -> None:
    here = world.office(store)
    here.now = datetime(2026, 11, 30, 16, 59, tzinfo=UTC)  # 23.59 in Jakarta
    here.take()
    here.later(minutes=2)
    here.take()

    counts = [report(store, here.id, parse(text), here.now).visits.total.taken for text in ("2026-11", "2026-12-01")]

    assert counts == [1, 1]


def signed(here: World, period: str, made_at: datetime) -> None:
    row = {"office_id": here.id, "period": period, "number": f"1/{period}", "place": "Uji", "on_day": made_at.date()}
    row |= {"signer": {}, "officer_id": here.officer(1), "made_at": made_at, "figures": {}}
    here.store.write(insert(tables.ReportRecord), row)


def enter_late(here: World, taken_at: datetime) -> None:
    served = {"started_at": taken_at + timedelta(minutes=4), "finished_at": taken_at + timedelta(minutes=9)}
    here.do(day.enter_late, "layanan-1", written="7", taken_at=taken_at, nonce=f"late-{taken_at:%d%H%M}", **served)


def test_what_is_entered_after_the_months_report_stands_in_the_next_with_a_mark(store: Store) -> None:
    here = world.office(store)
    here.now = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    enter_late(here, datetime(2026, 11, 27, 3, 0, tzinfo=UTC))
    here.later(days=1)
    signed(here, "2026-11", here.now)
    here.later(hours=1)
    enter_late(here, datetime(2026, 11, 27, 4, 0, tzinfo=UTC))
    here.later(days=40)

    found = {
        text: report(store, here.id, parse(text), here.now) for text in ("2026-11", "2026-12", "2026-Q4", "2027-01")
    }

    taken = {text: (each.visits.total.taken, each.visits.total.late) for text, each in found.items()}
    assert taken == {"2026-11": (1, 0), "2026-12": (1, 1), "2026-Q4": (2, 1), "2027-01": (0, 0)}
    assert [visit.on_day for visit in found["2026-12"].late] == [date(2026, 12, 2)]
    assert found["2026-12"].visits.total.wait == Spread(1, 240.0, 240)


def test_files_come_in_are_returned_rest_end_and_are_in_time(store: Store) -> None:
    desks = Desks(store)
    desks.to_step("done")  # the way to its end
    desks.later(minutes=30)
    returned = desks.take()
    desks.serve_next()
    desks.receive("loket1", returned.id, FileAction.RETURN_TO_APPLICANT, reason="KK belum ada", collected={})
    lies = desks.to_step("account")
    desks.act("kasi" if desks.file(lies).step == "validate" else "operator", lies, FileAction.PAUSE, reason="power_cut")
    desks.later(hours=1)

    found = report(store, desks.id, parse("2026-11"), desks.now).files

    assert (found.total.received, found.total.returned, found.total.finished, found.total.open) == (2, 1, 1, 1)
    assert (found.total.on_time_gross, found.total.on_time_net, found.total.late) == (1, 1, 0)
    assert found.reasons == {("return_to_applicant", "KK belum ada"): 1, ("pause", "power_cut"): 1}
    assert found.ages == (1, 0, 0, 0, 0)
    assert found.by_village == {"35.08.20.2001": 2}
    assert sum(line.left for line in found.steps.values()) == sum(found.flow.values())


def test_an_act_that_was_taken_back_is_in_no_figure(store: Store) -> None:
    desks = Desks(store)
    case = desks.to_step("validate")
    desks.act("kasi", case, FileAction.RETURN_TO_APPLICANT, reason="Salah alamat")
    desks.undo("kasi", case)

    found = report(store, desks.id, parse("2026-11"), desks.now).files

    assert (found.total.returned, dict(found.reasons), found.total.open) == (0, {}, 1)


def test_what_was_open_at_the_end_of_a_past_period_is_still_counted_there(store: Store) -> None:
    desks = Desks(store)
    case: Any = desks.to_step("archive")
    desks.later(days=14)
    desks.act("sekretariat", case, FileAction.ADVANCE, collected={"archive": {"number": "7", "place": "Rak 2"}})

    then = report(store, desks.id, parse("2026-11"), desks.now).files
    now = report(store, desks.id, parse("2026-12"), desks.now).files

    assert (then.total.open, then.total.uncollected, then.ages) == (1, 0, (0, 1, 0, 0, 0))
    assert (now.total.open, now.total.uncollected, now.uncollected_ages) == (1, 1, (0, 0, 1, 0, 0))


def test_a_result_that_is_ready_keeps_its_promise_however_late_it_is_collected(store: Store) -> None:
    desks = Desks(store)
    undone, case = desks.to_step("archive"), desks.to_step("handover")
    office = store.office_config(desks.id)

    def late() -> tuple[int, int, tuple[int, int], list[int], list[Light | None]]:
        figures = report(store, desks.id, parse("2026-12"), desks.now).files.total
        with store.read() as connection:
            under_way, overdue = file_views.overdue(connection, store.office_configs, office, desks.now)
            listed = [each.id for each in today(connection, store.office_configs, office, desks.now).late]
        lights = [each.light for each in desks.tray("admin").files]
        return figures.late, figures.finished, (under_way, overdue), listed, lights

    desks.later(days=14)

    assert late() == (1, 0, (2, 1), [undone], [Light.RED, None])
    assert [each.is_ready for each in desks.tray("admin").files] == [False, True]
    desks.go_on(undone, "handover")
    assert late() == (0, 0, (2, 0), [], [None, None])
    for each in (case, undone):
        desks.go_on(each, "recap")
    assert late()[:2] == (0, 2)
    kept = report(store, desks.id, parse("2026-12"), desks.now).files.total
    assert (kept.on_time_gross, kept.on_time_net) == (1, 1)


def test_time_elsewhere_that_has_moved_the_promise_is_not_taken_off_once_more() -> None:
    begins, hours = datetime(2026, 11, 2, 1, 0, tzinfo=UTC), timedelta(hours=1)
    away = (begins, begins + 40 * hours)
    ended = FileEvent(begins + 70 * hours, "hand_over", "open", "completed", "give")
    file = FileFact(1, 1, "", begins, begins + 64 * hours, ended.at, (away,), (away,), (ended,))

    found = file_figures([file], begins, begins + 90 * hours, begins + 90 * hours, Calendar())

    assert (found.total.finished, found.total.on_time_gross, found.total.on_time_net) == (1, 0, 0)


@pytest.mark.parametrize(
    ("amended", "corrected", "expected"),
    [
        ("wates  kulon", "", "35.08.20.2010"),
        ("Luar kabupaten", "", "Luar kabupaten"),
        ("Wates Kulon", "35.08.20.2003", "35.08.20.2003"),
    ],
)
def test_a_file_counts_for_the_village_that_the_register_says(
    sqlite_store: Store, amended: str, corrected: str, expected: str
) -> None:
    desks = Desks(sqlite_store)
    case = desks.to_step("confirm")
    desks.later(minutes=1)
    desks.store.change(desks.id, desks.actor("kasi"), register.amend, case, "village", amended, "Salah tulis")
    if corrected:
        desks.later(minutes=1)
        desks.act("operator", case, FileAction.CORRECT, applicant={**APPLICANT, "village": corrected})

    assert report(desks.store, desks.id, parse("2026-11"), desks.now).files.by_village == {expected: 1}
