"""A small office in one line: its rows on any store, the clicks of its people, the whole database as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any

from sqlalchemy import Connection, insert, select, text, update
from werkzeug.security import generate_password_hash

from shared.domain.actor import Actor
from shared.domain.numbering import letters
from shared.domain.queue.ticket import Action, State
from shared.domain.standards.standard import Requirement, Role, ServiceStandard, Step
from shared.engine.founding import Plan, PlannedCounter, PlannedOfficer, PlannedRole, PlannedService, found
from shared.engine.queue import officer, visitor
from shared.store import tables
from shared.store.office import Store

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday, 08.00 in Jakarta."""
PASSWORD = "kata-sandi-uji"
STEPS = (
    Step("datang", "Serahkan berkas", Role.APPLICANT),
    Step("terima", "Terima berkas", Role.LOKET, needs_applicant=True),
)
_CHEAP = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")
_nonces = count(1)


def service(number: int) -> ServiceStandard:
    """`layanan-1` with the letter A, `layanan-2` with B ... `layanan-27` with AA."""
    return ServiceStandard(
        f"layanan-{number}",
        next(islice(letters(), number - 1, None)),
        f"Layanan Nomor {number}",
        f"Layanan {number}",
        name_en=f"Service {number}",
        requirements=(Requirement("ktp", "KTP asli", text_en="Identity card"),),
        steps=STEPS,
    )


def know_passwords(store: Store) -> None:
    """Every officer of the store signs in with PASSWORD from now on, and need not choose another."""
    store.write(update(tables.Officer).values(password_hash=_CHEAP, must_change_password=False))


@dataclass
class World:
    """One office on a store. `officers[i]` works at counter `i + 1`; `now` is its clock, moved by the tests alone."""

    store: Store
    id: int
    slug: str
    officers: list[int]
    now: datetime = MORNING
    status_url: str = "http://127.0.0.1/t/"
    made: list[visitor.Taken] = field(default_factory=list)

    def later(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now

    def take(self, service: str = "layanan-1", *, is_priority: bool = False, nonce: str | None = None) -> visitor.Taken:
        taken = self.store.change(
            self.id,
            replace(Actor.public(self.now), ticket_url=self.status_url),
            visitor.take,
            service,
            is_priority=is_priority,
            nonce=nonce or f"nonce-{next(_nonces):08d}",
            language="id",
        )
        self.made.append(taken)
        return taken

    def call_next(self, counter: int = 1) -> dict[str, Any] | None:
        return self.do(officer.call_next, at=counter)

    def act(self, action: Action | str, ticket_id: int, counter: int = 1, **said: Any) -> dict[str, Any]:
        return self.store.change(self.id, self.actor(counter), officer.act, ticket_id, Action(action), **said)

    def do(self, verb: Callable[..., Any], *args: Any, at: int = 1, by: int | None = None, **kwargs: Any) -> Any:
        """The verb, done by the officer of counter `at`, or there by the officer of counter `by`."""
        return self.store.change(self.id, self.actor(at, by), verb, *args, **kwargs)

    def by_itself(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The verb, done by the program itself."""
        return self.store.change(self.id, Actor.system(self.now), verb, *args, **kwargs)

    def actor(self, at: int = 1, by: int | None = None) -> Actor:
        roles, url = {Role.LOKET}, self.status_url
        counter_id = self.counter_id(at)
        return Actor.officer(self.now, self.officer(by or at), "", roles, counter_id=counter_id, ticket_url=url)

    def officer(self, counter: int) -> int:
        return self.officers[counter - 1]

    def counter_id(self, number: int) -> int:
        return self.store.office_config(self.id).counter(number).id

    def state(self, ticket_id: int) -> State:
        return self.row(ticket_id).state

    def row(self, ticket_id: int) -> Any:
        with self.store.read() as connection:
            return connection.execute(select(tables.Ticket).where(tables.Ticket.id == ticket_id)).one()

    def put(self, ticket_id: int, **columns: Any) -> None:
        """Sets columns of a ticket past the engine: a state to begin a test with."""
        self.store.write(update(tables.Ticket).where(tables.Ticket.id == ticket_id).values(**columns))

    def events(self) -> Sequence[Any]:
        """What was done since the office was founded."""
        with self.store.read() as connection:
            return connection.execute(
                select(tables.Event)
                .where(tables.Event.office_id == self.id, tables.Event.version > 0)
                .order_by(tables.Event.id)
            ).all()

    @property
    def version(self) -> int:
        with self.store.read() as connection:
            return connection.execute(select(tables.Office.version).where(tables.Office.id == self.id)).scalar_one()


def office(store: Store, services: int = 2, counters: int = 3, slug: str = "uji") -> World:
    """An office with `services` services (letters A, B ...) and `counters` counters, each with an officer of its own.

    Officers sign in as `petugas1`, `petugas2` ... with PASSWORD; `admin` holds every role. One virtual printer.
    """
    return store.write_with(_found, store, services, counters, slug)


def _found(connection: Connection, store: Store, services: int, counters: int, slug: str) -> World:
    everything = [role for role in Role if role != Role.APPLICANT]
    people = [(f"petugas{number}", [Role.LOKET]) for number in range(1, counters + 1)] + [("admin", everything)]
    plan = Plan(
        slug,
        f"Kecamatan {slug.title()}",
        [PlannedOfficer(login, login.title(), tuple(map(PlannedRole, held)), _CHEAP, False) for login, held in people],
        services=[PlannedService(service(number)) for number in range(1, services + 1)],
        counters=[PlannedCounter(number, f"Loket {number}", (Role.LOKET,)) for number in range(1, counters + 1)],
        holidays={},
    )
    office_id = found(connection, plan, MORNING, "test")
    mine = select(tables.Officer.id).where(tables.Officer.office_id == office_id).order_by(tables.Officer.id)
    return World(store, office_id, slug, list(connection.execute(mine).scalars())[:counters])


def add_officer(connection: Connection, office_id: int, login: str, *roles: Role, **columns: Any) -> int:
    """An officer with PASSWORD who need not change it; the id."""
    known = {"login": login, "name": login.title(), "password_hash": _CHEAP, "must_change_password": False}
    officer_id = _id(connection, insert(tables.Officer), office_id=office_id, **(known | columns))
    for role in roles:
        _id(connection, insert(tables.OfficerRole), officer_id=officer_id, role=role)
    return officer_id


def dump(store: Store) -> dict[str, list[str]]:
    """Every row of every table as text: two equal dumps mean that nothing was changed.

    When a device was last seen is left out: it is no one's doing, and no queue depends on it. So is the epoch, which
    every restore renews, and how often somebody tried a password, which is counted however it ends.
    """
    with store.read() as connection:
        return {
            table.name: sorted(
                repr([value for name, value in row.items() if name not in ("last_seen_at", "epoch")])
                for row in connection.execute(text(f'SELECT * FROM "{table.name}"')).mappings()
            )
            for table in tables.Base.metadata.sorted_tables
            if table.name != "sign_in_try"
        }


def _id(connection: Connection, statement: Any, **columns: Any) -> int:
    key: Any = connection.execute(statement, columns).inserted_primary_key
    return int(key[0])
