"""Whether a service gives numbers now, and if not, why and when again."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.calendar import Calendar, OpeningHours
from shared.domain.errors import Closed
from shared.domain.queue.availability import Availability, Break, Code, Override, availability, require_open

WIB = ZoneInfo("Asia/Jakarta")
HOLIDAYS = {date(2026, 12, 24): "Cuti Bersama Hari Raya Natal", date(2026, 12, 25): "Hari Raya Natal"}
KNOWN = Calendar(
    hours=(
        *(OpeningHours(day, time(8), time(15), break_from=time(12), break_until=time(13)) for day in range(4)),
        OpeningHours(4, time(8), time(11)),
    ),
    holidays=HOLIDAYS,
)
UNKNOWN = Calendar(holidays=HOLIDAYS)
LUNCH, LATE_LUNCH = Break(time(9), time(9, 30)), Break(time(9, 15), time(10))
FRIDAY = Break(time(9), time(9, 30), weekday=4)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


@pytest.mark.parametrize(
    ("now", "rules", "code", "again"),
    [
        ("2026-11-23 09:00", {}, Code.OPEN, None),
        ("2026-11-23 08:00", {}, Code.OPEN, None),
        ("2026-11-23 07:59", {}, Code.OUTSIDE_HOURS, "2026-11-23 08:00"),
        ("2026-11-23 15:00", {}, Code.OUTSIDE_HOURS, "2026-11-24 08:00"),
        ("2026-11-20 11:00", {}, Code.OUTSIDE_HOURS, "2026-11-23 08:00"),
        ("2026-11-21 09:00", {}, Code.OUTSIDE_HOURS, "2026-11-23 08:00"),
        ("2026-12-24 09:00", {}, Code.HOLIDAY, "2026-12-28 08:00"),
        ("2026-11-23 12:00", {}, Code.BREAK, "2026-11-23 13:00"),
        ("2026-11-23 13:00", {}, Code.OPEN, None),
        # breaks of counters: closed only while all of them rest
        ("2026-11-23 09:10", {"breaks": [[LUNCH]]}, Code.BREAK, "2026-11-23 09:30"),
        ("2026-11-23 09:10", {"breaks": [[LUNCH], []]}, Code.OPEN, None),
        ("2026-11-23 09:10", {"breaks": [[LUNCH], [LATE_LUNCH]]}, Code.OPEN, None),
        ("2026-11-23 09:20", {"breaks": [[LUNCH], [LATE_LUNCH]]}, Code.BREAK, "2026-11-23 09:30"),
        ("2026-11-23 09:20", {"breaks": [[LUNCH, LATE_LUNCH]]}, Code.BREAK, "2026-11-23 10:00"),
        ("2026-11-23 09:10", {"breaks": [[FRIDAY]]}, Code.OPEN, None),
        ("2026-11-20 09:10", {"breaks": [[FRIDAY]]}, Code.BREAK, "2026-11-20 09:30"),
        # the last numbers of the day
        ("2026-11-23 14:29", {"cutoff_minutes": 30}, Code.OPEN, None),
        ("2026-11-23 14:30", {"cutoff_minutes": 30}, Code.CUTOFF, "2026-11-24 08:00"),
        ("2026-11-20 10:45", {"cutoff_minutes": 30}, Code.CUTOFF, "2026-11-23 08:00"),
        # the quota
        ("2026-11-23 09:00", {"quota": 20, "issued_today": 19}, Code.OPEN, None),
        ("2026-11-23 09:00", {"quota": 20, "issued_today": 20}, Code.QUOTA_FULL, "2026-11-24 08:00"),
        ("2026-11-23 09:00", {"quota": 0}, Code.QUOTA_FULL, "2026-11-24 08:00"),
        ("2026-11-23 09:00", {"issued_today": 500}, Code.OPEN, None),
        ("2026-12-23 09:00", {"quota": 1, "issued_today": 1}, Code.QUOTA_FULL, "2026-12-28 08:00"),
        # the supervisor's word
        ("2026-11-23 09:00", {"override": Override(False)}, Code.FORCED_CLOSED, None),
        (
            "2026-11-23 09:00",
            {"override": Override(False, "", at("2026-11-23 10:30"))},
            Code.FORCED_CLOSED,
            "2026-11-23 10:30",
        ),
        (
            "2026-11-23 09:00",
            {"override": Override(False, "", at("2026-11-23 12:30"))},
            Code.FORCED_CLOSED,
            "2026-11-23 13:00",
        ),
        (
            "2026-11-20 09:00",
            {"override": Override(False, "", at("2026-11-20 18:00"))},
            Code.FORCED_CLOSED,
            "2026-11-23 08:00",
        ),
        ("2026-11-23 09:00", {"override": Override(False, "", at("2026-11-23 09:00"))}, Code.OPEN, None),
        ("2026-11-21 09:00", {"override": Override(True)}, Code.FORCED_OPEN, None),
        ("2026-12-25 09:00", {"override": Override(True)}, Code.FORCED_OPEN, None),
        ("2026-11-23 12:30", {"override": Override(True), "breaks": [[LUNCH]]}, Code.FORCED_OPEN, None),
        ("2026-11-23 14:50", {"override": Override(True), "cutoff_minutes": 30}, Code.FORCED_OPEN, None),
        ("2026-11-21 09:00", {"override": Override(True), "quota": 0}, Code.QUOTA_FULL, "2026-11-23 08:00"),
        ("2026-11-23 09:00", {"is_offered": False, "override": Override(True)}, Code.SERVICE_CLOSED, None),
    ],
)
def test_a_service_says_why_it_is_closed_and_when_it_opens_again(
    now: str, rules: dict[str, Any], code: Code, again: str | None
) -> None:
    found = availability(at(now), KNOWN, **rules)

    assert (found.code, found.opens_again_at) == (code, again and at(again))
    assert found.is_open == (code in (Code.OPEN, Code.FORCED_OPEN))
    assert found.opens_again_on == (date.fromisoformat(again[:10]) if again else None)


@pytest.mark.parametrize("now", ["2026-11-23 03:00", "2026-11-21 12:00", "2026-11-22 23:59"])
def test_unknown_hours_mean_open(now: str) -> None:
    assert availability(at(now), UNKNOWN, cutoff_minutes=60) == Availability(True, Code.OPEN)


def test_a_holiday_closes_even_when_the_hours_are_unknown_and_tells_the_day_alone() -> None:
    found = availability(at("2026-12-24 09:00"), UNKNOWN)

    assert found == Availability(False, Code.HOLIDAY, "Cuti Bersama Hari Raya Natal", date(2026, 12, 28), None)


def test_the_reason_of_a_forced_word_is_passed_on() -> None:
    assert (
        availability(at("2026-11-23 09:00"), KNOWN, override=Override(False, "Listrik padam")).reason == "Listrik padam"
    )
    assert (
        availability(at("2026-11-21 09:00"), KNOWN, override=Override(True, "Layanan malam")).reason == "Layanan malam"
    )


def test_who_asks_for_a_number_of_a_closed_service_is_refused_with_the_same_code() -> None:
    require_open(availability(at("2026-11-23 09:00"), KNOWN))

    with pytest.raises(Closed) as refused:
        require_open(availability(at("2026-11-23 07:00"), KNOWN))

    assert refused.value.code == "outside_hours"
    assert refused.value.facts["opens_again_at"] == at("2026-11-23 08:00")


@settings(deadline=None)
@given(
    st.datetimes(datetime(2026, 11, 1), datetime(2027, 1, 31), timezones=st.just(WIB)),
    st.lists(st.lists(st.sampled_from([LUNCH, LATE_LUNCH, FRIDAY]), max_size=2), max_size=3),
    st.integers(0, 60),
)
def test_at_the_promised_moment_the_service_is_open_again(
    now: datetime, breaks: list[list[Break]], cutoff_minutes: int
) -> None:
    found = availability(now, KNOWN, breaks=breaks, cutoff_minutes=cutoff_minutes)

    if found.is_open:
        assert found.opens_again_at is None
    else:
        assert found.opens_again_at is not None
        assert found.opens_again_at > now
        assert availability(found.opens_again_at, KNOWN, breaks=breaks, cutoff_minutes=cutoff_minutes).is_open
