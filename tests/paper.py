"""A printer that answers, and a reader of its paper; both know the manuals and nothing of `shared/printing`.

`PaperPrinter` is a TCP (or serial) receipt printer with the status answers of the real ones and with their faults.
`decode` reads bytes back into lines, QR payloads and pictures; `picture` paints them with other fonts and another QR
library than the house uses; `qr_codes` is zxing-cpp.
"""

from __future__ import annotations

import os
import pty
import select
import socket
import threading
import time
import tty
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache

import qrcode
import zxingcpp
from PIL import Image, ImageDraw, ImageFont, ImageOps


class Fault(StrEnum):
    OK = "ok"
    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER = "cutter"
    OFFLINE = "offline"
    HANG_UP = "hang_up"
    SILENT = "silent"
    HALF_OPEN = "half_open"
    POWER_CYCLE = "power_cycle"


# fault: the answers to DLE EOT 1, 2, 3, 4 (Epson, ESC/POS command reference, "DLE EOT")
ANSWERS = {
    Fault.OK: (0x12, 0x12, 0x12, 0x12),
    Fault.NEAR_END: (0x12, 0x12, 0x12, 0x1E),
    Fault.PAPER_OUT: (0x1A, 0x32, 0x12, 0x7E),
    Fault.COVER_OPEN: (0x1A, 0x16, 0x12, 0x12),
    Fault.CUTTER: (0x1A, 0x52, 0x1A, 0x12),
    Fault.OFFLINE: (0x1A, 0x12, 0x12, 0x12),
}
DEAF_S = 1.5
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
STOPS = {Fault.PAPER_OUT, Fault.COVER_OPEN, Fault.CUTTER, Fault.OFFLINE}


