"""When the office works, and when a promise is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.calendar import (
    Calendar,
    Convention,
    Light,
    OpeningHours,
    due_at,
    later,
    light,
    net_s,
    paused_s,
    promised_at,
    working_time_s,
)
from shared.domain.errors import Invalid
from shared.domain.standards.parts import Unit

WIB = ZoneInfo("Asia/Jakarta")
NEXT, SAME_DAY = Convention.NEXT, Convention.SAME_DAY

HOLIDAYS = {
    date.fromisoformat(day): name
    for day, name in {
        "2026-02-16": "Cuti Bersama Tahun Baru Imlek",
        "2026-02-17": "Tahun Baru Imlek",
        "2026-03-18": "Cuti Bersama Hari Suci Nyepi",
        "2026-03-19": "Hari Suci Nyepi",
        "2026-03-20": "Cuti Bersama Hari Raya Idul Fitri",
        "2026-03-21": "Hari Raya Idul Fitri",
        "2026-03-22": "Hari kedua dari Hari Raya Idul Fitri",
        "2026-03-23": "Cuti Bersama Hari Raya Idul Fitri",
        "2026-03-24": "Cuti Bersama Hari Raya Idul Fitri",
        "2026-04-03": "Wafat Yesus Kristus",
        "2026-04-05": "Kebangkitan Yesus Kristus",
        "2026-05-27": "Hari Raya Idul Adha",
        "2026-05-28": "Cuti Bersama Hari Raya Idul Adha",
        "2026-12-24": "Cuti Bersama Hari Raya Natal",
        "2026-12-25": "Hari Raya Natal",
        "2027-01-01": "Tahun Baru Masehi",
        "2027-03-08": "Hari Suci Nyepi",
        "2027-03-09": "Cuti Bersama Hari Raya Idul Fitri",
        "2027-03-10": "Hari Raya Idul Fitri (perkiraan)",
        "2027-03-11": "Hari kedua dari Hari Raya Idul Fitri (perkiraan)",
        "2027-03-12": "Cuti Bersama Hari Raya Idul Fitri",
        "2027-03-15": "Cuti Bersama Hari Raya Idul Fitri",
    }.items()
}
"""The holidays and collective leave that the cases below run into, from the decrees of 2026 and 2027."""

RAMADAN = (date(2026, 2, 18), date(2026, 3, 17))


def written_hours() -> tuple[OpeningHours, ...]:
    """A week with a lunch break and a short Friday, and the Ramadan hours of Lumajang (1447 H)."""
    plain = [OpeningHours(day, time(7, 30), time(15, 30), None, None, time(12), time(13)) for day in range(4)]
    ramadan = [OpeningHours(day, time(8), time(15), *RAMADAN) for day in range(4)]
    return (*plain, OpeningHours(4, time(7, 30), time(11, 30)), *ramadan, OpeningHours(4, time(7), time(11), *RAMADAN))


UNKNOWN = Calendar(holidays=HOLIDAYS)
KNOWN = Calendar(hours=written_hours(), holidays=HOLIDAYS)


def at(text: str) -> datetime:
    """`"2026-11-20 14:00"` in western Indonesian time."""
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


moments = st.datetimes(datetime(2026, 1, 5), datetime(2027, 3, 31), timezones=st.just(WIB))
calendars = st.sampled_from([KNOWN, UNKNOWN])


@pytest.mark.parametrize(
    ("complete_on", "working_days", "due_on"),
    [
        ("2026-02-13", 1, "2026-02-18"),  # Monday leave, Tuesday Imlek
        ("2026-04-02", 1, "2026-04-06"),  # Good Friday and a weekend
        ("2026-05-26", 1, "2026-05-29"),  # Idul Adha and leave
        ("2026-11-20", 3, "2026-11-25"),  # a plain weekend
        ("2027-03-05", 1, "2027-03-16"),  # Nyepi, Idul Fitri (estimated), leave
    ],
)
def test_a_promise_is_due_at_the_close_of_the_nth_working_day(complete_on: str, working_days: int, due_on: str) -> None:
    complete_at = at(f"{complete_on} 10:00")

    assert due_at(complete_at, working_days, UNKNOWN) == at(f"{due_on} 23:59")
    assert due_at(complete_at, working_days, KNOWN).date() == date.fromisoformat(due_on)


@pytest.mark.parametrize(
    ("complete_at", "working_days", "convention", "due"),
    [
        ("2026-11-23 09:00", 1, NEXT, "2026-11-24 15:30"),
        ("2026-11-23 09:00", 1, SAME_DAY, "2026-11-23 15:30"),
        ("2026-11-23 09:00", 2, SAME_DAY, "2026-11-24 15:30"),
        # around Friday afternoon
        ("2026-11-20 11:29", 1, SAME_DAY, "2026-11-20 11:30"),
        ("2026-11-20 11:30", 1, SAME_DAY, "2026-11-23 15:30"),
        ("2026-11-20 14:00", 1, SAME_DAY, "2026-11-23 15:30"),
        ("2026-11-20 14:00", 1, NEXT, "2026-11-23 15:30"),
        ("2026-11-19 14:00", 1, NEXT, "2026-11-20 11:30"),
        # accepted before the doors open, and on free days
        ("2026-11-23 06:00", 1, SAME_DAY, "2026-11-23 15:30"),
        ("2026-11-21 10:00", 1, NEXT, "2026-11-23 15:30"),
        ("2026-11-21 10:00", 1, SAME_DAY, "2026-11-23 15:30"),
        ("2026-12-25 10:00", 1, SAME_DAY, "2026-12-28 15:30"),
        # Ramadan: other hours, Friday until 11
        ("2026-02-26 10:00", 1, NEXT, "2026-02-27 11:00"),
        ("2026-02-27 10:30", 1, SAME_DAY, "2026-02-27 11:00"),
        ("2026-02-27 11:00", 1, SAME_DAY, "2026-03-02 15:00"),
        ("2026-03-17 10:00", 1, NEXT, "2026-03-25 15:30"),
        ("2026-02-13 10:00", 1, NEXT, "2026-02-18 15:00"),
        # the year's end
        ("2026-12-23 10:00", 1, NEXT, "2026-12-28 15:30"),
        ("2026-12-31 10:00", 1, NEXT, "2027-01-04 15:30"),
        ("2026-12-31 10:00", 2, SAME_DAY, "2027-01-04 15:30"),
    ],
)
def test_due_moments_follow_hours_holidays_and_convention(
    complete_at: str, working_days: int, convention: Convention, due: str
) -> None:
    assert due_at(at(complete_at), working_days, KNOWN, convention) == at(due)


def test_a_promise_of_no_day_at_all_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="one day or more"):
        due_at(at("2026-11-23 09:00"), 0, KNOWN)


@pytest.mark.parametrize(("zone", "due"), [("Asia/Jakarta", "2026-11-24"), ("Asia/Jayapura", "2026-11-25")])
def test_the_day_of_acceptance_is_the_day_in_the_office_s_own_zone(zone: str, due: str) -> None:
    late_in_the_evening = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # 23:30 in Jakarta, 01:30 next day in Jayapura

    found = due_at(late_in_the_evening, 1, Calendar(zone=ZoneInfo(zone)))

    assert found.isoformat(timespec="minutes")[:16] == f"{due}T23:59"


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1)])
def test_no_day_in_indonesia_has_23_or_25_hours(zone: str, day: date) -> None:
    start = datetime.combine(day, time(), ZoneInfo(zone))

    assert working_time_s(start, start + timedelta(days=1), Calendar(zone=ZoneInfo(zone))) == 24 * 3600


@pytest.mark.parametrize(
    ("complete_at", "value", "unit", "due"),
    [
        ("2026-11-23 09:00", 30, Unit.MINUTES, "2026-11-23 09:30"),
        ("2026-11-23 11:45", 30, Unit.MINUTES, "2026-11-23 13:15"),  # over the lunch break
        ("2026-11-23 11:30", 30, Unit.MINUTES, "2026-11-23 12:00"),
        ("2026-11-23 14:30", 2, Unit.HOURS, "2026-11-24 08:30"),
        ("2026-11-20 11:00", 2, Unit.HOURS, "2026-11-23 09:00"),
        ("2026-11-21 11:00", 15, Unit.MINUTES, "2026-11-23 07:45"),
        ("2026-02-27 10:30", 1, Unit.HOURS, "2026-03-02 08:30"),
        ("2026-11-23 09:00", 1, Unit.WORKING_DAYS, "2026-11-24 15:30"),
    ],
)
def test_minutes_and_hours_run_only_while_the_office_works(complete_at: str, value: int, unit: Unit, due: str) -> None:
    assert promised_at(at(complete_at), value, unit, KNOWN) == at(due)


def test_minutes_run_plainly_while_the_hours_are_unknown() -> None:
    assert promised_at(at("2026-11-21 23:50"), 30, Unit.MINUTES, UNKNOWN) == at("2026-11-22 00:20")


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        ("2026-11-20", True),
        ("2026-11-21", False),
        ("2026-11-22", False),
        ("2026-02-16", False),
        ("2026-12-25", False),
        ("2026-12-31", True),
    ],
)
def test_weekends_holidays_and_leave_are_no_working_days(day: str, is_working: bool) -> None:
    assert KNOWN.is_working_day(date.fromisoformat(day)) is is_working
    assert UNKNOWN.is_working_day(date.fromisoformat(day)) is is_working


def test_a_saturday_with_written_hours_is_a_working_day() -> None:
    calendar = Calendar(hours=(*written_hours(), OpeningHours(5, time(8), time(12))))

    assert due_at(at("2026-11-20 09:00"), 1, calendar) == at("2026-11-21 12:00")


def test_the_narrowest_range_of_hours_wins() -> None:
    one_day = OpeningHours(4, time(9), time(10), date(2026, 2, 27), date(2026, 2, 27))
    calendar = Calendar(hours=(one_day, *written_hours()))

    assert calendar.hours_of(date(2026, 2, 20)) == OpeningHours(4, time(7), time(11), *RAMADAN)
    assert calendar.hours_of(date(2026, 2, 27)) == one_day


def test_an_office_without_written_hours_is_open_every_day_but_the_holidays() -> None:
    saturday, holiday = date(2026, 11, 21), date(2026, 12, 25)

    opening = UNKNOWN.opening(saturday)

    assert opening is not None
    assert not opening.is_known
    assert UNKNOWN.opening(holiday) is None
    assert KNOWN.opening(saturday) is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (lambda: OpeningHours(7, time(8), time(15)), "weekday"),
        (lambda: OpeningHours(0, time(15), time(8)), "closes"),
        (lambda: OpeningHours(0, time(8), time(8)), "closes"),
        (lambda: OpeningHours(0, time(8), time(15), date(2026, 3, 1), date(2026, 2, 1)), "until_on"),
        (lambda: OpeningHours(0, time(8), time(15), break_from=time(12)), "break_until"),
        (lambda: OpeningHours(0, time(8), time(15), break_from=time(13), break_until=time(12)), "break_from"),
        (lambda: OpeningHours(0, time(8), time(15), break_from=time(7), break_until=time(9)), "break_from"),
        (lambda: Calendar(weekdays=frozenset()), "weekdays"),
    ],
)
def test_hours_that_make_no_sense_are_refused(wrong: Callable[[], object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        wrong()

    assert refused.value.facts["fields"] == [field]


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-23 09:00", "2026-11-23 11:00", 2.0),
        ("2026-11-23 11:00", "2026-11-23 14:00", 2.0),
        ("2026-11-23 12:15", "2026-11-23 12:45", 0.0),
        ("2026-11-20 10:30", "2026-11-23 08:30", 2.0),
        ("2026-12-23 14:30", "2026-12-28 08:30", 2.0),
        ("2026-02-27 10:00", "2026-03-02 09:00", 2.0),
        ("2026-11-23 11:00", "2026-11-23 09:00", 0.0),
    ],
)
def test_working_time_leaves_out_nights_breaks_and_holidays(start: str, end: str, hours: float) -> None:
    assert working_time_s(at(start), at(end), KNOWN) == hours * 3600


def test_pauses_are_taken_off_once_even_when_they_overlap() -> None:
    accepted_at, end = at("2026-11-23 08:00"), at("2026-11-24 08:30")
    outage = (at("2026-11-23 09:00"), at("2026-11-23 10:00"))
    waiting = (at("2026-11-23 09:30"), at("2026-11-23 10:30"))
    over_night = (at("2026-11-23 15:00"), None)

    # Monday 8 to 15:30 without the break: 6.5 h, Tuesday 1 h; rested: 1.5 h, then 0.5 h and 1 h.
    assert net_s(accepted_at, end, [over_night, waiting, outage], KNOWN) == 4.5 * 3600


@pytest.mark.parametrize(
    ("now", "colour"),
    [
        ("2026-11-23 09:00", Light.GREEN),
        ("2026-11-24 11:00", Light.GREEN),
        ("2026-11-24 13:00", Light.AMBER),
        ("2026-11-24 15:30", Light.AMBER),
        ("2026-11-24 15:31", Light.RED),
        ("2026-11-26 09:00", Light.RED),
    ],
)
def test_the_light_turns_amber_in_the_last_quarter_and_red_when_the_promise_is_broken(now: str, colour: Light) -> None:
    assert light(at(now), at("2026-11-24 15:30"), at("2026-11-23 11:00"), KNOWN) == colour


@settings(deadline=None)
@given(calendars, moments, st.integers(1, 12), st.sampled_from(Convention))
def test_a_due_moment_is_the_close_of_a_working_day_and_never_past(
    calendar: Calendar, complete_at: datetime, working_days: int, convention: Convention
) -> None:
    due = due_at(complete_at, working_days, calendar, convention)
    opening = calendar.opening(due.date())

    assert due > complete_at
    assert calendar.is_working_day(due.date())
    assert opening is not None
    assert due == opening.closes_at
    assert due <= due_at(complete_at, working_days, calendar, NEXT)
    assert due < due_at(complete_at, working_days + 1, calendar, convention)


@settings(deadline=None)
@given(calendars, moments, moments, st.integers(1, 5), st.sampled_from(Convention))
def test_who_comes_later_is_never_promised_an_earlier_moment(
    calendar: Calendar, one: datetime, other: datetime, working_days: int, convention: Convention
) -> None:
    first, second = sorted((one, other))

    assert due_at(first, working_days, calendar, convention) <= due_at(second, working_days, calendar, convention)


@settings(deadline=None)
@given(calendars, moments, st.integers(0, 6000))
def test_so_many_working_minutes_lie_between_start_and_due(calendar: Calendar, start: datetime, minutes: int) -> None:
    due = later(start, minutes * 60, calendar)

    assert working_time_s(start, due, calendar) == minutes * 60
    assert calendar.hours or due == start + timedelta(minutes=minutes) or _meets_a_holiday(start, due)


def _meets_a_holiday(start: datetime, end: datetime) -> bool:
    return any(start.date() <= day <= end.date() for day in HOLIDAYS)


@settings(deadline=None)
@given(calendars, st.lists(moments, min_size=3, max_size=3).map(sorted))
def test_working_time_adds_up_and_never_exceeds_the_clock(calendar: Calendar, three: list[datetime]) -> None:
    start, middle, end = three

    whole = working_time_s(start, end, calendar)

    assert whole == pytest.approx(
        working_time_s(start, middle, calendar) + working_time_s(middle, end, calendar), abs=1e-3
    )
    assert 0 <= whole <= (end - start).total_seconds() + 1e-3


@settings(deadline=None)
@given(
    calendars,
    st.lists(moments, min_size=2, max_size=2).map(sorted),
    st.lists(st.tuples(moments, st.none() | st.integers(0, 500_000)), max_size=4),
)
def test_net_and_paused_time_make_up_the_working_time(
    calendar: Calendar, both: list[datetime], rests: list[tuple[datetime, int | None]]
) -> None:
    start, end = both
    pauses = [(began, None if length is None else began + timedelta(seconds=length)) for began, length in rests]

    net, paused = net_s(start, end, pauses, calendar), paused_s(start, end, pauses, calendar)

    assert net + paused == pytest.approx(working_time_s(start, end, calendar))
    assert net >= -1e-3
    assert paused >= 0
