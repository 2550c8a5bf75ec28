"""A simulated quarter of two offices: visits written as the rows that clicks would leave; files, complaints, closures,
corrections and amendments by real clicks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from desks import APPLICANT, Desks
from sqlalchemy import insert, select, update

from shared.domain.actor import Actor
from shared.domain.complaint import ComplaintAction, ComplaintKind, Entrance, Said
from shared.domain.files.procedure import FileAction
from shared.engine import complaint
from shared.engine.complaint import Given
from shared.engine.files import register
from shared.engine.queue import day, supervisor
from shared.standards import holidays
from shared.store import tables
from shared.store.office import Store

FIRST, LAST = date(2026, 7, 1), date(2026, 9, 30)
SERVICES = ("oss", "ktp-el", "legalisasi")
WAYS = (
    (70, ("call", "start", "finish")),
    (5, ("call", "recall", "start", "finish")),
    (5, ("call", "miss")),
    (3, ("call", "miss", "restore", "call", "start", "finish")),
    (3, ("call", "undo", "call", "start", "finish")),
    (3, ("call", "recall", "release", "call", "start", "finish")),
    (2, ("call", "start", "hold", "call", "start", "finish")),
    (2, ("call", "start", "transfer", "call", "start", "finish")),
    (2, ("call", "start", "finish", "undo", "finish")),
    (1, ("call", "start", "night")),
    (2, ("cancel",)),
    (2, ("close_day",)),
)
"""Weight, and what happens to a visitor; "night": only the end of the day ended it."""
TO = {"call": "called", "recall": "called", "start": "serving", "finish": "done", "miss": "absent", "hold": "held"}
TO |= {"restore": "waiting", "release": "waiting", "transfer": "waiting", "cancel": "cancelled"}
TO |= {"close_day": "expired", "night": "done"}
REASONS = ("KK buram", "Salah NIK")
HOURS = (5, 8, 7, 5, 2, 2, 3)
VILLAGES = ("35.08.20.2001", "35.08.20.2001", "35.08.20.2010", "35.08.05.2003", "")


def working_days() -> list[date]:
    days = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    return [each for each in days if each.weekday() < 5 and each not in holidays()]


class Visits:
    """Writes the visits of one office; ids and numbers go on from those that stand there."""

    def __init__(self, desks: Desks, random: Random) -> None:
        self.desks, self.random = desks, random
        self.office = desks.store.office_config(desks.id)
        self.tickets: list[dict[str, object]] = []
        self.events: list[dict[str, object]] = []
        with desks.store.read() as connection:
            ids = select(tables.Ticket.id).order_by(tables.Ticket.id.desc())
            self.next_id = (connection.execute(ids).scalar() or 0) + 1

    def write(self, count: int) -> None:
        days = working_days()
        for number in range(count):
            self._visit(days[number * len(days) // count], 500 + number)
        keep = self.desks.store.write_with
        keep(lambda connection: connection.execute(insert(tables.Ticket), self.tickets))
        keep(lambda connection: connection.execute(insert(tables.Event), self.events))

    def _visit(self, on: date, number: int) -> None:
        random = self.random
        service = self.office.service(random.choices(SERVICES, (3, 5, 2))[0])
        hour = random.choices(range(8, 8 + len(HOURS)), HOURS)[0]
        at = datetime(on.year, on.month, on.day, hour - 7, random.randrange(60), random.randrange(60), tzinfo=UTC)
        taken_at, ticket_id = at, self.next_id
        self.next_id += 1
        is_priority, is_walk_in = random.random() < 0.15, random.random() < 0.1
        who = random.choice(["loket1", "loket2"])
        self._event(ticket_id, at, "take", None, "waiting", None, "priority" if is_priority else None)
        if is_walk_in:
            self._event(ticket_id, at, "walk_in", None, None, who, None)
        way = random.choices([each for _, each in WAYS], [weight for weight, _ in WAYS])[0]
        states = ["waiting"]
        for action in way:
            at += timedelta(seconds=random.randrange(20, 900), microseconds=random.randrange(10**6))
            before = states[-1]
            if action == "undo":
                states.pop()
                self._event(ticket_id, at, "undo", before, states[-1], who, None)
                continue
            states.append(TO[action])
            name, reason = ("finish", "close_day") if action == "night" else (action, None)
            self._event(ticket_id, at, name, before, states[-1], None if reason else who, reason)
        low = random.randrange(0, 30, 5)
        promised = random.random() < 0.8
        self.tickets.append(
            {
                "id": ticket_id, "office_id": self.desks.id, "on_day": on, "series": service.series, "number": number,
                "service_id": service.id, "token": f"token-{ticket_id}", "nonce": f"synthetic-{ticket_id}",
                "state": states[-1], "lane": "priority" if is_priority else "ordinary", "role": "loket",
                "language": "id", "taken_at": taken_at, "queued_at": taken_at, "since_at": at,
                "estimate_s": low * 60 + 90.5 if promised else None, "quote_low": low if promised else None,
                "quote_high": low + 10 if promised else None, "recalls": 0,
            }
        )  # fmt: skip

    def _event(
        self,
        ticket: int,
        at: datetime,
        action: str,
        was: str | None,
        to: str | None,
        who: str | None,
        why: str | None,
    ) -> None:
        by = self.desks.actor(who) if who else None
        self.events.append(
            {
                "office_id": self.desks.id, "version": 0, "at": at, "action": action, "from_state": was, "to_state": to,
                "ticket_id": ticket, "officer_id": by.officer_id if by else None,
                "counter_id": by.counter_id if by else None, "reason": why,
            }
        )  # fmt: skip


class SlowDesks(Desks):
    """Every act on a file takes its time, and the applicants come from several villages."""

    random = Random(7)

    def act(self, who: str, case_id: int, action: FileAction, **said: Any) -> dict[str, Any]:
        self.later(minutes=self.random.choice((2, 9, 31, 80)), seconds=self.random.randrange(60))
        return super().act(who, case_id, action, **said)

    def receive(self, who: str, ticket_id: int, action: FileAction = FileAction.ACCEPT, **said: Any) -> dict[str, Any]:
        applicant = {**APPLICANT, "village": self.random.choice(VILLAGES)}
        return super().receive(who, ticket_id, action, **{"applicant": applicant, **said})


def open_hours(desks: Desks) -> None:
    rows = []
    for weekday in range(5):
        is_friday = weekday == 4
        closes, noon = (time(14, 30), (time(11, 30), time(13))) if is_friday else (time(15, 30), (time(12), time(13)))
        row = {
            "weekday": weekday,
            "opens": time(7, 30),
            "closes": closes,
            "break_from": noon[0],
            "break_until": noon[1],
        }
        rows.append({"office_id": desks.id, **row})
    desks.store.write(insert(tables.Hours), rows)
    desks.store.write(update(tables.Office).values(setup_version=tables.Office.setup_version + 1))


def files(desks: Desks, random: Random, count: int) -> None:
    """Files by real clicks: ended, returned, taken back, paused in an outage, withdrawn, left lying, paid, amended."""
    days = working_days()
    for number in range(count):
        on = days[number * len(days) // count]
        while desks.now.date() not in days or desks.now.date() < on:
            tomorrow = desks.now.date() + timedelta(days=1)
            desks.now = datetime.combine(max(tomorrow, on), time(1, 30), UTC)
        desks.store.change(desks.id, Actor.system(desks.now), day.close_past_days)
        match number % 6:
            case 0:
                desks.to_step("done")
            case 1:
                case_id = desks.to_step("entry")
                desks.act("operator", case_id, FileAction.PAUSE, reason="power_cut")
                desks.later(days=3, hours=2)
                desks.act("operator", case_id, FileAction.RESUME)
                desks.go_on(case_id, "handover" if number > 12 else "done")
            case 2:
                case_id = desks.to_step("validate")
                desks.act(
                    "kasi", case_id, FileAction.RETURN_TO_APPLICANT, reason=random.choice(["KK buram", "Salah NIK"])
                )
                if number % 4 == 0:
                    desks.later(seconds=4)
                    desks.undo("kasi", case_id)
            case 3:
                case_id = desks.to_step("entry")
                desks.outage("operator", begins=True)
                desks.later(hours=5)
                desks.outage("operator", begins=False)
                desks.later(minutes=1)
                desks.act("loket1", case_id, FileAction.WITHDRAW, reason="Pindah")
            case 4:
                case_id = desks.to_step("confirm")
                desks.act("operator", case_id, FileAction.CORRECT, applicant={**APPLICANT, "village": "35.08.05.2007"})
            case 5:
                case_id = desks.to_step("archive")
                desks.later(days=4)
                archived = {"archive": {"number": "7", "place": "Rak"}}
                desks.act("sekretariat", case_id, FileAction.ADVANCE, collected=archived)
                desks.later(minutes=9)
                desks.act("loket1", case_id, FileAction.HAND_OVER, collected={"receiver": {"kind": "self"}})
        _afterwards(desks, number)
        desks.now = datetime.combine(desks.now.date() + timedelta(days=1), time(1, 30), UTC)


def _afterwards(desks: Desks, number: int) -> None:
    """What is paid, and what is amended in the register: names change no figure, villages do."""
    newest = select(tables.FileRecord.id, tables.FileRecord.register_number).where(
        tables.FileRecord.office_id == desks.id
    )
    with desks.store.read() as connection:
        file = connection.execute(newest.order_by(tables.FileRecord.id.desc())).first()
    assert file is not None
    if number % 3 == 0:
        paid = {"fee": 5000 + 250 * number, "paid_at": desks.now}
        desks.store.write(update(tables.FileRecord).where(tables.FileRecord.id == file.id).values(**paid))
    if file.register_number and number % 4 < 3:
        column, becomes = (("village", "wates  KULON"), ("applicant", "Sitti"), ("village", "Luar kabupaten"))[
            number % 4
        ]
        desks.store.change(desks.id, desks.actor("kasi"), register.amend, file.id, column, becomes, "Salah tulis")


def complaints(desks: Desks) -> None:
    """One answered in time, one too late, one not at all, and a praise; and the office closed twice."""
    desks.now = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)
    kasi, kinds = desks.actor, ComplaintKind
    for number, kind in enumerate((kinds.COMPLAINT, kinds.COMPLAINT, kinds.COMPLAINT, kinds.PRAISE)):
        desks.later(days=1)
        said = Said(kind, Entrance.KIOSK, "Antre lama.")
        known = {"nonce": f"complaint-{number}", "answer_url": "http://127.0.0.1/a/", "on_paper": False}
        made = desks.store.change(desks.id, desks.visitor(), complaint.receive, said, **known)
        if number < 2:
            for action, given in ((ComplaintAction.VERIFY, Given()), (ComplaintAction.ANSWER, Given("Sudah."))):
                desks.later(days=1 + 9 * number)
                desks.store.change(desks.id, kasi("kasi"), complaint.act, made.id, action, given)
            desks.now = datetime(2026, 7, 8 + number, 2, 0, tzinfo=UTC)
    for service in (None, "ktp-el"):
        for is_open in (False, None):
            desks.later(hours=2)
            shut = {"is_open": is_open, "reason": "Rapat", "service": service}
            desks.store.change(desks.id, kasi("kasi"), supervisor.force, **shut)


def enter_late(desks: Desks, on: date, count: int, mark: str) -> None:
    for number in range(count):
        at = datetime(on.year, on.month, on.day, 3, number, tzinfo=UTC)
        times = {"started_at": at + timedelta(minutes=6), "finished_at": at + timedelta(minutes=11)}
        said = {"written": f"{number}", "nonce": f"{mark}-{number:08d}", "taken_at": at, **times}
        desks.store.change(desks.id, desks.actor("loket1"), day.enter_late, "ktp-el", **said)


def simulate(store: Store, visits: int) -> list[Desks]:
    """The two offices after the quarter, with so many synthetic visits together."""
    random, made = Random(2026), []
    for slug in ("lumajang", "ranuyoso"):
        desks: Desks = SlowDesks(store, slug)
        open_hours(desks)
        desks.now = datetime(2026, 7, 1, 1, 30, tzinfo=UTC)
        files(desks, random, 18)
        complaints(desks)
        Visits(desks, random).write(visits // 2)
        made.append(desks)
    return made
