"""A printer is believed only when it answers: what is learned, sent and asked over each kind of connection."""

from __future__ import annotations

import os
import pty
import random
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest
from ipp_server import IDLE, PENDING, PROCESSING, STOPPED, Cups
from paper import Fault, PaperPrinter
from people import until
from server import LOOPBACK
from test_slip import number

from shared.domain.errors import Invalid
from shared.domain.slips import slip
from shared.printing import delivery, learning
from shared.printing.address import Kind, NetworkAddress, Reach, address, networks, permit, places
from shared.printing.advice import advice
from shared.printing.bytes import render
from shared.printing.delivery import Answers, Outcome, Result, ask, connect, deliver, learn
from shared.printing.status import Status, StatusBack
from shared.printing.wires import device, wire
from shared.printing.wires.cups import CupsQueue
from shared.web.commands.print_agent import _printer
from shared.web.settings import InvalidSettings, Settings, read_settings

SHORT_S = 0.3


# what a printer answers


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.OK, Status.OK),
        (Fault.NEAR_END, Status.NEAR_END),
        (Fault.PAPER_OUT, Status.PAPER_OUT),
        (Fault.COVER_OPEN, Status.COVER_OPEN),
        (Fault.CUTTER, Status.CUTTER),
        (Fault.OFFLINE, Status.OFFLINE),
        (Fault.HANG_UP, Status.OFFLINE),
        (Fault.SILENT, Status.UNKNOWN),
        (Fault.HALF_OPEN, Status.UNKNOWN),
    ],
)
def test_each_fault_is_told_by_its_name(fault: Fault, status: Status) -> None:
    printer = PaperPrinter()
    printer.fault = fault

    with printer.on_network() as address:
        assert ask("network", address, SHORT_S) is status


def test_a_printer_that_is_not_there_is_offline() -> None:
    assert ask("serial", "/dev/serial/by-id/usb-FTDI_A-if00-port0", SHORT_S) is Status.OFFLINE, "it is pulled out"
    assert ask("network", "127.0.0.1:1", SHORT_S) is Status.OFFLINE
    assert deliver("network", "127.0.0.1:1", b"x", timeout_s=SHORT_S) == Outcome(
        Result.FAILED, "unreachable", Status.OFFLINE
    )


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (b"\x10\x00\x00\x00", Status.OK),
        (b"\x10\x00\x03\x00", Status.NEAR_END),
        (b"\x18\x00\x0f\x00", Status.PAPER_OUT),
        (b"\x38\x00\x00\x00", Status.COVER_OPEN),
        (b"\x18\x08\x00\x00", Status.CUTTER),
        (b"\x18\x00\x00\x00", Status.OFFLINE),
    ],
)
def test_a_report_that_nobody_asked_for_is_understood(report: bytes, status: Status) -> None:
    back = StatusBack()

    assert all(back.takes(byte) for byte in report)
    assert back.last is status
    assert not back.takes(0x12)


# what becomes of a slip


def job(mark: str, qr: bool = False) -> bytes:
    lines = number(number=mark)
    return render(lines, "80mm-48", native_qr=not qr)


@pytest.mark.parametrize("fault", [Fault.OK, Fault.NEAR_END])
def test_a_slip_is_confirmed_when_the_printer_came_to_its_end(fault: Fault) -> None:
    printer = PaperPrinter()
    printer.fault = fault

    with printer.on_network() as address:
        outcome = deliver("network", address, job("A-001"), timeout_s=SHORT_S)

    assert outcome == Outcome(Result.CONFIRMED, None, Status(fault.value), "in_order")
    assert printer.slips == [job("A-001")]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.PAPER_OUT, "paper_out"),
        (Fault.COVER_OPEN, "cover_open"),
        (Fault.CUTTER, "cutter"),
        (Fault.OFFLINE, "offline"),
        (Fault.HANG_UP, "hung_up"),
        (Fault.SILENT, "no_answer"),
        (Fault.HALF_OPEN, "no_answer"),
    ],
)
def test_a_printer_in_trouble_gets_no_slip(fault: Fault, reason: str) -> None:
    printer = PaperPrinter()
    printer.fault = fault

    with printer.on_network() as address:
        outcome = deliver("network", address, job("A-001"), timeout_s=SHORT_S)
        printer.mend()

    assert (outcome.result, outcome.reason) == (Result.FAILED, reason)
    assert printer.slips == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.PAPER_OUT, "paper_out"),
        (Fault.COVER_OPEN, "cover_open"),
        (Fault.CUTTER, "cutter"),
        (Fault.OFFLINE, "offline"),
        (Fault.HANG_UP, "hung_up"),
        (Fault.POWER_CYCLE, "hung_up"),
        (Fault.SILENT, "no_answer"),
        (Fault.HALF_OPEN, "no_answer"),
    ],
)
def test_trouble_in_the_middle_of_a_slip_leaves_it_uncertain(fault: Fault, reason: str) -> None:
    printer = PaperPrinter()
    printer.break_after(200, fault)

    with printer.on_network() as address:
        outcome = deliver("network", address, job("A-001"), timeout_s=SHORT_S)

    assert (outcome.result, outcome.reason) == (Result.UNCERTAIN, reason)


