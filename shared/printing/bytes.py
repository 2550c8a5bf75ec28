"""Lines become ESC/POS bytes for one printer's profile, the same for every road and for the virtual paper."""

from __future__ import annotations

import io
import re
import textwrap
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Literal

from shared.domain.errors import Invalid
from shared.domain.slips.slip import QR, Align, Blank, Cut, Item, Line, Logo, Pair, Rule, Space, Text
from shared.late import late
from shared.printing.designed import Drawn, Fine, designed, is_number
from shared.printing.drawn import can_draw, dashes
from shared.printing.profiles import DEFAULT, Profile, escpos, profile

if TYPE_CHECKING:
    import segno
    from PIL import Image, ImageOps
else:
    segno, Image, ImageOps = map(late, ("segno", "PIL.Image", "PIL.ImageOps"))

DOTS_PER_MM = 8
"""203 dpi, the print head of nearly every 58 and 80 mm receipt printer."""


def render(
    lines: Sequence[Line],
    profile_name: str = DEFAULT,
    columns: int | None = None,
    *,
    code_page: str | None = None,
    native_qr: bool | None = None,
    cutter: bool | None = None,
    cut: Literal["full", "part"] = "part",
    buzzer: bool = False,
    logo: bytes = b"",
    picture: Image.Image | None = None,
    is_drawn: bool = False,
) -> bytes:
    """The bytes of a slip. What is None comes from the profile; `logo` is what `logo_raster` made, once.

    `is_drawn`: in the designed form (see `printing.designed`), with `picture` as the office's picture at its head.

    Raises `Invalid` for a profile or a code page that is not known. Letters that the page lacks are written
    without their marks; control characters are dropped, so that a text can never command the printer.
    """
    known = profile(profile_name)
    pen = _Pen(known, columns or known.columns, code_page or known.code_page)
    pen.native_qr = known.native_qr if native_qr is None else native_qr
    pen.cutter = known.cutter if cutter is None else cutter
    pen.cut_mode, pen.logo = cut, logo
    pen.start(buzzer)
    parts: Sequence[Line | Drawn | Fine] = lines
    if is_drawn and can_be_drawn(profile_name):
        pen.is_close = is_number(lines)
        pen.raw(_CLOSE if pen.is_close else b"")
        parts = designed(lines, pen.width_dots, pen.columns, picture)
    for part in parts:
        _WRITTEN[type(part)](pen, part)
    return pen.finished()


def can_be_drawn(profile_name: str) -> bool:
    """Whether this printer takes pictures and the letters to draw are here."""
    return profile(profile_name).takes_pictures and can_draw()


def logo_raster(picture: bytes, width_dots: int, height_dots: int = 160) -> bytes:
    """A picture file as ready raster bytes, shrunk to fit; made once in setup, for it costs milliseconds.

    Raises `Invalid("logo")` when it is no picture.
    """
    return _raster(logo_picture(picture, width_dots, height_dots))


def logo_picture(picture: bytes, width_dots: int, height_dots: int) -> Image.Image:
    """The same in black and white, for what is drawn with it; raises the same."""
    try:
        opened = Image.open(io.BytesIO(picture)).convert("RGBA")
    except OSError:
        raise Invalid("logo", fields=["logo"]) from None
    white = Image.new("RGBA", opened.size, "white")
    grey = Image.alpha_composite(white, opened).convert("L")
    grey.thumbnail((width_dots, height_dots))
    return grey.convert("1")


