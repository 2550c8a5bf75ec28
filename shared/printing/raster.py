"""ESC/POS bytes drawn dot for dot as the paper would look; for the virtual printer, and to measure the roll.

Knows the commands that `printing/bytes` writes, and refuses any other: a wrong picture would hide a wrong slip.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from shared.late import late

if TYPE_CHECKING:
    import segno
    from PIL import Image, ImageChops, ImageDraw, ImageFont
else:
    segno = late("segno")
    Image = late("PIL.Image")
    ImageChops = late("PIL.ImageChops")
    ImageDraw = late("PIL.ImageDraw")
    ImageFont = late("PIL.ImageFont")


CELL_WIDTH, CELL_HEIGHT = 12, 24
"""Font A of every ESC/POS receipt printer, in dots."""

FINE_WIDTH, FINE_HEIGHT = 9, 17
"""Font B of nearly every one."""

LINE_DOTS = 30
"""ESC 2, the line spacing after a reset: 1/6 inch at 180 dpi, and what the makers round it to at 203 dpi."""

HEAD_TO_CUTTER = 104
"""Dots that "feed to the cutter" moves the paper, about 13 mm on the common models."""

DOTS_PER_MM = 8


def draw(data: bytes, width_dots: int) -> Image.Image:
    """The paper as a black and white picture, `width_dots` wide; a dashed line shows where it is cut.

    Raises ValueError for a command that `printing/bytes` does not write.
    """
    paper = _Paper(width_dots)
    _play(data, paper)
    picture = Image.new("1", (width_dots, max(paper.y, 1)), 1)
    for x, y, ink in paper.pieces:
        picture.paste(0, (x, y), ink)
    return picture


def length_mm(data: bytes, width_dots: int) -> float:
    """How much of the roll this slip takes, for the estimate of the slips that are left."""
    paper = _Paper(width_dots, is_measured_only=True)
    _play(data, paper)
    return paper.y / DOTS_PER_MM


@dataclass(frozen=True, slots=True)
class _Style:
    width: int = 1
    height: int = 1
    bold: bool = False
    inverse: bool = False
    smooth: bool = False
    is_fine: bool = False

    @property
    def cell(self) -> tuple[int, int]:
        """Width and height of a letter."""
        width, height = (FINE_WIDTH, FINE_HEIGHT) if self.is_fine else (CELL_WIDTH, CELL_HEIGHT)
        return self.width * width, self.height * height


class _Paper:
    """The strip so far: pieces of ink (x, y, mask), and the line that is still in the print buffer."""

    def __init__(self, width_dots: int, *, is_measured_only: bool = False) -> None:
        self.width_dots = width_dots
        self.y = 0
        self.pieces: list[tuple[int, int, Image.Image]] = []
        self._is_measured_only = is_measured_only
        self.reset()

    def reset(self) -> None:
        self.style = _Style()
        self.line_dots = LINE_DOTS
        self.align = 0
        self.encoding = "cp437"
        self._line: list[tuple[str, _Style]] = []
        self._qr_module, self._qr_level, self._qr_data = 3, "l", b""

    def type(self, char: str) -> None:
        if self._line_width() + self.style.cell[0] > self.width_dots:
            self.end_line()
        self._line.append((char, self.style))

    def end_line(self) -> None:
        height = max((style.cell[1] for _, style in self._line), default=self.style.cell[1])
        x = self._left(self._line_width())
        for char, style in self._line:
            self._ink(x, self.y + height - style.cell[1], lambda c=char, s=style: _glyph(c, s))  # type: ignore[misc]
            x += style.cell[0]
        self.y += max(height, self.line_dots)
        self._line = []

    def feed(self, dots: int) -> None:
        if self._line:
            self.end_line()
        self.y += dots

    def picture(self, mode: int, width_bytes: int, height: int, bits: bytes) -> None:
        across, down = (2 if mode & 1 else 1), (2 if mode & 2 else 1)
        size = (width_bytes * 8 * across, height * down)
        ink = Image.frombytes("1", (width_bytes * 8, height), bits)
        self._ink(self._left(size[0]), self.y, lambda: ink.resize(size, Image.Resampling.NEAREST))
        self.y += size[1]

    def cut(self, is_fed: bool) -> None:
        self.y += HEAD_TO_CUTTER if is_fed else 0
        self._ink(0, self.y, lambda: _dashes(self.width_dots))
        self.y += 2

    def symbol(self, function: int, arguments: bytes) -> None:
        """One function of GS ( k for QR codes: 65 model, 67 size, 69 level, 80 store, 81 print."""
        if function == 67:
            self._qr_module = arguments[0]
        elif function == 69:
            self._qr_level = "lmqh"[arguments[0] - 48]
        elif function == 80:
            self._qr_data = arguments[1:]
        elif function == 81:
            ink = _qr(self._qr_data, self._qr_level, self._qr_module)
            self._ink(self._left(ink.width), self.y, lambda: ink)
            self.y += ink.height
        elif function != 65:
            raise ValueError(f"unknown QR function {function}")

    def _ink(self, x: int, y: int, piece: Callable[[], Image.Image]) -> None:
        if not self._is_measured_only:
            self.pieces.append((x, y, piece()))

    def _line_width(self) -> int:
        return sum(style.cell[0] for _, style in self._line)

    def _left(self, width: int) -> int:
        spare = max(0, self.width_dots - width)
        return (0, spare // 2, spare)[self.align]


def _play(data: bytes, paper: _Paper) -> None:
    at = 0
    while at < len(data):
        at = _step(data, at, paper)


def _step(data: bytes, at: int, paper: _Paper) -> int:
    """Does what stands at `at`, and returns where the next command begins."""
    first = data[at]
    if first == 0x0A:
        paper.end_line()
        return at + 1
    if first >= 0x20:
        paper.type(data[at : at + 1].decode(paper.encoding, "replace"))
        return at + 1
    command = data[at : at + 2]
    if command == b"\x1dV":
        is_fed = data[at + 2] in b"AB"
        paper.cut(is_fed)
        return at + 3 + is_fed
    if command == b"\x1dv":
        return _picture(data, at, paper)
    if command == b"\x1d(":
        return _symbol(data, at, paper)
    if command not in _COMMANDS:
        raise ValueError(f"unknown command {command.hex(' ')} at byte {at}")
    length, act = _COMMANDS[command]
    act(paper, data[at + 2] if length else 0)
    return at + 2 + length


def _picture(data: bytes, at: int, paper: _Paper) -> int:
    mode = data[at + 3]
    width_bytes = int.from_bytes(data[at + 4 : at + 6], "little")
    height = int.from_bytes(data[at + 6 : at + 8], "little")
    end = at + 8 + width_bytes * height
    paper.picture(mode, width_bytes, height, data[at + 8 : end])
    return end


def _symbol(data: bytes, at: int, paper: _Paper) -> int:
    if data[at + 2 : at + 3] != b"k":
        raise ValueError(f"unknown command 1d 28 {data[at + 2 : at + 3].hex()} at byte {at}")
    end = at + 5 + int.from_bytes(data[at + 3 : at + 5], "little")
    paper.symbol(data[at + 6], data[at + 7 : end])
    return end


def _set_size(paper: _Paper, value: int) -> None:
    paper.style = replace(paper.style, width=(value >> 4) + 1, height=(value & 7) + 1)


def _set_bold(paper: _Paper, value: int) -> None:
    paper.style = replace(paper.style, bold=bool(value & 1))


def _set_inverse(paper: _Paper, value: int) -> None:
    paper.style = replace(paper.style, inverse=bool(value & 1))


def _set_smooth(paper: _Paper, value: int) -> None:
    paper.style = replace(paper.style, smooth=bool(value & 1))


def _set_fine(paper: _Paper, value: int) -> None:
    paper.style = replace(paper.style, is_fine=bool(value & 1))


def _set_line_dots(paper: _Paper, value: int) -> None:
    paper.line_dots = value


def _set_align(paper: _Paper, value: int) -> None:
    paper.align = value % 48


def _set_page(paper: _Paper, value: int) -> None:
    paper.encoding = _PAGES.get(value, "ascii")


def _feed_lines(paper: _Paper, value: int) -> None:
    paper.feed(value * LINE_DOTS)


# fmt: off
_COMMANDS: dict[bytes, tuple[int, Callable[[_Paper, int], None]]] = {
    b"\x1b@": (0, lambda paper, _: paper.reset()),
    b"\x1c.": (0, lambda paper, _: None),           # out of Chinese mode
    b"\x1bE": (1, _set_bold),
    b"\x1bM": (1, _set_fine),
    b"\x1b2": (0, lambda paper, _: _set_line_dots(paper, LINE_DOTS)),
    b"\x1b3": (1, _set_line_dots),
    b"\x1ba": (1, _set_align),
    b"\x1bt": (1, _set_page),
    b"\x1bJ": (1, lambda paper, dots: paper.feed(dots)),
    b"\x1bd": (1, _feed_lines),
    b"\x1bB": (2, lambda paper, _: None),           # the buzzer
    b"\x1d!": (1, _set_size),
    b"\x1dB": (1, _set_inverse),
    b"\x1db": (1, _set_smooth),
}
_PAGES = {0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 16: "cp1252", 18: "cp852", 19: "cp858"}
# fmt: on


@lru_cache(maxsize=1024)
def _glyph(char: str, style: _Style) -> Image.Image:
    """The ink of one letter. Enlarged letters are enlarged dots, as in a printer, or smooth where GS b asks for it."""
    times = min(style.width, style.height) if style.smooth else 1
    width, height = (FINE_WIDTH, FINE_HEIGHT) if style.is_fine else (CELL_WIDTH, CELL_HEIGHT)
    cell = Image.new("1", (width * times, height * times))
    pencil = ImageDraw.Draw(cell)
    size, baseline = (15, 13) if style.is_fine else (20, 19)
    for right in range(1 + style.bold * times):
        pencil.text((right, baseline * times), char, fill=255, font=_font(size * times), anchor="ls")
    ink = cell.resize(style.cell, Image.Resampling.NEAREST)
    return ImageChops.invert(ink) if style.inverse else ink


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans Mono, which python-barcode carries (python-escpos needs it): 20 pixels high it is 12 wide."""
    with resources.as_file(resources.files("barcode") / "fonts" / "DejaVuSansMono.ttf") as path:
        return ImageFont.truetype(path, size)


def _qr(data: bytes, level: str, module_dots: int) -> Image.Image:
    rows = segno.make(data, error=level, micro=False, boost_error=False).matrix
    small = Image.new("1", (len(rows[0]), len(rows)))
    small.putdata([1 if module else 0 for row in rows for module in row])
    return small.resize((small.width * module_dots, small.height * module_dots), Image.Resampling.NEAREST)


def _dashes(width_dots: int) -> Image.Image:
    line = Image.new("1", (width_dots, 2), 0)
    for x in range(0, width_dots, 16):
        line.paste(1, (x, 0, x + 8, 2))
    return line
