"""Nobody who waits is left to counters that cannot call them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, time
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import world
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from people import sign_in
from sqlalchemy import insert, select, update
from world import MORNING, World

from shared.domain.checklist import ITEMS, ChecklistKind
from shared.domain.errors import NotAllowed, Refusal
from shared.domain.files.procedure import FileState
from shared.domain.office import OfficeConfig
from shared.domain.queue.counter import PauseReason
from shared.domain.queue.ticket import Action, QueueTicket, State
from shared.domain.standards.standard import Role
from shared.engine.queue import day, officer, seat, supervisor, visitor
from shared.engine.queue.officer import Onward
from shared.engine.setup import counters as setup_counters
from shared.engine.setup.counters import CounterRow, CountersForm
from shared.engine.setup.hours import HolidayRow, HolidaysForm, HoursForm, HoursRow, change_holidays, change_hours
from shared.engine.setup.office import ServicesForm, change_services, services_form
from shared.engine.setup.officers import OfficerForm, RoleRow, change_officer
from shared.engine.setup.standard import save_standard
from shared.standards import service_to_json
from shared.store import tables
from shared.store.office import Store, Transaction
from shared.web.app import create_app
from shared.web.settings import Settings


@pytest.fixture
def uji(sqlite_store: Store) -> World:
    """Counter 1 serves everything, counter 2 the second service only; nobody serves the third."""
    office = world.office(sqlite_store, services=3, counters=2)
    serve(office, 1, ["layanan-1", "layanan-2"])
    serve(office, 2, ["layanan-2"])
    return office


@pytest.fixture
def app_of(uji: World, tmp_path: Path) -> Flask:
    return create_app(Settings(data=tmp_path), uji.store, lambda: uji.now, async_mode="threading")


def serve(office: World, number: int, services: Sequence[str]) -> None:
    def write(tx: Transaction) -> None:
        mine = tables.Counter.office_id == tx.office_id, tables.Counter.number == number
        tx.execute(update(tables.Counter).where(*mine).values(services=list(services)))
        tx.execute(update(tables.Office).values(setup_version=tables.Office.setup_version + 1))

    office.by_itself(write)


def serving(office: World, at: int = 1, service: str = "layanan-1") -> int:
    taken = office.take(service)
    called = office.call_next(at)
    assert called is not None
    office.act("start", taken.id, at)
    return taken.id


def refused(office: World, code: str, do: Callable[[], object]) -> NotAllowed:
    before = world.dump(office.store)
    with pytest.raises(NotAllowed) as caught:
        do()
    assert caught.value.code == code
    assert world.dump(office.store) == before
    return caught.value


def form(office: World, **first: object) -> CountersForm:
    """The counters as they are, but for what is said of the first one."""
    now = setup_counters.counters_form(office.store.office_config(office.id))
    return now.model_copy(update={"counters": [now.counters[0].model_copy(update=first), *now.counters[1:]]})


def test_a_visitor_who_was_sent_to_a_counter_by_name_is_called_there(uji: World) -> None:
    ticket = serving(uji)

    uji.act("transfer", ticket, 1, onward=Onward(counter=2))

    with uji.store.room(uji.id, uji.now) as room:
        assert [one.id for one in room.line(room.office.counter(2), 5)] == [ticket]
        assert room.next_for(room.office.counter(1)) is None
    assert (uji.call_next(2) or {})["id"] == ticket


def test_a_visitor_is_not_sent_to_a_service_that_nobody_serves(uji: World) -> None:
    ticket = serving(uji)

    refused(uji, "nobody_calls", lambda: uji.act("transfer", ticket, 1, onward=Onward(service="layanan-3")))


def test_a_ticket_is_not_freed_to_where_nobody_calls_it(uji: World) -> None:
    ticket = serving(uji)
    serve(uji, 1, ["layanan-2"])

    refused(uji, "nobody_calls", lambda: uji.do(supervisor.take_over, ticket, "macet", at=2))
    uji.do(supervisor.take_over, ticket, "macet", 2, at=2)

    assert (uji.call_next(2) or {})["id"] == ticket


@pytest.mark.parametrize(("before", "back"), [(("call",), "release"), (("call", "miss"), "restore")])
def test_who_goes_back_into_the_line_is_called_by_the_counter_that_they_leave(
    uji: World, before: tuple[str, ...], back: str
) -> None:
    """Meanwhile it lost the service, which nobody else serves."""
    ticket = uji.take().id
    for move in before:
        uji.act(move, ticket)
    uji.by_itself(setup_counters.change_counters, form(uji, services=["layanan-2"]))

    uji.act(back, ticket)

    assert (uji.call_next(1) or {})["id"] == ticket


def test_who_was_sent_by_name_and_missed_is_called_back_by_the_counter_that_missed_them(uji: World) -> None:
    """In the role of that counter nobody serves their service, and no other panel shows them."""
    wanted = form(uji)
    second = wanted.counters[1].model_copy(update={"roles": [Role.OPERATOR]})
    uji.by_itself(setup_counters.change_counters, wanted.model_copy(update={"counters": [wanted.counters[0], second]}))
    ticket = serving(uji)
    uji.act("transfer", ticket, 1, onward=Onward(counter=2))
    uji.call_next(2)

    uji.act("miss", ticket, 2)

    with uji.store.room(uji.id, uji.now) as room:
        assert [one.id for one in room.absent_for(room.office.counter(2))] == [ticket]
    assert uji.act("call", ticket, 2)["state"] == "called"


def test_the_next_officer_finds_no_pause_of_somebody_who_was_switched_off(uji: World) -> None:
    uji.do(seat.sit, at=1)
    uji.do(seat.pause, PauseReason.BREAK, at=1)
    uji.take()
    gone = OfficerForm(login="petugas1", name="Petugas", is_active=False, roles=[RoleRow(role=Role.LOKET)])

    uji.by_itself(change_officer, uji.officer(1), gone)

    assert uji.do(officer.call_next, at=1, by=2)["state"] == "called"
    with uji.store.room(uji.id, uji.now) as room:
        found = room.seat(room.office.counter(1))
    assert (found.officer_id, found.paused_at, found.pause_reason) == (uji.officer(2), None, None)


def test_an_undo_leaves_nobody_waiting_for_nobody(uji: World) -> None:
    uji.take()
    uji.call_next(1)
    uji.by_itself(setup_counters.change_counters, form(uji, services=["layanan-2"]))

    refused(uji, "nobody_calls", lambda: uji.do(officer.undo))


def test_a_number_of_a_power_cut_waits_only_where_somebody_calls_it(uji: World) -> None:
    uji.later(hours=1)

    def enter(service: str, started_at: datetime | None) -> Any:
        times = {"taken_at": MORNING, "started_at": started_at, "finished_at": started_at}
        return uji.do(day.enter_late, service, written="7", nonce=f"late-{service}", **times)

    refused(uji, "nobody_calls", lambda: enter("layanan-3", None))
    assert enter("layanan-3", MORNING)["state"] == State.DONE  # served already: nobody has to call it
    assert enter("layanan-2", None)["state"] == State.WAITING


def test_the_first_step_may_be_done_by_any_of_its_roles(uji: World) -> None:
    """A loket receives the files, or the section head; only that one has a counter."""

    def write(tx: Transaction) -> None:
        body = tx.office.services[0].standard
        steps = (body.steps[0], replace(body.steps[1], also_roles=(Role.KASI,)))
        save_standard(tx, "layanan-1", service_to_json(replace(body, steps=steps)))

    uji.by_itself(write)
    uji.by_itself(setup_counters.change_counters, form(uji, roles=[Role.KASI]))

    taken = uji.take()

    assert (uji.call_next(1) or {})["id"] == taken.id


def test_a_counter_keeps_the_service_for_which_somebody_waits(uji: World) -> None:
    first, second = uji.take(), uji.take("layanan-2")
    wanted = form(uji, services=["layanan-2"])

    fault = refused(uji, "strands", lambda: uji.by_itself(setup_counters.change_counters, wanted))

    assert fault.facts["numbers"] == first.number
    uji.act("cancel", first.id, 1)
    uji.by_itself(setup_counters.change_counters, wanted)
    assert (uji.call_next(1) or {})["id"] == second.id


def test_a_visitor_whose_counter_was_removed_is_not_to_be_given_back_to_nothing(uji: World, app_of: Flask) -> None:
    """The large button of the other counter becomes the next sensible thing."""
    serve(uji, 2, ["layanan-1", "layanan-2"])
    ticket = serving(uji)
    uji.act("transfer", ticket, onward=Onward(2, returns=True))
    uji.call_next(2)
    uji.act("start", ticket, 2)
    uji.do(seat.leave, at=1)
    page = sign_in(app_of, "petugas2")
    assert "Kembalikan ke Loket 1" in page.get("/uji/counter/2").text

    counters = setup_counters.counters_form(uji.store.office_config(uji.id)).counters
    uji.by_itself(setup_counters.change_counters, CountersForm(counters=counters[1:]))

    panel = page.get("/uji/counter/2").text
    assert "Kembalikan ke" not in panel
    assert "data-primary" in panel


def test_who_was_stranded_before_does_not_hinder_the_next_change(uji: World) -> None:
    lost = uji.take()
    serve(uji, 1, ["layanan-2"])
    with uji.store.room(uji.id, uji.now) as room:
        assert [one.id for one in room.stranded()] == [lost.id]

    uji.by_itself(setup_counters.change_counters, form(uji, name="Loket Utama"))

    assert form(uji).counters[0].name == "Loket Utama"


def test_a_note_reaches_the_other_processes_too(uji: World, open_store: Callable[[str], Store]) -> None:
    other = open_store(str(uji.store.engine.url))
    ticket = serving(uji)

    def note(store: Store) -> str | None:
        with store.room(uji.id, uji.now) as room:
            return room.tickets[ticket].note

    assert note(other) is None
    uji.do(officer.write_note, ticket, "bawa KK", at=1)

    assert note(other) == "bawa KK"


def test_a_ticket_that_is_saved_without_an_event_is_an_error(uji: World) -> None:
    """Other processes hear of a changed ticket by its event."""
    taken = uji.take()

    def forget_the_event(tx: Transaction) -> Any:
        before = tx.ticket(taken.id)
        tx.save(before, before)

    with pytest.raises(Exception, match="no event"):
        uji.by_itself(forget_the_event)


# whatever is clicked and set up

SLUGS = ("layanan-1", "layanan-2", "layanan-3")
AT, SERVICE = st.sampled_from([1, 2, 3]), st.sampled_from(SLUGS)
MOVES = ("recall", "start", "release", "miss", "hold", "finish", "call", "restore", "cancel")
ROLES = st.lists(st.sampled_from([Role.LOKET, Role.OPERATOR, Role.KASI]), min_size=1, max_size=2, unique=True)
_slugs = count(1)


class ClicksAndSetup(RuleBasedStateMachine):
    """Clicks at three counters among changes of counters, services and officers by the verbs of the setup."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.uji = world.office(store, services=3, counters=3, slug=f"uji-{next(_slugs)}")
        self.chief = replace(self.uji.actor(1), roles=frozenset(Role))

    def attempt(self, verb: Callable[..., Any], *said: Any, at: int = 1, **more: Any) -> None:
        with suppress(Refusal):
            self.uji.do(verb, *said, at=at, **more)

    def set_up(self, verb: Callable[..., Any], *said: Any) -> None:
        with suppress(Refusal):
            self.uji.store.change(self.uji.id, replace(self.chief, now=self.uji.now), verb, *said)

    @property
    def office(self) -> OfficeConfig:
        return self.uji.store.office_config(self.uji.id)

    def some(self, pick: int) -> int:
        return self.uji.made[pick % len(self.uji.made)].id

    def here(self, at: int) -> QueueTicket | None:
        with self.uji.store.room(self.uji.id, self.uji.now) as room:
            return next((room.at_counter(each) for each in room.office.counters if each.number == at), None)

    @rule(service=SERVICE, is_priority=st.booleans())
    def take(self, service: str, is_priority: bool) -> None:
        with suppress(Refusal):
            self.uji.take(service, is_priority=is_priority)

    @rule(service=SERVICE)
    def enter_what_was_written_by_hand(self, service: str) -> None:
        times = {"taken_at": self.uji.now, "started_at": None, "finished_at": None}
        self.attempt(day.enter_late, service, written="7", nonce=f"late-{next(_slugs):08d}", **times)

    @rule(at=AT)
    def call_next(self, at: int) -> None:
        self.attempt(officer.call_next, at=at)

    @precondition(lambda self: self.uji.made)
    @rule(at=AT, move=st.sampled_from(MOVES), pick=st.integers(0, 30))
    def act(self, at: int, move: str, pick: int) -> None:
        self.attempt(officer.act, self.some(pick), Action(move), at=at)

    @rule(at=AT, move=st.sampled_from(MOVES))
    def act_here(self, at: int, move: str) -> None:
        here = self.here(at)
        if here is not None:
            self.attempt(officer.act, here.id, Action(move), at=at)

    @rule(at=AT, to=st.none() | AT, service=st.none() | SERVICE, returns=st.booleans())
    def transfer(self, at: int, to: int | None, service: str | None, returns: bool) -> None:
        here = self.here(at)
        if here is not None:
            onward = Onward(to, service, returns=returns)
            self.attempt(officer.act, here.id, Action.TRANSFER, at=at, onward=onward)

    @rule(service=SERVICE)
    def somebody_comes_back_for_a_file(self, service: str) -> None:
        with self.uji.store.read() as connection:
            row = connection.execute(
                select(tables.Service).where(tables.Service.office_id == self.uji.id, tables.Service.slug == service)
            ).one()
        now, token = self.uji.now, f"berkas-{next(_slugs):015d}"
        file = {"office_id": self.uji.id, "service_id": row.id, "standard_id": row.standard_id, "token": token}
        step = {"state": FileState.RETURNED.value, "step": "terima", "opened_at": now, "since_at": now}
        self.uji.store.write(insert(tables.FileRecord), {**file, **step})
        with suppress(Refusal):
            nonce = f"kembali-{next(_slugs):08d}"
            self.uji.by_itself(visitor.come_back, token, nonce=nonce, language="id")

    @rule(at=AT, service=SERVICE)
    def somebody_at_a_counter_has_another_wish(self, at: int, service: str) -> None:
        here = self.here(at)
        if here is not None:
            self.attempt(officer.next_service, here.id, service, at=at)
        self.attempt(officer.walk_in, service, is_priority=False, nonce=f"loket-{next(_slugs):08d}", at=at)

    @precondition(lambda self: self.uji.made)
    @rule(at=AT, pick=st.integers(0, 30))
    def call_out_of_turn(self, at: int, pick: int) -> None:
        self.attempt(officer.call_number, self.uji.made[pick % len(self.uji.made)].number, "sakit", at=at)

    @rule(at=AT)
    def a_seat_rests_or_is_taken_away(self, at: int) -> None:
        self.attempt(seat.sit, at=at)
        self.attempt(seat.pause, PauseReason.PRAYER, at=at)
        self.set_up(supervisor.empty_counter, at, "pulang")

    @rule(is_holiday=st.booleans(), closes=st.sampled_from([None, time(8, 30), time(23)]))
    def the_days_change(self, is_holiday: bool, closes: time | None) -> None:
        today = self.uji.now.date()
        rows = [HolidayRow(on_day=today, name="Libur")] if is_holiday else []
        self.set_up(change_holidays, HolidaysForm(year=today.year, holidays=rows))
        week = [HoursRow(weekdays=list(range(7)), opens=time(8), closes=closes)] if closes else []
        self.set_up(change_hours, HoursForm(hours=week))

    @rule(is_open=st.none() | st.booleans(), service=st.none() | SERVICE)
    def the_supervisor_opens_or_closes(self, is_open: bool | None, service: str | None) -> None:
        self.set_up(partial(supervisor.force, is_open=is_open, reason="rapat", service=service))

    @rule()
    def a_letter_changes(self) -> None:
        rows = services_form(self.office).services
        letters = dict(zip(SLUGS, "XYZ" if rows[0].series == "A" else "ABC", strict=True))
        changed = [row.model_copy(update={"series": letters[row.slug]}) for row in rows]
        self.set_up(change_services, ServicesForm(services=changed))

    @rule(is_signed=st.booleans(), days=st.sampled_from([1, 3]))
    def the_night_comes(self, is_signed: bool, days: int) -> None:
        if is_signed:
            self.attempt(day.close_day, ITEMS[ChecklistKind.CLOSING], "", {})
        self.uji.later(days=days)
        self.uji.by_itself(day.close_past_days)
        with self.uji.store.room(self.uji.id, self.uji.now) as room:
            assert not room.tickets
            assert all(room.seat(each).officer_id is None for each in room.office.counters)
        self.uji.made.clear()

    @rule(at=AT, verb=st.sampled_from([officer.undo, seat.leave, seat.hand_over, seat.resume]))
    def other_clicks(self, at: int, verb: Callable[..., Any]) -> None:
        self.attempt(verb, at=at)

    @precondition(lambda self: self.uji.made)
    @rule(pick=st.integers(0, 30), to=st.none() | AT)
    def take_over(self, pick: int, to: int | None) -> None:
        self.set_up(supervisor.take_over, self.some(pick), "macet", to)

    @rule(at=AT, roles=ROLES, services=st.none() | st.lists(SERVICE, min_size=1, max_size=2, unique=True))
    def a_counter_does_other_work(self, at: int, roles: list[Role], services: list[str] | None) -> None:
        said = {"roles": roles, "every_service": services is None, "services": services or []}
        rows = setup_counters.counters_form(self.office).counters
        changed = [row.model_copy(update=said) if row.number == at else row for row in rows]
        self.set_up(setup_counters.change_counters, CountersForm(counters=changed))

    @rule(at=AT)
    def a_counter_comes_or_goes(self, at: int) -> None:
        rows = setup_counters.counters_form(self.office).counters
        kept = [row for row in rows if row.number != at]
        if len(kept) == len(rows):
            kept.append(CounterRow(number=at, name=f"Loket {at}", roles=[Role.LOKET], every_service=True))
        self.set_up(setup_counters.change_counters, CountersForm(counters=kept))

    @rule(slug=SERVICE, is_active=st.booleans(), quota=st.none() | st.integers(1, 3), at=st.lists(AT, unique=True))
    def a_service_changes(self, slug: str, is_active: bool, quota: int | None, at: list[int]) -> None:
        said = {"is_active": is_active, "quota": quota, "counters": at}
        rows = [row.model_copy(update=said) if row.slug == slug else row for row in services_form(self.office).services]
        self.set_up(change_services, ServicesForm(services=rows))

    @rule(slug=SERVICE, roles=st.sampled_from([(), (Role.KASI,), (Role.OPERATOR, Role.KASI)]))
    def a_procedure_changes(self, slug: str, roles: tuple[Role, ...]) -> None:
        standard = next(each.standard for each in self.office.services if each.slug == slug)
        steps = (*standard.steps[:-1], replace(standard.steps[-1], also_roles=roles))
        self.set_up(save_standard, slug, service_to_json(replace(standard, steps=steps)))

    @rule(at=AT, is_active=st.booleans(), roles=ROLES)
    def an_officer_changes(self, at: int, is_active: bool, roles: list[Role]) -> None:
        rows = [RoleRow(role=role) for role in roles]
        login = f"petugas{at}"
        wanted = OfficerForm(login=login, name=login, is_active=is_active, roles=rows)
        self.set_up(change_officer, self.uji.officer(at), wanted)

    @invariant()
    def everybody_who_waits_is_seen_and_called_by_a_counter(self) -> None:
        with self.uji.store.room(self.uji.id, self.uji.now) as room:
            assert room.stranded() == []
            lines = {one.id for counter in room.office.counters for one in room.line(counter, 99)}
            assert lines == {one.id for one in room.waiting()}
            shown = [room.waiting_for(counter) for counter in room.office.counters]
            for one in room.waiting():
                assert any(counts.get(one.service_id) for counts in shown)
            assert sum(room.waiting_by_service().values()) == len(room.waiting())


def test_whatever_is_clicked_and_set_up_everybody_who_waits_is_called_by_a_counter(sqlite_store: Store) -> None:
    few = settings(max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(lambda: ClicksAndSetup(sqlite_store), settings=few)  # type: ignore[no-untyped-call]
