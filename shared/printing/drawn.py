"""The parts of a slip that are drawn instead of typed, in the letters of the screens, as raster.

A slow serial line, and a printer that takes no raster, get the typed form. `designed` says which part goes where.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from shared.late import late

if TYPE_CHECKING:
    import segno
    from PIL import Image, ImageDraw, ImageFont
else:
    segno = late("segno")
    Image = late("PIL.Image")
    ImageDraw = late("PIL.ImageDraw")
    ImageFont = late("PIL.ImageFont")


FONTS = Path(__file__).resolve().parents[1] / "web/static/vendor"
INK = 140
"""Up to which light a dot is printed."""
NUMBER_DOTS = 240
"""Height of a number's capitals: 30 mm."""
MOST_STRETCH = 2.5
"""How much taller than drawn a number may be: on narrow paper it stays below NUMBER_DOTS."""
CODE_DOTS = 160
"""Width of the code with its quiet zone at most, unless a module of 3 dots needs more: 20 mm."""
OVERHANG = 8
"""By how many dots the words beside the code may be higher than it, which is less than another line below."""
QUIET_MODULES = 2
"""Beside the code, and half of it above and below, where the white between two lines follows."""
GAP_DOTS = 12
_AS_DRAWN = 200
"""Size of the letters of a number before they are fitted to the paper."""
WITH_TAILS = 1.08
"""Height of a last line, of the size of its letters: down to the tails of g and j."""
CAPITAL = 0.668
"""Height of a capital, of the size of its letters."""

_ADDRESS = re.compile(r"\w@\w|\w\.\w+\.\w")

Weight = Literal[400, 700]


@dataclass(frozen=True, slots=True)
class Wording:
    """Words in letters of `size` dots: 24 have capitals of 2 mm; `least`: down to which they shrink to spare a line."""

    text: str
    size: int = 22
    weight: Weight = 400
    least: int = 0


@lru_cache(maxsize=64)
def _font(weight: Weight, size: int, of_digits: bool) -> ImageFont.FreeTypeFont:
    name = f"digits-{weight}.woff" if of_digits else f"atkinson-hyperlegible-next-latin-{weight}-normal.woff2"
    return ImageFont.truetype(FONTS / name, size)


@lru_cache(maxsize=1)
def can_draw() -> bool:
    """Whether the fonts are here and Pillow can read them; without them a slip is typed."""
    try:
        return all(_font(700, 20, of_digits).getbbox("0") for of_digits in (True, False))
    except OSError:
        return False


