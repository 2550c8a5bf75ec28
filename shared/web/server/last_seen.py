"""What the server last saw of its database and of the clock, kept beside the database from minute to minute.

A start compares: a database older than what was served from here has lost its log ("-wal"), and a clock far ahead of
where it was may be wrong, so no day is closed by it before the supervisor has agreed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from shared.store.disk import disk_fault
from shared.web.server.clock import JUMP, since_boot_s
from shared.web.server.data_folder import NotSound
from shared.web.settings import Settings

NAME = "last-seen.json"
LONG_AWAY = timedelta(days=14)
"""A machine that was off for longer, the longest holidays included, has more likely a wrong clock."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class LastSeen:
    """`boot`: which run of the machine, `elapsed_s`: into it; `jumped_at`: when the clock was first doubted;
    `offices`: slug -> epoch and version.
    """

    at: datetime
    boot: str
    elapsed_s: float
    jumped_at: datetime | None = None
    offices: dict[str, tuple[str, int]] = field(default_factory=dict)


def present(
    now: datetime,
    offices: Mapping[str, tuple[str, int]],
    jumped_at: datetime | None = None,
    elapsed_s: Callable[[], float] = since_boot_s,
) -> LastSeen:
    boot = ""
    with suppress(OSError):
        boot = _BOOT.read_text().strip()
    return LastSeen(now, boot, elapsed_s(), jumped_at, dict(offices))


def keep(settings: Settings, seen: LastSeen) -> None:
    """Writes it whole or not at all; a disk that refuses costs only the comparison."""
    if settings.database_url:
        return
    fresh = settings.data / f".{NAME}.{os.getpid()}"
    try:
        fresh.write_text(json.dumps(asdict(seen), default=str))
        fresh.replace(settings.data / NAME)
    except OSError as error:
        if disk_fault(error) is None:
            raise


def kept(settings: Settings) -> LastSeen | None:
    """None where nothing was kept, or what cannot be read."""
    try:
        said = json.loads((settings.data / NAME).read_text())
        jumped_at = said["jumped_at"] and datetime.fromisoformat(said["jumped_at"])
        offices = {str(slug): (str(epoch), int(version)) for slug, (epoch, version) in said["offices"].items()}
        return LastSeen(
            datetime.fromisoformat(said["at"]), str(said["boot"]), float(said["elapsed_s"]), jumped_at, offices
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def require_not_older(settings: Settings, offices: Mapping[str, tuple[str, int]]) -> None:
    """Raises `NotSound("database_older")`: the same history as before, but its newest changes are missing.

    A copy that was put back by `loket restore` has another epoch.
    """
    before = None if settings.database_url else kept(settings)
    for slug, (epoch, version) in before.offices.items() if before else ():
        found = offices.get(slug)
        if found is not None and found[0] == epoch and found[1] < version:
            place, mark = settings.data / "loket.db", settings.data / NAME
            raise NotSound("database_older", place=str(place), mark=str(mark), missing=version - found[1])


def doubted_at(before: LastSeen | None, here: LastSeen) -> datetime | None:
    """When the clock was first found far ahead of where it should be; None when it can be believed."""
    if before is None:
        return None
    if before.jumped_at is not None and before.jumped_at <= here.at:
        return before.jumped_at
    passed, allowed = here.at - before.at, LONG_AWAY
    if here.boot and here.boot == before.boot:
        allowed = timedelta(seconds=here.elapsed_s - before.elapsed_s) + JUMP
    return here.at if passed > allowed else None
