"""An office of the shipped standards with its people, for tests that lead a file through the procedure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert, select, update
from world import MORNING, know_passwords

from shared.domain.actor import Actor
from shared.domain.files.file import File, FileInput, required
from shared.domain.files.procedure import FileAction
from shared.domain.standards.standard import Role, ServiceStandard
from shared.engine.files import file, recap
from shared.engine.founding import found, planned
from shared.engine.queue import officer, outage, visitor
from shared.standards import service_to_json, shipped
from shared.store import tables
from shared.store.files import files
from shared.store.files.views import Tray, tray
from shared.store.office import Store

APPLICANT = {
    "name": "Siti Contoh",
    "nik": "3508205708909992",
    "phone": "081234567890",
    "email": "siti@contoh.example",
    "village": "35.08.20.2001",
    "business": "Keripik Contoh",
    "kbli": "10799",
}
NIB = "1234567890123"
ROLES = {
    "loket1": {Role.LOKET},
    "loket2": {Role.LOKET},
    "operator": {Role.OPERATOR},
    "kasi": {Role.KASI},
    "sekretariat": {Role.SEKRETARIAT},
    "camat": {Role.CAMAT},
    "admin": set(Role) - {Role.APPLICANT},
}
SEATS = {"loket1": 1, "loket2": 2, "operator": 3}
_nonces = count(1)


class Desks:
    """One shipped office on a store; `now` is its clock. Counters 1 and 2 are loket, 3 is the operator's."""

    def __init__(self, store: Store, slug: str = "lumajang") -> None:
        self.store, self.now = store, MORNING
        standard = next(each for each in shipped() if each.slug == slug)
        plan, _ = planned(standard, lambda password: "x" * len(password))
        store.write_with(found, plan, MORNING, "test")
        with store.read() as connection:
            self.id = connection.execute(select(tables.Office.id).where(tables.Office.slug == slug)).scalar_one()
            rows = connection.execute(select(tables.Officer).where(tables.Officer.office_id == self.id)).all()
        self.officers = {row.login: row.id for row in rows}

    def actor(self, who: str) -> Actor:
        seat, url = SEATS.get(who), "http://127.0.0.1/t/"
        counter_id = self.store.office_config(self.id).counter(seat).id if seat else None
        return Actor.officer(self.now, self.officers[who], who, ROLES[who], counter_id=counter_id, ticket_url=url)

    def later(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now

    def take(self, service: str = "oss", *, is_priority: bool = False, language: str = "id") -> visitor.Taken:
        return self.store.change(
            self.id,
            self.visitor(),
            visitor.take,
            service,
            is_priority=is_priority,
            nonce=f"nonce-{next(_nonces):08d}",
            language=language,
        )

    def come_back(self, token: str) -> visitor.Taken:
        return self.store.change(
            self.id, self.visitor(), visitor.come_back, token, nonce=f"nonce-{next(_nonces):08d}", language="id"
        )

    def visitor(self) -> Actor:
        return replace(Actor.public(self.now), ticket_url="http://127.0.0.1/t/")

    def serve_next(self, who: str = "loket1") -> dict[str, Any] | None:
        """Calls the next visitor to this officer's counter and starts with them."""
        called = self.store.change(self.id, self.actor(who), officer.call_next)
        return called and self.ticket_act(who, called["id"], "start")

    def ticket_act(self, who: str, ticket_id: int, action: str) -> dict[str, Any]:
        from shared.domain.queue.ticket import Action as TicketAction

        wanted = TicketAction(action)
        return self.store.change(self.id, self.actor(who), officer.act, ticket_id, wanted)

    def receive(self, who: str, ticket_id: int, action: FileAction = FileAction.ACCEPT, **said: Any) -> dict[str, Any]:
        known = {"applicant": APPLICANT, "collected": {"documents": self.documents("oss")}}
        return self.store.change(self.id, self.actor(who), file.receive, ticket_id, action, FileInput(**(known | said)))

    def documents(self, slug: str, **answers: str) -> dict[str, bool]:
        service = self.store.office_config(self.id).service(slug).standard
        return dict.fromkeys(required(service, answers), True)

    def act(self, who: str, case_id: int, action: FileAction, **said: Any) -> dict[str, Any]:
        return self.store.change(self.id, self.actor(who), file.act, case_id, action, FileInput(**said))

    def collect(self, who: str, case_id: int, **collected: Any) -> dict[str, Any]:
        return self.store.change(self.id, self.actor(who), file.collect, case_id, FileInput(collected=collected))

    def undo(self, who: str, case_id: int) -> dict[str, Any]:
        return self.store.change(self.id, self.actor(who), file.undo, case_id)

    def outage(self, who: str, *, begins: bool) -> int:
        return self.store.change(self.id, self.actor(who), outage.begin if begins else outage.end)

    def recap(self, who: str, number: str) -> dict[str, Any]:
        today = self.now.date()
        return self.store.change(self.id, self.actor(who), recap.make, number, today, today - timedelta(days=7), today)

    def tray(self, who: str) -> Tray:
        with self.store.read() as connection:
            office = self.store.office_config(self.id)
            return tray(connection, self.store.office_configs, office, ROLES[who], self.now)

    def keep(self, standard: ServiceStandard) -> None:
        """The next version of the OSS service's standard."""
        service = self.store.office_config(self.id).service("oss")
        version = {"office_id": self.id, "service_id": service.id, "number": 2, "made_at": self.now}
        self.store.write(insert(tables.StandardVersion).values(**version, body=service_to_json(standard)))
        newest = select(tables.StandardVersion.id).where(tables.StandardVersion.number == 2).scalar_subquery()
        self.store.write(update(tables.Service).where(tables.Service.id == service.id).values(standard_id=newest))
        self.store.write(update(tables.Office).values(setup_version=tables.Office.setup_version + 1))

    def file(self, case_id: int) -> File:
        with self.store.read() as connection:
            found = files.find(connection, self.id, case_id)
        assert found is not None
        return found

    def ticket(self, ticket_id: int) -> Any:
        with self.store.read() as connection:
            return connection.execute(select(tables.Ticket).where(tables.Ticket.id == ticket_id)).one()

    def jobs(self) -> list[Any]:
        with self.store.read() as connection:
            return list(connection.execute(select(tables.PrintJob).order_by(tables.PrintJob.id)))

    def to_step(self, step: str) -> int:
        """A fresh file that lies at `step` of the OSS procedure; its id."""
        taken = self.take()
        self.serve_next("loket1")
        return self.go_on(int(self.receive("loket1", taken.id)["id"]), step)

    def go_on(self, case_id: int, step: str) -> int:
        """The file goes on from where it is until it lies at `step`; its id."""
        for who, at, said in WAY:
            here = self.file(case_id).step
            if here == step:
                return case_id
            if here != at:
                continue
            if self.store.office_config(self.id).counter(3) and at == "account":
                self.serve_next("operator")
            if at == "handover":
                self.serve_next("loket1")
            action = FileAction.HAND_OVER if at == "handover" else FileAction.ADVANCE
            if at == "confirm":
                self.collect(who, case_id, confirmation={"is_approved": True})
                nib = f"{int(NIB) + case_id:013d}"
                said = {"product": {"nib": nib, "documents": ["NIB", "Izin Usaha Mikro"]}}
            self.act(who, case_id, action, collected=said)
        return case_id


WAY: list[tuple[str, str, dict[str, Any]]] = [
    ("kasi", "validate", {"validation": {"is_valid": True}}),
    ("operator", "account", {"account": {"is_done": True}}),
    ("operator", "login", {"login": {"is_done": True}}),
    ("operator", "entry", {"entry": {"is_done": True}}),
    ("operator", "confirm", {}),
    ("sekretariat", "archive", {"archive": {"number": "7", "place": "Rak 2"}}),
    ("loket1", "handover", {"receiver": {"kind": "self"}}),
]


def signing_in(store: Store, slug: str = "lumajang") -> Desks:
    """The office, whose officers can sign in: see `know_passwords`."""
    made = Desks(store, slug)
    know_passwords(store)
    return made