def test_a_slip_that_stuck_does_not_come_out_when_paper_is_back() -> None:
    printer = PaperPrinter()
    printer.break_after(200, Fault.PAPER_OUT)

    with printer.on_network() as address:
        deliver("network", address, job("A-001"), timeout_s=SHORT_S)
        with connect("network", address, SHORT_S) as connection:
            assert connection.status() is Status.PAPER_OUT
        printer.mend()
        after = deliver("network", address, job("A-002"), timeout_s=SHORT_S)

    assert after.result is Result.CONFIRMED
    assert len(printer.slips) == 2
    assert len(printer.slips[0]) < len(job("A-001"))
    assert printer.slips[1] == job("A-002")


def test_a_clone_without_in_order_answers_is_believed_by_its_status() -> None:
    printer = PaperPrinter(dialect="no_gs_r")

    with printer.on_network() as address:
        with connect("network", address, SHORT_S) as connection:
            assert learn(connection) is Answers.REAL_TIME
        outcome = deliver("network", address, job("A-001"), timeout_s=SHORT_S, answers=Answers.REAL_TIME)

    assert outcome == Outcome(Result.CONFIRMED, None, Status.OK, "real_time")


def test_a_mute_clone_is_confirmed_as_sent_and_says_so() -> None:
    printer = PaperPrinter(dialect="mute")

    with printer.on_network() as address:
        with connect("network", address, SHORT_S) as connection:
            assert learn(connection) is Answers.NOTHING
        outcome = deliver("network", address, job("A-001"), timeout_s=SHORT_S, answers=Answers.NOTHING)
        with connect("network", address, SHORT_S):
            pass

    assert outcome == Outcome(Result.CONFIRMED, None, Status.UNKNOWN, "sent")


def test_a_printer_that_answers_in_order_is_found_out() -> None:
    with PaperPrinter().on_network() as address, connect("network", address, SHORT_S) as connection:
        assert learn(connection) is Answers.IN_ORDER


def test_a_question_inside_a_picture_is_no_answer_to_ours() -> None:
    printer = PaperPrinter()
    data = b"\x1b@\x1dv0\x00\x03\x00\x04\x00" + b"\x10\x04\x01" * 4 + b"\n"

    with printer.on_network() as address:
        outcome = deliver("network", address, data, timeout_s=SHORT_S)

    assert outcome.result is Result.CONFIRMED
    assert printer.slips == [data]


@pytest.mark.parametrize("reports", [b"\x10\x00\x00\x00", b"\x13\x11" * 5])
def test_reports_and_flow_control_between_the_answers_do_not_confuse(reports: bytes) -> None:
    printer = PaperPrinter(reports=reports)

    with printer.on_network() as address:
        outcome = deliver("network", address, job("A-001"), timeout_s=SHORT_S)

    assert outcome.result is Result.CONFIRMED


def test_under_random_faults_a_confirmed_slip_is_on_paper_and_a_failed_one_is_not() -> None:
    printer, dice = PaperPrinter(), random.Random(8)
    results = set()

    with printer.on_network() as address:
        for count in range(80):
            data, before = render([slip.Text(f"B-{count:03}", size=8), slip.Cut()]), len(printer.slips)
            if dice.random() < 0.6:
                printer.break_after(dice.randrange(1, len(data) + 8), dice.choice(list(Fault)))
            if dice.random() < 0.2:
                printer.fault = dice.choice(list(Fault))

            outcome = deliver("network", address, data, timeout_s=0.08)

            results.add(outcome.result)
            printer.mend() if dice.random() < 0.5 else printer.power_cycle()
            whole = printer.slips[before:].count(data)
            assert whole <= 1
            if outcome.result is Result.CONFIRMED:
                assert whole == 1
            if outcome.result is Result.FAILED:
                assert printer.slips[before:] == []

    assert results == set(Result)


# the roads


def test_a_serial_line_carries_slip_and_status() -> None:
    printer = PaperPrinter()

    with printer.on_serial() as path:
        outcome = deliver("serial", f"{path}:115200", job("A-001", qr=True), timeout_s=1)
        printer.fault = Fault.PAPER_OUT
        assert ask("serial", path, SHORT_S) is Status.PAPER_OUT

    assert outcome.result is Result.CONFIRMED
    assert printer.slips == [job("A-001", qr=True)]