class PaperPrinter:
    """An emulated printer. `fault` may be set at any time; `break_after(n, fault)` sets it n printed bytes later.

    `slips`: what is on paper, one entry for each ESC @, whole or not. `reports`: bytes it sends by itself before each
    answer (ASB). `dialect`: "full", "no_gs_r", "mute" (prints and never answers, as cheap clones do), "garbage" (what
    it answers is no answer), "endless" (talks without end), "deaf" (hears no question for a while after data),
    "closes" and "closes_no_gs_r" (hangs up after each slip), "first_only" (knows DLE EOT 1 and no other question),
    "tears" (breaks off in the middle of a slip), "stuck" (takes no data). `late_s`: how long each answer takes;
    `times`: how often each is given; `lost`: so many of its answers that a slip is printed get lost. `holds`: so many
    bytes fit into its buffer; when that is full it reads nothing, and only another caller is told how it is.
    `window`: how many bytes wait in its network interface besides. `greeting`: what it says when it is called.
    """

    def __init__(
        self,
        *,
        dialect: str = "full",
        reports: bytes = b"",
        late_s: float = 0,
        times: int = 1,
        lost: int = 0,
        holds: int = 0,
        window: int = 0,
        greeting: bytes = b"",
    ) -> None:
        self.late_s, self.times, self.lost, self.holds = late_s, times, lost, holds
        self.window = window or (2048 if dialect in ("stuck", "tears") else 0)
        self.greeting = greeting
        self.fault = Fault.OK
        self.dialect = dialect
        self.reports = reports
        self.slips: list[bytes] = []
        self.connections = 0
        self._buffer = bytearray()
        self._seen = b""
        self._breaks: tuple[int, Fault] | None = None
        self._stopping = threading.Event()
        self._deaf_until = 0.0
        self._line = threading.Lock()

    def break_after(self, count: int, fault: Fault) -> None:
        self._breaks = (count, fault)

    def mend(self) -> None:
        """Paper is back, the lid is closed: what still waits in the buffer is printed now, as real printers do."""
        self.fault, self._breaks = Fault.OK, None
        self._print_what_waits()

    def power_cycle(self) -> None:
        self._buffer.clear()
        self._seen = b""
        self.fault, self._breaks = Fault.OK, None

    @contextmanager
    def on_network(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
        """Serves one caller at a time; gives "127.0.0.1:port"."""
        listener = socket.create_server((host, port))
        if self.window:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.window)
        listener.settimeout(0.02)
        with self._serving(lambda: self._accept(listener)):
            yield f"{host}:{listener.getsockname()[1]}"
        listener.close()

    @contextmanager
    def on_serial(self) -> Iterator[str]:
        """Gives the path of a pseudo-terminal that the printer hangs on."""
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        with self._serving(lambda: self._talk(ours, lambda: os.read(ours, 4096), lambda data: os.write(ours, data))):
            yield os.ttyname(theirs)
        os.close(theirs)
        os.close(ours)

    @contextmanager
    def _serving(self, work: Callable[[], object]) -> Iterator[None]:
        def run() -> None:
            while not self._stopping.is_set():
                work()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join(5)

    def _accept(self, listener: socket.socket) -> None:
        try:
            caller, _ = listener.accept()
        except TimeoutError:
            return
        self.connections += 1
        if self.holds:
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()
            return
        with caller:
            if self.fault is not Fault.HANG_UP:
                self._talk(caller.fileno(), lambda: caller.recv(4096), caller.sendall)

    def _serve(self, caller: socket.socket) -> None:
        """The first caller's bytes are printed; the next one is told how it is until the first has gone."""
        with caller, suppress(OSError):
            while not self._line.acquire(timeout=0.02):
                if self._stopping.is_set():
                    return
                if select.select([caller], [], [], 0)[0]:
                    if not (asked := caller.recv(3, socket.MSG_PEEK)):
                        return
                    if asked[:2] != b"\x10\x04" or len(asked) < 3:
                        self._stopping.wait(0.02)  # a slip waits for its turn
                    elif caller.recv(3) and self.dialect != "mute":
                        caller.sendall(self._status(asked[2]))
            try:
                self._talk(caller.fileno(), lambda: caller.recv(512), caller.sendall)
            finally:
                self._line.release()

    def _talk(self, descriptor: int, read: Callable[[], bytes], write: Callable[[bytes], object]) -> None:
        """Until the caller goes, the printer is switched off, or the test is over."""
        later: list[tuple[float, bytes]] = []
        if self.greeting and not _said(write, self.greeting):
            return
        while not self._stopping.is_set():
            if self.holds and len(self._buffer) >= self.holds:
                self._stopping.wait(0.02)
                continue
            while later and later[0][0] <= time.monotonic():
                if not _said(write, later.pop(0)[1]):
                    return
            if self.dialect == "endless" and not _said(write, b"loket? " * 500):
                return
            try:
                if not select.select([descriptor], [], [], 0.02 if self.dialect != "endless" else 0)[0]:
                    continue
                data = b"" if self.dialect == "stuck" and not self._stopping.wait(0.05) else read()
            except OSError:
                return
            if self.dialect == "stuck":
                continue
            if not data or (self.dialect == "tears" and len(data) > 1000):
                return
            if self.fault is Fault.HALF_OPEN:
                continue
            answers = bytes(byte for byte in self._receive(data) for _ in range(self.times))
            if self.late_s:
                later += [(time.monotonic() + self.late_s, answers)] if answers else []
                continue
            if self.fault is Fault.POWER_CYCLE:
                self.power_cycle()
                return
            if self.fault is Fault.HANG_UP:
                self._buffer.clear()
                return
            if (
                answers
                and self.fault not in (Fault.SILENT, Fault.HALF_OPEN)
                and not _said(write, self.reports + answers)
            ):
                return
            if self.dialect.startswith("closes") and b"\x1dV" in data:
                return

    def _receive(self, data: bytes) -> bytes:
        """Real-time commands are seen wherever they stand, also inside of pictures; the rest waits for its turn."""
        self._buffer += data
        self._seen += data
        real_time = b""
        while self._seen:
            if self._seen[:2] == b"\x10\x04" and self._seen[2:3] in (b"\1", b"\2", b"\3", b"\4"):
                real_time += self._status(self._seen[2])
                self._seen = self._seen[3:]
            elif self._seen.startswith(CLEAR):
                self._buffer.clear()
                self._seen = self._seen[len(CLEAR) :]
            elif self._seen == b"\x10\x04" or CLEAR.startswith(self._seen):
                break
            else:
                self._seen = self._seen[1:]
        is_deaf = self.dialect == "deaf" and time.monotonic() < self._deaf_until
        printed = len(self.slips)
        in_order = self._print_what_waits()
        if len(self.slips) > printed:
            self._deaf_until = time.monotonic() + DEAF_S
        if self.dialect in ("mute", "endless") or is_deaf:
            return b""
        if self.dialect in ("first_only", "tears"):
            return real_time[:1] if data.endswith(b"\x10\x04\x01") else b""
        return b"\xff\x01\xc3" * len(real_time) if self.dialect == "garbage" else real_time + in_order

    def _status(self, n: int) -> bytes:
        return bytes([ANSWERS.get(self.fault, ANSWERS[Fault.OK])[n - 1]])

    def _print_what_waits(self) -> bytes:
        answers = b""
        while self._buffer and self.fault not in STOPS | {Fault.POWER_CYCLE, Fault.HANG_UP, Fault.HALF_OPEN}:
            length = command_length(self._buffer)
            if length is None:
                break
            command = bytes(self._buffer[:length])
            del self._buffer[:length]
            if command[:2] == b"\x1dr":
                is_lost, self.lost = bool(self.slips and self.lost), max(0, self.lost - bool(self.slips))
                knows = self.dialect in ("full", "closes", "endless") and not is_lost
                answers += self._paper_sensor() if knows else b""
            elif command[0] != 0x10:
                self._put_on_paper(command)
        return answers

    def _paper_sensor(self) -> bytes:
        return b"\x03" if self.fault is Fault.NEAR_END else b"\x00"

    def _put_on_paper(self, command: bytes) -> None:
        if command == b"\x1b@":
            self.slips.append(b"")
        self.slips[-1] += command
        if self._breaks:
            left, fault = self._breaks[0] - len(command), self._breaks[1]
            self._breaks = (left, fault)
            if left <= 0:
                self.fault, self._breaks = fault, None


