"""The machine's clock, doubted: it may be set, and what closes days by the date must not believe it at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

JUMP = timedelta(hours=1)
"""More than a summer time that an office elsewhere may have, and than any correction of a clock that works."""


def wall_clock() -> datetime:
    return datetime.now(UTC)


def since_boot_s() -> float:
    """Seconds that nobody can set; sleeping counts."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class ClockWatch:
    """Notices when the wall clock was set forward by more than `JUMP` while this process ran."""

    def __init__(
        self, wall: Callable[[], datetime] = wall_clock, elapsed_s: Callable[[], float] = since_boot_s
    ) -> None:
        self._wall, self._elapsed_s = wall, elapsed_s
        self._seen_at, self._seen_s = wall(), elapsed_s()
        self.jumped_at: datetime | None = None
        """The new time right after the jump; None while there was none."""

    def look(self) -> datetime:
        """The time now; called about once a minute."""
        now, elapsed_s = self._wall(), self._elapsed_s()
        ahead = now - self._seen_at - timedelta(seconds=elapsed_s - self._seen_s)
        if ahead > JUMP:
            self.jumped_at = now
        elif self.jumped_at is not None and now < self.jumped_at:
            self.jumped_at = None  # it was set right again
        self._seen_at, self._seen_s = now, elapsed_s
        return now