def test_a_device_file_carries_slip_and_status() -> None:
    printer = PaperPrinter()

    with printer.on_serial() as path:
        outcome = deliver("file", path, job("A-001"), timeout_s=1)

    assert outcome.result is Result.CONFIRMED


@pytest.mark.parametrize("answers", list(Answers))
def test_no_file_is_ever_written_to(tmp_path: Path, answers: Answers) -> None:
    file = tmp_path / "lp0"
    file.touch()

    for path in (str(file), f"/dev/..{file}", f"/dev/fd/../..{file}", "/dev/null", "/dev/shm", "/dev/mem"):
        assert deliver("file", path, b"x", timeout_s=SHORT_S, answers=answers).status is Status.ADDRESS

    assert file.read_bytes() == b""


@pytest.fixture
def plug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Plugs a USB printer in: `plug("lp0", "1-2", device_file, serial="X7")`."""
    monkeypatch.setattr(device, "USB_NODES", tmp_path / "class")
    monkeypatch.setattr(device, "USB_FILES", tmp_path / "dev")
    monkeypatch.setattr(device, "real_device", os.path.realpath)
    (tmp_path / "dev").mkdir()

    def plugged(name: str, port: str, device_file: str, vendor: str = "04b8", serial: str = "") -> None:
        interface = tmp_path / "devices" / port / f"{port}:1.0"
        interface.mkdir(parents=True, exist_ok=True)
        (interface.parent / "idVendor").write_text(f"{vendor}\n")
        (interface.parent / "idProduct").write_text("0e15\n")
        if serial:
            (interface.parent / "serial").write_text(f"{serial}\n")
        node = tmp_path / "class" / name
        node.mkdir(parents=True)
        (node / "device").symlink_to(interface)
        (tmp_path / "dev" / name).symlink_to(device_file)

    return plugged


def test_a_usb_printer_is_found_by_its_numbers(plug: Callable[..., None]) -> None:
    with PaperPrinter().on_serial() as path:
        plug("lp0", "1-2", path)
        assert deliver("usb", "04B8:0E15", job("A-001"), timeout_s=1).result is Result.CONFIRMED
        assert deliver("usb", "04b8:0202", b"x", timeout_s=1).reason == "unreachable"


@pytest.mark.parametrize(("serials", "own"), [(("X7", "X8"), "X8"), (("", ""), "@1-3"), (("0001", "0001"), "@1-3")])
def test_of_two_usb_printers_of_one_model_the_address_says_which(
    plug: Callable[..., None], serials: tuple[str, str], own: str
) -> None:
    first, second = PaperPrinter(), PaperPrinter()

    with first.on_serial() as one, second.on_serial() as two:
        plug("lp0", "1-2", one, serial=serials[0])
        plug("lp1", "1-3", two, serial=serials[1])
        known = [str(each) for each, _ in device.usb_printers()]
        outcome = deliver("usb", f"04b8:0e15:{own}", job("A-001"), timeout_s=1)
        unsaid = deliver("usb", "04b8:0e15", b"x", timeout_s=1)

    assert known[1] == f"04b8:0e15:{own}"
    assert outcome.result is Result.CONFIRMED
    assert (first.slips, second.slips) == ([], [job("A-001")])
    assert (unsaid.result, unsaid.reason, unsaid.status) == (Result.FAILED, "usb_ambiguous", Status.AMBIGUOUS)


def test_a_mute_printer_that_is_pulled_out_behind_a_slip_is_not_believed_to_have_printed(
    plug: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pty.openpty()
    plug("lp0", "1-2", os.ttyname(theirs), serial="X7")
    monkeypatch.setattr(wire, "BREAK_S", 60)  # it ends with the cable

    with ThreadPoolExecutor() as pool:
        printing = pool.submit(deliver, "usb", "04b8:0e15:X7", b"x" * 900, answers=Answers.NOTHING)
        os.read(ours, 12)
        os.close(ours)

    outcome = printing.result()
    os.close(theirs)
    assert (outcome.result, outcome.reason) == (Result.UNCERTAIN, "hung_up")


def test_an_agents_printer_is_named_by_what_is_its_own(plug: Callable[..., None], tmp_path: Path) -> None:
    with PaperPrinter().on_serial() as path:
        plug("lp0", "1-2", path, serial="X7")

        assert _printer(None) == (Kind.USB, "04b8:0e15:X7")
        (tmp_path / "class" / "lp0").rename(tmp_path / "class" / "lp1")
        (tmp_path / "dev" / "lp0").rename(tmp_path / "dev" / "lp1")
        assert deliver(*_printer(None), job("A-001"), timeout_s=1).result is Result.CONFIRMED
        assert _printer("network:10.0.0.9:9100") == (Kind.NETWORK, "10.0.0.9")
        with pytest.raises(click.UsageError, match="Port 22 bukan port printer"):
            _printer("network:10.0.0.9:22")


@pytest.fixture
def cups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cups]:
    """A CUPS with one queue, `kios`, whose state the test sets."""
    machine, path = Cups(), tmp_path / "cups.sock"
    monkeypatch.setenv("CUPS_SERVER", str(path))
    with machine.on(path):
        yield machine


def test_a_cups_queue_takes_raw_bytes_and_is_asked_until_the_job_is_gone(cups: Cups) -> None:
    outcome = deliver("cups", "kios", job("A-001"), timeout_s=2)

    assert outcome == Outcome(Result.CONFIRMED, None, Status.OK, "queue")
    assert cups.paper == [job("A-001")]
    assert cups.formats == ["application/vnd.cups-raw"]


def test_a_cups_job_that_stays_is_cancelled_and_uncertain(cups: Cups) -> None:
    cups.job_state = PROCESSING

    outcome = deliver("cups", "kios", b"x", timeout_s=SHORT_S)

    assert (outcome.result, outcome.reason) == (Result.UNCERTAIN, "no_answer")
    assert cups.cancelled == [1]


@pytest.mark.parametrize(
    ("job_state", "reasons"), [(PENDING, ["none"]), (PROCESSING, ["connecting-to-device", "offline-report"])]
)
def test_a_cups_job_that_never_reached_its_printer_may_be_printed_again_unmarked(
    cups: Cups, job_state: int, reasons: list[str]
) -> None:
    cups.job_state = job_state
    queue = connect("cups", "kios", SHORT_S)

    with queue as connection:
        assert connection.status() is Status.OK
        connection.send(b"x")
        cups.reasons = reasons
        assert not connection.awaits_end(1)
        connection.forget()

    assert connection.never_began
    assert cups.cancelled == [1]


def test_a_queue_that_is_stopped_in_the_middle_of_a_slip_has_perhaps_printed_some_of_it(cups: Cups) -> None:
    with connect("cups", "kios", SHORT_S) as connection:
        connection.send(b"x")
        cups.job_state, cups.has_begun, cups.state, cups.reasons = PENDING, True, STOPPED, ["paused"]
        assert not connection.awaits_end(1)

    assert not connection.never_began


def test_a_slip_whose_queue_is_deleted_is_not_taken_for_printed(cups: Cups, monkeypatch: pytest.MonkeyPatch) -> None:
    cups.job_state = PROCESSING
    monkeypatch.setattr(CupsQueue, "awaits_end", _delete_first(cups, CupsQueue.awaits_end))

    outcome = deliver("cups", "kios", b"x", timeout_s=SHORT_S)

    assert (outcome.result, outcome.reason, outcome.status) == (Result.UNCERTAIN, "address", Status.ADDRESS)
    assert advice("address", "cups") == "queue_missing"


def _delete_first(cups: Cups, waits: Callable[[CupsQueue, int], bool]) -> Callable[[CupsQueue, int], bool]:
    def deleted(queue: CupsQueue, size: int) -> bool:
        cups.is_gone = True
        return waits(queue, size)

    return deleted


@pytest.mark.parametrize(
    ("refuses", "status", "hint"),
    [
        (0x0403, Status.NO_RIGHT, "queue_forbidden"),
        (0x0506, Status.OFFLINE, "queue_stopped"),
        (0x0406, Status.ADDRESS, "queue_missing"),
    ],
)
def test_a_queue_that_refuses_a_slip_says_why(cups: Cups, refuses: int, status: Status, hint: str) -> None:
    cups.refuses = refuses

    outcome = deliver("cups", "kios", b"x", timeout_s=SHORT_S)

    assert outcome == Outcome(Result.FAILED, status.value, status)
    assert advice(status.value, "cups") == hint


@pytest.mark.parametrize(
    ("state", "reasons", "status"),
    [
        (STOPPED, ["paused"], Status.OFFLINE),
        (STOPPED, ["none"], Status.OFFLINE),
        (IDLE, ["media-empty-error"], Status.PAPER_OUT),
        (IDLE, ["media-low-warning"], Status.NEAR_END),
        (IDLE, ["media-low-warning", "cover-open-error"], Status.COVER_OPEN),
        (IDLE, ["cover-open"], Status.COVER_OPEN),
        (IDLE, ["offline-report"], Status.OFFLINE),
        (IDLE, ["marker-supply-low-report"], Status.OK),
        (IDLE, ["hold-new-jobs"], Status.OFFLINE),
        (IDLE, ["moving-to-paused"], Status.OFFLINE),
        (IDLE, ["cups-missing-filter-warning"], Status.OFFLINE),
        (IDLE, ["input-tray-missing-warning", "marker-waste-full"], Status.PAPER_OUT),
        (IDLE, ["kertas-habis", "media-vide-error", "Auto Cutter"], Status.OK),
    ],
)
def test_cups_tells_how_its_printer_is(cups: Cups, state: int, reasons: list[str], status: Status) -> None:
    cups.state, cups.reasons = state, reasons

    assert ask("cups", "kios", 2) is status


def test_what_a_queue_is_called_and_described_as_is_no_state(cups: Cups) -> None:
    cups.info = "Auto Cutter, cover-open, media-empty; disabled since the move"

    assert ask("cups", "kios", 2) is Status.OK


def test_a_queue_that_takes_no_jobs_or_whose_printer_is_gone_is_not_ready(cups: Cups) -> None:
    cups.is_accepting = False
    assert ask("cups", "kios", 2) is Status.OFFLINE

    cups.is_accepting, cups.device_uri = True, "socket://127.0.0.1:1"
    assert ask("cups", "kios", 2) is Status.OFFLINE
    assert ask("cups", "another", 2) is Status.ADDRESS


def test_without_cups_its_queues_are_offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CUPS_SERVER", str(tmp_path / "none.sock"))

    assert deliver("cups", "kios", b"x").reason == "offline"


# odd printers


def test_a_device_that_only_talks_is_let_go_and_costs_no_memory() -> None:
    printer = PaperPrinter(dialect="endless")

    with printer.on_network() as address:
        with connect("network", address, SHORT_S) as connection:
            assert learn(connection) is Answers.NOTHING
        outcome = deliver("network", address, job("A-001"), timeout_s=SHORT_S, answers=Answers.NOTHING)
        until(lambda: printer.slips == [job("A-001")])

    assert outcome == Outcome(Result.CONFIRMED, None, Status.UNKNOWN, "sent")


@pytest.mark.parametrize("kind", ["network", "serial"])
def test_what_is_said_without_end_is_not_kept(kind: str) -> None:
    printer = PaperPrinter(dialect="endless")
    road = printer.on_network() if kind == "network" else printer.on_serial()

    with road as address, connect(kind, address, SHORT_S) as connection:
        connection.status(SHORT_S)
        before_kb = resident_kb()
        for _ in range(8):
            connection.status(0.1)
            learn(connection)
        grown_kb = resident_kb() - before_kb

    assert grown_kb < 8_000  # it says some megabytes a second


def resident_kb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def test_a_printer_that_answers_nonsense_is_one_that_answers_nothing() -> None:
    with PaperPrinter(dialect="garbage").on_network() as address, connect("network", address, SHORT_S) as connection:
        assert learn(connection) is Answers.NOTHING


def test_what_a_printer_says_when_it_is_called_is_no_answer_and_no_nonsense() -> None:
    banner, mute = PaperPrinter(greeting=b"ESC/POS v1.02\r\nIP:192.168.1.87\r\n"), PaperPrinter(dialect="mute")
    mute.greeting = b"\x12" * 4

    with banner.on_network() as address:
        seen = [ask("network", address, 2) for _ in range(2)]
        with connect("network", address, 2) as connection:
            learned = learn(connection)
        outcome = deliver("network", address, job("A-001"), timeout_s=2)
    with mute.on_network() as address, connect("network", address, SHORT_S) as connection:
        learned_of_mute = learn(connection)

    assert seen == [Status.OK, Status.OK]
    assert (learned, learned_of_mute) == (Answers.IN_ORDER, Answers.NOTHING)
    assert outcome == Outcome(Result.CONFIRMED, None, Status.OK, "in_order")


def test_a_printer_that_answers_each_question_late_is_learned_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "LONGEST_LOOK_S", 1)

    with PaperPrinter(late_s=0.7).on_network() as address:
        began = time.monotonic()
        found = learning.Learning(5).answers("network", address, Answers.NOT_LEARNED)
        took_s = time.monotonic() - began

    assert found.answers is Answers.REAL_TIME
    assert took_s < 4  # each question and the end mark for itself, one after the other, would take longer


def test_a_printer_that_is_deaf_while_it_prints_is_asked_until_it_hears() -> None:
    printer = PaperPrinter(dialect="deaf")

    with printer.on_network() as address:
        with connect("network", address, 2) as connection:
            answers = learn(connection)
        outcome = deliver("network", address, job("A-001"), timeout_s=2, answers=answers)

    assert outcome.result is Result.CONFIRMED
    assert printer.slips == [job("A-001")]


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks more often, and takes for late what is not."""
    for name, value in (("GLANCE_S", 0.1), ("SLOW_S", 0.05), ("QUIET_S", 0.1), ("MOVING_S", 0)):
        monkeypatch.setattr(wire, name, value)
    for module in (wire, delivery):
        monkeypatch.setattr(module, "SLOWEST_BYTES_PER_S", 100_000)


