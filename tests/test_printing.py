"""Bytes that fit every paper, codes that scan, and a printer that is believed only when it answers."""

from __future__ import annotations

import io
import os
import random
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from paper import Fault, Paper, PaperPrinter, decode, picture, qr_codes
from PIL import Image
from test_slip import ID, NEEDED, OSS, SLIPS, URL, number

from shared.domain import slip
from shared.domain.errors import Invalid
from shared.printing import connections
from shared.printing.bytes import logo_raster, render, wrap
from shared.printing.connections import Answers, Outcome, Result, ask, connect, deliver, learn
from shared.printing.profiles import PAPERS, names, profile
from shared.printing.raster import draw, length_mm
from shared.printing.status import Status, StatusBack

SHORT_S = 0.3
CODED = ("number", "number_en", "practice", "receipt", "receipt_en", "cover", "test")


# what stands on the paper


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", SLIPS)
def test_no_line_is_longer_than_the_paper(name: str, paper: str) -> None:
    printed = decode(render(SLIPS[name](), paper))

    assert all(line.columns <= profile(paper).columns for line in printed.lines)


@pytest.mark.parametrize("paper", PAPERS)
def test_no_word_is_lost_or_broken_by_the_paper(paper: str) -> None:
    printed = decode(render(SLIPS["number"](), paper))

    words = printed.text.replace("[ ]", "").split()
    wanted = " ".join((*NEEDED, OSS, "A-012", "laporlumajang.lumajangkab.go.id", "08.15")).split()
    assert not set(wanted) - set(words)


@pytest.mark.parametrize("paper", PAPERS)
def test_the_number_is_the_largest_thing_on_the_paper(paper: str) -> None:
    printed = decode(render(SLIPS["number"](), paper))

    sizes = {line.text.strip(): line.height for line in printed.lines if line.text}
    assert sizes.pop("A-012") >= 6
    assert max(sizes.values()) <= 2


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", CODED)
def test_the_code_is_read_from_the_picture_of_the_bytes(name: str, paper: str) -> None:
    lines = SLIPS[name]()
    width = profile(paper).width_dots

    for native in (False, True):
        data = render(lines, paper, native_qr=native)
        assert qr_codes(draw(data, width)) == [URL]
        assert qr_codes(picture(data, width)) == [URL]
        assert decode(data).native_qr == ([URL] if native else [])


def test_a_long_address_still_makes_a_code_that_fits_the_narrow_paper() -> None:
    url = URL + "?" + "x" * 120

    assert qr_codes(draw(render([slip.QR(url)], "58mm"), 384)) == [url]


def test_a_code_that_would_be_too_large_is_refused() -> None:
    with pytest.raises(Invalid, match="qr_too_long"):
        render([slip.QR("x" * 2000)])


@pytest.mark.parametrize("paper", PAPERS)
def test_the_drawing_is_as_wide_as_the_paper_and_as_long_as_measured(paper: str) -> None:
    data = render(SLIPS["number"](), paper)

    drawn = draw(data, profile(paper).width_dots)
    assert drawn.width == profile(paper).width_dots
    assert drawn.height == pytest.approx(length_mm(data, drawn.width) * 8)
    assert sum(drawn.convert("L").histogram()[:1]) > 5000


def test_the_drawing_refuses_a_command_that_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="1b 63"):
        draw(b"\x1bc5\x01", 384)


def test_marks_are_printed_where_the_page_has_them_and_left_off_where_not() -> None:
    lines = [slip.Text("René Ånöß, Séptì – “Ćirić”… ≥ 日本 \N{ZERO WIDTH SPACE}é\N{COMBINING ACUTE ACCENT}")]

    assert decode(render(lines, "80mm-48")).text == 'René Ånöß, Séptì - "Ciric"... ? ? é'
    assert decode(render(lines, "TM-U220")).text == 'René Ånöß, Séptì - "Ciric"... ≥ ? é'
    assert decode(render(lines, "80mm-48", code_page="CP1252")).text.startswith("René Ånöß, Séptì – “Ciric”")


def test_a_text_can_not_command_the_printer() -> None:
    printed = decode(render([slip.Text("A\x1b@\x10\x04\x01\x1dV\x00B\nC")]))

    assert printed.text == "A@VB C"
    assert printed.cuts == 0


