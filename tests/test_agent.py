"""The print agent: fetches, prints and reports, through restarts of either side."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pytest
import world
from paper import Fault, PaperPrinter
from people import until
from socketio.exceptions import SocketIOError
from sqlalchemy import update
from test_spool import Clock, copies, is_state, job, on_paper, printer, queue
from werkzeug.serving import make_server
from world import World

from shared.domain.slips.print_job import JobState
from shared.engine.paper import print_queue
from shared.engine.people.device import confirm, devices, invite, issue_token, revoke
from shared.engine.setup import printers as setup_printers
from shared.printing.address import Kind
from shared.printing.agent import (
    Agent,
    Journal,
    LocalPrinter,
    Refused,
    ServerConnection,
    Unreachable,
    alone,
    pair,
    redeem,
)
from shared.printing.job_notifier import JobNotifier
from shared.printing.status import Status
from shared.store.office import Store
from shared.store.tables import Printer
from shared.web.app import create_app
from shared.web.commands.print_agent import _line, _server
from shared.web.settings import Settings


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def small(sqlite_store: Store) -> World:
    return world.office(sqlite_store)


@pytest.fixture
def serving(small: World, clock: Clock, tmp_path: Path) -> Iterator[str]:
    """The address of the office on a real server."""
    app = create_app(Settings(data=tmp_path / "data"), small.store, clock, async_mode="threading")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/{small.slug}"
    server.shutdown()
    thread.join()
    server.server_close()


def line(office: World, url: str, clock: Clock, purpose: str = "agent") -> ServerConnection:
    return ServerConnection(
        url, office.store.write_with(issue_token, office.id, purpose, "anjungan", clock()), timeout_s=5
    )


def agent(at: ServerConnection, folder: Path, address: str, **more: Any) -> Agent:
    return Agent(
        at,
        Journal(folder),
        LocalPrinter("usb", Kind.NETWORK, address, "58mm"),
        **({"wait_s": 0.2, "timeout_s": 0.3} | more),
    )


@contextmanager
def working(one: Agent) -> Iterator[Agent]:
    thread = threading.Thread(target=one.run)
    thread.start()
    try:
        yield one
    finally:
        one.stop()
        thread.join(30)


def known(office: World) -> int:
    """Waits until the agent has told of its printer; the printer's id."""
    return int(until(lambda: _printer_id(office)))


class Sleep(threading.Event):
    """Counts how often somebody lay down to sleep in it."""

    sleepers = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.sleepers += 1
        return super().wait(timeout)


def _printer_id(office: World) -> int | None:
    return next((p.id for p in office.store.office_config(office.id).printers if p.slug == "usb"), None)


def test_an_agent_brings_its_printer_and_prints_on_it(small: World, clock: Clock, serving: str, tmp_path: Path) -> None:
    device = PaperPrinter()

    with device.on_network() as address, working(agent(line(small, serving, clock), tmp_path / "a", address)):
        printer_id = known(small)
        wanted = queue(small, "N0001", clock(), "usb")
        until(is_state(small.store, wanted, JobState.CONFIRMED))
        until(lambda: printer(small.store, printer_id).status == Status.OK)

    assert len(on_paper(device, "N0001", marked=False)) == 1
    assert printer(small.store, printer_id).printed_slips == 1


def test_a_slip_comes_while_the_question_is_open(small: World, clock: Clock, serving: str, tmp_path: Path) -> None:
    device = PaperPrinter()

    with (
        device.on_network() as address,
        working(agent(line(small, serving, clock), tmp_path / "a", address, wait_s=15)),
    ):
        known(small)
        until(lambda: device.connections)
        wanted = queue(small, "N0001", clock(), "usb")
        until(is_state(small.store, wanted, JobState.CONFIRMED), limit_s=10)


def test_the_bell_wakes_the_agent_long_before_its_next_question(
    small: World, clock: Clock, serving: str, tmp_path: Path
) -> None:
    device = PaperPrinter()

    with device.on_network() as address:
        one = agent(line(small, serving, clock), tmp_path / "a", address)
        sleep = one._woken = Sleep()
        one.notifier.ring = sleep.set
        with working(one):
            until(lambda: one.notifier.is_open and known(small))
            one.wait_s = 300
            asleep = sleep.sleepers
            until(lambda: sleep.sleepers > asleep)
            wanted = queue(small, "N0001", clock(), "usb")
            until(is_state(small.store, wanted, JobState.CONFIRMED), limit_s=60)