@pytest.mark.parametrize(("late_s", "times"), [(0.15, 1), (0, 2)])
@pytest.mark.parametrize(
    ("fault", "status"), [(Fault.NEAR_END, Status.NEAR_END), (Fault.COVER_OPEN, Status.COVER_OPEN)]
)
def test_a_printer_that_answers_late_or_twice_is_understood(
    late_s: float, times: int, fault: Fault, status: Status, soon: None
) -> None:
    printer = PaperPrinter(late_s=late_s, times=times)
    printer.fault = fault

    with printer.on_network() as address:
        assert ask("network", address, 5) is status


def test_a_printer_that_missed_the_end_mark_is_asked_again(soon: None) -> None:
    printer = PaperPrinter(lost=1)

    with printer.on_network() as address:
        outcome = deliver("network", address, job("A-001"), timeout_s=5)

    assert (outcome.result, outcome.evidence) == (Result.CONFIRMED, "in_order")
    assert printer.slips == [job("A-001")]


@pytest.mark.parametrize("is_proven", [True, False])
def test_a_printer_that_never_answers_behind_a_slip_is_believed_when_it_never_did(is_proven: bool, soon: None) -> None:
    with PaperPrinter(lost=1_000).on_network() as address:
        outcome = deliver("network", address, job("A-001"), timeout_s=1, is_proven=is_proven)

    told = (outcome.result, outcome.reason, outcome.evidence)
    assert told == ((Result.UNCERTAIN, "no_answer", None) if is_proven else (Result.CONFIRMED, None, "real_time"))


