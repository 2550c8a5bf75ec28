"""Who does something: an officer, a device, the public or the program itself; from where, and when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.standards.standard import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Made once per request and put on the transaction; every event of a change is recorded as this actor's."""

    now: datetime
    officer_id: int | None = None
    name: str = ""
    roles: frozenset[Role] = frozenset()
    """Those that the officer holds today."""
    device_id: int | None = None
    counter_id: int | None = None
    """Where the button was pressed, or where the officer sits; None away from the counters."""
    address: str | None = None
    """The network address of the request; None for what the program does by itself."""
    language: str = "id"
    """Of the person who is spoken to."""
    ticket_url: str = "/t/"
    """What stands before a token in an address that a phone can open."""

    @classmethod
    def officer(
        cls,
        now: datetime,
        officer_id: int,
        name: str,
        roles: Collection[str],
        *,
        counter_id: int | None = None,
        address: str | None = None,
        language: str = "id",
        ticket_url: str = "/t/",
    ) -> Actor:
        """Somebody who is signed in, or a program with their token."""
        held = frozenset(Role(role) for role in roles)
        return cls(now, officer_id, name, held, None, counter_id, address, language, ticket_url)

    @classmethod
    def device(
        cls,
        now: datetime,
        device_id: int | None,
        *,
        address: str | None = None,
        language: str = "id",
        ticket_url: str = "/t/",
    ) -> Actor:
        """A kiosk, a television or a print agent; `device_id` None: one that is not paired."""
        return cls(now, device_id=device_id, address=address, language=language, ticket_url=ticket_url)

    @classmethod
    def public(cls, now: datetime, *, address: str | None = None, language: str = "id") -> Actor:
        """Somebody of whom nothing is known."""
        return cls(now, address=address, language=language)

    @classmethod
    def system(cls, now: datetime) -> Actor:
        """The program itself: background work and commands of the console."""
        return cls(now)

    @property
    def stamp(self) -> dict[str, str]:
        """Who and when, as it is kept beside what was collected."""
        return {"by": self.name, "at": self.now.isoformat(timespec="seconds")}

    def away(self) -> Actor:
        """The same actor, at no counter."""
        return replace(self, counter_id=None)
