"""Why no numbers are given and when again: one sentence for every screen, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.domain.queue.availability import Availability, Code
from shared.domain.queue.board import facts
from shared.web.opening import Opening, with_words
from shared.words import LANGUAGES, words

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
TODAY_AT_ONE = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
TOMORROW = datetime(2026, 11, 27, 0, 30, tzinfo=UTC)
OPEN = Availability(True, Code.OPEN)


def board(*found: Availability) -> Opening:
    return with_words({f"layanan-{place}": facts(one) for place, one in enumerate(found)}, WIB, NOW)


def test_an_open_office_says_nothing() -> None:
    told = board(OPEN, Availability(False, Code.QUOTA_FULL))

    assert told["closed"] is None
    assert "words" not in told["availability"]["layanan-0"]
    assert told["availability"]["layanan-1"]["words"]["id"] == ["Nomor hari ini habis.", ""]


@pytest.mark.parametrize(
    ("found", "indonesian", "english"),
    [
        (
            Availability(False, Code.BREAK, opens_again_on=date(2026, 11, 26), opens_again_at=TODAY_AT_ONE),
            "Sedang istirahat. Buka lagi hari ini pukul 13.00.",
            "Taking a break. Open again today at 13:00.",
        ),
        (
            Availability(False, Code.HOLIDAY, "Hari Jadi Lumajang", date(2026, 11, 27), TOMORROW),
            "Saat ini tidak menerima nomor baru. Hari Jadi Lumajang. Buka lagi Jumat, 27 November pukul 07.30.",
            "No numbers are given now. Hari Jadi Lumajang. Open again on Friday, 27 November at 07:30.",
        ),
        (
            Availability(False, Code.OUTSIDE_HOURS, opens_again_on=date(2026, 11, 27)),
            "Saat ini tidak menerima nomor baru. Buka lagi Jumat, 27 November.",
            "No numbers are given now. Open again on Friday, 27 November.",
        ),
        (
            Availability(False, Code.FORCED_CLOSED, "Listrik padam"),
            "Saat ini tidak menerima nomor baru. Listrik padam.",
            "No numbers are given now. Listrik padam.",
        ),
    ],
)
def test_a_closed_office_says_why_and_when_again(found: Availability, indonesian: str, english: str) -> None:
    assert board(found)["closed"] == {"id": indonesian, "en": english}


def test_the_service_that_opens_first_is_spoken_of() -> None:
    later = Availability(False, Code.OUTSIDE_HOURS, opens_again_on=date(2026, 11, 27), opens_again_at=TOMORROW)
    sooner = Availability(False, Code.BREAK, opens_again_on=date(2026, 11, 26), opens_again_at=TODAY_AT_ONE)

    closed = board(later, sooner, Availability(False, Code.QUOTA_FULL))["closed"]
    assert closed is not None
    assert "13.00" in closed["id"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language: str) -> None:
    assert [code for code in Code if f"availability.{code}" not in words(language).texts] == []