def test_an_unknown_profile_or_page_is_refused() -> None:
    with pytest.raises(Invalid, match="printer_profile"):
        render([], "TM-Z99")
    with pytest.raises(Invalid, match="code_page"):
        render([], code_page="CP9999")


@pytest.mark.parametrize("name", names())
def test_every_model_that_can_be_chosen_prints_a_slip(name: str) -> None:
    data = render(SLIPS["receipt"](), name)

    assert (URL.encode() in data) is profile(name).native_qr
    assert b"0147/OSS" in data


def test_a_printer_without_a_cutter_feeds_to_the_tear_bar() -> None:
    assert decode(render([slip.Cut()], "58mm")).cuts == 0
    assert decode(render([slip.Cut()], "58mm")).lines[-1].feed_dots >= 120
    assert decode(render([slip.Cut()], "58mm", cutter=True)).cuts == 1
    assert decode(render([slip.Cut()], "80mm-48")).cuts == 1
    assert decode(render([slip.Cut()], "80mm-48", cutter=False)).cuts == 0


def test_a_printer_without_a_cutter_draws_where_to_tear() -> None:
    two = [slip.Text("satu"), slip.Cut(), slip.Text("dua"), slip.Cut()]

    def torn(printed: Paper) -> list[str]:
        return [line.text for line in printed.lines if line.text.startswith("- -")]

    assert len(torn(decode(render(two, "58mm")))) == 2
    assert torn(decode(render(two, "80mm-48"))) == []


def test_the_buzzer_sounds_only_when_it_is_asked_for() -> None:
    assert b"\x1bB" not in render(SLIPS["number"]())
    assert b"\x1bB" in render(SLIPS["number"](), buzzer=True)


def test_a_logo_is_made_once_and_shrunk_to_the_paper() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (1000, 400), (0, 0, 0, 255)).save(file, "PNG")

    logo = logo_raster(file.getvalue(), 384)
    shown = decode(render(number(), "58mm", logo=logo))

    pictures = [line.picture for line in shown.lines if line.picture]
    assert pictures[0].size == (384, 154)
    assert pictures[0].getpixel((5, 5)) == 0