def _said(write: Callable[[bytes], object], words: bytes) -> bool:
    try:
        write(words)
    except OSError:
        return False
    return True


LENGTHS = {
    b"\x1b@": 2, b"\x1c.": 2, b"\x1bE": 3, b"\x1ba": 3, b"\x1bt": 3, b"\x1bJ": 3, b"\x1bd": 3, b"\x1bB": 4,
    b"\x1bM": 3, b"\x1b2": 2, b"\x1b3": 3, b"\x1d!": 3, b"\x1dB": 3, b"\x1db": 3, b"\x1dr": 3,
    b"\x10\x04": 3, b"\x10\x14": 10,
}  # fmt: skip


def command_length(data: bytes | bytearray) -> int | None:
    """How many bytes the first command takes, None while it is not all there; ValueError when nobody knows it."""
    if data[0] not in (0x10, 0x1B, 0x1C, 0x1D):
        return 1
    head = bytes(data[:2])
    if len(head) < 2:
        return None
    if head == b"\x1dV":
        length = 2 + (2 if data[2:3] in (b"A", b"B") else 1)
    elif head == b"\x1dv":
        length = 8 + int.from_bytes(data[4:6], "little") * int.from_bytes(data[6:8], "little") if len(data) >= 8 else 8
        if len(data) < 8:
            return None
    elif head == b"\x1d(":
        if len(data) < 5:
            return None
        length = 5 + int.from_bytes(data[3:5], "little")
    elif head in LENGTHS:
        length = LENGTHS[head]
    else:
        raise ValueError(f"no such command: {head.hex(' ')}")
    return length if len(data) >= length else None


@dataclass
class Printed:
    """One line of paper: text, a picture, a native QR code, empty paper or a cut."""

    text: str = ""
    width: int = 1
    height: int = 1
    bold: bool = False
    inverse: bool = False
    align: int = 0
    is_fine: bool = False
    line_dots: int = 30
    picture: Image.Image | None = None
    qr: str | None = None
    feed_dots: int = 0
    is_cut: bool = False

    @property
    def columns(self) -> int:
        """How many letters of font A would be as wide."""
        return -(-len(self.text) * self.width * (FINE if self.is_fine else CELL)[0] // CELL[0])


@dataclass
class Paper:
    lines: list[Printed] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines if line.text)

    @property
    def cuts(self) -> int:
        return sum(line.is_cut for line in self.lines)

    @property
    def native_qr(self) -> list[str]:
        return [line.qr for line in self.lines if line.qr]


def decode(data: bytes) -> Paper:
    """What stands on the paper, in order."""
    paper, now, page, stored = Paper(), Printed(), "cp437", ""
    rest = memoryview(data)
    while rest:
        length = command_length(bytes(rest))
        if length is None:
            raise ValueError("a command without its end")
        command, rest = bytes(rest[:length]), rest[length:]
        head, value = command[:2], command[2] if length > 2 else 0
        if command == b"\n":
            paper.lines.append(now)
            now = replace(now, text="")
        elif length == 1:
            if command[0] < 32:
                raise ValueError(f"control character {command[0]:02x} in the text")
            now.text += command.decode(page)
        elif head == b"\x1b@":
            now, page = Printed(), "cp437"
        elif head == b"\x1bE":
            now.bold = bool(value)
        elif head == b"\x1bM":
            now.is_fine = bool(value & 1)
        elif head in (b"\x1b2", b"\x1b3"):
            now.line_dots = value if head == b"\x1b3" else 30
        elif head == b"\x1ba":
            now.align = value
        elif head == b"\x1bt":
            page = {0: "cp437", 2: "cp850", 16: "cp1252", 19: "cp858"}[value]
        elif head == b"\x1d!":
            now.width, now.height = (value >> 4) + 1, (value & 7) + 1
        elif head == b"\x1dB":
            now.inverse = bool(value)
        elif head == b"\x1bJ":
            paper.lines.append(Printed(feed_dots=value))
        elif head == b"\x1bd":
            paper.lines.append(Printed(feed_dots=value * 30))
        elif head == b"\x1dV":
            paper.lines.append(Printed(is_cut=True))
        elif head == b"\x1dv":
            paper.lines.append(Printed(align=now.align, picture=_bitmap(command)))
        elif head == b"\x1d(" and command[6] == 80:
            stored = command[8:].decode()
        elif head == b"\x1d(" and command[6] == 81:
            paper.lines.append(Printed(align=now.align, qr=stored))
    return paper


