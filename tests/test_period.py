"""Periods of reports: which days they hold, how an address names them, what lies before."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import Invalid
from shared.domain.reports.period import Period, PeriodKind, parse

DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))
KINDS = st.sampled_from(list(PeriodKind))


@pytest.mark.parametrize(
    ("address", "first", "last", "before", "a_year_ago"),
    [
        ("2026-11-26", "2026-11-26", "2026-11-26", "2026-11-25", "2025-11-26"),
        ("2028-02-29", "2028-02-29", "2028-02-29", "2028-02-28", "2027-02-28"),
        ("2026-W53", "2026-12-28", "2027-01-03", "2026-W52", "2025-W52"),
        ("2027-W01", "2027-01-04", "2027-01-10", "2026-W53", "2026-W01"),
        ("2026-03", "2026-03-01", "2026-03-31", "2026-02", "2025-03"),
        ("2026-01", "2026-01-01", "2026-01-31", "2025-12", "2025-01"),
        ("2026-Q1", "2026-01-01", "2026-03-31", "2025-Q4", "2025-Q1"),
        ("2026-S2", "2026-07-01", "2026-12-31", "2026-S1", "2025-S2"),
        ("2026", "2026-01-01", "2026-12-31", "2025", "2025"),
        ("2028-02-20..2028-02-29", "2028-02-20", "2028-02-29", "2028-02-10..2028-02-19", "2027-02-20..2027-02-28"),
    ],
)
def test_an_address_names_a_period(address: str, first: str, last: str, before: str, a_year_ago: str) -> None:
    period = parse(address)

    assert (period.first.isoformat(), period.last.isoformat(), period.address) == (first, last, address)
    assert (period.previous().address, period.year_before().address) == (before, a_year_ago)


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-13", "2026-02-30", "2026-W54", "2025-W53", "2026-Q5", "2026-S3", "2026-1", "٢٠٢٦-11", "20260105",
     "2026-02-10..2026-01-05", "2026-01-05..", "..", "2026..2027", "1990-01-01..2026-01-01", "2026-11-26T00:00"],
)  # fmt: skip
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="period"):
        parse(text)


@given(KINDS, DAYS)
def test_every_address_is_read_back_and_periods_follow_each_other_without_a_gap(kind: PeriodKind, day: date) -> None:
    period = Period.of(kind, day)

    assert period.contains(day)
    assert parse(period.address) == period
    assert period.previous().last + timedelta(days=1) == period.first
    assert period.last + timedelta(days=1) == period.next().first
    assert period.next().previous() == period
    assert len(list(period.each_day())) == period.days


def test_a_semester_is_six_months_and_begins_at_midnight_in_the_office() -> None:
    semester, zone = parse("2026-S2"), ZoneInfo("Asia/Jayapura")

    assert [month.address for month in semester.months()] == [f"2026-{month:02}" for month in range(7, 13)]
    assert semester.starts_at(zone).isoformat() == "2026-07-01T00:00:00+09:00"
    assert semester.ends_at(zone).isoformat() == "2027-01-01T00:00:00+09:00"