@lru_cache(maxsize=32)
def number(text: str, width_dots: int) -> Image.Image:
    """The number as wide as the paper, its capitals `NUMBER_DOTS` high, or less where that would make it too thin.

    Between letter and digits stands a short hyphen, which leaves them the room.
    """
    pieces = [_cropped(piece) for piece in re.split("(-)", text) if piece]
    parts = [_short_hyphen(each) if said == "-" else each for said, each in pieces]
    gap = _AS_DRAWN // 10
    whole = Image.new("L", (sum(each.width for each in parts) + gap * (len(parts) - 1), parts[0].height), 255)
    x = 0
    for each in parts:
        whole.paste(each, (x, 0))
        x += each.width + gap
    room = width_dots - GAP_DOTS
    scale = min(room / whole.width, NUMBER_DOTS / whole.height)
    high = min(NUMBER_DOTS, int(whole.height * scale * MOST_STRETCH))
    fitted = whole.resize((int(whole.width * scale), high), Image.Resampling.LANCZOS)
    line = Image.new("L", (width_dots, high), 255)
    line.paste(fitted, ((width_dots - fitted.width) // 2, 0))
    return _black_and_white(line)


def _short_hyphen(drawn: Image.Image) -> Image.Image:
    """Half as long and, because it is made higher with the rest, half as thick."""
    upper, lower = (Image.eval(drawn, lambda light: 255 * (light <= INK)).getbbox() or (0, 0, 1, 1))[1::2]
    short = Image.new("L", (drawn.width // 2, drawn.height), 255)
    short.paste(0, (0, upper + (lower - upper) // 4, short.width, lower - (lower - upper) // 4))
    return short


def _cropped(text: str) -> tuple[str, Image.Image]:
    """The text in large letters, as high as a capital and as wide as its ink."""
    said = Wording(text, _AS_DRAWN, 700)
    line = Image.new("L", (int(_width(said)) + _AS_DRAWN, 2 * _AS_DRAWN), 255)
    _type(ImageDraw.Draw(line), _AS_DRAWN / 2, int(1.4 * _AS_DRAWN), said)
    ink = Image.eval(line, lambda light: 255 * (light <= INK)).getbbox() or (0, 0, 1, 1)
    return text, line.crop((ink[0], int((1.4 - CAPITAL - 0.01) * _AS_DRAWN), ink[2], int(1.41 * _AS_DRAWN)))


@lru_cache(maxsize=64)
def column(said: tuple[Wording, ...], width_dots: int, *, is_centred: bool = False) -> Image.Image:
    """Lines below each other, broken where the column ends."""
    break_up = _balanced if is_centred else _broken
    return _lines([line for each in said for line in break_up(each, width_dots)], width_dots, is_centred=is_centred)


def _lines(lines: Sequence[Wording], width_dots: int, *, is_centred: bool = False) -> Image.Image:
    high = sum(_pitch(line) for line in lines[:-1]) + sum(round(line.size * WITH_TAILS) for line in lines[-1:])
    picture = Image.new("L", (width_dots, max(1, high)), 255)
    pen, y = ImageDraw.Draw(picture), 0
    for line in lines:
        left = max(0.0, (width_dots - _width(line)) / 2) if is_centred else 0.0
        _type(pen, left, y + round(line.size * 0.86), line)
        y += _pitch(line)
    return _black_and_white(picture)


def beside(data: str, said: Sequence[Wording], width_dots: int) -> Image.Image:
    """A code at the left and words at its right, which go on below it over the whole width when they are more."""
    modules = segno.make(data, error="m", micro=False, boost_error=False)
    scale = max(3, CODE_DOTS // int(modules.symbol_size(border=QUIET_MODULES)[0]))
    side = int(modules.symbol_size(scale=scale, border=QUIET_MODULES)[0])
    code = Image.new("1", (side, side), 1)
    for row, modules_of_row in enumerate(modules.matrix_iter(scale=scale, border=QUIET_MODULES)):
        for place, module in enumerate(modules_of_row):
            if module:
                code.putpixel((place, row), 0)
    cropped = code.crop((0, scale, side, side - scale))
    narrow = width_dots - side - GAP_DOTS
    tried = [_around(_shrunk(said, by), narrow, width_dots, cropped.height) for by in (0, 1)]
    right, below = min(tried, key=lambda found: len(found[1]))
    both = at_left(cropped, _lines(right, narrow), width_dots)
    return stacked(both, _lines(below, width_dots)) if below else both


def _shrunk(said: Sequence[Wording], by: int) -> list[Wording]:
    return [replace(each, size=max(each.size - by, each.least or each.size)) for each in said]


def _around(said: Sequence[Wording], narrow: int, wide: int, height: int) -> tuple[list[Wording], list[Wording]]:
    """The lines that stand beside something of this height, and those that do not find a place there any more."""
    right: list[Wording] = []
    for place, each in enumerate(said):
        lines = _broken(each, narrow)
        for count, line in enumerate(lines):
            if sum(_pitch(other) for other in (*right, line)) > max(height + OVERHANG, _pitch(line)):
                rest = " ".join(left.text for left in lines[count:])
                whole = (replace(each, text=rest), *said[place + 1 :])
                return right, [below for one in whole for below in _broken(one, wide)]
            right.append(line)
    return right, []


def at_left(picture: Image.Image, words: Image.Image, width_dots: int) -> Image.Image:
    """A picture and the words beside it, both in the middle of their height."""
    both = Image.new("1", (width_dots, max(picture.height, words.height)), 1)
    both.paste(picture, (0, (both.height - picture.height) // 2))
    both.paste(words, (picture.width + GAP_DOTS, (both.height - words.height) // 2))
    return both


def stacked(upper: Image.Image, lower: Image.Image) -> Image.Image:
    """Two pictures of one width below each other."""
    both = Image.new("1", (upper.width, upper.height + lower.height), 1)
    both.paste(upper, (0, 0))
    both.paste(lower, (0, upper.height))
    return both


def rule(width_dots: int) -> Image.Image:
    return Image.new("1", (width_dots, 2), 0)


def dashes(width_dots: int) -> Image.Image:
    """Where a slip without a cut is torn off."""
    line = Image.new("1", (width_dots, 4), 1)
    for left in range(0, width_dots, 24):
        line.paste(0, (left, 2, left + 12, 4))
    return line


def fits(said: Wording, width_dots: int) -> bool:
    """Whether it finds a place in one line."""
    return len(_broken(said, width_dots)) == 1


def _pitch(line: Wording) -> int:
    return round(line.size * (1.05 if line.size > 17 else 1))


def _width(said: Wording) -> float:
    return sum(_of(char, said).getlength(char) for char in said.text)


def _type(pen: ImageDraw.ImageDraw, x: float, y: int, said: Wording) -> None:
    for char in said.text:
        font = _of(char, said)
        pen.text((x, y), char, font=font, fill=0, anchor="ls")
        x += font.getlength(char)


def _of(char: str, said: Wording) -> ImageFont.FreeTypeFont:
    return _font(said.weight, said.size, char in "0123456789")


def _broken(said: Wording, width: int) -> list[Wording]:
    """The lines, in the largest letters that need no more of them than the least ones."""
    sizes = range(said.size, (said.least or said.size) - 1, -1)
    tried = [_broken_at(replace(said, size=size), width) for size in sizes]
    return min(tried, key=len)


def _broken_at(said: Wording, width: int) -> list[Wording]:
    """An address goes on after one of its signs; a word that is longer than the line is cut where the line ends."""
    lines = [""]
    for word in said.text.replace("\N{NO-BREAK SPACE}", " ").split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _fits(said, longer) > width:
            begun = [at for at in _signs(word) if _fits(said, f"{lines[-1]} {word[:at]}") <= width]
            if begun:
                lines[-1] = f"{lines[-1]} {word[: begun[-1]]}"
            lines.append("")
            longer = word[begun[-1] :] if begun else word
        while len(longer) > 1 and _fits(said, longer) > width:
            most = next(n for n in range(len(longer) - 1, 0, -1) if n == 1 or _fits(said, longer[:n]) <= width)
            lines[-1], longer = longer[:most], longer[most:]
            lines.append("")
        lines[-1] = longer
    return [replace(said, text=line, least=0) for line in lines]


def _signs(word: str) -> list[int]:
    """The places behind the signs of an address at which it may be broken, with a piece of some length on both sides.

    Ordinary words have none: "(NIB)/izin" stays whole.
    """
    if not _ADDRESS.search(word):
        return []
    return [at for at in range(6, len(word) - 5) if word[at - 1] in "@./-_"]


def _balanced(said: Wording, width: int) -> list[Wording]:
    """The narrowest lines that need no more of them."""
    lines = _broken(said, width)
    narrower = range(width // len(lines), width, 8) if len(lines) > 1 else ()
    as_large = replace(said, size=lines[0].size, least=0)
    return next((found for each in narrower if len(found := _broken(as_large, each)) == len(lines)), lines)


def _fits(said: Wording, text: str) -> float:
    return _width(Wording(text, said.size, said.weight))


def _black_and_white(picture: Image.Image) -> Image.Image:
    """Edges as they are: a dithered letter is grey on thermal paper."""
    return picture.point(lambda light: 255 if light > INK else 0).convert("1", dither=Image.Dither.NONE)