def test_a_printer_that_keeps_quiet_behind_a_slip_is_told_before_the_wait_is_over(soon: None) -> None:
    printer, told = PaperPrinter(), []
    printer.break_after(1, Fault.SILENT)

    with printer.on_network() as address:
        outcome = deliver("network", address, job("A-001"), timeout_s=SHORT_S, on_quiet=told.append)

    assert told == [Status.UNKNOWN]
    assert outcome.result is Result.UNCERTAIN


@pytest.mark.parametrize(
    ("window", "answers", "fault"),
    [
        (0, Answers.IN_ORDER, Fault.COVER_OPEN),
        (2048, Answers.REAL_TIME, Fault.PAPER_OUT),
    ],
)
def test_a_printer_that_stops_in_a_slip_and_hears_nothing_more_says_why_to_another_caller(
    window: int, answers: Answers, fault: Fault, soon: None
) -> None:
    printer, told = PaperPrinter(holds=300, window=window), []
    printer.break_after(1_000, fault)

    with printer.on_network() as address:
        outcome = deliver(
            "network", address, b"\x1b@" + b"x" * 20_000, timeout_s=SHORT_S, answers=answers, on_quiet=told.append
        )

    assert told == [fault.value]
    assert (outcome.result, outcome.reason, outcome.status) == (Result.UNCERTAIN, fault.value, fault.value)