def wrap(text: str, width: int, *, balanced: bool = False) -> list[str]:
    """`text` broken at spaces into lines of at most `width`, a longer word after one of its signs or cut.

    No-break spaces hold together.

    `balanced`: the narrowest lines that need no more of them, for text in the middle of the paper.
    """
    lines = _broken(text, width)
    if balanced and len(lines) > 1:
        longest_word = max(len(word) for word in text.split(" "))
        for narrower in range(max(longest_word, -(-len(text) // (len(lines) + 1))), width):
            closer = _broken(text, narrower)
            if len(closer) == len(lines):
                lines = closer
                break
    return [line.replace(_NBSP, " ") for line in lines]


class _Pen:
    """One slip being written: knows the width and the letters, and sends a style only when it changes."""

    native_qr: bool
    cutter: bool
    cut_mode: Literal["full", "part"]
    logo: bytes
    is_close = False
    """Typed lines stand as close as drawn ones."""

    def __init__(self, known: Profile, columns: int, code_page: str | None) -> None:
        self.columns = columns
        self.width_dots = known.width_dots
        self.fine_columns = known.fine_columns
        self._known = known
        self._printer = escpos()[1](profile=known.model)
        self._bytes = bytearray()
        self._page = code_page
        self._style: dict[str, object] = {}
        self._can_encode = _encoder(known.model, code_page)

    def start(self, buzzer: bool) -> None:
        self._printer.hw("INIT")
        if self._known.leaves_kanji:
            self.raw(b"\x1c.")
        if self._page:
            self._printer.magic.force_encoding(self._page)
        if self._known.is_epson:
            self._printer.set(smooth=True)
        if buzzer:
            self._printer.buzzer(1, 2)

    def finished(self) -> bytes:
        self.raw(b"")
        return bytes(self._bytes)

    def raw(self, data: bytes) -> None:
        """Bytes of ours after those that the library has written."""
        self._bytes += self._printer.output + data
        self._printer.clear()

    def clean(self, text: str) -> str:
        """`text` in letters that this printer has."""
        return _clean(text, self._can_encode)

    def write(self, text: str, *, width: int = 1, height: int = 1, bold: bool = False, inverse: bool = False) -> None:
        """Cleaned text, without the end of the line."""
        self._set("size", (width, height), custom_size=True, width=width, height=height)
        self._set("bold", bold, bold=bold)
        self._set("inverse", inverse, invert=inverse)
        if self._page:
            self._printer.text(text)
        else:
            self.raw(text.encode("ascii"))

    def end_line(self) -> None:
        self.raw(b"\n")

    def align(self, align: Align) -> None:
        self._set("align", align, align=align)

    def feed(self, dots: int) -> None:
        while dots > 0:
            self.raw(b"\x1bJ" + bytes([min(dots, 255)]))
            dots -= 255

    def native(self, data: str, module_dots: int) -> None:
        self._printer.qr(data, ec=_LEVEL_M, size=module_dots, native=True)

    def cut(self) -> None:
        """Epson feeds to its cutter exactly (GS V 65, 66); the others feed lines enough: a cut, or where to tear."""
        if self.cutter and self._known.is_epson:
            self.raw(b"\x1dVA\x00" if self.cut_mode == "full" else b"\x1dVB\x00")
            return
        if not self.cutter and self.is_close:
            self.raw(_raster(dashes(self.width_dots)) + _USUAL)
        elif not self.cutter:
            self.align("left")
            self.write(("- " * self.columns)[: self.columns])
            self.end_line()
        self._printer.print_and_feed(_TO_THE_KNIFE if self.cutter else _TO_THE_TEAR_BAR)
        if self.cutter:
            self.raw(b"\x1dV\x00" if self.cut_mode == "full" else b"\x1dV\x01")

    def _set(self, key: str, value: object, **arguments: object) -> None:
        if self._style.get(key, _AFTER_INIT[key]) != value:
            self._style[key] = value
            self._printer.set(**arguments)


def _text(pen: _Pen, line: Text) -> None:
    text = pen.clean(line.text)
    margin = 2 if line.inverse else 0
    size = _fitting(text, line.size, pen.columns, margin)
    height = min(8, size * 2) if line.tall else size
    pen.align(line.align)
    for part in wrap(text, pen.columns // size - margin, balanced=line.align == "center"):
        shown = f" {part} " if line.inverse else part
        pen.write(shown, width=size, height=height, bold=line.bold, inverse=line.inverse)
        pen.end_line()


def _pair(pen: _Pen, line: Pair) -> None:
    left, right = pen.clean(line.left), pen.clean(line.right)
    fits = len(left) + 1 + len(right) <= pen.columns or len(right) * 3 <= pen.columns
    labels = wrap(left, pen.columns - len(right) - 1 if fits else pen.columns)
    values = wrap(right, len(right) or 1) if fits else wrap(right, pen.columns - 2)
    if not fits:
        labels.append("")
    pen.align("left")
    for label in labels[:-1]:
        pen.write(label)
        pen.end_line()
    for label, value in zip([labels[-1], *[""] * len(values)], values, strict=False):
        pen.write(label.ljust(pen.columns - len(value)))
        pen.write(value, bold=line.bold)
        pen.end_line()


def _item(pen: _Pen, line: Item, columns: int = 0) -> None:
    _hanging(pen, "[x] " if line.ticked else "[ ] ", line.text, columns or pen.columns)


def _hanging(pen: _Pen, box: str, text: str, columns: int, *, bold: bool = False) -> None:
    pen.align("left")
    for place, part in enumerate(wrap(pen.clean(text), columns - len(box))):
        pen.write((" " * len(box) if place else box) + part, bold=bold)
        pen.end_line()


def _fine(pen: _Pen, small: Fine) -> None:
    line, columns = small.line, pen.fine_columns or pen.columns
    pen.raw((_FINE_CLOSE if pen.is_close else _FINE) if pen.fine_columns else b"")
    if isinstance(line, Item):
        _item(pen, line, columns)
    else:
        _hanging(pen, "", line.text, columns, bold=line.bold)
    pen.raw((_NOT_FINE_CLOSE if pen.is_close else _NOT_FINE) if pen.fine_columns else b"")


def _qr(pen: _Pen, line: QR) -> None:
    modules = 17 + 4 * _qr_version(line.data)
    width_dots = min(line.width_mm * DOTS_PER_MM, pen.columns * 12 - 8 * 4)
    module_dots = max(3, min(8, round(width_dots / modules)))
    pen.align("center")
    pen.feed(_QUIET_MODULES * module_dots)
    if pen.native_qr:
        pen.native(line.data, module_dots)
    else:
        pen.raw(_qr_raster(line.data, module_dots))
    pen.feed(_QUIET_MODULES * module_dots)


def _rule(pen: _Pen, line: Rule) -> None:
    pen.align("left")
    pen.write(pen.clean("═" if line.double else "─") * pen.columns)
    pen.end_line()


def _space(pen: _Pen, line: Space) -> None:
    pen.feed(line.dots)


def _blank(pen: _Pen, line: Blank) -> None:
    label = pen.clean(line.label)[: pen.columns - 8]
    pen.align("left")
    pen.write(f"{label} ".lstrip().ljust(pen.columns, "."))
    pen.end_line()


def _logo(pen: _Pen, line: Logo) -> None:
    if pen.logo:
        pen.align("center")
        pen.raw(pen.logo)
        pen.feed(8)


def _cut(pen: _Pen, line: Cut) -> None:
    pen.cut()


def _picture(pen: _Pen, line: Drawn) -> None:
    pen.align("left")
    pen.raw(_raster(line.picture))


_WRITTEN: dict[type[Line | Drawn | Fine], Callable[[_Pen, Any], None]] = {
    Text: _text, Pair: _pair, Item: _item, QR: _qr, Rule: _rule, Space: _space, Blank: _blank, Logo: _logo, Cut: _cut,
    Drawn: _picture, Fine: _fine,
}  # fmt: skip


def _fitting(text: str, wanted: int, columns: int, margin: int) -> int:
    """The largest size up to `wanted` at which no word is cut."""
    longest = max((len(word) for word in text.split(" ")), default=0) + margin
    return max(1, min(wanted, columns // max(longest, 1)))


def _broken(text: str, width: int) -> list[str]:
    pieces = " ".join(piece for word in filter(None, text.split(" ")) for piece in _pieces(word, width))
    return textwrap.wrap(pieces, width, break_on_hyphens=False) or [""]


def _pieces(word: str, width: int) -> list[str]:
    """A word that is too long for a line in pieces that fill one, each up to a sign as addresses have them."""
    pieces = []
    while len(word) > width:
        at = max((word.rfind(sign, 0, width) + 1 for sign in _SIGNS), default=0)
        at = at if at > width // 3 else width
        pieces.append(word[:at])
        word = word[at:]
    return [*pieces, word]


def _clean(text: str, can_encode: Callable[[str], bool]) -> str:
    kept = "".join(_letter(char, can_encode) for char in unicodedata.normalize("NFC", text))
    return _UNKNOWN.sub("?", kept).strip(" ")


def _letter(char: str, can_encode: Callable[[str], bool]) -> str:
    if char == _NBSP:
        return char
    if unicodedata.category(char) in ("Cc", "Cf"):
        return " " if char in "\t\r\n" else ""
    if char.isascii() or can_encode(char):
        return char
    plain = _PLAIN.get(char) or "".join(each for each in unicodedata.normalize("NFKD", char) if each.isascii())
    return plain or ("" if unicodedata.combining(char) else _MARK)


@lru_cache
def _encoder(model: str, code_page: str | None) -> Callable[[str], bool]:
    """Whether the printer has a letter in this page; raises `Invalid("code_page")` when it lacks the page."""
    if code_page is None:
        return str.isascii
    encoder = escpos()[1](profile=model).magic.encoder
    if code_page not in encoder.codepages:
        raise Invalid("code_page", fields=["code_page"], code_page=code_page)
    return lru_cache(maxsize=512)(partial(encoder.can_encode, code_page))


def _qr_version(data: str) -> int:
    """The smallest version whose level M holds `data` as bytes (ISO/IEC 18004, table 7).

    segno says it only with the whole symbol, which takes 13 ms; a printer that makes its own needs the size alone.
    """
    size = len(data.encode())
    for version, capacity in enumerate(_CAPACITY_M, start=1):
        if size <= capacity:
            return version
    raise Invalid("qr_too_long", fields=["qr"])


@lru_cache(maxsize=64)
def _qr_raster(data: str, module_dots: int) -> bytes:
    """The code as a picture. Even modules go out at half size and the printer doubles them: a quarter of the bytes."""
    is_doubled = module_dots % 2 == 0
    scale = module_dots // 2 if is_doubled else module_dots
    rows = segno.make(data, error="m", micro=False, boost_error=False).matrix
    small = Image.new("1", (len(rows[0]), len(rows)), 1)
    small.putdata([0 if module else 1 for row in rows for module in row])
    return _raster(small.resize((small.width * scale, small.height * scale), Image.Resampling.NEAREST), is_doubled)


def _raster(picture: Image.Image, is_doubled: bool = False) -> bytes:
    """GS v 0 of a black and white picture (black prints)."""
    width_bytes = -(-picture.width // 8)
    ink = ImageOps.invert(picture.convert("L")).convert("1", dither=Image.Dither.NONE)
    header = b"\x1dv0" + bytes([3 if is_doubled else 0])
    return header + width_bytes.to_bytes(2, "little") + picture.height.to_bytes(2, "little") + ink.tobytes()


_AFTER_INIT: dict[str, object] = {"size": (1, 1), "bold": False, "inverse": False, "align": "left"}
_SIGNS = "@.-_/"
_LEVEL_M = 1
_CAPACITY_M = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666)
_QUIET_MODULES = 4
_FINE, _NOT_FINE = b"\x1bM\x01\x1b3\x14", b"\x1bM\x00\x1b2"
"""Font B and a line every 20 dots; font A and the usual 30."""
_USUAL, _CLOSE = b"\x1b2", b"\x1b3\x18"
_FINE_CLOSE, _NOT_FINE_CLOSE = b"\x1bM\x01\x1b3\x12", b"\x1bM\x00" + _CLOSE
"""The same with a line every 18 and every 24 dots, which is as high as the letters of either font with their white."""
_TO_THE_TEAR_BAR, _TO_THE_KNIFE = 4, 6
"""Lines from the head; a knife stands a little farther away, and before the bar there is the line to tear at."""
_NBSP = "\N{NO-BREAK SPACE}"
_MARK = "\N{REPLACEMENT CHARACTER}"
_UNKNOWN = re.compile(f"{_MARK}+")
_PLAIN = {
    "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "•": "*", "·": "-", "×": "x",
    "€": "EUR", "─": "-", "═": "=", "Ø": "O", "ø": "o", "ß": "ss", "æ": "ae", "Æ": "AE", "đ": "d", "ł": "l",
}  # fmt: skip