def test_without_the_bell_the_question_stays_open(small: World, clock: Clock, serving: str, tmp_path: Path) -> None:
    device = PaperPrinter()

    with device.on_network() as address:
        one = agent(line(small, serving, clock), tmp_path / "a", address, wait_s=15)
        one.notifier.server = "http://127.0.0.1:1"
        with working(one):
            known(small)
            wanted = queue(small, "N0001", clock(), "usb")
            until(is_state(small.store, wanted, JobState.CONFIRMED), limit_s=60)

    assert not one.notifier.is_open


def test_a_bell_that_keeps_quiet_loses_no_slip(small: World, clock: Clock, serving: str, tmp_path: Path) -> None:
    device = PaperPrinter()

    with device.on_network() as address:
        one = agent(line(small, serving, clock), tmp_path / "a", address)
        one.notifier.ring = lambda: None
        with working(one):
            until(lambda: one.notifier.is_open and known(small))
            wanted = queue(small, "N0001", clock(), "usb")
            until(is_state(small.store, wanted, JobState.CONFIRMED))


def test_the_bell_is_for_agents_of_this_office_alone(small: World, clock: Clock, serving: str) -> None:
    server, _, slug = serving.rpartition("/")
    for token in ("", "x" * 43, line(small, serving, clock, "kiosk").token):
        bell = JobNotifier(server, slug, token, lambda: None)
        with pytest.raises(SocketIOError, match="namespaces failed"):
            bell._listen()


def test_the_state_of_the_printer_reaches_the_office(small: World, clock: Clock, serving: str, tmp_path: Path) -> None:
    device = PaperPrinter()
    device.fault = Fault.COVER_OPEN

    with device.on_network() as address, working(agent(line(small, serving, clock), tmp_path / "a", address)):
        printer_id = known(small)
        until(lambda: printer(small.store, printer_id).status == Status.COVER_OPEN)
        waiting = queue(small, "N0001", clock(), "usb")
        device.mend()
        until(is_state(small.store, waiting, JobState.CONFIRMED))

    assert len(on_paper(device, "N0001", marked=False)) == 1


@pytest.mark.parametrize(
    ("left", "unmarked", "marked"),
    [
        ({"state": "claiming"}, 1, 0),
        ({"state": "sending"}, 0, 1),
        ({"state": "done", "outcome": {"result": "confirmed", "evidence": "in_order"}}, 0, 0),
    ],
)
def test_what_a_crash_left_in_the_journal_is_told_first(
    small: World, clock: Clock, serving: str, tmp_path: Path, left: dict[str, Any], unmarked: int, marked: int
) -> None:
    device = PaperPrinter()
    at = line(small, serving, clock)

    with device.on_network() as address:
        one = agent(at, tmp_path / "a", address)
        one.step()
        wanted = queue(small, "N0001", clock(), "usb")
        at.post(f"/paper/agent/jobs/{wanted}/claim", install=one.journal.facts["install"], size=100)
        one.journal.write(job={"id": wanted, "length_mm": 80.0, **left})
        with working(agent(at, tmp_path / "a", address)):
            ended = (JobState.CONFIRMED, JobState.FAILED)
            until(lambda: all(e.state in ended for e in [job(small.store, wanted), *copies(small.store, wanted)]))

    assert len(on_paper(device, "N0001", marked=False)) == unmarked
    assert len(on_paper(device, "N0001", marked=True)) == marked


def test_an_agent_that_never_comes_back_leaves_its_slip_in_doubt(
    small: World, clock: Clock, serving: str, tmp_path: Path
) -> None:
    at = line(small, serving, clock)
    agent(at, tmp_path / "a", "127.0.0.1:1").step()
    wanted = queue(small, "N0001", clock(), "usb")
    at.post(f"/paper/agent/jobs/{wanted}/claim", install="abcd", size=100)

    clock.jump(seconds=60)
    print_queue.sweep(small.store, clock(), lambda _owner: False)

    assert job(small.store, wanted).is_uncertain
    assert [each.state for each in copies(small.store, wanted)] == [JobState.QUEUED]