def test_paper_that_comes_back_while_a_slip_is_stuck_ends_it_without_a_copy(soon: None) -> None:
    printer, told = PaperPrinter(holds=300, window=2048), []
    printer.break_after(1_000, Fault.PAPER_OUT)

    def refill(status: Status) -> None:
        told.append(status)
        printer.mend()

    with printer.on_network() as address:
        outcome = deliver("network", address, b"\x1b@" + b"x" * 20_000, timeout_s=60, on_quiet=refill)

    assert (told, outcome) == ([Status.PAPER_OUT], Outcome(Result.CONFIRMED, None, Status.OK, "in_order"))
    assert printer.slips == [b"\x1b@" + b"x" * 20_000]


@pytest.mark.parametrize("moving_s", [0, 60])
def test_a_printer_that_is_well_and_takes_long_is_called_slow(
    moving_s: float, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer, told = PaperPrinter(holds=300, window=2048), []
    printer.break_after(1_000, Fault.SILENT)
    monkeypatch.setattr(printer, "_print_what_waits", lambda: b"")  # its buffer stays full
    monkeypatch.setattr(wire, "MOVING_S", moving_s)

    with printer.on_network() as address:
        deliver("network", address, b"\x1b@" + b"x" * 20_000, timeout_s=SHORT_S, on_quiet=told.append)

    assert told == [Status.SLOW]
    assert printer.connections == (2 if moving_s else 3)


def test_a_printer_that_is_only_slow_gets_all_the_time_of_a_delivery(soon: None) -> None:
    printer = PaperPrinter()
    printer.fault = Fault.HALF_OPEN

    with printer.on_network() as address, connect("network", address, SHORT_S) as connection:
        connection.limit(1.5)
        connection.on_quiet = lambda _is_moving: True
        connection.send(b"\x1b@")
        began = time.monotonic()
        assert not connection.awaits_end(100)

    assert time.monotonic() - began > 1.2


@pytest.mark.parametrize("dialect", ["closes", "closes_no_gs_r"])
def test_a_printer_that_closes_after_each_slip_is_asked_on_another_connection(dialect: str) -> None:
    printer = PaperPrinter(dialect=dialect)

    with printer.on_network() as address:
        with connect("network", address, SHORT_S) as connection:
            answers = learn(connection)
        outcome = deliver("network", address, job("A-001"), timeout_s=SHORT_S, answers=answers)

    assert outcome.result is Result.CONFIRMED
    assert printer.slips == [job("A-001")]


def test_a_mute_printer_that_takes_no_more_is_not_believed_to_have_printed() -> None:
    with PaperPrinter(dialect="stuck").on_network() as address:
        outcome = deliver("network", address, b"x" * 100_000, timeout_s=SHORT_S, answers=Answers.NOTHING)

    assert (outcome.result, outcome.reason) == (Result.UNCERTAIN, "no_answer")


@pytest.mark.parametrize("answers", [Answers.NOTHING, Answers.REAL_TIME, Answers.IN_ORDER])
def test_a_connection_that_breaks_off_in_the_slip_is_no_end_of_a_job(answers: Answers) -> None:
    with PaperPrinter(dialect="tears").on_network() as address:
        outcome = deliver("network", address, b"x" * 100_000, timeout_s=SHORT_S, answers=answers)

    assert (outcome.result, outcome.reason) == (Result.UNCERTAIN, "hung_up")


def test_a_printer_that_knows_one_question_only_keeps_nobody_waiting() -> None:
    with PaperPrinter(dialect="first_only").on_network() as address:
        began = time.monotonic()
        outcome = deliver("network", address, job("A-001"), timeout_s=60, answers=Answers.REAL_TIME)

    assert outcome.result is Result.CONFIRMED
    assert time.monotonic() - began < 30


def test_a_device_that_reads_empty_packets_without_end_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("address", "wires.device"):
        monkeypatch.setattr(f"shared.printing.{place}.real_device", lambda path: path)

    assert deliver("file", "/dev/null", b"x", timeout_s=SHORT_S).reason == "no_answer"
    assert deliver("file", "/dev/zero", b"x", timeout_s=SHORT_S).reason == "no_answer"


# addresses


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("network", "a b", "address_network"), ("network", "", "address_network"),
        ("network", "10.0.0.5 :9100", "address_network"), ("network", "10.0.0.5:text", "address_network"),
        ("network", "::1::", "address_network"), ("network", "[10.0.0.5]", "address_network"),
        ("network", "ftp://10.0.0.5", "address_network"), ("network", "http://x/", "address_network"),
        ("network", "10.0.0.5/etc", "address_network"), ("network", "192.168.1", "address_network"),
        ("network", "300", "address_network"), ("network", "192.168.1.256", "address_network"),
        ("network", "1.2.3.4.5", "address_network"), ("network", "a..b", "address_network"),
        ("network", "printer-" * 9, "address_network"), ("network", "lpd://10.0.0.5", "address_network"),
        ("network", "host:99999", "address_port"), ("network", "host:0", "address_port"),
        ("network", "10.0.0.5:6379", "address_port"), ("network", "host:22", "address_port"),
        ("network", "127.0.0.1", "address_inside"), ("network", "localhost:9100", "address_inside"),
        ("network", "127.1", "address_inside"), ("network", "0x7f000001", "address_inside"),
        ("network", "2130706433", "address_inside"), ("network", "0.0.0.0", "address_inside"),
        ("network", "[::1]:9100", "address_inside"), ("network", "::", "address_inside"),
        ("network", "::ffff:127.0.0.1", "address_inside"), ("network", "fe80::1%eth0", "address_inside"),
        ("network", "169.254.1.1", "address_inside"), ("network", "224.0.0.1", "address_inside"),
        ("network", "printer.localhost.", "address_inside"), ("network", "255.255.255.255", "address_inside"),
        ("usb", "lp0", "address_usb"), ("usb", "04b8:0202:", "address_usb"), ("usb", "04b8:0202:a b", "address_usb"),
        ("serial", "ttyS0", "address_serial"), ("serial", "/dev/ttyS0:123", "address_serial"),
        ("serial", "/tmp/ttyS0", "address_serial"), ("serial", "/dev/../tmp/ttyS0", "address_device"),
        ("file", "paper", "address_file"), ("file", "/tmp/paper", "address_file"), ("file", "/dev/", "address_file"),
        ("file", "/dev/../tmp/lp0", "address_device"), ("file", "/dev/shm/lp0", "address_device"),
        ("file", "/dev/null", "address_device"), ("file", "/dev/mem", "address_device"),
        ("file", "/dev/watchdog", "address_device"), ("file", "/dev/fd/1", "address_device"),
        ("cups", "-o", "address_cups"), ("cups", "a b", "address_cups"), ("cups", "../admin", "address_cups"),
    ],
)  # fmt: skip
def test_an_impossible_address_is_refused(kind: str, text: str, code: str, inside: None) -> None:
    with pytest.raises(Invalid) as refused:
        address(kind, text)

    assert refused.value.code == code
    assert deliver(kind, text, b"x", timeout_s=SHORT_S) == Outcome(Result.FAILED, code, Status.ADDRESS)
    assert ask(kind, text, SHORT_S) is Status.ADDRESS


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("network", " 192.168.1.50 ", "192.168.1.50"), ("network", "192.168.1.50:9100", "192.168.1.50"),
        ("network", "10.0.0.9:9101", "10.0.0.9:9101"), ("network", "tcp://10.0.0.9:9100/", "10.0.0.9"),
        ("network", "socket://10.0.0.9", "10.0.0.9"), ("network", "http://10.0.0.9/", "10.0.0.9"),
        ("network", "192.168.001.050", "192.168.1.50"), ("network", "010.000.000.009:9101", "10.0.0.9:9101"),
        ("network", "SOCKET://10.0.0.9/", "10.0.0.9"),
        ("network", "fd00::9", "[fd00::9]"), ("network", "[fd00::9]:9102", "[fd00::9]:9102"),
        ("network", "epson_tm.kantor.lan", "epson_tm.kantor.lan"),
        ("usb", "04B8:0E15", "04b8:0e15"), ("usb", "0x04b8:0x0e15:X7-AB", "04b8:0e15:X7-AB"),
        ("usb", "0416:5011:@1-2.3", "0416:5011:@1-2.3"),
        ("serial", "/dev/ttyUSB0", "/dev/ttyUSB0:9600"),
        ("serial", "/dev/serial/by-id/usb-FTDI_A-if00-port0", "/dev/serial/by-id/usb-FTDI_A-if00-port0:9600"),
        ("serial", "/dev/serial/by-path/pci-0:1.0-port0:19200", "/dev/serial/by-path/pci-0:1.0-port0:19200"),
        ("serial", "/dev/ttyS1:19200:rtscts", "/dev/ttyS1:19200:rtscts"),
        ("file", "/dev/usb/lp7", "/dev/usb/lp7"), ("cups", "Anjungan_58mm", "Anjungan_58mm"), ("virtual", "", "None"),
    ],
)  # fmt: skip
def test_an_address_is_kept_in_one_spelling(kind: str, text: str, kept: str, inside: None) -> None:
    assert str(address(kind, text)) == kept
    assert kept == "None" or str(address(kind, kept)) == kept