def test_a_file_that_is_no_picture_is_no_logo() -> None:
    with pytest.raises(Invalid, match="logo"):
        logo_raster(b"GIF89a?", 384)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("satu dua tiga", 8, ["satu dua", "tiga"]),
        ("satu", 2, ["sa", "tu"]),
        ("", 8, [""]),
        ("a  b", 8, ["a b"]),
        ("usaha-kripik-pisang-lumajang@contoh.co.id", 20, ["usaha-kripik-pisang-", "lumajang@contoh.co.", "id"]),
        ("Surel: usaha.kripik@contoh.co.id ya", 20, ["Surel:", "usaha.kripik@contoh.", "co.id ya"]),
        ("8 Mei pukul\N{NO-BREAK SPACE}08.15", 12, ["8 Mei", "pukul 08.15"]),
    ],
)
def test_lines_break_at_words(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_centred_lines_are_of_like_length() -> None:
    assert wrap("Pindai untuk memantau antrean dari ponsel", 36, balanced=True) == [
        "Pindai untuk memantau",
        "antrean dari ponsel",
    ]


def test_a_pair_keeps_its_value_at_the_right_edge() -> None:
    printed = decode(render([slip.Pair(OSS, "31"), slip.Pair("Diterima", "x" * 30)], "58mm"))

    assert printed.lines[1].text.endswith("31")
    assert {len(line.text) for line in printed.lines[1:]} <= {32, len("Diterima")}


def test_loading_the_printer_library_leaves_the_log_and_the_temporary_files_alone(tmp_path: Path) -> None:
    code = "import logging, shared.printing.bytes; print(logging.getLogger().handlers)"

    said = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.strip() == "[]"
    assert list(tmp_path.iterdir()) == []


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


def test_reports_between_the_answers_do_not_confuse() -> None:
    printer = PaperPrinter(reports=b"\x10\x00\x00\x00")

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


def test_a_plain_file_is_written_and_answers_nothing(tmp_path: Path) -> None:
    file = tmp_path / "paper"
    file.touch()

    assert deliver("file", str(file), b"x", timeout_s=SHORT_S).reason == "no_answer"
    assert deliver("file", str(file), b"x", timeout_s=SHORT_S, answers=Answers.NOTHING).evidence == "sent"
    assert file.read_bytes() == b"\x10\x04\x01x"


def test_a_usb_printer_is_found_by_its_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interface = tmp_path / "devices" / "1-2" / "1-2:1.0"
    interface.mkdir(parents=True)
    (interface.parent / "idVendor").write_text("04b8\n")
    (interface.parent / "idProduct").write_text("0e15\n")
    node = tmp_path / "class" / "lp0"
    node.mkdir(parents=True)
    (node / "device").symlink_to(interface)
    monkeypatch.setattr(connections, "USB_NODES", tmp_path / "class")
    monkeypatch.setattr(connections, "USB_FILES", tmp_path / "dev")
    (tmp_path / "dev").mkdir()

    with PaperPrinter().on_serial() as path:
        (tmp_path / "dev" / "lp0").symlink_to(path)
        assert deliver("usb", "04B8:0E15", job("A-001"), timeout_s=1).result is Result.CONFIRMED
        assert deliver("usb", "04b8:0202", b"x", timeout_s=1).reason == "unreachable"


CUPS = {
    "lp": '#!/bin/sh\ncat > "$CUPS_BOX/paper"\necho "$@" > "$CUPS_BOX/asked"\necho "request id is kios-7 (1 file)"\n',
    "lpstat": '#!/bin/sh\ncase "$*" in *-W*) cat "$CUPS_BOX/waiting";; *) cat "$CUPS_BOX/state";; esac\n',
    "cancel": '#!/bin/sh\necho "$@" > "$CUPS_BOX/cancelled"\n',
}


@pytest.fixture
def cups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A CUPS of three small scripts; what it says stands in `state` and `waiting`."""
    for name, script in CUPS.items():
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(stat.S_IRWXU)
    (tmp_path / "state").write_text("printer kios is idle.  enabled since today\n\tAlerts: none\n")
    (tmp_path / "waiting").write_text("")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("CUPS_BOX", str(tmp_path))
    return tmp_path


def test_a_cups_queue_takes_raw_bytes_and_is_asked_until_the_job_is_gone(cups: Path) -> None:
    outcome = deliver("cups", "kios", job("A-001"), timeout_s=2)

    assert outcome == Outcome(Result.CONFIRMED, None, Status.OK, "queue")
    assert (cups / "paper").read_bytes() == job("A-001")
    assert (cups / "asked").read_text().split() == ["-d", "kios", "-o", "raw"]


def test_a_cups_job_that_stays_is_cancelled_and_uncertain(cups: Path) -> None:
    (cups / "waiting").write_text("kios-7 loket 1024 today\n")

    outcome = deliver("cups", "kios", b"x", timeout_s=SHORT_S)

    assert (outcome.result, outcome.reason) == (Result.UNCERTAIN, "no_answer")
    assert (cups / "cancelled").read_text() == "kios-7\n"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("printer kios disabled since today -\n\tPaused\n", Status.OFFLINE),
        ("printer kios is idle.\n\tAlerts: media-empty-error\n", Status.PAPER_OUT),
        ("printer kios is idle.\n\tAlerts: media-low-warning\n", Status.NEAR_END),
        ("printer kios now printing kios-6.\n\tAlerts: cover-open\n", Status.COVER_OPEN),
    ],
)
def test_cups_tells_how_its_printer_is(cups: Path, said: str, status: Status) -> None:
    (cups / "state").write_text(said)

    assert ask("cups", "kios", 2) is status


def test_without_cups_its_queues_are_offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert deliver("cups", "kios", b"x").reason == "offline"


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("network", "a b"), ("network", "host:99999"), ("network", ""), ("usb", "lp0"), ("serial", "ttyS0"),
        ("serial", "/dev/ttyS0:123"), ("file", "paper"), ("cups", "-o"), ("cups", "a b"),
    ],
)  # fmt: skip
def test_an_impossible_address_is_refused(kind: connections.Kind, address: str) -> None:
    with pytest.raises(Invalid, match="printer_address"):
        deliver(kind, address, b"x")


def test_a_copy_on_paper_says_salinan() -> None:
    printed = decode(render(slip.as_copy(number(), "kertas habis", ID), "58mm"))

    assert [line.text for line in printed.lines if line.inverse and line.text] == [" SALINAN ", " SALINAN "]


def test_the_letterhead_of_a_real_office_fits_the_narrow_paper() -> None:
    printed = decode(render(SLIPS["number"](), "58mm"))

    assert "KECAMATAN LUMAJANG" in printed.text
