"""Slips from their rows to the paper: whatever the printer does, each is confirmed, or failed or expired and told."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ipp_server import COMPLETED, PROCESSING, Cups
from paper import Fault, PaperPrinter, decode, picture, qr_codes
from people import until
from sqlalchemy import insert, select, update
from world import MORNING, World

from shared.domain.actor import Actor
from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.slips.print_job import JobState
from shared.domain.slips.slip import Cut, Space, Text
from shared.engine.paper import print_queue, printer_state, spooler
from shared.engine.paper import slips as paper
from shared.engine.paper.printer_state import QUIET_S
from shared.engine.paper.spooler import ASK_S, LOOK_S, Spooler, is_gone
from shared.engine.people.device import digest, issue_token
from shared.engine.setup import printers as setup_printers
from shared.printing.address import Kind
from shared.printing.advice import advice
from shared.printing.delivery import LEARN_S, TIMEOUT_S, Answers, Outcome, Result
from shared.printing.learning import LONGEST_LOOK_S, Learning
from shared.printing.made import make
from shared.printing.status import Status
from shared.store import reads
from shared.store.office import Store
from shared.store.tables import Device, Office, Printer, PrintJob
from shared.web.commands.printer import command as printer_command
from shared.web.console import WORDS
from shared.web.settings import Settings
from shared.words import LANGUAGES, texts

LIMIT_S = 30
GONE = "server/elsewhere/1/1"


class Clock:
    """Runs from Monday morning; `jump` puts it forward."""

    def __init__(self) -> None:
        self._began, self._ahead = time.monotonic(), timedelta()

    def __call__(self) -> datetime:
        return MORNING + self._ahead + timedelta(seconds=time.monotonic() - self._began)

    def jump(self, **by: float) -> None:
        self._ahead += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def small(sqlite_store: Store) -> World:
    import world

    return world.office(sqlite_store)


def add_printer(office: World, address: str, slug: str = "kertas", kind: str = "network", **columns: Any) -> int:
    """A printer that number slips go to unless told otherwise."""
    values = {"office_id": office.id, "slug": slug, "kind": kind, "address": address, "profile": "58mm"}
    values |= {"answers": "in_order", **columns}
    key: Any = office.store.write_with(lambda c: c.execute(insert(Printer), values).inserted_primary_key)
    choice = update(Office).where(Office.id == office.id)
    office.store.write(choice.values(setup_version=Office.setup_version + 1, settings={"printer": slug}))
    return int(key[0])


@contextmanager
def spooling(store: Store, clock: Callable[[], datetime], **faster: float) -> Iterator[Spooler]:
    quick = {"timeout_s": 0.3, "ask_s": 0.2, "longest_wait_s": 0.1, "look_s": 0.05} | faster
    spooler = Spooler(store, clock, **quick)
    thread = threading.Thread(target=spooler.run)
    thread.start()
    try:
        yield spooler
    finally:
        spooler.stop()
        thread.join(LIMIT_S)
        until(lambda: not spooler._busy)


def queue(office: World, word: str, now: datetime, printer: str | None = None, kind: str = paper.NUMBER) -> int:
    lines = [Text(word, size=2), Space(80), Text("akhir"), Cut()]
    job = office.store.change(office.id, Actor.system(now), paper.print_lines, kind, lines, printer=printer)
    assert job is not None
    return job


def job(store: Store, job_id: int) -> Any:
    with store.read() as connection:
        return connection.execute(select(PrintJob).where(PrintJob.id == job_id)).one()


def copies(store: Store, job_id: int) -> list[Any]:
    with store.read() as connection:
        return list(connection.execute(select(PrintJob).where(PrintJob.copy_of_id == job_id).order_by(PrintJob.id)))


def printer(store: Store, printer_id: int) -> Any:
    with store.read() as connection:
        return connection.execute(select(Printer).where(Printer.id == printer_id)).one()


def on_paper(device: PaperPrinter, word: str, *, marked: bool) -> list[bytes]:
    """The pieces of paper with this word, whole or torn off."""
    return [slip for slip in device.slips if word.encode() in slip and (b"SALINAN" in slip) is marked]


def is_state(store: Store, job_id: int, *states: JobState) -> Callable[[], bool]:
    return lambda: job(store, job_id).state in states


# one printer and its faults


def test_a_number_slip_is_printed_and_confirmed_by_the_printer(small: World, clock: Clock) -> None:
    device = PaperPrinter()

    with device.on_network() as address, spooling(small.store, clock):
        add_printer(small, address)
        taken = small.take()
        until(lambda: device.slips and _slip_of(small, taken.id).state == JobState.CONFIRMED)

    assert len(on_paper(device, taken.number, marked=False)) == 1
    assert job(small.store, 1).witness == "in_order"


def _slip_of(office: World, ticket_id: int) -> Any:
    with office.store.read() as connection:
        return reads.print_job_of(connection, office.id, ticket_id)


@pytest.mark.parametrize("fault", [Fault.PAPER_OUT, Fault.COVER_OPEN, Fault.CUTTER, Fault.OFFLINE])
def test_a_slip_waits_for_the_printer_and_says_why(small: World, clock: Clock, fault: Fault) -> None:
    device = PaperPrinter()
    device.fault = fault

    with device.on_network() as address, spooling(small.store, clock):
        printer_id = add_printer(small, address)
        waiting = queue(small, "N0001", clock())
        until(lambda: job(small.store, waiting).fault == fault.value)
        until(lambda: printer(small.store, printer_id).status == fault.value)
        assert job(small.store, waiting).state == JobState.QUEUED
        device.mend()
        until(is_state(small.store, waiting, JobState.CONFIRMED))

    assert len(on_paper(device, "N0001", marked=False)) == 1
    assert not on_paper(device, "N0001", marked=True)


@pytest.mark.parametrize(
    ("fault", "told"), [(Fault.SILENT, "no_answer"), (Fault.HALF_OPEN, "no_answer"), (Fault.HANG_UP, "hung_up")]
)
def test_a_printer_that_does_not_answer_gets_nothing(small: World, clock: Clock, fault: Fault, told: str) -> None:
    device = PaperPrinter()
    device.fault = fault

    with device.on_network() as address, spooling(small.store, clock):
        add_printer(small, address)
        waiting = queue(small, "N0001", clock())
        until(lambda: job(small.store, waiting).fault == told)
        device.mend()
        until(is_state(small.store, waiting, JobState.CONFIRMED))

    assert len(on_paper(device, "N0001", marked=False)) == 1


def test_a_roll_near_its_end_still_prints_and_is_told(small: World, clock: Clock) -> None:
    device = PaperPrinter()
    device.fault = Fault.NEAR_END

    with device.on_network() as address, spooling(small.store, clock):
        printer_id = add_printer(small, address)
        waiting = queue(small, "N0001", clock())
        until(is_state(small.store, waiting, JobState.CONFIRMED))
        until(lambda: printer(small.store, printer_id).status == Status.NEAR_END)

    assert reads.board(small.store, small.id, clock())["printers"]["kertas"] == "near_end"


@pytest.mark.parametrize("fault", [Fault.POWER_CYCLE, Fault.PAPER_OUT, Fault.HANG_UP])
def test_a_slip_that_broke_off_is_printed_once_more_and_says_so(small: World, clock: Clock, fault: Fault) -> None:
    device = PaperPrinter()

    with device.on_network() as address, spooling(small.store, clock):
        add_printer(small, address)
        device.break_after(20, fault)
        broken = queue(small, "N0001", clock())
        until(lambda: copies(small.store, broken))
        device.mend()
        until(lambda: copies(small.store, broken)[0].state == JobState.CONFIRMED)

    assert job(small.store, broken).state == JobState.FAILED
    assert job(small.store, broken).is_uncertain
    assert len(on_paper(device, "N0001", marked=False)) <= 1
    assert len(on_paper(device, "N0001", marked=True)) == 1


def test_a_copy_that_is_uncertain_again_is_left_to_people(small: World, clock: Clock) -> None:
    waiting = queue(small, "N0001", clock(), "virtual")
    _send_and_lose(small, waiting, clock())
    (again,) = copies(small.store, waiting)

    _send_and_lose(small, again.id, clock())

    assert [each.state for each in copies(small.store, waiting)] == [JobState.FAILED]


def _send_and_lose(office: World, job_id: int, now: datetime) -> None:
    assert print_queue.claim(office.store, job_id, GONE, now, 60)
    assert print_queue.finish(office.store, job_id, GONE, Outcome(Result.UNCERTAIN, "hung_up"), now, 100)


def test_a_printer_that_answers_nothing_is_believed_to_have_printed(small: World, clock: Clock) -> None:
    device = PaperPrinter(dialect="mute")

    with device.on_network() as address, spooling(small.store, clock):
        printer_id = add_printer(small, address, answers="nothing")
        waiting = queue(small, "N0001", clock())
        until(is_state(small.store, waiting, JobState.CONFIRMED))
        until(lambda: printer(small.store, printer_id).status == Status.OK)
        until(lambda: on_paper(device, "N0001", marked=False))

    assert job(small.store, waiting).witness == "sent"


def test_an_impossible_slip_fails_and_the_next_one_is_printed(small: World, clock: Clock) -> None:
    device = PaperPrinter()
    bad = queue(small, "N0001", clock(), "virtual")
    small.store.write(update(PrintJob).where(PrintJob.id == bad).values(lines=[{"kind": "poem"}]))

    with device.on_network() as address:
        printer_id = add_printer(small, address)
        small.store.write(update(PrintJob).where(PrintJob.id == bad).values(printer_id=printer_id))
        good = queue(small, "N0002", clock())
        with spooling(small.store, clock):
            until(is_state(small.store, good, JobState.CONFIRMED))

    assert (job(small.store, bad).state, job(small.store, bad).fault) == (JobState.FAILED, "impossible")


# time


def test_a_number_slip_is_not_printed_two_minutes_late(small: World, clock: Clock) -> None:
    device = PaperPrinter()
    device.fault = Fault.PAPER_OUT

    with device.on_network() as address, spooling(small.store, clock):
        add_printer(small, address)
        number, receipt = queue(small, "N0001", clock()), queue(small, "R0001", clock(), kind="receipt")
        until(lambda: job(small.store, number).fault == "paper_out")
        clock.jump(seconds=121)
        until(is_state(small.store, number, JobState.EXPIRED))
        device.mend()
        until(is_state(small.store, receipt, JobState.CONFIRMED))

    assert job(small.store, number).fault == "paper_out"
    assert not [slip for slip in device.slips if b"N0001" in slip]


def test_the_word_of_a_printer_that_comes_too_late_takes_the_copy_back(small: World, clock: Clock) -> None:
    late = queue(small, "N0001", clock(), "virtual")
    assert print_queue.claim(small.store, late, GONE, clock(), 10)
    clock.jump(seconds=11)
    print_queue.sweep(small.store, clock(), lambda _owner: False)
    assert [each.state for each in copies(small.store, late)] == [JobState.QUEUED]

    assert print_queue.finish(small.store, late, GONE, Outcome(Result.CONFIRMED, evidence="in_order"), clock(), 100)

    assert job(small.store, late).state == JobState.CONFIRMED
    assert not copies(small.store, late)


@pytest.mark.parametrize("is_sent", [True, False])
def test_a_slip_of_a_clock_that_was_ahead_holds_no_printer_and_is_not_printed_a_day_later(
    small: World, clock: Clock, is_sent: bool
) -> None:
    clock.jump(days=1)
    ahead = queue(small, "N0001", clock(), "virtual")
    assert not is_sent or print_queue.claim(small.store, ahead, GONE, clock(), 40)
    clock.jump(days=-1)

    print_queue.sweep(small.store, clock(), lambda _owner: False)

    assert job(small.store, ahead).state == (JobState.FAILED if is_sent else JobState.EXPIRED)


# many hands


def test_two_processes_never_send_the_same_slip(office: Callable[..., World], clock: Clock) -> None:
    here = office()
    wanted = [queue(here, f"N{number:04}", clock(), "virtual") for number in range(5)]
    won: list[tuple[int, str]] = []

    def grab(owner: str) -> None:
        for each in wanted:
            if print_queue.claim(here.store, each, owner, clock(), 60):
                won.append((each, owner))
                assert print_queue.finish(here.store, each, owner, Outcome(Result.CONFIRMED), clock(), 100)

    hands = [threading.Thread(target=grab, args=(f"server/{name}/1/1",)) for name in "abcd"]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(LIMIT_S)

    assert len({each for each, _ in won}) == len(won)


def test_one_printer_takes_one_slip_at_a_time(office: Callable[..., World], clock: Clock) -> None:
    here = office()
    first, second = queue(here, "N0001", clock(), "virtual"), queue(here, "N0002", clock(), "virtual")

    assert print_queue.claim(here.store, first, "server/a/1/1", clock(), 60)
    assert not print_queue.claim(here.store, second, "server/b/1/1", clock(), 60)
    assert print_queue.claim(here.store, first, "server/a/1/1", clock(), 60)
    assert not print_queue.claim(here.store, first, "server/b/1/1", clock(), 60)
    assert not print_queue.finish(here.store, first, "server/b/1/1", Outcome(Result.CONFIRMED), clock(), 100)


def test_the_slip_of_a_process_that_died_is_printed_once_more_and_says_so(small: World, clock: Clock) -> None:
    device = PaperPrinter()

    with device.on_network() as address:
        add_printer(small, address)
        broken = queue(small, "N0001", clock())
        dead = Spooler(small.store, clock).owner.rpartition("/")[0] + "/0"
        assert is_gone(dead)
        assert print_queue.claim(small.store, broken, dead, clock(), 600)
        with spooling(small.store, clock):
            until(lambda: [each.state for each in copies(small.store, broken)] == [JobState.CONFIRMED])

    assert len(on_paper(device, "N0001", marked=True)) == 1


def test_a_process_that_lives_is_not_gone(small: World, clock: Clock) -> None:
    assert not is_gone(Spooler(small.store, clock).owner)
    assert not is_gone("server/another-machine/1/1")
    assert not is_gone("agent/1/x")


def test_a_slip_that_was_never_tried_says_why_it_expired(small: World, clock: Clock) -> None:
    printer_id = add_printer(small, "10.0.0.9", status="cover_open")
    wanted, shown = queue(small, "N0001", clock()), queue(small, "N0002", clock(), "virtual")

    clock.jump(seconds=121)
    print_queue.sweep(small.store, clock(), is_gone)

    assert (job(small.store, wanted).state, job(small.store, wanted).fault) == (JobState.EXPIRED, "cover_open")
    assert (job(small.store, shown).state, job(small.store, shown).fault) == (JobState.EXPIRED, "too_late")
    assert printer(small.store, printer_id).status == "cover_open"


def test_the_number_of_somebody_who_is_served_is_not_printed_any_more(small: World, clock: Clock) -> None:
    device = PaperPrinter()
    add_printer(small, "10.0.0.9")
    first, second = small.take(), small.take()
    called = small.call_next()
    assert called
    small.act("start", called["id"])

    with device.on_network() as address:
        small.store.write(update(Printer).where(Printer.slug == "kertas").values(address=address))
        with spooling(small.store, small.later):
            until(lambda: _slip_of(small, second.id).state == JobState.CONFIRMED)
            until(lambda: _slip_of(small, first.id).state == JobState.EXPIRED)

    assert _slip_of(small, first.id).fault == "served"
    assert not on_paper(device, first.number, marked=False)
    again = small.by_itself(paper.reprint, _slip_of(small, first.id).id, "hilang")
    with small.store.read() as connection:
        assert print_queue.waiting(connection, job(small.store, again).printer_id, small.now)


def test_a_slip_in_doubt_gets_no_copy_when_its_visitor_is_served(small: World, clock: Clock) -> None:
    add_printer(small, "10.0.0.9")
    taken = small.take()
    wanted = _slip_of(small, taken.id).id
    assert print_queue.claim(small.store, wanted, GONE, small.now, 60)
    called = small.call_next()
    assert called
    small.act("start", called["id"])

    assert print_queue.finish(small.store, wanted, GONE, Outcome(Result.UNCERTAIN, "hung_up"), small.now, 100)

    assert not copies(small.store, wanted)


def test_one_job_that_cannot_be_ended_holds_up_no_other(
    small: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = queue(small, "N0001", clock(), "virtual"), queue(small, "N0002", clock(), "virtual")
    clock.jump(seconds=121)
    end = print_queue.end_queued

    def breaks(connection: Any, job_id: int, *more: Any) -> bool:
        assert job_id != bad, "broken"
        return end(connection, job_id, *more)

    monkeypatch.setattr(print_queue, "end_queued", breaks)
    print_queue.sweep(small.store, clock(), is_gone)

    assert job(small.store, bad).state == JobState.QUEUED
    assert job(small.store, good).state == JobState.EXPIRED


# several printers


def test_a_fallback_prints_unmarked_what_was_never_sent(small: World, clock: Clock) -> None:
    broken, other = PaperPrinter(), PaperPrinter()
    broken.fault = Fault.PAPER_OUT

    with broken.on_network() as address, other.on_network() as second, spooling(small.store, clock):
        add_printer(small, address, fallback_id=add_printer(small, second, "cadangan"))
        moved = queue(small, "N0001", clock())
        until(is_state(small.store, moved, JobState.CONFIRMED))

    assert len(on_paper(other, "N0001", marked=False)) == 1
    assert not broken.slips


def test_a_dead_printer_blocks_no_other_and_no_visitor(small: World, clock: Clock) -> None:
    dead, well = PaperPrinter(), PaperPrinter()
    dead.fault = Fault.HALF_OPEN

    with spooling(small.store, clock, timeout_s=60), dead.on_network() as address, well.on_network() as second:
        add_printer(small, second, "sehat")
        add_printer(small, address)
        stuck = queue(small, "N0001", clock())
        until(lambda: dead.connections)
        printed = [queue(small, f"N{number:04}", clock(), "sehat") for number in range(2, 6)]
        for _ in range(5):
            assert small.take().number
        for each in printed:
            until(is_state(small.store, each, JobState.CONFIRMED))
        assert job(small.store, stuck).state in (JobState.QUEUED, JobState.SENDING)


def test_a_roll_that_was_changed_begins_a_new_estimate(small: World, clock: Clock) -> None:
    device = PaperPrinter()

    with device.on_network() as address, spooling(small.store, clock):
        printer_id = add_printer(small, address)
        for number in range(3):
            until(is_state(small.store, queue(small, f"N{number:04}", clock()), JobState.CONFIRMED))
        with small.store.read() as connection:
            (_, before) = reads.printers(connection, small.id)
        device.fault = Fault.PAPER_OUT
        until(lambda: printer(small.store, printer_id).status == Status.PAPER_OUT)
        device.mend()
        until(lambda: printer(small.store, printer_id).status == Status.OK)

    assert before.slips_left > 100
    assert printer(small.store, printer_id).printed_slips == 0


def test_status_words_become_events_and_move_the_board(small: World, clock: Clock) -> None:
    device = PaperPrinter()

    with device.on_network() as address, spooling(small.store, clock):
        printer_id = add_printer(small, address)
        until(lambda: printer(small.store, printer_id).status == Status.OK)
        version = small.version
        device.fault = Fault.COVER_OPEN
        until(lambda: printer(small.store, printer_id).status == Status.COVER_OPEN)

    assert small.version > version
    assert [(e.from_state, e.to_state) for e in small.events() if e.action == "printer"][-1] == ("ok", "cover_open")


def test_an_agent_that_is_not_heard_is_offline(small: World, clock: Clock) -> None:
    printer_id = add_printer(small, "", kind="star", status="ok", status_at=clock())

    print_queue.sweep(small.store, clock() + timedelta(seconds=8), is_gone)
    assert printer(small.store, printer_id).status == Status.OK
    print_queue.sweep(small.store, clock() + timedelta(seconds=10), is_gone)
    assert printer(small.store, printer_id).status == Status.OFFLINE


def test_a_server_that_has_just_started_takes_no_agent_for_silent(small: World, clock: Clock) -> None:
    printer_id = add_printer(small, "", kind="star", status="ok", status_at=clock() - timedelta(hours=9))
    spooler = Spooler(small.store, clock)

    spooler.look()
    assert printer(small.store, printer_id).status == Status.OK
    spooler._began_at -= 2 * QUIET_S
    spooler._sweep_at = 0
    spooler.look()
    assert printer(small.store, printer_id).status == Status.OFFLINE


# what people ask for


def test_a_reprint_says_salinan_and_why(small: World, clock: Clock) -> None:
    device = PaperPrinter()

    with device.on_network() as address, spooling(small.store, clock):
        add_printer(small, address)
        first = queue(small, "N0001", clock())
        until(is_state(small.store, first, JobState.CONFIRMED))
        again = small.store.change(small.id, Actor.system(clock()), paper.reprint, first, "kertas macet")
        until(is_state(small.store, again, JobState.CONFIRMED))

    (marked,) = on_paper(device, "N0001", marked=True)
    assert b"kertas macet" in marked
    assert [event.reason for event in small.events() if event.action == "reprint"] == ["kertas macet"]


def test_a_slip_that_was_never_sent_is_printed_again_unmarked_but_only_once(small: World, clock: Clock) -> None:
    device = PaperPrinter()
    expired = queue(small, "N0001", clock(), "virtual")
    clock.jump(seconds=121)
    print_queue.sweep(small.store, clock(), is_gone)

    with device.on_network() as address, spooling(small.store, clock):
        add_printer(small, address)
        for _ in range(2):
            wanted = small.store.change(
                small.id, Actor.system(clock()), paper.reprint, expired, "habis", printer="kertas"
            )
            until(is_state(small.store, wanted, JobState.CONFIRMED))

    assert len(on_paper(device, "N0001", marked=False)) == 1
    assert len(on_paper(device, "N0001", marked=True)) == 1


def test_nothing_is_printed_again_while_it_still_waits_or_without_a_reason(small: World, clock: Clock) -> None:
    waiting = queue(small, "N0001", clock(), "virtual")

    with pytest.raises(NotAllowed, match="still_printing"):
        small.store.change(small.id, Actor.system(clock()), paper.reprint, waiting, "x")
    small.store.change(small.id, Actor.system(clock()), paper.give_up, waiting)
    with pytest.raises(NotAllowed, match="not_waiting"):
        small.store.change(small.id, Actor.system(clock()), paper.give_up, waiting)
    with pytest.raises(Invalid, match="reason"):
        small.store.change(small.id, Actor.system(clock()), paper.reprint, waiting, "  ")
    with pytest.raises(Unknown, match="print_job"):
        small.store.change(small.id, Actor.system(clock()), paper.reprint, 999, "x")


# the promise


def test_five_hundred_slips_with_random_faults_are_confirmed_or_told_and_never_doubled(
    small: World, clock: Clock
) -> None:
    chance = random.Random(6)
    devices = [PaperPrinter() for _ in range(4)]
    wanted: dict[int, tuple[str, PaperPrinter]] = {}
    trouble = [Fault.NEAR_END, Fault.PAPER_OUT, Fault.COVER_OPEN, Fault.OFFLINE, Fault.SILENT, Fault.HALF_OPEN]
    breaks = [Fault.POWER_CYCLE, Fault.HANG_UP, Fault.PAPER_OUT, Fault.SILENT]

    with ExitStack() as stack:
        for place, device in enumerate(devices):
            add_printer(small, stack.enter_context(device.on_network()), f"p{place}")
        stack.enter_context(spooling(small.store, clock, timeout_s=0.15))
        for number in range(500):
            place = chance.randrange(4)
            word = f"N{number:04}"
            wanted[queue(small, word, clock(), f"p{place}")] = (word, devices[place])
            if number % 10 == 0:
                _disturb(chance, devices[place], trouble, breaks)
            if number % 25 == 24:
                time.sleep(0.2)
                for device in devices:
                    device.mend()
            if number == 300:
                devices[3].fault = Fault.PAPER_OUT
                clock.jump(seconds=119)
        ended = (JobState.CONFIRMED, JobState.FAILED, JobState.EXPIRED)
        until(lambda: _mended(devices) and all(each.state in ended for each in _all(small.store)), 60)

    for job_id, (word, device) in wanted.items():
        unmarked, marked = on_paper(device, word, marked=False), on_paper(device, word, marked=True)
        prints = [job(small.store, job_id), *copies(small.store, job_id)]
        assert len(unmarked) <= 1
        assert len(marked) <= 1
        if any(each.state == JobState.CONFIRMED for each in prints):
            assert any(b"akhir" in slip for slip in unmarked + marked)
        else:
            assert all(each.fault or each.state == JobState.EXPIRED for each in prints)
    assert sum(each.state == JobState.CONFIRMED for each in _all(small.store)) > 300


def _disturb(chance: random.Random, device: PaperPrinter, trouble: list[Fault], breaks: list[Fault]) -> None:
    if chance.random() < 0.5:
        device.fault = chance.choice(trouble)
    else:
        device.break_after(chance.randrange(1, 120), chance.choice(breaks))


def _mended(devices: list[PaperPrinter]) -> bool:
    for device in devices:
        device.mend()
    return True


def _all(store: Store) -> list[Any]:
    with store.read() as connection:
        return list(connection.execute(select(PrintJob)))


# trying a printer out


@pytest.mark.parametrize(("dialect", "answers"), [("full", "in_order"), ("no_gs_r", "real_time"), ("mute", "nothing")])
def test_the_test_page_learns_what_the_printer_answers(
    small: World, sqlite_url: str, tmp_path: Path, dialect: str, answers: str
) -> None:
    device = PaperPrinter(dialect=dialect)
    settings = Settings(data=tmp_path / "data", database_url=sqlite_url)

    with device.on_network() as address:
        printer_id = add_printer(small, address)
        asked = ["test", "--office", small.slug, "--name", "kertas", "--timeout", "0.5"]
        done = CliRunner().invoke(printer_command, asked, obj=settings)
        until(lambda: any(b"HALAMAN UJI" in slip and b"siap." in slip for slip in device.slips))

    assert done.exit_code == 0, done.output
    assert printer(small.store, printer_id).answers == answers
    assert answers in done.output
    page = decode(device.slips[-1])
    for words in ("58mm, 32 kolom, 384 titik", "CP850", "sebagai gambar", "tidak ada", "Printer siap"):
        assert words in page.text or (dialect == "mute" and words == "Printer siap")
    assert "12345678901234567890123456789012" in page.text
    assert qr_codes(picture(device.slips[-1], 384)) == ["http://127.0.0.1:8000"]


def test_the_test_page_of_a_printer_elsewhere_waits_for_it(small: World, sqlite_url: str, tmp_path: Path) -> None:
    add_printer(small, "", kind="star", status=Status.COVER_OPEN)
    settings = Settings(data=tmp_path / "data", database_url=sqlite_url)

    done = CliRunner().invoke(printer_command, ["test", "--office", small.slug, "--name", "kertas"], obj=settings)

    assert done.exit_code == 0, done.output
    assert "Tutup printer terbuka" in done.output
    (waiting,) = _all(small.store)
    assert (waiting.kind, waiting.state) == ("test", JobState.QUEUED)
    assert "Tutup printer terbuka" in str(waiting.lines)


def test_a_printer_in_trouble_keeps_what_was_known_of_it(small: World, sqlite_url: str, tmp_path: Path) -> None:
    device = PaperPrinter()
    device.fault = Fault.PAPER_OUT

    with device.on_network() as address:
        printer_id = add_printer(small, address)
        asked = ["test", "--office", small.slug, "--timeout", "0.5"]
        done = CliRunner().invoke(printer_command, asked, obj=Settings(data=tmp_path / "data", database_url=sqlite_url))

    assert done.exit_code == 1
    assert "paper_out" in done.output
    assert printer(small.store, printer_id).answers == "in_order"


# learning


@pytest.mark.parametrize("dialect", ["mute", "garbage", "endless"])
def test_a_new_printer_that_answers_nothing_gets_its_slips_all_the_same(
    small: World, clock: Clock, dialect: str
) -> None:
    device = PaperPrinter(dialect=dialect)

    with device.on_network() as address, spooling(small.store, clock):
        printer_id = add_printer(small, address, answers="not_learned")
        wanted = queue(small, "N0001", clock())
        until(is_state(small.store, wanted, JobState.CONFIRMED), limit_s=10)
        until(lambda: on_paper(device, "N0001", marked=False), limit_s=10)
        until(lambda: printer(small.store, printer_id).answers == "nothing")

    assert job(small.store, wanted).witness == "sent"


def test_a_printer_that_answers_nothing_prints_whichever_way_it_came_into_the_office(
    small: World, clock: Clock
) -> None:
    ways = ("typed", "moved", "struk")
    devices = {name: PaperPrinter(dialect="mute") for name in ways}

    with ExitStack() as stack:
        at = {name: stack.enter_context(device.on_network()) for name, device in devices.items()}
        add_printer(small, "127.0.0.1:9", "moved")  # known to answer, before it is another one at another address
        form = setup_printers.printers_form(small.store.office_config(small.id))
        rows = [row.model_copy(update={"address": at["moved"]} if row.slug == "moved" else {}) for row in form.printers]
        typed = setup_printers.PrinterRow(slug="typed", kind=Kind.NETWORK, address=at["typed"], profile="58mm")
        small.by_itself(setup_printers.change_printers, form.model_copy(update={"printers": [*rows, typed]}))
        found = setup_printers.FoundForm(kind=Kind.NETWORK, address=at["struk"], profile="58mm")
        small.by_itself(setup_printers.use_found, found)
        stack.enter_context(spooling(small.store, clock))
        wanted = [queue(small, "N0001", clock(), name) for name in ways]
        for each in wanted:
            until(is_state(small.store, each, JobState.CONFIRMED))
        until(lambda: all(on_paper(device, "N0001", marked=False) for device in devices.values()))

    assert {job(small.store, each).witness for each in wanted} == {"sent"}


@pytest.mark.parametrize("way", ["typed", "agent", "found"])
def test_the_first_printer_with_paper_gets_the_slips_however_it_came_and_a_second_takes_none_away(
    here: World, way: str
) -> None:
    def come(address: str, slug: str) -> None:
        if way == "agent":
            facts = {"kind": "network", "address": address, "profile": "58mm", "answers": "not_learned"}
            device = here.store.write_with(issue_token, here.id, "agent", slug, here.now)
            with here.store.read() as connection:
                owner = connection.execute(select(Device.id).where(Device.token_hash == digest(device))).scalar_one()
            here.by_itself(paper.attach, owner, slug, **facts)
        elif way == "found":
            found = setup_printers.FoundForm(kind=Kind.NETWORK, address=address, profile="58mm")
            here.by_itself(setup_printers.use_found, found)
        else:
            form = setup_printers.printers_form(here.store.office_config(here.id))
            row = setup_printers.PrinterRow(slug=slug, kind=Kind.NETWORK, address=address, profile="58mm")
            here.by_itself(setup_printers.change_printers, form.model_copy(update={"printers": [*form.printers, row]}))

    first = here.store.office_config(here.id).printer()
    come("192.168.1.50", "struk")
    chosen = here.store.office_config(here.id).printer()
    come("192.168.1.51", "dua")

    assert first is not None
    assert first.kind == Kind.VIRTUAL
    assert chosen is not None
    assert chosen.slug == "struk"
    assert here.store.office_config(here.id).printer() == chosen


@pytest.mark.parametrize(
    ("dialect", "answers"),
    [
        ("full", "in_order"),
        ("no_gs_r", "real_time"),
        ("deaf", "real_time"),
        ("closes", "in_order"),
        ("closes_no_gs_r", "real_time"),
    ],
)
def test_a_new_printer_is_learned_before_its_first_slip(small: World, clock: Clock, dialect: str, answers: str) -> None:
    device = PaperPrinter(dialect=dialect)

    with device.on_network() as address, spooling(small.store, clock, timeout_s=2.5):
        printer_id = add_printer(small, address, answers="not_learned")
        wanted = queue(small, "N0001", clock())
        until(is_state(small.store, wanted, JobState.CONFIRMED))

    assert printer(small.store, printer_id).answers == answers
    assert len(on_paper(device, "N0001", marked=False)) == 1
    assert not on_paper(device, "N0001", marked=True)


def test_a_slip_is_out_or_its_printers_trouble_is_told_within_ten_seconds() -> None:
    learned = max(LEARN_S, LONGEST_LOOK_S)  # of one that answers nothing, and of one that answers late
    first_slip = LOOK_S + learned + 1
    no_answer, agent_gone = ASK_S + LOOK_S + TIMEOUT_S, QUIET_S + LOOK_S

    assert max(first_slip, no_answer, agent_gone) <= 10


def test_a_slip_that_comes_while_a_mute_printer_is_asked_does_not_wait_for_a_second_look() -> None:
    device, known = PaperPrinter(dialect="mute"), Learning(0.1)

    with device.on_network() as address:
        looks = [known.answers("network", address, Answers.NOT_LEARNED, is_for_slip=each) for each in (False, True)]
        until(lambda: device.connections)
        called = device.connections

    assert [each.answers for each in looks] == [Answers.NOTHING, Answers.NOTHING]
    assert called == 1


def test_a_printer_that_breaks_off_every_slip_does_not_count_as_well_again(small: World, clock: Clock) -> None:
    device = PaperPrinter(dialect="tears")

    with device.on_network() as address, spooling(small.store, clock) as spooler:
        printer_id = add_printer(small, address, answers="real_time", status="ok", profile="80mm-48")
        lines = [Text(f"baris {row}", size=8) for row in range(6)]
        wanted = small.by_itself(paper.print_lines, paper.NUMBER, [*lines, Cut()])
        until(lambda: any(each.state == JobState.FAILED for each in copies(small.store, wanted)))
        asked = spooler._asked.get(printer_id)
        until(lambda: spooler._asked.get(printer_id) not in (None, asked))
        until(lambda: printer_id not in spooler._busy)

    assert printer(small.store, printer_id).status == "offline"


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Fault.SILENT, Status.UNKNOWN), (Fault.HALF_OPEN, Status.UNKNOWN), (Fault.HANG_UP, Status.OFFLINE)],
)
def test_a_printer_that_falls_silent_or_hangs_up_is_told_with_what_to_do(
    small: World, clock: Clock, fault: Fault, status: Status
) -> None:
    device = PaperPrinter()
    device.fault = fault

    with device.on_network() as address, spooling(small.store, clock):
        printer_id = add_printer(small, address, status="ok")
        wanted = queue(small, "N0001", clock())
        until(lambda: job(small.store, wanted).fault)
        until(lambda: printer(small.store, printer_id).status == status)

    for language in LANGUAGES:
        assert len(texts(WORDS, language)[f"printer_hint.{advice(job(small.store, wanted).fault)}"]) > 40


def test_a_printer_that_closes_after_each_slip_is_not_doubted_for_ever(small: World, clock: Clock) -> None:
    device = PaperPrinter(dialect="closes_no_gs_r")

    with device.on_network() as address, spooling(small.store, clock):
        printer_id = add_printer(small, address, answers="in_order", profile="80mm-48")
        first = queue(small, "N0001", clock())
        until(lambda: printer(small.store, printer_id).answers == "real_time")
        second = queue(small, "N0002", clock())
        until(is_state(small.store, second, JobState.CONFIRMED))

    assert len(copies(small.store, first)) == 1
    assert not copies(small.store, second)
    assert len(on_paper(device, "N0002", marked=False)) == 1


def test_a_printer_whose_word_behind_a_slip_gets_lost_is_learned_with_its_first_slip(
    small: World, clock: Clock
) -> None:
    device = PaperPrinter(lost=1_000)

    with device.on_network() as address, spooling(small.store, clock):
        printer_id = add_printer(small, address, answers="not_learned")
        wanted = queue(small, "N0001", clock())
        until(lambda: printer(small.store, printer_id).answers == "real_time")

    assert job(small.store, wanted).witness == "real_time"
    assert not copies(small.store, wanted)


def test_a_printer_on_a_slow_line_gets_letters_instead_of_pictures(
    small: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = PaperPrinter()
    monkeypatch.setattr(spooler, "SLOW_BYTES_PER_S", 10**9)
    monkeypatch.setattr(spooler, "SLOW_S", 0)

    with device.on_network() as address, spooling(small.store, clock):
        add_printer(small, address)
        taken = [small.take()]
        until(lambda: _slip_of(small, taken[0].id).state == JobState.CONFIRMED)
        taken.append(small.take())
        until(lambda: _slip_of(small, taken[1].id).state == JobState.CONFIRMED)

    lines = [_slip_of(small, each.id).lines for each in taken]
    assert device.slips == [make(lines[0], "58mm").data, make(lines[1], "58mm", is_slow=True).data]
    assert len(device.slips[1]) < len(device.slips[0]) / 3


def test_a_slip_after_one_that_a_slow_line_left_in_doubt_is_typed(small: World, clock: Clock) -> None:
    device = PaperPrinter()

    with device.on_network() as address:
        printer_id = add_printer(small, address)
        with small.store.read() as connection:
            known = printer_state.printer(connection, printer_id)
        taking = Spooler(small.store, clock)
        taking._turned(known, Status.SLOW)
        slip = _slip_of(small, small.take().id)
        assert printer(small.store, printer_id).status == Status.SLOW
        taking._print_all(known)

    assert device.slips == [make(slip.lines, "58mm", is_slow=True).data]
    assert printer(small.store, printer_id).status == Status.OK


def test_a_device_with_two_names_talks_to_one_caller_at_a_time(small: World, clock: Clock) -> None:
    first = add_printer(small, "127.0.0.1:9", "satu")
    add_printer(small, "127.0.0.1:9", "dua")
    spooler = Spooler(small.store, clock)
    spooler._busy.add(first)

    spooler.look()

    assert first in spooler._busy
    assert len([each for each in spooler._busy if each >= first]) == 1


def test_a_cups_queue_that_is_idle_is_not_ready_after_a_slip_that_never_came_out(
    small: World, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cups = Cups(job_state=PROCESSING)
    monkeypatch.setenv("CUPS_SERVER", str(tmp_path / "cups.sock"))

    with cups.on(tmp_path / "cups.sock"):
        printer_id = add_printer(small, "kios", kind="cups")
        wanted = queue(small, "N0001", clock(), kind="receipt")
        with spooling(small.store, clock, ask_s=0.05):
            until(lambda: copies(small.store, wanted))
            until(lambda: copies(small.store, wanted)[0].state == JobState.FAILED)
            until(lambda: printer(small.store, printer_id).status == Status.UNKNOWN)
            asked = cups.questions
            until(lambda: cups.questions > asked + 5)
            assert printer(small.store, printer_id).status == Status.UNKNOWN
            cups.job_state = COMPLETED
            again = queue(small, "N0002", clock())
            until(is_state(small.store, again, JobState.CONFIRMED))
            until(lambda: printer(small.store, printer_id).status == Status.OK)