@pytest.fixture
def inside() -> Iterator[None]:
    """No word of the operator: what is inside is refused."""
    permit(Reach())
    yield
    permit(Reach(networks(LOOPBACK)))


def test_a_name_that_leads_inside_is_refused_when_it_is_opened(inside: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def leads_inside(host: str, port: int, **_more: object) -> list[object]:
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    assert str(address("network", "printer.example")) == "printer.example"
    monkeypatch.setattr(socket, "getaddrinfo", leads_inside)

    assert deliver("network", "printer.example", b"x").reason == "address_inside"


def test_a_name_that_cannot_be_looked_up_is_no_crash() -> None:
    with pytest.raises(OSError, match="no such host"):
        places(NetworkAddress("a..b"))


def test_the_database_and_redis_are_no_printers_whatever_is_permitted() -> None:
    urls = {"database_url": "postgresql://loket@127.0.0.1:9100/loket", "redis_url": "redis://127.0.0.1/0"}
    permit(Settings(printer_addresses="127.0.0.0/8", **urls).printer_reach())
    try:
        assert str(address("network", "127.0.0.1:9101")) == "127.0.0.1:9101"
        for text in ("127.0.0.1:9100", "127.0.0.1:6379", "127.0.0.2:6379"):
            assert ask("network", text, SHORT_S) is Status.ADDRESS
    finally:
        permit(Reach(networks(LOOPBACK)))


def test_a_setting_that_names_no_network_stops_the_start() -> None:
    with pytest.raises(InvalidSettings, match="LOKET_PRINTER_ADDRESSES"):
        read_settings({"LOKET_PRINTER_ADDRESSES": "everywhere"})


def test_a_device_that_may_not_be_opened_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_asked: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)

    assert deliver("file", "/dev/usb/lp0", b"x") == Outcome(Result.FAILED, "no_right", Status.NO_RIGHT)
    assert ask("serial", "/dev/ttyUSB0") is Status.NO_RIGHT