def test_an_agent_with_a_long_slip_is_heard_and_tells_why_it_takes_long(
    small: World, clock: Clock, serving: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = PaperPrinter(holds=20)
    device.break_after(1, Fault.PAPER_OUT)
    monkeypatch.setattr("shared.printing.agent.HEARTBEAT_S", 0.05)
    for name in ("QUIET_S", "GLANCE_S"):
        monkeypatch.setattr(f"shared.printing.wires.wire.{name}", 0.1)

    with (
        device.on_network() as address,
        working(agent(line(small, serving, clock), tmp_path / "a", address, timeout_s=90)),
    ):
        printer_id = known(small)
        wanted = queue(small, "N0001", clock(), "usb")
        until(lambda: printer(small.store, printer_id).status == Status.PAPER_OUT)
        for _ in range(4):
            clock.jump(seconds=30)
            jumped_at = clock()
            until(lambda at=jumped_at: printer(small.store, printer_id).status_at >= at)
            print_queue.sweep(small.store, clock(), lambda _owner: False)
        assert printer(small.store, printer_id).status == Status.PAPER_OUT
        device.mend()
        until(is_state(small.store, wanted, JobState.CONFIRMED))

    assert not copies(small.store, wanted)
    assert len(on_paper(device, "N0001", marked=False)) == 1


def test_a_slip_that_went_elsewhere_is_let_go(small: World, clock: Clock, serving: str, tmp_path: Path) -> None:
    at = line(small, serving, clock)
    agent(at, tmp_path / "a", "127.0.0.1:1").step()
    elsewhere = queue(small, "N0001", clock(), "virtual")

    with pytest.raises(Refused) as refused:
        at.post(f"/paper/agent/jobs/{elsewhere}/claim", install="abcd", size=100)

    assert refused.value.status == 409


def test_only_an_agent_of_this_office_is_let_in(small: World, clock: Clock, serving: str) -> None:
    for stranger in (
        ServerConnection(serving),
        ServerConnection(serving, "x" * 40),
        line(small, serving, clock, "kiosk"),
    ):
        with pytest.raises(Refused) as refused:
            stranger.post("/paper/agent/next", slug="usb", status="ok")
        assert refused.value.status in (401, 403)


def test_the_name_of_another_printer_is_not_taken_over(
    small: World, clock: Clock, serving: str, tmp_path: Path
) -> None:
    thief = Agent(
        line(small, serving, clock),
        Journal(tmp_path / "a"),
        LocalPrinter("virtual", Kind.NETWORK, "127.0.0.1:1", "58mm"),
    )

    with pytest.raises(Refused, match="virtual"):
        thief.step()


def test_a_server_that_is_away_is_asked_again(small: World, clock: Clock, tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        agent(ServerConnection("http://127.0.0.1:1/uji", "x", timeout_s=1), tmp_path / "a", "127.0.0.1:1").step()


def test_an_agent_is_paired_by_the_code_that_it_shows(small: World, clock: Clock, serving: str) -> None:
    def typed(code: str) -> None:
        small.store.write_with(confirm, small.id, code, "Anjungan", clock())

    token = pair(ServerConnection(serving), typed, pause_s=0.05)

    with pytest.raises(Refused, match="Printer ini tidak ada"):
        ServerConnection(serving, token).post("/paper/agent/next", slug="usb", status="ok")


def test_an_admins_code_lets_one_agent_in_and_its_restart_needs_none(
    small: World, clock: Clock, serving: str, tmp_path: Path
) -> None:
    server = serving.rpartition("/")[0]
    code = small.store.write_with(invite, small.id, "Anjungan", clock())
    shown = f"{code[:4]}-{code[4:]}".lower()

    first = _line(server, None, None, shown, Journal(tmp_path / "a"))
    again = [_line(server, None, None, each, Journal(tmp_path / "a")) for each in (None, shown)]

    assert {(each.url, each.token) for each in again} == {(serving, first.token)}
    with pytest.raises(Refused, match="Printer ini tidak ada"):
        first.post("/paper/agent/next", slug="usb", status="ok")
    with pytest.raises(Refused, match="tidak dikenal"):
        _line(server, None, None, shown, Journal(tmp_path / "another"))


def test_an_agent_that_died_before_it_heard_the_answer_uses_its_code_again(
    small: World, clock: Clock, serving: str, tmp_path: Path
) -> None:
    server = serving.rpartition("/")[0]
    code = small.store.write_with(invite, small.id, "Anjungan", clock())
    journal = Journal(tmp_path / "a")
    journal.write(wish={"code": code, "token": "t" * 43})
    assert redeem(server, code, "t" * 43) == small.slug

    assert _line(server, None, None, code, Journal(tmp_path / "a")).token == "t" * 43


def test_a_revoked_agent_comes_back_with_a_new_code_only(
    small: World, clock: Clock, serving: str, tmp_path: Path
) -> None:
    server = serving.rpartition("/")[0]
    old, new = (small.store.write_with(invite, small.id, "Anjungan", clock()) for _ in range(2))
    token = _line(server, None, None, old, Journal(tmp_path / "a")).token
    with small.store.read() as connection:
        device_id = devices(connection, small.id)[0].id
    small.store.write_with(revoke, small.id, device_id, clock())

    with pytest.raises(Refused) as refused:
        ServerConnection(serving, token).post("/paper/agent/next", slug="usb", status="ok")
    assert refused.value.status == 401
    with pytest.raises(Refused):
        redeem(server, old, token)
    assert _line(server, None, None, new, Journal(tmp_path / "a")).token != token


def test_two_agents_do_not_share_a_folder(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(BlockingIOError), alone(tmp_path):
        pass


def test_the_journal_survives_whole(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(job={"id": 3, "state": "sending"})

    again = Journal(tmp_path)

    assert again.facts == journal.facts
    assert (tmp_path / "journal.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("dialect", "answers"), [("mute", "nothing"), ("no_gs_r", "real_time"), ("full", "in_order")])
def test_an_agent_finds_out_what_its_printer_answers(
    small: World, clock: Clock, serving: str, tmp_path: Path, dialect: str, answers: str
) -> None:
    device = PaperPrinter(dialect=dialect)

    with device.on_network() as address, working(agent(line(small, serving, clock), tmp_path / "a", address)):
        printer_id = known(small)
        wanted = queue(small, "N0001", clock(), "usb")
        until(is_state(small.store, wanted, JobState.CONFIRMED))
        until(lambda: printer(small.store, printer_id).answers == answers)
        until(lambda: on_paper(device, "N0001", marked=False))

    assert Journal(tmp_path / "a").facts["answers"] == answers


def test_a_page_that_does_not_know_the_agents_printer_leaves_it_alone(
    small: World, clock: Clock, serving: str, tmp_path: Path
) -> None:
    before = setup_printers.printers_form(small.store.office_config(small.id))
    agent(line(small, serving, clock), tmp_path / "a", "127.0.0.1:1").step()
    mine = _printer_id(small)

    small.by_itself(setup_printers.change_printers, before.model_copy(update={"printers": [*before.printers, _new()]}))

    assert _printer_id(small) == mine
    assert "baru" in [each.slug for each in small.store.office_config(small.id).printers]


def _new() -> setup_printers.PrinterRow:
    return setup_printers.PrinterRow(slug="baru", kind=Kind.NETWORK, address="10.0.0.9")


def test_an_agent_comes_back_whatever_became_of_its_printer_and_prints_what_waits(
    small: World, clock: Clock, serving: str, tmp_path: Path
) -> None:
    device = PaperPrinter()

    with (
        device.on_network() as address,
        working(agent(line(small, serving, clock), tmp_path / "a", address, refused_pause_s=0.1)),
    ):
        printer_id = known(small)
        retired = {"is_active": False, "slug": f"~{printer_id}"}
        small.store.write(update(Printer).where(Printer.id == printer_id).values(**retired))
        until(lambda: printer(small.store, printer_id).is_active)
        wanted = queue(small, "N0001", clock(), "usb")
        until(is_state(small.store, wanted, JobState.CONFIRMED))

    assert len(on_paper(device, "N0001", marked=False)) == 1


def test_a_server_that_moved_is_found_with_the_kept_token(
    small: World, clock: Clock, serving: str, tmp_path: Path
) -> None:
    server = serving.rpartition("/")[0]
    journal = Journal(tmp_path / "a")
    code = small.store.write_with(invite, small.id, "Anjungan", clock())
    token = _line(server, None, None, code, journal).token
    moved = server.replace("127.0.0.1", "localhost")

    found = [_line(moved, None, None, given, Journal(tmp_path / "a")) for given in (None, code)]

    assert {(each.url, each.token) for each in found} == {(f"{moved}/{small.slug}", token)}
    small.store.write_with(revoke, small.id, small.store.write_with(_device_id, small.id), clock())
    with pytest.raises(click.UsageError, match="--pair CODE"):
        _line(server, None, None, None, Journal(tmp_path / "a"))


def _device_id(connection: Any, office_id: int) -> int:
    return int(devices(connection, office_id)[0].id)


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("127.0.0.1:8104", "http://127.0.0.1:8104"),
        (" http://10.0.0.2:8000/ ", "http://10.0.0.2:8000"),
        ("https://loket.kab.go.id", "https://loket.kab.go.id"),
        ("loket.local", "http://loket.local"),
    ],
)
def test_the_servers_address_needs_no_scheme(typed: str, used: str) -> None:
    assert _server(typed) == used