def picture(data: bytes, width_dots: int) -> Image.Image:
    """The paper painted by other hands: Pillow's own font, and the qrcode library."""
    rows = [row for row in (_painted(line) for line in decode(data).lines) if row]
    sheet = Image.new("L", (width_dots, sum(row.height for row, _ in rows) + 1), 255)
    y = 0
    for row, align in rows:
        sheet.paste(row, (max(0, (width_dots - row.width) * align // 2), y))
        y += row.height
    return sheet


CUTTER_MM = 13
"""From the print head to the knife: so much empty paper ends every piece that is cut."""


def length_mm(data: bytes) -> float:
    """How much of the roll it takes, from the bytes alone; codes have to be pictures."""
    paper = decode(data)
    dots = 0
    for line in paper.lines:
        if line.picture:
            dots += line.picture.height
        elif line.feed_dots or not line.is_cut:
            dots += line.feed_dots or max(line.line_dots, (FINE if line.is_fine else CELL)[1] * line.height)
    return dots / 8 + paper.cuts * CUTTER_MM


def qr_codes(image: Image.Image) -> list[str]:
    """What zxing-cpp reads in a picture."""
    return [found.text for found in zxingcpp.read_barcodes(image.convert("L")) if found.format == zxingcpp.QRCode]


def codes_on(paper: Paper) -> list[str]:
    """The codes of a slip, whether the printer made them itself or they came as pictures."""
    return paper.native_qr + [code for line in paper.lines if line.picture for code in qr_codes(line.picture)]


CELL, FINE = (12, 24), (9, 17)
RULES = {"─": (12,), "═": (9, 15)}


def _bitmap(command: bytes) -> Image.Image:
    width, height = int.from_bytes(command[4:6], "little") * 8, int.from_bytes(command[6:8], "little")
    image = Image.frombytes("1", (width, height), bytes(255 - bits for bits in command[8:])).convert("L")
    across, down = (2 if command[3] & 1 else 1), (2 if command[3] & 2 else 1)
    return image.resize((width * across, height * down), Image.Resampling.NEAREST)


def _painted(line: Printed) -> tuple[Image.Image, int] | None:
    if line.picture:
        return line.picture, line.align
    if line.qr:
        return qrcode.make(line.qr, box_size=6, border=2).get_image().convert("L"), line.align
    if line.feed_dots:
        return Image.new("L", (1, line.feed_dots), 255), 0
    if line.is_cut:
        return None
    cells = Image.new("L", (max(1, len(line.text) * CELL[0]), CELL[1]), 0)
    for place, char in enumerate(line.text):
        cells.paste(_glyph(char, line.bold), (place * CELL[0], 0))
    wide, high = FINE if line.is_fine else CELL
    size = (max(1, len(line.text) * wide * line.width), high * line.height)
    row = Image.new("L", (size[0], max(line.line_dots, size[1])), 0)
    row.paste(cells.resize(size, Image.Resampling.NEAREST), (0, 0))
    return row if line.inverse else ImageOps.invert(row), line.align


@cache
def _glyph(char: str, is_bold: bool) -> Image.Image:
    """White on black; rules are drawn by hand, and letters without their marks, which the font has not."""
    cell = Image.new("L", CELL, 0)
    pencil = ImageDraw.Draw(cell)
    if char in RULES:
        for y in RULES[char]:
            pencil.line((0, y, CELL[0], y), fill=255, width=2)
        return cell
    plain = unicodedata.normalize("NFD", char)[0]
    weight = int(is_bold) / 2
    pencil.text((CELL[0] / 2, 2), plain, fill=255, font=ImageFont.load_default(18), anchor="ma", stroke_width=weight)
    return cell
